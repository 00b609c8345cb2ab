"""The contribution summary: what a team, project or goal brought about together, by kind of help.

It is the same for all its readers, so it rests on what all of them may read. Whoever is named sees first what is said
about them (:mod:`coachkit.drafting.showing`).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Protocol

from coachkit.access import Directory, Viewer
from coachkit.access.contributions import Asking, TargetDirectory, asks_as, may_ask_for
from coachkit.domain.drafts import Draft, DraftKind
from coachkit.domain.targets import Target
from coachkit.drafting.agents import Agent, Asked, Sides, Stretch
from coachkit.drafting.plan import Plan
from coachkit.drafting.plan.contribution import SECTIONS, plan_contribution
from coachkit.drafting.wording.contribution import contribution_title
from coachkit.insight.contribution import Shared, contributions
from coachkit.insight.rows import Window

__all__ = ["CONTRIBUTION_LIMITS", "SharedReader", "contribution_agent"]

CONTRIBUTION_LIMITS = {"en": 300, "zh": 500}


class SharedReader(Protocol):
    """Reads the work on a target under scopes: what is outside them does not exist here."""

    def shared(self, target: Target, scopes: frozenset[int], window: Window, today: date) -> Shared: ...


class First(Protocol):
    """Those whom a draft names see it first."""

    def may_read(self, directory: Directory, draft: Draft, viewer: Viewer, /) -> Sides | None:
        """Lets those who are named open a draft that somebody else asked for."""

    def shown(self, draft: Draft, viewer: Viewer, /) -> Draft:
        """What of a draft a viewer sees before those named have had their look."""


def contribution_agent(
    targets: TargetDirectory,
    reader: SharedReader,
    today: Callable[[], date],
    first: First,
) -> Agent:
    """The agent, over who leads what and what was done.

    :param first: shows a draft to those whom it names before anybody else.
    """

    def may_open(_directory: Directory, viewer: Viewer, subject: int, _now: datetime) -> Sides:
        target = targets.target(subject)
        may_ask_for(targets, viewer, target)
        return Sides(subject=subject, scopes=targets.shared_scopes(viewer, target))

    def plan(asked: Asked) -> Plan:
        target, scopes = targets.target(asked.sides.subject), asked.sides.scopes
        shared = reader.shared(target, scopes, asked.window, today())
        if asks_as(targets, asked.viewer, target) == Asking.NAMED:
            return plan_contribution(shared, only=asked.viewer.person)
        named = {one.who for one in contributions(shared)} - {asked.viewer.person}
        narrower = scopes & targets.shared_scopes(asked.viewer, target, named)
        if narrower != scopes:
            shared = reader.shared(target, narrower, asked.window, today())
        return plan_contribution(shared)

    return Agent(
        kind=DraftKind.CONTRIBUTION_SUMMARY,
        purpose="a contribution summary",
        prompt="contribution_summary",
        sections=SECTIONS,
        reworded=("unblocked", "mentored", "responded", "served"),
        verbatim=(),
        limits={"en": CONTRIBUTION_LIMITS["en"], "zh": CONTRIBUTION_LIMITS["zh"]},
        window=Stretch(usual=timedelta(days=90)),
        plan=plan,
        may_open=may_open,
        may_read=first.may_read,
        shown=first.shown,
        neutral=True,
        titles=contribution_title,
    )
