"""The check-in agenda: both sides' points and the report's plan, progress and risks; the same document for both."""

from __future__ import annotations

from coachkit.access import may_open_conversation
from coachkit.domain.drafts import DraftKind
from coachkit.drafting.agents import Agent, Asked, Stretch, between_two
from coachkit.drafting.plan import Plan
from coachkit.drafting.plan.agenda import SECTIONS, plan_agenda
from coachkit.drafting.points import PointReader, with_points
from coachkit.drafting.wording.agendas import agenda_title

__all__ = ["agenda_agent"]


def agenda_agent(points: PointReader) -> Agent:
    """The agent of agendas.

    :param points: what the two put down here; private notes are not among it.
    """

    def plan(asked: Asked) -> Plan:
        return plan_agenda(with_points(asked, points))

    return Agent(
        kind=DraftKind.AGENDA,
        purpose="preparing a check-in together",
        prompt="agenda",
        sections=SECTIONS,
        reworded=("progress", "risk"),
        verbatim=("theirs", "others", "carried", "actions"),
        limits={"en": 350, "zh": 600},
        window=Stretch(since_check_in=True),
        plan=plan,
        may_open=between_two(may_open_conversation),
        titles=agenda_title,
        neutral=True,
    )
