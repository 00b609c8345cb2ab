"""A source that answers as told, and a clock on which nobody waits."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import stamina
from scripted_source import CANARY, Scripted, scripted_source

from coachkit.sdk import BearerToken, HttpSource, SecretRef
from coachkit.sdk.testing import FakeClock, fake_clock


@pytest.fixture
def scripted() -> Iterator[Scripted]:
    with scripted_source() as script:
        yield script


@pytest.fixture
def other() -> Iterator[Scripted]:
    """Another host: another port is another origin."""
    with scripted_source() as script:
        yield script


@pytest.fixture
def time_flies() -> Iterator[FakeClock]:
    with fake_clock() as clock, stamina.set_testing(True, attempts=3, cap=True):
        yield clock


@pytest.fixture
def make_source(
    scripted: Scripted, time_flies: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., HttpSource]]:
    monkeypatch.setenv("SDK_TEST_TOKEN", CANARY)
    made: list[HttpSource] = []

    def make(**more: Any) -> HttpSource:
        given = {"auth": BearerToken(SecretRef("env:SDK_TEST_TOKEN")), **more}
        made.append(HttpSource("mine", scripted.url, **given))
        return made[-1]

    yield make
    for source in made:
        source.close()
