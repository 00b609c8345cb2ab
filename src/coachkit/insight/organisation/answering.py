"""What the engines of this package answer where they are scored: key people, newcomers, rhythm, and roles left."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from coachkit.insight.organisation.asking import Asked, Task, cuts, whole_range
from coachkit.insight.organisation.central import dependence
from coachkit.insight.organisation.newcomers import FIRST_DAYS, first_moments, thinness
from coachkit.insight.organisation.own_rhythm import Rhythms
from coachkit.insight.organisation.tables import DAY

if TYPE_CHECKING:
    import polars as pl

__all__ = ["TASKS", "key_people", "newcomers", "rhythm", "roles_left"]


def key_people(asked: Asked) -> pl.DataFrame:
    """On whom much depends on the 1 January of each year: everybody active in the year before."""
    import polars as pl

    parts = []
    for year in _years(asked):
        at = datetime(year, 1, 1, tzinfo=UTC)
        found = asked.named(dependence(asked.tables.as_of(at), at))
        parts.append(found.select("person_id", year=pl.lit(year, pl.Int64), score="place"))
    return _only_asked(asked, parts, {"person_id": pl.String, "year": pl.Int64, "score": pl.Float64})


def _years(asked: Asked) -> list[int]:
    if asked.keys is not None and "year" in asked.keys.columns:
        return sorted(asked.keys["year"].drop_nulls().unique().to_list())
    found = whole_range(asked.tables)
    if found is None:
        return []
    first, last = (datetime.fromtimestamp(at / 1000, UTC).year for at in found)
    return list(range(first + 1, last + 1))


def newcomers(asked: Asked) -> pl.DataFrame:
    """How likely a newcomer stays away, ninety days after they came."""
    import polars as pl

    after = FIRST_DAYS * DAY
    known = first_moments(asked.tables).with_columns(until=pl.col("first_at") + after)
    if asked.keys is not None and "score_at" in asked.keys.columns:
        given = asked.people(asked.keys.select("person_id", until=pl.col("score_at").cast(pl.Int64) * 1000))
        known = known.drop("until").join(given, on="person")
    found = asked.named(thinness(asked.tables, known))
    return found.select("person_id", score="thinness")


def rhythm(asked: Asked) -> pl.DataFrame:
    """Whose rhythm looks like one about to change, at each date."""
    import polars as pl

    rhythms = Rhythms(asked.tables)
    parts = []
    for at in _dates(asked):
        found = rhythms.changes(at, _people(asked, at))
        parts.append(_at(asked, found, at).select("person_id", "cut", score="change"))
    return _only_asked(asked, parts, {"person_id": pl.String, "cut": pl.Int64, "score": pl.Float64})


def roles_left(asked: Asked) -> pl.DataFrame:
    """Who of those with a role is likely to leave it within half a year, by nothing but their own records."""
    import polars as pl

    rhythms = Rhythms(asked.tables)
    parts = [_at(asked, rhythms.fading(at), at).select("person_id", "cut", score="fading") for at in _dates(asked)]
    return _only_asked(asked, parts, {"person_id": pl.String, "cut": pl.Int64, "score": pl.Float64})


def _people(asked: Asked, at: datetime) -> list[int]:
    """Who is asked about on that date, if somebody says."""
    import polars as pl

    if asked.keys is None or not {"person_id", "cut"} <= set(asked.keys.columns):
        return []
    that_day = asked.keys.filter(pl.col("cut").cast(pl.Int64) == int(at.timestamp()))
    return asked.people(that_day)["person"].to_list()


def _at(asked: Asked, rows: pl.DataFrame, at: datetime) -> pl.DataFrame:
    import polars as pl

    return asked.named(rows).with_columns(cut=pl.lit(int(at.timestamp()), pl.Int64))


def _dates(asked: Asked) -> list[datetime]:
    if asked.keys is not None and "cut" in asked.keys.columns:
        return [datetime.fromtimestamp(at, UTC) for at in sorted(asked.keys["cut"].drop_nulls().unique().to_list())]
    return cuts(asked.tables)


def _only_asked(asked: Asked, parts: list[pl.DataFrame], schema: dict[str, type[pl.DataType]]) -> pl.DataFrame:
    import polars as pl

    rows = pl.concat(parts) if parts else pl.DataFrame(schema=schema)
    on = [name for name in schema if name != "score"]
    if asked.keys is not None and set(on) <= set(asked.keys.columns):
        wanted = asked.keys.select(pl.col(name).cast(schema[name]) for name in on).unique(maintain_order=True)
        return wanted.join(rows, on=on, how="inner")
    return rows


TASKS = (
    Task(
        name="disengage",
        columns=("org", "person_id", "cut", "score"),
        predict=rhythm,
        labels="disengagement",
        asked=("person_id", "cut"),
    ),
    Task(
        name="exits",
        columns=("org", "person_id", "cut", "score"),
        predict=roles_left,
        labels="role_exits",
        asked=("person_id", "cut"),
    ),
    Task(
        name="keynodes",
        columns=("org", "year", "person_id", "score"),
        predict=key_people,
        labels="key_candidates",
        asked=("year", "person_id"),
    ),
    Task(
        name="newcomers",
        columns=("org", "person_id", "score"),
        predict=newcomers,
        labels="newcomers",
        asked=("person_id", "score_at"),
    ),
)
