"""On whom much of the work depends: the people whose absence other people's work would notice first."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from coachkit.insight.organisation.tables import DAY, Tables, moment

if TYPE_CHECKING:
    import polars as pl

__all__ = ["COUNTED", "HELPING", "TAKING_IN", "dependence"]

HELPING = ("reviewed", "approved", "tested", "committed", "merged", "co_authored", "answered", "unblocked", "mentored")
"""What somebody does for somebody else's work. Distinct people count, not how often: volume follows mass edits."""

TAKING_IN = ("committed", "merged")

WINDOW_DAYS = 730
"""Two years: roles change slowly; the same counts over one year told leads apart less well."""

ACTIVE_DAYS = 365

_MONTH = 30 * DAY

COUNTED = ("helped", "taken_in", "areas", "mainly_theirs", "part", "months")
"""Each says another side of it, and none alone says most: see docs/design/insight.md for what each adds."""


def dependence(tables: Tables, at: datetime) -> pl.DataFrame:
    """Of everybody active in the year before ``at``: what depends on them, counted over two years.

    ``person``; ``helped``: distinct people helped; ``taken_in``: distinct people whose work they took in; ``areas``
    they worked in; ``mainly_theirs``: areas in which theirs are the most acts; ``part``: their share of the acts in
    each area, added up; ``months`` with an act since the beginning; and ``place``: the mean of the percentile ranks of
    the six (0 to 1), by which is chosen where to look. It is never shown: what a page tells are areas and hand-offs.
    """
    import polars as pl

    until = moment(at)
    known = tables.acts.filter((pl.col("at") > 0) & (pl.col("at") <= until))
    acts = known.filter(pl.col("at") > until - WINDOW_DAYS * DAY)
    active = acts.filter(pl.col("at") > until - ACTIVE_DAYS * DAY).select(person="actor").unique()
    others = acts.filter(pl.col("target").is_not_null() & (pl.col("actor") != pl.col("target")))
    in_area = _in_area(acts, tables.items)
    mainly = in_area.sort("len", "actor", descending=[True, False]).unique("areas", keep="first", maintain_order=True)
    counts = {
        "helped": _distinct(others.filter(pl.col("kind").is_in(HELPING)), "target"),
        "taken_in": _distinct(others.filter(pl.col("kind").is_in(TAKING_IN)), "target"),
        "areas": _distinct(in_area, "areas"),
        "mainly_theirs": _distinct(mainly, "areas"),
        "part": in_area.group_by(person="actor").agg(count=(pl.col("len") / pl.col("all")).sum()),
        "months": known.group_by(person="actor").agg(count=(pl.col("at") // _MONTH).n_unique().cast(pl.Int64)),
    }
    for name, counted in counts.items():
        active = active.join(counted.rename({"count": name}), on="person", how="left").with_columns(
            pl.col(name).fill_null(0)
        )
    ranks = [pl.col(name).rank("average") / pl.len() for name in COUNTED]
    return active.with_columns(place=pl.mean_horizontal(ranks)).sort("place", "person", descending=[True, False])


def _in_area(acts: pl.DataFrame, items: pl.DataFrame) -> pl.DataFrame:
    """``areas, actor, len, all``: how many acts in an area are whose, and of how many."""
    import polars as pl

    return (
        acts.join(items.select("record", "areas"), on="record")
        .explode("areas")
        .drop_nulls("areas")
        .group_by("areas", "actor")
        .len()
        .with_columns(all=pl.col("len").sum().over("areas"))
    )


def _distinct(rows: pl.DataFrame, of: str) -> pl.DataFrame:
    import polars as pl

    return rows.group_by(person="actor").agg(count=pl.col(of).n_unique().cast(pl.Int64))
