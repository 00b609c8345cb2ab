"""The planted situations: records written by hand (``data/planted.yaml``), woven into the simulated ones.

Planting happens in three steps: :meth:`Planting.plan` before issues are numbered, :meth:`Planting.tell` when every key
is known, and :meth:`Planting.conclude` when all records are written and the truth about them can be told.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import lru_cache
from importlib.resources import files
from typing import Any

import yaml

from coachkit.domain.audience import Audience
from coachkit.domain.conversations import FeedbackKind, Relation
from coachkit.domain.people import Account
from coachkit.domain.work import InteractionKind, Link
from coachkit.sample.checkins import Agreed, Rhythm
from coachkit.sample.feedback import emit_feedback
from coachkit.sample.goals import GoalPlan
from coachkit.sample.incidents import Incident, emit_incident
from coachkit.sample.model import Group, Person, Reference
from coachkit.sample.truth import Truth
from coachkit.sample.world import Change, Issue, World, said

__all__ = ["Planting", "planted_titles"]

CLOSED_GROUP = "tracker/risk-core"
"""A group of the tracker: one issue of the risk team is read by its members alone."""
_GAP = timedelta(minutes=25)


@lru_cache(maxsize=1)
def _spec() -> dict[str, Any]:
    text = files("coachkit.sample").joinpath("data/planted.yaml").read_text(encoding="utf-8")
    loaded: dict[str, Any] = yaml.safe_load(text)
    return loaded


class Planting:
    """What is planted in one organisation."""

    def __init__(self, world: World) -> None:
        self.world, self.spec = world, _spec()
        self.goals = GoalPlan()
        self.goals.stale.update(self.spec["stale"])
        self.goals.finished.update(self.spec["finished"])
        self.rhythms: dict[str, Rhythm] = {}
        self.feedback: dict[str, Reference] = {}
        world.unthanked.update(self.spec["unthanked"])
        world.spoken_for.update(self.spec["spoken_for"])

    @property
    def group(self) -> Group:
        """Who may read the closed issue."""
        members = tuple(sorted(person.tracker for person in self.world.roster.team("RISK")))
        return Group(connection="tracker", key=CLOSED_GROUP, members=members)

    def moment(self, person: Person, text: str) -> datetime:
        """``"12@14.5"`` as a moment of this person's working time, 12 days back; without an hour, at ten."""
        days, _, hour = text.partition("@")
        clock = self.world.clock
        return clock.at(person, clock.ago(person, int(days)), float(hour or 10))

    # --- before keys are known ---------------------------------------------------------------------------------------

    def plan(self) -> None:
        """Add the planted issues and changes, so that they are numbered with all others."""
        for entry in self.spec["issues"]:
            self.world.issues.append(self._issue(entry))
        for entry in self.spec["issues"]:
            if waits := entry.get("waits"):
                issue = self.world.issue(entry["handle"])
                issue.blocker = self.world.issue(waits["blocker"])
                issue.waits = (self.moment(issue.owner, waits["since"]), None)
        for entry in self.spec["changes"]:
            self._change(entry)

    def _issue(self, entry: dict[str, Any]) -> Issue:
        roster = self.world.roster
        owner, reporter = roster[entry["owner"]], roster[entry["reporter"]]
        created = self.moment(reporter, entry["created"])

        def later(name: str) -> datetime | None:
            text = entry.get(name)
            return max(self.moment(owner, text), created + _GAP) if text else None

        return Issue(
            project=entry["project"],
            title=entry["title"],
            body=entry["body"],
            language=entry["language"],
            owner=owner,
            reporter=reporter,
            created=created,
            topic=self.world.topics[entry["topic"]],
            started=later("started"),
            reviewed=later("reviewed"),
            closed=later("closed"),
            handle=entry["handle"],
            links=[Link(rel=rel, target=target) for rel, target in self._links(entry)],
            audience=Audience.group(CLOSED_GROUP) if entry.get("group") else Audience.org(),
        )

    @staticmethod
    def _links(entry: dict[str, Any]) -> list[tuple[str, str]]:
        goal = [("goal", entry["kr"])] if entry["kr"] else []
        return goal + [(rel, target) for rel, target in entry.get("links", ())]

    def _change(self, entry: dict[str, Any]) -> None:
        roster, issue = self.world.roster, self.world.issue(entry["issue"])
        author, reviewer = roster[entry["author"]], roster[entry["reviewer"]]
        opened, merged = self.moment(author, entry["opened"]), self.moment(author, entry["merged"])
        assert issue.started
        span = (opened - issue.started) / (len(entry["steps"]) + 1)
        steps = [(issue.started + span * place, author, text) for place, text in enumerate(entry["steps"], 1)]
        change = Change(issue, author, entry["title"], steps, opened, reviewer, merged, author, handle=entry["handle"])
        at = opened
        for when, kind, who, target, text in entry["talk"]:
            at = max(self.moment(roster[who], when), at + _GAP)
            change.talk.append(said(InteractionKind(kind), roster[who].forge, at, text, roster[target].forge))
        change.talk.append(said(InteractionKind.APPROVED, reviewer.forge, at + _GAP, None, author.forge))
        change.merged = max(merged, at + 2 * _GAP)
        issue.changes.append(change)
        issue.closed = max(issue.closed or change.merged, change.merged + _GAP)
        self.world.changes.append(change)

    # --- when keys are known -----------------------------------------------------------------------------------------

    def tell(self) -> None:
        """Write what was said and agreed, with the keys of the issues in it."""
        keys = {issue.handle: issue.key for issue in self.world.issues if issue.handle}
        for entry in self.spec["issues"]:
            self._talk(self.world.issue(entry["handle"]), entry, keys)
        for entry in self.spec["rhythms"]:
            self._rhythm(entry, keys)
        for entry in self.spec["feedback"]:
            self._feedback(entry, keys)
        self._incident()
        self._doubtful()

    def _talk(self, issue: Issue, entry: dict[str, Any], keys: dict[str, str]) -> None:
        roster = self.world.roster
        issue.enter("todo", issue.created, issue.reporter)
        if issue.started:
            issue.enter("doing", issue.started, issue.owner)
        if issue.waits:
            issue.enter("waiting", issue.waits[0], issue.owner, entry["waits"]["reason"].format_map(keys))
        if issue.reviewed:
            issue.enter("review", issue.reviewed, issue.owner)
        at = issue.created
        for when, kind, who, target, text in entry["comments"]:
            at = max(self.moment(roster[who], when), at + _GAP)
            aim = roster[target].tracker if target else None
            issue.talk.append(said(InteractionKind(kind), roster[who].tracker, at, text.format_map(keys), aim))
        if issue.closed:
            issue.closed = max(issue.closed, at + _GAP)
            issue.enter("done", issue.closed, issue.owner)

    def _rhythm(self, entry: dict[str, Any], keys: dict[str, str]) -> None:
        rhythm = Rhythm(next_in=entry["next_in"], hour=entry["hour"], gap=entry.get("gap"), quiet=True)
        rhythm.points = [(who, text.format_map(keys)) for who, text in entry.get("points", ())]
        for agreed in entry.get("agreed", ()):
            item = keys[agreed["item"]] if "item" in agreed else None
            title = agreed["title"].format_map(keys)
            rhythm.agreed.append(
                Agreed(by=agreed["by"], title=title, due=agreed["due"], done=agreed.get("done"), item=item)
            )
        self.rhythms[entry["report"]] = rhythm

    def _feedback(self, entry: dict[str, Any], keys: dict[str, str]) -> None:
        roster = self.world.roster
        subject = roster[entry["subject"]]
        author = roster[entry["author"]] if "author" in entry else None
        audience = None
        if readers := entry.get("readers"):
            audience = Audience.people(*(roster[handle].hris for handle in readers))
        elif entry.get("audience") == "org":
            audience = Audience.org()
        self.feedback[entry["handle"]] = emit_feedback(
            self.world,
            f"fb-{900 + len(self.feedback)}",
            subject,
            author,
            entry["text"],
            self.moment(author or subject, entry["at"]),
            kind=FeedbackKind(entry.get("kind", "praise")),
            relation=Relation(entry.get("relation", "peer")),
            item=keys[entry["item"]] if "item" in entry else None,
            author_name=entry.get("name"),
            audience=audience,
        )

    def _incident(self) -> None:
        entry, roster = self.spec["incident"], self.world.roster
        incident = Incident(
            key=f"INC-{entry['number']}",
            team=entry["team"],
            language=entry["language"],
            title=entry["title"],
            sign=entry["sign"],
            stop=entry["stop"],
            cause=entry["cause"],
            follow=entry["follow"],
            began=self.moment(roster[entry["first"]], entry["at"]),
            first=roster[entry["first"]],
            responders=tuple(roster[handle] for handle in entry["responders"]),
            follower=roster[entry["follower"]],
        )
        emit_incident(self.world, incident, self.world.rng("incident", "planted"))

    def _doubtful(self) -> None:
        """An account that two people may own says something where neither is known to work."""
        person = self.world.roster["weiwang_s"]
        at = self.moment(person, "23@14")
        self.world.emit("tracker", "tracker:weiwang", at, Account(identity="tracker:weiwang", name="Wei Wang"))
        near = [
            issue
            for issue in self.world.issues
            if issue.project == "PLAT" and issue.started and issue.started < at - timedelta(days=2) and not issue.handle
        ]
        texts = (
            "The limit on the shared machine was mine to raise, I have put it back to what it was.",
            "共享机器上的上限我调过一次，现在已经改回去了。",
        )
        for place, text in enumerate(texts):
            when = at + timedelta(minutes=30 * (place + 1))
            near[-1 - place].talk.append(said(InteractionKind.COMMENTED, "tracker:weiwang", when, text))

    # --- when all records are written --------------------------------------------------------------------------------

    def conclude(self) -> None:
        """Write down what was planted, where its evidence lies, and what has to be seen of it."""
        truth = Truth(self.world, self.goals, self.rhythms, self.feedback)
        for entry in self.spec["situations"]:
            self.world.situations.append(truth.situation(entry))


def planted_titles() -> dict[str, tuple[str, str]]:
    """By handle, the title and the language of each planted issue: the same in every organisation."""
    return {entry["handle"]: (entry["title"], entry["language"]) for entry in _spec()["issues"]}
