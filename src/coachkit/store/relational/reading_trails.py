"""Reads what a record went through: a statement about days in a state or about a value can be checked against it."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from coachkit.domain.trails import LinkStep, StateStep, Trail, ValueStep
from coachkit.store.relational.database import Database
from coachkit.store.relational.reading_base import Scope
from coachkit.store.relational.schema import key_results, measurements, record_links, records, state_changes

__all__ = ["read_parts", "read_trail"]


def read_trail(database: Database, scopes: frozenset[int], record: int, until: datetime) -> Trail:
    """Up to ``until``; empty for a record that may not be read."""
    with database.read() as connection:
        scope = Scope(connection, scopes)
        seen = scope.rows(sa.select(records.c.id).where(records.c.id == record, scope.standing()))
        if not seen:
            return Trail()
        return Trail(
            states=_states(scope, record, until), links=_links(scope, record), values=_values(scope, record, until)
        )


def read_parts(database: Database, scopes: frozenset[int], key: str) -> tuple[str, frozenset[int]] | None:
    """Of an item that others are part of, an epic: its key as its source has it, and the records of it and of them."""
    r, c = records.c, record_links.c
    with database.read() as connection:
        scope = Scope(connection, scopes)
        whole = scope.rows(sa.select(r.id, r.key).where(r.key.in_({key, key.upper()}), scope.standing()))
        if not whole:
            return None
        parts = scope.rows(
            sa.select(c.record_id)
            .join(records, r.id == c.record_id)
            .where(c.rel.in_(("parent", "epic")), c.target == whole[0].key, scope.standing())
        )
    found = frozenset(row.record_id for row in parts)
    return (whole[0].key, found | {row.id for row in whole}) if found else None


def _states(scope: Scope, record: int, until: datetime) -> tuple[StateStep, ...]:
    c = state_changes.c
    rows = scope.rows(
        sa.select(c.at, c.state, c.reason).where(c.record_id == record, c.at <= until).order_by(c.at, c.ordinal)
    )
    return tuple(StateStep(at=row.at, state=row.state, reason=row.reason) for row in rows)


def _links(scope: Scope, record: int) -> tuple[LinkStep, ...]:
    """To what may be read as well: of the rest not even the key is told."""
    c = record_links.c
    of_goal = sa.select(key_results.c.key).join(records, records.c.id == key_results.c.record_id)
    rows = scope.rows(
        sa.select(c.rel, c.target, c.since, c.until)
        .where(
            c.record_id == record,
            sa.or_(
                c.target.in_(sa.select(records.c.key).where(records.c.key == c.target, scope.standing())),
                c.target.in_(of_goal.where(key_results.c.key == c.target, scope.standing())),
            ),
        )
        .order_by(c.since, c.rel, c.target)
    )
    return tuple(LinkStep(rel=row.rel, target=row.target, since=row.since, until=row.until) for row in rows)


def _values(scope: Scope, record: int, until: datetime) -> tuple[ValueStep, ...]:
    c, m = key_results.c, measurements.c
    newest = {
        row.key_result: row
        for row in scope.rows(
            sa.select(m.key_result, m.at, m.value).where(m.record_id == record, m.at <= until).order_by(m.at)
        )
    }
    rows = scope.rows(sa.select(key_results).where(c.record_id == record).order_by(c.ordinal))
    return tuple(
        ValueStep(
            key=row.key,
            title=row.title,
            start=row.start,
            target=row.target,
            unit=row.unit,
            value=newest[row.key].value if row.key in newest else None,
            at=newest[row.key].at if row.key in newest else None,
        )
        for row in rows
    )
