"""Agreement of raters beyond chance: Krippendorff's alpha, with an interval by bootstrap. Pure functions on arrays."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

__all__ = ["Agreement", "Scale", "alpha", "alpha_interval"]

Floats = NDArray[np.float64]
Scale = Literal["nominal", "ordinal", "interval"]
Units = Sequence[Sequence[float | None]]
"""For each unit the values that raters gave it; ``None`` where one gave none."""

_RESAMPLES = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """Krippendorff's alpha over units that two or more raters judged.

    :ivar alpha: 1 full agreement, 0 as by chance, below 0 against each other; ``None`` where nothing varies: if every
        value is the same, agreement by chance is full, and alpha is not defined.
    :ivar low: with ``high`` the 95 % interval by bootstrap over groups; ``None`` where too few resamples have an alpha.
    :ivar units: units with two or more values, which alone can agree; ``same`` those where all values are equal.
    """

    alpha: float | None
    low: float | None
    high: float | None
    units: int
    same: int


def alpha(units: Units, scale: Scale = "nominal") -> float | None:
    """Krippendorff's alpha, ``1 - D_o / D_e``, from the matrix of coincidences.

    Source: K. Krippendorff, *Computing Krippendorff's Alpha-Reliability* (2011). A unit with ``m`` values adds
    ``1 / (m - 1)`` for each ordered pair of them; units with fewer than two add nothing. The distance is 0 or 1
    (nominal), the squared difference (interval), or the squared number of values between two ranks (ordinal).

    :returns: alpha, or ``None`` if there are no pairs or all values are the same.
    """
    values, counts = _counts(units)
    return _alpha(values, counts, scale)


def alpha_interval(
    units: Units,
    groups: Sequence[Hashable] | None = None,
    *,
    scale: Scale = "nominal",
    seed: int = 0,
    resamples: int = _RESAMPLES,
) -> Agreement:
    """Alpha with its percentile interval: whole groups are drawn with replacement.

    :param groups: to which group each unit belongs, the case of a statement: statements of one document are alike, and
        drawing them one by one would make the interval too narrow. Without it each unit is a group.
    :param seed: of the draws; the same seed gives the same interval.
    """
    values, counts = _counts(units)
    keys = list(groups) if groups is not None else list(range(len(units)))
    if len(keys) != len(units):
        raise ValueError(f"{len(units)} units, and groups for {len(keys)}")
    places = {key: place for place, key in enumerate(dict.fromkeys(keys))}
    of = np.array([places[key] for key in keys], dtype=int)
    found = _draws(values, counts, of, len(places), scale, np.random.default_rng(seed), resamples)
    enough = len(found) >= resamples * 0.9
    low, high = np.quantile(found, [0.025, 0.975]) if enough else (None, None)
    judged = counts[counts.sum(axis=1) >= 2]
    return Agreement(
        alpha=_alpha(values, counts, scale),
        low=None if low is None else float(low),
        high=None if high is None else float(high),
        units=len(judged),
        same=int((judged.max(axis=1, initial=0) == judged.sum(axis=1)).sum()),
    )


def _draws(
    values: Floats,
    counts: Floats,
    of: NDArray[np.int_],
    groups: int,
    scale: Scale,
    random: np.random.Generator,
    resamples: int,
) -> Floats:
    """Alphas of resamples that have one. A group drawn twice counts twice, so matrices of coincidences are added up."""
    if groups < 2:
        return np.empty(0)
    matrices = np.zeros((groups, len(values), len(values)))
    np.add.at(matrices, of, _coincidences(counts))
    times = random.multinomial(groups, np.full(groups, 1 / groups), size=resamples)
    drawn = _alphas(values, np.tensordot(times, matrices, axes=1), scale)
    return drawn[~np.isnan(drawn)]


def _counts(units: Units) -> tuple[Floats, Floats]:
    """The values there are, in order, and for each unit how often it was given each."""
    values = sorted({float(value) for unit in units for value in unit if value is not None})
    place = {value: number for number, value in enumerate(values)}
    counts = np.zeros((len(units), len(values)))
    for row, unit in zip(counts, units, strict=True):
        for value in unit:
            if value is not None:
                row[place[float(value)]] += 1
    return np.array(values), counts


def _alpha(values: Floats, counts: Floats, scale: Scale) -> float | None:
    found = float(_alphas(values, _coincidences(counts).sum(axis=0)[None], scale)[0])
    return None if np.isnan(found) else found


def _coincidences(counts: Floats) -> Floats:
    """A matrix a unit: how often each value was paired with each other one, over one less than its values."""
    given = counts.sum(axis=1)
    pairs = counts[:, :, None] * counts[:, None, :] - counts[:, :, None] * np.eye(counts.shape[1])
    return np.asarray(pairs * np.where(given >= 2, 1 / np.maximum(given - 1, 1), 0)[:, None, None])


def _alphas(values: Floats, coincidences: Floats, scale: Scale) -> Floats:
    """Alpha of each matrix of a stack; not a number where nothing varies."""
    totals = coincidences.sum(axis=1)
    number = totals.sum(axis=1)
    distance = _distance(values, totals, scale)
    expected = (totals[:, :, None] * totals[:, None, :] * distance).sum(axis=(1, 2))
    observed = (coincidences * distance).sum(axis=(1, 2))
    sure = (number >= 2) & (expected > 0)
    return np.where(sure, 1 - (number - 1) * observed / np.where(sure, expected, 1), np.nan)


def _distance(values: Floats, totals: Floats, scale: Scale) -> Floats:
    if scale == "nominal":
        return 1 - np.eye(len(values))
    if scale == "interval":
        return np.asarray(np.subtract.outer(values, values) ** 2)
    ranks = np.cumsum(totals, axis=1) - totals / 2  # the middle of each value's place among all that were given
    return np.asarray((ranks[:, :, None] - ranks[:, None, :]) ** 2)
