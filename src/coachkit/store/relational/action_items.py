"""Action items and ticks, in SQL."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from coachkit.delivery.action_items import StoredAction
from coachkit.store.relational import schema as t
from coachkit.store.relational.database import Database, upsert
from coachkit.store.relational.reading_base import Scope

__all__ = ["SqlActionItemStore"]


class SqlActionItemStore:
    """The :class:`~coachkit.delivery.action_items.ActionItemStore` over the relational store."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def find(self, records: Collection[int], scopes: frozenset[int]) -> Sequence[StoredAction]:
        with self._database.read() as connection:
            scope = Scope(connection, scopes)
            return _load(scope, _actions().where(scope.live(), scope.within(t.records.c.id, records)))

    def open_of(self, person: int, scopes: frozenset[int], *, limit: int) -> Sequence[StoredAction]:
        a, k = t.action_items.c, t.ticks.c
        done_at = sa.case((k.record_id.is_not(None), k.done_at), else_=a.done_at)
        with self._database.read() as connection:
            scope = Scope(connection, scopes)
            statement = (
                _actions()
                .where(scope.live(), t.identities.c.person_id == person, done_at.is_(None))
                .order_by(a.due_on.is_(None), a.due_on, a.created_at, a.record_id)
                .limit(limit)
            )
            return _load(scope, statement)

    def put_tick(self, record: int, done_at: datetime | None, *, by: int, now: datetime) -> None:
        with self._database.write() as connection:
            upsert(connection, t.ticks, [{"record_id": record, "done_at": done_at, "by_person_id": by, "at": now}])

    def remove_tick(self, record: int) -> None:
        with self._database.write() as connection:
            connection.execute(sa.delete(t.ticks).where(t.ticks.c.record_id == record))


def _actions() -> sa.Select[Any]:
    a, r, k, i, p = (table.c for table in (t.action_items, t.records, t.ticks, t.identities, t.people))
    by = t.people.alias("by")
    return sa.select(
        a.record_id,
        r.title,
        r.connection,
        a.check_in,
        i.person_id.label("owner"),
        sa.func.coalesce(p.name, i.name, i.key, "").label("owner_name"),
        a.created_at,
        a.due_on,
        a.done_at,
        k.record_id.label("tick"),
        k.done_at.label("tick_done_at"),
        k.at.label("ticked_at"),
        by.c.name.label("ticked_by"),
    ).select_from(
        t.action_items.join(t.records, r.id == a.record_id)
        .outerjoin(t.identities, i.id == a.owner_id)
        .outerjoin(t.people, p.id == i.person_id)
        .outerjoin(t.ticks, k.record_id == a.record_id)
        .outerjoin(by, by.c.id == k.by_person_id)
    )


def _load(scope: Scope, statement: sa.Select[Any]) -> list[StoredAction]:
    rows = scope.rows(statement)
    sides = _sides(scope, {(row.connection, row.check_in) for row in rows if row.check_in})
    return [
        StoredAction(
            record=row.record_id,
            title=row.title,
            owner=row.owner,
            owner_name=row.owner_name,
            sides=frozenset(sides.get((row.connection, row.check_in), ())),
            created_at=row.created_at,
            due_on=row.due_on,
            source_done_at=row.done_at,
            ticked=row.tick is not None,
            tick_done_at=row.tick_done_at,
            ticked_by=row.ticked_by or "",
            ticked_at=row.ticked_at,
        )
        for row in rows
    ]


def _sides(scope: Scope, wanted: set[tuple[str, str]]) -> dict[tuple[str, str], set[int]]:
    """The two people of each check-in, by its connection and native id there."""
    found: dict[tuple[str, str], set[int]] = defaultdict(set)
    c, r = t.check_ins.c, t.records.c
    for column in (c.manager_id, c.report_id):
        rows = scope.rows(
            sa.select(r.connection, r.native_id, t.identities.c.person_id)
            .select_from(
                t.check_ins.join(t.records, r.id == c.record_id).join(t.identities, t.identities.c.id == column)
            )
            .where(
                r.deleted_at.is_(None),
                scope.within(r.native_id, {native for _, native in wanted}),
                t.identities.c.person_id.is_not(None),
            )
        )
        for row in rows:
            if (row.connection, row.native_id) in wanted:
                found[(row.connection, row.native_id)].add(row.person_id)
    return found
