"""A GitHub on loopback with a small world in it, and connectors that read it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from github_deliveries import WEBHOOK_SECRET
from github_stand_in import GitHubStandIn
from github_state import small_world

from coachkit_github import GitHub


@pytest.fixture
def github(monkeypatch: pytest.MonkeyPatch) -> Iterator[GitHubStandIn]:
    monkeypatch.setenv("GITHUB_TOKEN_UNDER_TEST", GitHubStandIn.token)
    monkeypatch.setenv("GITHUB_WEBHOOK_UNDER_TEST", WEBHOOK_SECRET)
    with GitHubStandIn().running() as server:
        server.state.url = server.url
        small_world(server.state)
        yield server


@pytest.fixture
def connect(github: GitHubStandIn) -> Callable[..., GitHub]:
    def connected(**more: Any) -> GitHub:
        config = {
            "base_url": github.url,
            "token": "env:GITHUB_TOKEN_UNDER_TEST",
            "webhook_secret": "env:GITHUB_WEBHOOK_UNDER_TEST",
            "organisation": "acme",
            "system": "github",
            "sweep_days": 0,
        }
        return GitHub("code", GitHub.Config(**{**config, **more}))

    return connected
