"""Every act of help and every delivery in a stretch of time, with both teams as of that day and the goal behind it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from coachkit.insight.contribution import FOR_OTHERS, KIND_OF
from coachkit.insight.organisation.chart import Chart, in_team
from coachkit.insight.organisation.tables import Tables, moment

if TYPE_CHECKING:
    import polars as pl

__all__ = ["given"]

_NOT_DELIVERED = ("meeting", "document")
_BY_MAKERS = ("commit", "change_request")
_MAKING = ("authored", "co_authored")


def given(
    tables: Tables,
    chart: Chart,
    since: datetime,
    until: datetime,
    belonging: Mapping[int, Collection[str]] | None = None,
) -> pl.DataFrame:
    """What people did from ``since`` to ``until``, a row each:

    ``kind, who, whom, at, record, item, title, container, team, other, goal, goal_record, goal_team``. ``record`` says
    so, ``item`` is the record of what it was done on, ``team`` is the team of ``who`` on that day. ``other`` is whom
    it helped: the team of ``whom`` on that day; without a ``whom``, that of the goal, and without a goal, that of the
    item. ``goal`` is a key; of an item with several, the one linked first.

    :param belonging: by item, goals of the epic it is part of and of what it fixes: for items that are linked to none.
    """
    import polars as pl

    rows = pl.concat([_helped(tables, chart, since, until), _delivered(tables, chart, since, until)])
    items = tables.items.unique("record").select("title", "container", item="record", item_team="team")
    rows = _with_goal(rows.join(items, on="item", how="left"), tables, belonging or {})
    rows = in_team(rows, chart, "who", "at", name="team")
    rows = in_team(rows, chart, "whom", "at", name="whom_team")
    return (
        rows.with_columns(other=pl.coalesce("whom_team", "goal_team", "item_team"))
        .drop("whom_team")
        .sort("at", "record", "item", "who", "whom", "kind", nulls_last=True)
        .unique(["kind", "who", "whom", "record", "item"], keep="last", maintain_order=True)
    )


def _helped(tables: Tables, chart: Chart, since: datetime, until: datetime) -> pl.DataFrame:
    import polars as pl

    first, last = moment(since), moment(until)
    acts = (
        tables.acts.with_columns(act=pl.col("kind").cast(pl.String))
        .filter(
            (pl.col("at") >= first)
            & (pl.col("at") <= last)
            & pl.col("act").is_in(list(KIND_OF))
            & ~pl.col("actor").is_in(list(chart.bots))
        )
        .with_columns(kind=pl.col("act").replace_strict(dict(KIND_OF), return_dtype=pl.String))
        .filter(
            ~pl.col("kind").is_in(list(FOR_OTHERS))
            | (pl.col("target").is_not_null() & (pl.col("target") != pl.col("actor")))
        )
        .join(chart.about.rename({"item": "about"}), on="record", how="left")
    )
    by_key = tables.items.unique("key", keep="first", maintain_order=True).select(about="key", thing="record")
    whom = pl.when(pl.col("target") != pl.col("actor")).then("target")
    return acts.join(by_key, on="about", how="left").select(
        "kind", "at", "record", who="actor", whom=whom, item=pl.coalesce("thing", "record")
    )


def _delivered(tables: Tables, chart: Chart, since: datetime, until: datetime) -> pl.DataFrame:
    """Items that came to their end, by whoever made them or, of others, had them last; commits by who wrote them."""
    import polars as pl

    first, last = moment(since), moment(until)
    items = tables.items.unique("record").filter(~pl.col("kind").is_in(_NOT_DELIVERED))
    items = items.select("record", "closed_at", item_kind="kind").join(_done(tables), on="record", how="left")
    ended = pl.when(pl.col("stated")).then("done_at").otherwise("closed_at")
    acts = tables.acts.filter((pl.col("at") <= last) & ~pl.col("actor").is_in(list(chart.bots))).with_columns(
        act=pl.col("kind").cast(pl.String)
    )
    makers = acts.filter(pl.col("act").is_in(_MAKING)).unique(["record", "actor"], keep="first", maintain_order=True)
    made = (
        makers.join(items.filter(pl.col("item_kind").is_in(_BY_MAKERS)), on="record")
        .with_columns(ended=pl.when(pl.col("item_kind") == "commit").then("at").otherwise(ended))
        .select("record", "ended", who="actor")
    )
    assigned = acts.filter(pl.col("act") == "assigned").with_columns(owner=pl.coalesce("target", "actor"))
    owners = pl.concat(
        [
            makers.filter(pl.col("act") == "authored").select("record", rank=0, at="at", who="actor"),
            assigned.select("record", rank=1, at="at", who="owner"),
        ]
    )
    owners = owners.sort(
        pl.col("rank"), pl.when(pl.col("rank") == 1).then("at").otherwise(-pl.col("at")), "who", maintain_order=True
    ).unique("record", keep="last", maintain_order=True)
    owned = (
        items.filter(~pl.col("item_kind").is_in(_BY_MAKERS))
        .with_columns(ended=ended)
        .join(owners.select("record", "who"), on="record")
        .select("record", "ended", "who")
    )
    return (
        pl.concat([made, owned])
        .filter((pl.col("ended") >= first) & (pl.col("ended") <= last) & ~pl.col("who").is_in(list(chart.bots)))
        .with_columns(
            pl.lit("delivered").alias("kind"), pl.col("ended").alias("at"), pl.lit(None, dtype=pl.Int64).alias("whom")
        )
        .select("kind", "at", "record", "who", "whom", item="record")
    )


def _done(tables: Tables) -> pl.DataFrame:
    """Of items with a history of states, when they were done; null, if they are not."""
    import polars as pl

    last = tables.states.drop_nulls("category").sort("record", "at", maintain_order=True).group_by("record")
    return last.agg(pl.col("at").last(), category=pl.col("category").last()).select(
        "record", done_at=pl.when(pl.col("category") == "done").then("at"), stated=pl.lit(value=True)
    )


def _with_goal(rows: pl.DataFrame, tables: Tables, belonging: Mapping[int, Collection[str]]) -> pl.DataFrame:
    """The goal that the item serves, or that the record of the act itself names; or is."""
    import polars as pl

    goals = tables.goals.unique("key", keep="first", maintain_order=True)
    team = pl.col("team") if "team" in goals.columns else pl.lit(None, dtype=pl.String)
    known = goals.select(goal="key", goal_record="record", goal_team=team)
    linked = (
        tables.links.sort("since", "target", nulls_last=True)
        .unique("record", keep="first", maintain_order=True)
        .select("record", goal="target")
    )
    part = pl.DataFrame(
        [(record, min(keys)) for record, keys in sorted(belonging.items()) if keys],
        schema={"record": pl.Int64, "goal": pl.String},
        orient="row",
    )
    linked = pl.concat([linked, known.select(record="goal_record", goal="goal"), part]).unique(
        "record", keep="first", maintain_order=True
    )
    of_item = linked.rename({"record": "item", "goal": "_of_item"})
    of_record = linked.rename({"goal": "_of_record"})
    return (
        rows.join(of_item, on="item", how="left")
        .join(of_record, on="record", how="left")
        .with_columns(goal=pl.coalesce("_of_item", "_of_record"))
        .drop("_of_item", "_of_record")
        .join(known, on="goal", how="left")
    )
