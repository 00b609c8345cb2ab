"""Vectors of records as plain rows, what still waits for one, and what changed since when."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any

import numpy as np
import sqlalchemy as sa

from coachkit.retrieval.ports import Changes, Embedded, IndexEntry, Matrix, Waiting
from coachkit.store.relational import schema as t
from coachkit.store.relational.bulk import upsert_rows
from coachkit.store.relational.database import Database, upsert
from coachkit.store.relational.idset import among
from coachkit.store.relational.sync_lock import hold
from coachkit.store.relational.types import milliseconds

__all__ = ["UNTOLD", "SqlEmbeddingStore", "forgotten_up_to", "version_of"]

PAGE = 1_000
"""Rows of one read: a rebuild goes through all of them, and must not keep a transaction open."""

COUNT = "vectors"
"""The name under which the count of versions stands in ``index_state``."""

FORGOTTEN = "vector_removals_forgotten"
"""The name under which stands up to which version removals are kept no more."""

UNTOLD = 0
"""The version of a removal that has none yet: its vector went with its record, and the indexer has not come to it."""

_SAYS_SOMETHING = t.records.c.deleted_at.is_(None) & ((t.records.c.title != "") | (t.records.c.text != ""))
"""The record lives and has words; to search, others are gone."""


class SqlEmbeddingStore:
    """:class:`~coachkit.retrieval.ports.EmbeddingStore` on SQLite and PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def hold(self, name: str) -> AbstractContextManager[None]:
        return hold(self.database, name)

    def pending(self) -> int:
        with self.database.read() as reading:
            return int(reading.scalar(sa.select(sa.func.count()).select_from(t.index_outbox)) or 0)

    def waiting(self, limit: int) -> list[Waiting]:
        o, r = t.index_outbox.c, t.records.c
        queued_at = sa.type_coerce(o.queued_at, sa.BigInteger())
        statement = (
            sa.select(o.record_id, queued_at, r.title, r.text)
            .join_from(t.index_outbox, t.records, (o.record_id == r.id) & _SAYS_SOMETHING, isouter=True)
            .order_by(o.queued_at, o.record_id)
            .limit(limit)
        )
        with self.database.read() as reading:
            return [
                Waiting(found, at, None if title is None else f"{title}\n{text}".strip())
                for found, at, title, text in reading.execute(statement)
            ]

    def known(self, model: str, hashes: Iterable[str]) -> dict[str, Matrix]:
        e = t.embeddings.c
        statement = sa.select(e.content_hash, e.vector).where(e.content_hash.in_(sorted(set(hashes))), e.model == model)
        with self.database.read() as reading:
            return {found: _vector(stored) for found, stored in reading.execute(statement)}

    def save(self, model: str, embedded: Sequence[Embedded], gone: Sequence[Waiting]) -> None:
        with self.database.write() as writing:
            live = self._still(writing, [one.waiting for one in embedded], alive=True)
            dead = self._still(writing, gone, alive=False)
            stored = [one for one in embedded if one.waiting.record_id in live]
            version = _next_versions(writing, len(stored) + len(dead))
            rows: list[dict[str, Any]] = [
                {
                    "record_id": one.waiting.record_id,
                    "model": model,
                    "content_hash": one.content_hash,
                    "language": "zh" if one.chinese else "en",
                    "vector": one.vector.astype(np.float32).tobytes(),
                    "version": version + number,
                }
                for number, one in enumerate(stored)
            ]
            upsert(writing, t.embeddings, rows)
            removals = [(found, version + len(stored) + number) for number, found in enumerate(sorted(dead))]
            upsert_rows(writing, t.vector_removals, removals)
            _delete(writing, t.embeddings, dead)
            _delete(writing, t.vector_removals, live)
            _delete(writing, t.index_outbox, live | dead)

    def _still(self, writing: sa.Connection, taken: Sequence[Waiting], *, alive: bool) -> set[int]:
        """Those that did not change since they were taken from the queue."""
        o, r = t.index_outbox.c, t.records.c
        queued_at = sa.type_coerce(o.queued_at, sa.BigInteger())
        at = {one.record_id: one.queued_at for one in taken}
        lives = sa.exists().where(r.id == o.record_id, _SAYS_SOMETHING)
        rows = writing.execute(
            sa.select(o.record_id, queued_at).where(among(writing, o.record_id, at), lives if alive else ~lives)
        )
        return {found for found, queued in rows if at[found] == queued}

    def requeue(self, model: str, now: datetime) -> int:
        r, e = t.records.c, t.embeddings.c
        fitting = sa.exists().where(e.record_id == r.id, e.model == model)
        queued = sa.exists().where(t.index_outbox.c.record_id == r.id)
        with self.database.write() as writing:
            ids = writing.scalars(sa.select(r.id).where(_SAYS_SOMETHING, ~fitting, ~queued)).all()
            upsert_rows(writing, t.index_outbox, [(found, milliseconds(now)) for found in sorted(ids)])
        return len(ids)

    def newest(self) -> int:
        with self.database.read() as reading:
            return version_of(reading)

    def changes(self, model: str, after: int, limit: int) -> Changes:
        e, gone = t.embeddings.c, t.vector_removals.c
        # Read first: what is committed between two statements must wait for the next time, or it would be passed over.
        newest = self.newest()
        with self.database.read() as reading:
            rows = reading.execute(
                self._entries(model).where(e.version > after, e.version <= newest).order_by(e.version).limit(limit)
            ).all()
            removed = reading.execute(
                sa.select(gone.record_id, gone.version)
                .where(gone.version > after, gone.version <= newest)
                .order_by(gone.version)
                .limit(limit)
            ).all()
        both = sorted([row.version for row in rows] + [row.version for row in removed])[:limit]
        if not both:
            return Changes((), (), max(after, newest))
        until = both[-1]
        return Changes(
            tuple(_entry(row) for row in rows if row.version <= until),
            tuple(row.record_id for row in removed if row.version <= until),
            until,
        )

    def entries(self, model: str) -> Iterator[IndexEntry]:
        last = -1
        while True:
            with self.database.read() as reading:
                e = t.embeddings.c
                statement = self._entries(model).where(e.record_id > last).order_by(e.record_id).limit(PAGE)
                page = [_entry(row) for row in reading.execute(statement)]
            if not page:
                return
            last = page[-1].record_id
            yield from page

    def versions(self, model: str) -> Iterator[tuple[int, int]]:
        e, r = t.embeddings.c, t.records.c
        statement = (
            sa.select(e.record_id, e.version)
            .join_from(t.embeddings, t.records, e.record_id == r.id)
            .where(e.model == model, r.deleted_at.is_(None))
            .order_by(e.record_id)
        )
        with self.database.read() as reading:
            rows = reading.execute(statement).all()
        yield from ((found, version) for found, version in rows)

    def by_id(self, model: str, record_ids: Iterable[int]) -> list[IndexEntry]:
        with self.database.read() as reading:
            statement = self._entries(model).where(among(reading, t.embeddings.c.record_id, record_ids))
            return [_entry(row) for row in reading.execute(statement)]

    def removals(self) -> int:
        with self.database.read() as reading:
            told = t.vector_removals.c.version > UNTOLD
            return int(reading.scalar(sa.select(sa.func.count()).select_from(t.vector_removals).where(told)) or 0)

    def forget_removals(self, up_to: int) -> None:
        with self.database.write() as writing:
            gone = t.vector_removals.c.version
            writing.execute(sa.delete(t.vector_removals).where(gone > UNTOLD, gone <= up_to))
            upsert(writing, t.index_state, [{"name": FORGOTTEN, "value": {"up_to": up_to}}])

    def state(self, name: str) -> dict[str, object]:
        with self.database.read() as reading:
            return _state(reading, name)

    def set_state(self, name: str, value: dict[str, object]) -> None:
        with self.database.write() as writing:
            upsert(writing, t.index_state, [{"name": name, "value": value}])

    def _entries(self, model: str) -> sa.Select[Any]:
        e, r = t.embeddings.c, t.records.c
        return (
            sa.select(e.record_id, e.version, r.scope_id, e.vector)
            .join_from(t.embeddings, t.records, e.record_id == r.id)
            .where(e.model == model, r.deleted_at.is_(None))
        )


def version_of(connection: sa.Connection) -> int:
    """The version of the last change of a vector, as this transaction sees it."""
    return int(str(_state(connection, COUNT).get("version", 0)))


def forgotten_up_to(connection: sa.Connection) -> int:
    """Who knows the vectors of an older version than this cannot learn any more which of them are gone."""
    return int(str(_state(connection, FORGOTTEN).get("up_to", 0)))


def _state(connection: sa.Connection, name: str) -> dict[str, object]:
    return dict(connection.scalar(sa.select(t.index_state.c.value).where(t.index_state.c.name == name)) or {})


def _next_versions(writing: sa.Connection, count: int) -> int:
    """The first of ``count`` new versions. The row stays locked until the end: versions are seen in their order."""
    if not count:
        return 0
    s = t.index_state
    upsert(writing, s, [{"name": COUNT, "value": {"version": 0}}], update=())
    found = writing.scalar(sa.select(s.c.value).where(s.c.name == COUNT).with_for_update())
    last = int((found or {}).get("version", 0))
    writing.execute(sa.update(s).where(s.c.name == COUNT).values(value={"version": last + count}))
    return last + 1


def _delete(writing: sa.Connection, table: sa.Table, record_ids: set[int]) -> None:
    if record_ids:
        writing.execute(sa.delete(table).where(among(writing, table.c.record_id, record_ids)))


def _vector(stored: bytes) -> Matrix:
    return np.frombuffer(stored, dtype=np.float32)


def _entry(row: Any) -> IndexEntry:
    return IndexEntry(row.record_id, row.version, row.scope_id, _vector(row.vector))
