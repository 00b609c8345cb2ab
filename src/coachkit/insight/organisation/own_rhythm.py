"""A person's working rhythm against their own past: on which days they did something, and how that changed.

What it finds is a reason for one open question, asked of the person first, and in time: of somebody long silent nobody
can ask any more. It is never a likelihood of anything, and no door of the product shows a figure of it. Most who change
their rhythm have reasons that no record holds.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, NamedTuple

from coachkit.insight.organisation.tables import DAY, Tables, moment

if TYPE_CHECKING:
    import polars as pl

__all__ = ["FEATURES", "HORIZON_DAYS", "Rhythms", "Sum", "dropped", "own_acts", "weights"]

YEAR, TWO_YEARS = 365, 730
LEAST_DAYS = 8
"""Active days in the year without which there is no rhythm to compare with."""
LEAST_KNOWN = 180
"""Days since the first act; a newcomer has no past of their own yet."""

LEAST_RECENT, QUARTER = 3, 90
"""Active days in the last quarter without which it is too late to speak of a change: it lies behind."""

HORIZON_DAYS = 180
"""How far ahead a change is looked for."""
DROP = 0.2
"""Fewer than a fifth of one's own active days of the year: what counts as a change."""

COHORTS, COHORT_DAYS = 18, 91
"""Quarters of the organisation's own past, some five years, that say how common a change is there."""
USUAL_RATE, USUAL_WEIGHT = 0.12, 20
"""What is taken for common where the past is short: as if 20 people had been seen, with this share of changes."""

FIRST = 0.1
"""The part of the people that stands first: of those still seen, whose change is the most likely to lie ahead."""
_ABOVE = 100.0
"""More than any sum of weighted percentiles."""

FEATURES = (
    "last",
    "beyond",
    "days_30",
    "days_90",
    "days",
    "weeks",
    "known",
    "partners",
    "year_before",
    "trend",
    "acts_a_day",
)
"""Days since the last act, and beyond one's own usual gap; active days of the last 30 days, of the 60 before and of the
year; weeks with an act in the year; days since the first; distinct people worked with; active days of the year before,
and how this year compares; acts on an active day."""


class Sum(NamedTuple):
    """What a percentile of each feature adds, and the constant."""

    constant: float
    weights: dict[str, float]


@cache
def weights() -> dict[str, Sum]:
    """``change``: that somebody's rhythm changes; ``ahead``: that it does and they are still seen before.

    ``rhythm.json`` says how they were made.
    """
    made = json.loads(files("coachkit.insight.organisation").joinpath("rhythm.json").read_text("utf-8"))
    return {
        name: Sum(float(made[name]["constant"]), {one: float(made[name]["weights"][one]) for one in FEATURES})
        for name in ("change", "ahead")
    }


def own_acts(tables: Tables) -> pl.DataFrame:
    """``actor, target, at, known_at``: what people did at a moment that is known.

    That somebody's change request was closed by another is not an act of theirs on that day.
    """
    import polars as pl

    requests = tables.items.filter(pl.col("kind") == "change_request").select("record", "closed_at")
    passive = (pl.col("kind") == "authored") & (pl.col("at") >= pl.col("closed_at"))
    return (
        tables.acts.filter(pl.col("at") > 0)
        .join(requests, on="record", how="left")
        .filter(~passive.fill_null(value=False))
        .select("actor", "target", "at", "known_at")
    )


class Rhythms:
    """The rhythms of one organisation, asked as of one date after another."""

    def __init__(self, tables: Tables) -> None:
        import polars as pl

        self._acts = own_acts(tables)
        self.days = (
            self._acts.group_by(person="actor", day=pl.col("at") // DAY)
            .agg(known_at=pl.col("known_at").min())
            .sort("day")
        )
        self._seen: dict[int, tuple[int, int]] = {}

    def features(self, at: datetime, also: Sequence[int] = ()) -> pl.DataFrame:
        """Of everybody with a rhythm to compare with, ``person`` and the :data:`FEATURES` as of ``at``.

        :param also: people who are asked about, whether or not there is enough of them on record.
        """
        import polars as pl

        until = moment(at)
        known = self._acts.filter((pl.col("at") <= until) & (pl.col("known_at") <= until)).select(
            "target", person="actor", age=(until - pl.col("at")) // DAY
        )
        days = known.select("person", "age").unique()
        counted = _counted(days, also)
        return (
            counted.join(_gaps(days, counted), on="person", how="left")
            .join(_met(known), on="person", how="left")
            .with_columns(pl.col("gap").fill_null(YEAR))
            .with_columns(
                beyond=pl.col("last").log1p() - pl.col("gap").log1p(),
                acts_a_day=pl.col("acts").log1p() - pl.col("days").log1p(),
                trend=pl.col("days").log1p() - pl.col("year_before").log1p(),
            )
            .select("person", *FEATURES)
            .sort("person")
        )

    def changes(self, at: datetime, also: Sequence[int] = ()) -> pl.DataFrame:
        """``person, change, last``: whom a question about a change of rhythm would reach first, and days since an act.

        A sum of weighted percentiles among the people of the same day, raised by how common changes were in this
        organisation's own past. It orders; it is no likelihood. A tenth stands first: of those with a record in the
        last 30 days, they whose change is likely still to lie ahead. Without them the order would begin with those who
        have gone, which is the easiest to tell and of no use to anybody.
        """
        import polars as pl

        base = math.log(self.common(at) / (1 - self.common(at)))
        change, ahead = (_summed(weights()[name]) + base for name in ("change", "ahead"))
        found = self.features(at, also).with_columns(change=change, ahead=pl.when(pl.col("days_30") > 0).then(ahead))
        place = pl.col("ahead").rank("ordinal", descending=True)
        first = (place <= (FIRST * pl.len()).round()).fill_null(value=False)
        return found.select(
            "person", "last", change=pl.when(first).then(pl.col("ahead") + _ABOVE).otherwise(pl.col("change"))
        )

    def fading(self, at: datetime) -> pl.DataFrame:
        """``person, fading``: of everybody who ever did something, how far their records have thinned out, -2 to 1.

        The percentile of the days since the last act, less those of the weeks with an act in the year and of this year
        against the one before: nothing but a person's own records.
        """
        import polars as pl

        until = moment(at)
        age = until // DAY - 1 - pl.col("day")
        known = self.days.filter(pl.col("day") < until // DAY, pl.col("known_at") <= until).with_columns(age=age)
        counted = known.group_by("person").agg(
            last=pl.col("age").min(),
            days=(pl.col("age") < YEAR).sum().cast(pl.Int64),
            weeks=(pl.col("age").filter(pl.col("age") < YEAR - 1) // 7).n_unique(),
            before=pl.col("age").is_between(YEAR, TWO_YEARS - 1).sum().cast(pl.Int64),
        )
        trend = pl.col("days").log1p() - pl.col("before").log1p()
        last, weeks, more = (one.rank("average") / pl.len() for one in (pl.col("last"), pl.col("weeks"), trend))
        return counted.select("person", fading=last - weeks - more)

    def common(self, at: datetime) -> float:
        """The share of people whose rhythm changed, over the quarters whose outcome was known at ``at``."""
        steps = range(2, 2 + COHORTS)
        found = [self._cohort(at - timedelta(days=COHORT_DAYS * step)) for step in steps]
        changed, people = (sum(one[side] for one in found) for side in (0, 1))
        return (changed + USUAL_RATE * USUAL_WEIGHT) / (people + USUAL_WEIGHT)

    def _cohort(self, at: datetime) -> tuple[int, int]:
        """Of those with a rhythm at ``at``, how many changed, as was known two quarters later."""
        until = moment(at)
        if until not in self._seen:
            outcome = dropped(self.days, at)
            self._seen[until] = (int(outcome["dropped"].sum()), outcome.height)
        return self._seen[until]


def dropped(days: pl.DataFrame, at: datetime) -> pl.DataFrame:
    """``person, dropped, ahead``: who had less than a fifth of their own days in :data:`HORIZON_DAYS` after ``at``.

    ``ahead``: and of these, who was seen again before they had been silent for as long as that.

    :param days: ``person, day, known_at``: days since 1970 with an act.
    """
    import polars as pl

    until, then = moment(at), moment(at + timedelta(days=HORIZON_DAYS))
    today = until // DAY
    known = days.filter(pl.col("day") < today + HORIZON_DAYS, pl.col("known_at") <= then)
    before = (pl.col("day") <= today) & (pl.col("known_at") <= until)
    year = before & (pl.col("day") > today - YEAR)
    after = (pl.col("day") >= today) & ~before
    silence = pl.col("day").filter(after).min() - pl.col("day").filter(before).max()
    changed = pl.col("after") / HORIZON_DAYS < DROP * pl.col("year") / YEAR
    return (
        known.group_by("person")
        .agg(
            year=year.sum(),
            quarter=(before & (pl.col("day") >= today - QUARTER)).sum(),
            known=today - pl.col("day").filter(before).min(),
            after=after.sum(),
            silence=silence,
        )
        .filter((pl.col("year") >= LEAST_DAYS) & (pl.col("known") >= LEAST_KNOWN))
        .filter(pl.col("quarter") >= LEAST_RECENT)
        .select("person", dropped=changed, ahead=changed & (pl.col("silence") < HORIZON_DAYS).fill_null(value=False))
    )


def _summed(made: Sum) -> pl.Expr:
    import polars as pl

    ranks = [pl.col(name).rank("average") / pl.len() * made.weights[name] for name in FEATURES]
    return pl.sum_horizontal(ranks) + made.constant


def _counted(days: pl.DataFrame, also: Sequence[int]) -> pl.DataFrame:
    import polars as pl

    age = pl.col("age")
    enough = (pl.col("days") >= LEAST_DAYS) & (pl.col("known") >= LEAST_KNOWN)
    recent = pl.col("days_30") + pl.col("days_90") >= LEAST_RECENT
    return (
        days.group_by("person")
        .agg(
            last=age.min(),
            known=age.max(),
            days=(age < YEAR).sum(),
            days_30=(age < 30).sum(),
            days_90=age.is_between(30, 89).sum(),
            year_before=age.is_between(YEAR, TWO_YEARS - 1).sum(),
            weeks=(age.filter(age < YEAR - 1) // 7).n_unique(),
        )
        .filter((enough & recent) | pl.col("person").is_in(list(also)))
    )


def _gaps(days: pl.DataFrame, counted: pl.DataFrame) -> pl.DataFrame:
    """Days from one active day to the next, over two years: all but a tenth of them are shorter than this."""
    import polars as pl

    return (
        days.filter(pl.col("age") < TWO_YEARS)
        .join(counted.select("person"), on="person", how="semi")
        .sort("person", "age")
        .with_columns(gap=pl.col("age").diff().over("person"))
        .drop_nulls("gap")
        .group_by("person")
        .agg(gap=pl.col("gap").quantile(0.9, "linear"))
    )


def _met(known: pl.DataFrame) -> pl.DataFrame:
    """Acts of the year, and distinct people they concerned."""
    import polars as pl

    return (
        known.filter(pl.col("age") < YEAR)
        .group_by("person")
        .agg(acts=pl.len(), partners=pl.col("target").drop_nulls().n_unique())
    )
