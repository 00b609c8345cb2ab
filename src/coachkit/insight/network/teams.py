"""What teams do for each other, over closed months, with what few people stand behind withheld."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from coachkit.insight.network.ties import between_teams, helped
from coachkit.insight.organisation.chart import Chart
from coachkit.insight.organisation.tables import Tables, moment
from coachkit.insight.periods import PERIODS, open_groups, period_starts
from coachkit.insight.small_groups import SMALLEST

__all__ = ["TeamMap", "TeamTie", "team_map"]

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


def team_map(tables: Tables, chart: Chart, at: datetime, months: int) -> TeamMap:
    """What teams did for each other in the ``months`` (one of :data:`PERIODS`) before the month of ``at``."""
    import polars as pl

    until, starts = period_starts(at)
    chosen = PERIODS.index(months)
    acts = helped(tables, chart, starts[-1], until)
    small = frozenset(team for team, people in chart.members(starts[chosen], until).items() if len(people) < SMALLEST)
    told = acts.drop_nulls(("actor_team", "target_team"))
    pairs = ("actor_team", "target_team")
    sides = [told.select(*pairs, "at", person=who) for who in ("actor", "target")]
    shown_pairs = open_groups(pl.concat(sides), pairs, starts, chosen)
    rows = between_teams(acts.filter(pl.col("at") > moment(starts[chosen]))).iter_rows(named=True)
    found = []
    for row in rows:
        pair = (row["team"], row["other"])
        shown = not small & set(pair) and pair in shown_pairs
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
