"""One run of the sync engine: pull, offer quarantined records again, remove what is gone."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing
from datetime import datetime
from typing import TypeVar

from coachkit.errors import CoachkitError, ContractViolation, SourceError
from coachkit.ingest.ports import IngestStore, Source, Storable, Vanished
from coachkit.ingest.progress import ProgressMeter
from coachkit.ingest.reports import RecordChange, RefusedRemoval, StreamCounts
from coachkit.sdk import AclChange, Checkpoint, Connector, Failure, Item, Progress, Tombstone, Upsert

__all__ = ["Sync"]

PART_ITEMS = 10_000
"""After so many items what came so far is committed, without moving the cursor where no checkpoint has come."""

PART_WEIGHT = 32_000_000
"""And after so much text: characters, and what structure weighs."""

FLUSH_ITEMS = PART_ITEMS
FLUSH_SECONDS = 1.0
"""Checkpoints that come faster than this share a transaction."""

LISTED_CHANGES = 1_000
"""Changes that a dry run lists; the others are counted."""

REMOVED_WITHOUT_ASKING = 5
REMOVED_SHARE = 0.2
"""So many records, or this share of a stream, may vanish at once without somebody saying that it is right."""


_T = TypeVar("_T")


class Sync:
    """One run. Items are collected and written in parts: no transaction is open while a source is slow to answer.

    :ivar counts: by stream, of what has been committed.
    """

    def __init__(
        self,
        store: IngestStore,
        source: Source,
        connector: Connector,
        clock: Callable[[], datetime],
        meter: ProgressMeter,
        *,
        dry_run: bool,
        cancelled: Callable[[], bool],
    ) -> None:
        self.counts: dict[str, StreamCounts] = {stream.name: StreamCounts() for stream in connector.streams}
        self.changes: list[RecordChange] = []
        self.more_changes = 0
        self.refused: list[RefusedRemoval] = []
        self.is_cancelled = False
        self._store = store
        self._source = source
        self._connector = connector
        self._clock = clock
        self._meter = meter
        self._dry_run = dry_run
        self._cancelled = cancelled
        self._items: list[Storable] = []
        self._weight = 0
        self._retry = False
        self._committed_at = time.monotonic()

    def run(self, *, allow_removals: bool, restart: bool) -> SourceError | None:
        """All of it; returns the source's failure, if it had one."""
        name = self._source.connection
        if restart and not self._dry_run:
            self._store.forget_cursors(name)
        cursors = {} if restart else self._store.cursors(name)
        self._connector.allow_removals = allow_removals
        try:
            self._take(lambda: self._connector.pull(cursors))
            self._retry = True
            waiting = self._store.quarantined(name, before=self._meter.started_at)
            self._take(lambda: self._connector.refetch(waiting))
            self._retry = False
            for stream in self._connector.streams:
                self._sweep(stream.name, allow_removals=allow_removals)
        except SourceError as failure:
            self._commit()
            return failure
        return None

    def _take(self, items: Callable[[], Iterator[Item]]) -> None:
        """Read items to their end, committing on the way."""
        if self.is_cancelled:
            return
        with closing(_of_connector(self._source.connector, items)) as pulled:
            for item in pulled:
                self._accept(item)
                if self._cancelled():
                    self.is_cancelled = True
                    break
        self._commit()

    def _accept(self, item: Item) -> None:
        if isinstance(item, Progress):
            counts = self._declared(item.stream)
            self._meter.said(item.stream, item.done, item.total, counts)
            return
        if isinstance(item, Checkpoint):
            self._declared(item.stream)
            self._items.append(item)
            waited = time.monotonic() - self._committed_at
            if len(self._items) >= FLUSH_ITEMS or waited >= FLUSH_SECONDS:
                self._commit()
            return
        if not isinstance(item, Upsert | Tombstone | AclChange | Failure):
            raise ContractViolation(f"it yielded {type(item).__name__}, which is no item", subject=self._where())
        if item.stream is not None:
            self._declared(item.stream)
            self._meter.read(item.stream)
        self._items.append(item)
        self._weight += _weight(item)
        if len(self._items) >= PART_ITEMS or self._weight >= PART_WEIGHT:
            self._commit()

    def _commit(self) -> None:
        """Write what was read, in one transaction."""
        if self._items:
            written = self._store.write(
                self._source, self._items, now=self._clock(), retry=self._retry, dry_run=self._dry_run
            )
            for stream, counts in written.counts.items():
                self.counts[stream].add(counts)
            room = max(0, LISTED_CHANGES - len(self.changes))
            self.changes.extend(written.changes[:room])
            self.more_changes += len(written.changes[room:])
        self._items, self._weight = [], 0
        self._committed_at = time.monotonic()
        self._meter.committed(self.counts)

    def _sweep(self, stream: str, *, allow_removals: bool) -> None:
        """Remove what the source no longer has, unless it is too much to be true."""
        if self.is_cancelled:
            return
        asked_at = self._clock()
        present = self._connector.sweep(stream)
        if present is None:
            return
        listed = _of_connector(self._source.connector, lambda: present)
        vanished = self._store.vanished(self._source.connection, stream, listed, before=asked_at, dry_run=self._dry_run)
        with vanished as gone:
            refused = _too_many(stream, gone)
            if refused is not None and not allow_removals:
                self.refused.append(refused)
                return
            for page in gone.pages():
                self._items.extend(Tombstone(stream=stream, native_id=native_id) for native_id in page)
                self._commit()

    def _declared(self, stream: str) -> StreamCounts:
        try:
            return self.counts[stream]
        except KeyError:
            declared = ", ".join(self.counts) or "none"
            raise ContractViolation(
                f"it yielded an item of the stream {stream!r}; declared are: {declared}", subject=self._where()
            ) from None

    def _where(self) -> str:
        return f"{self._source.connection} ({self._source.connector})"


def _too_many(stream: str, gone: Vanished) -> RefusedRemoval | None:
    if gone.people > max(REMOVED_WITHOUT_ASKING, REMOVED_SHARE * gone.people_total):
        return RefusedRemoval(stream=stream, vanished=gone.people, of=gone.people_total, people=True)
    if gone.count > max(REMOVED_WITHOUT_ASKING, REMOVED_SHARE * gone.total):
        return RefusedRemoval(stream=stream, vanished=gone.count, of=gone.total)
    return None


def _of_connector(connector: str, items: Callable[[], Iterable[_T]]) -> Generator[_T, None, None]:
    """What the connector yields; a mistake in its code is told as such, and never taken for a bad record."""
    try:
        yield from items()
    except CoachkitError:
        raise
    except Exception as error:
        raise ContractViolation(
            f"the connector stopped with {type(error).__name__}: {error}",
            subject=connector,
            hint="This is a mistake in the plugin; please tell its authors. What was read before is kept.",
        ) from error


def _weight(item: Upsert | Tombstone | AclChange | Failure) -> int:
    """About how many bytes of memory an item holds; wrong types weigh nothing and are refused later."""
    if isinstance(item, AclChange):
        return 100 * len(item.members)
    if not isinstance(item, Upsert):
        return 200
    weight = 500
    for name in ("body", "text", "description", "outcome"):
        value = getattr(item.record, name, None)
        weight += len(value) if isinstance(value, str) else 0
    for name in ("interactions", "history", "links", "key_results", "agenda"):
        parts = getattr(item.record, name, ())
        weight += sum(300 + len(getattr(part, "text", None) or "") for part in parts)
    return weight
