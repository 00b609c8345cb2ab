"""Real databases for every test: SQLite in a folder of its own, PostgreSQL as a process of its own. And a source."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from quick_stores import postgres_server

from coachkit.ingest import Connection
from coachkit.sdk import Checkpoint, CheckReport, Configuration, Connector, Cursor, Failure, Item, Stream
from coachkit.store.relational.connections import SqlConnectionStore
from coachkit.store.relational.database import Database
from coachkit.store.relational.migrating import migrate
from coachkit.store.relational.schema import metadata
from coachkit.store.relational.syncs import SqlIngestStore


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A PostgreSQL server for this test session, as a process without a network address; the URL of its database."""
    with postgres_server() as url:
        yield url


@pytest.fixture(scope="session")
def _migrated_postgres(postgres_url: str) -> Iterator[Database]:
    """One database with our tables beside the session's own, which a test may use as it likes."""
    outer = sa.create_engine(Database(postgres_url).url, isolation_level="AUTOCOMMIT")
    with outer.connect() as connection:
        connection.execute(sa.text("CREATE DATABASE coachkit_migrated"))
    database = Database(outer.url.set(database="coachkit_migrated").render_as_string(hide_password=False))
    migrate(database)
    yield database
    database.close()
    outer.dispose()


@pytest.fixture
def empty_postgres(_migrated_postgres: Database) -> Callable[[], Database]:
    """Empties the tables on PostgreSQL each time it is called."""
    names = ", ".join(f'"{table.name}"' for table in metadata.sorted_tables)

    def empty() -> Database:
        with _migrated_postgres.write() as connection:
            connection.execute(sa.text(f"TRUNCATE {names} RESTART IDENTITY CASCADE"))
        return _migrated_postgres

    return empty


@pytest.fixture
def postgres_database(empty_postgres: Callable[[], Database]) -> Database:
    """PostgreSQL with empty tables."""
    return empty_postgres()


@pytest.fixture
def sqlite_database(tmp_path: Path) -> Iterator[Database]:
    """SQLite with empty tables."""
    database = Database(f"sqlite:///{tmp_path / 'coachkit.db'}")
    migrate(database)
    yield database
    database.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> Database:
    """Each database in turn, with empty tables."""
    name = "sqlite_database" if request.param == "sqlite" else "postgres_database"
    found: Database = request.getfixturevalue(name)
    return found


NOW = datetime(2026, 5, 20, 9, 0, tzinfo=UTC)


class ScriptedConnector(Connector):
    """A source that is a list: each item once, in order, from wherever the cursor says."""

    name = "scripted"
    title = ("Scripted", "脚本")
    streams = (
        Stream(name="things", title=("Things", "事物")),
        Stream(name="people", title=("People", "人员"), cannot_tell=("Who is away.", "谁不在。")),
    )

    def __init__(self, connection: str = "source", config: Configuration | None = None) -> None:
        super().__init__(connection, config or Configuration())
        self.items: list[Item] = []
        self.every = 3
        self.present: dict[str, list[str]] = {}
        self.answers: list[Item] = []
        self.offered: list[Failure] = []
        self.raises_at: tuple[int, Exception] | None = None

    def check(self) -> CheckReport:
        return CheckReport(ok=True)

    def pull(self, cursors: Mapping[str, Cursor]) -> Iterator[Item]:
        start = int(cursors["things"].state["read"]) if "things" in cursors else 0
        for index in range(start, len(self.items)):
            if self.raises_at is not None and self.raises_at[0] == index:
                raise self.raises_at[1]
            yield self.items[index]
            if (index + 1) % self.every == 0:
                yield self.checkpoint(index + 1)
        yield self.checkpoint(len(self.items))

    def checkpoint(self, read: int) -> Checkpoint:
        return Checkpoint(stream="things", cursor=Cursor(version=1, state={"read": read}))

    def refetch(self, failures: Iterable[Failure]) -> Iterator[Item]:
        self.offered = list(failures)
        yield from self.answers

    def sweep(self, stream: str) -> Iterator[str] | None:
        return iter(self.present[stream]) if stream in self.present else None


@pytest.fixture
def connector() -> ScriptedConnector:
    """A source to be filled by the test."""
    return ScriptedConnector()


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture
def contents() -> Callable[[Database], dict[str, list[tuple[Any, ...]]]]:
    """Every row of every table, in order; without what tells only how the rows came in."""

    def read(database: Database) -> dict[str, list[tuple[Any, ...]]]:
        found = {}
        with database.read() as connection:
            for table in metadata.sorted_tables:
                if table.name not in ("sync_runs", "changes"):
                    rows = [tuple(row) for row in connection.execute(sa.select(table))]
                    found[table.name] = sorted(rows, key=repr)
        return found

    return read


@pytest.fixture
def connected() -> Callable[..., SqlIngestStore]:
    """A store in which connections of the given names exist."""

    def connect(database: Database, *names: str) -> SqlIngestStore:
        for name in names or ("source",):
            made = Connection(name=name, connector="scripted", config={}, created_at=NOW)
            SqlConnectionStore(database).save(made)
        return SqlIngestStore(database)

    return connect
