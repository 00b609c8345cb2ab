"""The self-review: drafted from the employee's evidence, in their voice, for them alone until they submit it.

It rests on what both the person and their manager may read, so that what is submitted never says to the manager what
these may not see; and on nothing that the person left out.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Protocol

from coachkit.access.reviews import may_write_self_review
from coachkit.domain.drafts import DraftKind
from coachkit.domain.reviews import period_of
from coachkit.drafting.agents import Agent, Asked, Stretch, between_two
from coachkit.drafting.facts import Fact
from coachkit.drafting.plan import Plan
from coachkit.drafting.plan.self_review import ANSWERS, SECTIONS, plan_self_review
from coachkit.drafting.plan.self_review_questions import ANSWER_LIMITS
from coachkit.drafting.plan.self_review_questions import asked as question
from coachkit.drafting.voice import Voice
from coachkit.insight.half_year import without

__all__ = ["STRETCH", "LeftOut", "self_review", "title"]

STRETCH = Stretch(usual=timedelta(days=183))
"""Half a year, and another beginning where the person asks for it."""

_COVERAGE = (
    "What this rests on, by month: ● fewer than 5 records, ●● fewer than 15, ●●● more",
    "依据，按月：● 不到 5 条记录，●● 不到 15 条，●●● 更多",
)


class LeftOut(Protocol):
    """What the plan needs from the store of picks."""

    def excluded(self, person: int, period: str) -> frozenset[int]:
        """Records that the person leaves out of the review of a period."""

    def reach(self, scopes: frozenset[int]) -> datetime | None:
        """When the oldest record of work was made that any source gave and these scopes hold."""


def title(section: str, voice: Voice, _facts: tuple[Fact, ...] = ()) -> str:
    """The question above an answer."""
    if section == "coverage":
        return _COVERAGE[voice.zh]
    return question(section).text(voice.language)


def self_review(left_out: LeftOut) -> Agent:
    """The agent, over a store of what people leave out."""

    def plan(asked: Asked) -> Plan:
        window, person = asked.window, asked.sides.subject
        period = period_of(window.day(window.start), window.today)
        material = without(asked.material(), left_out.excluded(person, period))
        return plan_self_review(material, left_out.reach(asked.sides.scopes))

    return Agent(
        kind=DraftKind.SELF_REVIEW,
        purpose="writing a self-review",
        prompt="self_review",
        sections=SECTIONS,
        reworded=ANSWERS,
        verbatim=(),
        limits={"en": 760, "zh": 1260},
        section_limits=dict.fromkeys(ANSWERS, ANSWER_LIMITS),
        window=STRETCH,
        plan=plan,
        may_open=between_two(may_write_self_review),
        titles=title,
    )
