"""Areas of the code that will probably be among the slowest of the next quarter, by what their past ones were like."""

from __future__ import annotations

from typing import TYPE_CHECKING

from coachkit.insight.organisation.tables import DAY

if TYPE_CHECKING:
    import numpy as np
    import polars as pl

    Array = np.ndarray[tuple[int], np.dtype[np.float64]]

__all__ = ["FEWEST", "HALF_LIFE", "LASTING", "ONE_DAY", "PASSING", "compared", "expected_slowness"]

HALF_LIFE = 4
"""Quarters after which what happened counts half."""

LASTING, PASSING, ONE_DAY = 0.15, 0.2, 2.0
"""Variances of slowness: of areas against each other, as far as it lasts; of an area's quarters against each other; and
of the changes of one day. Round figures within what six public histories had (0.04–0.19, 0.01–0.28, 1.4–2.6)."""

SLOWEST = 1 / 3
"""The part of the areas that counts as slow."""

FEWEST = 8
"""Changes in the last year below which nothing is said about an area."""


def compared(changes: pl.DataFrame) -> pl.DataFrame:
    """``changes`` with ``slower``: how much longer each took than half of its repository's in its quarter, as the
    difference of ``log(1 + days)`` to their median; and ``weight``: changes of one area taken in on one day, which are
    mostly one series, count as one.
    """
    import polars as pl

    length = pl.col("days").log1p()
    return changes.with_columns(
        slower=length - length.median().over("container", "quarter"),
        weight=1 / pl.len().over("container", "area", pl.col("closed_at") // DAY),
    )


def expected_slowness(changes: pl.DataFrame, quarter: str) -> pl.DataFrame:
    """How likely each area is to be among the slowest third in ``quarter`` (``2024Q2``), from the quarters before it.

    ``container, area, changes, score``: the mean of two readings of its quarters: the median of how much slower its
    changes were; and a mean of what side of the repository's median each was on (±1) and, half as much, how far off.
    Recent quarters and quarters with many changes weigh more. An area with few of them is pulled towards the middle and
    left open to either side, for its next quarter will have few as well. A score from 0 to 1; more is slower.
    """
    import polars as pl

    quarters = _quarters(changes.filter(pl.col("quarter") < quarter), quarter)
    about = (
        quarters.group_by("container", "area")
        .agg(
            changes=pl.col("changes").filter(pl.col("age") < 4).sum(),
            days=pl.col("days").filter(pl.col("age") < 4).sum() / 4,
            **{f"{name}_{part}": made for name in ("middle", "mean") for part, made in _weighed(name).items()},
        )
        .filter(pl.col("changes") >= FEWEST)
        .sort("container", "area")
    )
    # A quarter of fewer than two days is as open as one of two.
    own = PASSING + ONE_DAY / pl.col("days").clip(lower_bound=2)
    likely = about.with_columns(
        pl.struct(level=pl.col(f"{name}_sum") * _spared(name), spread=(_spared(name) + own).sqrt())
        .map_batches(_likely, return_dtype=pl.Float64)
        .alias(name)
        for name in ("middle", "mean")
    )
    return likely.select(
        "container", "area", pl.col("changes").cast(pl.Int64), score=(pl.col("middle") + pl.col("mean")) / 2
    ).sort("score", "container", "area", descending=[True, False, False])


def _quarters(before: pl.DataFrame, quarter: str) -> pl.DataFrame:
    """Of each area and quarter: ``age`` in quarters, ``changes``, ``days`` with one, and the two readings."""
    import polars as pl

    told = compared(before).with_columns(told=pl.col("slower").sign() + pl.col("slower") / 2)
    each = told.group_by("container", "area", "quarter").agg(
        age=(_number(pl.lit(quarter)) - 1 - _number(pl.col("quarter"))).first(),
        changes=pl.len(),
        days=pl.col("weight").sum(),
        middle=pl.col("slower").median(),
        mean=(pl.col("weight") * pl.col("told")).sum() / pl.col("weight").sum(),
    )
    return each.sort("container", "area", "quarter")


def _weighed(name: str) -> dict[str, pl.Expr]:
    """The sum of an area's quarters, and of their weights: the more certain and the more recent, the more."""
    import polars as pl

    weight = 0.5 ** (pl.col("age") / HALF_LIFE) / (PASSING + ONE_DAY / pl.col("days"))
    return {"sum": (weight * pl.col(name)).sum(), "weight": weight.sum()}


def _spared(name: str) -> pl.Expr:
    """What remains of the variance of areas once an area's own quarters are known."""
    import polars as pl

    return 1 / (pl.col(f"{name}_weight") + 1 / LASTING)


def _likely(areas: pl.Series) -> pl.Series:
    """How likely each area's next quarter lies above the line that a third of all are expected to lie above."""
    import polars as pl
    from scipy.optimize import brentq
    from scipy.special import ndtr

    level, spread = (areas.struct.field(name).to_numpy() for name in ("level", "spread"))
    if not len(level):
        return pl.Series(dtype=pl.Float64)

    def above(line: float) -> Array:
        chance: Array = ndtr((level - line) / spread)
        return chance

    far = 10 * float(spread.max())
    line = brentq(lambda at: above(at).mean() - SLOWEST, float(level.min()) - far, float(level.max()) + far)
    return pl.Series(above(float(line)))


def _number(quarter: pl.Expr) -> pl.Expr:
    """Quarters since the year 0."""
    import polars as pl

    return quarter.str.slice(0, 4).cast(pl.Int64) * 4 + quarter.str.slice(5, 1).cast(pl.Int64) - 1
