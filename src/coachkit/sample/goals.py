"""Goals and key results, measured fortnightly by those who own them."""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta
from functools import lru_cache
from importlib.resources import files
from typing import Any

import yaml

from coachkit.domain.audience import Audience, Sensitivity
from coachkit.domain.goals import Commitment, Goal, GoalLevel, KeyResult, Measurement
from coachkit.domain.work import StateChange
from coachkit.sample.model import Person
from coachkit.sample.world import WEB, World

__all__ = ["GoalPlan", "key_results", "make_goals"]

STALE_DAYS = 42
"""A planted stale key result was last measured that many days ago."""


class GoalPlan:
    """What the planted situations change about goals.

    :ivar stale: key result → handle of who measured it last, before it went stale.
    :ivar finished: key of a goal → days ago when it was done.
    """

    def __init__(self) -> None:
        self.stale: dict[str, str] = {}
        self.finished: dict[str, int] = {}
        self.last: dict[str, Measurement] = {}


@lru_cache(maxsize=1)
def _plans() -> list[dict[str, Any]]:
    loaded: list[dict[str, Any]] = yaml.safe_load(
        files("coachkit.sample").joinpath("data/goals.yaml").read_text(encoding="utf-8")
    )
    return loaded


def key_results() -> dict[str, dict[str, Any]]:
    """Key result → its plan, with ``goal`` and ``team`` added."""
    return {
        result["key"]: {**result, "goal": plan["key"], "team": plan["key"].partition("-")[0]}
        for plan in _plans()
        for result in plan.get("results", ())
    }


def make_goals(world: World, plan: GoalPlan) -> None:
    """Write every goal with its key results, measurements and states."""
    for entry in _plans():
        rng = world.rng("goal", entry["key"])
        _emit(world, entry, plan, rng)


def _month_end(day: date) -> date:
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


def _emit(world: World, entry: dict[str, Any], plan: GoalPlan, rng: random.Random) -> None:
    clock, roster = world.clock, world.roster
    owners = [roster[handle] for handle in entry["owners"]]
    level = GoalLevel(entry.get("level", "team"))
    starts = clock.first
    ended_days = plan.finished.get(entry["key"]) or (entry["ended"] * 7 if "ended" in entry else None)
    ended = clock.at(owners[0], clock.ago(owners[0], ended_days), 16.2) if ended_days else None
    due = _month_end(ended.date()) if ended else _month_end(clock.today + timedelta(days=24))
    begun = clock.at(owners[0], clock.day_from(owners[0], max(starts, owners[0].started_on) + timedelta(days=1)), 10.0)
    results = tuple(_result(world, result, begun, ended, due, plan, rng) for result in entry.get("results", ()))
    history = [StateChange(at=begun, state="Active", category="active", by=owners[0].mail)]
    if ended:
        state = ("Missed", "missed") if entry.get("missed") else ("Done", "done")
        history.append(StateChange(at=ended, state=state[0], category=state[1], by=owners[0].mail))
    team = entry.get("team") or (owners[0].team if level is GoalLevel.PERSON else entry["key"].partition("-")[0])
    record = Goal(
        key=entry["key"],
        title=entry["title"],
        level=level,
        commitment=Commitment(entry["commitment"]),
        owners=tuple(owner.mail for owner in owners),
        team=team,
        other_teams=tuple(entry.get("others", ())),
        parents=tuple(entry.get("parents", ())),
        starts_on=starts,
        due_on=due,
        state=history[-1].state,
        state_category=history[-1].category,
        key_results=results,
        history=tuple(history),
    )
    newest = max([history[-1].at, *(m.at for result in results for m in result.measurements)])
    personal = level is GoalLevel.PERSON
    world.emit(
        "okr",
        entry["key"],
        newest,
        record,
        url=f"{WEB.format(system='okr')}/goals/{entry['key']}",
        audience=Audience.subject(owners[0].hris) if personal else None,
        sensitivity=Sensitivity.PERSONAL if personal else Sensitivity.WORK,
    )


def _result(
    world: World,
    result: dict[str, Any],
    begun: datetime,
    ended: datetime | None,
    due: date,
    plan: GoalPlan,
    rng: random.Random,
) -> KeyResult:
    owners = [world.roster[handle] for handle in result["owners"]]
    measurements = tuple(_measured(world, result, owners, begun, ended, plan, rng))
    plan.last[result["key"]] = measurements[-1]
    return KeyResult(
        key=result["key"],
        title=result["title"],
        start=float(result["start"]),
        target=float(result["target"]),
        unit=result["unit"],
        owners=tuple(owner.mail for owner in owners),
        due_on=due,
        measurements=measurements,
    )


def _measured(
    world: World,
    result: dict[str, Any],
    owners: list[Person],
    begun: datetime,
    ended: datetime | None,
    plan: GoalPlan,
    rng: random.Random,
) -> list[Measurement]:
    """A value every fortnight from ``start`` towards ``now``, with setbacks; the newest within the last nine days."""
    clock, start, now = world.clock, float(result["start"]), float(result["now"])
    stop = (ended.date() - timedelta(days=1)) if ended else clock.ago(owners[0], rng.randrange(2, 9))
    if result["key"] in plan.stale:
        owners = [world.roster[plan.stale[result["key"]]]]
        stop = clock.ago(owners[0], STALE_DAYS)
    days: list[date] = []
    day = stop
    while day > begun.date() + timedelta(days=3):
        days.append(day)
        day -= timedelta(days=14)
    whole = (clock.last - begun.date()).days if not ended else (stop - begun.date()).days
    found: list[Measurement] = []
    for place, day in enumerate(reversed(days)):
        by = owners[0] if day == stop else owners[place % len(owners)]
        share = (day - begun.date()).days / whole
        wobble = 0.0 if day == stop else rng.uniform(-0.07, 0.05)
        value = start + (now - start) * min(1.0, max(0.0, share**1.15 + wobble))
        found.append(
            Measurement(
                at=clock.at(by, clock.day_before(by, day), 9.5 + rng.random() * 8),
                value=_rounded(value, result),
                by=by.mail,
            )
        )
    return found


def _rounded(value: float, result: dict[str, Any]) -> float:
    """With as many digits as the key result's own figures have."""
    digits = max(len(str(result[name]).partition(".")[2]) for name in ("start", "now", "target"))
    return round(value, digits) if digits else float(round(value))
