"""The words of every record, as plain rows in the transaction that writes the record.

There is no dictionary and no statistic over all records: a term is a hash, and how rare a word is gets counted over the
rows that a viewer may read, each time. So a hidden record can neither be found nor be guessed from an order of hits.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

import sqlalchemy as sa

from coachkit.retrieval.tokenizer import EVERY_RECORD, TOKENIZER_VERSION, count_terms
from coachkit.store.relational import schema as t
from coachkit.store.relational.bulk import Row, insert_rows, upsert_rows
from coachkit.store.relational.database import Database
from coachkit.store.relational.idset import among
from coachkit.store.relational.types import milliseconds

__all__ = [
    "IndexableRecord",
    "day_of",
    "index_records",
    "rebuild_postings",
    "unindex_records",
]

BATCH = 2_000
"""Records whose postings are sorted and written together: bounds memory, and lets SQLite write its tree in order."""

REBUILD_BATCH = 500
"""Records of one transaction of a rebuild: a sync waits for it a second at most."""

STATE = "postings"


@dataclass(frozen=True, slots=True)
class IndexableRecord:
    """What is found of a record: its title and text, for who may read its scope."""

    record_id: int
    scope_id: int
    occurred_at: datetime
    title: str
    text: str


def day_of(at: datetime) -> int:
    """Days since 1970, UTC."""
    return milliseconds(at) // 86_400_000


def index_records(
    connection: sa.Connection, records: Iterable[IndexableRecord], *, now: datetime, new: bool = False
) -> None:
    """Let these records be found by their words at once, and by their meaning when the indexer has come to them.

    Replaces what was indexed of them. Call it for every record whose title, text, time or scope changed, inside the
    transaction that writes it.

    :param now: when they are queued for the indexer.
    :param new: none of them was ever indexed; saves looking for what to replace.
    """
    for batch in _batches(records, BATCH):
        _write_postings(connection, batch, new=new)
        _queue(connection, (record.record_id for record in batch), now)


def unindex_records(connection: sa.Connection, record_ids: Iterable[int], *, now: datetime) -> None:
    """Let these records be found no more: their words and vectors go now, and the vector index is told to forget."""
    for batch in _batches(record_ids, BATCH):
        connection.execute(sa.delete(t.postings).where(among(connection, t.postings.c.record_id, batch)))
        connection.execute(sa.delete(t.embeddings).where(among(connection, t.embeddings.c.record_id, batch)))
        _queue(connection, batch, now)


def rebuild_postings(database: Database) -> int:
    """Write all postings again if they were made by another tokenizer; how many records were written.

    Works in short transactions, remembers where it is, and leaves every record findable while it runs.
    """
    written = 0
    while True:
        with database.write() as connection:
            state = connection.scalar(sa.select(t.index_state.c.value).where(t.index_state.c.name == STATE)) or {}
            if state.get("tokenizer") == TOKENIZER_VERSION:
                return written
            after = state["next"] if state.get("towards") == TOKENIZER_VERSION else -1
            batch = _records_after(connection, after)
            _write_postings(connection, batch, new=False)
            written += len(batch)
            value = (
                {"towards": TOKENIZER_VERSION, "next": batch[-1].record_id}
                if batch
                else {"tokenizer": TOKENIZER_VERSION}
            )
            connection.execute(sa.delete(t.index_state).where(t.index_state.c.name == STATE))
            connection.execute(sa.insert(t.index_state).values(name=STATE, value=value))


def _records_after(connection: sa.Connection, after: int) -> list[IndexableRecord]:
    columns = t.records.c
    statement = (
        sa.select(columns.id, columns.scope_id, columns.occurred_at, columns.title, columns.text)
        .where(columns.deleted_at.is_(None), columns.id > after)
        .order_by(columns.id)
        .limit(REBUILD_BATCH)
    )
    return [IndexableRecord(*row) for row in connection.execute(statement)]


def _write_postings(connection: sa.Connection, records: Sequence[IndexableRecord], *, new: bool) -> None:
    if not new:
        ids = [record.record_id for record in records]
        connection.execute(sa.delete(t.postings).where(among(connection, t.postings.c.record_id, ids)))
    rows: list[Row] = []
    for record in records:
        counts, length = count_terms(f"{record.title}\n{record.text}")
        scope, day, found = record.scope_id, day_of(record.occurred_at), record.record_id
        rows.append((EVERY_RECORD, scope, day, found, 0, length))
        rows.extend((term, scope, day, found, tf, length) for term, tf in counts.items())
    rows.sort()
    insert_rows(connection, t.postings, rows)


def _queue(connection: sa.Connection, record_ids: Iterable[int], now: datetime) -> None:
    at = milliseconds(now)
    upsert_rows(connection, t.index_outbox, [(found, at) for found in sorted(set(record_ids))])


def _batches(items: Iterable[Any], size: int) -> Iterator[list[Any]]:
    rest = iter(items)
    while batch := list(islice(rest, size)):
        yield batch
