"""The words of every record, as plain rows in the transaction that writes the record.

There is no dictionary and no statistic over all records: a term is a hash, and how rare a word is gets counted over the
rows that a viewer may read, each time. So a hidden record can neither be found nor be guessed from an order of hits.
"""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from operator import itemgetter
from typing import Any

import sqlalchemy as sa

from coachkit.retrieval.tokenizer import EVERY_RECORD, TOKENIZER_VERSION, count_terms
from coachkit.store.relational import schema as t
from coachkit.store.relational.bulk import Row, insert_rows, upsert_rows
from coachkit.store.relational.database import Database
from coachkit.store.relational.embeddings import UNTOLD
from coachkit.store.relational.idset import among
from coachkit.store.relational.types import milliseconds

__all__ = [
    "IndexableRecord",
    "day_of",
    "index_records",
    "rebuild_postings",
    "unindex_records",
]

BATCH = 10_000
"""Records whose postings are sorted and written together: bounds memory, and lets SQLite write its tree in order."""

REBUILD_BATCH = 500
"""Records of one transaction of a rebuild: a sync waits for it a second at most."""

STATE = "postings"


@dataclass(frozen=True, slots=True)
class IndexableRecord:
    """What is found of a record: its key, title and text, for who may read its scope."""

    record_id: int
    scope_id: int
    occurred_at: datetime
    key: str
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
        _remove_postings(connection, batch)
        held = t.embeddings.c.record_id
        gone = connection.scalars(sa.delete(t.embeddings).where(among(connection, held, batch)).returning(held)).all()
        upsert_rows(connection, t.vector_removals, [(found, UNTOLD) for found in sorted(gone)], update=())
        _queue(connection, batch, now)


def rebuild_postings(database: Database) -> int:
    """Write all postings again if they were made by another tokenizer; how many records were written.

    Works in short transactions, remembers where it is, and leaves every record findable while it runs.
    """
    with database.read() as reading:
        state = reading.scalar(sa.select(t.index_state.c.value).where(t.index_state.c.name == STATE)) or {}
    written = 0
    while state.get("tokenizer") != TOKENIZER_VERSION:
        with database.write() as connection:
            state = connection.scalar(sa.select(t.index_state.c.value).where(t.index_state.c.name == STATE)) or {}
            if state.get("tokenizer") == TOKENIZER_VERSION:
                break  # another process was faster
            after = state["next"] if state.get("towards") == TOKENIZER_VERSION else -1
            batch = _records_after(connection, after)
            _write_postings(connection, batch, new=False)
            written += len(batch)
            state = (
                {"towards": TOKENIZER_VERSION, "next": batch[-1].record_id}
                if batch
                else {"tokenizer": TOKENIZER_VERSION}
            )
            connection.execute(sa.delete(t.index_state).where(t.index_state.c.name == STATE))
            connection.execute(sa.insert(t.index_state).values(name=STATE, value=state))
    return written


def _records_after(connection: sa.Connection, after: int) -> list[IndexableRecord]:
    columns = t.records.c
    statement = (
        sa.select(columns.id, columns.scope_id, columns.occurred_at, columns.key, columns.title, columns.text)
        .where(columns.deleted_at.is_(None), columns.id > after)
        .order_by(columns.id)
        .limit(REBUILD_BATCH)
    )
    return [IndexableRecord(*row) for row in connection.execute(statement)]


def _write_postings(connection: sa.Connection, records: Sequence[IndexableRecord], *, new: bool) -> None:
    if not new:
        _remove_postings(connection, [record.record_id for record in records])
    rows: defaultdict[int, list[Row]] = defaultdict(list)
    found_again: list[Row] = []
    for found, scope, day, words in sorted(
        [(r.record_id, r.scope_id, day_of(r.occurred_at), f"{r.key}\n{r.title}\n{r.text}") for r in records],
        key=itemgetter(1, 2, 0),
    ):
        counts, length = count_terms(words)
        rows[EVERY_RECORD].append((EVERY_RECORD, scope, day, found, 0, length))
        for term, tf in counts.items():
            rows[term].append((term, scope, day, found, tf, length))
        found_again.append((found, scope, day, array("q", counts).tobytes()))
    insert_rows(connection, t.postings, [row for term in sorted(rows) for row in rows[term]])
    insert_rows(connection, t.record_terms, sorted(found_again))


def _remove_postings(connection: sa.Connection, record_ids: Sequence[int]) -> None:
    r = t.record_terms
    keys: list[Row] = []
    for found, scope, day, terms in connection.execute(
        sa.select(r).where(among(connection, r.c.record_id, record_ids))
    ):
        keys.append((EVERY_RECORD, scope, day, found))
        keys.extend([(term, scope, day, found) for term in array("q", terms)])
    if keys:
        keys.sort()
        _delete_keys(connection, keys)
        connection.execute(sa.delete(r).where(among(connection, r.c.record_id, record_ids)))


def _delete_keys(connection: sa.Connection, keys: Sequence[Row]) -> None:
    if connection.dialect.name == "sqlite":
        statement = "DELETE FROM postings WHERE term_id = ? AND scope_id = ? AND day = ? AND record_id = ?"
        connection.exec_driver_sql(statement, list(keys))
        return
    driver: Any = connection.connection.driver_connection
    statement = (
        "DELETE FROM postings p USING unnest(%s::bigint[], %s::bigint[], %s::int[], %s::bigint[])"
        " AS k (term_id, scope_id, day, record_id) WHERE p.term_id = k.term_id AND p.scope_id = k.scope_id"
        " AND p.day = k.day AND p.record_id = k.record_id"
    )
    with driver.cursor() as cursor:
        cursor.execute(statement, [list(column) for column in zip(*keys, strict=True)])


def _queue(connection: sa.Connection, record_ids: Iterable[int], now: datetime) -> None:
    at = milliseconds(now)
    upsert_rows(connection, t.index_outbox, [(found, at) for found in sorted(set(record_ids))])


def _batches(items: Iterable[Any], size: int) -> Iterator[list[Any]]:
    rest = iter(items)
    while batch := list(islice(rest, size)):
        yield batch
