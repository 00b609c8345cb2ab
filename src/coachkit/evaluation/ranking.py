"""How well scores tell those with an outcome from those without: pure functions on arrays."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

__all__ = ["area_under_curve", "average_precision"]


def area_under_curve(outcome: ArrayLike, score: ArrayLike) -> float | None:
    """Chance that one with the outcome scores higher than one without; ties count half. ``None`` without one of both.

    ``(sum of ranks of the positive - n₊ (n₊ + 1) / 2) / (n₊ · n₋)``, ranks averaged over ties: the statistic of H. B.
    Mann and D. R. Whitney (1947), divided by its largest value.
    """
    truth, given = np.asarray(outcome, dtype=bool), np.asarray(score, dtype=float)
    positive, negative = int(truth.sum()), int((~truth).sum())
    if not positive or not negative:
        return None
    _, place, count = np.unique(given, return_inverse=True, return_counts=True)
    last = np.cumsum(count)
    ranks = (last - (count - 1) / 2)[place]
    return float((ranks[truth].sum() - positive * (positive + 1) / 2) / (positive * negative))


def average_precision(outcome: ArrayLike, score: ArrayLike) -> float | None:
    """Mean precision at each one with the outcome, from the highest score down; ``None`` where none has it.

    Those of one score come in together: the precision behind the last of them counts for all.
    """
    truth, given = np.asarray(outcome, dtype=bool), np.asarray(score, dtype=float)
    if not truth.any():
        return None
    order = np.argsort(-given, kind="stable")
    truth, given = truth[order], given[order]
    ends = np.append(np.flatnonzero(np.diff(given)), len(given) - 1)
    hits = np.cumsum(truth)[ends]
    gained = np.diff(np.concatenate(([0], hits)))
    return float((gained * hits / (ends + 1)).sum() / truth.sum())
