"""How far the records behind a self-review reach, month by month."""

from __future__ import annotations

from datetime import datetime

from coachkit.drafting.facts import Fact
from coachkit.drafting.plan.desk import Desk
from coachkit.insight.half_year import Month, months

__all__ = ["NOT_COVERED", "coverage_by_month", "covered"]

NOT_COVERED = -1
"""In place of dots, for a month before the first record of any source or before the person's first day."""


def covered(desk: Desk, reach: datetime | None) -> tuple[Month, ...]:
    """The months of the window; those before anything was read, or before the person began, are not covered."""
    return months(desk.material, _later(desk, reach))


def _later(desk: Desk, reach: datetime | None) -> datetime | None:
    started = desk.material.started_on
    if reach is None or started is None or started <= desk.day(reach):
        return reach
    return datetime.combine(started, datetime.min.time(), desk.window.zone)


def coverage_by_month(desk: Desk, reach: datetime | None) -> Fact:
    """One line on what the document rests on."""
    found, begins = covered(desk, reach), _later(desk, reach)
    first = desk.day(begins) if begins is not None else None
    started = desk.material.started_on
    late = first is not None and first > desk.day(desk.window.start)
    return desk.fact(
        "coverage.months",
        desk.window.today,
        weight=99,
        reason="how evenly the months are covered by records",
        slots={
            "months": tuple(month.first for month in found),
            "dots": tuple(NOT_COVERED if month.dots is None else month.dots for month in found),
            "records": tuple(month.records for month in found),
            "begins": first if late and first != started else None,
            "started": started if late and first == started else None,
            "nothing": True if first is None else None,
        },
    )
