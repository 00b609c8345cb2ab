"""The contract suite over a connector that has everything: nothing is skipped, so every rule is tried at least here."""

from __future__ import annotations

import pytest
from tracker_fixtures import TrackerContract


class TestTracker(TrackerContract):
    def test_nothing_is_left_out(self, request: pytest.FixtureRequest) -> None:
        """Every point of the contract has a rule here that runs."""
        names = {name for name in dir(self) if name.startswith("test_")}
        assert len(names) > 40
