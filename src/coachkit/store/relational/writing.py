"""Writes what connectors yield: a batch of items becomes rows, postings and matched identities in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from itertools import islice

import orjson
import sqlalchemy as sa

from coachkit.domain.identity import stable_id
from coachkit.ingest.ports import Source, Storable, Written
from coachkit.ingest.reports import RecordChange, StreamCounts
from coachkit.sdk import AclChange, Checkpoint, Failure, Tombstone, Upsert
from coachkit.store.relational import schema as t
from coachkit.store.relational.bulk import Row, insert_rows, upsert_rows
from coachkit.store.relational.database import Database
from coachkit.store.relational.idset import among
from coachkit.store.relational.postings import IndexableRecord, index_records, unindex_records
from coachkit.store.relational.resolution import resolve_identities
from coachkit.store.relational.types import from_milliseconds, milliseconds
from coachkit.store.relational.writing_diff import describe, snapshot
from coachkit.store.relational.writing_people import (
    describe_identities,
    identities_of,
    scope_id,
    write_groups,
    write_identities,
    write_scopes,
)
from coachkit.store.relational.writing_rows import TABLES
from coachkit.store.relational.writing_state import Change, Replay

__all__ = ["write_items"]

BATCH = 2_000
"""Items that are replayed together: large enough for the database, small enough for memory."""

_POSTGRES_LOCK = 0x696E67657374  # "ingest": syncs of several connections write one after the other, as on SQLite

_TYPED = {
    name: table for name, table in t.metadata.tables.items() if name in {n for names in TABLES.values() for n in names}
}


class _RolledBack(Exception):
    """Ends the transaction of a dry run."""


def write_items(
    database: Database,
    source: Source,
    items: Sequence[Storable],
    *,
    now: datetime,
    retry: bool = False,
    dry_run: bool = False,
    first: Callable[[sa.Connection], None] | None = None,
) -> Written:
    """Apply ``items`` in one transaction; see :meth:`coachkit.ingest.ports.IngestStore.write`.

    :param first: done before them in the same transaction; what it raises ends it.
    """
    transaction: _Transaction | None = None
    try:
        with database.write() as connection:
            if not database.is_sqlite:
                connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_POSTGRES_LOCK)))
            if first is not None:
                first(connection)
            transaction = _Transaction(connection, source, now, retry=retry, told=[] if dry_run else None)
            transaction.apply(items)
            transaction.finish()
            if dry_run:
                raise _RolledBack
    except _RolledBack:
        pass
    assert transaction is not None
    return Written(counts=transaction.counts, changes=tuple(transaction.told or ()))


class _Transaction:
    """One transaction of a sync, and what must be done once at its end."""

    def __init__(
        self, connection: sa.Connection, source: Source, now: datetime, *, retry: bool, told: list[RecordChange] | None
    ) -> None:
        self.connection = connection
        self.source = source
        self.now = now
        self.retry = retry
        self.told = told
        self.counts: dict[str, StreamCounts] = {}
        self._to_index: dict[int, IndexableRecord] = {}
        self._new: set[int] = set()
        self._to_unindex: set[int] = set()
        self._to_resolve: set[int] = set()
        self._to_describe: set[int] = set()

    def apply(self, items: Iterable[Storable]) -> None:
        rest = iter(items)
        while batch := list(islice(rest, BATCH)):
            self._apply([item for item in batch if not isinstance(item, Checkpoint)])
            self._save_cursors([item for item in batch if isinstance(item, Checkpoint)])

    def finish(self) -> None:
        """Search and identities, once for everything that was written."""
        fresh = [record for found, record in sorted(self._to_index.items()) if found in self._new]
        other = [record for found, record in sorted(self._to_index.items()) if found not in self._new]
        index_records(self.connection, fresh, now=self.now, new=True)
        index_records(self.connection, other, now=self.now)
        unindex_records(self.connection, sorted(self._to_unindex), now=self.now)
        self._to_resolve |= describe_identities(self.connection, self._to_describe)
        resolve_identities(self.connection, self._to_resolve, self.now)

    def _apply(self, items: list[Upsert | Tombstone | AclChange | Failure]) -> None:
        replay = Replay(self.source.connection, self.now)
        replay.load(self.connection, items)
        replay.play(items)
        replay.settle()
        for stream, counts in replay.counts.items():
            self.counts.setdefault(stream, StreamCounts()).add(counts)
        changed = [c for c in replay.changes.values() if c.written or c.removed or c.reclassified]
        before = snapshot(self.connection, (c.record_id for c in changed)) if self.told is not None else {}
        identities = replay.identities | write_groups(self.connection, replay.groups)
        self._to_resolve |= write_identities(self.connection, self.source.connection, identities)
        write_scopes(self.connection, replay.audiences)
        self._write(changed)
        self._save_versions(replay)
        self._save_quarantine(replay)
        if self.told is not None:
            after = snapshot(self.connection, (c.record_id for c in changed))
            self.told.extend(describe(changed, before, after))

    def _write(self, changed: list[Change]) -> None:
        """Replace the rows of changed records. Rows of one record are written together or not at all."""
        self._clear([c for c in changed if c.stored is not None and (c.written or c.removed)])
        written = [c for c in changed if c.written]
        fresh = [c for c in written if c.stored is None]
        insert_rows(self.connection, t.records, [self._envelope(c) for c in fresh])
        upsert_rows(self.connection, t.records, [self._envelope(c) for c in written if c.stored is not None])
        self._empty([c for c in changed if c.removed and not c.written])
        self._reclassify([c for c in changed if c.reclassified])
        typed: dict[str, list[Row]] = {}
        for change in written:
            if not change.deleted and change.mapped is not None:
                for name, row in change.mapped.rows:
                    typed.setdefault(name, []).append(row)
        for name, rows in typed.items():
            insert_rows(self.connection, _TYPED[name], rows)
        self._write_aliases(written)
        self._queue_index(changed)

    def _envelope(self, change: Change) -> Row:
        assert change.item is not None
        assert change.mapped is not None
        assert change.audience is not None
        item, mapped, (url, occurred_at) = change.item, change.mapped, change.envelope
        gone = change.deleted
        return (
            change.record_id,
            self.source.tenant,
            self.source.connector,
            self.source.connection,
            change.stream,
            change.native_id,
            mapped.kind,
            mapped.key,
            "" if gone else mapped.title,
            "" if gone else mapped.text,
            None if gone else url,
            occurred_at,
            milliseconds(self.now),
            change.version,
            scope_id(change.audience),
            str(item.sensitivity),
            change.content_hash,
            change.deleted_at,
        )

    def _clear(self, changes: list[Change]) -> None:
        """Remove the typed rows of records that are written anew or gone."""
        by_tables: dict[tuple[str, ...], list[int]] = {}
        for change in changes:
            assert change.stored is not None
            by_tables.setdefault(TABLES[change.stored.kind], []).append(change.record_id)
        for names, ids in by_tables.items():
            if "identity_aliases" in names:
                self._release_identities(ids)
            for name in names:
                table = _TYPED[name]
                self.connection.execute(sa.delete(table).where(among(self.connection, table.c.record_id, ids)))

    def _release_identities(self, ids: list[int]) -> None:
        """Whom these profiles and accounts named must be decided anew, and may have lost their name."""
        aliased, described = identities_of(self.connection, ids)
        self._to_resolve |= aliased | described
        self._to_describe |= described

    def _empty(self, changes: list[Change]) -> None:
        """What stays of a deleted record is its key and the date."""
        if not changes:
            return
        self.connection.execute(
            sa.update(t.records)
            .where(t.records.c.id == sa.bindparam("found"))
            .values(title="", text="", url=None, content_hash="", deleted_at=sa.bindparam("at")),
            [{"found": c.record_id, "at": from_milliseconds(c.deleted_at or 0)} for c in changes],
        )

    def _reclassify(self, changes: list[Change]) -> None:
        if not changes:
            return
        self.connection.execute(
            sa.update(t.records)
            .where(t.records.c.id == sa.bindparam("found"))
            .values(scope_id=sa.bindparam("scope"), content_hash=sa.bindparam("hash")),
            [
                {"found": c.record_id, "scope": scope_id(c.audience), "hash": c.content_hash}
                for c in changes
                if c.audience is not None
            ],
        )
        r = t.records.c
        for row in self.connection.execute(
            sa.select(r.id, r.scope_id, r.occurred_at, r.key, r.title, r.text).where(
                among(self.connection, r.id, [c.record_id for c in changes])
            )
        ):
            self._index(IndexableRecord(row.id, row.scope_id, row.occurred_at, row.key, row.title, row.text))

    def _write_aliases(self, written: list[Change]) -> None:
        rows = []
        for change in written:
            mapped = change.mapped
            if change.deleted or mapped is None or mapped.describes is None:
                continue
            self._to_describe.add(mapped.describes)
            self._to_resolve.add(mapped.describes)
            for own, other, method in mapped.aliases:
                rows.append((own, other, change.record_id, method))
                self._to_resolve |= {own, other}
        insert_rows(self.connection, t.identity_aliases, rows)

    def _queue_index(self, changed: list[Change]) -> None:
        for change in changed:
            if change.deleted:
                self._unindex(change.record_id)
            elif (
                change.written and change.mapped is not None and change.audience is not None and change.item is not None
            ):
                if change.mapped.title or change.mapped.text:
                    at = from_milliseconds(change.envelope[1])
                    mapped = change.mapped
                    if change.stored is None:
                        self._new.add(change.record_id)
                    self._index(
                        IndexableRecord(
                            change.record_id, scope_id(change.audience), at, mapped.key, mapped.title, mapped.text
                        )
                    )
                elif change.stored is not None:
                    self._unindex(change.record_id)

    def _index(self, record: IndexableRecord) -> None:
        if record.title or record.text:
            self._to_index[record.record_id] = record
            self._to_unindex.discard(record.record_id)

    def _unindex(self, record_id: int) -> None:
        self._to_index.pop(record_id, None)
        self._to_unindex.add(record_id)

    def _save_versions(self, replay: Replay) -> None:
        """Source versions that rose while the content stayed."""
        rows = [
            {"found": c.record_id, "to": c.version}
            for c in replay.changes.values()
            if c.stored is not None and not c.written and c.version != c.stored.version
        ]
        if rows:
            self.connection.execute(
                sa.update(t.records).where(t.records.c.id == sa.bindparam("found")).values(version=sa.bindparam("to")),
                rows,
            )

    def _save_quarantine(self, replay: Replay) -> None:
        """Keep bad records with their reason; forget those that have been read since."""
        ids = {key: stable_id("quarantine", self.source.connection, *key) for key in replay.bad}
        q = t.quarantine.c
        known = {
            row.id: row
            for row in self.connection.execute(
                sa.select(q.id, q.attempts, q.first_at).where(among(self.connection, q.id, ids.values()))
            )
        }
        cleared = [ids[key] for key, bad in replay.bad.items() if bad is None and ids[key] in known]
        if cleared:
            self.connection.execute(sa.delete(t.quarantine).where(among(self.connection, q.id, cleared)))
        now = milliseconds(self.now)
        rows: list[Row] = []
        for key, bad in replay.bad.items():
            if bad is not None:
                old = known.get(ids[key])
                attempts = (old.attempts + self.retry) if old else 1
                first = milliseconds(old.first_at) if old else now
                row = (ids[key], self.source.connection, *key, bad.reason, bad.payload, attempts, first, now)
                rows.append(row)
        upsert_rows(self.connection, t.quarantine, rows)

    def _save_cursors(self, checkpoints: list[Checkpoint]) -> None:
        newest = {checkpoint.stream: checkpoint.cursor for checkpoint in checkpoints}
        now = milliseconds(self.now)
        rows = [
            (self.source.connection, stream, cursor.version, orjson.dumps(dict(cursor.state)).decode(), now)
            for stream, cursor in newest.items()
        ]
        upsert_rows(self.connection, t.cursors, rows)
