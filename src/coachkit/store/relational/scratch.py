"""A store for one trial, in a temporary folder, gone when it is left."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from tempfile import TemporaryDirectory

from coachkit.ingest.ports import Connection
from coachkit.store.relational.connections import SqlConnectionStore
from coachkit.store.relational.database import Database
from coachkit.store.relational.migrating import migrate
from coachkit.store.relational.syncs import SqlIngestStore

__all__ = ["scratch_store"]


@contextmanager
def scratch_store(connection: str, connector: str, now: datetime) -> Iterator[SqlIngestStore]:
    """With all tables, and one connection in them."""
    scratch = TemporaryDirectory(prefix="coachkit-scratch-")
    with scratch as folder, closing(Database(f"sqlite:///{folder}/scratch.db")) as database:
        migrate(database)
        SqlConnectionStore(database).save(Connection(name=connection, connector=connector, created_at=now))
        yield SqlIngestStore(database)
