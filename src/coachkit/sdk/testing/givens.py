"""What a plugin gives to the contract: fixtures to override, and what its source is like."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from datetime import datetime
from typing import Any, ClassVar, Protocol, cast

import pytest
import stamina

from coachkit.sdk.connector import Connector
from coachkit.sdk.items import Checkpoint, Cursor, Item, Upsert
from coachkit.sdk.testing.sink import Key, ReferenceSink
from coachkit.sdk.testing.stand_in import StandIn
from coachkit.sdk.testing.time import FakeClock, fake_clock
from coachkit.sdk.webhooks import Delivery

__all__ = [
    "Givens",
    "MakeConnector",
    "Sign",
    "addresses_in",
    "given",
    "items_of",
    "last_cursors",
    "pull_with",
    "stops",
    "whole",
]

MakeConnector = Callable[[], Connector]

MOST_INTERRUPTIONS = 150
PATIENCE = 10.0
"""Seconds really spent on an answer that does not come; loopback answers sooner even on a busy machine."""


class Sign(Protocol):
    """Makes the delivery of any event, signed as the source would sign it."""

    def __call__(self, name: str, payload: Mapping[str, Any], sent_at: datetime | None = None) -> Delivery: ...


class Givens:
    """Override what your source has. What stays as it is has its tests skipped, with the reason."""

    secrets: ClassVar[tuple[str, ...]] = ()
    """Secrets that the connector under test is given, beside the stand-in's token; none may be seen anywhere."""
    ids_repeat: ClassVar[bool] = False
    """One pull may bring the same record twice, the later one replacing the earlier (a log of changes)."""
    sizes: ClassVar[tuple[int, int]] = (1_500, 6_000)
    """Records in the two sources whose memory is compared."""
    refreshes: ClassVar[bool] = False
    """The connector trades its credential for another when it is refused, and goes on."""
    signs_time: ClassVar[bool] = False
    """Deliveries say under their signature when they were sent, so that an old one sent again is seen to be old."""
    remembers_people: ClassVar[str] = ""
    """Why cursors must hold what was said about people, and with it their e-mail addresses: a source that knows only
    today is told from what it said yesterday. Empty for all others."""
    changes_at_most: ClassVar[int] = 25
    """How often ``change_source`` may be called in one test."""

    @pytest.fixture(autouse=True)
    def nobody_waits(self) -> Iterator[FakeClock]:
        """Waits take no time, and what fails is tried three times at once."""
        with fake_clock(longest_patience=PATIENCE) as clock, stamina.set_testing(True, attempts=3, cap=True):
            yield clock

    @pytest.fixture
    def make_connector(self) -> MakeConnector:
        """Makes a new connector over one and the same source, which has several records in it. Required."""
        raise NotImplementedError("give the fixture make_connector")

    @pytest.fixture
    def change_source(self) -> Callable[[], object]:
        """Changes the source: adds a record, or changes one. Required, and may be called more than once."""
        raise NotImplementedError("give the fixture change_source")

    @pytest.fixture
    def remove_from_source(self) -> Callable[[], Key] | None:
        """Removes a record from the source and returns its stream and native id."""
        return None

    @pytest.fixture
    def spoil_source(self) -> Callable[[], object] | None:
        """Adds a record that cannot be read."""
        return None

    @pytest.fixture
    def make_sized_connector(self) -> Callable[[int], Connector] | None:
        """Makes a connector over another source, with the given number of records in it."""
        return None

    @pytest.fixture
    def stand_in(self) -> StandIn | None:
        """The running stand-in with which the connectors of ``make_connector`` speak."""
        return None

    @pytest.fixture
    def crowd_one_moment(self) -> Callable[[], set[Key]] | None:
        """Adds more records than one page holds, all changed at the same moment; returns their keys."""
        return None

    @pytest.fixture
    def lose_most(self) -> Callable[[], object] | None:
        """Makes the source list next to nothing, as a broken export or a token that lost its rights does."""
        return None

    @pytest.fixture
    def narrow_audience(self) -> Callable[[], Key] | None:
        """Lets fewer people read one record at the source, and returns its key."""
        return None

    @pytest.fixture
    def deliver(self) -> Callable[[], Delivery] | None:
        """Changes the source, the same record each time where that can be; returns the delivery that tells of it."""
        return None

    @pytest.fixture
    def sign(self) -> Sign | None:
        """Signs an event of any name and content, sent now or at the given moment."""
        return None


def items_of(connector: Connector) -> Iterator[Item]:
    """What a pull from the beginning yields."""
    with closing(connector):
        yield from connector.pull({})


def last_cursors(connector: Connector) -> dict[str, Cursor]:
    """The cursors that a pull from the beginning ends with."""
    return {item.stream: item.cursor for item in items_of(connector) if isinstance(item, Checkpoint)}


def pull_with(connector: Connector, stream: str, cursor: Cursor) -> None:
    """Pull from a cursor to the end."""
    with closing(connector):
        for _ in connector.pull({stream: cursor}):
            pass


def whole(make_connector: MakeConnector) -> ReferenceSink:
    """What the source has now, read at once."""
    sink = ReferenceSink()
    sink.run(make_connector())
    return sink


def stops(total: int, most: int = MOST_INTERRUPTIONS) -> list[int]:
    """Places from 1 to ``total``: all of them, or ``most`` spread evenly with both ends."""
    step = max(1, math.ceil(total / most))
    return sorted({*range(1, total + 1, step), total} - {0})


def addresses_in(sink: ReferenceSink) -> set[str]:
    """The e-mail addresses of people that were read."""
    records = [item.record for item in sink.records.values() if isinstance(item, Upsert)]
    found = [address for record in records for address in getattr(record, "emails", ())]
    return {cast(str, address) for address in found}


def given(value: Any, reason: str) -> Any:
    """``value``; the test is skipped where there is none.

    :param reason: what the source lacks.
    """
    if value is None:
        pytest.skip(reason)
    return value
