"""The rows that insight computes over, as a reader hands them in.

Everybody in a row is a *who*: the id of a person, or of the bare identity where it is matched to nobody.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from zoneinfo import ZoneInfo

__all__ = [
    "Act",
    "ActionRow",
    "AgendaRow",
    "CheckInRow",
    "FeedbackRow",
    "GoalRow",
    "ItemRow",
    "KeyResultRow",
    "MarkRow",
    "Material",
    "MeasurementRow",
    "MembershipRow",
    "OwnPointRow",
    "People",
    "RecordRow",
    "ReviewRow",
    "SourceRow",
    "Step",
    "Tie",
    "Window",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordRow:
    """The envelope of a record. ``text`` is there only where its words matter (what was said, not what was built)."""

    id: int
    kind: str
    key: str
    title: str
    text: str
    connection: str
    stream: str
    native_id: str
    occurred_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemRow:
    """A work item: the record's key and title, and where it stands."""

    record: int
    key: str
    title: str
    kind: str
    container: str | None = None
    areas: tuple[str, ...] = ()
    team: str | None = None
    state: str | None = None
    category: str | None = None
    created_at: datetime | None = None
    closed_at: datetime | None = None
    due_on: date | None = None

    @property
    def is_open(self) -> bool:
        return self.closed_at is None and self.category in ("todo", "doing", "waiting")


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """Who did what, when, on which record, for whom.

    :ivar record: the record that says so: the item itself, or what was said about it.
    :ivar item: human key of the item when the record is not the item.
    """

    record: int
    kind: str
    actor: int
    at: datetime
    target: int | None = None
    item: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A record entered a state."""

    record: int
    at: datetime
    state: str
    category: str | None = None
    by: int | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tie:
    """A link from a record to a human key."""

    record: int
    rel: str
    target: str
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasurementRow:
    at: datetime
    value: float
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyResultRow:
    """A key result; ``measurements`` from old to new, ``owners`` are whos."""

    key: str
    title: str
    start: float | None = None
    target: float | None = None
    unit: str | None = None
    due_on: date | None = None
    owners: frozenset[int] = frozenset()
    measurements: tuple[MeasurementRow, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class GoalRow:
    record: int
    key: str
    title: str
    commitment: str | None = None
    team: str | None = None
    other_teams: tuple[str, ...] = ()
    due_on: date | None = None
    state: str | None = None
    category: str | None = None
    owners: frozenset[int] = frozenset()
    key_results: tuple[KeyResultRow, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedbackRow:
    """:ivar author: who said it; ``None`` for a customer, who is then named by ``author_name``."""

    record: int
    subject: int
    kind: str
    relation: str
    text: str
    at: datetime
    author: int | None = None
    author_name: str | None = None
    item: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AgendaRow:
    author: int
    text: str
    added_at: datetime
    done: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnPointRow:
    """A point that one of the two put down here, in no source."""

    id: str
    author: int
    text: str
    added_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkRow:
    """What the two did with a point here: ticked it off, or moved it."""

    done_at: datetime | None = None
    place: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckInRow:
    record: int
    native_id: str
    connection: str
    scheduled_at: datetime
    state: str
    every_days: int | None = None
    agenda: tuple[AgendaRow, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionRow:
    """An action item; ``done_at`` is what people ticked here, or else what its source says."""

    record: int
    title: str
    owner: int
    created_at: datetime
    due_on: date | None = None
    done_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRow:
    """What one connection gives about the subject, as far as both sides may read it.

    :ivar records: how many records of the past stretch name the subject.
    :ivar team_people: how many people of the subject's team it has records of, ``team_kinds`` records of which kinds.
    :ivar read_at: end of the last sync that succeeded; ``failing_since`` the first failed one after it.
    """

    connection: str
    connector: str
    records: int
    newest: datetime | None
    team_people: int = 0
    team_kinds: frozenset[str] = frozenset()
    read_at: datetime | None = None
    failing_since: datetime | None = None
    syncing: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewRow:
    """One review of a change: who reviewed whose change, in which part of the work."""

    record: int
    reviewer: int
    author: int | None
    at: datetime
    container: str | None
    areas: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MembershipRow:
    who: int
    team: str
    starts_on: date | None = None
    ends_on: date | None = None
    record: int | None = None

    def on(self, day: date) -> bool:
        return (self.starts_on is None or self.starts_on <= day) and (self.ends_on is None or day <= self.ends_on)


@dataclass(frozen=True, slots=True)
class People:
    """Names and teams of everybody in the material."""

    names: Mapping[int, str]
    memberships: Mapping[int, tuple[MembershipRow, ...]] = field(default_factory=dict)
    team_names: Mapping[str, str] = field(default_factory=dict)
    bots: frozenset[int] = frozenset()
    persons: frozenset[int] = frozenset()
    """Those among them who are people of the organisation, not bare accounts."""
    family_first: frozenset[int] = frozenset()
    """People one of whose names is written in Chinese: the first word of their name is no first name."""

    def name(self, who: int) -> str:
        return self.names.get(who, "?")

    def teams_on(self, who: int, day: date) -> frozenset[str]:
        return frozenset(m.team for m in self.memberships.get(who, ()) if m.on(day))

    def team_on(self, who: int, day: date) -> str | None:
        """Name of the team somebody was in on a day; of several, the one joined last."""
        found = [m for m in self.memberships.get(who, ()) if m.on(day)]
        if not found:
            return None
        newest = max(found, key=lambda m: (m.starts_on or date.min, m.team))
        return self.team_names.get(newest.team, newest.team)

    def across(self, one: int, other: int, day: date) -> bool:
        """Both were in teams that day, and in none together."""
        both_known = bool(self.teams_on(one, day)) and bool(self.teams_on(other, day))
        return both_known and not self.together(one, other, day)

    def together(self, one: int, other: int, day: date) -> bool:
        """They were in one team that day."""
        return bool(self.teams_on(one, day) & self.teams_on(other, day))


@dataclass(frozen=True, slots=True)
class Window:
    """From when to when a document looks, and in whose time zone days begin.

    :ivar past: how far back context may reach: a wait that began earlier is still a wait.
    :ivar looks_back: ``end`` is not now: what came later is known by now and yet counts for nothing.
    """

    start: datetime
    end: datetime
    past: datetime
    zone: ZoneInfo
    looks_back: bool = False

    def day(self, at: datetime) -> date:
        return at.astimezone(self.zone).date()

    @property
    def today(self) -> date:
        return self.day(self.end)

    def holds(self, at: datetime | None) -> bool:
        return at is not None and self.start <= at <= self.end


@dataclass(frozen=True, kw_only=True)
class Material:
    """Everything that may be said about one person to the two sides of a conversation."""

    subject: int
    other: int | None
    window: Window
    people: People
    records: Mapping[int, RecordRow] = field(default_factory=dict)
    items: Mapping[int, ItemRow] = field(default_factory=dict)
    acts: tuple[Act, ...] = ()
    steps: Mapping[int, tuple[Step, ...]] = field(default_factory=dict)
    ties: tuple[Tie, ...] = ()
    goals: tuple[GoalRow, ...] = ()
    feedback: tuple[FeedbackRow, ...] = ()
    check_ins: tuple[CheckInRow, ...] = ()
    actions: tuple[ActionRow, ...] = ()
    sources: tuple[SourceRow, ...] = ()
    reviews: tuple[ReviewRow, ...] = ()
    team_size: int = 0
    """How many people are in the subject's teams beside the subject."""
    started_on: date | None = None
    profile: int | None = None
    capped: bool = False
    """There was more than could be read at once; the newest were read."""
    points: tuple[OwnPointRow, ...] = ()
    """Points put down here by the two; only in what one of the two opens."""
    marks: Mapping[str, MarkRow] = field(default_factory=dict)
    """By id of a point, of a source or put down here."""

    @cached_property
    def own_acts(self) -> tuple[Act, ...]:
        """What the subject did, from old to new."""
        return tuple(act for act in self.acts if act.actor == self.subject)

    @cached_property
    def _items_by_key(self) -> Mapping[str, ItemRow]:
        return {item.key: item for item in self.items.values()}

    @cached_property
    def _acts_by_record(self) -> Mapping[int, list[Act]]:
        found: dict[int, list[Act]] = defaultdict(list)
        for act in self.acts:
            found[act.record].append(act)
        return found

    @cached_property
    def _acts_by_key(self) -> Mapping[str, list[Act]]:
        found: dict[str, list[Act]] = defaultdict(list)
        for act in self.acts:
            if act.item is not None:
                found[act.item].append(act)
        return found

    @cached_property
    def _ties_by_record(self) -> Mapping[int, list[Tie]]:
        found: dict[int, list[Tie]] = defaultdict(list)
        for tie in self.ties:
            found[tie.record].append(tie)
        return found

    def item_by_key(self, key: str) -> ItemRow | None:
        return self._items_by_key.get(key)

    def item_of(self, act: Act) -> ItemRow | None:
        """The item an act was done on."""
        if act.item is not None and (item := self._items_by_key.get(act.item)):
            return item
        return self.items.get(act.record)

    def acts_on(self, item: ItemRow) -> list[Act]:
        """What was done on an item, by its own record and by records about it, from old to new."""
        own, about = self._acts_by_record.get(item.record, []), self._acts_by_key.get(item.key, [])
        return sorted({*own, *about}, key=lambda act: (act.at, act.record))

    def ties_of(self, record: int, *rels: str) -> list[Tie]:
        return [tie for tie in self._ties_by_record.get(record, ()) if tie.rel in rels]

    def owner(self, item: ItemRow) -> int | None:
        """Whom an item is assigned to; if to nobody, who wrote it."""
        author: int | None = None
        assignee: int | None = None
        for act in self._acts_by_record.get(item.record, ()):
            if act.kind == "assigned":
                assignee = act.target if act.target is not None else act.actor
            elif act.kind == "authored" and author is None:
                author = act.actor
        return assignee if assignee is not None else author
