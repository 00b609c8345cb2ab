"""One coaching question, along GROW (goal, reality, options, will), chosen by what the brief is about."""

from __future__ import annotations

from collections.abc import Sequence

from coachkit.domain.identity import unpublic_id
from coachkit.drafting.facts import Fact
from coachkit.drafting.plan.desk import Desk

__all__ = ["question"]

_THEMES = (
    ("explore.wait", "question.later", "options: what if the wait lasts"),
    ("explore.newcomer", "question.newcomer", "goal: what the next weeks are for"),
    ("explore.dependency", "question.share", "options: who else could"),
    ("explore.question", "question.answer", "will: who would have to answer"),
    ("goals.stale", "question.measure", "reality: what is known although nobody measured"),
    ("goals.missed", "question.learnt", "reality: what was learnt"),
    ("wins.goal", "question.next", "goal: what comes next"),
    ("explore.reopened", "question.done", "reality: what done means"),
    ("explore.waited_for", "question.first", "will: what goes first"),
    ("goals.moved", "question.move", "options: what would move it"),
    ("explore.gap", "question.hour", "goal: what this hour is for"),
    ("explore.new_ground", "question.ground", "reality: what is new there"),
    ("explore.due", "question.date", "will: which date holds"),
    ("wins.unthanked", "question.help", "options: what would make the help unnecessary"),
    ("wins.unblocked", "question.help", "options: what would make the help unnecessary"),
    ("wins.delivery", "question.carry", "goal: what to carry on"),
    ("across.helped", "question.help", "options: what would make the help unnecessary"),
    ("wins.area", "question.area", "goal: what the work there is for"),
    ("agenda.point", "question.point", "goal: what the talk is for"),
)
"""Kind of a fact in the brief → theme of the question, and which step of GROW it takes; the first that fits."""


def question(desk: Desk, told: Sequence[Fact]) -> list[Fact]:
    """The question that fits what is told; without any, one that is open to everything.

    A fact whose own question already stands in the brief is passed over where another one fits.
    """
    by_kind = {fact.kind: fact for fact in reversed(told) if _fits(desk, fact)}
    for kind, theme, reason in _THEMES:
        about = by_kind.get(kind)
        if about is not None:
            return [
                desk.fact(
                    theme,
                    about.at,
                    records=[unpublic_id(public) for public in about.counted],
                    cite=0,
                    weight=88,
                    reason=reason,
                    roles=about.roles,
                    slots=about.slots,
                    section="question",
                )
            ]
    return [desk.fact("question.open", desk.window.today, weight=88, reason="goal: what the talk is for")]


def _fits(desk: Desk, fact: Fact) -> bool:
    """People do not talk about a change by its number; and a point is asked about only if it is theirs."""
    if fact.kind == "agenda.point":
        return fact.roles["author"].who == desk.material.subject
    if fact.kind in ("wins.unthanked", "wins.unblocked", "across.helped"):
        return bool(fact.text("team"))
    return not (fact.kind == "wins.delivery" and "#" in fact.text("key"))
