"""What came of shared work: key results before and now, and what state its goals are in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from coachkit.insight.contribution import Shared
from coachkit.insight.rows import GoalRow, KeyResultRow, MeasurementRow, Window

__all__ = ["Outcome", "Turn", "outcomes", "turns"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """A key result at the beginning of the window and now.

    :ivar old: its value then; the start where it had not been measured yet.
    :ivar new: the newest measurement in the window; ``None``: it was not measured in it.
    """

    goal: GoalRow
    result: KeyResultRow
    old: float | None
    new: MeasurementRow | None
    last: MeasurementRow | None
    reached: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """A goal went from one state to another in the window."""

    goal: GoalRow
    before: str | None
    now: str
    at: datetime


def outcomes(shared: Shared) -> list[Outcome]:
    """Key results of the target: those measured in the window first, those that reached their target before others."""
    found = [
        _outcome(shared.material.window, goal, result) for goal in shared.material.goals for result in goal.key_results
    ]
    return sorted(found, key=lambda one: (one.new is None, not one.reached, _natural(one.result.key)))


def _outcome(window: Window, goal: GoalRow, result: KeyResultRow) -> Outcome:
    known = [one for one in result.measurements if one.at <= window.end]
    before = [one for one in known if one.at < window.start]
    inside = [one for one in known if window.holds(one.at)]
    last = known[-1] if known else None
    return Outcome(
        goal=goal,
        result=result,
        old=before[-1].value if before else result.start,
        new=inside[-1] if inside else None,
        last=last,
        reached=last is not None and _reached(result, last.value),
    )


def _reached(result: KeyResultRow, value: float) -> bool:
    if result.target is None:
        return False
    falling = result.start is not None and result.target < result.start
    return value <= result.target if falling else value >= result.target


def turns(shared: Shared) -> list[Turn]:
    """Goals whose state changed in the window, the latest first."""
    material = shared.material
    found = []
    for goal in material.goals:
        steps = [step for step in material.steps.get(goal.record, ()) if step.at <= material.window.end]
        inside = [step for step in steps if material.window.holds(step.at)]
        before = [step for step in steps if step.at < material.window.start]
        if inside and (not before or before[-1].state != inside[-1].state):
            was = before[-1].state if before else (inside[0].state if len(inside) > 1 else None)
            found.append(Turn(goal=goal, before=was, now=inside[-1].state, at=inside[-1].at))
    return sorted(found, key=lambda one: (-one.at.timestamp(), one.goal.key))


def _natural(key: str) -> tuple[str, int, str]:
    """``KR-9`` before ``KR-10``."""
    head, _, tail = key.rpartition("-")
    return (head, int(tail), key) if tail.isdecimal() else (key, 0, key)
