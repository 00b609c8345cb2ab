"""On whom much of the work depends: the people whose absence other people's work would notice first."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from coachkit.insight.organisation.tables import DAY, Tables, moment

if TYPE_CHECKING:
    import polars as pl

__all__ = ["HELPING", "TAKING_IN", "dependence"]

HELPING = ("reviewed", "approved", "tested", "committed", "merged", "co_authored", "answered", "unblocked", "mentored")
"""What somebody does for somebody else's work. Distinct people count, not how often: volume follows mass edits."""

TAKING_IN = ("committed", "merged")

WINDOW_DAYS = 730
"""Two years: roles change slowly; the same counts over one year told leads apart less well."""

ACTIVE_DAYS = 365


def dependence(tables: Tables, at: datetime) -> pl.DataFrame:
    """Of everybody active in the year before ``at``: what depends on them, counted over two years.

    ``person, helped, taken_in, areas, mainly_theirs, place``: distinct people helped, distinct people whose work they
    took in, areas they worked in, areas in which theirs are the most acts; and the mean of the percentile ranks of the
    four (0 to 1), by which is chosen whom to look at. It is never shown: what a page tells are areas and hand-offs.
    """
    import polars as pl

    until = moment(at)
    acts = tables.acts.filter((pl.col("at") > until - WINDOW_DAYS * DAY) & (pl.col("at") <= until))
    active = acts.filter(pl.col("at") > until - ACTIVE_DAYS * DAY).select(person="actor").unique()
    others = acts.filter(pl.col("target").is_not_null() & (pl.col("actor") != pl.col("target")))
    in_area = (
        acts.join(tables.items.select("record", "areas"), on="record")
        .explode("areas")
        .drop_nulls("areas")
        .group_by("areas", "actor")
        .len()
    )
    mainly = in_area.sort("len", "actor", descending=[True, False]).unique("areas", keep="first", maintain_order=True)
    counts = {
        "helped": _distinct(others.filter(pl.col("kind").is_in(HELPING)), "target"),
        "taken_in": _distinct(others.filter(pl.col("kind").is_in(TAKING_IN)), "target"),
        "areas": _distinct(in_area, "areas"),
        "mainly_theirs": _distinct(mainly, "areas"),
    }
    for name, counted in counts.items():
        active = active.join(counted.rename({"count": name}), on="person", how="left").with_columns(
            pl.col(name).fill_null(0)
        )
    ranks = [pl.col(name).rank("average") / pl.len() for name in counts]
    return active.with_columns(place=pl.mean_horizontal(ranks)).sort("place", "person", descending=[True, False])


def _distinct(rows: pl.DataFrame, of: str) -> pl.DataFrame:
    import polars as pl

    return rows.group_by(person="actor").agg(count=pl.col(of).n_unique().cast(pl.Int64))
