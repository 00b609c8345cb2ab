"""What the two agreed and want to talk about: agenda points first, then open actions of both sides."""

from __future__ import annotations

from datetime import timedelta

from coachkit.drafting.cleaning import quote
from coachkit.drafting.facts import Fact
from coachkit.drafting.plan.desk import Desk
from coachkit.insight.agenda import Agenda, Point
from coachkit.insight.agenda import agenda as prepared
from coachkit.insight.rows import CheckInRow

__all__ = ["actions", "agenda", "next_check_in"]

MOST_POINTS = 6
DONE_SHOWN = timedelta(days=45)


def next_check_in(desk: Desk) -> CheckInRow | None:
    """The planned check-in that comes next; one planned for earlier today still counts."""
    start = desk.window.today
    coming = [one for one in desk.material.check_ins if one.state == "planned" and desk.day(one.scheduled_at) >= start]
    return coming[0] if coming else None


def agenda(desk: Desk) -> list[Fact]:
    """Their points first, then the other side's, then what was not ticked off last time."""
    both, coming = prepared(desk.material), next_check_in(desk)
    facts = [_point(desk, point, coming) for point in both.open]
    facts.sort(key=lambda fact: -fact.weight)
    balance = _balance(desk, both, coming) if coming else []
    if coming and not both.new:
        facts.append(_empty(desk, coming))
    return facts[:MOST_POINTS] + balance


def _point(desk: Desk, point: Point, coming: CheckInRow | None) -> Fact:
    theirs, carried = point.author == desk.material.subject, point.since is not None
    meeting = point.since or (desk.day(coming.scheduled_at) if coming else desk.day(point.added_at))
    return desk.fact(
        "agenda.carried" if carried else "agenda.point",
        desk.day(point.added_at),
        records=[point.record] if point.record is not None else [],
        weight=(97 if theirs else 92) - (8 if carried else 0),
        reason="their own point comes first" if theirs else "a point of the other side",
        roles={"author": desk.party(point.author)},
        slots={"text": quote(point.text, 120), "meeting": meeting, "about": point.text[:200]},
    )


def _balance(desk: Desk, both: Agenda, coming: CheckInRow) -> list[Fact]:
    """A flag when the other side owns over half of the agenda."""
    if not both.one_sided or desk.other is None:
        return []
    fact = desk.fact(
        "agenda.balance",
        desk.day(coming.scheduled_at),
        records=[coming.record],
        weight=96,
        reason="the other side owns over half of the agenda",
        roles={"other": desk.other},
        slots={"others": both.others, "of": len(both.new)},
    )
    return [fact]


def _empty(desk: Desk, coming: CheckInRow) -> Fact:
    return desk.fact(
        "agenda.empty",
        desk.day(coming.scheduled_at),
        records=[coming.record],
        weight=80,
        reason="nobody has put a point on the agenda yet",
        slots={"meeting": desk.day(coming.scheduled_at)},
    )


def actions(desk: Desk) -> list[Fact]:
    """Open actions of both sides, overdue ones first, then those done since the last check-in."""
    facts = []
    for action in desk.material.actions:
        today, end = desk.window.today, desk.window.end
        if action.done_at is not None and not (desk.window.start <= action.done_at <= end):
            continue
        late = (today - action.due_on).days if action.due_on and action.done_at is None else 0
        kind = "done" if action.done_at else "overdue" if late > 0 else "open"
        facts.append(
            desk.fact(
                f"actions.{kind}",
                desk.day(action.created_at),
                records=[action.record],
                weight={"overdue": 95.0, "open": 78.0, "done": 52.0}[kind] + min(late, 30) / 30,
                reason={"overdue": f"{late} days over", "open": "still open", "done": "done since last time"}[kind],
                roles={"owner": desk.party(action.owner)},
                slots={
                    "title": quote(action.title, 96),
                    "since": desk.day(action.created_at),
                    "due": action.due_on,
                    "late": late if late > 0 else None,
                    "age": (today - desk.day(action.created_at)).days,
                    "done": desk.day(action.done_at) if action.done_at else None,
                    "about": action.title[:200],
                },
            )
        )
    return sorted(facts, key=lambda fact: (-fact.weight, fact.at, fact.id))
