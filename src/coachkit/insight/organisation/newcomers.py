"""Newcomers whose ties have not formed: what is known of them ninety days after they came."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from coachkit.insight.organisation.tables import DAY, Tables, moment

if TYPE_CHECKING:
    import polars as pl

__all__ = ["FIRST_DAYS", "first_days", "first_moments", "ties"]

FIRST_DAYS = 90


def first_moments(tables: Tables) -> pl.DataFrame:
    """``person, first_at``: since when each is known to act. What has no date says nothing of it."""
    import polars as pl

    return tables.acts.filter(pl.col("at") > 0).group_by(person="actor").agg(first_at=pl.col("at").min())


def first_days(tables: Tables, at: datetime, *, came_within: int = FIRST_DAYS) -> pl.DataFrame:
    """Of everybody whose first act lies at most ``came_within`` days before ``at``: what :func:`ties` tells.

    Thin ties early go with staying away later; they are a reason to ask, and no more.
    """
    import polars as pl

    until = moment(at)
    acts = tables.acts.filter(pl.col("at") <= until)
    new = (
        acts.filter(pl.col("at") > 0)
        .group_by(person="actor")
        .agg(first_at=pl.col("at").min())
        .filter(pl.col("first_at") >= until - came_within * DAY)
    )
    return ties(tables, new.with_columns(until=pl.lit(until, pl.Int64)))


def ties(tables: Tables, new: pl.DataFrame) -> pl.DataFrame:
    """What each newcomer in ``new`` (``person, first_at, until``) did until then, and with whom.

    ``person, first_at, until, days, weeks, since_last, people``: days and weeks with an act, days since the last one,
    and distinct people worked with, in either direction. Nothing that happened or became known later counts.
    """
    import polars as pl

    acts = tables.acts.select("actor", "target", "at", "known_at")
    seen = (pl.col("at") > 0) & (pl.col("at") <= pl.col("until")) & (pl.col("known_at") <= pl.col("until"))
    own = acts.join(new, left_on="actor", right_on="person").filter(seen)
    theirs = acts.join(new, left_on="target", right_on="person").filter(seen)
    met = (
        pl.concat([own.select(person="actor", other="target"), theirs.select(person="target", other="actor")])
        .drop_nulls()
        .filter(pl.col("person") != pl.col("other"))
        .group_by("person")
        .agg(people=pl.col("other").n_unique())
    )
    counted = own.group_by(person="actor").agg(
        days=(pl.col("at") // DAY).n_unique(),
        weeks=(pl.col("at") // (7 * DAY)).n_unique(),
        since_last=(pl.col("until").first() - pl.col("at").max()) / DAY,
    )
    return (
        new.join(counted, on="person")
        .join(met, on="person", how="left")
        .with_columns(pl.col("people").fill_null(0))
        .sort("person")
    )
