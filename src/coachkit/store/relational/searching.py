"""What a search reads from the database, in one consistent view, each statement with the viewer's scopes in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import numpy as np
import sqlalchemy as sa

from coachkit.retrieval.ports import Integers, Permitted, Postings, Vectors
from coachkit.retrieval.tokenizer import EVERY_RECORD
from coachkit.store.relational import schema as t
from coachkit.store.relational.database import Database
from coachkit.store.relational.idset import among
from coachkit.store.relational.postings import day_of

__all__ = ["RelationalReading", "RelationalSearch"]


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

    def vectors(
        self, within: Permitted, model: str, *, record_ids: Iterable[int] | None = None, newer_than: int | None = None
    ) -> Vectors:
        by_id = record_ids is not None or newer_than is not None
        statement = self._vectors(within, model, by_id=by_id)
        if record_ids is not None:
            statement = statement.where(among(self.connection, t.embeddings.c.record_id, record_ids))
        if newer_than is not None:
            statement = statement.where(t.embeddings.c.version > newer_than)
        return _vectors(self.connection.execute(statement))

    def sample(self, within: Permitted, model: str, size: int) -> Vectors:
        ids = sa.select(t.records.c.id).where(self._allowed(within)).order_by(t.records.c.id).limit(size)
        return self.vectors(within, model, record_ids=self.connection.scalars(ids))

    def _vectors(self, within: Permitted, model: str, *, by_id: bool) -> sa.Select[Any]:
        r, e = t.records.c, t.embeddings.c
        return (
            sa.select(e.record_id, r.occurred_at, e.language, e.vector)
            .join_from(t.records, t.embeddings, r.id == e.record_id)
            .where(self._allowed(within, by_id=by_id), e.model == model)
        )

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


def _vectors(rows: Iterable[Sequence[Any]]) -> Vectors:
    found = sorted(rows, key=lambda row: int(row[0]))
    return Vectors(
        record=np.array([row[0] for row in found], dtype=np.int64),
        day=np.array([day_of(row[1]) for row in found], dtype=np.int64),
        chinese=np.array([row[2] == "zh" for row in found], dtype=np.bool_),
        matrix=np.array([np.frombuffer(row[3], dtype=np.float32) for row in found], dtype=np.float32),
    )
