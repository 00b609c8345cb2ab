"""What the engines of this package answer where they are scored: key people, newcomers, rhythm, and roles left."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from coachkit.insight.organisation.asking import Asked, Task, whole_range
from coachkit.insight.organisation.central import dependence
from coachkit.insight.organisation.newcomers import FIRST_DAYS, first_moments, ties
from coachkit.insight.organisation.tables import DAY

if TYPE_CHECKING:
    import polars as pl

__all__ = ["TASKS", "key_people", "newcomers"]


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
    found = asked.named(ties(asked.tables, known))
    return found.select("person_id", score="since_last")


def _only_asked(asked: Asked, parts: list[pl.DataFrame], schema: dict[str, type[pl.DataType]]) -> pl.DataFrame:
    import polars as pl

    rows = pl.concat(parts) if parts else pl.DataFrame(schema=schema)
    on = [name for name in schema if name != "score"]
    if asked.keys is not None and set(on) <= set(asked.keys.columns):
        return asked.keys.select(on).unique().join(rows, on=on, how="inner")
    return rows


TASKS = (
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
