"""Across teams: helped whom, was helped by whom, waits for whom, and who waits. Teams are those of the day.

Help among people whose teams are not known is told too, and weighs less.
"""

from __future__ import annotations

from collections.abc import Iterator

from coachkit.drafting.facts import Fact
from coachkit.drafting.plan.desk import Desk
from coachkit.insight.helping import Help, given, received
from coachkit.insight.waiting import waited_for, waits
from coachkit.insight.work import telling

__all__ = ["MOST_ACROSS", "across"]

MOST_ACROSS = 4
TEAM_UNKNOWN = 16.0
"""What help weighs less where nobody can say that it went across."""


def across(desk: Desk) -> list[Fact]:
    """Candidates, the weightiest first."""
    found = [*_helps(desk), *_waits(desk)]
    return sorted(found, key=lambda fact: (-fact.weight, -fact.at.toordinal(), fact.id))


def _helps(desk: Desk) -> Iterator[Fact]:
    for rank, one in enumerate(given(desk.material)[:3]):
        yield _help(desk, "across.helped", one, 64 - 4 * rank)
    for rank, one in enumerate(received(desk.material)[:2]):
        yield _help(desk, "across.helped_by", one, 46 - 4 * rank)


def _help(desk: Desk, kind: str, one: Help, weight: float) -> Fact:
    day = desk.day(one.last)
    items = telling([item for item in one.items if desk.title(item)])
    return desk.fact(
        kind,
        day,
        records=[*(item.record for item in items[-1:] if item.kind == "commit"), *reversed(one.records)],
        weight=weight - (TEAM_UNKNOWN if one.team is None else 0),
        reason="help across teams" if one.team else "help for somebody whose team is not known",
        roles={"helper": desk.party(one.helper, day), "helped": desk.party(one.people[0], day)},
        slots={
            "act": one.kind,
            "team": one.team,
            "people": tuple(desk.party(who, day) for who in one.people),
            "times": len(one.acts),
            "first": desk.day(one.first),
            "last": day,
            "key": items[-1].key if items else None,
            "title": desk.title(items[-1]) if items else None,
            "commit": bool(items) and items[-1].kind == "commit",
        },
        cite=2,
    )


def _waits(desk: Desk) -> Iterator[Fact]:
    for kind, found in (("across.waits", waits(desk.material)), ("across.waited_for", waited_for(desk.material))):
        for one in found:
            if one.across and one.team:
                yield desk.fact(
                    kind,
                    desk.day(one.since),
                    records=one.records,
                    weight=66,
                    reason="waits across teams",
                    roles={"owner": desk.maybe(one.owner)},
                    slots={
                        "team": one.team,
                        "key": one.item.key,
                        "blocker": one.blocker_key,
                        "days": one.days,
                        "since": desk.day(one.since),
                    },
                    cite=2,
                )
