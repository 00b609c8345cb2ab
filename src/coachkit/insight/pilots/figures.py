"""Figures of the way of working by week: of some teams, and of all the others in the same weeks.

Weeks begin on Monday in UTC, and only those that are over count. A figure is a share (``part`` of ``whole``) or a list
of days, of which the median is told.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from coachkit.insight.flow.handoffs import reviews, waits
from coachkit.insight.flow.spans import spans
from coachkit.insight.linking.cards import ENDED
from coachkit.insight.organisation.chart import Chart
from coachkit.insight.organisation.tables import DAY, Tables, moment
from coachkit.insight.small_groups import SMALLEST

if TYPE_CHECKING:
    import polars as pl

__all__ = ["FIGURES", "FRESH", "CheckInSeen", "Figure", "Week", "figures", "monday"]

FIGURES = ("waiting", "hand_off", "linked", "across", "check_ins")
FRESH = 28
"""Days: a goal is fresh if linked work happened in them; a pair is regular if they held a check-in in them."""

_WEEK = 7 * DAY
_SHOWN = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    """``begun`` is the Monday, milliseconds. Of a share ``part`` and ``whole``, of days the ``values``."""

    begun: int
    part: float = 0.0
    whole: float = 0.0
    values: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One figure by week. ``records`` show it; they are not kept with a baseline."""

    weeks: tuple[Week, ...]
    records: tuple[int, ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckInSeen:
    """A check-in that the reader may read."""

    record: int
    manager: int
    report: int
    at: datetime
    held: bool


def monday(at: datetime) -> int:
    """The beginning of the week of ``at``, milliseconds."""
    day = at.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return moment(day - timedelta(days=day.weekday()))


def figures(
    tables: Tables,
    chart: Chart,
    teams: Collection[str],
    begun: Sequence[int],
    until: datetime,
    check_ins: Sequence[CheckInSeen] = (),
) -> Mapping[str, Figure]:
    """Every figure of ``teams`` in the weeks that began at ``begun``. One that cannot be told is left out: check-ins of
    fewer than five people."""
    mine = set(teams)
    found = {
        "waiting": _waiting(tables, mine, begun, until),
        "hand_off": _hand_off(tables, chart, mine, begun, until),
        "linked": _linked(tables, mine, begun),
        "across": _across(tables, chart, mine, begun, until),
    }
    people = {
        person for team, members in chart.members(_when(begun[0]), until).items() if team in mine for person in members
    }
    regular = [one for one in check_ins if one.report in people]
    if len({one.report for one in regular}) >= SMALLEST:
        found["check_ins"] = _regular(regular, begun)
    return found


def _when(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def _waiting(tables: Tables, teams: set[str], begun: Sequence[int], until: datetime) -> Figure:
    """Of the days on which work was under way, those on which it waited or waited for a review."""
    import polars as pl

    stays = spans(tables, until).filter(pl.col("team").is_in(list(teams)) & (pl.col("step") != "todo"))
    stays = stays.with_columns(ended=pl.col("ended").fill_null(moment(until)))
    weeks = []
    for start in begun:
        inside = stays.filter((pl.col("begun") < start + _WEEK) & (pl.col("ended") > start)).with_columns(
            days=(pl.min_horizontal("ended", pl.lit(start + _WEEK)) - pl.max_horizontal("begun", pl.lit(start))) / DAY
        )
        whole, part = inside["days"].sum(), inside.filter(pl.col("step") != "doing")["days"].sum()
        weeks.append(Week(begun=start, part=float(part), whole=float(whole)))
    longest = stays.filter((pl.col("step") != "doing") & (pl.col("ended") > begun[0])).sort(
        "days", "record", descending=[True, False]
    )
    return Figure(weeks=tuple(weeks), records=_first(longest))


def _hand_off(tables: Tables, chart: Chart, teams: set[str], begun: Sequence[int], until: datetime) -> Figure:
    """Days until another team did its part: freed an item, looked at a change. By the week in which it did."""
    import polars as pl

    columns = ("record", "team", "other", "ended", "days")
    both = pl.concat([rows.select(columns) for rows in (waits(tables, chart, until), reviews(tables, chart, until))])
    ours = both.drop_nulls(["team", "other", "ended"]).filter(
        pl.col("team").is_in(list(teams)) & (pl.col("team") != pl.col("other"))
    )
    weeks = tuple(Week(begun=start, values=tuple(_within(ours, start)["days"].to_list())) for start in begun)
    last = ours.filter(pl.col("ended") >= begun[0]).sort("days", "record", descending=[True, False])
    return Figure(weeks=weeks, records=_first(last))


def _across(tables: Tables, chart: Chart, teams: set[str], begun: Sequence[int], until: datetime) -> Figure:
    """Of the changes of these teams that somebody looked at, those where it was somebody of another team."""
    import polars as pl

    looked = reviews(tables, chart, until).drop_nulls(["team", "other", "ended"])
    ours = looked.filter(pl.col("team").is_in(list(teams)))
    away = pl.col("team") != pl.col("other")
    weeks = []
    for start in begun:
        inside = _within(ours, start)
        weeks.append(Week(begun=start, part=float(inside.filter(away).height), whole=float(inside.height)))
    last = ours.filter(away & (pl.col("ended") >= begun[0])).sort("ended", "record", descending=[True, False])
    return Figure(weeks=tuple(weeks), records=_first(last))


def _linked(tables: Tables, teams: set[str], begun: Sequence[int]) -> Figure:
    """Of the goals that ran at the end of the week, those with linked work in the four weeks before."""
    import polars as pl

    goals = tables.goals.filter(pl.col("team").is_in(list(teams)))
    states = tables.states.join(goals.select("record"), on="record", how="semi").drop_nulls("category")
    links = tables.links.rename({"record": "item"})
    work = tables.acts.select(item="record", at="at").join(links, on="item")
    weeks, rest = [], goals.clear()
    for start in begun:
        end = start + _WEEK
        over = states.filter(pl.col("at") < end).sort("record", "at", maintain_order=True).group_by("record")
        ended = over.agg(pl.col("category").last()).filter(pl.col("category").is_in([*ENDED, "draft"]))
        running = goals.filter(pl.col("created_at") < end).join(ended, on="record", how="anti")
        fresh = work.filter((pl.col("at") < end) & (pl.col("at") >= end - FRESH * DAY) & (pl.col("since") < end))
        rest = running.join(fresh, left_on="key", right_on="target", how="anti")
        weeks.append(Week(begun=start, part=float(running.height - rest.height), whole=float(running.height)))
    return Figure(weeks=tuple(weeks), records=_first(rest.sort("key")) or _first(goals.sort("key")))


def _regular(check_ins: Sequence[CheckInSeen], begun: Sequence[int]) -> Figure:
    """Of the pairs who have had a check-in before, those who held one in the four weeks before the end of the week."""
    held = [(moment(one.at), (one.manager, one.report)) for one in check_ins if one.held]
    weeks = []
    for start in begun:
        end = start + _WEEK
        pairs = {(one.manager, one.report) for one in check_ins if moment(one.at) < end}
        lately = {pair for at, pair in held if end - FRESH * DAY <= at < end}
        weeks.append(Week(begun=start, part=float(len(lately)), whole=float(len(pairs))))
    last = sorted((one for one in check_ins if one.held), key=lambda one: (-one.at.timestamp(), one.record))
    return Figure(weeks=tuple(weeks), records=tuple(one.record for one in last[:_SHOWN]))


def _within(rows: pl.DataFrame, start: int) -> pl.DataFrame:
    import polars as pl

    return rows.filter((pl.col("ended") >= start) & (pl.col("ended") < start + _WEEK))


def _first(rows: pl.DataFrame) -> tuple[int, ...]:
    found: list[Any] = rows["record"].unique(maintain_order=True).head(_SHOWN).to_list()
    return tuple(found)
