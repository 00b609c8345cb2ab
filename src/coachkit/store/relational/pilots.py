"""Pilots and their baselines, and the check-ins that one may read, in SQL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from coachkit.insight.pilots.figures import CheckInSeen, Figure, Week
from coachkit.insight.pilots.service import Pilot
from coachkit.store.relational import schema as t
from coachkit.store.relational.database import Database
from coachkit.store.relational.reading_base import Scope

__all__ = ["SqlPilots", "check_ins_seen"]


class SqlPilots:
    """The :class:`~coachkit.insight.pilots.service.PilotStore` over the relational store."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, pilot: Pilot) -> None:
        row = {
            "id": pilot.id,
            "teams": list(pilot.teams),
            "started_by_id": pilot.started_by,
            "started_at": pilot.started_at,
            "baseline": {"before": _plain(pilot.before), "rest": _plain(pilot.rest)},
            "stopped_at": pilot.stopped_at,
        }
        with self._database.write() as connection:
            connection.execute(sa.insert(t.pilots).values(row))

    def of(self, person: int) -> Sequence[Pilot]:
        c = t.pilots.c
        query = sa.select(t.pilots).where(c.started_by_id == person).order_by(c.started_at.desc(), c.id)
        with self._database.read() as connection:
            return [
                Pilot(
                    id=row.id,
                    teams=tuple(row.teams),
                    started_by=row.started_by_id,
                    started_at=row.started_at,
                    before=_figures(row.baseline["before"]),
                    rest=_figures(row.baseline["rest"]),
                    stopped_at=row.stopped_at,
                )
                for row in connection.execute(query)
            ]

    def stop(self, pilot: str, person: int, at: datetime) -> bool:
        c = t.pilots.c
        with self._database.write() as connection:
            done = connection.execute(
                sa.update(t.pilots)
                .where(c.id == pilot, c.started_by_id == person, c.stopped_at.is_(None))
                .values(stopped_at=at)
            )
        return bool(done.rowcount)


def _plain(figures: Mapping[str, Figure]) -> dict[str, Any]:
    return {
        name: [[week.begun, week.part, week.whole, list(week.values)] for week in figure.weeks]
        for name, figure in figures.items()
    }


def _figures(plain: Mapping[str, Any]) -> dict[str, Figure]:
    return {
        name: Figure(
            weeks=tuple(
                Week(begun=begun, part=part, whole=whole, values=tuple(values)) for begun, part, whole, values in weeks
            )
        )
        for name, weeks in plain.items()
    }


def check_ins_seen(database: Database, scopes: frozenset[int], until: datetime) -> tuple[CheckInSeen, ...]:
    """Check-ins up to a moment that may be read in ``scopes``, from old to new."""
    c, r = t.check_ins.c, t.records.c
    manager, report = t.identities.alias("manager"), t.identities.alias("report")
    with database.read() as connection:
        scope = Scope(connection, scopes)
        rows = scope.rows(
            sa.select(
                r.id,
                sa.func.coalesce(manager.c.person_id, manager.c.id).label("manager"),
                sa.func.coalesce(report.c.person_id, report.c.id).label("report"),
                c.scheduled_at,
                c.state,
            )
            .join(t.check_ins, c.record_id == r.id)
            .join(manager, manager.c.id == c.manager_id)
            .join(report, report.c.id == c.report_id)
            .where(scope.standing(), c.scheduled_at <= until)
            .order_by(c.scheduled_at, r.id)
        )
    return tuple(
        CheckInSeen(
            record=row.id, manager=row.manager, report=row.report, at=row.scheduled_at, held=row.state == "held"
        )
        for row in rows
    )
