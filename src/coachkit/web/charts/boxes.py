"""Box plots and heat: lengths of time on one logarithmic scale, and shades of a table."""

from __future__ import annotations

import math
from dataclasses import dataclass

from coachkit.insight.flow.statistics import Box

__all__ = ["HEAT", "TICKS", "WIDTH", "BoxShape", "box_shape", "heat", "position", "ticks"]

WIDTH = 300
_LEFT, _RIGHT = 8, 8
_SHORTEST, _LONGEST = 1 / 24, 128.0
TICKS = (
    (1 / 24, "1 h", "1 小时"),
    (1 / 3, "8 h", "8 小时"),
    (1.0, "1 d", "1 天"),
    (4.0, "4 d", "4 天"),
    (16.0, "16 d", "16 天"),
    (64.0, "64 d", "64 天"),
)
HEAT = 7


@dataclass(frozen=True, slots=True)
class BoxShape:
    """Where the parts of a box plot lie, from the left."""

    low: float
    first: float
    median: float
    third: float
    high: float
    outliers: tuple[float, ...]


def position(days: float) -> float:
    """On a logarithmic scale from an hour to 128 days; what is outside lies at the edge."""
    inside = min(max(days, _SHORTEST), _LONGEST)
    part = math.log(inside / _SHORTEST) / math.log(_LONGEST / _SHORTEST)
    return round(_LEFT + part * (WIDTH - _LEFT - _RIGHT), 1)


def ticks(*, zh: bool = False) -> tuple[tuple[float, str], ...]:
    return tuple((position(days), chinese if zh else english) for days, english, chinese in TICKS)


def box_shape(box: Box) -> BoxShape:
    """At most forty outliers are drawn, the farthest; nobody could tell more of them apart."""
    far = sorted(box.outliers, reverse=True)[:40]
    return BoxShape(
        low=position(box.low),
        first=position(box.first),
        median=position(box.median),
        third=position(box.third),
        high=position(box.high),
        outliers=tuple(dict.fromkeys(position(one) for one in far)),
    )


def heat(value: int, most: int) -> int:
    """Step 0 to 6 of the shades; by the square root, so that small values are told apart too."""
    if value <= 0 or most <= 0:
        return 0
    return min(HEAT - 1, 1 + int(math.sqrt(value / most) * (HEAT - 1) - 1e-9))
