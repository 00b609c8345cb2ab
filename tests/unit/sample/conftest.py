"""The sample organisation as tests see it: on a fixed day, made once for each seed."""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache

import pytest

from coachkit.sample import Organisation, simulate

TODAY = date(2026, 11, 24)


@lru_cache(maxsize=2)
def _made(seed: int, today: date) -> Organisation:
    return simulate(seed, today=today)


@pytest.fixture(scope="session")
def organisation() -> Organisation:
    """The one the demo shows, on a Tuesday."""
    return _made(7, TODAY)


_QUICK = 2
_SEEDS = [
    pytest.param(seed, marks=[pytest.mark.slow, pytest.mark.xdist_group(f"seed-{seed}")] if seed >= _QUICK else [])
    for seed in range(20)
]


@pytest.fixture(scope="session", params=_SEEDS)
def any_organisation(request: pytest.FixtureRequest) -> Organisation:
    """Other seeds, each on another day: weekends, holidays and turns of the year among them."""
    return _made(request.param, TODAY + timedelta(days=17 * request.param))
