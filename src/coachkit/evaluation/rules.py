"""By which rules two runs are compared and a change is let through: ``gate:`` of a suite's file.

::

    gate:
      cluster: organisation            # or question, where there are few organisations
      primary: [citation_recall, …]    # left out: those whose scorers say so
      margins: {pass: 0.02, share: 0.02, characters: "10%", latency: "50%"}
      inconclusive: warn               # or stop, or pass
"""

from __future__ import annotations

import math
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from coachkit.evaluation.record import ScorerInfo

__all__ = ["Cluster", "GateRules"]

Cluster = Literal["organisation", "question", "none"]
"""What counts as one draw: a whole organisation; a case with its twins, in all its languages; each sample by itself."""

_MARGINS: dict[str, float | str] = {"share": 0.02, "pass": 0.02}
_OTHERWISE = 0.1


class GateRules(BaseModel):
    """What stops a change.

    :ivar cluster: what counts as one draw.
    :ivar alpha: chance of a false stop among all primary metrics together (Holm).
    :ivar primary: the metrics whose loss stops; empty: those whose scorers say so.
    :ivar margins: metric or unit → how much may be lost before it counts, whatever its p: a number in the metric's own
        unit, or a share of what it was, ``10%``. Otherwise 0.02 of rates and shares, and a tenth of all else.
    :ivar inconclusive: what happens where a loss of the margin can be neither seen nor excluded.
    :ivar unscored: share of a primary metric's samples that may lose their score: what says nothing cannot be scored.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    cluster: Cluster = "organisation"
    alpha: Annotated[float, Field(gt=0, lt=0.5)] = 0.05
    primary: tuple[str, ...] = ()
    margins: dict[str, float | str] = Field(default_factory=dict)
    inconclusive: Literal["stop", "warn", "pass"] = "warn"
    unscored: Annotated[float, Field(ge=0, le=1)] = 0.05

    @field_validator("margins")
    @classmethod
    def _readable(cls, value: dict[str, float | str]) -> dict[str, float | str]:
        for one in value.values():
            _size(one, 1.0)
        return value

    def is_primary(self, metric: ScorerInfo) -> bool:
        return metric.name in self.primary if self.primary else metric.primary

    def margin(self, metric: ScorerInfo, before: float) -> float:
        """How much of a metric may be lost, in its own unit.

        :param before: its mean, to which a share refers.
        """
        for name in (metric.name, metric.unit):
            if name in self.margins:
                return _size(self.margins[name], before)
        return _size(_MARGINS.get(metric.unit, f"{_OTHERWISE:.0%}"), before)


def _size(margin: float | str, before: float) -> float:
    if isinstance(margin, str):
        try:
            margin = abs(before) * float(margin.removesuffix("%")) / 100 if margin.endswith("%") else float(margin)
        except ValueError:
            raise ValueError(f"{margin!r} is no margin: say a number, or a share such as 10%") from None
    if margin < 0 or not math.isfinite(margin):
        raise ValueError(f"{margin!r} is no margin: it should not be below 0")
    return margin
