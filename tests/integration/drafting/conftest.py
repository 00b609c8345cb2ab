"""A small office, and what happens there in two busy weeks."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from brief_office import Office, opened
from busy_weeks import two_weeks
from model_server import ModelServer, model_server

from coachkit.models.bridge import load_litellm
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


@pytest.fixture(scope="module")
def busy_office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """Two weeks in which much happened to Maria and to 李薇, and one ticket that gives orders to programs."""
    database = Database(f"sqlite:///{tmp_path_factory.mktemp('busy') / 'office.db'}")
    migrate(database)
    with opened(database) as office:
        two_weeks(office)
        yield office
    database.close()


@pytest.fixture(scope="session")
def liar() -> Iterator[ModelServer]:
    """The lying server in a process of its own. Which lie it tells, the name of the model says."""
    load_litellm()  # takes seconds, on a busy machine many; none of them the model's
    with model_server() as server:
        yield server
