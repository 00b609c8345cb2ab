"""A person's meetings and the records that name them, in SQL."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from coachkit.delivery.personal import Meeting, RecordAbout
from coachkit.domain.audience import Sensitivity
from coachkit.store.relational import schema as t
from coachkit.store.relational.database import Database
from coachkit.store.relational.reading_base import Scope

__all__ = ["SqlPersonalReader"]

_NAMED_IN = (
    (t.interactions, ("actor_id", "target_id")),
    (t.state_changes, ("by_id",)),
    (t.goal_owners, ("identity_id",)),
    (t.measurements, ("by_id",)),
    (t.feedback, ("subject_id", "author_id")),
    (t.check_ins, ("manager_id", "report_id")),
    (t.agenda_points, ("author_id",)),
    (t.action_items, ("owner_id",)),
    (t.notes, ("author_id", "about_id")),
    (t.memberships, ("identity_id",)),
    (t.reporting_lines, ("identity_id", "manager_id")),
    (t.profiles, ("identity_id",)),
)
"""Where a record names somebody. A private note is found by its author alone: the scopes see to that."""


class SqlPersonalReader:
    """The :class:`~coachkit.delivery.personal.PersonalReader` over the relational store."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def meetings(self, person: int, scopes: frozenset[int], *, since: datetime, until: datetime) -> Sequence[Meeting]:
        c = t.check_ins.c
        manager, report = _side("manager"), _side("report")
        with self._database.read() as connection:
            scope = Scope(connection, scopes)
            statement = (
                _meetings(manager, report)
                .where(
                    scope.live(),
                    sa.or_(manager[1].c.id == person, report[1].c.id == person),
                    c.scheduled_at >= since,
                    c.scheduled_at < until,
                    c.state != "cancelled",
                )
                .order_by(c.scheduled_at, c.record_id)
            )
            return _with_points(scope, scope.rows(statement))

    def next_meetings(self, people: Sequence[int], scopes: frozenset[int], *, after: datetime) -> dict[int, Meeting]:
        c = t.check_ins.c
        manager, report = _side("manager"), _side("report")
        with self._database.read() as connection:
            scope = Scope(connection, scopes)
            statement = (
                _meetings(manager, report)
                .where(
                    scope.live(),
                    scope.within(report[1].c.id, people),
                    c.scheduled_at >= after,
                    c.state == "planned",
                )
                .order_by(c.scheduled_at, c.record_id)
            )
            found: dict[int, Any] = {}
            for row in scope.rows(statement):
                found.setdefault(row.report, row)
            return {one.report: one for one in _with_points(scope, list(found.values()))}

    def records_about(
        self, person: int, scopes: frozenset[int], *, limit: int, offset: int = 0, connection: str = ""
    ) -> Sequence[RecordAbout]:
        r, i = t.records.c, t.identities.c
        with self._database.read() as reading:
            scope = Scope(reading, scopes)
            own = [row.id for row in scope.rows(sa.select(i.id).where(i.person_id == person))]
            named = sa.union(
                *(
                    sa.select(table.c.record_id).where(scope.within(table.c[column], own))
                    for table, columns in _NAMED_IN
                    for column in columns
                )
            ).subquery()
            statement = (
                sa.select(
                    r.id, r.kind, r.key, r.title, _beginning(), r.connection, r.stream, r.occurred_at, r.sensitivity
                )
                .join(named, named.c.record_id == r.id)
                .where(scope.live(), r.connection == connection if connection else sa.true())
                .order_by(r.occurred_at.desc(), r.id)
                .limit(limit)
                .offset(offset)
            )
            return [
                RecordAbout(
                    record=row.id,
                    kind=row.kind,
                    key=row.key,
                    title=row.title,
                    text=row.text,
                    connection=row.connection,
                    stream=row.stream,
                    occurred_at=row.occurred_at,
                    sensitivity=Sensitivity(row.sensitivity),
                )
                for row in scope.rows(statement)
            ]


def _beginning() -> sa.ColumnElement[str]:
    return sa.func.substr(t.records.c.text, 1, _SHOWN).label("text")


_SHOWN = 300
_Side = tuple[Any, Any]
"""Aliases of ``identities`` and ``people`` for one side of a check-in."""


def _side(name: str) -> _Side:
    return t.identities.alias(f"{name}_identity"), t.people.alias(name)


def _meetings(manager: _Side, report: _Side) -> sa.Select[Any]:
    c = t.check_ins.c
    return sa.select(
        c.record_id,
        c.scheduled_at,
        c.state,
        manager[1].c.id.label("manager"),
        manager[1].c.name.label("manager_name"),
        report[1].c.id.label("report"),
        report[1].c.name.label("report_name"),
    ).select_from(
        t.check_ins.join(t.records, t.records.c.id == c.record_id)
        .join(manager[0], manager[0].c.id == c.manager_id)
        .join(manager[1], manager[1].c.id == manager[0].c.person_id)
        .join(report[0], report[0].c.id == c.report_id)
        .join(report[1], report[1].c.id == report[0].c.person_id)
    )


def _with_points(scope: Scope, rows: Sequence[Any]) -> list[Meeting]:
    """Meetings with the number of points that either side has put on the agenda."""
    a, i = t.agenda_points.c, t.identities.c
    points: dict[int, list[int]] = defaultdict(list)
    for point in scope.rows(
        sa.select(a.record_id, i.person_id)
        .join(t.identities, i.id == a.author_id)
        .where(scope.within(a.record_id, [row.record_id for row in rows]), a.done.is_(False))
    ):
        points[point.record_id].append(point.person_id)
    return [
        Meeting(
            record=row.record_id,
            at=row.scheduled_at,
            state=row.state,
            manager=row.manager,
            manager_name=row.manager_name,
            report=row.report,
            report_name=row.report_name,
            points=(points[row.record_id].count(row.report), points[row.record_id].count(row.manager)),
        )
        for row in rows
    ]
