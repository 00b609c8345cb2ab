"""What a sync says: progress on the way, and a report at the end."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from coachkit.errors import CoachkitError

__all__ = ["FieldChange", "RecordChange", "RefusedRemoval", "StreamCounts", "SyncProgress", "SyncReport", "SyncState"]


class SyncState(StrEnum):
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    """The source failed; what was committed before stays, and the next sync goes on from there."""
    CANCELLED = "cancelled"


@dataclass(slots=True, kw_only=True)
class StreamCounts:
    """How many records of a stream a sync read, and what became of them.

    :ivar outdated: an older version than the one that is stored; not written.
    :ivar quarantined: could not be read; kept aside with their reason.
    """

    read: int = 0
    created: int = 0
    changed: int = 0
    unchanged: int = 0
    removed: int = 0
    outdated: int = 0
    quarantined: int = 0

    @property
    def written(self) -> int:
        return self.created + self.changed

    def add(self, other: StreamCounts) -> None:
        self.read += other.read
        self.created += other.created
        self.changed += other.changed
        self.unchanged += other.unchanged
        self.removed += other.removed
        self.outdated += other.outdated
        self.quarantined += other.quarantined


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldChange:
    """One field of a record, before and after; ``None`` where there was or is nothing."""

    field: str
    old: str | None
    new: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordChange:
    """What a dry run would do with one record. ``action`` is ``created``, ``changed`` or ``removed``."""

    action: str
    stream: str
    native_id: str
    kind: str
    key: str
    title: str = ""
    fields: tuple[FieldChange, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedRemoval:
    """So many records of a stream have vanished from the source at once that none was removed.

    :ivar of: how many there are; where ``people`` is true, of active people.
    """

    stream: str
    vanished: int
    of: int
    people: bool = False

    @property
    def reason(self) -> tuple[str, str]:
        """In English and Chinese, with how to allow it."""
        what = ("active people", "位在职人员") if self.people else ("records", "条记录")
        english = (
            f"{self.vanished} of {self.of} {what[0]} of {self.stream} are no longer in the source. That is more than "
            "a source usually loses, so nothing was removed. If it is right, sync again with --allow-removals."
        )
        chinese = (
            f"{self.stream} 中有 {self.vanished}/{self.of} {what[1]}在来源中消失，数量异常，因此没有删除任何内容。"
            "如确认无误，请加上 --allow-removals 重新同步。"
        )
        return english, chinese


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncProgress:
    """How far a stream of a running sync is.

    :ivar done: records read in this sync, or what the connector itself says.
    :ivar total: ``None`` where the source does not say.
    :ivar seconds_left: ``None`` while nobody can tell.
    """

    connection: str
    stream: str
    done: int
    total: int | None
    written: int
    unchanged: int
    quarantined: int
    started_at: datetime
    removed: int = 0
    seconds_left: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncReport:
    """What a sync did, or in a dry run would do.

    :ivar changes: of a dry run, the first of them; ``more_changes`` says how many are not listed.
    :ivar refused: removals that were held back.
    :ivar error: why it failed, if it did; a door may raise it.
    """

    connection: str
    state: SyncState
    started_at: datetime
    finished_at: datetime
    streams: dict[str, StreamCounts] = field(default_factory=dict)
    dry_run: bool = False
    changes: tuple[RecordChange, ...] = ()
    more_changes: int = 0
    refused: tuple[RefusedRemoval, ...] = ()
    error: CoachkitError | None = None

    @property
    def total(self) -> StreamCounts:
        """The counts of all streams together."""
        counts = StreamCounts()
        for stream in self.streams.values():
            counts.add(stream)
        return counts
