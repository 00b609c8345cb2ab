"""Medians with intervals, also of what is not finished, and whether chance makes differences as large."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

__all__ = ["Box", "Length", "box", "chance", "length", "share", "surprising"]

_SEED = 7
_FEW = 8

EXACT_BELOW = 500
"""Values altogether, above which the normal distribution stands in for the exact one. For groups of five to eight it
gives more to chance in the tail, never less."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Length:
    """How long something takes, in days.

    :ivar median: by Kaplan and Meier, so that what is still open counts as long as it has lasted; ``None`` if half of
        it is not over.
    :ivar low: 95 % interval of the median after Brookmeyer and Crowley on the log-log scale; ``high`` may be open.
    :ivar n: how many; ``unfinished`` of them have no end yet.
    """

    median: float | None
    low: float | None
    high: float | None
    n: int
    unfinished: int


def length(days: Sequence[float], unfinished: Sequence[bool]) -> Length:
    """Kaplan and Meier, *Nonparametric estimation from incomplete observations*, 1958."""
    import numpy as np
    from scipy import stats

    values, censored = np.asarray(days, float), np.asarray(unfinished, bool)
    if len(values) == 0 or censored.all():
        return Length(median=None, low=None, high=None, n=len(values), unfinished=int(censored.sum()))
    data = stats.CensoredData(uncensored=values[~censored], right=values[censored])
    found = stats.ecdf(data).sf
    quantiles = found.quantiles
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # it is undefined where nobody has left yet, and says so
        interval = found.confidence_interval(0.95, method="log-log")
    return Length(
        median=_falls(quantiles, found.probabilities),
        low=_falls(quantiles, interval.low.probabilities),
        high=_falls(quantiles, interval.high.probabilities),
        n=len(values),
        unfinished=int(censored.sum()),
    )


def _falls(quantiles: np.ndarray[Any, Any], probabilities: np.ndarray[Any, Any]) -> float | None:
    """The first moment at which no more than half is left."""
    import numpy as np

    there = np.flatnonzero(np.nan_to_num(probabilities, nan=1.0) <= 0.5)
    return float(quantiles[there[0]]) if len(there) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A box plot after Tukey: whiskers end at the last value within 1.5 box lengths; what lies beyond is an outlier."""

    low: float
    first: float
    median: float
    third: float
    high: float
    outliers: tuple[float, ...]
    n: int


def box(days: Sequence[float]) -> Box | None:
    """``None`` for nothing."""
    import numpy as np

    values = np.sort(np.asarray(days, float))
    if len(values) == 0:
        return None
    first, median, third = (float(one) for one in np.quantile(values, [0.25, 0.5, 0.75]))
    reach = 1.5 * (third - first)
    inside = values[(values >= first - reach) & (values <= third + reach)]
    return Box(
        low=min(first, float(inside[0])),
        first=first,
        median=median,
        third=third,
        high=max(third, float(inside[-1])),
        outliers=tuple(float(one) for one in values if one < first - reach or one > third + reach),
        n=len(values),
    )


def share(parts: Sequence[float], wholes: Sequence[float], *, draws: int = 400) -> tuple[float, float, float] | None:
    """Sum of the parts in the sum of the wholes, with a 95 % interval by drawing the items anew."""
    import numpy as np

    part, whole = np.asarray(parts, float), np.asarray(wholes, float)
    if len(whole) == 0 or whole.sum() <= 0:
        return None
    some = np.random.default_rng(_SEED).integers(0, len(whole), (draws, len(whole)))
    sums = whole[some].sum(axis=1)
    drawn = np.divide(part[some].sum(axis=1), sums, out=np.full(draws, np.nan), where=sums > 0)
    low, high = np.nanquantile(drawn, [0.025, 0.975])
    return float(part.sum() / whole.sum()), float(low), float(high)


def chance(groups: Mapping[str, Sequence[float]]) -> dict[str, float]:
    """Of each group, how likely it is as long as it is, against the rest, if it is left to chance who belongs where.

    The ranks are dealt out anew, one-sided: Mann and Whitney, *On a test of whether one of two random variables is
    stochastically larger than the other*, 1947; exactly where there are few and no two are alike, otherwise by the
    normal distribution with its corrections for ties and steps. A test on the medians alone asks too little of a few.
    Groups of one value give 1.
    """
    import numpy as np
    from scipy import stats

    if not groups:
        return {}
    sizes = [len(group) for group in groups.values()]
    values = np.concatenate([np.asarray(group, float) for group in groups.values()])
    ranks = stats.rankdata(values)
    alike = np.unique(values, return_counts=True)[1].astype(float)
    total, ends = len(values), np.cumsum(sizes)
    ties = float((alike**3 - alike).sum()) / max(1, total * (total - 1))
    found = {}
    for name, size, end in sorted(zip(groups, sizes, ends, strict=True), key=lambda one: one[1]):
        inside, others = slice(end - size, end), total - size
        if size < 2 or not others:
            found[name] = 1.0
        elif len(alike) == total <= EXACT_BELOW and min(size, others) <= _FEW:
            rest = np.delete(values, inside)
            found[name] = float(stats.mannwhitneyu(values[inside], rest, alternative="greater").pvalue)
        else:
            above = ranks[inside].sum() - size * (size + 1) / 2 - size * others / 2 - 0.5
            spread = (size * others / 12 * (total + 1 - ties)) ** 0.5
            found[name] = float(stats.norm.sf(above / spread)) if spread > 0 else 1.0
    return {name: found[name] for name in groups}


def surprising(chances: Mapping[str, float], *, false: float = 0.1) -> frozenset[str]:
    """Names that stay after Benjamini and Hochberg (1995): of these at most one in ten is there by chance."""
    ordered = sorted(chances.items(), key=lambda pair: (pair[1], pair[0]))
    kept = 0
    for place, (_, p) in enumerate(ordered, 1):
        if p <= false * place / len(ordered):
            kept = place
    return frozenset(name for name, _ in ordered[:kept])
