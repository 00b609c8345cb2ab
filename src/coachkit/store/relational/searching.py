"""What a search reads from the database, in one consistent view, each statement with the viewer's scopes in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import numpy as np
import sqlalchemy as sa

from coachkit.retrieval.ports import Integers, Matrix, Permitted, Postings, Similar
from coachkit.retrieval.tokenizer import EVERY_RECORD
from coachkit.store.relational import schema as t
from coachkit.store.relational.database import Database
from coachkit.store.relational.idset import among
from coachkit.store.relational.postings import day_of

__all__ = ["RelationalReading", "RelationalSearch"]

DAY = 86_400_000
"""Milliseconds."""

PAGE = 4_096
"""Vectors compared at once."""


class RelationalSearch:
    """Opens views of one database."""

    def __init__(self, database: Database) -> None:
        self.database = database

    @contextmanager
    def reading(self) -> Iterator[RelationalReading]:
        with self.database.read() as connection:
            yield RelationalReading(connection)


class RelationalReading:
    """Implements :class:`~coachkit.retrieval.ports.SearchReading` within one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self.connection = connection

    def count(self, within: Permitted) -> int:
        statement = sa.select(sa.func.count()).select_from(t.postings).where(self._posted([EVERY_RECORD], within))
        return int(self.connection.scalar(statement) or 0)

    def postings(self, within: Permitted, terms: Sequence[int]) -> Postings:
        p = t.postings.c
        statement = sa.select(p.term_id, p.record_id, p.day, p.tf, p.length).where(self._posted(terms, within))
        rows = _columns(self.connection.execute(statement), 5)
        places = np.argsort(np.array(terms, dtype=np.int64), kind="stable")
        found = np.searchsorted(np.array(terms, dtype=np.int64)[places], rows[0])
        return Postings(places[found] if len(found) else rows[0], *rows[1:])

    def permitted(self, within: Permitted, record_ids: Iterable[int]) -> dict[int, int]:
        r = t.records.c
        statement = sa.select(r.id, r.occurred_at).where(
            among(self.connection, r.id, record_ids), self._allowed(within, by_id=True)
        )
        return {found: day_of(at) for found, at in self.connection.execute(statement)}

    def count_exactly(self, within: Permitted, at_most: int) -> int:
        some = sa.select(t.records.c.id).where(self._allowed(within)).limit(at_most).subquery()
        return int(self.connection.scalar(sa.select(sa.func.count()).select_from(some)) or 0)

    def similar(
        self,
        within: Permitted,
        model: str,
        question: Matrix,
        *,
        record_ids: Iterable[int] | None = None,
        newer_than: int | None = None,
    ) -> Similar:
        statement = self._vectors(within, model, by_id=record_ids is not None or newer_than is not None)
        if record_ids is not None:
            statement = statement.where(among(self.connection, t.embeddings.c.record_id, record_ids))
        if newer_than is not None:
            statement = statement.where(t.embeddings.c.version > newer_than)
        return self._compared(statement, question)

    def sample(self, within: Permitted, model: str, question: Matrix, size: int) -> Similar:
        statement = self._vectors(within, model, by_id=True).order_by(t.embeddings.c.record_id).limit(size)
        return self._compared(statement, question)

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
        rows = self.connection.execution_options(stream_results=True, max_row_buffer=PAGE).execute(statement)
        for page in rows.partitions(PAGE):
            record, at, chinese, vectors = zip(*page, strict=True)
            matrix = np.frombuffer(b"".join(vectors), dtype=np.float32).reshape(len(page), -1)
            # Row by row: BLAS would round a row differently by what stands beside it.
            near = np.einsum("ij,j->i", matrix, question).astype(np.float64)
            days = np.array(at, dtype=np.int64) // DAY
            parts.append((np.array(record, dtype=np.int64), days, np.array(chinese, dtype=np.bool_), near))
        if not parts:
            none = np.empty(0, dtype=np.int64)
            return Similar(none, none, none.astype(np.bool_), none.astype(np.float64))
        columns = [np.concatenate(column) for column in zip(*parts, strict=True)]
        order = np.argsort(columns[0])
        return Similar(*(column[order] for column in columns))

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


def _columns(rows: Iterable[Sequence[int]], width: int) -> list[Integers]:
    whole = np.array([tuple(row) for row in rows], dtype=np.int64).reshape(-1, width)
    return [np.ascontiguousarray(whole[:, place]) for place in range(width)]
