"""The check-in agenda: both sides' points and the report's plan, progress and risks; the same document for both.

Points that the two put down here reach it by :func:`coachkit.drafting.points.seeing_points`; private notes never do.
"""

from __future__ import annotations

from coachkit.access import may_open_conversation
from coachkit.domain.drafts import DraftKind
from coachkit.drafting.agents import Agent, Asked, Stretch, between_two
from coachkit.drafting.plan import Plan
from coachkit.drafting.plan.agenda import SECTIONS, plan_agenda
from coachkit.drafting.wording.agendas import agenda_title

__all__ = ["AGENDA"]


def _plan(asked: Asked) -> Plan:
    return plan_agenda(asked.material())


AGENDA = Agent(
    kind=DraftKind.AGENDA,
    purpose="preparing a check-in together",
    prompt="agenda",
    sections=SECTIONS,
    reworded=("progress", "risk"),
    verbatim=("theirs", "others", "carried", "actions"),
    limits={"en": 350, "zh": 600},
    window=Stretch(since_check_in=True),
    plan=_plan,
    may_open=between_two(may_open_conversation),
    titles=agenda_title,
    neutral=True,
)
