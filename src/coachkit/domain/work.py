"""Work items, their history, and what people did with and for each other on them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

__all__ = ["Interaction", "InteractionKind", "Link", "StateCategory", "StateChange", "WorkItem", "WorkItemKind"]


class WorkItemKind(StrEnum):
    ISSUE = "issue"
    CHANGE_REQUEST = "change_request"
    COMMIT = "commit"
    DOCUMENT = "document"
    MEETING = "meeting"
    TASK = "task"


class StateCategory(StrEnum):
    """What a state means for flow. Sources name states as they like; a connector says which of these it is."""

    TODO = "todo"
    DOING = "doing"
    WAITING = "waiting"
    DONE = "done"
    DROPPED = "dropped"


class InteractionKind(StrEnum):
    AUTHORED = "authored"
    CO_AUTHORED = "co_authored"
    COMMITTED = "committed"
    """Took in another person's change (git's committer, who is not the author)."""
    MERGED = "merged"
    REVIEWED = "reviewed"
    APPROVED = "approved"
    TESTED = "tested"
    REPORTED = "reported"
    COMMENTED = "commented"
    ASKED = "asked"
    ANSWERED = "answered"
    UNBLOCKED = "unblocked"
    MENTORED = "mentored"
    DOCUMENTED = "documented"
    DECIDED = "decided"
    RESPONDED = "responded"
    """Answered an incident."""
    SERVED = "served"
    """Did something for a customer."""
    ASSIGNED = "assigned"
    MENTIONED = "mentioned"
    ATTENDED = "attended"


@dataclass(frozen=True, slots=True, kw_only=True)
class StateChange:
    """An item or goal entered ``state`` at ``at``. ``reason`` is the source's own words, ``by`` an identity key."""

    at: datetime
    state: str
    category: str | None = None
    by: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A link to something else: ``rel`` is ``goal``, ``parent``, ``blocked_by``, ``blocks``, ``fixes``, ``relates`` …

    ``target`` is the human key of what is linked (``PAY-17``, ``KR-2``), which may not have been read yet.
    """

    rel: str
    target: str
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Interaction:
    """Somebody did something with an item, often for somebody.

    :ivar actor: identity key of who did it.
    :ivar target: identity key of whose work it concerned, if that is somebody else.
    :ivar item: human key of the item; empty when the interaction is part of an item's own record.
    :ivar text: what was said; an interaction with text is a record of its own and can be cited.
    """

    kind: InteractionKind
    actor: str
    at: datetime
    target: str | None = None
    item: str | None = None
    text: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkItem:
    """A piece of work, with who did what on it.

    :ivar key: what people call it: ``PAY-17``, ``org/repo#482``, a short commit hash.
    :ivar container: project, repository, space or calendar.
    :ivar team: key of the team whose queue it stands in, if the source says.
    :ivar size: changed files for a commit or change request; minutes for a meeting.
    """

    kind: WorkItemKind
    key: str
    title: str
    body: str | None = None
    container: str | None = None
    areas: tuple[str, ...] = ()
    team: str | None = None
    state: str | None = None
    state_category: str | None = None
    created_at: datetime | None = None
    closed_at: datetime | None = None
    due_on: date | None = None
    size: int | None = None
    interactions: tuple[Interaction, ...] = ()
    history: tuple[StateChange, ...] = ()
    links: tuple[Link, ...] = ()
