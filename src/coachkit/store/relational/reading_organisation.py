"""Reads the tables of a whole organisation, for insight: a few wide statements, no record by itself."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from coachkit.insight.organisation.tables import Tables
from coachkit.insight.organisation.whole import Whole
from coachkit.store.relational import schema as t
from coachkit.store.relational.changes import ANSWERS, MEANING, RECORDS, mark_of
from coachkit.store.relational.columns import frame_of
from coachkit.store.relational.database import Database
from coachkit.store.relational.goal_answers import confirmed
from coachkit.store.relational.idset import among
from coachkit.store.relational.reading_chart import read_chart

if TYPE_CHECKING:
    import polars as pl

__all__ = ["SqlOrganisationReader"]

_MS = sa.BigInteger
"""Moments are read as the milliseconds they are stored as."""


class SqlOrganisationReader:
    """:class:`~coachkit.insight.organisation.tables.Tables` from SQLite and PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def tables(self, scopes: frozenset[int] | None, connection: str | None = None) -> Tables:
        """Everything that may be read in ``scopes``; ``None``: everything, for programs that run the installation.

        :param connection: only what came through this one.
        """
        with self.database.read() as reading:
            return _tables(reading, scopes, connection)

    def mark(self, *, meaning: bool = False) -> str:
        """Differs whenever what :meth:`whole` reads has changed; with ``meaning``, the nearness of records too."""
        with self.database.read() as reading:
            return mark_of(reading, RECORDS, ANSWERS, *([MEANING] if meaning else []))

    def whole(self, scopes: frozenset[int], before: Whole | None = None, mark: Hashable = None) -> tuple[str, Whole]:
        """Everything that may be read in ``scopes``, and its mark.

        :param before: what was read earlier under ``mark``: if people answered for which goals items are, and nothing
            else has happened, only that is read anew.
        """
        with self.database.read() as reading:
            found = mark_of(reading, RECORDS, ANSWERS)
            if before is not None and str(mark).partition("|")[0] == found.partition("|")[0]:
                return found, Whole(replace(before.tables, links=_links(reading, scopes, None)), before.chart)
            return found, Whole(_tables(reading, scopes, None), read_chart(reading, scopes))


def _tables(reading: sa.Connection, scopes: frozenset[int] | None, connection: str | None) -> Tables:
    people = _people(reading)
    items = _items(reading, scopes, connection)
    return Tables(
        acts=_acts(reading, scopes, connection, people, items),
        items=items,
        goals=_goals(reading, scopes, connection),
        owners=_owners(reading, scopes, connection),
        states=_states(reading, scopes, connection),
        links=_links(reading, scopes, connection),
        accounts=dict(people.sort("key", descending=True).select("person", "key").iter_rows()),
    )


def _readable(
    reading: sa.Connection, scopes: frozenset[int] | None, connection: str | None
) -> list[sa.ColumnElement[bool]]:
    r = t.records.c
    wanted: list[sa.ColumnElement[bool]] = [r.deleted_at.is_(None)]
    if scopes is not None:
        wanted.append(among(reading, r.scope_id, scopes))
    if connection is not None:
        wanted.append(r.connection == connection)
    return wanted


def _ms(column: Any, label: str) -> sa.ColumnElement[int]:
    return sa.type_coerce(column, _MS).label(label)


def _people(reading: sa.Connection) -> pl.DataFrame:
    """``account, person, bot, key``: whose an account is; of nobody's, its own id."""
    import polars as pl

    i = t.identities.c
    query = sa.select(i.id, sa.func.coalesce(i.person_id, i.id), sa.cast(i.bot, sa.Integer), i.key)
    known = {"account": pl.Int64, "person": pl.Int64, "bot": pl.Int64, "key": pl.String}
    return frame_of(reading, query, known).with_columns(bot=pl.col("bot") != 0)


def _acts(
    reading: sa.Connection,
    scopes: frozenset[int] | None,
    connection: str | None,
    people: pl.DataFrame,
    items: pl.DataFrame,
) -> pl.DataFrame:
    """One join in the database, which says what may be read; whose it is and when it was taken in are joined here."""
    import polars as pl

    i = t.interactions.c
    query = (
        sa.select(i.record_id, i.kind, i.actor_id, i.target_id, _ms(i.at, "at"))
        .join(t.records, t.records.c.id == i.record_id)
        .where(*_readable(reading, scopes, connection))
    )
    known = {"record": pl.Int64, "kind": pl.String, "actor": pl.Int64, "target": pl.Int64, "at": pl.Int64}
    frame = frame_of(reading, query, known)
    commits = items.filter(pl.col("kind") == "commit").select("record", taken_in="closed_at").drop_nulls()
    actors = people.filter(~pl.col("bot")).select(actor="account", _actor="person")
    targets = people.select(target="account", _target="person")
    return (
        frame.with_columns(pl.col("kind").cast(pl.Categorical))
        .join(actors, on="actor")
        .join(targets, on="target", how="left")
        .join(commits, on="record", how="left")
        .select("record", "kind", "at", actor="_actor", target="_target", known_at=pl.max_horizontal("at", "taken_in"))
        .select("record", "kind", "actor", "target", "at", "known_at")
        .sort("at", "record", "actor")
    )


def _items(reading: sa.Connection, scopes: frozenset[int] | None, connection: str | None) -> pl.DataFrame:
    import polars as pl

    r, w = t.records.c, t.work_items.c
    known_at = sa.case((r.kind == "commit", sa.func.coalesce(w.closed_at, r.occurred_at)), else_=r.occurred_at)
    query = (
        sa.select(
            r.id,
            r.key,
            r.kind,
            r.title,
            r.text,
            w.container,
            sa.cast(w.areas, sa.Text),
            w.team,
            _ms(w.created_at, "created_at"),
            _ms(w.closed_at, "closed_at"),
            _ms(known_at, "known_at"),
        )
        .join(t.work_items, w.record_id == r.id)
        .where(*_readable(reading, scopes, connection))
    )
    text = dict.fromkeys(("key", "kind", "title", "text", "container", "areas", "team"), pl.String)
    times = dict.fromkeys(("created_at", "closed_at", "known_at"), pl.Int64)
    frame = frame_of(reading, query, {"record": pl.Int64, **text, **times})
    return frame.with_columns(pl.col("areas").str.json_decode(pl.List(pl.String))).sort("record")


def _goals(reading: sa.Connection, scopes: frozenset[int] | None, connection: str | None) -> pl.DataFrame:
    import polars as pl

    r, g = t.records.c, t.goals.c
    query = (
        sa.select(
            r.id,
            g.key,
            r.title,
            r.text,
            g.team,
            sa.cast(g.other_teams, sa.Text),
            sa.cast(g.starts_on, sa.Text),
            sa.cast(g.due_on, sa.Text),
            _ms(r.occurred_at, "at"),
        )
        .join(t.goals, g.record_id == r.id)
        .where(*_readable(reading, scopes, connection))
    )
    text = dict.fromkeys(("key", "title", "text", "team", "other_teams", "starts_on", "due_on"), pl.String)
    frame = frame_of(reading, query, {"record": pl.Int64, **text, "changed_at": pl.Int64})
    start = pl.col("starts_on").str.to_date(strict=False).cast(pl.Datetime("ms")).cast(pl.Int64)
    due = pl.col("due_on").str.to_date(strict=False).cast(pl.Datetime("ms")).cast(pl.Int64)
    return frame.with_columns(
        pl.col("other_teams").str.json_decode(pl.List(pl.String)),
        created_at=pl.coalesce(start, "changed_at"),
        due_at=due,
    ).sort("record")


def _owners(reading: sa.Connection, scopes: frozenset[int] | None, connection: str | None) -> pl.DataFrame:
    import polars as pl

    o, r, i = t.goal_owners.c, t.records.c, t.identities.c
    query = (
        sa.select(o.record_id, sa.func.coalesce(i.person_id, i.id))
        .join(t.records, r.id == o.record_id)
        .join(t.identities, i.id == o.identity_id)
        .where(*_readable(reading, scopes, connection))
        .distinct()
    )
    return frame_of(reading, query, {"record": pl.Int64, "person": pl.Int64})


def _states(reading: sa.Connection, scopes: frozenset[int] | None, connection: str | None) -> pl.DataFrame:
    import polars as pl

    s, r = t.state_changes.c, t.records.c
    query = (
        sa.select(s.record_id, _ms(s.at, "at"), s.state, s.category, s.reason)
        .join(t.records, r.id == s.record_id)
        .where(*_readable(reading, scopes, connection))
    )
    text = dict.fromkeys(("state", "category", "reason"), pl.String)
    return frame_of(reading, query, {"record": pl.Int64, "at": pl.Int64, **text}).sort("record", "at")


def _links(reading: sa.Connection, scopes: frozenset[int] | None, connection: str | None) -> pl.DataFrame:
    """To goals that may be read, by their own key or that of a key result: as sources say, and as people confirmed."""
    import polars as pl

    link, r = t.record_links.c, t.records.c
    names = _goal_names(reading, scopes)
    since = _ms(sa.func.coalesce(link.since, r.occurred_at), "since")
    linked = (
        sa.select(link.record_id, names.c.goal, since)
        .join(t.records, r.id == link.record_id)
        .join(names, names.c.name == link.target)
        .where(*_readable(reading, scopes, connection))
    )
    answers = confirmed().subquery("answers")
    answered = (
        sa.select(answers.c.record_id, names.c.goal, _ms(answers.c.since, "since"))
        .join(t.records, r.id == answers.c.record_id)
        .join(names, names.c.name == answers.c.target)
        .where(*_readable(reading, scopes, connection))
    )
    columns = {"record": pl.Int64, "target": pl.String, "since": pl.Int64}
    both = pl.concat([frame_of(reading, linked, columns), frame_of(reading, answered, columns)])
    return both.group_by("record", "target").agg(pl.col("since").min()).sort("record", "since", "target")


def _goal_names(reading: sa.Connection, scopes: frozenset[int] | None) -> sa.Subquery:
    """Every key by which a readable goal is linked: its own, and those of its key results."""
    g, k, r = t.goals.c, t.key_results.c, t.records.c
    readable = _readable(reading, scopes, None)
    own = sa.select(g.key.label("name"), g.key.label("goal")).join(t.records, r.id == g.record_id).where(*readable)
    parts = (
        sa.select(k.key, g.key)
        .join(t.goals, g.record_id == k.record_id)
        .join(t.records, r.id == g.record_id)
        .where(*readable)
    )
    return sa.union(own, parts).subquery("names")
