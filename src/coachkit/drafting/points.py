"""Points that two people put down here, and what they did with points of sources: for the two alone.

They are no records, have no audience in the store, and reach a document only where one of the two opens it.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Protocol

from coachkit.drafting.agents import Asked
from coachkit.insight.agenda import Prepared
from coachkit.insight.rows import Material

__all__ = ["PointReader", "with_points"]


class PointReader(Protocol):
    """Reads what two people prepared."""

    def prepared(self, report: int, manager: int, until: datetime) -> Prepared: ...


def with_points(asked: Asked, reader: PointReader) -> Material:
    """The material about the subject, with what the two prepared if the viewer is one of them."""
    material = asked.material()
    other = asked.sides.other
    if other is None or asked.viewer.person not in (asked.sides.subject, other):
        return material
    found = reader.prepared(asked.sides.subject, other, asked.window.end)
    return replace(material, points=found.points, marks=found.marks)
