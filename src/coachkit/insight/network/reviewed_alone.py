"""Parts of the work whose changes one person alone reviews: one way to find them, for the network, briefs and rules."""

from __future__ import annotations

from typing import TYPE_CHECKING

from coachkit.insight.flow.changes import AREA_LEVELS

if TYPE_CHECKING:
    import polars as pl

__all__ = ["LEAST_DAYS", "TESTS", "part", "reviewed_alone"]

LEAST_DAYS = 3
"""On fewer days, what looks like a habit is one occasion."""

TESTS = r"^(tests?|specs?|e2e|__tests__)(/|$)"
"""They change together with what they test, which says it already."""


def part() -> pl.Expr:
    """Of ``areas``, one a row, the part of the work: the first folders; null for tests and the repository itself."""
    import polars as pl

    area = pl.col("areas")
    named = area.is_not_null() & (area != ".") & ~area.str.contains(TESTS)
    return pl.when(named).then(area.str.split("/").list.head(AREA_LEVELS).list.join("/"))


def reviewed_alone(reviews: pl.DataFrame, *, share: float, least: int = 1, least_alone: int = 1) -> pl.DataFrame:
    """Of reviews, a row each (``area, item, reviewer, author, record, at``), the areas that hang on one person.

    Of at least ``least`` changes that somebody reviewed, they alone reviewed ``share``, at least ``least_alone``, on
    :data:`LEAST_DAYS` days or more, by two people or more.

    :return: ``area, person, changes, of, others, records, first, last``: ``records`` are the newest review of each
        change, the newest change first; ``others`` are the authors.
    """
    import polars as pl

    by_change = (
        reviews.sort("at", "record")
        .group_by("area", "item", maintain_order=True)
        .agg(
            reviewers=pl.col("reviewer").unique().sort(),
            author=pl.col("author").drop_nulls().first(),
            record=pl.col("record").last(),
            at=pl.col("at").max(),
        )
    )
    alone = by_change.with_columns(
        person=pl.when(pl.col("reviewers").list.len() == 1).then(pl.col("reviewers").list.first())
    )
    totals = by_change.group_by("area").agg(of=pl.len())
    return (
        alone.drop_nulls("person")
        .sort("at", "record", descending=[True, False])
        .group_by("area", "person", maintain_order=True)
        .agg(
            changes=pl.len(),
            days=(pl.col("at") // 86_400_000).n_unique(),
            others=pl.col("author").drop_nulls().unique().sort(),
            records=pl.col("record"),
            first=pl.col("at").min(),
            last=pl.col("at").max(),
        )
        .join(totals, on="area")
        .filter(
            (pl.col("of") >= least)
            & (pl.col("changes") >= least_alone)
            & (pl.col("changes") >= share * pl.col("of"))
            & (pl.col("days") >= LEAST_DAYS)
            & (pl.col("others").list.len() >= 2)
        )
        .drop("days")
        .sort("area", "person")
    )
