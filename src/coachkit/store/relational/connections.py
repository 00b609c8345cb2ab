"""Keeps connections, and removes one with everything that it brought."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from coachkit.ingest.ports import Connection
from coachkit.store.relational import schema as t
from coachkit.store.relational.database import Database, upsert
from coachkit.store.relational.idset import among
from coachkit.store.relational.postings import unindex_records
from coachkit.store.relational.resolution import resolve_identities
from coachkit.store.relational.sync_lock import hold
from coachkit.store.relational.writing_people import describe_identities, identities_of

__all__ = ["SqlConnectionStore"]

_PAGE = 2_000


class SqlConnectionStore:
    """:class:`~coachkit.ingest.ports.ConnectionStore` on SQLite and PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def save(self, connection: Connection) -> None:
        row = {
            "name": connection.name,
            "connector": connection.connector,
            "config": dict(connection.config),
            "enabled": connection.enabled,
            "every_minutes": connection.every_minutes,
            "created_at": connection.created_at,
        }
        with self.database.write() as writing:
            upsert(writing, t.connections, [row])

    def all(self) -> list[Connection]:
        with self.database.read() as reading:
            rows = reading.execute(sa.select(t.connections).order_by(t.connections.c.name)).mappings().all()
        return [_connection(row) for row in rows]

    def find(self, name: str) -> Connection | None:
        with self.database.read() as reading:
            row = reading.execute(sa.select(t.connections).where(t.connections.c.name == name)).mappings().first()
        return _connection(row) if row else None

    def delete(self, name: str, now: datetime) -> int:
        removed = 0
        with hold(self.database, name):
            with self.database.write() as writing:
                # first, so that a removal that is cut off and then regretted is followed by a complete sync
                writing.execute(sa.delete(t.cursors).where(t.cursors.c.connection == name))
            while count := self._delete_some(name, now):
                removed += count
            with self.database.write() as writing:
                c = t.connections.c
                # a webhook that writes at this moment comes before this, or finds no connection
                writing.execute(sa.update(t.connections).where(c.name == name).values(enabled=c.enabled))
                while count := _delete_page(writing, name, now):
                    removed += count
                for table in (t.quarantine, t.sync_runs):
                    writing.execute(sa.delete(table).where(table.c.connection == name))
                _delete_unused(writing, name)
                writing.execute(sa.delete(t.connections).where(t.connections.c.name == name))
        return removed

    def _delete_some(self, name: str, now: datetime) -> int:
        """A page of records, in a transaction of its own."""
        with self.database.write() as writing:
            return _delete_page(writing, name, now)


def _delete_page(writing: sa.Connection, name: str, now: datetime) -> int:
    """A page of records with all that hangs on them."""
    r = t.records.c
    ids = list(writing.scalars(sa.select(r.id).where(r.connection == name).limit(_PAGE)))
    if not ids:
        return 0
    aliased, described = identities_of(writing, ids)
    unindex_records(writing, ids, now=now)
    writing.execute(sa.delete(t.records).where(among(writing, r.id, ids)))
    describe_identities(writing, described)
    resolve_identities(writing, aliased | described, now)
    return len(ids)


def _delete_unused(writing: sa.Connection, name: str) -> None:
    """Audiences, groups and identities that this connection brought and nothing names any more."""
    groups = sa.select(t.scope_members.c.member).join(t.scopes, t.scopes.c.id == t.scope_members.c.scope_id)
    of_scope = groups.where(t.scopes.c.kind == "group")
    unused = ~sa.exists().where(t.records.c.scope_id == t.scopes.c.id)
    orphaned = set(writing.scalars(of_scope.where(unused)))
    writing.execute(sa.delete(t.scopes).where(unused))
    orphaned -= set(writing.scalars(of_scope))
    for key in orphaned:
        writing.execute(sa.delete(t.groups).where(t.groups.c.key == key))
    named = [column for table in t.metadata.sorted_tables for column in table.columns if _names_somebody(column)]
    free = [~sa.exists().where(column == t.identities.c.id) for column in named]
    writing.execute(
        sa.delete(t.identities).where(t.identities.c.connection == name, t.identities.c.person_id.is_(None), *free)
    )


def _names_somebody(column: sa.Column[Any]) -> bool:
    if column.table.name in ("identities", "identity_suggestions"):
        return False
    if column.table.name == "scope_members":
        return column.name == "member_id"
    return column.name in {
        "identity_id",
        "alias_id",
        "actor_id",
        "target_id",
        "author_id",
        "about_id",
        "by_id",
        "owner_id",
        "manager_id",
        "report_id",
    } or (column.name == "subject_id" and column.table.name == "feedback")


def _connection(row: Mapping[Any, Any]) -> Connection:
    return Connection(
        name=row["name"],
        connector=row["connector"],
        config=row["config"],
        enabled=row["enabled"],
        every_minutes=row["every_minutes"],
        created_at=row["created_at"],
    )
