"""Reads the tables of a whole organisation, for insight: a few wide statements, no record by itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from coachkit.insight.organisation.tables import Tables
from coachkit.store.relational import schema as t
from coachkit.store.relational.database import Database
from coachkit.store.relational.goal_answers import confirmed
from coachkit.store.relational.idset import among

if TYPE_CHECKING:
    import polars as pl

__all__ = ["SqlOrganisationReader"]

ROWS_AT_ONCE = 100_000

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
            return Tables(
                acts=_acts(reading, scopes, connection),
                items=_items(reading, scopes, connection),
                goals=_goals(reading, scopes, connection),
                owners=_owners(reading, scopes, connection),
                states=_states(reading, scopes, connection),
                links=_links(reading, scopes, connection),
                accounts=_accounts(reading),
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


def _acts(reading: sa.Connection, scopes: frozenset[int] | None, connection: str | None) -> pl.DataFrame:
    import polars as pl

    i, r, w = t.interactions.c, t.records.c, t.work_items.c
    actor, target = t.identities.alias("actor"), t.identities.alias("target")
    taken_in = sa.case((r.kind == "commit", sa.func.coalesce(w.closed_at, i.at)), else_=i.at)
    query = (
        sa.select(
            i.record_id,
            i.kind,
            sa.func.coalesce(actor.c.person_id, actor.c.id),
            sa.func.coalesce(target.c.person_id, target.c.id),
            _ms(i.at, "at"),
            _ms(taken_in, "known_at"),
        )
        .select_from(t.interactions)
        .join(t.records, r.id == i.record_id)
        .join(actor, actor.c.id == i.actor_id)
        .outerjoin(target, target.c.id == i.target_id)
        .outerjoin(t.work_items, w.record_id == i.record_id)
        .where(actor.c.bot.is_(False), *_readable(reading, scopes, connection))
    )
    known = {"record": pl.Int64, "kind": pl.Categorical, "actor": pl.Int64, "target": pl.Int64}
    frame = _frame(reading, query, {**known, "at": pl.Int64, "known_at": pl.Int64})
    return frame.with_columns(known_at=pl.max_horizontal("at", "known_at")).sort("at", "record", "actor")


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
    frame = _frame(reading, query, {"record": pl.Int64, **text, **times})
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
    frame = _frame(reading, query, {"record": pl.Int64, **text, "changed_at": pl.Int64})
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
    return _frame(reading, query, {"record": pl.Int64, "person": pl.Int64})


def _states(reading: sa.Connection, scopes: frozenset[int] | None, connection: str | None) -> pl.DataFrame:
    import polars as pl

    s, r = t.state_changes.c, t.records.c
    query = (
        sa.select(s.record_id, _ms(s.at, "at"), s.state, s.category, s.reason)
        .join(t.records, r.id == s.record_id)
        .where(*_readable(reading, scopes, connection))
    )
    text = dict.fromkeys(("state", "category", "reason"), pl.String)
    return _frame(reading, query, {"record": pl.Int64, "at": pl.Int64, **text}).sort("record", "at")


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
    both = pl.concat([_frame(reading, linked, columns), _frame(reading, answered, columns)])
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


def _accounts(reading: sa.Connection) -> dict[int, str]:
    i = t.identities.c
    rows = reading.execute(sa.select(sa.func.coalesce(i.person_id, i.id), i.key).order_by(i.key.desc()))
    return {int(person): key for person, key in rows}


def _frame(reading: sa.Connection, query: sa.Select[Any], columns: dict[str, Any]) -> pl.DataFrame:
    import polars as pl

    found = reading.execution_options(yield_per=ROWS_AT_ONCE).execute(query)
    parts = [pl.DataFrame([tuple(row) for row in rows], schema=columns, orient="row") for rows in _parts(found)]
    return pl.concat(parts) if parts else pl.DataFrame(schema=columns)


def _parts(found: sa.CursorResult[Any]) -> Iterator[Sequence[Any]]:
    yield from found.partitions(ROWS_AT_ONCE)
