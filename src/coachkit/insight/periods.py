"""The periods that can be asked for, and what can be told in each, so that no two of them give away a small group.

All end together and only their beginnings differ, so the difference of two answers is what was done between these.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING

from coachkit.insight.organisation.tables import moment
from coachkit.insight.small_groups import SMALLEST

if TYPE_CHECKING:
    import polars as pl

__all__ = ["PERIODS", "open_groups", "open_periods", "period_starts", "starts_with"]

PERIODS = (3, 6, 12)
"""Months that can be asked for, all beginning with a month. Nobody can ask for any two days, for the difference of two
such answers is what was done between them, and by whom is often known."""


def period_starts(at: datetime) -> tuple[datetime, tuple[datetime, ...]]:
    """When the last month that is over ended, and when each of the :data:`PERIODS` before it began."""
    number = at.astimezone(UTC).year * 12 + at.astimezone(UTC).month - 1
    return _month(number), tuple(_month(number - months) for months in PERIODS)


def _month(number: int) -> datetime:
    return datetime(number // 12, number % 12 + 1, 1, tzinfo=UTC)


def starts_with(since: datetime, until: datetime) -> tuple[tuple[datetime, ...], int]:
    """The beginnings of all periods that can be asked for until then, the latest first, and which of them is ``since``.
    Of one that is none of them, itself alone."""
    starts = period_starts(until)[1]
    return (starts, starts.index(since)) if since in starts else ((since,), 0)


def open_periods(slices: Sequence[Collection[int]], *, smallest: int = SMALLEST) -> frozenset[int]:
    """Which of several periods can be shown: each begins where a slice does, and all end together.

    :param slices: the people of each slice of time, the latest first; period ``n`` is made of the first ``n + 1``.

    Of no period that is shown, and of no difference of two, there are fewer than ``smallest`` people; the longest comes
    first, and an empty one is shown as empty.
    """
    sizes = tuple(len(frozenset().union(*slices[first : last + 1])) for first, last in _spans(len(slices)))
    return _open(sizes, len(slices), smallest)


def open_groups(
    people: pl.DataFrame, by: Sequence[str], starts: Sequence[datetime], chosen: int
) -> frozenset[tuple[str, ...]]:
    """The groups that can be shown in the period ``chosen``, by :func:`open_periods`.

    :param people: columns ``by``, ``person`` and ``at`` (milliseconds; null: it goes on, and is in every period): who
        is behind what is told of each group.
    :param starts: when the periods begin, the latest first. All of them can be asked for.
    """
    import polars as pl

    place = pl.sum_horizontal(
        [(pl.col("at") <= moment(start)).fill_null(value=False).cast(pl.Int64) for start in starts]
    )
    told = people.select(*by, "person", slice=place).drop_nulls().unique()
    told = told.filter(pl.col("slice") < len(starts))
    sizes = told.group_by(list(by)).agg(
        pl.col("person").filter(pl.col("slice").is_between(first, last)).n_unique().alias(f"{first}-{last}")
        for first, last in _spans(len(starts))
    )
    names = len(by)
    return frozenset(
        tuple(row[:names]) for row in sizes.iter_rows() if chosen in _open(row[names:], len(starts), SMALLEST)
    )


def _spans(slices: int) -> list[tuple[int, int]]:
    """The first and the last slice of every stretch of time that is a period, or the difference of two."""
    return [(first, last) for first in range(slices) for last in range(first, slices)]


@lru_cache(maxsize=65_536)
def _open(sizes: tuple[int, ...], slices: int, smallest: int) -> frozenset[int]:
    """:func:`open_periods` of how many people are in each of the :func:`_spans`."""
    people = dict(zip(_spans(slices), sizes, strict=True))
    shown: list[int] = []
    for last in reversed(range(slices)):
        told = [people[0, last], *(people[last + 1, other] for other in shown)]
        if all(size == 0 or size >= smallest for size in told):
            shown.append(last)
    return frozenset(shown)
