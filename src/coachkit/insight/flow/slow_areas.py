"""Areas of the code in which changes take longer than elsewhere in the same repository, quarter after quarter."""

from __future__ import annotations

from typing import TYPE_CHECKING

from coachkit.insight.organisation.tables import DAY

if TYPE_CHECKING:
    import polars as pl

__all__ = ["FEWEST", "HALF_LIFE", "PRIOR", "compared", "expected_slowness"]

HALF_LIFE = 8
"""Quarters after which what happened counts half. Areas keep their pace: a shorter memory told the next one worse."""

PRIOR = 8
"""Changes of the middling kind that every area is taken to have had: few changes say little."""

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
    """How slow each area is to be expected to be in ``quarter`` (``2024Q2``), from the quarters before it.

    ``container, area, changes, score``: a mean over its changes of what side of the median each was on (±1) and, half
    as much, how far off; recent quarters weigh more, and few changes pull it to zero. More is slower.
    """
    import polars as pl

    before = changes.filter(pl.col("quarter") < quarter)
    age = _number(pl.lit(quarter)) - 1 - _number(pl.col("quarter"))
    told = compared(before).with_columns(
        weight=pl.col("weight") * 0.5 ** (age / HALF_LIFE),
        told=pl.col("slower").sign() + pl.col("slower") / 2,
        recent=age < 4,
    )
    return (
        told.group_by("container", "area")
        .agg(
            changes=pl.col("recent").sum(),
            score=(pl.col("weight") * pl.col("told")).sum() / (pl.col("weight").sum() + PRIOR),
        )
        .filter(pl.col("changes") >= FEWEST)
        .sort("score", "container", "area", descending=[True, False, False])
    )


def _number(quarter: pl.Expr) -> pl.Expr:
    """Quarters since the year 0."""
    import polars as pl

    return quarter.str.slice(0, 4).cast(pl.Int64) * 4 + quarter.str.slice(5, 1).cast(pl.Int64) - 1
