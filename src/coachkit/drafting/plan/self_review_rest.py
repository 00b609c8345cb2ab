"""What changed for customers and the team, what missed, and what support is needed: dated facts, and what only the
person can add to each as an open question to them."""

from __future__ import annotations

from collections.abc import Iterator

from coachkit.drafting.cleaning import name_of
from coachkit.drafting.facts import Fact, Measure
from coachkit.drafting.plan.desk import Desk
from coachkit.insight.goals import finished, stale
from coachkit.insight.questions import open_questions
from coachkit.insight.reviews import reviewer_share
from coachkit.insight.rows import FeedbackRow, ItemRow
from coachkit.insight.waiting import reopened, waits
from coachkit.insight.work import deliveries, incidents, praise

__all__ = ["changed", "missed", "support"]

LEAST_WAIT = 3
"""Days: a shorter wait is ordinary work."""
_RELATIONS = {"customer": 90, "peer": 70, "lead": 66, "manager": 60}


def changed(desk: Desk) -> list[Fact]:
    """Candidates: what customers said, incidents that were answered, what colleagues said."""
    found = [*_said(desk), *_incidents(desk), *_served(desk)]
    return sorted(found, key=lambda fact: (-fact.weight, -fact.at.toordinal(), fact.id))


def _said(desk: Desk) -> Iterator[Fact]:
    seen: dict[str, int] = {}
    for said in praise(desk.material):
        rank = seen[said.relation] = seen.get(said.relation, 0) + 1
        words = desk.speech(said.text, 120)
        if rank > 2 or words is None:
            continue
        item = desk.material.item_by_key(said.item) if said.item else None
        title = desk.title(item)
        twice = title is not None and words.text.startswith(title.text.rstrip("…"))
        yield desk.fact(
            "changed.said",
            desk.day(said.at),
            records=[said.record, *([item.record] if item else [])],
            weight=_RELATIONS.get(said.relation, 55) + (2 if item else 0) - 8 * (rank - 1),
            reason=f"said by a {said.relation}",
            roles={"author": desk.maybe(said.author, desk.day(said.at))},
            slots={
                "relation": said.relation,
                "author_name": _author_name(said),
                "words": words,
                "key": item.key if item else None,
                "title": None if twice else title,
                "mine": (item is not None and _worked_on(desk, item)) or None,
                "measured": True,
            },
        )


def _author_name(said: FeedbackRow) -> str | None:
    return (name_of(said.author_name) or None) if said.author_name else None


def _worked_on(desk: Desk, item: ItemRow) -> bool:
    """The subject took a step on it, or said or wrote something there."""
    return any(act.actor == desk.material.subject and act.kind != "assigned" for act in desk.material.acts_on(item))


def _incidents(desk: Desk) -> Iterator[Fact]:
    for rank, incident in enumerate(incidents(desk.material)[:2]):
        spoken = next((act for act in incident.acts if desk.said(act)), None)
        others = {
            act.actor
            for act in (desk.material.acts_on(incident.item) if incident.item else ())
            if act.kind == "responded" and act.actor != desk.material.subject
        }
        yield desk.fact(
            "changed.incident",
            desk.day(incident.at),
            records=[*incident.records[:1], *([spoken.record] if spoken else []), *incident.records],
            weight=80 - 6 * rank,
            reason="answered an incident",
            slots={
                "key": incident.item.key if incident.item else None,
                "title": desk.title(incident.item),
                "closed": desk.day(incident.closed) if incident.closed else None,
                "said": desk.said(spoken) if spoken else None,
                "with_others": tuple(desk.party(who) for who in sorted(others)) or None,
                "measured": True if incident.closed else None,
            },
        )


def _served(desk: Desk) -> Iterator[Fact]:
    acts = [act for act in desk.material.own_acts if act.kind == "served" and desk.material.window.holds(act.at)]
    if not acts:
        return
    items = list(dict.fromkeys(item for act in acts if (item := desk.material.item_of(act)) is not None))
    spoken = next((act for act in reversed(acts) if desk.said(act)), None)
    yield desk.fact(
        "changed.served",
        desk.day(acts[-1].at),
        records=[*([spoken.record] if spoken else []), *(act.record for act in reversed(acts))],
        cite=2,
        weight=74,
        reason="did something for customers",
        slots={
            "first": desk.day(acts[0].at),
            "last": desk.day(acts[-1].at),
            "times": len(acts),
            "items": tuple(item.key for item in items[:3]) or None,
            "said": desk.said(spoken) if spoken else None,
        },
    )


def missed(desk: Desk) -> list[Fact]:
    """Candidates: goals that ended without being reached, key results that nobody measured, work that came back or was
    late. Dates, never a cause."""
    found = [*_missed_goals(desk), *_reopened(desk), *_late(desk), *_stale(desk), *_overdue(desk)]
    found.sort(key=lambda fact: (-fact.weight, -fact.at.toordinal(), fact.id))
    kinds: dict[str, int] = {}
    kept = []
    for fact in found:
        kinds[fact.kind] = kinds.get(fact.kind, 0) + 1
        if kinds[fact.kind] <= 2:
            kept.append(fact)
    return kept


def _missed_goals(desk: Desk) -> Iterator[Fact]:
    for end in finished(desk.material):
        if end.category != "missed":
            continue
        result = next((one for one in end.results if one.measurements), None)
        yield desk.fact(
            "missed.goal",
            desk.day(end.at),
            records=end.records,
            weight=92,
            reason="a goal of theirs ended without being reached",
            slots={
                "key": end.goal.key,
                "title": desk.speech(end.goal.title, 64),
                "result": result.key if result else None,
                "new": Measure(result.measurements[-1].value, result.unit) if result else None,
                "target": Measure(result.target, result.unit) if result and result.target is not None else None,
                "due": end.goal.due_on,
                "shared": len(end.goal.owners) > 1 or None,
            },
        )


def _stale(desk: Desk) -> Iterator[Fact]:
    for one in stale(desk.material)[:1]:
        yield desk.fact(
            "missed.stale",
            desk.day(one.last.at),
            records=one.records,
            weight=64,
            reason=f"no new value for {one.days} days",
            slots={
                "key": one.result.key,
                "title": desk.speech(one.result.title, 56),
                "last": Measure(one.last.value, one.result.unit),
                "target": Measure(one.result.target, one.result.unit) if one.result.target is not None else None,
                "updated": desk.day(one.last.at),
                "days": one.days,
                "shared": bool(one.others) or None,
            },
        )


def _reopened(desk: Desk) -> Iterator[Fact]:
    for one in reopened(desk.material):
        yield desk.fact(
            "missed.reopened",
            desk.day(one.at),
            records=one.records,
            weight=80,
            reason="was done and was taken up again",
            slots={
                "key": one.item.key,
                "title": desk.title(one.item),
                "times": one.times,
                "last": desk.day(one.at),
                "reason": desk.speech(one.reason),
            },
        )


def _late(desk: Desk) -> Iterator[Fact]:
    material = desk.material
    for one in deliveries(material):
        day = desk.day(one.at)
        if one.item.due_on is not None and day > one.item.due_on:
            yield _due(desk, one.item, "missed.late", (day - one.item.due_on).days, 74)
    for item in material.items.values():
        past = item.due_on is not None and material.window.day(material.window.start) <= item.due_on < desk.window.today
        if item.is_open and past and item.due_on is not None and material.owner(item) == material.subject:
            yield _due(desk, item, "missed.open", (desk.window.today - item.due_on).days, 78)


def _due(desk: Desk, item: ItemRow, kind: str, late: int, weight: float) -> Fact:
    assert item.due_on is not None
    return desk.fact(
        kind,
        item.due_on,
        records=[item.record],
        weight=weight + min(late, 60) / 30,
        reason=f"{late} days after its date",
        slots={"key": item.key, "title": desk.title(item), "due": item.due_on, "late": late},
    )


def _overdue(desk: Desk) -> Iterator[Fact]:
    today = desk.window.today
    for action in desk.material.actions:
        late = (today - action.due_on).days if action.due_on and action.done_at is None else 0
        if late > 0 and action.owner == desk.material.subject and desk.window.holds(action.created_at):
            yield desk.fact(
                "missed.action",
                desk.day(action.created_at),
                records=[action.record],
                weight=60 + min(late, 30) / 30,
                reason=f"{late} days over",
                slots={
                    "title": desk.speech(action.title, 72),
                    "since": desk.day(action.created_at),
                    "due": action.due_on,
                    "late": late,
                },
            )


def support(desk: Desk) -> list[Fact]:
    """Candidates: waits for others, questions without an answer, reviews that hang on one person."""
    found = [*_waits(desk), *_questions(desk), *_one_reviewer(desk)]
    return sorted(found, key=lambda fact: (-fact.weight, fact.at, fact.id))


def _waits(desk: Desk) -> Iterator[Fact]:
    for one in waits(desk.material):
        if one.days < LEAST_WAIT:
            continue
        since = desk.day(one.since)
        yield desk.fact(
            "support.wait",
            since,
            records=one.records,
            weight=(90 if one.across else 80) + min(one.days, 60) / 10,
            reason=f"waiting for {one.days} days",
            roles={"owner": desk.maybe(one.owner) if one.owner != desk.material.subject else None},
            slots={
                "key": one.item.key,
                "title": desk.title(one.item),
                "blocker": one.blocker_key or None,
                "team": one.team if one.across else None,
                "since": since,
                "days": one.days,
                "reason": desk.speech(one.reason),
                "promised": one.promised,
            },
        )


def _questions(desk: Desk) -> Iterator[Fact]:
    for one in open_questions(desk.material):
        if one.asker != desk.material.subject:
            continue
        yield desk.fact(
            "support.question",
            desk.day(one.last),
            records=[*one.records[-2:], *([one.item.record] if one.item else []), *one.records],
            weight=84,
            reason=f"asked {one.times} times without a recorded answer",
            roles={"whom": desk.maybe(one.whom, desk.day(one.last))},
            slots={
                "key": one.key,
                "title": desk.title(one.item),
                "times": one.times,
                "first": desk.day(one.first),
                "last": desk.day(one.last),
            },
        )


def _one_reviewer(desk: Desk) -> Iterator[Fact]:
    share = reviewer_share(desk.material)
    if share is not None:
        yield desk.fact(
            "support.reviewer",
            desk.day(share.last),
            records=share.records,
            weight=66,
            reason="most reviews of their changes are by one person",
            roles={"reviewer": desk.party(share.reviewer, desk.day(share.last))},
            slots={
                "changes": share.changes,
                "of": share.of,
                "start": desk.day(desk.window.start),
                "last": desk.day(share.last),
            },
        )
