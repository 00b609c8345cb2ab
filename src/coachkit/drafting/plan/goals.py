"""Goals: changes only, each with the date of its last value."""

from __future__ import annotations

from collections.abc import Iterator

from coachkit.drafting.facts import Fact, Measure
from coachkit.drafting.plan.desk import Desk
from coachkit.insight.goals import finished, moved, stale

__all__ = ["MOST_GOALS", "goals"]

MOST_GOALS = 4


def goals(desk: Desk) -> list[Fact]:
    """Values that moved, goals that ended, key results that nobody has measured for long."""
    found = [*_stale(desk), *_moved(desk), *_ended(desk)]
    return sorted(found, key=lambda fact: (-fact.weight, fact.at, fact.id))


def _moved(desk: Desk) -> Iterator[Fact]:
    for one in moved(desk.material):
        result = one.result
        yield desk.fact(
            "goals.reached" if one.reached else "goals.moved",
            desk.day(one.new.at),
            records=one.records,
            weight=72 if one.reached else 70,
            reason="a new value in the window",
            slots={
                "key": result.key,
                "title": desk.speech(result.title, 56),
                "old": Measure(one.old, result.unit) if one.old is not None else None,
                "new": Measure(one.new.value, result.unit),
                "target": Measure(result.target, result.unit) if result.target is not None else None,
                "due": result.due_on or one.goal.due_on,
                "updated": desk.day(one.new.at),
                "commitment": one.goal.commitment,
            },
        )


def _stale(desk: Desk) -> Iterator[Fact]:
    for one in stale(desk.material):
        shared = len(one.teams) > 1
        yield desk.fact(
            "goals.stale",
            desk.day(one.last.at),
            records=one.records,
            weight=86 if shared else 73,
            reason=f"no new value for {one.days} days" + (", shared by several teams" if shared else ""),
            slots={
                "key": one.result.key,
                "title": desk.speech(one.result.title, 56),
                "last": Measure(one.last.value, one.result.unit),
                "target": Measure(one.result.target, one.result.unit) if one.result.target is not None else None,
                "updated": desk.day(one.last.at),
                "days": one.days,
                "owners": tuple(desk.party(who) for who in one.others),
                "teams": one.teams if shared else (),
                "commitment": one.goal.commitment,
            },
        )


def _ended(desk: Desk) -> Iterator[Fact]:
    for one in finished(desk.material):
        yield desk.fact(
            f"goals.{one.category}",
            desk.day(one.at),
            records=one.records,
            weight=76 if one.category == "missed" else 68,
            reason=f"the goal ended: {one.category}",
            slots={
                "key": one.goal.key,
                "title": desk.speech(one.goal.title, 56),
                "commitment": one.goal.commitment,
                "due": one.goal.due_on,
            },
        )
