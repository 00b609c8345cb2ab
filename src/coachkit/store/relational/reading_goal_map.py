"""Reads the map of goals, and to which goals items belong by what they are part of."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

import numpy as np
import sqlalchemy as sa

from coachkit.insight.linking.mapping import MappedGoal, StateRow, Vector
from coachkit.store.relational.database import Database
from coachkit.store.relational.reading_base import Scope
from coachkit.store.relational.reading_goals import read_goals
from coachkit.store.relational.reading_people import Whos
from coachkit.store.relational.schema import (
    embeddings,
    goals,
    key_results,
    record_links,
    records,
    state_changes,
    teams,
)

__all__ = ["SqlGoalMapReader"]


class SqlGoalMapReader:
    """The :class:`~coachkit.insight.linking.mapping.GoalMapReader` over the relational store."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def goals(self, scopes: frozenset[int], until: datetime) -> Sequence[MappedGoal]:
        with self._database.read() as connection:
            scope = Scope(connection, scopes)
            rows = {
                row.record_id: row
                for row in scope.rows(
                    sa.select(goals, records.c.title, records.c.text)
                    .join(records, records.c.id == goals.c.record_id)
                    .where(scope.live())
                    .order_by(goals.c.key, goals.c.record_id)
                )
            }
            found = read_goals(scope, Whos(scope), set(rows), until)
            history = _history(scope, set(rows), until)
        known = (
            MappedGoal(
                record=goal.record,
                key=goal.key,
                title=goal.title,
                text=rows[goal.record].text or "",
                level=rows[goal.record].level,
                commitment=goal.commitment,
                team=goal.team,
                other_teams=goal.other_teams,
                parents=tuple(rows[goal.record].parents or ()),
                starts_on=rows[goal.record].starts_on,
                due_on=goal.due_on,
                state=history[goal.record][-1].state if history[goal.record] else goal.state,
                category=history[goal.record][-1].category if history[goal.record] else goal.category,
                owners=goal.owners,
                results=goal.key_results,
                history=tuple(history[goal.record]),
            )
            for goal in found
        )
        return [goal for goal in known if goal.starts_on is None or goal.starts_on <= until.date()]

    def team_names(self, scopes: frozenset[int]) -> Mapping[str, str]:
        with self._database.read() as connection:
            scope = Scope(connection, scopes)
            rows = scope.rows(
                sa.select(teams.c.key, teams.c.name)
                .join(records, records.c.id == teams.c.record_id)
                .where(scope.standing())
                .order_by(teams.c.key)
            )
        return {row.key: row.name for row in rows}

    def vectors(self, scopes: frozenset[int], wanted: Collection[int]) -> Mapping[int, Vector]:
        with self._database.read() as connection:
            scope = Scope(connection, scopes)
            e = embeddings.c
            rows = scope.rows(
                sa.select(e.record_id, e.model, e.vector)
                .join(records, records.c.id == e.record_id)
                .where(scope.within(e.record_id, wanted), scope.standing())
                .order_by(e.record_id)
            )
        if not rows:
            return {}
        (model, _), *_ = Counter(row.model for row in rows).most_common(1)
        return {row.record_id: np.frombuffer(row.vector, dtype=np.float32) for row in rows if row.model == model}

    def belonging(self, scopes: frozenset[int]) -> Mapping[int, frozenset[str]]:
        part = record_links.alias("part")
        linked = record_links.alias("linked")
        whole = records.alias("whole")
        with self._database.read() as connection:
            scope = Scope(connection, scopes)
            names = sa.union(
                sa.select(goals.c.key.label("name"), goals.c.key.label("goal")),
                sa.select(key_results.c.key, goals.c.key).join(goals, goals.c.record_id == key_results.c.record_id),
            ).subquery("names")
            rows = scope.rows(
                sa.select(part.c.record_id, names.c.goal)
                .distinct()
                .join(records, records.c.id == part.c.record_id)
                .join(whole, sa.and_(whole.c.key == part.c.target, whole.c.deleted_at.is_(None)))
                .join(linked, linked.c.record_id == whole.c.id)
                .join(names, names.c.name == linked.c.target)
                .where(
                    part.c.rel.in_(("parent", "epic", "fixes")),
                    scope.standing(),
                    scope.within(whole.c.scope_id, scopes),
                )
            )
        found: dict[int, set[str]] = defaultdict(set)
        for row in rows:
            found[row.record_id].add(row.goal)
        return {record: frozenset(keys) for record, keys in found.items()}


def _history(scope: Scope, ids: set[int], until: datetime) -> Mapping[int, list[StateRow]]:
    c = state_changes.c
    rows = scope.rows(
        sa.select(c.record_id, c.at, c.state, c.category, c.reason)
        .where(scope.within(c.record_id, ids), c.at <= until)
        .order_by(c.record_id, c.at, c.ordinal)
    )
    found: dict[int, list[StateRow]] = defaultdict(list)
    for row in rows:
        found[row.record_id].append(StateRow(at=row.at, state=row.state, category=row.category, reason=row.reason))
    return found
