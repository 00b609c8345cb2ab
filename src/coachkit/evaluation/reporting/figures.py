"""Figures in words: values by their unit, how far a score is from what it should be, and a bar for an interval."""

from __future__ import annotations

import math
from dataclasses import dataclass

from coachkit.evaluation.record import Score, ScorerInfo
from coachkit.evaluation.summary import is_hard_failure

__all__ = ["SHAPES", "Bar", "bar", "failed_hard", "loss", "number", "shown", "signed", "state_of"]

SHAPES = {
    "better": "▲",
    "worse": "▼",
    "same": "=",
    "inconclusive": "◇",
    "full": "●",
    "part": "◐",
    "failed": "▼",
    "neutral": "·",
}
"""A status is a shape, a word and a colour, so that none of them has to be seen."""

_RATES = ("share", "pass")


def shown(value: float | None, unit: str) -> str:
    """``83 %``, ``1.25 s``, ``$0.0004``, ``312``; a dash for nothing."""
    if value is None or math.isnan(value):
        return "–"
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    sign, size = ("−" if value < 0 else ""), abs(value)
    if unit in _RATES:
        return f"{sign}{_trimmed(size * 100, 1)}\N{NO-BREAK SPACE}%"
    if unit == "usd":
        return f"{sign}${size:.4f}" if 0 < size < 1 else f"{sign}${size:.2f}"
    if unit == "seconds":
        return f"{sign}{number(size)}\N{NO-BREAK SPACE}s"
    return f"{sign}{number(size)}"


def number(size: float) -> str:
    """Three digits that count, thousands apart."""
    if size >= 100 or size == int(size):
        return f"{round(size):,}"
    return _trimmed(size, 2 if size < 10 else 1)


def signed(value: float, unit: str) -> str:
    """With its sign; of rates in percentage points."""
    if unit in _RATES and not math.isinf(value):
        points = _trimmed(abs(value) * 100, 1)
        return "±0" if points == "0" else f"{'−' if value < 0 else '+'}{points}"
    text = shown(value, unit)
    return text if text.startswith("−") else f"+{text}"


def _trimmed(size: float, places: int) -> str:
    text = f"{size:.{places}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def loss(score: Score, info: ScorerInfo | None) -> float | None:
    """How far a score is from the best it could be, 0 to 1; ``None`` where that cannot be said."""
    if info is None or info.higher_is_better is None:
        return None
    value = float(score.value)
    if info.unit in _RATES:
        return min(1.0, max(0.0, 1 - value if info.higher_is_better else value))
    if info.hard and info.unit == "count":
        return 1.0 if value > 0 else 0.0
    return None


def failed_hard(score: Score, info: ScorerInfo | None) -> bool:
    """Whether this score stops a change whatever else is better."""
    return info is not None and is_hard_failure(info, score)


def state_of(score: Score, info: ScorerInfo | None) -> str:
    """``full``, ``part``, ``failed``; ``neutral`` of what only describes."""
    if failed_hard(score, info):
        return "failed"
    lost = loss(score, info)
    if lost is None:
        return "neutral"
    return "full" if lost < 1e-9 else "failed" if lost > 1 - 1e-9 else "part"


@dataclass(frozen=True, slots=True)
class Bar:
    """An interval on a line of 120 units; ``before`` is where the baseline stood."""

    low: float
    high: float
    at: float
    before: float | None

    @property
    def width(self) -> float:
        return round(max(2.0, self.high - self.low), 1)


def bar(value: float, low: float, high: float, before: float | None, unit: str) -> Bar | None:
    """Only of rates: other figures have no natural ends."""
    if unit not in _RATES or any(math.isnan(one) for one in (value, low, high)):
        return None

    def place(one: float) -> float:
        return round(min(1.0, max(0.0, one)) * 120, 1)

    return Bar(place(low), place(high), place(value), None if before is None else place(before))
