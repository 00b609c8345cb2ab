"""The reference sink judges by the engine's rules."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import ClassVar

import pytest

from coachkit.ingest import sync
from coachkit.sdk import (
    AclChange,
    Audience,
    AuthFailed,
    Capability,
    Checkpoint,
    CheckReport,
    Connector,
    Cursor,
    Delivery,
    Event,
    Item,
    PayloadRejected,
    Reply,
    SourceError,
    SourceUnavailable,
    Stream,
    Team,
    Tombstone,
    Upsert,
)
from coachkit.sdk.testing import ReferenceSink, sink

AT = datetime(2026, 5, 4, tzinfo=UTC)
END = Checkpoint(stream="teams", cursor=Cursor(version=1, state={"n": 1}))


def team(key: str, name: str = "Team", version: int | None = None) -> Upsert:
    return Upsert(stream="teams", native_id=key, record=Team(key=key, name=name), occurred_at=AT, version=version)


class Told(Connector):
    """Yields what it is told, and takes deliveries whose body is the name of an event."""

    name = "told"
    title = ("Told", "按部就班")
    streams = (Stream(name="teams", title=("Teams", "团队"), events=("team",)),)
    capabilities = frozenset({Capability.BACKFILL, Capability.SWEEP, Capability.WEBHOOK})
    items: ClassVar[list[Item]] = []
    present: ClassVar[list[str] | None] = None
    fails: ClassVar[SourceError | None] = None

    def check(self) -> CheckReport:
        return CheckReport(ok=True)

    def pull(self, cursors: Mapping[str, Cursor]) -> Iterator[Item]:
        yield from self.items
        if self.fails:
            raise self.fails

    def sweep(self, stream: str) -> Iterator[str] | None:
        return None if self.present is None else iter(self.present)

    def verify(self, delivery: Delivery) -> Event | Reply:
        if delivery.body == b"ping":
            return Reply()
        if not delivery.headers:
            raise AuthFailed("there is no signature.")
        return Event(id=delivery.headers["id"], name=delivery.body.decode(), payload={})

    def handle(self, event: Event) -> Iterator[Item]:
        if self.fails:
            raise self.fails
        if event.name != "team":
            raise PayloadRejected("it is of no team.")
        yield team("told", event.id, version=int(event.id))


Make = Callable[..., Connector]


@pytest.fixture
def told() -> Make:
    def make(*items: Item, present: list[str] | None = None, fails: SourceError | None = None) -> Connector:
        kind = type("Now", (Told,), {"items": list(items), "present": present, "fails": fails})
        made: Connector = kind("mine", kind.Config())
        return made

    return make


def test_limits_are_those_of_the_engine() -> None:
    assert (sink.REMOVED_WITHOUT_ASKING, sink.REMOVED_SHARE) == (sync.REMOVED_WITHOUT_ASKING, sync.REMOVED_SHARE)


def test_what_fails_keeps_what_was_checkpointed(told: Make) -> None:
    kept = ReferenceSink()
    with pytest.raises(SourceUnavailable):
        kept.run(told(team("a"), END, team("b"), fails=SourceUnavailable("away.")))
    assert set(kept.records) == {("teams", "a")}
    kept.run(told(END))
    assert set(kept.records) == {("teams", "a")}, "what came before the failure was lost, and stays so"


def test_old_news_replace_nothing(told: Make) -> None:
    kept = ReferenceSink()
    kept.run(told(team("a", "New", 7), END))
    assert kept.run(told(team("a", "Old", 6), END)).changed == []
    assert kept.run(told(team("a", "Newer", 7), END)).changed == [("teams", "a")]
    kept.run(told(Tombstone(stream="teams", native_id="a"), END))
    assert kept.records == {}


def test_a_sweep_stops_above_a_share(told: Make) -> None:
    kept = ReferenceSink()
    kept.run(told(*(team(str(number)) for number in range(20)), END))
    assert len(kept.run(told(END, present=[str(number) for number in range(15)])).changed) == 5
    assert kept.run(told(END, present=["0"])).changed == []
    assert kept.unswept == {"teams"}
    assert len(kept.run(told(END, present=["0"]), allow_removals=True).changed) == 14


def test_readers(told: Make) -> None:
    kept = ReferenceSink()
    kept.run(told(team("a"), AclChange(group="g", members=("x:b", "x:a")), END))
    assert kept.readers(("teams", "a")) == (Audience.org(), None)
    kept.run(told(AclChange(stream="teams", native_id="a", audience=Audience.group("g")), END))
    assert kept.readers(("teams", "a")) == (Audience.group("g"), frozenset({"x:a", "x:b"}))
    copied = kept.copied()
    copied.run(told(AclChange(group="g", members=()), END))
    assert copied.readers(("teams", "a"))[1] == frozenset()
    assert kept.readers(("teams", "a"))[1] == frozenset({"x:a", "x:b"})


def _delivery(number: int, name: bytes = b"team") -> Delivery:
    return Delivery(headers={"id": str(number)}, body=name, received_at=AT)


def test_deliveries_once_each(told: Make) -> None:
    kept = ReferenceSink()
    assert kept.deliver(told(), _delivery(2)).changed == [("teams", "told")]
    assert kept.deliver(told(), _delivery(2)).duplicate
    assert kept.deliver(told(), _delivery(1)).changed == [], "it is older"
    assert kept.deliver(told(), _delivery(3, b"weather")).refused == "it is of no team."
    assert kept.deliver(told(), _delivery(3, b"weather")).duplicate
    assert kept.deliver(told(), _delivery(4, b"ping")).items == 0


def test_a_delivery_that_fails_may_come_again(told: Make) -> None:
    kept = ReferenceSink()
    with pytest.raises(SourceUnavailable):
        kept.deliver(told(fails=SourceUnavailable("away.")), _delivery(5))
    with pytest.raises(AuthFailed):
        kept.deliver(told(), Delivery(headers={}, body=b"team", received_at=AT))
    assert kept.deliver(told(), _delivery(5)).changed
