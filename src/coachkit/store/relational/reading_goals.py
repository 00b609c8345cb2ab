"""Reading goals, their key results and measurements."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from coachkit.insight.rows import GoalRow, KeyResultRow, MeasurementRow
from coachkit.store.relational.reading_base import Scope
from coachkit.store.relational.reading_people import Whos
from coachkit.store.relational.schema import goal_owners, goals, key_results, measurements, records

__all__ = ["goals_of", "read_goals"]


def goals_of(scope: Scope, own: Collection[int], keys: Collection[str]) -> set[int]:
    """Goals that somebody owns, whole or by a key result, and goals called by one of ``keys``."""
    owned = (
        sa.select(goal_owners.c.record_id)
        .join(records, records.c.id == goal_owners.c.record_id)
        .where(scope.within(goal_owners.c.identity_id, own), scope.live())
    )
    named = (
        sa.select(goals.c.record_id)
        .join(records, records.c.id == goals.c.record_id)
        .where(scope.within(goals.c.key, keys), scope.live())
    )
    return {row.record_id for query in (owned, named) for row in scope.rows(query)}


def read_goals(scope: Scope, whos: Whos, ids: Collection[int], until: datetime) -> tuple[GoalRow, ...]:
    """These goals, with what was measured until then."""
    if not ids:
        return ()
    rows = scope.rows(
        sa.select(goals, records.c.title)
        .join(records, records.c.id == goals.c.record_id)
        .where(scope.within(goals.c.record_id, ids), scope.live())
        .order_by(goals.c.key, goals.c.record_id)
    )
    owners = _owners(scope, whos, ids)
    results = _key_results(scope, owners, ids, until)
    return tuple(
        GoalRow(
            record=row.record_id,
            key=row.key,
            title=row.title,
            commitment=row.commitment,
            team=row.team,
            other_teams=tuple(row.other_teams or ()),
            due_on=row.due_on,
            state=row.state,
            category=row.state_category,
            owners=frozenset(owners.get((row.record_id, ""), ())),
            key_results=tuple(results.get(row.record_id, ())),
        )
        for row in rows
    )


def _owners(scope: Scope, whos: Whos, ids: Collection[int]) -> Mapping[tuple[int, str], set[int]]:
    rows = scope.rows(sa.select(goal_owners).where(scope.within(goal_owners.c.record_id, ids)))
    whos.learn({row.identity_id for row in rows})
    found: dict[tuple[int, str], set[int]] = defaultdict(set)
    for row in rows:
        found[row.record_id, row.key_result].add(whos[row.identity_id])
    return found


def _key_results(
    scope: Scope, owners: Mapping[tuple[int, str], set[int]], ids: Collection[int], until: datetime
) -> Mapping[int, list[KeyResultRow]]:
    measured: dict[tuple[int, str], list[Any]] = defaultdict(list)
    for row in scope.rows(
        sa.select(measurements)
        .where(scope.within(measurements.c.record_id, ids), measurements.c.at <= until)
        .order_by(measurements.c.at)
    ):
        measured[row.record_id, row.key_result].append(MeasurementRow(at=row.at, value=row.value, note=row.note))
    found: dict[int, list[KeyResultRow]] = defaultdict(list)
    for row in scope.rows(
        sa.select(key_results)
        .where(scope.within(key_results.c.record_id, ids))
        .order_by(key_results.c.record_id, key_results.c.ordinal)
    ):
        found[row.record_id].append(
            KeyResultRow(
                key=row.key,
                title=row.title,
                start=row.start,
                target=row.target,
                unit=row.unit,
                due_on=row.due_on,
                owners=frozenset(owners.get((row.record_id, row.key), ())),
                measurements=tuple(measured.get((row.record_id, row.key), ())),
            )
        )
    return found
