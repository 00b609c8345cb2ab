"""To explore: a dated observation each, and an open question. What was seen, never what it means."""

from __future__ import annotations

from collections.abc import Iterator

from coachkit.drafting.facts import Fact, Quote
from coachkit.drafting.plan.desk import MOST_CITED, Desk
from coachkit.insight.questions import open_questions
from coachkit.insight.reviews import review_dependency, reviewer_share
from coachkit.insight.rhythm import check_in_gap, milestone
from coachkit.insight.waiting import Wait, reopened, waited_for, waits
from coachkit.insight.work import areas, integrations

__all__ = ["MOST_EXPLORED", "explore"]

MOST_EXPLORED = 3
LEAST_WAIT = 3
"""Days: a shorter wait is ordinary work."""


def explore(desk: Desk) -> list[Fact]:
    """Candidates, the weightiest first; of one kind only the weightiest two, of new ground one."""
    found = [
        *_waits(desk),
        *_questions(desk),
        *_reviews(desk),
        *_reopened(desk),
        *_rhythm(desk),
        *_due(desk),
        *_hand_over(desk),
        *_new_ground(desk),
    ]
    found.sort(key=lambda fact: (-fact.weight, -fact.at.toordinal(), fact.id))
    kinds: dict[str, int] = {}
    kept = []
    for fact in found:
        kinds[fact.kind] = kinds.get(fact.kind, 0) + 1
        if kinds[fact.kind] <= (1 if fact.kind == "explore.new_ground" else 2):
            kept.append(fact)
    return kept


def _waits(desk: Desk) -> Iterator[Fact]:
    for kind, found in (("wait", waits(desk.material)), ("waited_for", waited_for(desk.material))):
        for one in found:
            if one.days >= LEAST_WAIT:
                yield _wait(desk, kind, one)


def _wait(desk: Desk, kind: str, one: Wait) -> Fact:
    base = {"wait": 84, "waited_for": 82}[kind] if one.across else 60
    owner = one.owner if kind == "wait" else desk.material.owner(one.item)
    since = desk.day(one.since)
    return desk.fact(
        f"explore.{kind}",
        since,
        records=one.records,
        weight=base + min(one.days, 30) / 10,
        reason=f"waiting for {one.days} days" + (" across teams" if one.across else ""),
        roles={"owner": desk.maybe(owner)},
        slots={
            "key": one.item.key,
            "title": desk.title(one.item),
            "blocker": one.blocker_key or None,
            "blocker_title": desk.title(one.blocker),
            "team": one.team,
            "across": one.across,
            "since": since,
            "days": one.days,
            "reason": desk.speech(one.reason),
            "promised": one.promised,
            "late": one.promised is not None and one.promised < desk.window.today,
        },
    )


def _questions(desk: Desk) -> Iterator[Fact]:
    for one in open_questions(desk.material):
        mine = one.asker == desk.material.subject
        yield desk.fact(
            "explore.question" if mine else "explore.asked",
            desk.day(one.last),
            records=[*one.records[-2:], *([one.item.record] if one.item else []), *one.records],
            weight=83 + min(one.times, 5) / 5,
            reason=f"asked {one.times} times without a recorded answer",
            roles={"asker": desk.party(one.asker), "whom": desk.maybe(one.whom, desk.day(one.last))},
            slots={
                "key": one.key,
                "title": desk.title(one.item),
                "times": one.times,
                "first": desk.day(one.first),
                "last": desk.day(one.last),
                "words": _words(desk, one.records[-1]),
            },
        )


def _words(desk: Desk, number: int) -> Quote | None:
    record = desk.material.records.get(number)
    return desk.speech(record.text or record.title) if record and record.kind == "interaction" else None


def _reviews(desk: Desk) -> Iterator[Fact]:
    dependency = review_dependency(desk.material)
    if dependency is not None:
        yield desk.fact(
            "explore.dependency",
            desk.day(dependency.last),
            records=dependency.records,
            weight=81,
            reason="nearly all reviews of one part of the work",
            slots={
                "part": dependency.part,
                "changes": dependency.changes,
                "of": dependency.of,
                "authors": dependency.authors,
                "teams": dependency.teams,
                "first": desk.day(dependency.first),
                "last": desk.day(dependency.last),
            },
        )
    share = reviewer_share(desk.material)
    if share is not None:
        yield desk.fact(
            "explore.reviewer",
            desk.day(share.last),
            records=share.records,
            weight=70,
            reason="most reviewed changes went through one person",
            roles={"reviewer": desk.party(share.reviewer, desk.day(share.last))},
            slots={
                "changes": share.changes,
                "of": share.of,
                "last": desk.day(share.last),
                "start": desk.day(desk.window.start),
            },
        )


def _reopened(desk: Desk) -> Iterator[Fact]:
    for one in reopened(desk.material):
        yield desk.fact(
            "explore.reopened",
            desk.day(one.at),
            records=one.records,
            weight=68 + 2 * min(one.times, 3),
            reason="opened again after it was done",
            slots={
                "key": one.item.key,
                "title": desk.title(one.item),
                "times": one.times,
                "last": desk.day(one.at),
                "reason": desk.speech(one.reason),
            },
        )


def _rhythm(desk: Desk) -> Iterator[Fact]:
    day = milestone(desk.material)
    if day is not None:
        yield desk.fact(
            "explore.newcomer",
            day.on,
            records=day.records,
            weight=87,
            reason=f"day {day.day} is a moment to look back together",
            slots={"day": day.day, "on": day.on, "started": day.started_on, "today": day.today},
        )
    gap = check_in_gap(desk.material)
    if gap is not None:
        yield desk.fact(
            "explore.gap",
            desk.day(gap.last.scheduled_at),
            records=gap.records,
            weight=85,
            reason=f"no check-in for {gap.days} days",
            roles={"other": desk.other},
            slots={
                "last": desk.day(gap.last.scheduled_at),
                "days": gap.days,
                "weeks": gap.days // 7,
                "every": gap.every_days,
                "cancelled": tuple(desk.day(at) for at in gap.cancelled),
            },
            cite=1 + MOST_CITED,
        )


def _due(desk: Desk) -> Iterator[Fact]:
    """Open items of the subject whose own due date has passed."""
    for item in desk.material.items.values():
        if not item.is_open or item.due_on is None or desk.material.owner(item) != desk.material.subject:
            continue
        late = (desk.window.today - item.due_on).days
        if late > 0:
            yield desk.fact(
                "explore.due",
                item.due_on,
                records=[item.record],
                weight=62 + min(late, 20) / 10,
                reason=f"{late} days past its date",
                slots={"key": item.key, "title": desk.title(item), "due": item.due_on, "late": late},
            )


def _hand_over(desk: Desk) -> Iterator[Fact]:
    """All recorded changes of the subject were taken in by one and the same person."""
    for one in integrations(desk.material):
        if not one.by_subject and len(one.people) == 1 and one.changes >= 4:
            yield desk.fact(
                "explore.one_door",
                desk.window.today,
                records=one.records,
                weight=54,
                reason="one person takes in all changes",
                roles={"integrator": desk.party(one.people[0])},
                slots={"changes": one.changes, "start": desk.day(desk.window.start)},
            )


def _new_ground(desk: Desk) -> Iterator[Fact]:
    for area in areas(desk.material):
        if area.new and desk.title(area.items[0]):
            yield desk.fact(
                "explore.new_ground",
                desk.day(area.first),
                records=[area.items[0].record],
                weight=48,
                reason="first known change in this part of the work",
                slots={"area": area.name, "first": desk.day(area.first), "title": desk.title(area.items[0])},
            )
