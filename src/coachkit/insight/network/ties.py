"""Directed ties: who helped whose work along, with what kind of help, and how firmly."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from coachkit.insight.organisation.chart import Chart, in_team
from coachkit.insight.organisation.tables import DAY, Tables, moment

if TYPE_CHECKING:
    import polars as pl

__all__ = ["KINDS", "MASS", "STRONGEST", "between_teams", "helped", "ties"]

KINDS = {
    "reviewed": "review",
    "approved": "review",
    "tested": "review",
    "committed": "take in",
    "merged": "take in",
    "answered": "answer",
    "unblocked": "unblock",
    "mentored": "mentor",
    "co_authored": "build",
}
"""Kind of act → kind of help. Each concerns the work of somebody else, who is its target."""

MASS = 20
"""Items of others that somebody acts on in one day and with one kind of help, from which these count as one act: a
clean-up over everything is one piece of work, however many records it touches."""

STRONGEST = 5
"""A tie is as strong as the days or the items it rests on, whichever are fewer, and at most this: the fifth review of a
month says that two people work together, the fiftieth says little more. Distinct people count."""


def helped(tables: Tables, chart: Chart, since: datetime, until: datetime) -> pl.DataFrame:
    """Acts for the work of others in a window, each once for an item and a day, with the teams of that day:
    ``record, item, help, actor, target, day, at, actor_team, target_team``.

    Programs are left out on both sides, and so is everybody who acts on the work of others by the mass on most of
    their days: an account nobody marked as a program is seen by that. Acts by the mass on a single day become one.
    """
    import polars as pl

    acts = tables.acts.filter(
        (pl.col("at") > moment(since)) & (pl.col("at") <= moment(until)),
        pl.col("target").is_not_null(),
        pl.col("actor") != pl.col("target"),
    ).with_columns(help=pl.col("kind").cast(pl.String).replace_strict(KINDS, default=None, return_dtype=pl.String))
    bots = list(chart.bots)
    acts = acts.filter(
        pl.col("help").is_not_null(), ~pl.col("actor").is_in(bots), ~pl.col("target").is_in(bots)
    ).with_columns(day=pl.col("at") // DAY)
    keys = tables.items.select("record", "key").unique("record")
    acts = (
        acts.join(chart.about, on="record", how="left")
        .join(keys, on="record", how="left")
        .with_columns(item=pl.coalesce("item", "key", pl.col("record").cast(pl.String)))
        .select("record", "item", "help", "actor", "target", "day", "at")
    )
    acts = _one_for_the_mass(acts)
    acts = in_team(acts, chart, "actor", "at", name="actor_team")
    return in_team(acts, chart, "target", "at", name="target_team").sort("at", "record", "actor", "target")


def _one_for_the_mass(acts: pl.DataFrame) -> pl.DataFrame:
    import polars as pl

    each = acts.unique(["item", "help", "actor", "target", "day"], keep="first", maintain_order=True)
    mass = pl.col("item").n_unique().over("actor", "help", "day") > MASS
    told = each.with_columns(mass=mass)
    days = told.group_by("actor", "day").agg(mass=pl.col("mass").any())
    machines = days.group_by("actor").agg(share=pl.col("mass").mean()).filter(pl.col("share") > 0.5)
    kept = told.join(machines.select("actor"), on="actor", how="anti")
    first = kept.filter("mass").unique(["actor", "help", "day"], keep="first", maintain_order=True)
    return pl.concat([kept.filter(~pl.col("mass")), first]).drop("mass")


def ties(acts: pl.DataFrame) -> pl.DataFrame:
    """Of what :func:`helped` found: ``actor, target, helps, items, days, strength, records``, from helper to helped.

    ``records`` are the newest that show it, at most one a day.
    """
    import polars as pl

    strength = pl.min_horizontal("items", "days", pl.lit(STRONGEST)).cast(pl.Int64)
    return (
        acts.sort("at", "record", descending=[True, False])
        .group_by("actor", "target", maintain_order=True)
        .agg(
            helps=pl.col("help").unique().sort(),
            items=pl.col("item").n_unique().cast(pl.Int64),
            days=pl.col("day").n_unique().cast(pl.Int64),
            records=pl.col("record").unique(maintain_order=True).head(STRONGEST),
        )
        .with_columns(strength=strength)
        .sort("actor", "target")
    )


def between_teams(acts: pl.DataFrame) -> pl.DataFrame:
    """Ties of teams as they were on the day: ``team, other, strength, people, records`` from the team that helped.

    ``strength`` adds up the strengths of the ties of people, so no pair, and no single day, makes the whole of it;
    ``people`` are all whose work or help it is.
    """
    import polars as pl

    known = acts.drop_nulls(("actor_team", "target_team"))
    pairs = (
        known.sort("at", "record", descending=[True, False])
        .group_by("actor_team", "target_team", "actor", "target", maintain_order=True)
        .agg(
            strength=pl.min_horizontal(pl.col("item").n_unique(), pl.col("day").n_unique(), pl.lit(STRONGEST)).cast(
                pl.Int64
            ),
            record=pl.col("record").first(),
            at=pl.col("at").first(),
        )
        .sort("at", "record", descending=[True, False])
    )
    return (
        pairs.group_by(team="actor_team", other="target_team", maintain_order=True)
        .agg(
            strength=pl.col("strength").sum(),
            people=pl.col("actor").append(pl.col("target")).unique().sort(),
            records=pl.col("record").unique(maintain_order=True).head(8),
        )
        .sort("team", "other")
    )
