"""Migrations and tables agree on both databases, and a database from the future is refused."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from quick_stores import migrated_step_by_step

from coachkit.errors import StoreError
from coachkit.store.relational.database import Database
from coachkit.store.relational.migrating import alembic_config, migrate, revision_of
from coachkit.store.relational.migrations import HEAD
from coachkit.store.relational.schema import metadata


@pytest.fixture(autouse=True)
def _step_by_step() -> Iterator[None]:
    with migrated_step_by_step():
        yield


def test_migrations_make_the_tables_that_the_code_knows(database: Database) -> None:
    with database.read() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "target_metadata": metadata})
        differences = compare_metadata(context, metadata)
        assert revision_of(connection) == HEAD
    assert not differences, "write a migration: python -m coachkit.store.relational.migrating 'what changes'"


def test_the_head_is_the_newest_step(sqlite_database: Database) -> None:
    with sqlite_database.read() as connection:
        assert ScriptDirectory.from_config(alembic_config(connection)).get_current_head() == HEAD


def test_postings_are_kept_in_the_order_of_their_key(sqlite_database: Database) -> None:
    with sqlite_database.read() as connection:
        made = connection.execute(sa.text("SELECT sql FROM sqlite_master WHERE name = 'postings'")).scalar()
    assert "WITHOUT ROWID" in str(made)


def test_migrating_again_changes_nothing(database: Database) -> None:
    migrate(database)
    with database.read() as connection:
        assert revision_of(connection) == HEAD


def test_a_database_from_a_newer_version_is_refused(sqlite_database: Database) -> None:
    with sqlite_database.write() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreError, match="newer coachkit") as refused:
        migrate(sqlite_database)
    assert "9999" in str(refused.value)
    assert refused.value.hint


def test_a_database_of_another_program_is_left_alone(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'theirs.db'}")
    with database.write() as connection:
        connection.execute(sa.text("CREATE TABLE jobs (id INTEGER PRIMARY KEY)"))
    with pytest.raises(StoreError, match="could not be brought"):
        migrate(database)
    with database.read() as connection:
        assert sa.inspect(connection).get_table_names() == ["jobs"]
    database.close()


def test_several_processes_may_migrate_at_once(tmp_path: Path) -> None:
    code = (
        "from coachkit.store.relational.database import Database\n"
        "from coachkit.store.relational.migrating import migrate\n"
        f"migrate(Database('sqlite:///{tmp_path / 'shared.db'}'))"
    )
    running = [subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.PIPE) for _ in range(3)]
    assert [(p.communicate()[1], p.returncode) for p in running] == [(b"", 0)] * 3
