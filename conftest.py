"""What holds for the tests of the core and of the plugins."""

from __future__ import annotations

import functools
import os
import sys
from collections.abc import Iterator
from unittest import mock

import hypothesis
import pytest
import typer.main
import typer.testing
from contract_pace import leave_to_ci
from quick_stores import migrated_by_copy

# The same examples each time, however long one takes on a busy machine: no change is refused for what an earlier one
# brought. More of them, and others: pytest --hypothesis-profile thorough, or random.
hypothesis.settings.register_profile(
    "thorough",
    deadline=None,
    derandomize=True,
    max_examples=100,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.register_profile("same", hypothesis.settings.get_profile("thorough"), max_examples=25)
hypothesis.settings.register_profile("random", hypothesis.settings.get_profile("thorough"), derandomize=False)
hypothesis.settings.load_profile("same")

# Modules are compiled once, whatever the environment says: tests start many processes.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    leave_to_ci(items)


@pytest.fixture(scope="session", autouse=True)
def _stores_are_made_quickly() -> Iterator[None]:
    """The migrations run once for this process; every new SQLite store begins with the tables that they made."""
    with migrated_by_copy():
        yield


@pytest.fixture(scope="session", autouse=True)
def _commands_are_made_once() -> Iterator[None]:
    """The command line has eighty commands and makes them for every call; a test that runs twenty makes them once."""
    made = functools.cache(typer.main.get_command)
    with mock.patch.object(typer.main, "get_command", made), mock.patch.object(typer.testing, "_get_command", made):
        yield
