"""The fixtures of the contract over the sample tracker; ``kind`` is the connector under test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import ClassVar

import pytest
from tracker import SECRET, Tracker, TrackerStandIn

from coachkit.sdk import Connector, Delivery
from coachkit.sdk.testing import ConnectorContract
from coachkit.sdk.testing.givens import Givens

__all__ = ["TrackerContract", "TrackerGivens"]

Key = tuple[str, str]


class TrackerGivens(Givens):
    kind: ClassVar[type[Tracker]] = Tracker
    secrets = (SECRET, "traded-")
    refreshes = True
    signs_time = True
    sizes = (500, 4_000)

    @pytest.fixture
    def kept(self, monkeypatch: pytest.MonkeyPatch) -> Iterator[ExitStack]:
        monkeypatch.setenv("TRACKER_KEY", TrackerStandIn.token)
        monkeypatch.setenv("TRACKER_SECRET", SECRET)
        with ExitStack() as stack:
            yield stack

    @pytest.fixture
    def stand_in(self, kept: ExitStack) -> TrackerStandIn:
        return kept.enter_context(TrackerStandIn().running())

    def _made(self, url: str) -> Tracker:
        given = {"base_url": url, "key": "env:TRACKER_KEY", "secret": "env:TRACKER_SECRET"}
        return self.kind("mine", self.kind.Config.model_validate(given))

    @pytest.fixture
    def make_connector(self, stand_in: TrackerStandIn) -> Callable[[], Connector]:
        return lambda: self._made(stand_in.url)

    @pytest.fixture
    def make_sized_connector(self, kept: ExitStack) -> Callable[[int], Connector]:
        return lambda size: self._made(kept.enter_context(TrackerStandIn(size, page=50).running()).url)

    @pytest.fixture
    def change_source(self, stand_in: TrackerStandIn) -> Callable[[], object]:
        """A new record, and an old one that moves to the end of the list."""

        def change() -> None:
            stand_in.add(f"n{stand_in.moment:06}")
            stand_in.change("i000002", title=f"Changed at {stand_in.moment}")

        return change

    @pytest.fixture
    def remove_from_source(self, stand_in: TrackerStandIn) -> Callable[[], Key]:
        def remove() -> Key:
            del stand_in.rows["i000003"]
            return "issues", "i000003"

        return remove

    @pytest.fixture
    def spoil_source(self, stand_in: TrackerStandIn) -> Callable[[], object]:
        return lambda: stand_in.add("bad", title="")

    @pytest.fixture
    def crowd_one_moment(self, stand_in: TrackerStandIn) -> Callable[[], set[Key]]:
        """At the moment of the newest that was read, with ids before and after its own."""

        def crowd() -> set[Key]:
            moment = stand_in.moment
            return {stand_in.add(f"{letter}{number}", moment) for letter in "az" for number in range(4)}

        return crowd

    @pytest.fixture
    def lose_most(self, stand_in: TrackerStandIn) -> Callable[[], object]:
        for number in range(40):
            stand_in.add(f"m{number:06}")
        return lambda: setattr(stand_in, "hidden", True)

    @pytest.fixture
    def narrow_audience(self, stand_in: TrackerStandIn) -> Callable[[], Key]:
        def narrow() -> Key:
            stand_in.change("i000004", private=True)
            return "issues", "i000004"

        return narrow

    @pytest.fixture
    def deliver(self, stand_in: TrackerStandIn) -> Callable[[], Delivery]:
        def deliver() -> Delivery:
            row = stand_in.change("i000005", title=f"Told at {stand_in.moment}", private=True)
            return stand_in.sign("issue", {"issue": dict(row)})

        return deliver

    @pytest.fixture
    def sign(self, stand_in: TrackerStandIn) -> Callable[..., Delivery]:
        return stand_in.sign


class TrackerContract(TrackerGivens, ConnectorContract):
    """All rules over it."""
