"""What a search reads from the database, in one consistent view, each statement with the viewer's scopes in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from itertools import chain
from typing import Any

import numpy as np
import sqlalchemy as sa

from coachkit.retrieval.ports import Integers, Matrix, Permitted, Postings, Similar
from coachkit.retrieval.tokenizer import EVERY_RECORD
from coachkit.store.relational import schema as t
from coachkit.store.relational.database import Database
from coachkit.store.relational.idset import among
from coachkit.store.relational.postings import day_of
from coachkit.store.relational.vectors import VectorMemory, Vectors, compared, pages, untold

__all__ = ["RelationalReading", "RelationalSearch"]

DAY = 86_400_000
"""Milliseconds."""


NONE = np.empty(0, dtype=np.int64)


class RelationalSearch:
    """Opens views of one database, and keeps its vectors in memory for them."""

    def __init__(self, database: Database, memory: VectorMemory | None = None) -> None:
        self.database = database
        self.memory = memory or VectorMemory()

    @contextmanager
    def reading(self) -> Iterator[RelationalReading]:
        with self.database.read() as connection:
            if connection.dialect.name == "postgresql":
                # Else each statement would have a view of its own.
                connection.execute(sa.text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY"))
            yield RelationalReading(connection, self.memory)


class RelationalReading:
    """Implements :class:`~coachkit.retrieval.ports.SearchReading` within one transaction."""

    def __init__(self, connection: sa.Connection, memory: VectorMemory) -> None:
        self.connection = connection
        self.memory = memory
        self._at_hand: dict[str, Vectors | None] = {}

    def count(self, within: Permitted) -> int:
        statement = sa.select(sa.func.count()).select_from(t.postings).where(self._posted([EVERY_RECORD], within))
        return int(self.connection.scalar(statement) or 0)

    def postings(self, within: Permitted, terms: Sequence[int]) -> Postings:
        p = t.postings.c
        place = {term: number for number, term in enumerate(terms)}
        found = self._numbers([p.record_id, p.day, p.tf, p.length], self._posted(terms, within), by=p.term_id)
        of = [np.full(len(columns[0]), place[term], dtype=np.int64) for term, columns in found.items()]
        if not of:
            return Postings(NONE, NONE, NONE, NONE, NONE)
        return Postings(*(np.concatenate(column) for column in (of, *zip(*found.values(), strict=True))))

    def permitted(self, within: Permitted, record_ids: Iterable[int]) -> dict[int, int]:
        record, day = self._records(within, record_ids)
        return dict(zip(record.tolist(), day.tolist(), strict=True))

    def count_exactly(self, within: Permitted, at_most: int) -> int:
        some = sa.select(t.records.c.id).where(self._allowed(within)).limit(at_most).subquery()
        return int(self.connection.scalar(sa.select(sa.func.count()).select_from(some)) or 0)

    def at_hand(self, model: str) -> bool:
        return self._in_memory(model) is not None

    def similar(
        self,
        within: Permitted,
        model: str,
        question: Matrix,
        *,
        record_ids: Iterable[int] | None = None,
        newer_than: int | None = None,
    ) -> Similar:
        vectors = self._in_memory(model) if newer_than is None else None
        if vectors is not None:
            return self._remembered(vectors, within, question, record_ids)
        statement = self._vectors(within, model, by_id=record_ids is not None or newer_than is not None)
        if record_ids is not None:
            statement = statement.where(among(self.connection, t.embeddings.c.record_id, record_ids))
        if newer_than is not None:
            statement = statement.where(t.embeddings.c.version > newer_than)
        return self._compared(statement, question)

    def sample(self, within: Permitted, model: str, question: Matrix, size: int) -> Similar:
        statement = self._vectors(within, model, by_id=True).order_by(t.embeddings.c.record_id).limit(size)
        return self._compared(statement, question)

    def _in_memory(self, model: str) -> Vectors | None:
        if model not in self._at_hand:
            self._at_hand[model] = self.memory.at(self.connection, model)
        return self._at_hand[model]

    def _remembered(
        self, vectors: Vectors, within: Permitted, question: Matrix, record_ids: Iterable[int] | None
    ) -> Similar:
        """Permitted records from the database, their vectors from memory; the same as :meth:`_compared`, bit by bit."""
        record, day = self._records(within, record_ids)
        order = np.argsort(record)
        held, at = vectors.find(record[order])
        if len(gone := untold(self.connection)):
            still = ~np.isin(vectors.record[at], gone)
            held, at = held[still], at[still]
        held = order[held]
        return Similar(record[held], day[held], vectors.chinese[at], vectors.similarity(at, question))

    def _records(self, within: Permitted, record_ids: Iterable[int] | None) -> tuple[Integers, Integers]:
        """Permitted records and their days, in no order: all, or those of ``record_ids``."""
        r = t.records.c
        permitted = self._allowed(within, by_id=record_ids is not None)
        if record_ids is not None:
            permitted &= among(self.connection, r.id, record_ids)
        columns = [r.id, sa.type_coerce(r.occurred_at, sa.BigInteger())]
        record, at = self._numbers(columns, permitted).get(0, (NONE, NONE))
        return record, at // DAY

    def _vectors(self, within: Permitted, model: str, *, by_id: bool) -> sa.Select[Any]:
        r, e = t.records.c, t.embeddings.c
        return (
            sa.select(e.record_id, sa.type_coerce(r.occurred_at, sa.BigInteger()), e.language == "zh", e.vector)
            .join_from(t.records, t.embeddings, r.id == e.record_id)
            .where(self._allowed(within, by_id=by_id), e.model == model)
        )

    def _compared(self, statement: sa.Select[Any], question: Matrix) -> Similar:
        """Some thousand vectors at a time, so that memory does not grow with what somebody may read."""
        parts = []
        for page in pages(self.connection, statement):
            record, at, chinese, vectors = zip(*page, strict=True)
            matrix = np.frombuffer(b"".join(vectors), dtype=np.float32).reshape(len(page), -1)
            near = compared(matrix, question).astype(np.float64)
            days = np.array(at, dtype=np.int64) // DAY
            parts.append((np.array(record, dtype=np.int64), days, np.array(chinese, dtype=np.bool_), near))
            self.memory.count(len(page))
        if not parts:
            return Similar(NONE, NONE, NONE.astype(np.bool_), NONE.astype(np.float64))
        columns = [np.concatenate(column) for column in zip(*parts, strict=True)]
        order = np.argsort(columns[0])
        return Similar(*(column[order] for column in columns))

    def _numbers(
        self,
        columns: Sequence[sa.ColumnElement[int]],
        where: sa.ColumnElement[bool],
        by: sa.ColumnElement[int] | None = None,
    ) -> dict[int, tuple[Integers, ...]]:
        """Columns of whole numbers, for each value of ``by``; without it under 0.

        SQLite writes a column into one text, which NumPy reads: half the time of taking rows.
        """
        key = sa.literal(0) if by is None else by
        if self.connection.dialect.name == "sqlite":
            texts = sa.select(key, *(sa.func.group_concat(column) for column in columns)).where(where)
            rows = self.connection.execute(texts if by is None else texts.group_by(by))
            return {of: tuple(map(_parsed, some)) for of, *some in rows if some[0] is not None}
        cursor: Any = self.connection.execute(sa.select(key, *columns).where(where)).cursor
        flat = np.fromiter(chain.from_iterable(cursor.fetchall()), dtype=np.int64).reshape(-1, len(columns) + 1)
        return {
            int(of): tuple(np.ascontiguousarray(column) for column in flat[flat[:, 0] == of, 1:].T)
            for of in np.unique(flat[:, 0])
        }

    def _posted(self, terms: Sequence[int], within: Permitted) -> sa.ColumnElement[bool]:
        p = t.postings.c
        clauses = [among(self.connection, p.term_id, terms), among(self.connection, p.scope_id, within.scopes)]
        if within.since is not None:
            clauses.append(p.day >= day_of(within.since))
        if within.until is not None:
            clauses.append(p.day <= day_of(within.until - timedelta(milliseconds=1)))
        return sa.and_(*clauses)

    def _allowed(self, within: Permitted, *, by_id: bool = False) -> sa.ColumnElement[bool]:
        """The record may be returned.

        :param by_id: the statement names the records, so SQLite must not walk the scopes to find them.
        """
        r = t.records.c
        scope = sa.type_coerce(sa.func.coalesce(r.scope_id, 0), sa.BigInteger()) if by_id else r.scope_id
        clauses = [r.deleted_at.is_(None), among(self.connection, scope, within.scopes)]
        if within.since is not None:
            clauses.append(r.occurred_at >= within.since)
        if within.until is not None:
            clauses.append(r.occurred_at < within.until)
        if within.kinds is not None:
            clauses.append(r.kind.in_(sorted(within.kinds)))
        if within.identities is not None:
            clauses.append(r.id.in_(self._taking_part(within.identities)))
        return sa.and_(*clauses)

    def _taking_part(self, identities: frozenset[int]) -> sa.CompoundSelect[Any]:
        columns = [
            t.interactions.c.actor_id,
            t.interactions.c.target_id,
            t.feedback.c.subject_id,
            t.feedback.c.author_id,
            t.check_ins.c.manager_id,
            t.check_ins.c.report_id,
            t.action_items.c.owner_id,
            t.goal_owners.c.identity_id,
        ]
        return sa.union(
            *(
                sa.select(column.table.c.record_id).where(among(self.connection, column, identities))
                for column in columns
            )
        )


def _parsed(text: str) -> Integers:
    return np.fromstring(text, dtype=np.int64, sep=",")
