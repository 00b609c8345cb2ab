"""What the flow engines answer where they are scored: which areas will be slow next quarter."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from coachkit.insight.flow.changes import changes
from coachkit.insight.flow.slow_areas import expected_slowness
from coachkit.insight.organisation.asking import Asked, Task, whole_range

if TYPE_CHECKING:
    import polars as pl

__all__ = ["TASKS", "slow_queues"]


def slow_queues(asked: Asked) -> pl.DataFrame:
    """Expected slowness of every area in every quarter, from what was known when the quarter before it ended.

    Where there are several repositories, an area is named ``repository:area``.
    """
    import polars as pl

    parts = []
    for quarter, begins in _quarters(asked):
        found = expected_slowness(changes(asked.tables.as_of(begins - timedelta(milliseconds=1))), quarter)
        parts.append(found.with_columns(quarter=pl.lit(quarter)))
    if not parts:
        return pl.DataFrame(schema={"quarter": pl.String, "area": pl.String, "score": pl.Float64})
    rows = pl.concat(parts)
    several = asked.tables.items["container"].drop_nulls().n_unique() > 1
    named = pl.format("{}:{}", pl.col("container").str.split("/").list.last(), "area") if several else pl.col("area")
    return rows.select("quarter", named.alias("area"), "score")


def _quarters(asked: Asked) -> list[tuple[str, datetime]]:
    """Every quarter that begins after something was done, and the one after the last."""
    found = whole_range(asked.tables)
    if found is None:
        return []
    first, last = (datetime.fromtimestamp(at / 1000, UTC) for at in found)
    numbers = range(first.year * 4 + (first.month - 1) // 3 + 1, last.year * 4 + (last.month - 1) // 3 + 2)
    return [(f"{one // 4}Q{one % 4 + 1}", datetime(one // 4, one % 4 * 3 + 1, 1, tzinfo=UTC)) for one in numbers]


TASKS = (Task(name="queues", columns=("org", "quarter", "area", "score"), predict=slow_queues),)
