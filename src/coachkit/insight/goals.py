"""Goals: what changed, what has not been measured for long, what came to its end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from coachkit.insight.rows import GoalRow, KeyResultRow, Material, MeasurementRow

__all__ = ["Finished", "Moved", "Stale", "finished", "moved", "stale"]

STALE_DAYS = 35
"""Without a new value for longer than five weeks, a key result counts as stale (two fortnightly updates missed)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """A key result got a new value in the window. ``old`` is the last value before it, or the start."""

    goal: GoalRow
    result: KeyResultRow
    old: float | None
    old_at: datetime | None
    new: MeasurementRow
    reached: bool
    records: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stale:
    """A key result of a running goal has had no new value for ``days`` days.

    :ivar others: owners beside the subject; ``teams`` are theirs today, the subject's first.
    """

    goal: GoalRow
    result: KeyResultRow
    last: MeasurementRow
    days: int
    others: tuple[int, ...]
    teams: tuple[str, ...]
    records: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """A goal reached its end in the window: ``done`` or ``missed``."""

    goal: GoalRow
    category: str
    at: datetime
    results: tuple[KeyResultRow, ...]
    records: tuple[int, ...]


def _owned(material: Material, goal: GoalRow, result: KeyResultRow) -> bool:
    return material.subject in (result.owners or goal.owners)


def moved(material: Material) -> list[Moved]:
    """Key results of the subject with a new value in the window, latest first."""
    found = []
    for goal in material.goals:
        for result in goal.key_results:
            fresh = [m for m in result.measurements if material.window.holds(m.at)]
            if not fresh or not _owned(material, goal, result):
                continue
            before = [m for m in result.measurements if m.at < material.window.start]
            old, old_at = (before[-1].value, before[-1].at) if before else (result.start, None)
            if old == fresh[-1].value:
                continue
            found.append(
                Moved(
                    goal=goal,
                    result=result,
                    old=old,
                    old_at=old_at,
                    new=fresh[-1],
                    reached=_reached(result, fresh[-1].value),
                    records=(goal.record,),
                )
            )
    return sorted(found, key=lambda one: (-one.new.at.timestamp(), one.result.key))


def _reached(result: KeyResultRow, value: float) -> bool:
    if result.target is None:
        return False
    falling = result.start is not None and result.target < result.start
    return value <= result.target if falling else value >= result.target


def stale(material: Material, most: int = STALE_DAYS) -> list[Stale]:
    """Key results of the subject that nobody has measured for more than ``most`` days, longest first."""
    found = []
    today = material.window.today
    for goal in material.goals:
        if goal.category not in ("active", None):
            continue
        for result in goal.key_results:
            if not result.measurements or not _owned(material, goal, result):
                continue
            last = result.measurements[-1]
            days = (today - material.window.day(last.at)).days
            if days <= most or _reached(result, last.value):
                continue
            owners = sorted(result.owners or goal.owners, key=material.people.name)
            others = tuple(owner for owner in owners if owner != material.subject)
            teams = [material.people.team_on(who, today) for who in (material.subject, *others)]
            found.append(
                Stale(
                    goal=goal,
                    result=result,
                    last=last,
                    days=days,
                    others=others,
                    teams=tuple(dict.fromkeys(team for team in teams if team is not None)),
                    records=(goal.record,),
                )
            )
    return sorted(found, key=lambda one: (-one.days, one.result.key))


def finished(material: Material) -> list[Finished]:
    """Goals that the subject owns, whole or in part, and that ended in the window."""
    found = []
    for goal in material.goals:
        if goal.category not in ("done", "missed"):
            continue
        mine = tuple(result for result in goal.key_results if _owned(material, goal, result))
        if material.subject not in goal.owners and not mine:
            continue
        ends = [step.at for step in material.steps.get(goal.record, ()) if step.category == goal.category]
        if ends and material.window.holds(ends[-1]):
            results = mine or goal.key_results
            found.append(
                Finished(goal=goal, category=goal.category, at=ends[-1], results=results, records=(goal.record,))
            )
    return sorted(found, key=lambda one: (-one.at.timestamp(), one.goal.key))
