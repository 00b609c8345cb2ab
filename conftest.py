"""What holds for the tests of the core and of the plugins."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator

import hypothesis
import pytest
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


@pytest.fixture(scope="session", autouse=True)
def _stores_are_made_quickly() -> Iterator[None]:
    """The migrations run once for this process; every new SQLite store begins with the tables that they made."""
    with migrated_by_copy():
        yield
