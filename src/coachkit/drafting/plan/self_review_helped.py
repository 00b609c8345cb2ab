"""What somebody moved for others: whom they unblocked, whose work they reviewed or answered for, and whose goals that
advanced, as far as the work is linked to one."""

from __future__ import annotations

from coachkit.drafting.facts import Fact, Value
from coachkit.drafting.plan.desk import Desk
from coachkit.insight.half_year import Aid, aids, goal_behind
from coachkit.insight.helping import EVERYDAY, unblocked
from coachkit.insight.rows import GoalRow, ItemRow, KeyResultRow
from coachkit.insight.work import telling, work_title

__all__ = ["helped"]

MOST_UNBLOCKED = 2
MOST_KEYS = 3
ORDINARY = frozenset({"committed", "merged", "approved", "tested"})
OF_CHANGES = ORDINARY | {"reviewed"}
"""Kinds of which the changes are counted: two remarks on one change are a review of one change."""


def helped(desk: Desk) -> list[Fact]:
    """Candidates: people who could go on first, then help by kind and team, the least ordinary first."""
    found = [*_unblocked(desk), *_aids(desk)]
    return sorted(found, key=lambda fact: (-fact.weight, -fact.at.toordinal(), fact.id))


def _unblocked(desk: Desk) -> list[Fact]:
    found = unblocked(desk.material)
    found.sort(key=lambda one: (goal_behind(desk.material, one.item) is None, one.went_on is None, not one.across))
    facts = []
    for place, one in enumerate(found[:MOST_UNBLOCKED]):
        day = desk.day(one.act.at)
        facts.append(
            desk.fact(
                "helped.unblocked",
                day,
                records=[*one.records, *_goal_record(desk, one.item)],
                weight=(88 if one.across else 82) + (4 if one.went_on else 0),
                reason="somebody could go on",
                roles={"helped": desk.party(one.whom, day)},
                slots={
                    "key": one.item.key if one.item else None,
                    "title": desk.title(one.item),
                    "said": desk.said(one.act),
                    "went_on": desk.day(one.went_on) if one.went_on else None,
                    "measured": True if one.went_on else None,
                    **_stood(desk, one.item, one.act.at.timestamp(), why=place == 0),
                    **_goal(desk, [one.item] if one.item else []),
                },
            )
        )
    return facts


def _stood(desk: Desk, item: ItemRow | None, before: float, *, why: bool) -> dict[str, Value | None]:
    """Since when the item had stood still when it was unblocked, and with ``why`` the record's own words about it."""
    begun = None
    for step in desk.material.steps.get(item.record, ()) if item else ():
        if step.at.timestamp() > before:
            break
        begun = step if step.category == "waiting" else None
    if begun is None:
        return {}
    return {"stood_from": desk.day(begun.at), "reason": desk.speech(begun.reason) if why else None}


def _goal_record(desk: Desk, item: ItemRow | None) -> tuple[int, ...]:
    behind = goal_behind(desk.material, item)
    return (behind[0].record,) if behind else ()


def _goal(desk: Desk, items: list[ItemRow]) -> dict[str, Value | None]:
    """The goal that these items advance and whose it is; of several the one most of them are linked to."""
    counted: dict[tuple[int, str], list[tuple[GoalRow, KeyResultRow | None]]] = {}
    for item in items:
        behind = goal_behind(desk.material, item)
        if behind is not None:
            counted.setdefault((behind[0].record, behind[1].key if behind[1] else ""), []).append(behind)
    if not counted:
        return {}
    goal, result = max(counted.values(), key=lambda found: (len(found), found[0][0].key))[0]
    owners = result.owners if result and result.owners else goal.owners
    named = sorted(owners - {desk.material.subject}, key=desk.material.people.name)
    return {
        "goal": result.key if result else goal.key,
        "goal_title": desk.speech(result.title if result else goal.title, 56),
        "goal_owners": tuple(desk.party(who) for who in named[:2]) or None,
        "own_goal": True if desk.material.subject in owners else None,
    }


def _aids(desk: Desk) -> list[Fact]:
    facts = []
    by_kind: dict[str, int] = {}
    found = aids(desk.material)
    reviewed = {work for one in found if one.kind == "reviewed" for work in _works(one)}
    for one in found:
        if one.kind == "unblocked" or _ends_a_review(one, reviewed):
            continue
        rank = by_kind[one.kind] = by_kind.get(one.kind, 0) + 1
        if rank <= 2:
            facts.append(_aid(desk, one, rank))
    return facts


def _ends_a_review(one: Aid, reviewed: set[str]) -> bool:
    """Approving what one has reviewed is the end of the review, and told with it."""
    return one.kind == "approved" and bool(one.items) and _works(one) <= reviewed


def _works(one: Aid) -> set[str]:
    """What it was done on; a change and its commit bear the same title and are the same work."""
    return {work_title(item) or item.key for item in one.items}


def _aid(desk: Desk, one: Aid, rank: int) -> Fact:
    last = desk.day(one.acts[-1].at)
    items = telling([item for item in one.items if desk.title(item)])
    goaled = [item for item in items if goal_behind(desk.material, item) is not None]
    shown = (goaled or items)[-1:] if one.kind in ("committed", "merged") else [*goaled, *items][:1]
    spoken = next((act for act in reversed(one.acts) if desk.said(act)), None) if len(one.acts) == 1 else None
    goal = _goal(desk, goaled)
    base = 52 if one.kind in ORDINARY else 62 if one.kind in EVERYDAY else 76
    return desk.fact(
        "helped.aid",
        last,
        records=[
            _instance(one, shown),
            *(item.record for item in shown),
            *_goal_record(desk, goaled[0] if goaled else None),
            *reversed(one.records),
        ],
        weight=base + (4 if goal else 0) - (3 if one.own_team else 0) - 6 * (rank - 1) + min(len(one.acts), 20) / 10,
        reason=f"{one.kind}, {len(one.acts)} recorded",
        slots={
            "act": one.kind,
            "times": (len(_works(one)) if one.kind in OF_CHANGES else 0) or len(one.acts),
            "team": one.team,
            "own_team": one.own_team or None,
            "people": tuple(desk.party(who, last) for who in one.people),
            "first": desk.day(one.acts[0].at),
            "last": last,
            "key": shown[0].key if shown and shown[0].kind != "commit" else None,
            "title": desk.title(shown[0]) if shown else None,
            "commit": (bool(shown) and shown[0].kind == "commit") or None,
            "said": desk.said(spoken) if spoken else None,
            **goal,
        },
        cite=3 if goaled else 2,
    )


def _instance(one: Aid, shown: list[ItemRow]) -> int:
    """The record of what was done on the item that is named, or of what was done last."""
    keys, records = {item.key for item in shown}, {item.record for item in shown}
    found = (act.record for act in reversed(one.acts) if act.item in keys or act.record in records)
    return next(found, one.acts[-1].record)
