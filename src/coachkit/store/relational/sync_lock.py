"""One sync a connection at a time, across processes; a lock that dies with its holder.

On SQLite the lock is one on a file beside the database, on PostgreSQL an advisory lock of a session kept open for it:
the operating system or the server lets go of it when the holder ends, however it ends, so nobody waits for a lease.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import filelock
import sqlalchemy as sa

from coachkit.domain.identity import public_id, stable_id
from coachkit.errors import StoreBusy
from coachkit.ingest.reports import SyncState
from coachkit.store.relational import schema as t
from coachkit.store.relational.database import Database

__all__ = ["hold"]


@contextmanager
def hold(database: Database, connection: str) -> Iterator[None]:
    """Keep every other sync of this connection out until the block is left.

    :raises StoreBusy: naming who holds it.
    """
    locked = _file(database, connection) if database.is_sqlite else _advisory(database, connection)
    with locked:
        yield


@contextmanager
def _file(database: Database, connection: str) -> Iterator[None]:
    folder = (
        Path(database.url.database or "").resolve().parent if database.url.database else Path(tempfile.gettempdir())
    )
    name = f"{Path(database.url.database or 'memory').name}.sync-{public_id(stable_id('sync', connection))}.lock"
    lock = filelock.FileLock(folder / name, thread_local=False)
    try:
        lock.acquire(timeout=0)
    except filelock.Timeout:
        raise _busy(database, connection) from None
    try:
        yield
    finally:
        lock.release()


@contextmanager
def _advisory(database: Database, connection: str) -> Iterator[None]:
    key = stable_id("sync", connection)
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as session:
        if not session.scalar(sa.select(sa.func.pg_try_advisory_lock(key))):
            raise _busy(database, connection)
        try:
            yield
        finally:
            session.execute(sa.select(sa.func.pg_advisory_unlock(key)))


def _busy(database: Database, connection: str) -> StoreBusy:
    r = t.sync_runs.c
    with database.read() as reading:
        run = reading.execute(
            sa.select(r.holder, r.started_at)
            .where(r.connection == connection, r.state == SyncState.RUNNING)
            .order_by(r.id.desc())
        ).first()
    who = f"{run.holder} since {run.started_at:%Y-%m-%d %H:%M} UTC" if run else "another process"
    return StoreBusy(
        f"is being synced by {who}.", subject=connection, hint="Wait for it to end, or end that process first."
    )
