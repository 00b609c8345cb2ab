"""An issue's changes in order: states, whose it was, links, sprints, comments that were deleted."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from coachkit.sdk import StateCategory, StateChange
from coachkit_jira.links import rel_of
from coachkit_jira.models import Change, ChangedField, Issue, Status
from coachkit_jira.people import People
from coachkit_jira.states import States

__all__ = ["Assignment", "Timeline", "read_timeline"]

_NEVER = datetime.min.replace(tzinfo=UTC)
_LINKED = "This issue "

Span = tuple[datetime | None, datetime | None]


@dataclass(frozen=True, slots=True)
class Assignment:
    """From ``at`` on it was ``to`` whom it belonged; ``by`` gave it."""

    at: datetime
    by: str | None
    to: str | None


@dataclass(slots=True)
class Timeline:
    """What the history says.

    :ivar known: there is a history. Without one nothing is said about the past.
    :ivar links: since and until when by relation and key; ``sprints`` the same by id.
    """

    known: bool
    states: list[StateChange] = field(default_factory=list)
    assignments: list[Assignment] = field(default_factory=list)
    links: dict[tuple[str, str], Span] = field(default_factory=dict)
    sprints: dict[str, Span] = field(default_factory=dict)
    removed_comments: list[str] = field(default_factory=list)

    def assignee_at(self, at: datetime) -> str | None:
        """Whose it was at a moment."""
        found: str | None = None
        for one in self.assignments:
            if one.at > at:
                break
            found = one.to
        return found


def read_timeline(issue: Issue, changes: Sequence[Change] | None, states: States, people: People) -> Timeline:
    """The history of an issue from its changes, which may come in any order; ``None``: nobody knows them."""
    reader = _Reader(issue, states, people, known=changes is not None)
    dated = [change for change in changes or () if change.created is not None]
    reader.begin([entry for change in _in_order(dated) for entry in change.items])
    for change in _in_order(dated):
        reader.take(change)
    return reader.timeline


def _in_order(changes: Iterable[Change]) -> list[Change]:
    return sorted(changes, key=lambda one: (one.created or _NEVER, _digits(one.id)))


def _digits(text: str | None) -> tuple[int, str]:
    return (int(text), "") if text and text.isascii() and text.isdecimal() else (0, text or "")


class _Reader:
    def __init__(self, issue: Issue, states: States, people: People, *, known: bool) -> None:
        self.timeline = Timeline(known=known)
        self._fields = issue.fields
        self._states = states
        self._people = people
        self._status = issue.fields.status
        self._resolution: str | None = None
        self._flagged = False

    def begin(self, entries: Sequence[ChangedField]) -> None:
        """How the issue was when it was created: what the first change of each kind changed, else what it is now."""
        first = next((one for one in entries if _is(one, "status")), None)
        if first is not None:
            self._status = _status(first.before, first.before_text, self._fields.status)
        elif self._fields.resolution:
            self._resolution = self._fields.resolution.name
        created, author = self._fields.created, self._fields.creator or self._fields.reporter
        if created is None:
            return
        by = self._people.key(author)
        if self.timeline.known:
            self._enter(created, by)
        given = next((one for one in entries if _is(one, "assignee")), None)
        if given is not None:
            to = self._people.key_of(given.before)
        else:
            to = self._people.key(self._fields.assignee) if "assignee" in self._fields.model_fields_set else None
        if to:
            self.timeline.assignments.append(Assignment(created, by, to))

    def take(self, change: Change) -> None:
        """One change: several fields at one moment. What a state means depends on the resolution set with it."""
        at = change.created
        if at is None:
            return
        by = self._people.key(change.author)
        moved = False
        for entry in sorted(change.items, key=lambda one: not _is(one, "resolution")):
            if _is(entry, "resolution"):
                self._resolution = entry.after_text
            elif _is(entry, "status"):
                self._status = _status(entry.after, entry.after_text, self._fields.status)
                moved = True
            elif entry.field == "Flagged":
                self._flagged = bool(entry.after_text)
                moved = True
            elif _is(entry, "assignee"):
                self.timeline.assignments.append(Assignment(at, by, self._people.key_of(entry.after)))
            elif entry.field == "Link":
                self._link(entry, at)
            elif entry.field == "Sprint":
                self._sprint(entry, at)
            elif entry.field == "Comment" and entry.before and not entry.after:
                self.timeline.removed_comments.append(entry.before)
        if moved:
            self._enter(at, by)

    def _enter(self, at: datetime, by: str | None) -> None:
        if self._status is None or not self._status.name:
            return
        category = self._states.category(self._status, self._resolution)
        waits = self._flagged and category not in (StateCategory.DONE, StateCategory.DROPPED)
        self.timeline.states.append(
            StateChange(
                at=at,
                state=self._status.name,
                category=StateCategory.WAITING if waits else category,
                by=by,
                reason="flagged as impeded" if waits else None,
            )
        )

    def _link(self, entry: ChangedField, at: datetime) -> None:
        for key, text, begins in ((entry.before, entry.before_text, False), (entry.after, entry.after_text, True)):
            if not key or not text:
                continue
            phrase = text.removeprefix(_LINKED).removesuffix(key).strip()
            place = (rel_of(phrase), key)
            since, _ = self.timeline.links.get(place, (None, None))
            self.timeline.links[place] = (at, None) if begins else (since, at)

    def _sprint(self, entry: ChangedField, at: datetime) -> None:
        before, after = _ids(entry.before), _ids(entry.after)
        for left in before:
            if left not in after:
                self.timeline.sprints[left] = (self.timeline.sprints.get(left, (None, None))[0], at)
        for entered in after:
            if entered not in before:
                self.timeline.sprints[entered] = (at, None)


def _is(entry: ChangedField, name: str) -> bool:
    """Whether it is this field: by id, where the source tells it; its name may be translated."""
    return entry.field_id == name or (entry.field_id is None and entry.field == name)


def _status(state_id: str | None, name: str | None, now: Status | None) -> Status | None:
    if not state_id and not name:
        return None
    if now is not None and now.id and now.id == state_id:
        return Status(id=state_id, name=name or now.name, statusCategory=now.category)
    return Status(id=state_id, name=name)


def _ids(text: str | None) -> list[str]:
    return [one for part in (text or "").split(",") if (one := part.strip())]
