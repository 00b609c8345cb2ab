"""One database, SQLite or PostgreSQL, and the statements in which they differ."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from coachkit.errors import ConfigError, StoreError
from coachkit.store.relational.changes import follow

__all__ = ["Database", "upsert"]

BUSY_SECONDS = 30
"""How long a writer waits for another one on SQLite."""


class Database:
    """An engine with the settings that we rely on.

    SQLite runs in WAL mode with foreign keys on; writing transactions take the write lock when they begin, so that two
    writers wait for each other instead of failing half-way.

    :param url: SQLAlchemy URL; ``postgresql://`` is taken as ``postgresql+psycopg://``.
    :raises ConfigError: if the URL is not one of SQLite or PostgreSQL.
    """

    def __init__(self, url: str) -> None:
        try:
            parsed = sa.make_url(url)
        except sa.exc.ArgumentError as error:
            raise ConfigError(
                "COACHKIT_DATABASE_URL is not a database URL.", hint="Try postgresql://host/name."
            ) from error
        if parsed.drivername in ("postgresql", "postgres"):
            parsed = parsed.set(drivername="postgresql+psycopg")
        self.url = parsed
        self.is_sqlite = parsed.get_backend_name() == "sqlite"
        if self.is_sqlite:
            if parsed.database and parsed.database != ":memory:":
                Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
            self.engine = sa.create_engine(parsed, connect_args={"timeout": BUSY_SECONDS})
            sa.event.listen(self.engine, "connect", _sqlite_on_connect)
            sa.event.listen(self.engine, "begin", _sqlite_on_begin)
        elif parsed.get_backend_name() == "postgresql":
            self.engine = sa.create_engine(parsed, pool_pre_ping=True)
        else:
            raise ConfigError(
                f"databases of the kind {parsed.drivername} are not supported.", hint="SQLite or PostgreSQL."
            )
        follow(self.engine)

    @contextmanager
    def write(self) -> Iterator[sa.Connection]:
        """A writing transaction: all of it or nothing."""
        with (
            self._mapped(),
            self.engine.connect().execution_options(coachkit_write=True) as connection,
            connection.begin(),
        ):
            yield connection

    @contextmanager
    def read(self) -> Iterator[sa.Connection]:
        """A reading transaction: one consistent view."""
        with self._mapped(), self.engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def _mapped(self) -> Iterator[None]:
        try:
            yield
        except sa.exc.OperationalError as error:
            raise StoreError(f"the database failed: {error.orig}", subject=self.url.render_as_string()) from error

    def close(self) -> None:
        self.engine.dispose()


def _sqlite_on_connect(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # we begin transactions ourselves, see below
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=NORMAL",
        "foreign_keys=ON",
        "cache_size=-65536",
        "temp_store=MEMORY",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _sqlite_on_begin(connection: sa.Connection) -> None:
    write = connection.get_execution_options().get("coachkit_write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")


def upsert(
    connection: sa.Connection,
    table: sa.Table,
    rows: Iterable[Mapping[str, Any]],
    *,
    update: Sequence[str] | None = None,
) -> None:
    """Insert ``rows`` (all with the same keys); where the primary key exists, set ``update``.

    :param update: columns to set; ``None`` sets all but the key, an empty sequence leaves the existing row alone.
    """
    batch = [dict(row) for row in rows]
    if not batch:
        return
    insert = (postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert)(table)
    keys = [column.name for column in table.primary_key]
    names = [name for name in batch[0] if name not in keys] if update is None else list(update)
    statement = (
        insert.on_conflict_do_update(index_elements=keys, set_={name: insert.excluded[name] for name in names})
        if names
        else insert.on_conflict_do_nothing(index_elements=keys)
    )
    connection.execute(statement, batch)
