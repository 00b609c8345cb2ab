"""Differences with their intervals, each on a scale of its own around no change."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["HEIGHT", "WIDTH", "IntervalShape", "interval_shape"]

WIDTH, HEIGHT = 300, 24
_EDGE = 10


@dataclass(frozen=True, slots=True)
class IntervalShape:
    """Where the parts lie, from the left; ``none`` is no change. ``clear``: it lies outside the interval."""

    none: float
    low: float
    at: float
    high: float
    clear: bool


def interval_shape(difference: float | None, low: float | None, high: float | None) -> IntervalShape | None:
    """``None`` where no interval is known."""
    if difference is None or low is None or high is None:
        return None
    far = max(abs(low), abs(high), abs(difference)) or 1.0
    half = WIDTH / 2

    def place(value: float) -> float:
        return round(half + (half - _EDGE) * value / far, 1)

    return IntervalShape(none=half, low=place(low), at=place(difference), high=place(high), clear=low > 0 or high < 0)
