"""A small office, and what happens there in two busy weeks."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from brief_office import Office, opened

from coachkit.store.relational.database import Database
from coachkit.store.relational.migrating import migrate


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """People, teams and reporting lines; nothing has happened yet."""
    database = Database(f"sqlite:///{tmp_path / 'office.db'}")
    migrate(database)
    with opened(database) as made:
        yield made
    database.close()


@pytest.fixture
def any_office(database: Database) -> Iterator[Office]:
    """The same on each database in turn."""
    with opened(database) as made:
        yield made
