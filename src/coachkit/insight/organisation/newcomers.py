"""Newcomers whose ties have not formed: what is known of them ninety days after they came."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from coachkit.insight.organisation.own_rhythm import own_acts
from coachkit.insight.organisation.tables import DAY, Tables, moment

if TYPE_CHECKING:
    import polars as pl

__all__ = ["FIRST_DAYS", "first_days", "first_moments", "thinness", "ties"]

FIRST_DAYS = 90
AGAIN_FROM, AGAIN_TO = 181, 455
"""Days after the first act between which somebody who stayed does something again."""

YEARS_BACK = 5
USUAL_RATE, USUAL_WEIGHT = 0.5, 20
"""What is taken for common where the past is short: as if 20 newcomers had been seen, and half had stayed away."""


def first_moments(tables: Tables) -> pl.DataFrame:
    """``person, first_at``: since when each is known to act. What has no date says nothing of it."""
    import polars as pl

    return own_acts(tables).group_by(person="actor").agg(first_at=pl.col("at").min())


def first_days(tables: Tables, at: datetime, *, came_within: int = FIRST_DAYS) -> pl.DataFrame:
    """Of everybody whose first act lies at most ``came_within`` days before ``at``: what :func:`ties` tells.

    Thin ties early go with staying away later; they are a reason to ask, and no more.
    """
    import polars as pl

    until = moment(at)
    new = first_moments(tables).filter(pl.col("first_at").is_between(until - came_within * DAY, until))
    return ties(tables, new.with_columns(until=pl.lit(until, pl.Int64)))


def ties(tables: Tables, new: pl.DataFrame) -> pl.DataFrame:
    """What each newcomer in ``new`` (``person, first_at, until``) did until then, and with whom.

    ``person, first_at, until, days, weeks, since_last, people``: days and weeks with an act, days since the last one,
    and distinct people worked with, in either direction. Nothing that happened or became known later counts.
    """
    import polars as pl

    acts = own_acts(tables)
    seen = (pl.col("at") <= pl.col("until")) & (pl.col("known_at") <= pl.col("until"))
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


def thinness(tables: Tables, new: pl.DataFrame) -> pl.DataFrame:
    """``person, thinness``: how thin the ties of each newcomer in ``new`` are, as of their own ``until``.

    The logarithm of days since the last act, less that of weeks with an act, less half that of people worked with; and
    half the log odds of staying away among those who came here in the five years before, as far as was known by then.
    It orders where to look first, and is no likelihood.
    """
    import polars as pl

    common = _common(tables, new)
    own = pl.col("since_last").log1p() - pl.col("weeks").log1p() - pl.col("people").log1p() / 2
    return (
        ties(tables, new)
        .join(common, on="person")
        .select("person", thinness=own + (pl.col("common") / (1 - pl.col("common"))).log() / 2)
    )


def _common(tables: Tables, new: pl.DataFrame) -> pl.DataFrame:
    """``person, common``: the share that stayed away of those whose outcome was known when each was looked at."""
    import polars as pl

    # What became known only after an outcome would be settled is left out: it would move the first day of somebody
    # whose outcome had been counted by then.
    acts = own_acts(tables).filter(pl.col("known_at") <= pl.col("at") + (AGAIN_TO + 1) * DAY)
    first = acts.group_by(person="actor").agg(first_at=pl.col("at").min())
    day = (pl.col("at") - pl.col("first_at")) // DAY
    stayed = (
        acts.join(first, left_on="actor", right_on="person")
        .filter(day.is_between(AGAIN_FROM, AGAIN_TO), pl.col("known_at") <= pl.col("first_at") + (AGAIN_TO + 1) * DAY)
        .select(person="actor", stayed=True)
        .unique()
    )
    came = (
        first.join(stayed, on="person", how="left")
        .select(settled=pl.col("first_at") + (AGAIN_TO + 1) * DAY, away=pl.col("stayed").is_null().cast(pl.Int64))
        .sort("settled")
        .with_columns(people=pl.int_range(1, pl.len() + 1), away=pl.col("away").cum_sum())
    )
    asked = new.select("person", "until", before=pl.col("until") - YEARS_BACK * 365 * DAY)
    now = asked.sort("until").join_asof(came, left_on="until", right_on="settled")
    then = asked.sort("before").join_asof(came, left_on="before", right_on="settled")
    both = now.join(then.select("person", "away", "people"), on="person", suffix="_then").with_columns(
        pl.col("away", "people", "away_then", "people_then").fill_null(0)
    )
    away, people = pl.col("away") - pl.col("away_then"), pl.col("people") - pl.col("people_then")
    return both.select("person", common=(away + USUAL_RATE * USUAL_WEIGHT) / (people + USUAL_WEIGHT))
