"""The plan of a self-review: for each question the facts of its answer, the subject speaking for themself.

Facts say what was done by whom; whether a sentence may say "I" is decided here, by what the record shows
(:mod:`~coachkit.drafting.plan.self_review_own`), and never by the wording.
"""

from __future__ import annotations

from datetime import datetime

from coachkit.domain.identity import public_id, unpublic_id
from coachkit.drafting.composing import compose
from coachkit.drafting.facts import Fact
from coachkit.drafting.fitting import length
from coachkit.drafting.plan import Plan
from coachkit.drafting.plan.desk import MOST_CITED, Desk
from coachkit.drafting.plan.heading import planned
from coachkit.drafting.plan.self_review_coverage import coverage_by_month
from coachkit.drafting.plan.self_review_helped import helped
from coachkit.drafting.plan.self_review_moved import moved
from coachkit.drafting.plan.self_review_questions import ANSWER_LIMITS, QUESTIONS
from coachkit.drafting.plan.self_review_rest import changed, missed, support
from coachkit.drafting.voice import Voice
from coachkit.insight.rows import Material
from coachkit.insight.sources import coverage

__all__ = ["ANSWERS", "MOST", "SECTIONS", "answers", "plan_self_review"]

ANSWERS = tuple(question.section for question in QUESTIONS)
SECTIONS = (*ANSWERS, "coverage")

MOST = {"moved": 3, "helped": 3, "changed": 3, "missed": 3, "support": 3}
"""Facts in one answer, without the closing line that says what was not measured."""

LOOKED_AT = {"missed": ("tickets", "goals"), "support": ("tickets",)}
"""Kinds of record by which these are answered: where none was read, nothing is said about what they would show."""

CLOSING = 91.0
"""Weight of the line that says what was not measured: it goes after everything else that weighs less."""

_FINDERS = {"moved": moved, "helped": helped, "changed": changed, "missed": missed, "support": support}


def plan_self_review(material: Material, reach: datetime | None) -> Plan:
    """The plan of a self-review; what was left out is not in ``material`` any more.

    :param reach: when the oldest record was made that any source gave.
    """
    desk, told, left = answers(material)
    return planned(desk, {**told, "coverage": (coverage_by_month(desk, reach),)}, left)


def answers(material: Material) -> tuple[Desk, dict[str, tuple[Fact, ...]], tuple[Fact, ...]]:
    """The facts of each answer, and those that were found and are not told; deterministic for the same material.

    A record is told in one answer: the first whose question it fits. An answer without facts says so.
    """
    desk = Desk(material)
    told: dict[str, tuple[Fact, ...]] = {}
    left: list[Fact] = []
    seen: set[str] = set()
    for section in ANSWERS:
        kept: list[Fact] = []
        for fact in _FINDERS[section](desk):
            about = _about(desk, fact)
            if len(kept) < MOST[section] and not about & seen and _fits(desk, section, [*kept, fact]):
                kept.append(fact)
                seen |= about
            else:
                left.append(fact)
        told[section] = (*kept, *_closing(desk, section, kept))
    return desk, told, tuple(left)


def _fits(desk: Desk, section: str, facts: list[Fact]) -> bool:
    """Whether an answer of these facts, with its closing line, is short enough in either language: what is told does
    not hang on the language, and the closing line speaks of nothing that fell out."""
    told = [*facts, *_closing(desk, section, facts)]
    for language, limit in ANSWER_LIMITS.items():
        voice = Voice(language, desk.window.today, desk.window.zone, desk.subject.who, desk.subject)
        said = [compose(fact, voice) for fact in told]
        if sum(length(f"{one.text} {one.question}", language) for one in said) > limit:
            return False
    return True


def _about(desk: Desk, fact: Fact) -> set[str]:
    """What a fact tells: of a part of the work the changes it names, of repeated help the instance it cites first; a
    goal may stand behind many facts, and is told once by the key of its result."""
    if fact.kind in ("helped.aid", "changed.served"):
        return set(fact.evidence[:1])
    resting = fact.evidence if fact.kind == "moved.area" else fact.counted
    goals = {public_id(goal.record) for goal in desk.material.goals}
    key = fact.text("key") or fact.text("result")
    return {one for one in resting if one not in goals} | ({key} if key and set(resting) & goals else set())


def _closing(desk: Desk, section: str, told: list[Fact]) -> list[Fact]:
    """What is not known about what an answer tells; or that there is nothing to tell."""
    if not told:
        return [_nothing(desk, section)]
    if section == "changed" and not any(fact.text("relation") == "customer" for fact in told):
        return [] if any(fact.kind == "changed.served" for fact in told) else [_no_customer(desk)]
    if section not in ("moved", "helped"):
        return []
    open_ends = [fact for fact in told if not fact.slots.get("measured")]
    if not open_ends:
        return []
    first = [public for fact in open_ends for public in fact.evidence[:1]]
    rest = [public for fact in open_ends for public in fact.counted]
    linked = sum(bool(fact.text("goal")) for fact in told)
    return [
        desk.fact(
            f"{section}.unmeasured",
            desk.window.today,
            records=[unpublic_id(public) for public in (*first, *rest)],
            weight=CLOSING,
            reason="what came of it stands in no record",
            slots={
                "all": len(open_ends) == len(told),
                "linked": "all" if linked == len(told) else "some" if linked else "none",
            },
            cite=min(len(dict.fromkeys(first)), MOST_CITED),
        )
    ]


def _nothing(desk: Desk, section: str) -> Fact:
    """That nothing answers a question; and where no source could, that it is not known."""
    looked_at = LOOKED_AT.get(section, ())
    unread = tuple(kind for kind in coverage(desk.material).missing if kind in looked_at)
    return desk.fact(
        f"{section}.none",
        desk.window.today,
        weight=50,
        reason="nothing in the records that were read answers this",
        slots={
            "first": desk.day(desk.window.start),
            "last": desk.window.today,
            "unread": unread if len(unread) == len(looked_at) and unread else None,
        },
    )


def _no_customer(desk: Desk) -> Fact:
    return desk.fact(
        "changed.unmeasured", desk.window.today, weight=CLOSING, reason="no record that was read says it of customers"
    )
