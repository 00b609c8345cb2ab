"""Rules that look at the work: what is stuck, what several teams share, help, and what hangs on one person."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime

from coachkit.insight.conversations.calendar import KEYS, late_by
from coachkit.insight.conversations.matter import Matter
from coachkit.insight.conversations.suggestion import DatedFact, Detail
from coachkit.insight.goals import Stale, stale
from coachkit.insight.helping import Help, unthanked
from coachkit.insight.questions import OpenQuestion, open_questions
from coachkit.insight.reviews import review_dependency
from coachkit.insight.rows import Act, GoalRow, ItemRow, KeyResultRow, Material
from coachkit.insight.waiting import Wait, waits

__all__ = ["UNCOMMON", "blocked", "shared_results", "single_points", "thankless_help"]

UNCOMMON = frozenset({"unblocked", "responded", "mentored", "documented", "served"})
"""Help that nobody's ordinary day holds; answering a question does."""


def blocked(material: Material, limits: Mapping[str, int]) -> Iterator[Matter]:
    """Work waits for another team, and something dated stands beside it; or a question goes unanswered."""
    told: set[str] = set()
    for wait in waits(material):
        if not wait.across or wait.days < limits["days"] or not wait.blocker_key:
            continue
        beside = [*_questions_beside(material, wait), *_actions_beside(material, wait), *_promise(material, wait)]
        if beside:
            keys = frozenset({wait.item.key, wait.blocker_key})
            told |= keys
            yield Matter(about=f"wait:{wait.item.key}", facts=(_waits(material, wait), *beside), keys=keys)
    for asked in open_questions(material):
        if asked.asker != material.subject or asked.times < limits["asked"] or asked.key in told:
            continue
        first, last = material.window.day(asked.first), material.window.day(asked.last)
        if (last - first).days >= limits["span"] and (asked.item is None or asked.item.is_open):
            yield Matter(about=f"asked:{asked.key}", facts=_unanswered(material, asked), keys=frozenset({asked.key}))


def _waits(material: Material, wait: Wait) -> DatedFact:
    day = material.window.day(wait.since)
    return DatedFact(
        kind="waits",
        at=day,
        records=wait.records,
        details={
            "key": wait.item.key,
            "item": (wait.item.record,),
            "blocker": wait.blocker_key,
            "team": wait.team,
            "since": day,
            "days": wait.days,
        },
    )


def _questions_beside(material: Material, wait: Wait) -> Iterator[DatedFact]:
    """Questions about the wait since it began: by the subject first, by others if the subject asked none."""
    began = material.window.day(wait.since)
    acts = {
        act
        for item in (wait.item, wait.blocker)
        if item is not None
        for act in material.acts_on(item)
        if act.kind in ("asked", "answered", "unblocked", "decided") and material.window.day(act.at) >= began
    }
    asked = sorted((act for act in acts if act.kind == "asked"), key=lambda act: (act.at, act.record))
    own = [act for act in asked if act.actor == material.subject] or asked
    if not own:
        return
    after = [act for act in acts if act.kind != "asked" and act.at > own[-1].at and act.actor != own[-1].actor]
    answered = max((act.at for act in after), default=None)
    yield _asked(material, own, answered, wait.blocker_key or wait.item.key)


def _asked(material: Material, acts: list[Act], answered: datetime | None, key: str) -> DatedFact:
    days = [material.window.day(act.at) for act in acts]
    whom = next((act.target for act in reversed(acts) if act.target is not None), None)
    details: dict[str, Detail] = {
        "asker": (acts[-1].actor,),
        "whom": (whom,) if whom is not None else (),
        "times": len(acts),
        "first": days[0],
        "last": days[-1],
        "answered": material.window.day(answered) if answered else None,
        "key": key,
    }
    records = tuple(dict.fromkeys(act.record for act in reversed(acts)))
    return DatedFact(kind="asked", at=days[-1], records=records, details=details)


def _actions_beside(material: Material, wait: Wait) -> Iterator[DatedFact]:
    """An open action that names the blocked or the blocking item and is over its date."""
    for action in material.actions:
        late = late_by(action, material)
        if action.due_on and late and {wait.item.key, wait.blocker_key} & set(KEYS.findall(action.title)):
            details: dict[str, Detail] = {
                "due": action.due_on,
                "late": late,
                "since": material.window.day(action.created_at),
                "owner": (action.owner,),
                "title": action.title,
            }
            yield DatedFact(kind="overdue", at=action.due_on, records=(action.record,), calendar=True, details=details)


def _promise(material: Material, wait: Wait) -> Iterator[DatedFact]:
    """The blocking item has a date of its own, and it has passed."""
    if wait.promised is None or wait.blocker is None or wait.promised >= material.window.today:
        return
    late = (material.window.today - wait.promised).days
    details: dict[str, Detail] = {"due": wait.promised, "late": late, "blocker": wait.blocker_key}
    yield DatedFact(kind="promised", at=wait.promised, records=(wait.blocker.record,), calendar=True, details=details)


def _unanswered(material: Material, asked: OpenQuestion) -> tuple[DatedFact, ...]:
    first, last = material.window.day(asked.first), material.window.day(asked.last)
    details: dict[str, Detail] = {
        "asker": (asked.asker,),
        "whom": (asked.whom,) if asked.whom is not None else (),
        "times": asked.times,
        "first": first,
        "last": last,
        "answered": None,
        "key": asked.key,
        "item": (asked.item.record,) if asked.item else (),
    }
    newest_first = tuple(reversed(asked.records))
    questions = DatedFact(kind="asked", at=last, records=newest_first, details=details)
    item = asked.item
    if item is None or item.created_at is None:
        earlier = DatedFact(kind="asked-first", at=first, records=asked.records[:1], details={"key": asked.key})
        return (DatedFact(kind="asked", at=last, records=newest_first[:-1], details=details), earlier)
    moved = [step.at for step in material.steps.get(item.record, ())]
    since = material.window.day(moved[-1] if moved else item.created_at)
    opened: dict[str, Detail] = {"key": item.key, "since": since, "state": item.category or ""}
    return (questions, DatedFact(kind="open", at=since, records=(item.record,), details=opened))


def shared_results(material: Material, limits: Mapping[str, int]) -> Iterator[Matter]:
    """A key result of several teams without a new value, or with work that waits."""
    told: set[str] = set()
    for one in stale(material, limits["days"]):
        if len(one.teams) < 2:
            continue
        facts = (_stale(material, one), *_linked(material, one.goal, one.result), *_due(material, one, limits))
        if len(facts) > 1:
            told.add(one.result.key)
            keys = frozenset({one.goal.key, one.result.key})
            yield Matter(about=f"result:{one.result.key}", facts=facts, keys=keys)
    for wait in waits(material):
        if wait.days < limits["waits"]:
            continue
        for tie in material.ties_of(wait.item.record, "goal"):
            found = _shared(material, tie.target)
            if found is None or found[1].key in told:
                continue
            goal, result = found
            measured = _last_value(material, goal, result)
            if measured is not None:
                told.add(result.key)
                keys = frozenset({goal.key, result.key, wait.item.key})
                facts = (_waits(material, wait), measured)
                yield Matter(about=f"result:{result.key}", facts=facts, keys=keys)


def _stale(material: Material, one: Stale) -> DatedFact:
    day = material.window.day(one.last.at)
    return DatedFact(
        kind="stale",
        at=day,
        records=one.records,
        details={
            "key": one.result.key,
            "title": one.result.title,
            "value": one.last.value,
            "unit": one.result.unit,
            "days": one.days,
            "updated": day,
            "owners": one.others,
            "teams": one.teams,
        },
    )


def _linked(material: Material, goal: GoalRow, result: KeyResultRow) -> Iterator[DatedFact]:
    """Open work that names this result: the one that has rested longest since anybody did something on it."""
    found: list[tuple[date, ItemRow]] = []
    for item in material.items.values():
        targets = {tie.target for tie in material.ties_of(item.record, "goal")}
        if not item.is_open or not targets & {result.key, goal.key}:
            continue
        days = [material.window.day(act.at) for act in material.acts_on(item)]
        days += [material.window.day(step.at) for step in material.steps.get(item.record, ())]
        if days:
            found.append((max(days), item))
    for day, item in sorted(found, key=lambda pair: (pair[0], pair[1].key))[:1]:
        rest = (material.window.today - day).days
        details: dict[str, Detail] = {
            "key": item.key,
            "item": (item.record,),
            "goal": result.key,
            "last": day,
            "days": rest,
        }
        yield DatedFact(kind="linked", at=day, records=(item.record,), details=details)


def _due(material: Material, one: Stale, limits: Mapping[str, int]) -> Iterator[DatedFact]:
    due = one.result.due_on or one.goal.due_on
    if due is None or (due - material.window.today).days > limits["ahead"]:
        return
    left = (due - material.window.today).days
    details: dict[str, Detail] = {"key": one.result.key, "due": due, "left": left, "target": one.result.target}
    yield DatedFact(kind="due", at=due, records=one.records, calendar=True, details=details | {"unit": one.result.unit})


def _shared(material: Material, key: str) -> tuple[GoalRow, KeyResultRow] | None:
    """The key result called ``key``, if it runs and people of several teams own it, the subject among them."""
    today = material.window.today
    for goal in material.goals:
        for result in goal.key_results:
            owners = result.owners or goal.owners
            teams = {material.people.team_on(who, today) for who in owners} - {None}
            running = goal.category in ("active", None)
            if result.key == key and running and material.subject in owners and len(teams) > 1:
                return goal, result
    return None


def _last_value(material: Material, goal: GoalRow, result: KeyResultRow) -> DatedFact | None:
    if not result.measurements:
        return None
    last = result.measurements[-1]
    day = material.window.day(last.at)
    details: dict[str, Detail] = {
        "key": result.key,
        "title": result.title,
        "value": last.value,
        "unit": result.unit,
        "target": result.target,
        "updated": day,
    }
    return DatedFact(kind="value", at=day, records=(goal.record,), details=details)


def thankless_help(material: Material, limits: Mapping[str, int]) -> Iterator[Matter]:
    """Help beyond the ordinary for another team, more than once, without a recorded thank-you."""
    for one in unthanked(material):
        days = {material.window.day(act.at) for act in one.acts}
        if one.kind not in UNCOMMON:
            continue
        if len(one.acts) < limits["times"] or len(days) < 2:
            continue
        first = next(act for act in one.acts)
        last = next(act for act in reversed(one.acts) if material.window.day(act.at) != material.window.day(first.at))
        keys = frozenset(item.key for item in one.items) or frozenset({f"help:{one.team}"})
        facts = (_helped(material, one, first), _helped(material, one, last, closes=True))
        yield Matter(about=f"help:{one.team}:{one.kind}", facts=facts, keys=keys)


def _helped(material: Material, one: Help, act: Act, *, closes: bool = False) -> DatedFact:
    item = material.item_of(act)
    whom = act.target
    details: dict[str, Detail] = {
        "act": one.kind,
        "team": one.team,
        "times": len(one.acts),
        "whom": (whom,) if whom is not None else (),
        "key": item.key if item else "",
        "item": (item.record,) if item else (),
        "said": (act.record,),
        "closes": closes,
    }
    return DatedFact(kind="helped", at=material.window.day(act.at), records=(act.record,), details=details)


def single_points(material: Material, limits: Mapping[str, int]) -> Iterator[Matter]:
    """One part of the work whose reviews hang on the subject."""
    found = review_dependency(material, limits["changes"], limits["share"] / 100)
    if found is None:
        return
    first, last = material.window.day(found.first), material.window.day(found.last)
    details: dict[str, Detail] = {
        "part": found.part,
        "changes": found.changes,
        "of": found.of,
        "authors": found.authors,
        "first": first,
        "last": last,
    }
    facts = (
        DatedFact(kind="alone", at=first, records=found.records[1:], details=details),
        DatedFact(kind="latest", at=last, records=found.records[:1], details={"part": found.part, "last": last}),
    )
    yield Matter(about=f"part:{found.part}", facts=facts, keys=frozenset({f"part:{found.part}"}))
