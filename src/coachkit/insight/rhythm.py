"""The calendar of two people: a check-in long ago, and a newcomer's day 30, 60 or 90."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from coachkit.insight.rows import CheckInRow, Material

__all__ = ["Gap", "Milestone", "check_in_gap", "milestone"]

GAP_DAYS = 35
MILESTONES = (30, 60, 90)
AHEAD = 7
"""A milestone is worth preparing from a week before to the end of the window after it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """These two last held a check-in ``days`` days ago; ``every_days`` is what they had agreed, if the record says so.

    :ivar cancelled: check-ins called off since.
    """

    last: CheckInRow
    days: int
    every_days: int | None
    cancelled: tuple[datetime, ...]
    records: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Milestone:
    """``day`` (30, 60, 90) since somebody started falls on ``on``."""

    day: int
    on: date
    started_on: date
    today: int
    """How many days it has been today, the first day being day 1."""
    records: tuple[int, ...]


def check_in_gap(material: Material, most: int = GAP_DAYS, times: int = 2) -> Gap | None:
    """A gap of more than ``most`` days, or of more than ``times`` times what was agreed."""
    end = material.window.end
    held = [one for one in material.check_ins if one.state == "held" and one.scheduled_at <= end]
    if not held:
        return None
    last = held[-1]
    days = (material.window.today - material.window.day(last.scheduled_at)).days
    every = last.every_days or next((one.every_days for one in reversed(material.check_ins) if one.every_days), None)
    if days <= (min(most, times * every) if every else most):
        return None
    called_off = [
        one for one in material.check_ins if one.state == "cancelled" and last.scheduled_at < one.scheduled_at
    ]
    return Gap(
        last=last,
        days=days,
        every_days=every,
        cancelled=tuple(one.scheduled_at for one in called_off if one.scheduled_at <= end),
        records=(last.record, *(one.record for one in called_off if one.scheduled_at <= end)),
    )


def milestone(material: Material) -> Milestone | None:
    """The newcomer's day that falls between the beginning of the window and a week from now."""
    started = material.started_on
    if started is None or material.profile is None:
        return None
    first, last = material.window.day(material.window.start), material.window.today + timedelta(days=AHEAD)
    for day in reversed(MILESTONES):
        on = started + timedelta(days=day - 1)
        if first <= on <= last:
            today = (material.window.today - started).days + 1
            return Milestone(day=day, on=on, started_on=started, today=today, records=(material.profile,))
    return None
