"""A test of the tests: for every point of the contract, connectors that break it, and the rule that sees it."""

from __future__ import annotations

import inspect
from typing import Any

import pytest
from broken_deliveries import Undelivered
from broken_trackers import BROKEN, Unnarrowed
from tracker import Tracker
from tracker_fixtures import TrackerContract, TrackerGivens

from coachkit.errors import PluginError
from coachkit.sdk import SourceError
from coachkit.sdk.testing import Fault


def test_every_rule_of_a_point_has_a_connector_that_breaks_it() -> None:
    tried = {rule.partition("[")[0] for _, rule in BROKEN}
    rules = {name for name in dir(TrackerContract) if name.startswith("test_")}
    assert rules - tried == {TOO_LARGE_TO_TRY}, "a rule without a connector that breaks it may be one that cannot fail"


TOO_LARGE_TO_TRY = "test_checkpoints_come_often"
"""It takes more than ten thousand items to break."""


@pytest.mark.slow
class TestBroken(TrackerGivens):
    """The fixtures of the contract, with one broken connector and one rule at a time."""

    @pytest.mark.parametrize(("kind", "rule"), BROKEN, ids=[f"{kind.__name__}-{rule}" for kind, rule in BROKEN])
    def test_it_is_seen(
        self, kind: type[Tracker], rule: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(type(self), "kind", kind)
        name, _, parameter = rule.rstrip("]").partition("[")
        method = getattr(TrackerContract(), name)
        given: dict[str, Any] = {}
        for wanted in inspect.signature(method).parameters:
            given[wanted] = _parameter(parameter) if wanted in ("fault", "status") else request.getfixturevalue(wanted)
        if kind is Undelivered:
            given["deliver"] = None
        if kind is Unnarrowed:
            given["narrow_audience"] = None
        with pytest.raises((AssertionError, pytest.fail.Exception, SourceError, PluginError, KeyError, TypeError)):
            method(**given)


def _parameter(text: str) -> int | Fault:
    return int(text) if text.isdecimal() else Fault(text)
