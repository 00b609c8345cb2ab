"""Deliveries on both databases: kept once, in the order in which they came, until they are records."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from itertools import accumulate
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from coachkit.errors import NotFound
from coachkit.ingest.deliveries import (
    Arrival,
    DeliveryCounts,
    DeliveryState,
    Due,
    Kept,
    KeptReason,
    Outcome,
    RefusedAtDoor,
)
from coachkit.ingest.ports import Source, Storable, Written
from coachkit.jobs import Transaction
from coachkit.sdk import Event
from coachkit.store.relational import schema as t
from coachkit.store.relational.database import Database
from coachkit.store.relational.types import Instant
from coachkit.store.relational.writing import write_items

__all__ = ["SqlDeliveryStore"]

_LONGEST_ID = 200
_OVER = (DeliveryState.DONE, DeliveryState.REFUSED)
"""Their payload is not kept: what of it is ours is in the records, and goes when they do."""

_d = t.deliveries.c


class SqlDeliveryStore:
    """:class:`~coachkit.ingest.deliveries.DeliveryStore` on SQLite and PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def keep(
        self, arrivals: Sequence[Arrival], enqueue: Callable[[str, Transaction], object], *, now: datetime
    ) -> Sequence[Kept]:
        rows = {(arrival.connection, _key(arrival.event.id)): _row(arrival, now) for arrival in reversed(arrivals)}
        with self.database.write() as writing:
            open_ = _open(writing, {arrival.connection for arrival in arrivals})
            wanted = [row for (connection, _), row in reversed(rows.items()) if connection in open_]
            new = _insert(writing, wanted)
            for connection in dict.fromkeys(connection for connection, _ in new):
                enqueue(connection, writing)
        return [_became(arrival, open_, new) for arrival in arrivals]

    def due(self, connection: str, now: datetime, *, most: int, weight: int) -> Sequence[Due]:
        waiting = (_d.connection == connection, _d.state == DeliveryState.WAITING, _d.due_at <= now)
        order = (_d.due_at, _d.id)
        with self.database.read() as reading:
            found = reading.execute(sa.select(_d.id, _d.size).where(*waiting).order_by(*order).limit(most)).all()
            sums = accumulate(row.size for row in found)
            some = [row.id for row, total in zip(found, sums, strict=True) if total <= weight] or [
                row.id for row in found[:1]
            ]
            rows = reading.execute(sa.select(t.deliveries).where(_d.id.in_(some)).order_by(*order)).all()
        return [
            Due(
                id=row.id,
                event=Event(id=row.event_id, name=row.name, payload=json.loads(row.payload), sent_at=row.sent_at),
                received_at=row.received_at,
                attempts=row.attempts,
            )
            for row in rows
        ]

    def next_due(self, connection: str) -> datetime | None:
        first = sa.type_coerce(sa.func.min(_d.due_at), Instant)
        with self.database.read() as reading:
            return reading.scalar(
                sa.select(first).where(_d.connection == connection, _d.state == DeliveryState.WAITING)
            )

    def waiting(self) -> Sequence[str]:
        with self.database.read() as reading:
            return list(reading.scalars(sa.select(_d.connection).where(_d.state == DeliveryState.WAITING).distinct()))

    def settle(
        self, source: Source, items: Sequence[Storable], outcomes: Sequence[Outcome], *, now: datetime
    ) -> Written:
        def note(writing: sa.Connection) -> None:
            if not _open(writing, {source.connection}):
                raise NotFound(f"the connection {source.connection} has gone or is held.")
            _note(writing, outcomes, now)

        if items:
            return write_items(self.database, source, items, now=now, first=note)
        with self.database.write() as writing:
            note(writing)
        return Written(counts={})

    def hold_back(self, connection: str, until: datetime, reason: str) -> None:
        with self.database.write() as writing:
            writing.execute(
                sa.update(t.deliveries)
                .where(_d.connection == connection, _d.state == DeliveryState.WAITING, _d.due_at < until)
                .values(due_at=until, reason=reason)
            )

    def retry(self, connection: str, now: datetime) -> int:
        with self.database.write() as writing:
            return writing.execute(
                sa.update(t.deliveries)
                .where(_d.connection == connection, _d.state == DeliveryState.FAILED)
                .values(state=DeliveryState.WAITING, attempts=0, due_at=now, settled_at=None)
            ).rowcount

    def refuse(self, refused: Sequence[RefusedAtDoor]) -> None:
        table, c = t.delivery_refusals, t.delivery_refusals.c
        with self.database.write() as writing:
            open_ = _open(writing, {one.connection for one in refused})
            for one in refused:
                if one.connection not in open_:
                    continue
                key = (c.connection == one.connection, c.kind == one.kind)
                more = {"reason": one.reason, "count": c.count + one.count, "last_at": one.newest}
                if not writing.execute(sa.update(table).where(*key).values(more)).rowcount:
                    named = {"connection": one.connection, "kind": one.kind, "first_at": one.newest}
                    writing.execute(sa.insert(table).values({**named, **more, "count": one.count}))

    def counts(self) -> Mapping[str, DeliveryCounts]:
        with self.database.read() as reading:
            states, reasons, door = _states(reading), _reasons(reading), _door(reading)
        return {
            name: DeliveryCounts(
                connection=name,
                **states.get(name, {}),
                reasons=tuple(reasons.get(name, ())),
                at_door=tuple(door.get(name, ())),
            )
            for name in sorted({*states, *door})
        }

    def forget(self, before: datetime) -> int:
        with self.database.write() as writing:
            gone = sa.delete(t.deliveries).where(_d.state != DeliveryState.WAITING, _d.received_at < before)
            writing.execute(sa.delete(t.delivery_refusals).where(t.delivery_refusals.c.last_at < before))
            return writing.execute(gone).rowcount


def _key(event_id: str) -> str:
    """The id as both databases can hold and index it."""
    plain = event_id.encode("utf-8", "replace").decode()
    if plain != event_id or "\0" in plain or len(plain) > _LONGEST_ID:
        return "sha256:" + hashlib.sha256(event_id.encode("utf-8", "surrogatepass")).hexdigest()
    return plain


def _row(arrival: Arrival, now: datetime) -> dict[str, Any]:
    return {
        "connection": arrival.connection,
        "event_id": _key(arrival.event.id),
        "name": arrival.event.name.encode("utf-8", "replace").decode().replace("\0", "\ufffd")[:_LONGEST_ID],
        "payload": arrival.payload,
        "size": len(arrival.payload),
        "state": DeliveryState.WAITING,
        "attempts": 0,
        "due_at": now,
        "sent_at": arrival.event.sent_at,
        "received_at": arrival.received_at,
    }


def _open(writing: sa.Connection, names: set[str]) -> set[str]:
    """Connections that may take something; locked where others may write, so that a removal waits."""
    c = t.connections.c
    return set(writing.scalars(sa.select(c.name).where(c.name.in_(names), c.enabled).with_for_update(read=True)))


def _insert(writing: sa.Connection, rows: list[dict[str, Any]]) -> set[tuple[str, str]]:
    """The keys of those that were not there."""
    if not rows:
        return set()
    insert = (postgresql.insert if writing.dialect.name == "postgresql" else sqlite.insert)(t.deliveries)
    statement = insert.on_conflict_do_nothing(index_elements=["connection", "event_id"])
    return {
        (row.connection, row.event_id) for row in writing.execute(statement.returning(_d.connection, _d.event_id), rows)
    }


def _became(arrival: Arrival, open_: set[str], new: set[tuple[str, str]]) -> Kept:
    if arrival.connection not in open_:
        return Kept.UNKNOWN
    key = (arrival.connection, _key(arrival.event.id))
    if key in new:
        new.discard(key)  # a second one of the same id in the same transaction
        return Kept.NEW
    return Kept.DUPLICATE


def _note(writing: sa.Connection, outcomes: Sequence[Outcome], now: datetime) -> None:
    """Only of those that wait: a run that lost its lease changes nothing."""
    over = sa.bindparam("over", type_=sa.Boolean)
    writing.execute(
        sa.update(t.deliveries)
        .where(_d.id == sa.bindparam("found"), _d.state == DeliveryState.WAITING)
        .values(
            state=sa.bindparam("becomes"),
            reason=sa.bindparam("because"),
            attempts=sa.bindparam("failed"),
            due_at=sa.func.coalesce(sa.bindparam("again", type_=Instant), _d.due_at),
            settled_at=sa.bindparam("settled", type_=Instant),
            payload=sa.case((over, "{}"), else_=_d.payload),
        ),
        [
            {
                "found": outcome.id,
                "becomes": outcome.state,
                "because": outcome.reason,
                "failed": outcome.attempts,
                "again": outcome.due_at,
                "settled": None if outcome.state is DeliveryState.WAITING else now,
                "over": outcome.state in _OVER,
            }
            for outcome in outcomes
        ],
    )


def _states(reading: sa.Connection) -> dict[str, dict[str, Any]]:
    newest = sa.type_coerce(sa.func.max(_d.received_at), Instant)
    oldest = sa.type_coerce(sa.func.min(_d.received_at), Instant)
    found: dict[str, dict[str, Any]] = {}
    for connection, state, count, first, last in reading.execute(
        sa.select(_d.connection, _d.state, sa.func.count(), oldest, newest).group_by(_d.connection, _d.state)
    ):
        of = found.setdefault(connection, {"newest": last})
        of[state] = count
        of["newest"] = max(of["newest"], last)
        if state == DeliveryState.WAITING:
            of["oldest_waiting"] = first
    return found


def _reasons(reading: sa.Connection) -> dict[str, list[KeptReason]]:
    newest = sa.type_coerce(sa.func.max(_d.received_at), Instant).label("newest")
    columns = (_d.connection, _d.state, _d.name.label("event"), _d.reason)
    found: dict[str, list[KeptReason]] = defaultdict(list)
    rows = reading.execute(
        sa.select(*columns, sa.func.count().label("count"), newest)
        .where(_d.reason.is_not(None))
        .group_by(*columns)
        .order_by(_d.connection, _d.state, sa.func.count().desc(), _d.name, _d.reason)
    ).mappings()
    for row in rows:
        found[row["connection"]].append(KeptReason(**{**row, "state": DeliveryState(row["state"])}))
    return found


def _door(reading: sa.Connection) -> dict[str, list[RefusedAtDoor]]:
    c = t.delivery_refusals.c
    found: dict[str, list[RefusedAtDoor]] = defaultdict(list)
    columns = (c.connection, c.kind, c.reason, c.count, c.last_at.label("newest"))
    for row in reading.execute(sa.select(*columns).order_by(c.connection, c.kind)).mappings():
        found[row["connection"]].append(RefusedAtDoor(**row))
    return found
