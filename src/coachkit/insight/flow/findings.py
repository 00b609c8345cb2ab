"""Where work waits: steps, hand-offs and areas, each with its interval, its quarters and what chance would do."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from coachkit.insight.flow.changes import changes, quarter_of
from coachkit.insight.flow.handoffs import reviews, waits
from coachkit.insight.flow.spans import STEPS, items_of_teams, spans
from coachkit.insight.flow.statistics import Box, Length, box, chance, length, share, surprising
from coachkit.insight.organisation.chart import Chart
from coachkit.insight.organisation.tables import DAY, Tables, moment
from coachkit.insight.periods import open_groups, starts_with
from coachkit.insight.small_groups import SMALLEST

if TYPE_CHECKING:
    import polars as pl

__all__ = ["Aged", "Flow", "Quarter", "Rate", "Slow", "Waiting", "flow"]

FEWEST = 5
"""Stays below which nothing is said of how long they are."""

QUARTERS = 4
USUAL = 0.85
"""Work is old for its step when it has stood there longer than this share of what got through."""

_ROWS = 200
"""The slowest and the most frequent of these are told apart; a table has no more rows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quarter:
    """``median`` days of ``n`` stays that ended in a quarter (``2026Q3``)."""

    quarter: str
    median: float
    n: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Slow:
    """How long work stays in a step, at a hand-off or in an area, against the others of its kind.

    :ivar kind: ``step``, ``wait``, ``review`` or ``area``.
    :ivar team: whose step it is, or who waits; ``other``: who is waited for; ``about``: the step, or the area.
    :ivar elsewhere: median of the others.
    :ivar p: how likely chance alone makes it as long.
    :ivar stands_out: it is longer than elsewhere, and that survives the number of comparisons.
    :ivar held: in how many of ``quarters`` it was longer than elsewhere.
    :ivar records: the longest, which show it; ``goals``: what stands behind those that still wait.
    """

    kind: str
    about: str
    team: str | None
    other: str | None
    length: Length
    box: Box | None
    elsewhere: float | None
    p: float
    stands_out: bool
    quarters: tuple[Quarter, ...]
    held: int
    records: tuple[int, ...]
    goals: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """An item of ``team`` that waits now for one of ``other``, for ``days``; ``goals`` are behind it."""

    record: int
    key: str
    blocker: int | None
    target: str
    team: str | None
    other: str | None
    begun: datetime
    days: int
    goals: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Aged:
    """An open item that has stood in a step longer than :data:`USUAL` of those that got through, which is ``usual``."""

    record: int
    key: str
    title: str
    team: str
    step: str
    days: int
    usual: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """A share with its 95 % interval: of time that is work (flow efficiency), or of items that came back."""

    team: str
    value: float
    low: float
    high: float
    n: int
    records: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """Everything that :func:`flow` found in its window; no person is in it.

    :ivar small: teams of which fewer than five people were in the window: they are in no figure.
    """

    since: datetime
    until: datetime
    steps: tuple[Slow, ...]
    handoffs: tuple[Slow, ...]
    areas: tuple[Slow, ...]
    waiting: tuple[Waiting, ...]
    aged: tuple[Aged, ...]
    efficiency: tuple[Rate, ...]
    rework: tuple[Rate, ...]
    small: frozenset[str]
    items: int

    @property
    def outstanding(self) -> tuple[Slow, ...]:
        """What stands out of all kinds, longest against elsewhere first."""
        found = [one for one in (*self.handoffs, *self.steps, *self.areas) if one.stands_out]
        return tuple(sorted(found, key=lambda one: (one.p, one.kind, one.about, one.team or "", one.other or "")))


def flow(tables: Tables, chart: Chart, since: datetime, until: datetime) -> Flow:
    """Where work waited from ``since`` to ``until``, for the whole organisation that the tables hold."""
    import polars as pl

    known = {team for team, people in chart.members(since, until).items() if len(people) >= SMALLEST}
    start = moment(since)
    ended = pl.col("ended").is_null() | (pl.col("ended") > start)
    stays = spans(tables, until).filter(ended, pl.col("team").is_in(list(known)))
    waiting = waits(tables, chart, until).filter(ended)
    looked = reviews(tables, chart, until)
    reviewing = pl.concat(
        [looked.select("team", "other", person=who, at="ended") for who in ("author", "reviewer")]
    ).drop_nulls("person")
    looked = looked.drop("author", "reviewer").filter(ended)
    pair = pl.col("team").is_in(list(known)) & pl.col("other").is_in(list(known))
    across = pair & (pl.col("team") != pl.col("other"))
    return Flow(
        since=since,
        until=until,
        steps=_steps(stays),
        handoffs=(
            *_slow(waiting.filter(across), "wait", ("team", "other"), aims=chart.aims),
            *_slow(looked.filter(pair), "review", ("team", "other"), behind=_Behind(reviewing, since, until)),
        ),
        areas=_areas(tables, since, until),
        waiting=_waiting_now(waiting, chart.aims),
        aged=_aged(stays, tables),
        efficiency=_efficiency(stays),
        rework=_rework(stays),
        small=frozenset(_of_items(tables) - known),
        items=stays["record"].n_unique(),
    )


def _of_items(tables: Tables) -> set[str]:
    return set(items_of_teams(tables)["team"].to_list())


def _steps(stays: pl.DataFrame) -> tuple[Slow, ...]:
    found: list[Slow] = []
    for step in STEPS:
        rows = stays.filter(stays["step"] == step)
        found += _slow(rows.drop("step"), "step", ("team",), about=step)
    return tuple(found)


def _areas(tables: Tables, since: datetime, until: datetime) -> tuple[Slow, ...]:
    """Areas of the code against the others of their repository; at least five people wrote what is counted."""
    import polars as pl

    start = moment(since)
    taken = changes(tables).filter((pl.col("closed_at") > start - 365 * DAY) & (pl.col("closed_at") <= moment(until)))
    taken = taken.with_columns(
        ended="closed_at", open=pl.lit(value=False), name=pl.format("{} · {}", "container", "area")
    )
    authors = tables.acts.filter(pl.col("kind").cast(pl.String) == "authored").select("record", person="actor").unique()
    writing = _Behind(taken.join(authors, on="record").select("name", "person", at="closed_at"), since, until)
    taken = _one_a_series(taken)
    found: list[Slow] = []
    for (_,), rows in taken.group_by("container", maintain_order=True):
        recent = rows.filter(pl.col("closed_at") > start)
        found += _slow(recent, "area", ("name",), history=rows, behind=writing)
    return tuple(sorted(found, key=lambda one: (not one.stands_out, one.p, one.about)))


@dataclass(frozen=True, slots=True)
class _Behind:
    """Who is behind what is counted, by the columns that name a group: ``person, at``. Fewer than five are not told
    of: neither in a period, nor in the difference of two, nor in a quarter."""

    people: pl.DataFrame
    since: datetime
    until: datetime

    def shown(self, rows: pl.DataFrame, by: tuple[str, ...]) -> pl.DataFrame:
        """Those rows whose group can be told of in this period."""
        import polars as pl

        groups = open_groups(self.people, by, *starts_with(self.since, self.until))
        known = pl.DataFrame(sorted(groups), schema=dict.fromkeys(by, pl.String), orient="row")
        return rows.join(known, on=by, how="semi", maintain_order="left")

    def in_quarters(self, rows: pl.DataFrame, by: tuple[str, ...]) -> pl.DataFrame:
        """Those rows in whose quarter enough people were behind their group."""
        import polars as pl

        dated = self.people.with_columns(quarter=quarter_of("at")).group_by(*by, "quarter")
        enough = dated.agg(people=pl.col("person").n_unique()).filter(pl.col("people") >= SMALLEST)
        return rows.join(enough, on=[*by, "quarter"], how="semi", maintain_order="left")


def _one_a_series(taken: pl.DataFrame) -> pl.DataFrame:
    """Of the changes of an area that were taken in on one day the middling one: they are mostly one series, and a
    test would take each for a witness of its own."""
    import polars as pl

    keys = ["container", "area", "day"]
    return (
        taken.with_columns(day=pl.col("closed_at") // DAY)
        .sort(*keys, "days", "record")
        .with_columns(place=pl.int_range(pl.len()).over(keys), last=(pl.len().over(keys) - 1) // 2)
        .filter(pl.col("place") == pl.col("last"))
        .drop("day", "place", "last")
        .sort("closed_at", "record")
    )


def _slow(
    rows: pl.DataFrame,
    kind: str,
    by: tuple[str, ...],
    *,
    about: str = "",
    aims: pl.DataFrame | None = None,
    history: pl.DataFrame | None = None,
    behind: _Behind | None = None,
) -> list[Slow]:
    """Each group of ``rows`` against the rest of them; groups of fewer than :data:`FEWEST` are left out."""
    import polars as pl

    if rows.is_empty():
        return []
    past = history if history is not None else rows
    past = past.with_columns(quarter=quarter_of("ended"))
    if behind is not None:
        rows, past = behind.shown(rows, by), behind.in_quarters(past, by)
    name = pl.concat_str([pl.col(column).fill_null("") for column in by], separator="\0")
    named, past = rows.with_columns(group=name), past.with_columns(group=name)
    sizes = named.group_by("group").agg(n=pl.len()).filter(pl.col("n") >= FEWEST)
    kept = sizes.sort("n", "group", descending=[True, False]).head(_ROWS)["group"].to_list()
    large = named.filter(pl.col("group").is_in(kept)).partition_by("group", as_dict=True, maintain_order=True)
    parts = {str(key[0]): part for key, part in sorted(large.items())}
    chances = chance({group: part["days"].to_list() for group, part in parts.items()})
    surprises = surprising(chances)
    whole, earlier = _Others(named), _ByQuarter(past)
    found = []
    for group, part in parts.items():
        elsewhere = whole.median_without(group)
        values = dict(zip(by, group.split("\0"), strict=True))
        told = length(part["days"].to_list(), part["open"].to_list())
        median = told.median if told.median is not None else float("inf")
        quarters, held = earlier.of(group)
        found.append(
            Slow(
                kind=kind,
                about=about or values.get("name", ""),
                team=values.get("team"),
                other=values.get("other"),
                length=told,
                box=box(part.filter(~pl.col("open"))["days"].to_list()),
                elsewhere=elsewhere,
                p=chances[group],
                stands_out=group in surprises and elsewhere is not None and median > elsewhere,
                quarters=quarters,
                held=held,
                records=tuple(
                    part.sort("days", "record", descending=[True, False])["record"].unique(maintain_order=True)[:5]
                ),
                goals=_goals(part.filter("open")["record"].to_list(), aims),
            )
        )
    return found


class _Others:
    """Days of many groups, and their median without one of them: all are put in order once."""

    def __init__(self, rows: pl.DataFrame) -> None:
        import numpy as np

        ordered = rows.select("days", "group").sort("days").with_row_index("place")
        self._days = ordered["days"].to_numpy()
        self._places = {
            group: np.asarray(places, np.int64) for group, places in ordered.group_by("group").agg("place").iter_rows()
        }

    def median_without(self, group: str) -> float | None:
        import numpy as np

        own = self._places.get(group, np.array([], np.int64))
        rest = len(self._days) - len(own)
        if not rest:
            return None
        middle = np.array([(rest - 1) // 2, rest // 2])
        before = own - np.arange(len(own))  # of the others, so many stand before each of its own
        return float(self._days[middle + np.searchsorted(before, middle, side="right")].mean())


class _ByQuarter:
    """The quarters of many groups, with what each of them was beside the others."""

    def __init__(self, rows: pl.DataFrame) -> None:
        import polars as pl

        told = rows.drop_nulls("quarter").select("quarter", "group", "days")
        parts = told.partition_by("quarter", as_dict=True)
        self._others = {str(key[0]): _Others(part) for key, part in parts.items()}
        own = told.group_by("group", "quarter").agg(n=pl.len(), median=pl.col("days").median()).filter(pl.col("n") >= 3)
        self._own: dict[str, list[Quarter]] = defaultdict(list)
        for group, quarter, n, median in own.sort("quarter", descending=True).iter_rows():
            self._own[group].append(Quarter(quarter=quarter, median=median, n=n))

    def of(self, group: str) -> tuple[tuple[Quarter, ...], int]:
        """The last quarters with at least three stays, and in how many the median was longer than elsewhere."""
        found: list[tuple[Quarter, bool]] = []
        for one in self._own.get(group, ()):
            rest = self._others[one.quarter].median_without(group)
            if rest is not None and len(found) < QUARTERS:
                found.append((one, one.median > rest))
        return tuple(one for one, _ in reversed(found)), sum(longer for _, longer in found)


def _goals(records: Collection[int], aims: pl.DataFrame | None) -> tuple[int, ...]:
    import polars as pl

    if aims is None or not records:
        return ()
    return tuple(aims.filter(pl.col("record").is_in(list(records)))["goal"].unique().sort().to_list())


def _waiting_now(waiting: pl.DataFrame, aims: pl.DataFrame) -> tuple[Waiting, ...]:
    import polars as pl

    rows = waiting.filter(pl.col("open")).sort("begun", "key", "target")
    return tuple(
        Waiting(
            record=row["record"],
            key=row["key"],
            blocker=row["blocker"],
            target=row["target"],
            team=row["team"],
            other=row["other"],
            begun=_when(row["begun"]),
            days=int(row["days"]),
            goals=_goals([row["record"]], aims),
        )
        for row in rows.iter_rows(named=True)
    )


def _when(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def _aged(stays: pl.DataFrame, tables: Tables) -> tuple[Aged, ...]:
    import polars as pl

    usual = (
        stays.filter(~pl.col("open"))
        .group_by("team", "step")
        .agg(usual=pl.col("days").quantile(USUAL, "higher"), n=pl.len())
        .filter(pl.col("n") >= 2 * FEWEST)
    )
    rows = (
        stays.filter(pl.col("open") & (pl.col("step") != "todo"))
        .join(usual, on=["team", "step"])
        .filter((pl.col("days") > pl.col("usual")) & (pl.col("days") >= 2))
        .join(tables.items.select("record", "key", "title"), on="record")
        .sort("days", "key", descending=[True, False])
    )
    return tuple(
        Aged(
            record=row["record"],
            key=row["key"],
            title=row["title"],
            team=row["team"],
            step=row["step"],
            days=int(row["days"]),
            usual=row["usual"],
        )
        for row in rows.iter_rows(named=True)
    )


def _efficiency(stays: pl.DataFrame) -> tuple[Rate, ...]:
    """Of the time from first being worked on, what was work and not waiting or review; of items that are over."""
    import polars as pl

    begun = stays.filter(pl.col("step") == "doing").group_by("record").agg(first=pl.col("begun").min())
    items = (
        stays.join(begun, on="record")
        .filter((pl.col("begun") >= pl.col("first")) & (pl.col("step") != "todo"))
        .group_by("team", "record")
        .agg(
            work=pl.col("days").filter(pl.col("step") == "doing").sum(),
            whole=pl.col("days").sum(),
            open=pl.col("open").any(),
        )
        .filter(~pl.col("open") & (pl.col("whole") > 0))
        .sort("team", "record")
    )
    return _rates(items, "work", "whole")


def _rework(stays: pl.DataFrame) -> tuple[Rate, ...]:
    """Of the items that were in the window, those that were over and came back."""
    import polars as pl

    items = (
        stays.group_by("team", "record")
        .agg(back=pl.col("back").any().cast(pl.Float64))
        .with_columns(whole=pl.lit(1.0))
        .sort("team", "record")
    )
    return _rates(items, "back", "whole", shown="back")


def _rates(items: pl.DataFrame, part: str, whole: str, *, shown: str | None = None) -> tuple[Rate, ...]:
    import polars as pl

    found = []
    for (team,), rows in items.group_by("team", maintain_order=True):
        told = share(rows[part].to_list(), rows[whole].to_list()) if rows.height >= 2 * FEWEST else None
        if told is None:
            continue
        order = rows.with_columns(rest=pl.col(whole) - pl.col(part))
        seen = order.filter(pl.col(shown) > 0) if shown else order.sort("rest", "record", descending=[True, False])
        found.append(
            Rate(
                team=str(team),
                value=told[0],
                low=told[1],
                high=told[2],
                n=rows.height,
                records=tuple(seen["record"].head(5)),
            )
        )
    return tuple(found)
