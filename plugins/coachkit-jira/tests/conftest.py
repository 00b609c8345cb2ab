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

BOTH = frozenset(
    {
        "test_change_is_read",
        "test_check_finds_the_source",
        "test_poll_and_webhook_end_in_one_state",
        "test_removed_record_goes",
        "test_second_pull_changes_nothing",
    }
)
"""Rules of the contract that the default run tries with both deployments."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        name, _, cases = item.name.partition("[")
        if item.path == Path(__file__).with_name("test_contract.py") and "datacenter" in cases and name not in BOTH:
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
