"""What people say to each other about work: feedback, check-ins, agenda points, action items, notes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from coachkit.domain.identity import content_hash

__all__ = [
    "ActionItem",
    "AgendaPoint",
    "CheckIn",
    "CheckInState",
    "Feedback",
    "FeedbackKind",
    "Note",
    "Relation",
    "point_id",
]


class FeedbackKind(StrEnum):
    PRAISE = "praise"
    SUGGESTION = "suggestion"


class Relation(StrEnum):
    """Who the author of feedback is to its subject."""

    MANAGER = "manager"
    LEAD = "lead"
    PEER = "peer"
    CUSTOMER = "customer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Feedback:
    """What somebody told somebody about their work. Who may see it is the record's audience.

    :ivar author: identity key; empty for a customer, whose name then stands in ``author_name``.
    """

    subject: str
    kind: FeedbackKind
    relation: Relation
    text: str
    at: datetime
    author: str | None = None
    author_name: str | None = None
    item: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AgendaPoint:
    """A point one side wants to talk about. Not ticked off, it is carried over to the next check-in."""

    author: str
    text: str
    added_at: datetime
    done: bool = False


class CheckInState(StrEnum):
    PLANNED = "planned"
    HELD = "held"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckIn:
    """A meeting of a manager and a report (一对一). Both see all of it; private notes are :class:`Note` records."""

    manager: str
    report: str
    scheduled_at: datetime
    state: CheckInState = CheckInState.PLANNED
    agenda: tuple[AgendaPoint, ...] = ()
    outcome: str | None = None
    every_days: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionItem:
    """Something one of the two took on in a check-in.

    :ivar check_in: native id of the check-in where it was agreed.
    """

    title: str
    owner: str
    created_at: datetime
    due_on: date | None = None
    done_at: datetime | None = None
    check_in: str | None = None
    item: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A private note: its audience is its author alone."""

    author: str
    about: str
    text: str
    at: datetime


def point_id(report: int, manager: int, author: int, text: str) -> str:
    """The same point of the same person between the same two has the same id in every check-in it is carried to."""
    return content_hash("point", report, manager, author, " ".join(text.split()))[:16]
