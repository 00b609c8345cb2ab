"""What teams do for each other, over closed months, with what few people stand behind withheld."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
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
    shown: list[int] = []
    for last in reversed(range(len(slices))):
        spans = [slices[: last + 1], *(slices[last + 1 : other + 1] for other in shown)]
        sizes = [len(frozenset().union(*span)) for span in spans]
        if all(size == 0 or size >= smallest for size in sizes):
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
    rows = between_teams(acts.filter(pl.col("at") > moment(starts[chosen]))).iter_rows(named=True)
    found = []
    for row in rows:
        pair = (row["team"], row["other"])
        shown = not small & set(pair) and chosen in open_periods(people[pair])
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


def _people(acts: pl.DataFrame, starts: Sequence[datetime]) -> dict[tuple[str, str], list[set[int]]]:
    """Of each pair of teams, who was behind it in each slice of time, the latest first."""
    import polars as pl

    cuts = [moment(start) for start in starts]
    found: dict[tuple[str, str], list[set[int]]] = {}
    place = pl.sum_horizontal([(pl.col("at") <= cut).cast(pl.Int64) for cut in cuts])
    told = acts.drop_nulls(("actor_team", "target_team")).with_columns(slice=place).filter(pl.col("slice") < len(cuts))
    pairs = told.select("actor_team", "target_team", "slice", "actor", "target").unique()
    for team, other, number, actor, target in pairs.iter_rows():
        found.setdefault((team, other), [set() for _ in cuts])[number] |= {actor, target}
    return found
