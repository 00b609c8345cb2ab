"""What the sync engine needs of a store."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from coachkit.ingest.reports import RecordChange, StreamCounts, SyncState
from coachkit.sdk import AclChange, Checkpoint, Cursor, Failure, Tombstone, Upsert

__all__ = ["Connection", "ConnectionStore", "IngestStore", "Source", "Storable", "Vanished", "Written"]

Storable = Upsert | Tombstone | AclChange | Failure | Checkpoint
"""Items that change something in the store."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where records come from: a connection, and the connector that reads it."""

    connection: str
    connector: str
    tenant: str = "default"


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What became of items, by stream; and in a dry run what each change would be."""

    counts: Mapping[str, StreamCounts]
    changes: tuple[RecordChange, ...] = ()


class Vanished(Protocol):
    """Records of a stream that the source no longer has."""

    count: int
    total: int
    """Records of the stream that are not deleted."""
    people: int
    """Those among ``count`` that are active people."""
    people_total: int

    def pages(self) -> Iterator[Sequence[str]]:
        """Their native ids. Each page is read when it is asked for; the ones before may have been removed by then."""
        ...


class IngestStore(Protocol):
    """Keeps records, cursors, quarantine and runs. Every call is one transaction unless it says otherwise."""

    def hold(self, connection: str) -> AbstractContextManager[None]:
        """Keep every other sync of this connection out, in this process and in others, until the block is left.

        A holder that died is taken over at once.

        :raises NotFound: if there is no such connection.
        :raises StoreBusy: naming the holder, as it noted itself in :meth:`start_run`.
        """
        ...

    def write(
        self, source: Source, items: Sequence[Storable], *, now: datetime, retry: bool = False, dry_run: bool = False
    ) -> Written:
        """Apply ``items`` in order, all of them or none. Applying the same items again changes nothing.

        A record whose content is stored already is not written; an older source version never replaces a newer. A
        record that cannot be mapped is quarantined, as is each ``Failure``; reading it later clears that.

        :param retry: the items answer an offer of quarantined records: a failure counts as a further attempt.
        :param dry_run: do the same, tell each change, and roll back.
        """
        ...

    def vanished(
        self,
        connection: str,
        stream: str,
        present: Iterable[str],
        *,
        before: datetime | None = None,
        dry_run: bool = False,
    ) -> AbstractContextManager[Vanished]:
        """Compare the stored records of a stream with the native ids that the source has; in memory that does not grow.

        :param before: when the source began to list them. What a webhook has brought since cannot be on the list, and
            has not vanished.

        Quarantined records that the source no longer has are forgotten, except in a dry run.
        """
        ...

    def quarantined(self, connection: str, *, before: datetime) -> Iterator[Failure]:
        """The quarantined records that were last tried before ``before``."""
        ...

    def cursors(self, connection: str) -> dict[str, Cursor]:
        """Where each stream was left.

        :raises StoreError: if what is stored is no cursor.
        """
        ...

    def forget_cursors(self, connection: str) -> None: ...

    def start_run(self, connection: str, holder: str, now: datetime) -> int:
        """Note that a sync begins; one that is still noted as running was cut off, and is noted so."""
        ...

    def finish_run(
        self, run: int, state: SyncState, counts: Mapping[str, StreamCounts], error: str | None, now: datetime
    ) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """A configured source.

    :ivar config: as stored: secrets are references.
    :ivar every_minutes: how often it is synced by itself; ``None``: only when asked.
    """

    name: str
    connector: str
    config: Mapping[str, Any] = field(default_factory=dict)
    enabled: bool = True
    every_minutes: int | None = None
    created_at: datetime


class ConnectionStore(Protocol):
    """Keeps connections."""

    def save(self, connection: Connection) -> None:
        """Add it, or replace the one of that name."""
        ...

    def all(self) -> list[Connection]:
        """Every connection, by name."""
        ...

    def find(self, name: str) -> Connection | None: ...

    def delete(self, name: str, now: datetime) -> int:
        """Remove a connection with its records, cursors, quarantine and runs; returns how many records there were.

        In several transactions. Cut off in the middle, it is finished by calling it again.
        """
        ...
