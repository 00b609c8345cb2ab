"""Points that two people put down here, and what they did with points of sources: for the two alone.

They are no records, have no audience in the store, and reach a document only where one of the two opens it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from coachkit.drafting.agents import Agent, Asked
from coachkit.drafting.plan import Plan
from coachkit.insight.agenda import Prepared
from coachkit.insight.rows import Material

__all__ = ["PointReader", "seeing_points"]


class PointReader(Protocol):
    """Reads what two people prepared."""

    def prepared(self, report: int, manager: int, until: datetime) -> Prepared: ...


@dataclass(frozen=True, kw_only=True)
class _Together(Asked):
    """What a planner works from, with the points of the two."""

    points: PointReader

    def material(self) -> Material:
        """Everything that may be said, and what the two prepared if the viewer is one of them."""
        material = Asked.material(self)
        other = self.sides.other
        if other is None or self.viewer.person not in (self.sides.subject, other):
            return material
        found = self.points.prepared(self.sides.subject, other, self.window.end)
        return replace(material, points=found.points, marks=found.marks)


def seeing_points(agent: Agent, points: PointReader) -> Agent:
    """The same agent, with the points that the two put down here."""

    def plan(asked: Asked) -> Plan:
        return agent.plan(
            _Together(facts=asked.facts, viewer=asked.viewer, sides=asked.sides, window=asked.window, points=points)
        )

    return replace(agent, plan=plan)
