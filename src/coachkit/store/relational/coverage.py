"""Reads what the coverage report is made of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from coachkit.ingest.coverage import Holdings, PersonSource, QuarantineReason, StreamHoldings, SyncRun
from coachkit.ingest.reports import SyncState
from coachkit.store.relational import schema as t
from coachkit.store.relational.connections import SqlConnectionStore
from coachkit.store.relational.database import Database
from coachkit.store.relational.deliveries import SqlDeliveryStore
from coachkit.store.relational.idset import among
from coachkit.store.relational.types import Instant

__all__ = ["SqlCoverageReader"]

_ABOUT = (
    (t.interactions, ("actor_id", "target_id")),
    (t.state_changes, ("by_id",)),
    (t.goal_owners, ("identity_id",)),
    (t.measurements, ("by_id",)),
    (t.feedback, ("subject_id", "author_id")),
    (t.check_ins, ("manager_id", "report_id")),
    (t.action_items, ("owner_id",)),
    (t.memberships, ("identity_id",)),
    (t.reporting_lines, ("identity_id",)),
    (t.profiles, ("identity_id",)),
)
"""Where a record names somebody. Private notes are left out: who reads coverage need not know that one exists."""

_DATED = sa.func.nullif(sa.type_coerce(t.records.c.occurred_at, sa.BigInteger), 0)
"""When a record happened. What its source gives no day (an account, a project) stands at the first moment of 1970."""


class SqlCoverageReader:
    """:class:`~coachkit.ingest.coverage.CoverageReader` on SQLite and PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def holdings(self, scopes: frozenset[int] | None) -> Holdings:
        connections = SqlConnectionStore(self.database).all()
        webhooks = SqlDeliveryStore(self.database).counts()
        with self.database.read() as reading:
            runs = _runs(reading, None)
            person = t.people.c
            return Holdings(
                connections=connections,
                streams=_streams(reading, scopes),
                quarantine=_quarantine(reading),
                last=runs,
                done=_runs(reading, SyncState.DONE),
                webhooks=webhooks,
                unmatched=_unmatched(reading),
                people=reading.scalar(sa.select(sa.func.count()).where(person.active)) or 0,
                alone=_alone(reading),
            )

    def of_person(self, person: int, scopes: frozenset[int] | None) -> Sequence[PersonSource]:
        r = t.records.c
        with self.database.read() as reading:
            i = t.identities.c
            own = list(reading.scalars(sa.select(i.id).where(i.person_id == person)))
            about = sa.union(
                *(
                    sa.select(table.c.record_id).where(among(reading, table.c[column], own))
                    for table, columns in _ABOUT
                    for column in columns
                )
            ).subquery()
            at = sa.type_coerce(sa.func.min(_DATED), Instant)
            newest = sa.type_coerce(sa.func.max(_DATED), Instant)
            rows = reading.execute(
                sa.select(
                    r.connection, r.stream, sa.func.count().label("records"), at.label("since"), newest.label("newest")
                )
                .join(about, about.c.record_id == r.id)
                .where(r.deleted_at.is_(None), *_permitted(reading, scopes))
                .group_by(r.connection, r.stream)
                .order_by(r.connection, r.stream)
            ).mappings()
            return [PersonSource(**row) for row in rows]


def _permitted(reading: sa.Connection, scopes: frozenset[int] | None) -> list[sa.ColumnElement[bool]]:
    return [] if scopes is None else [among(reading, t.records.c.scope_id, scopes)]


def _streams(reading: sa.Connection, scopes: frozenset[int] | None) -> list[StreamHoldings]:
    r = t.records.c
    newest = sa.type_coerce(sa.func.max(_DATED), Instant)
    rows = reading.execute(
        sa.select(r.connection, r.stream, r.kind, sa.func.count().label("records"), newest.label("newest"))
        .where(r.deleted_at.is_(None), *_permitted(reading, scopes))
        .group_by(r.connection, r.stream, r.kind)
        .order_by(r.connection, r.stream)
    ).all()
    streams: dict[tuple[str, str], list[Any]] = {}
    for row in rows:
        streams.setdefault((row.connection, row.stream), []).append(row)
    return [
        StreamHoldings(
            connection=connection,
            stream=stream,
            kinds=frozenset(row.kind for row in found),
            records=sum(row.records for row in found),
            newest=max((row.newest for row in found if row.newest is not None), default=None),
        )
        for (connection, stream), found in streams.items()
    ]


def _quarantine(reading: sa.Connection) -> list[QuarantineReason]:
    q = t.quarantine.c
    oldest = sa.type_coerce(sa.func.min(q.first_at), Instant)
    rows = reading.execute(
        sa.select(q.connection, q.stream, q.reason, sa.func.count().label("count"), oldest.label("oldest"))
        .group_by(q.connection, q.stream, q.reason)
        .order_by(q.connection, q.stream, sa.func.count().desc(), q.reason)
    ).mappings()
    return [QuarantineReason(**row) for row in rows]


def _runs(reading: sa.Connection, state: SyncState | None) -> dict[str, SyncRun]:
    s = t.sync_runs.c
    newest = sa.select(sa.func.max(s.id)).group_by(s.connection)
    if state is not None:
        newest = newest.where(s.state == state)
    columns = (s.connection, s.started_at, s.finished_at, s.state, s.error)
    rows = reading.execute(sa.select(*columns).where(s.id.in_(newest))).mappings()
    return {row["connection"]: SyncRun(**{**row, "state": SyncState(row["state"])}) for row in rows}


def _unmatched(reading: sa.Connection) -> int:
    i = t.identities.c
    return reading.scalar(sa.select(sa.func.count()).where(i.person_id.is_(None), i.bot.is_(False))) or 0


def _alone(reading: sa.Connection) -> list[str]:
    """Active people who have no identity that acted anywhere: only what their HR profile itself names."""
    i, person = t.identities.c, t.people.c
    acted = sa.or_(
        sa.exists().where(t.interactions.c.actor_id == i.id), sa.exists().where(t.interactions.c.target_id == i.id)
    )
    known = sa.exists().where(i.person_id == person.id, acted)
    return list(reading.scalars(sa.select(person.name).where(person.active, ~known).order_by(person.name, person.id)))
