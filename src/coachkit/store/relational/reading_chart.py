"""Reads the org chart with its dates, and what waits for what and serves which goal, for insight."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from coachkit.insight.organisation.chart import Chart
from coachkit.store.relational import schema as t
from coachkit.store.relational.columns import frame_of
from coachkit.store.relational.database import Database
from coachkit.store.relational.idset import among
from coachkit.store.relational.reading_base import within

if TYPE_CHECKING:
    import polars as pl

__all__ = ["SqlChartReader", "read_chart"]

_DAY = 86_400_000

Readable = list[sa.ColumnElement[bool]]


class SqlChartReader:
    """:class:`~coachkit.insight.organisation.chart.Chart` from SQLite and PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def chart(self, scopes: frozenset[int] | None) -> Chart:
        """Everything that may be read in ``scopes``; ``None``: everything, for programs."""
        with self._database.read() as reading:
            return read_chart(reading, scopes)


def read_chart(reading: sa.Connection, scopes: frozenset[int] | None) -> Chart:
    """:meth:`SqlChartReader.chart` within a transaction."""
    readable: Readable = [t.records.c.deleted_at.is_(None)]
    if scopes is not None:
        readable.append(among(reading, t.records.c.scope_id, scopes))
    return Chart(
        teams=_teams(reading, readable),
        memberships=_memberships(reading, readable),
        about=_about(reading, readable),
        waits=_waits(reading, readable),
        aims=_aims(reading, readable),
        bots=frozenset(reading.scalars(sa.select(t.identities.c.id).where(t.identities.c.bot))),
    )


def _teams(reading: sa.Connection, readable: Readable) -> pl.DataFrame:
    import polars as pl

    query = (
        sa.select(t.teams.c.key, t.teams.c.name, t.teams.c.parent)
        .join(t.records, t.records.c.id == t.teams.c.record_id)
        .where(*readable)
        .order_by(t.teams.c.key)
    )
    return frame_of(reading, query, dict.fromkeys(("key", "name", "parent"), pl.String)).unique(
        "key", keep="first", maintain_order=True
    )


def _memberships(reading: sa.Connection, readable: Readable) -> pl.DataFrame:
    import polars as pl

    m, i = t.memberships.c, t.identities.c
    query = (
        sa.select(
            sa.func.coalesce(i.person_id, i.id),
            m.team,
            sa.cast(m.starts_on, sa.Text),
            sa.cast(m.ends_on, sa.Text),
        )
        .join(t.records, t.records.c.id == m.record_id)
        .join(t.identities, i.id == m.identity_id)
        .where(*readable)
        .distinct()
    )
    columns = {"person": pl.Int64, "team": pl.String, "starts": pl.String, "ends": pl.String}
    day = {name: pl.col(name).str.to_date(strict=False).cast(pl.Datetime("ms")).cast(pl.Int64) for name in columns}
    found = frame_of(reading, query, columns).with_columns(starts=day["starts"], ends=day["ends"] + _DAY)
    return found.sort("person", "starts", "team")


def _about(reading: sa.Connection, readable: Readable) -> pl.DataFrame:
    import polars as pl

    i = t.interactions.c
    query = (
        sa.select(i.record_id, i.item)
        .join(t.records, t.records.c.id == i.record_id)
        .where(i.item.is_not(None), i.item != "", *readable)
    )
    found = frame_of(reading, query, {"record": pl.Int64, "item": pl.String})
    return found.group_by("record").agg(pl.col("item").min()).sort("record")


def _waits(reading: sa.Connection, readable: Readable) -> pl.DataFrame:
    """Waiting as either side says it: ``blocked_by`` of the one, ``blocks`` of the other."""
    import polars as pl

    link, r = t.record_links.c, t.records.c
    query = (
        sa.select(link.record_id, r.key, link.rel, link.target, _ms(link.since), _ms(link.until))
        .join(t.records, r.id == link.record_id)
        .where(link.rel.in_(("blocked_by", "blocks")), *readable)
    )
    columns = {"record": pl.Int64, "key": pl.String, "rel": pl.String, "target": pl.String}
    found = frame_of(reading, query, {**columns, "since": pl.Int64, "until": pl.Int64})
    own = found.filter(pl.col("rel") == "blocked_by").select("record", "target", "since", "until")
    blocking = found.filter(pl.col("rel") == "blocks")
    told = (
        sa.select(r.id, r.key)
        .join(t.work_items, t.work_items.c.record_id == r.id)
        .where(within(reading, r.key, blocking["target"].unique().to_list()), *readable)
        .order_by(r.id)
    )
    of_items = {"waiting": pl.Int64, "item": pl.String}
    items = pl.DataFrame(schema=of_items) if blocking.is_empty() else frame_of(reading, told, of_items)
    items = items.unique("item", keep="first", maintain_order=True)
    theirs = blocking.join(items, left_on="target", right_on="item", how="inner").select(
        record="waiting", target="key", since="since", until="until"
    )
    return (
        pl.concat([own, theirs])
        .sort("record", "target", "since", nulls_last=True)
        .unique(["record", "target"], keep="first", maintain_order=True)
    )


def _aims(reading: sa.Connection, readable: Readable) -> pl.DataFrame:
    import polars as pl

    link, r = t.record_links.c, t.records.c
    goals = (
        sa.select(t.goals.c.key, r.id)
        .join(t.records, r.id == t.goals.c.record_id)
        .where(*readable)
        .union(sa.select(t.key_results.c.key, r.id).join(t.records, r.id == t.key_results.c.record_id).where(*readable))
    )
    keys = frame_of(reading, goals, {"target": pl.String, "goal": pl.Int64}).sort("target", "goal")
    keys = keys.unique("target", keep="first", maintain_order=True)
    links = (
        sa.select(link.record_id, link.target)
        .join(t.records, r.id == link.record_id)
        .where(within(reading, link.target, keys["target"].to_list()), *readable)
    )
    found = frame_of(reading, links, {"record": pl.Int64, "target": pl.String})
    return found.join(keys, on="target").select("record", "goal").unique().sort("record", "goal")


def _ms(column: Any) -> sa.ColumnElement[int]:
    return sa.type_coerce(column, sa.BigInteger)
