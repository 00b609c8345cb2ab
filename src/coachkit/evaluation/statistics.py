"""How sure a figure is: intervals, paired differences and tests on the scores of cases that come in clusters.

Cases of one organisation share people, records and planted situations, so they are no independent draws: every
function takes the cluster of each value. Which formula is used was chosen by simulation
(``benchmarks/evaluation_statistics.py``); the table is in ``docs/design/evaluation-statistics.md``.

Sources: Miller, *Adding Error Bars to Evals* (2024); Bell and McCaffrey, *Bias reduction in standard errors for linear
regression with multi-stage samples* (Survey Methodology 28, 2002); Pustejovsky and Tipton, *Small-sample methods for
cluster-robust variance estimation* (2018); Wilson (1927); Korn and Graubard (1998); Holm (1979).
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = [
    "LEVEL",
    "Difference",
    "Interval",
    "Spread",
    "difference",
    "holm",
    "mean_interval",
    "rate_interval",
    "share_interval",
    "sign_flip",
    "spread",
]

LEVEL = 0.95
"""Of the intervals, where none is named."""

LEAST_LIKENESS = 0.05
"""Intraclass correlation that rates are at least believed to have: where all say the same, none can be seen."""

ALL_FLIPS = 14
"""Clusters up to which every one of the 2^G sign patterns is looked at; above, :data:`DRAWN_FLIPS` are drawn."""

DRAWN_FLIPS = 9_999

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """A mean with its standard error.

    :ivar mean: over values, not over clusters: a large cluster weighs more.
    :ivar error: standard error by CR2; infinite for a single cluster, about whose spread nothing is known.
    :ivar freedom: degrees of freedom of the t distribution that goes with it; at most clusters − 1.
    """

    mean: float
    error: float
    freedom: float
    values: int
    clusters: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """A figure and what the data allow it to be; an end is infinite where nothing is known."""

    estimate: float
    low: float
    high: float
    values: int
    clusters: int

    def __contains__(self, value: object) -> bool:
        return isinstance(value, int | float) and self.low <= value <= self.high


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """After − before on the same cases.

    :ivar p: two-sided, of "there is no difference".
    :ivar flips: two-sided p of the sign-flip test of the same: it needs no normal distribution, and cannot fall below
        2 / 2^clusters.
    """

    before: float
    after: float
    interval: Interval
    spread: Spread
    p: float
    flips: float

    @property
    def estimate(self) -> float:
        return self.interval.estimate


def spread(values: ArrayLike, clusters: Sequence[Hashable] | None = None) -> Spread:
    """Mean, standard error and degrees of freedom of values in clusters.

    With N values, n_g of them in cluster g, and e the deviations from the mean:

    - error² = (1/N²) Σ_g (Σ_{i∈g} e_i)² / (1 − n_g/N): the clustered error of Miller (2024) with CR2, the correction
      by leverage of Bell and McCaffrey (2002), for a model that is a mean and nothing else.
    - freedom = (Σ_g B_gg)² / Σ_gh B_gh², their Satterthwaite degrees of freedom under independent values. Here
      B_gg = n_g and B_gh² = w_g n_g² w_h n_h² / N² with w = 1/(1 − n/N), so no matrix is needed. It is G − 1 for
      clusters of one size, and less the less equal they are.

    :param clusters: whose each value is; ``None``: each value is its own.
    :raises ValueError: without values.
    """
    held, sizes, sums = _clustered(values, clusters)
    number, groups = len(held), len(sizes)
    mean = float(held.mean())
    if groups < 2:
        return Spread(mean=mean, error=math.inf, freedom=0.0, values=number, clusters=groups)
    weight = 1 / (1 - sizes / number)
    error = math.sqrt(float((weight * sums**2).sum())) / number
    if error < 1e-12 * max(1.0, abs(mean)):  # what rounding leaves of equal values
        error = 0.0
    turned = weight * sizes**2
    across = (float(turned.sum()) ** 2 - float((turned**2).sum())) / number**2
    freedom = number**2 / (float((sizes**2).sum()) + across)
    return Spread(mean=mean, error=error, freedom=freedom, values=number, clusters=groups)


def mean_interval(values: ArrayLike, clusters: Sequence[Hashable] | None = None, *, level: float = LEVEL) -> Interval:
    """mean ± t(freedom, (1 + level)/2) · error, of :func:`spread`."""
    found = spread(values, clusters)
    return _around(found, level)


def rate_interval(values: ArrayLike, clusters: Sequence[Hashable] | None = None, *, level: float = LEVEL) -> Interval:
    """Wilson's interval for a share of yes and no, with the number of values that they are worth.

    (p + q²/2n ± q √(p(1−p)/n + q²/4n²)) / (1 + q²/n), as Wilson (1927) has it, with

    - n = N / D in place of N (Korn and Graubard, 1998). The design effect D is error² / (p(1−p)/N) by :func:`spread`,
      and at least 1 + (Σ n_g²/N − 1) · :data:`LEAST_LIKENESS`: where all say the same, the data show no design
      effect, and yet it is there.
    - q the quantile of t with the degrees of freedom of :func:`spread` instead of the normal one.

    A single cluster says nothing about others: 0 to 1.
    """
    found = spread(values, clusters)
    rate = found.mean
    if found.clusters < 2:
        return Interval(estimate=rate, low=0.0, high=1.0, values=found.values, clusters=found.clusters)
    _, sizes, _ = _clustered(values, clusters)
    least = 1 + (float((sizes**2).sum()) / found.values - 1) * LEAST_LIKENESS
    chance = rate * (1 - rate) / found.values
    effect = max(least, found.error**2 / chance) if chance > 0 else least
    return _wilson(found, found.values / effect, level)


def share_interval(values: ArrayLike, clusters: Sequence[Hashable] | None = None, *, level: float = LEVEL) -> Interval:
    """The interval of a mean of shares, each from 0 to 1: Wilson's form with n = p(1 − p) / error².

    Near 0 and 1 shares are skewed, and mean ± t · error is too short on the long side. Where all are the same there is
    no error to go by, and it is :func:`rate_interval`.
    """
    found = spread(values, clusters)
    if not 0 < found.error < math.inf or not 0 < found.mean < 1:
        return rate_interval(values, clusters, level=level)
    return _wilson(found, found.mean * (1 - found.mean) / found.error**2, level)


def _wilson(found: Spread, worth: float, level: float) -> Interval:
    rate, quantile = found.mean, _t_quantile(found.freedom, level)
    shrink = 1 + quantile**2 / worth
    middle = (rate + quantile**2 / (2 * worth)) / shrink
    half = quantile / shrink * math.sqrt(rate * (1 - rate) / worth + quantile**2 / (4 * worth**2))
    return Interval(
        estimate=rate,
        low=max(0.0, min(rate, middle - half)),
        high=min(1.0, max(rate, middle + half)),
        values=found.values,
        clusters=found.clusters,
    )


def difference(
    before: ArrayLike,
    after: ArrayLike,
    clusters: Sequence[Hashable] | None = None,
    *,
    level: float = LEVEL,
) -> Difference:
    """The paired difference of two runs: of after_i − before_i, the mean, its interval, and p of t = mean / error.

    Pairing takes out how hard a case is: var(a − b) = var a + var b − 2 cov(a, b) (Miller 2024).
    Where every pair differs by the same there is no spread to judge by, and p is that of :func:`sign_flip`.

    :param before: a value a case, in the order of ``after``; repeats of a case are averaged before.
    :raises ValueError: if the two are not of one length, or empty.
    """
    one, other = np.asarray(before, float), np.asarray(after, float)
    if one.shape != other.shape:
        raise ValueError("a paired difference needs the same cases on both sides")
    gaps = other - one
    found = spread(gaps, clusters)
    flips = sign_flip(gaps, clusters)
    return Difference(
        before=float(one.mean()),
        after=float(other.mean()),
        interval=_around(found, level),
        spread=found,
        p=_two_sided(found) if found.error > 0 else flips,
        flips=flips,
    )


def sign_flip(values: ArrayLike, clusters: Sequence[Hashable] | None = None) -> float:
    """Two-sided p of "whichever run stands first, the differences are the same": a permutation test over clusters.

    The share of the 2^G ways to flip whole clusters in which |Σ_g ± Σ_{i∈g} d_i| is at least what was seen. Exact for
    clusters that are symmetric about 0 (Fisher 1935; for few clusters Canay, Santos and Shaikh 2021, who show that it
    is the restricted wild cluster bootstrap of a mean). Up to :data:`ALL_FLIPS` clusters all are counted; above,
    :data:`DRAWN_FLIPS` draws with a fixed seed, p = (1 + at least as far) / (1 + draws).
    """
    held, _, _ = _clustered(values, clusters)
    sums = _sums(held, _places(len(held), clusters))
    sums = sums[np.abs(sums) > 1e-12]  # a cluster without a difference may be flipped freely
    if not len(sums):
        return 1.0
    seen = abs(float(sums.sum())) - 1e-9
    if len(sums) <= ALL_FLIPS:
        patterns = (np.arange(2 ** len(sums))[:, None] >> np.arange(len(sums))) & 1
        return float((np.abs((1.0 - 2.0 * patterns) @ sums) >= seen).mean())
    drawn = np.random.default_rng(0).integers(0, 2, (DRAWN_FLIPS, len(sums)))
    return float(1 + (np.abs((1.0 - 2.0 * drawn) @ sums) >= seen).sum()) / (1 + DRAWN_FLIPS)


def holm(values: Sequence[float]) -> list[float]:
    """p values adjusted so that the chance of any false finding among all of them stays below the level.

    Sorted p(1) ≤ … ≤ p(m): p'(k) = max over j ≤ k of min(1, (m − j + 1) p(j)) (Holm 1979). Holds under any dependence.
    """
    order = sorted(range(len(values)), key=lambda place: values[place])
    adjusted, highest = [1.0] * len(values), 0.0
    for rank, place in enumerate(order):
        highest = max(highest, min(1.0, (len(values) - rank) * values[place]))
        adjusted[place] = highest
    return adjusted


def _clustered(values: ArrayLike, clusters: Sequence[Hashable] | None) -> tuple[Floats, Floats, Floats]:
    """Values, sizes of clusters, and sums of deviations from the mean by cluster."""
    held = np.asarray(values, float)
    if held.ndim != 1 or not len(held):
        raise ValueError("there are no values")
    if clusters is not None and len(clusters) != len(held):
        raise ValueError("each value needs its cluster")
    places = _places(len(held), clusters)
    return held, np.bincount(places).astype(np.float64), _sums(held - held.mean(), places)


def _sums(held: Floats, places: NDArray[np.int64]) -> Floats:
    return np.bincount(places, held).astype(np.float64)


def _places(number: int, clusters: Sequence[Hashable] | None) -> NDArray[np.int64]:
    """Clusters by number, in order of first sight."""
    if clusters is None:
        return np.arange(number)
    known: dict[Hashable, int] = {}
    return np.array([known.setdefault(one, len(known)) for one in clusters], dtype=np.int64)


def _around(found: Spread, level: float) -> Interval:
    half = _t_quantile(found.freedom, level) * found.error if found.clusters > 1 else math.inf
    return Interval(
        estimate=found.mean,
        low=found.mean - half,
        high=found.mean + half,
        values=found.values,
        clusters=found.clusters,
    )


def _t_quantile(freedom: float, level: float) -> float:
    from scipy.special import stdtrit  # loads in a moment, and most commands never need it

    return float(stdtrit(freedom, (1 + level) / 2))


def _two_sided(found: Spread) -> float:
    from scipy.special import stdtr

    if not math.isfinite(found.error):
        return 1.0
    return float(2 * stdtr(found.freedom, -abs(found.mean / found.error)))
