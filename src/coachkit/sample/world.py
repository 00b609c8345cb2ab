"""What is known while the organisation is being simulated: people, clock, chance, words, and the records so far."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from coachkit.domain.audience import Audience, Sensitivity
from coachkit.domain.work import Interaction, InteractionKind, Link, StateCategory, StateChange
from coachkit.sample.days import Clock
from coachkit.sample.model import Noun, Person, Reference, Situation, SourceRecord
from coachkit.sample.people import Roster
from coachkit.sample.texts import Phrases, Topic, Work, lower_first, phrases, topics

__all__ = ["STATES", "Change", "Issue", "World"]

STATES = {
    "en": {"todo": "To do", "doing": "In progress", "review": "In review", "waiting": "Waiting", "done": "Done"},
    "zh": {"todo": "待办", "doing": "进行中", "review": "评审中", "waiting": "等待中", "done": "已完成"},
}
_CATEGORY = {
    "todo": StateCategory.TODO,
    "doing": StateCategory.DOING,
    "review": StateCategory.DOING,
    "waiting": StateCategory.WAITING,
    "done": StateCategory.DONE,
}
WEB = "https://{system}.guidu.example"


@dataclass(slots=True)
class Change:
    """A change request on its way: commits by several people, reviews, and how it ended."""

    issue: Issue
    author: Person
    title: str
    steps: list[tuple[datetime, Person, str]]
    opened: datetime
    reviewer: Person
    merged: datetime | None = None
    merger: Person | None = None
    key: str = ""
    talk: list[Interaction] = field(default_factory=list)
    handle: str = ""

    @property
    def last_at(self) -> datetime:
        return self.merged or max(self.opened, *(said.at for said in self.talk), self.opened)


@dataclass(slots=True)
class Issue:
    """An issue on its way. ``shape`` says whether it was written as a piece of work or as a bug."""

    project: str
    title: str
    body: str
    language: str
    owner: Person
    reporter: Person
    created: datetime
    topic: Topic | None = None
    work: Work | None = None
    shape: str = "work"
    slots: dict[str, object] = field(default_factory=dict)
    history: list[StateChange] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    started: datetime | None = None
    reviewed: datetime | None = None
    closed: datetime | None = None
    blocker: Issue | None = None
    waits: tuple[datetime, datetime | None] | None = None
    changes: list[Change] = field(default_factory=list)
    talk: list[Interaction] = field(default_factory=list)
    key: str = ""
    handle: str = ""
    audience: Audience = field(default_factory=Audience.org)
    first_use: bool = True

    def say(self, text: str) -> str:
        """``text`` with this issue's numbers and variant in place."""
        bound = text.format_map(self.slots) if self.slots else text
        return bound[:1].upper() + bound[1:]

    @property
    def thing(self) -> str:
        """The title as it stands inside a sentence."""
        return lower_first(self.title) if self.language == "en" else self.title

    @property
    def outcome(self) -> str:
        """What was seen afterwards, without its full stop."""
        text = self.say((self.work.fix if self.shape == "bug" else self.work.done) if self.work else self.title)
        return text.rstrip("。.")

    @property
    def areas(self) -> tuple[str, ...]:
        return (self.topic.area,) if self.topic else ()

    def enter(self, state: str, at: datetime, by: Person, reason: str | None = None) -> None:
        """Note that the issue entered a state."""
        self.history.append(
            StateChange(
                at=at, state=STATES[self.language][state], category=_CATEGORY[state], by=by.tracker, reason=reason
            )
        )


class World:
    """Everything that the parts of the simulation share. Chance is drawn by subject: parts stay apart."""

    def __init__(self, seed: int, clock: Clock, roster: Roster) -> None:
        self.seed = seed
        self.clock = clock
        self.roster = roster
        self.topics = {topic.id: topic for topic in topics()}
        self.words: dict[str, Phrases] = {"en": phrases("en"), "zh": phrases("zh")}
        self.issues: list[Issue] = []
        self.changes: list[Change] = []
        self.records: list[SourceRecord] = []
        self.situations: list[Situation] = []
        self.unthanked: set[str] = set()
        """Handles of people whom nobody thanks in the last ten weeks."""
        self.spoken_for: set[str] = set()
        """Handles of people whose last three weeks with other teams are told by hand alone."""
        self._seen: set[tuple[str, str, str]] = set()

    def by_hand(self, person: Person, at: datetime) -> bool:
        """Whether nothing with other teams is to be drawn by chance for this person at this moment."""
        return person.handle in self.spoken_for and self.clock.end - at < timedelta(days=21)

    def rng(self, *subject: object) -> random.Random:
        """Chance that depends on the seed and the subject alone."""
        return random.Random(":".join(map(str, (self.seed, *subject))))  # noqa: S311 - a simulation, no secret

    def emit(
        self,
        connection: str,
        native_id: str,
        occurred_at: datetime,
        record: Noun,
        *,
        url: str | None = None,
        audience: Audience | None = None,
        sensitivity: Sensitivity = Sensitivity.WORK,
    ) -> Reference:
        """Add a record and say where it lies.

        :raises ValueError: if it lies in the future or its id is taken: a mistake of the simulation.
        """
        made = SourceRecord(
            connection=connection,
            native_id=native_id,
            occurred_at=occurred_at,
            record=record,
            url=url,
            audience=audience or Audience.org(),
            sensitivity=sensitivity,
        )
        place = (connection, made.stream, native_id)
        if place in self._seen or occurred_at > self.clock.end:
            raise ValueError(f"{place} comes twice or lies in the future: {occurred_at}")
        self._seen.add(place)
        self.records.append(made)
        return Reference(connection=connection, stream=made.stream, native_id=native_id)

    def issue(self, handle: str) -> Issue:
        """The planted issue with this handle."""
        return next(issue for issue in self.issues if issue.handle == handle)

    def find(self, project: str, rng: random.Random, *, around: datetime, owner: Person | None = None) -> Issue | None:
        """Some issue of a project, begun before ``around``, the nearest few in time."""
        begun = [
            issue
            for issue in self.issues
            if issue.project == project
            and issue.started
            and issue.started < around
            and (owner is None or issue.owner is owner)
            and not issue.handle
        ]
        begun.sort(key=lambda issue: issue.started or issue.created, reverse=True)
        return rng.choice(begun[:4]) if begun else None


def said(
    kind: InteractionKind, actor: str, at: datetime, text: str | None = None, target: str | None = None
) -> Interaction:
    """An interaction, in few words."""
    return Interaction(kind=kind, actor=actor, at=at, text=text, target=target)
