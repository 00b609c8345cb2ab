"""The plan of a check-in agenda: both sides' points, what was carried over, and the report's work from both sides.

It names everybody and addresses nobody: the two open the same document.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from coachkit.drafting.cleaning import quote
from coachkit.drafting.facts import Fact, Measure
from coachkit.drafting.plan import Plan
from coachkit.drafting.plan.conversation import actions
from coachkit.drafting.plan.desk import Desk
from coachkit.drafting.plan.explore import explore
from coachkit.drafting.plan.goals import goals
from coachkit.drafting.plan.heading import planned
from coachkit.drafting.plan.unknowns import MOST_UNKNOWNS, unknowns
from coachkit.drafting.plan.wins import wins
from coachkit.insight.agenda import Agenda, Point, agenda
from coachkit.insight.rows import Material
from coachkit.insight.underway import Underway, ahead, underway

__all__ = ["SECTIONS", "plan_agenda"]

SECTIONS = ("theirs", "others", "carried", "actions", "progress", "plan", "risk", "unknowns")
MOST_POINTS = 6
MOST_ACTIONS = 6
MOST_PROGRESS = 4
MOST_PLANNED = 4
MOST_RISKS = 3
_DONE = ("wins.goal", "wins.incident", "wins.delivery", "wins.area", "wins.took_in")
_RISKS = ("wait", "waited_for", "question", "asked", "reopened", "due")


def plan_agenda(material: Material) -> Plan:
    """The facts of an agenda, chosen by weight; deterministic for the same material."""
    desk = Desk(material)
    both = agenda(material)
    risk = _risk(desk)
    found = {
        "theirs": (_points(desk, both, theirs=True), MOST_POINTS),
        "others": (_points(desk, both, theirs=False), MOST_POINTS + 1),
        "carried": (_carried(desk, both), MOST_POINTS),
        "actions": (actions(desk), MOST_ACTIONS),
        "progress": (_progress(desk), MOST_PROGRESS),
        "plan": (_planned(desk, risk), MOST_PLANNED),
        "risk": (risk, MOST_RISKS),
        "unknowns": (_gaps(desk), MOST_UNKNOWNS),
    }
    told = {section: tuple(facts[:most]) for section, (facts, most) in found.items()}
    kept = {fact.id for facts in told.values() for fact in facts}
    left = (fact for facts, _ in found.values() for fact in facts if fact.id not in kept)
    return planned(desk, told, left)


def _points(desk: Desk, both: Agenda, *, theirs: bool) -> list[Fact]:
    """New points of one side, in the order of the talk; a flag above the other side's if it owns over half."""
    subject = desk.material.subject
    mine = [one for one in both.open if one.since is None and (one.author == subject) == theirs]
    facts = [_point(desk, one, place, theirs=theirs) for place, one in enumerate(mine)]
    if theirs and not both.open and desk.other is not None:
        facts.append(_nothing(desk, both))
    if not theirs and both.one_sided and desk.other is not None:
        facts.insert(0, _one_sided(desk, both))
    return facts


def _point(desk: Desk, point: Point, place: int, *, theirs: bool) -> Fact:
    section = "theirs" if theirs else "others"
    return _spoken(desk, point, "agenda.said", section, (97 if theirs else 93) - place / 10)


def _spoken(desk: Desk, point: Point, kind: str, section: str, weight: float) -> Fact:
    return desk.fact(
        kind,
        desk.day(point.added_at),
        records=[point.record] if point.record is not None else [],
        weight=weight,
        reason="a point of one side" + ("" if point.record else ", put down here"),
        roles={"author": desk.party(point.author)},
        slots={
            "text": quote(point.text, 120),
            "about": point.text[:200],
            "since": point.since,
            "here": True if point.record is None else None,
        },
        section=section,
    )


def _nothing(desk: Desk, both: Agenda) -> Fact:
    return desk.fact(
        "agenda.nothing",
        desk.day(both.meeting_at) if both.meeting_at else desk.window.today,
        records=[both.meeting] if both.meeting is not None else [],
        weight=90,
        reason="nobody has put a point down",
        slots={"meeting": desk.day(both.meeting_at) if both.meeting_at else None},
        section="theirs",
    )


def _one_sided(desk: Desk, both: Agenda) -> Fact:
    return desk.fact(
        "agenda.one_sided",
        desk.window.today,
        records=dict.fromkeys(point.record for point in both.new if point.record is not None),
        weight=96,
        reason="the manager owns over half of the agenda",
        roles={"other": desk.other},
        slots={"others": both.others, "of": len(both.new)},
        section="others",
    )


def _carried(desk: Desk, both: Agenda) -> list[Fact]:
    """What was left open at a check-in, the longest first; open actions carry their own day."""
    left = sorted((one for one in both.open if one.since is not None), key=lambda one: (one.since, one.id))
    return [
        _spoken(desk, one, "agenda.left", "carried", (94 if one.author == desk.material.subject else 91) - place / 10)
        for place, one in enumerate(left)
    ]


def _moved(facts: Iterable[Fact], section: str, kinds: Sequence[str]) -> list[Fact]:
    return [replace(fact, section=section) for fact in facts if fact.kind in kinds]


def _progress(desk: Desk) -> list[Fact]:
    """What came to an end, and which values moved."""
    done = _moved(wins(desk), "progress", _DONE)
    told = {record for fact in done if fact.kind == "wins.goal" for record in fact.evidence}
    values = _moved(goals(desk), "progress", ("goals.moved", "goals.reached", "goals.done", "goals.missed"))
    values = [fact for fact in values if not (fact.kind == "goals.done" and set(fact.evidence) <= told)]
    return [*done[: MOST_PROGRESS - min(2, len(values))], *values[:2], *done[MOST_PROGRESS - min(2, len(values)) :]]


def _planned(desk: Desk, risk: Sequence[Fact]) -> list[Fact]:
    """What is under way and due next. What waits or is late stands under risk."""
    told = {fact.text("key") for fact in risk}
    work = [_item(desk, place, one) for place, one in enumerate(underway(desk.material)) if one.item.key not in told]
    return [*work[: MOST_PLANNED - 1], *_targets(desk)[:2], *work[MOST_PLANNED - 1 :]]


def _item(desk: Desk, place: int, one: Underway) -> Fact:
    return desk.fact(
        "plan.item",
        one.item.due_on or desk.day(one.since or desk.window.end),
        records=one.records,
        weight=80 - place,
        reason="due soon" if one.item.due_on else "under way",
        slots={
            "key": one.item.key,
            "title": desk.title(one.item),
            "begun": desk.day(one.since) if one.begun and one.since else None,
            "due": one.item.due_on,
            "goal": one.goal,
        },
        section="plan",
    )


def _targets(desk: Desk) -> list[Fact]:
    return [
        desk.fact(
            "plan.result",
            one.due,
            records=one.records,
            weight=74 - place,
            reason="a target with a date",
            slots={
                "key": one.result.key,
                "title": desk.speech(one.result.title, 46),
                "last": Measure(one.last.value, one.result.unit),
                "updated": desk.day(one.last.at),
                "target": Measure(one.result.target, one.result.unit) if one.result.target is not None else None,
                "due": one.due,
                "commitment": one.goal.commitment,
            },
            section="plan",
        )
        for place, one in enumerate(ahead(desk.material))
        if not desk.window.holds(one.last.at)  # what moved in the window stands under progress
    ]


def _risk(desk: Desk) -> list[Fact]:
    """What waits, stays unanswered, came back, or is over its date; key results that nobody measures."""
    found = [
        replace(fact, kind=f"risk.{fact.kind.partition('.')[2]}", section="risk")
        for fact in explore(desk)
        if fact.kind.partition(".")[2] in _RISKS
    ]
    found += _moved(goals(desk), "risk", ("goals.stale",))
    return sorted(found, key=lambda fact: (-fact.weight, fact.at, fact.id))


def _gaps(desk: Desk) -> list[Fact]:
    found = unknowns(desk)
    return [fact for fact in found if fact.kind not in ("unknowns.always", "unknowns.no_meeting")]
