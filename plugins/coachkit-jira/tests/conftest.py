"""A Jira on loopback, as Cloud and as Data Center, and connectors that read it."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from coachkit_jira.connector import Jira


def _load(name: str, file: str) -> ModuleType:
    """A module beside this file under a name of its own: other plugins have a ``stand_in`` too."""
    spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name(file))
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


_load("jira_organisation", "jira_organisation.py")
_load("jira_stand_in", "stand_in.py")

from jira_stand_in import EMAIL, JiraStandIn, small  # noqa: E402 - the lines above make it importable

SECRET = "canary-webhook-secret-77b0"

SLOW = frozenset(
    {
        "test_a_narrowed_audience_holds_at_once",
        "test_change_between_two_requests_is_not_lost",
        "test_change_while_items_are_read_is_not_lost",
        "test_equal_moments_at_the_edge_of_a_page_are_not_lost",
        "test_killed_anywhere_after_a_change",
        "test_killed_anywhere_it_ends_in_the_same_state",
        "test_limits_are_waited_for",
        "test_memory_does_not_grow_with_the_source",
        "test_odd_pages_end_and_lose_nothing",
    }
)
"""Of the contract: each reads the whole source many times."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.parent == Path(__file__).parent and item.name.partition("[")[0] in SLOW:
            item.add_marker(pytest.mark.slow)


@pytest.fixture(params=["cloud", "datacenter"])
def deployment(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def jira_server(deployment: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[JiraStandIn]:
    monkeypatch.setenv("JIRA_TOKEN_UNDER_TEST", JiraStandIn.token)
    monkeypatch.setenv("JIRA_WEBHOOK_UNDER_TEST", SECRET)
    with small(cloud=deployment == "cloud").running() as server:
        yield server


@pytest.fixture
def connect(jira_server: JiraStandIn) -> Iterator[Callable[..., Jira]]:
    """Makes a connector over the stand-in; keywords are configuration."""
    with ExitStack() as opened:

        def make(**more: Any) -> Jira:
            connector = connector_of(jira_server, **more)
            opened.callback(connector.close)
            return connector

        yield make


def connector_of(server: JiraStandIn, **more: Any) -> Jira:
    config = {
        "base_url": server.url,
        "deployment": "cloud" if server.jira.cloud else "datacenter",
        "token": "env:JIRA_TOKEN_UNDER_TEST",
        "email": EMAIL if server.jira.cloud else "",
        "webhook_secret": "env:JIRA_WEBHOOK_UNDER_TEST",
        "webhook_max_age_minutes": 30,
        "account_system": "jira",
        "sweep_every_hours": 0,
        "sweep_comments_every_hours": 0,
        **more,
    }
    return Jira("tracker", Jira.Config.model_validate(config))
