"""Chooses hits over the months of a window, so that last week does not push out what happened in spring."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime

__all__ = ["month_of", "spread"]

EVEN_SHARES = 1.5
"""A month may have so many even shares of the hits while other months still have good ones."""

GOOD = 0.5
"""A hit is good when its score is at least this share of the best."""


def month_of(day: int) -> int:
    """Months since year 0 of a day since 1970."""
    at = datetime.fromtimestamp(day * 86_400, UTC)
    return at.year * 12 + at.month - 1


def spread(hits: Sequence[tuple[int, float, int]], limit: int) -> list[int]:
    """The ids of ``limit`` hits of ``hits`` (id, score, day), which come best first; in that order.

    The best hit is always taken. A month that has had its share waits until the good hits of other months are taken.
    """
    if len(hits) <= limit:
        return [found for found, _, _ in hits]
    floor = GOOD * hits[0][1]
    months = {found: month_of(day) for found, _, day in hits}
    good = {months[found] for found, score, _ in hits if score >= floor}
    share = max(1, math.ceil(EVEN_SHARES * limit / len(good)))
    taken: Counter[int] = Counter()
    first, later = [], []
    for found, score, _ in hits:
        if score >= floor and taken[months[found]] < share:
            taken[months[found]] += 1
            first.append(found)
        else:
            later.append(found)
    chosen = set((first + later)[:limit])
    return [found for found, _, _ in hits if found in chosen]
