"""Runs, cursors and quarantine; which records a source no longer has; and one sync a connection at a time."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from itertools import islice

import sqlalchemy as sa

from coachkit.domain.identity import record_id, stable_id
from coachkit.errors import NotFound, StoreError
from coachkit.ingest.ports import Source, Storable, Vanished, Written
from coachkit.ingest.reports import StreamCounts, SyncState
from coachkit.sdk import Cursor, Failure
from coachkit.store.relational import schema as t
from coachkit.store.relational.bulk import insert_rows
from coachkit.store.relational.database import Database
from coachkit.store.relational.sync_lock import hold
from coachkit.store.relational.writing import write_items

__all__ = ["SqlIngestStore"]

_PAGE = 1_000

_PRESENT = sa.Table(
    "present",
    sa.MetaData(),
    sa.Column("record_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("quarantine_id", sa.BigInteger, nullable=False),
    prefixes=["TEMPORARY"],
)


class SqlIngestStore:
    """:class:`~coachkit.ingest.ports.IngestStore` on SQLite and PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self.database = database

    @contextmanager
    def hold(self, connection: str) -> Iterator[None]:
        with hold(self.database, connection):
            with self.database.read() as reading:
                c = t.connections.c.name
                if reading.scalar(sa.select(c).where(c == connection)) is None:
                    raise NotFound(f"there is no connection {connection}.", hint="Add it first.")
            yield

    def write(
        self, source: Source, items: Sequence[Storable], *, now: datetime, retry: bool = False, dry_run: bool = False
    ) -> Written:
        return write_items(self.database, source, items, now=now, retry=retry, dry_run=dry_run)

    @contextmanager
    def vanished(
        self,
        connection: str,
        stream: str,
        present: Iterable[str],
        *,
        before: datetime | None = None,
        dry_run: bool = False,
    ) -> Iterator[Vanished]:
        """The source's ids stand in a temporary table on disk, so that memory does not grow with the source."""
        with self.database.engine.connect() as opened:
            self._keep_temporary_tables(opened, "FILE")
            _PRESENT.create(opened)
            opened.commit()
            try:
                _load(opened, connection, stream, present)
                opened.commit()
                if not dry_run:
                    self._forget_quarantined(opened, connection, stream)
                yield _Vanished(opened, connection, stream, before)
            finally:
                opened.rollback()
                _PRESENT.drop(opened)
                opened.commit()
                self._keep_temporary_tables(opened, "MEMORY")

    def _keep_temporary_tables(self, opened: sa.Connection, where: str) -> None:
        """SQLite takes this only outside a transaction, so it goes past SQLAlchemy, which would begin one."""
        driver = opened.connection.driver_connection
        if self.database.is_sqlite and driver is not None:
            driver.execute(f"PRAGMA temp_store={where}")

    def _forget_quarantined(self, opened: sa.Connection, connection: str, stream: str) -> None:
        q = t.quarantine.c
        listed = sa.exists().where(_PRESENT.c.quarantine_id == q.id)
        gone = list(opened.scalars(sa.select(q.id).where(q.connection == connection, q.stream == stream, ~listed)))
        opened.rollback()
        with self.database.write() as writing:
            for found in gone:
                writing.execute(sa.delete(t.quarantine).where(q.id == found))

    def quarantined(self, connection: str, *, before: datetime) -> Iterator[Failure]:
        q = t.quarantine.c
        last = -1
        while True:
            with self.database.read() as reading:
                rows = reading.execute(
                    sa.select(t.quarantine)
                    .where(q.connection == connection, q.last_at < before, q.id > last)
                    .order_by(q.id)
                    .limit(_PAGE)
                ).all()
            if not rows:
                return
            for row in rows:
                yield Failure(stream=row.stream, native_id=row.native_id, reason=row.reason, payload=row.payload)
            last = rows[-1].id

    def cursors(self, connection: str) -> dict[str, Cursor]:
        c = t.cursors.c
        with self.database.read() as reading:
            rows = reading.execute(
                sa.select(c.stream, c.version, sa.cast(c.state, sa.Text)).where(c.connection == connection)
            ).all()
        return {
            stream: Cursor(version=version, state=_state(connection, stream, text)) for stream, version, text in rows
        }

    def forget_cursors(self, connection: str) -> None:
        with self.database.write() as writing:
            writing.execute(sa.delete(t.cursors).where(t.cursors.c.connection == connection))

    def start_run(self, connection: str, holder: str, now: datetime) -> int:
        r = t.sync_runs.c
        with self.database.write() as writing:
            writing.execute(
                sa.update(t.sync_runs)
                .where(r.connection == connection, r.state == SyncState.RUNNING)
                .values(state=SyncState.FAILED, error="cut off: its process ended", finished_at=now)
            )
            row = {
                "connection": connection,
                "started_at": now,
                "state": SyncState.RUNNING,
                "holder": holder,
                "counts": {},
            }
            key = writing.execute(sa.insert(t.sync_runs).values(row)).inserted_primary_key
        assert key is not None
        found: int = key[0]
        return found

    def finish_run(
        self, run: int, state: SyncState, counts: Mapping[str, StreamCounts], error: str | None, now: datetime
    ) -> None:
        with self.database.write() as writing:
            writing.execute(
                sa.update(t.sync_runs)
                .where(t.sync_runs.c.id == run)
                .values(
                    state=state,
                    counts={stream: asdict(count) for stream, count in counts.items()},
                    error=error,
                    finished_at=now,
                )
            )


def _state(connection: str, stream: str, text: str) -> dict[str, object]:
    try:
        state = json.loads(text)
    except ValueError:
        state = None
    if not isinstance(state, dict):
        raise StoreError(
            f"the cursor of {stream} is damaged.",
            subject=connection,
            hint=f"Read the source from its beginning: coachkit sync {connection} --restart. Nothing is stored twice.",
        )
    return state


def _load(opened: sa.Connection, connection: str, stream: str, present: Iterable[str]) -> None:
    rest = iter(present)
    while batch := list(islice(rest, _PAGE)):
        rows = {
            record_id(connection, stream, native): (
                record_id(connection, stream, native),
                stable_id("quarantine", connection, stream, native),
            )
            for native in batch
        }
        known = set(opened.scalars(sa.select(_PRESENT.c.record_id).where(_PRESENT.c.record_id.in_(rows))))
        insert_rows(opened, _PRESENT, [row for found, row in rows.items() if found not in known])
        opened.commit()


class _Vanished:
    """See :class:`~coachkit.ingest.ports.Vanished`."""

    def __init__(self, opened: sa.Connection, connection: str, stream: str, before: datetime | None) -> None:
        self._opened = opened
        r = t.records.c
        live = sa.and_(r.connection == connection, r.stream == stream, r.deleted_at.is_(None))
        known = sa.true() if before is None else r.observed_at <= before
        self._gone = sa.and_(live, known, ~sa.exists().where(_PRESENT.c.record_id == r.id))
        profile = t.profiles.join(t.records, t.records.c.id == t.profiles.c.record_id)
        active = sa.func.coalesce(t.profiles.c.profile["active"].as_boolean(), sa.true())
        one = sa.func.count()
        count = {
            name: opened.scalar(sa.select(one).select_from(table).where(*terms)) or 0
            for name, table, terms in (
                ("count", t.records, [self._gone]),
                ("total", t.records, [live]),
                ("people", profile, [self._gone, active]),
                ("people_total", profile, [live, active]),
            )
        }
        opened.rollback()
        self.count, self.total = count["count"], count["total"]
        self.people, self.people_total = count["people"], count["people_total"]

    def pages(self) -> Iterator[Sequence[str]]:
        r = t.records.c
        last = -1
        while True:
            rows = self._opened.execute(
                sa.select(r.id, r.native_id).where(self._gone, r.id > last).order_by(r.id).limit(_PAGE)
            ).all()
            self._opened.rollback()
            if not rows:
                return
            yield [row.native_id for row in rows]
            last = rows[-1].id
