"""What somebody moved for their own goals: values that moved and the work towards them, goals that ended, work done."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import zip_longest

from coachkit.drafting.facts import Fact, Measure, Party, Value
from coachkit.drafting.plan.desk import MOST_CITED, Desk
from coachkit.drafting.plan.self_review_own import part_in, stories
from coachkit.insight.goals import Moved, finished
from coachkit.insight.goals import moved as moved_results
from coachkit.insight.half_year import goal_behind
from coachkit.insight.rows import GoalRow, ItemRow, KeyResultRow
from coachkit.insight.work import Area, Delivery, areas, deliveries, telling, work_title

__all__ = ["moved"]

MOST_RESULTS = 2
MOST_TITLES = 2
MOST_KEYS = 3


def moved(desk: Desk) -> list[Fact]:
    """Candidates, goals first, then finished work, then the parts of the work in which changes were made."""
    done = _each_once([one for one in deliveries(desk.material) if one.item.kind != "meeting"])
    told: set[str] = set()
    facts = []
    for fact, items in [*_results(desk, done), *_ended(desk, done), *_team_results(desk)]:
        facts.append(fact)
        told |= stories(desk, items)
    for one in done:
        if not stories(desk, [one.item]) & told:
            told |= stories(desk, [one.item])
            facts.append(_delivery(desk, one))
    return _varied(desk, [*facts, *_decided(desk), *_areas(desk), *_actions(desk)])


def _each_once(done: list[Delivery]) -> list[Delivery]:
    """Without a second record of the same work under the same title, and without routine where there is anything else:
    a merge, a version."""
    titles: set[str] = set()
    found = []
    for one in done:
        title = work_title(one.item)
        if not title or title not in titles:
            found.append(one)
            titles.add(title)
    says_most = {item.record for item in telling([one.item for one in found])}
    return [one for one in found if one.item.record in says_most]


def _varied(desk: Desk, facts: list[Fact]) -> list[Fact]:
    """Of commits and of parts of the work no more than fit beside each other: work under its own name goes first."""
    goals = [fact for fact in facts if fact.kind in ("moved.result", "moved.team", "moved.goal")]
    idle = [fact for fact in goals if fact.kind == "moved.result" and not fact.several("items")]
    goals = [fact for fact in goals if fact not in idle[1 if len(idle) == len(goals) else 0 :]]
    work = _spread(desk, [fact for fact in facts if fact.kind in ("moved.delivery", "moved.decided")])
    shown = {fact.quote("title") for fact in work[:MOST_KEYS] if not fact.slots.get("commit")}
    parts = [fact for fact in facts if fact.kind == "moved.area" and not set(fact.several("titles")) <= shown]
    actions = [fact for fact in facts if fact.kind == "moved.action"]
    named = [fact for fact in work if not fact.slots.get("commit")]
    found = [*goals, *named, *parts] if named or goals else [*parts, *work]
    return [*found, *(fact for fact in idle if fact not in goals), *actions]


def _spread(desk: Desk, facts: list[Fact]) -> list[Fact]:
    """Linked to a goal first; then one of each third of the period in turn, so that the last weeks do not stand for
    all of it."""
    span = max((desk.window.today - desk.day(desk.window.start)).days, 1)
    thirds: dict[int, list[Fact]] = {0: [], 1: [], 2: []}
    for fact in facts:
        if not fact.text("goal"):
            place = (fact.at - desk.day(desk.window.start)).days * 3 // span
            thirds[min(max(place, 0), 2)].append(fact)
    turns = [fact for turn in zip_longest(*thirds.values()) for fact in turn if fact is not None]
    return [*(fact for fact in facts if fact.text("goal")), *turns]


def _results(desk: Desk, done: list[Delivery]) -> Iterator[tuple[Fact, list[ItemRow]]]:
    for one in _most_moved(desk, done):
        items = _towards(desk, one, done)
        yield _result(desk, one, items), items


def _most_moved(desk: Desk, done: list[Delivery]) -> list[Moved]:
    """The key results that are told, those with most of the subject's work first; a finished goal is told whole."""
    over = {end.goal.record for end in finished(desk.material) if end.category == "done"}
    running = [one for one in moved_results(desk.material) if one.goal.record not in over]
    return sorted(running, key=lambda one: (-len(_towards(desk, one, done)), one.result.key))[:MOST_RESULTS]


def _towards(desk: Desk, one: Moved, done: list[Delivery]) -> list[ItemRow]:
    """Finished work of the subject that is linked to this key result, or to its goal and no key result of its own."""
    found = []
    for delivery in done:
        behind = goal_behind(desk.material, delivery.item)
        if behind is not None and behind[0].record == one.goal.record and behind[1] in (None, one.result):
            found.append(delivery.item)
    return found


def _result(desk: Desk, one: Moved, items: list[ItemRow]) -> Fact:
    owners = one.result.owners or one.goal.owners
    shown = items[:MOST_KEYS]
    parts = {part_in(desk, item) for item in shown}
    return desk.fact(
        "moved.result",
        desk.day(one.new.at),
        records=[*one.records, *(item.record for item in shown), *(item.record for item in items)],
        weight=92,
        reason="a key result of theirs moved, with the work that is linked to it",
        roles={},
        slots={
            "key": one.result.key,
            "title": desk.speech(one.result.title, 56),
            "goal": one.goal.key,
            "old": Measure(one.old, one.result.unit) if one.old is not None else None,
            "new": Measure(one.new.value, one.result.unit),
            "target": Measure(one.result.target, one.result.unit) if one.result.target is not None else None,
            "due": one.result.due_on or one.goal.due_on,
            "updated": desk.day(one.new.at),
            "reached": one.reached or None,
            "commitment": one.goal.commitment,
            "owners": _others(desk, owners),
            "items": tuple(item.key for item in shown),
            "item_title": desk.title(shown[0]) if len(shown) == 1 else None,
            "more": len(items) > len(shown) or None,
            "hand": "did" if parts <= {"did"} else "with" if parts & {"did", "with"} else "named",
            "measured": True,
        },
        cite=MOST_CITED,
    )


def _team_results(desk: Desk) -> Iterator[tuple[Fact, list[ItemRow]]]:
    """Key results that others own under a goal of the subject: of each goal the two measured last."""
    for goal in desk.material.goals:
        if desk.material.subject not in goal.owners:
            continue
        fresh = [
            (result, [m for m in result.measurements if desk.window.holds(m.at)])
            for result in goal.key_results
            if result.owners and desk.material.subject not in result.owners
        ]
        measured = sorted(
            (pair for pair in fresh if pair[1]), key=lambda pair: (-pair[1][-1].at.timestamp(), pair[0].key)
        )
        for place, (result, found) in enumerate(measured[:MOST_RESULTS]):
            before = [m for m in result.measurements if m.at < desk.window.start]
            old = before[-1].value if before else result.start
            if old != found[-1].value:
                yield _team_result(desk, goal, result, old, again=place > 0), []


def _team_result(desk: Desk, goal: GoalRow, result: KeyResultRow, old: float | None, *, again: bool) -> Fact:
    last = result.measurements[-1]
    return desk.fact(
        "moved.team",
        desk.day(last.at),
        records=[goal.record],
        weight=86,
        reason="a key result of others moved under a goal of theirs",
        slots={
            "key": result.key,
            "title": desk.speech(result.title, 56),
            "goal": goal.key,
            "goal_title": None if again else desk.speech(goal.title, 56),
            "old": Measure(old, result.unit) if old is not None else None,
            "new": Measure(last.value, result.unit),
            "target": Measure(result.target, result.unit) if result.target is not None else None,
            "due": result.due_on or goal.due_on,
            "updated": desk.day(last.at),
            "owners": _others(desk, result.owners),
            "measured": True,
        },
    )


def _decided(desk: Desk) -> Iterator[Fact]:
    """Decisions on record, the latest first."""
    acts = [act for act in desk.material.own_acts if act.kind == "decided" and desk.window.holds(act.at)]
    for act in list(reversed(acts))[:3]:
        item = desk.material.item_of(act)
        title = desk.title(item)
        if item is None or title is None:
            continue
        others = {one.actor for one in desk.material.acts_on(item) if one.kind == "decided"} - {desk.material.subject}
        yield desk.fact(
            "moved.decided",
            desk.day(act.at),
            records=[item.record, act.record],
            weight=72,
            reason="a decision on record",
            slots={
                "title": title,
                "with_others": tuple(desk.party(who) for who in sorted(others)) or None,
                "hand": "with" if others else "did",
            },
        )


def _actions(desk: Desk) -> Iterator[Fact]:
    """What they had taken on in check-ins and did, the latest first."""
    done = [
        action
        for action in desk.material.actions
        if action.owner == desk.material.subject and desk.window.holds(action.done_at)
    ]
    for action in sorted(done, key=lambda one: (one.done_at or one.created_at, one.record), reverse=True)[:2]:
        title = desk.speech(action.title, 72)
        if title is not None and action.done_at is not None:
            yield desk.fact(
                "moved.action",
                desk.day(action.done_at),
                records=[action.record],
                weight=54,
                reason="taken on in a check-in, and done",
                slots={"title": title, "since": desk.day(action.created_at), "due": action.due_on},
            )


def _others(desk: Desk, owners: frozenset[int]) -> tuple[Party, ...] | None:
    others = sorted((who for who in owners if who != desk.material.subject), key=desk.material.people.name)
    return tuple(desk.party(who) for who in others) or None


def _ended(desk: Desk, done: list[Delivery]) -> Iterator[tuple[Fact, list[ItemRow]]]:
    for end in finished(desk.material):
        if end.category != "done":
            continue
        items = [
            one.item
            for one in done
            if (behind := goal_behind(desk.material, one.item)) is not None and behind[0].record == end.goal.record
        ]
        result: KeyResultRow | None = next((one for one in end.results if one.measurements), None)
        fact = desk.fact(
            "moved.goal",
            desk.day(end.at),
            records=[*end.records, *(item.record for item in items)],
            weight=90,
            reason="a goal of theirs was finished in the window",
            slots={
                "key": end.goal.key,
                "goal": end.goal.key,
                "title": desk.speech(end.goal.title, 64),
                "result": result.key if result else None,
                "old": Measure(result.start, result.unit) if result and result.start is not None else None,
                "new": Measure(result.measurements[-1].value, result.unit) if result else None,
                "owners": _others(desk, end.goal.owners),
                "items": tuple(item.key for item in items[:MOST_KEYS]) or None,
                "measured": True if result else None,
            },
        )
        yield fact, items


def _delivery(desk: Desk, one: Delivery) -> Fact:
    item, day = one.item, desk.day(one.at)
    behind = goal_behind(desk.material, item)
    asked_by = next(
        (
            act
            for act in desk.material.acts_on(item)
            if act.kind in ("reported", "authored") and act.record == item.record
        ),
        None,
    )
    other = (
        asked_by is not None
        and asked_by.actor != desk.material.subject
        and asked_by.actor in desk.material.people.persons
    )
    return desk.fact(
        "moved.delivery",
        day,
        records=[item.record, *((behind[0].record,) if behind else ())],
        weight=76 if behind else 70,
        reason="a piece of own work that ended" + (", linked to a goal" if behind else ""),
        roles={"asker": desk.party(asked_by.actor, desk.day(asked_by.at)) if other and asked_by else None},
        slots={
            "key": item.key,
            "title": desk.title(item),
            "goal": (behind[1].key if behind[1] else behind[0].key) if behind else None,
            "goal_title": desk.speech(behind[1].title if behind[1] else behind[0].title, 56) if behind else None,
            "begun": desk.day(item.created_at) if item.created_at else None,
            "due": item.due_on,
            "in_time": (item.due_on is not None and day <= item.due_on) or None,
            "hand": part_in(desk, item),
            "merged": (item.kind == "change_request") or None,
            "document": (item.kind == "document") or None,
            "commit": (item.kind == "commit") or None,
            **_stood(desk, item),
        },
    )


def _stood(desk: Desk, item: ItemRow) -> dict[str, Value | None]:
    """When it last stood waiting before it was done, and what the record says about it."""
    steps = desk.material.steps.get(item.record, ())
    for place in range(len(steps) - 2, -1, -1):
        if steps[place].category == "waiting":
            first, last = desk.day(steps[place].at), desk.day(steps[place + 1].at)
            if (last - first).days < 2:
                return {}
            return {"stood_from": first, "stood_to": last, "reason": desk.speech(steps[place].reason)}
    return {}


def _areas(desk: Desk) -> Iterator[Fact]:
    for rank, area in enumerate(areas(desk.material)[:4]):
        titled = [item for item in area.items if desk.title(item)][:MOST_TITLES]
        if titled:
            yield _area(desk, area, titled, rank)


def _area(desk: Desk, area: Area, titled: list[ItemRow], rank: int) -> Fact:
    parts = {part_in(desk, item) for item in titled}
    return desk.fact(
        "moved.area",
        desk.day(area.last),
        records=[*(item.record for item in titled), *(item.record for item in area.items)],
        weight=60 - 2 * rank,
        reason="where most of their recorded changes were made" if rank == 0 else "another part of the work",
        slots={
            "area": area.name,
            "first": desk.day(area.first),
            "last": desk.day(area.last),
            "titles": tuple(title for item in titled if (title := desk.title(item))),
            "more": len(area.items) > len(titled) or None,
            "new": area.new or None,
            "hand": "did" if parts <= {"did"} else "with",
        },
        cite=len(titled),
    )
