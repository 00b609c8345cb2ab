"""An office behind the API."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from door_office import Office, opened_office
from doors import door_of
from starlette.testclient import TestClient


@pytest.fixture(scope="session")
def shared_office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """For tests that change nothing which another one reads."""
    with opened_office(tmp_path_factory.mktemp("office")) as office:
        yield office


@pytest.fixture
def door_office(tmp_path: Path) -> Iterator[Office]:
    with opened_office(tmp_path) as office:
        yield office


@pytest.fixture
def client_of() -> Callable[..., TestClient]:
    """``client_of(office, who)``: a client with that person's token; without ``who`` one with nobody's."""
    return _client_of


def _client_of(office: Office, who: str = "", **headers: str) -> TestClient:
    made = TestClient(door_of(office.app), base_url="http://testserver", raise_server_exceptions=False)
    made.headers.update({"Accept-Language": "en", **headers})
    if who:
        made.headers["Authorization"] = f"Bearer {office.token(who)}"
    return made
