"""Hand-offs between teams: work that waits for another team's, and changes that wait for their first review."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from coachkit.insight.organisation.chart import Chart, in_team
from coachkit.insight.organisation.tables import DAY, Tables, moment

if TYPE_CHECKING:
    import polars as pl

__all__ = ["reviews", "waits"]

_REVIEWING = ("reviewed", "approved", "tested", "merged", "committed")


def waits(tables: Tables, chart: Chart, until: datetime) -> pl.DataFrame:
    """Items that waited for another one: ``record, blocker, key, team, other, begun, ended, days, open``.

    ``team`` waits, ``other`` is waited for; either may be null. A wait ends when the link does, or when one of the two
    items is over, whichever is first.
    """
    import polars as pl

    end = moment(until)
    over = (
        tables.states.filter(pl.col("category").is_in(("done", "dropped")) & (pl.col("at") <= end))
        .group_by("record")
        .agg(over=pl.col("at").max())
    )
    items = tables.items.filter(pl.col("kind") != "commit").select("record", "key", "team", "created_at", "closed_at")
    items = items.join(over, on="record", how="left").with_columns(over=pl.coalesce("over", "closed_at"))
    blockers = items.unique("key", keep="first", maintain_order=True).select(
        target="key", blocker="record", other="team", blocker_over="over"
    )
    found = (
        chart.waits.join(items.unique("record"), on="record")
        .join(blockers, on="target", how="left")
        .with_columns(begun=pl.coalesce("since", "created_at"))
        .drop_nulls("begun")
        .filter(pl.col("begun") <= end)
    )
    ended = pl.min_horizontal("until", "over", "blocker_over")
    return (
        found.with_columns(ended=pl.when(ended <= end).then(ended))
        .filter(pl.col("ended").is_null() | (pl.col("ended") >= pl.col("begun")))
        .with_columns(open=pl.col("ended").is_null())
        .with_columns(days=(pl.col("ended").fill_null(end) - pl.col("begun")) / DAY)
        .select("record", "blocker", "target", "key", "team", "other", "begun", "ended", "days", "open")
        .sort("begun", "record", "target")
    )


def reviews(tables: Tables, chart: Chart, until: datetime) -> pl.DataFrame:
    """Changes and the first that somebody else did with them: ``record, key, team, other, begun, ended, days, open,
    author, reviewer``.

    ``team`` is the author's on the day the change was opened, ``other`` that of whoever looked first, on that day;
    of what nobody has looked at yet it is null. What was closed without anybody looking is left out.
    """
    import polars as pl

    end = moment(until)
    requests = (
        tables.items.filter(pl.col("kind") == "change_request")
        .drop_nulls("created_at")
        .filter(pl.col("created_at") <= end)
        .select("record", "key", "created_at", "closed_at")
        .unique("record")
    )
    kind = pl.col("kind").cast(pl.String)
    acts = tables.acts.filter((pl.col("at") <= end) & ~pl.col("actor").is_in(list(chart.bots)))
    authors = acts.filter(kind == "authored").group_by("record").agg(author=pl.col("actor").min())
    keys = requests.select("key", request="record")
    said = acts.filter(kind.is_in(_REVIEWING)).join(chart.about, on="record", how="left")
    said = said.join(keys, left_on="item", right_on="key", how="left").with_columns(
        record=pl.coalesce("request", "record")
    )
    told = requests.join(authors, on="record")
    first = (
        said.join(told.select("record", "author", "created_at"), on="record")
        .filter((pl.col("actor") != pl.col("author")) & (pl.col("at") >= pl.col("created_at")))
        .sort("at", "actor")
        .group_by("record", maintain_order=True)
        .agg(looked=pl.col("at").first(), reviewer=pl.col("actor").first())
    )
    rows = told.join(first, on="record", how="left").filter(
        pl.col("looked").is_not_null() | pl.col("closed_at").is_null() | (pl.col("closed_at") > end)
    )
    rows = in_team(rows, chart, "author", "created_at", name="team")
    rows = in_team(rows, chart, "reviewer", "looked", name="other")
    return (
        rows.with_columns(open=pl.col("looked").is_null())
        .with_columns(days=(pl.col("looked").fill_null(end) - pl.col("created_at")) / DAY)
        .select(
            "record", "key", "team", "other", "days", "open", "author", "reviewer", begun="created_at", ended="looked"
        )
        .sort("begun", "record")
    )
