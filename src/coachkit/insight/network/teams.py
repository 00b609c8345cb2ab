"""What teams do for each other, over closed months, with what few people stand behind withheld."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING

from coachkit.insight.network.ties import between_teams, helped
from coachkit.insight.organisation.chart import Chart
from coachkit.insight.organisation.tables import Tables, moment
from coachkit.insight.small_groups import SMALLEST

if TYPE_CHECKING:
    import polars as pl

__all__ = ["PERIODS", "TeamMap", "TeamTie", "open_periods", "period_starts", "team_map"]

PERIODS = (3, 6, 12)
"""Months that can be asked for, all ending with the last month that is over. Nobody can ask for any two days, for the
difference of two such answers is what was done between them, and by whom is often known."""

_SHOWN = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamTie:
    """What ``team`` does for ``other``: firmness of the ties of their people, added up; ``None`` where it is withheld.

    :ivar withheld: fewer than five people are behind it, or behind what it adds to a shorter period.
    """

    team: str
    other: str
    strength: int | None
    records: tuple[int, ...]
    withheld: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamMap:
    """The ties of teams in the ``months`` before ``until``; ``small`` are the teams of fewer than five people."""

    since: datetime
    until: datetime
    months: int
    ties: tuple[TeamTie, ...]
    small: frozenset[str]


def period_starts(at: datetime) -> tuple[datetime, tuple[datetime, ...]]:
    """When the last month that is over ended, and when each of the :data:`PERIODS` before it began."""
    number = at.astimezone(UTC).year * 12 + at.astimezone(UTC).month - 1
    return _month(number), tuple(_month(number - months) for months in PERIODS)


def _month(number: int) -> datetime:
    return datetime(number // 12, number % 12 + 1, 1, tzinfo=UTC)


def open_periods(slices: Sequence[Collection[int]], *, smallest: int = SMALLEST) -> frozenset[int]:
    """Which of several periods can be shown: each begins where a slice does, and all end together.

    :param slices: the people of each slice of time, the latest first; period ``n`` is made of the first ``n + 1``.

    Of no period that is shown, and of no difference of two, there are fewer than ``smallest`` people; the longest comes
    first, and an empty one is shown as empty.
    """
    spans = _spans(len(slices))
    sizes = tuple(len(frozenset().union(*slices[first : last + 1])) for first, last in spans)
    return _open(sizes, len(slices), smallest)


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


def team_map(tables: Tables, chart: Chart, at: datetime, months: int) -> TeamMap:
    """What teams did for each other in the ``months`` (one of :data:`PERIODS`) before the month of ``at``."""
    import polars as pl

    until, starts = period_starts(at)
    chosen = PERIODS.index(months)
    acts = helped(tables, chart, starts[-1], until)
    small = frozenset(team for team, people in chart.members(starts[chosen], until).items() if len(people) < SMALLEST)
    people = _people(acts, starts)
    none = (0,) * len(_spans(len(starts)))
    rows = between_teams(acts.filter(pl.col("at") > moment(starts[chosen]))).iter_rows(named=True)
    found = []
    for row in rows:
        pair = (row["team"], row["other"])
        shown = not small & set(pair) and chosen in _open(people.get(pair, none), len(starts), SMALLEST)
        found.append(
            TeamTie(
                team=pair[0],
                other=pair[1],
                strength=int(row["strength"]) if shown else None,
                records=tuple(row["records"][:_SHOWN]) if shown else (),
                withheld=not shown,
            )
        )
    return TeamMap(since=starts[chosen], until=until, months=months, ties=tuple(found), small=small)


def _people(acts: pl.DataFrame, starts: Sequence[datetime]) -> dict[tuple[str, str], tuple[int, ...]]:
    """Of each pair of teams, how many people were behind it in each of the spans of slices, the latest slice first."""
    import polars as pl

    place = pl.sum_horizontal([(pl.col("at") <= moment(start)).cast(pl.Int64) for start in starts])
    told = acts.drop_nulls(("actor_team", "target_team")).with_columns(slice=place)
    pair = ("actor_team", "target_team")
    sides = [told.select(*pair, "slice", person=who) for who in ("actor", "target")]
    people = pl.concat(sides).filter(pl.col("slice") < len(starts)).unique()
    spans = _spans(len(starts))
    sizes = people.group_by(pair).agg(
        pl.col("person").filter(pl.col("slice").is_between(first, last)).n_unique().alias(f"{first}-{last}")
        for first, last in spans
    )
    return {(row[0], row[1]): row[2:] for row in sizes.iter_rows()}
