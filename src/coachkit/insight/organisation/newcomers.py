"""Newcomers whose ties have not formed: what is known of them ninety days after they came."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from coachkit.insight.organisation.tables import DAY, Tables, moment

if TYPE_CHECKING:
    import polars as pl

__all__ = ["FIRST_DAYS", "first_days"]

FIRST_DAYS = 90


def first_days(tables: Tables, at: datetime, *, came_within: int = FIRST_DAYS) -> pl.DataFrame:
    """Of everybody whose first act lies at most ``came_within`` days before ``at``:
    ``person, first_at, days, weeks, since_last, people``: days and weeks with an act, days since the last, and distinct
    people worked with. Thin ties early go with staying away later; they are a reason to ask, and no more.
    """
    import polars as pl

    until = moment(at)
    acts = tables.acts.filter(pl.col("at") <= until)
    first = acts.group_by(person="actor").agg(first_at=pl.col("at").min())
    new = first.filter(pl.col("first_at") >= until - came_within * DAY)
    own = acts.join(new, left_on="actor", right_on="person", how="semi")
    met = (
        pl.concat(
            [
                own.select(person="actor", other="target"),
                acts.join(new, left_on="target", right_on="person", how="semi").select(person="target", other="actor"),
            ]
        )
        .drop_nulls()
        .filter(pl.col("person") != pl.col("other"))
        .group_by("person")
        .agg(people=pl.col("other").n_unique())
    )
    counted = own.group_by(person="actor").agg(
        days=(pl.col("at") // DAY).n_unique(),
        weeks=(pl.col("at") // (7 * DAY)).n_unique(),
        since_last=(until - pl.col("at").max()) / DAY,
    )
    return (
        new.join(counted, on="person")
        .join(met, on="person", how="left")
        .with_columns(pl.col("people").fill_null(0))
        .sort("person")
    )
