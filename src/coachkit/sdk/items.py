"""What a connector yields.

A connector yields items in the order in which it read them. Everything before a :class:`Checkpoint` is committed in one
transaction with it, so a sync that is killed goes on from the last checkpoint and ends in the same state.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from coachkit.domain.audience import Audience, Sensitivity
from coachkit.domain.conversations import ActionItem, CheckIn, Feedback, Note
from coachkit.domain.goals import Goal
from coachkit.domain.people import Account, Membership, PersonProfile, ReportingLine, Team
from coachkit.domain.work import Interaction, WorkItem

__all__ = ["AclChange", "Checkpoint", "Cursor", "Failure", "Item", "Progress", "Record", "Tombstone", "Upsert"]

Record = (
    PersonProfile
    | Account
    | Team
    | Membership
    | ReportingLine
    | Goal
    | WorkItem
    | Interaction
    | Feedback
    | CheckIn
    | ActionItem
    | Note
)
"""Every noun that a connector may yield."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Upsert:
    """A record as it is now. Written only if its content changed.

    :ivar native_id: id in the stream of the source; the same id is the same record for ever.
    :ivar version: the source's own version (an ETag, a sequence), if it has one. An older one never overwrites a newer.
    :ivar occurred_at: when it happened, aware; for things that last, when they last changed.
    """

    stream: str
    native_id: str
    record: Record
    occurred_at: datetime
    version: int | None = None
    url: str | None = None
    audience: Audience = field(default_factory=Audience.org)
    sensitivity: Sensitivity = Sensitivity.WORK


@dataclass(frozen=True, slots=True, kw_only=True)
class Tombstone:
    """The source no longer has this record. It stops being found at once; what stays is its key and the date."""

    stream: str
    native_id: str
    at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AclChange:
    """Who belongs to a group of the source, or who may now read one record.

    Either ``group`` and ``members`` (the whole set, not a difference), or ``stream``, ``native_id`` and ``audience``.
    It holds before the next read.
    """

    group: str | None = None
    members: tuple[str, ...] = ()
    stream: str | None = None
    native_id: str | None = None
    audience: Audience | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """One record could not be read. It goes to quarantine with its payload, and is offered again to ``refetch``."""

    stream: str
    native_id: str
    reason: str
    payload: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cursor:
    """Where a stream was left. ``state`` is the connector's own JSON; ``version`` the version of its meaning."""

    version: int
    state: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """Everything before this is read; go on from ``cursor`` next time. Never contains a secret."""

    stream: str
    cursor: Cursor


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a stream is: ``done`` of ``total`` (``None`` where the source does not say)."""

    stream: str
    done: int
    total: int | None = None


Item = Upsert | Tombstone | AclChange | Failure | Checkpoint | Progress
