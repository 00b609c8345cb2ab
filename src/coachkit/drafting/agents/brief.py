"""The manager brief: one screen before a check-in, the same for the manager and for the person it is about."""

from __future__ import annotations

from coachkit.access import may_open_brief
from coachkit.domain.drafts import DraftKind
from coachkit.drafting.agents import Agent, Asked, Stretch, between_two
from coachkit.drafting.plan import Plan
from coachkit.drafting.plan.brief import SECTIONS, plan_brief

__all__ = ["BRIEF"]


def _plan(asked: Asked) -> Plan:
    return plan_brief(asked.material())


BRIEF = Agent(
    kind=DraftKind.BRIEF,
    purpose="preparing a check-in",
    prompt="brief",
    sections=SECTIONS,
    reworded=("wins", "explore", "across"),
    limits={"en": 350, "zh": 600},
    window=Stretch(since_check_in=True),
    plan=_plan,
    may_open=between_two(may_open_brief),
)
