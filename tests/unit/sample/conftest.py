"""The sample organisation as tests see it: on a fixed day, made once for each seed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from functools import lru_cache

import pytest

from coachkit.sample import Organisation, simulate

TODAY = date(2026, 11, 24)


@lru_cache(maxsize=32)
def _made(seed: int, today: date) -> Organisation:
    return simulate(seed, today=today)


@pytest.fixture(scope="session")
def organisation() -> Organisation:
    """The one the demo shows, on a Tuesday."""
    return _made(7, TODAY)


@pytest.fixture(scope="session")
def make() -> Callable[[int], Organisation]:
    """Other seeds, each on another day: weekends, holidays and turns of the year among them."""
    return lambda seed: _made(seed, TODAY + timedelta(days=17 * seed))
