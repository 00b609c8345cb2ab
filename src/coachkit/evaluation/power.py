"""What a set of cases can show at all: power, the smallest difference it would find, and how many cases would do.

Sources: Miller, *Adding Error Bars to Evals* (2024); the noncentral t distribution as in Cohen, *Statistical
Power Analysis* (1988).
"""

from __future__ import annotations

import math

from coachkit.evaluation.statistics import Spread

__all__ = ["POWER", "cases_needed", "minimal_detectable", "power_of"]

POWER = 0.8
"""Chance of seeing a difference that is there, where none is named."""


def power_of(effect: float, found: Spread, *, alpha: float = 0.05) -> float:
    """The chance that a two-sided test at ``alpha`` finds a true difference of ``effect``, and in its direction.

    P(T > t(ν, 1 − α/2)) for T noncentral t with ν degrees of freedom and noncentrality effect / error, where error and
    ν are those of a :func:`~coachkit.evaluation.statistics.spread` of differences.
    """
    from scipy.special import nctdtr, stdtrit

    if not math.isfinite(found.error) or found.freedom <= 0:
        return 0.0
    if found.error == 0:
        return 1.0 if effect else 0.0
    away, edge = abs(effect) / found.error, float(stdtrit(found.freedom, 1 - alpha / 2))
    beyond = float(1 - nctdtr(found.freedom, away, edge)) if away < _FAR else math.nan
    return _integrated(found.freedom, away, edge) if math.isnan(beyond) else beyond


def _integrated(freedom: float, away: float, edge: float) -> float:
    """The same, P(Z + δ > t √(χ²/ν)), where scipy's series does not converge: few degrees of freedom, far out."""
    from scipy.integrate import quad
    from scipy.special import ndtr
    from scipy.stats import chi2

    def at(share: float) -> float:
        return float(ndtr(away - edge * math.sqrt(chi2.ppf(share, freedom) / freedom)))

    return float(quad(at, 0.0, 1.0, limit=200)[0])


_FAR = 300.0
"""Noncentrality beyond which the series is not to be trusted."""


def minimal_detectable(found: Spread, *, alpha: float = 0.05, power: float = POWER) -> float:
    """The smallest true difference that would be found with this power: where :func:`power_of` crosses it.

    Near (t(ν, 1 − α/2) + t(ν, power)) · error. Infinite for a single cluster; 0 where nothing varied.

    :param alpha: of one test. Of m tests under Holm, α/m says what the worst placed of them would find.
    """
    from scipy.optimize import brentq

    if not math.isfinite(found.error) or found.freedom <= 0:
        return math.inf
    if found.error == 0:
        return 0.0
    high = found.error
    while power_of(high, found, alpha=alpha) < power:
        high *= 2
    return float(brentq(lambda effect: power_of(effect, found, alpha=alpha) - power, 0.0, high, xtol=1e-6 * high))


def cases_needed(
    effect: float,
    deviation: float,
    *,
    cluster_size: float = 1.0,
    likeness: float = 0.0,
    alpha: float = 0.05,
    power: float = POWER,
) -> int:
    """How many cases on both sides would find a difference.

    n = (z(1 − α/2) + z(power))² · σ² · (1 + (m − 1) ρ) / δ² (Miller 2024, with the design effect of Kish for
    clusters of m cases). For few clusters it is a little too low: it knows no t.

    :param effect: δ; ``deviation``: σ of the paired differences; ``likeness``: ρ, their intraclass correlation.
    """
    from scipy.special import ndtri

    together = float(ndtri(1 - alpha / 2) + ndtri(power))
    return math.ceil((together * deviation / effect) ** 2 * (1 + (cluster_size - 1) * likeness))
