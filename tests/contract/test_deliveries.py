"""Deliveries on both databases: kept once with the work they ask for, and settled with the records they become."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import signed_source
import sqlalchemy as sa
from signed_source import SignedConfig, SignedSource, note, signed

from coachkit.errors import AuthFailed, NotFound, PayloadRejected, StoreError
from coachkit.ingest import Connection
from coachkit.ingest.deliveries import DeliveryCounts, DeliveryState, Kept
from coachkit.ingest.receiving import WebhookDoor
from coachkit.ingest.webhooks import LONGEST_OUTAGE, MOST_ATTEMPTS, Drained, Webhooks
from coachkit.jobs import Transaction
from coachkit.sdk import Connector, Delivery, Event, Reply, SecretRef
from coachkit.store.relational import schema as t
from coachkit.store.relational.connections import SqlConnectionStore
from coachkit.store.relational.database import Database
from coachkit.store.relational.deliveries import SqlDeliveryStore
from coachkit.store.relational.jobs import SqlJobs

Contents = Callable[[Database], dict[str, list[tuple[Any, ...]]]]


class Post:
    """A connection ``post``, its door, and who works its deliveries off; the clock is a test's to move."""

    def __init__(self, database: Database, now: datetime, folder: Path) -> None:
        self.database, self.now = database, now
        self.outage = folder / "outage"
        (folder / "secret").write_text(signed_source.SECRET, "utf-8")
        self.config = {"secret": f"file:{folder / 'secret'}", "outage": str(self.outage)}
        self.connections = SqlConnectionStore(database)
        self.connections.save(Connection(name="post", connector="signed", config=self.config, created_at=now))
        self.store = SqlDeliveryStore(database)
        self.jobs = SqlJobs(database)
        self.woken = 0
        self.door = WebhookDoor(
            self.store,
            find=self.connections.find,
            open_connector=self.open,
            enqueue=self.enqueue,
            clock=lambda: self.now,
            kept=self.wake,
        )

    def open(self, name: str) -> Connector:
        return SignedSource(name, SignedConfig.model_validate(self.config))

    def enqueue(self, name: str, transaction: Transaction) -> None:
        self.jobs.enqueue("webhooks", {"connection": name}, now=self.now, once=True, transaction=transaction)

    def wake(self) -> None:
        self.woken += 1

    def send(self, event: str, payload: object, delivery_id: str, name: str = "post", **options: str) -> Reply | Kept:
        body, headers = signed(event, payload, delivery_id, **options)
        return self.door.receive(name, Delivery(headers=headers, body=body, received_at=self.now))

    def drain(self, **options: Any) -> Drained:
        return Webhooks(self.store).drain("post", self.open("post"), clock=lambda: self.now, **options)

    @property
    def counts(self) -> DeliveryCounts:
        return self.store.counts().get("post", DeliveryCounts(connection="post"))

    @property
    def titles(self) -> dict[str, str]:
        r = t.records.c
        with self.database.read() as reading:
            rows = reading.execute(sa.select(r.native_id, r.title).where(r.deleted_at.is_(None)))
            return {row.native_id: row.title for row in rows}

    @property
    def payloads(self) -> list[str]:
        with self.database.read() as reading:
            return list(reading.scalars(sa.select(t.deliveries.c.payload).order_by(t.deliveries.c.id)))


@pytest.fixture
def post(database: Database, now: datetime, tmp_path: Path) -> Iterator[Post]:
    made = Post(database, now, tmp_path)
    yield made
    made.door.close()


@pytest.fixture
def sqlite_post(sqlite_database: Database, now: datetime, tmp_path: Path) -> Iterator[Post]:
    made = Post(sqlite_database, now, tmp_path)
    yield made
    made.door.close()


def test_a_delivery_becomes_a_record_and_leaves_no_copy(post: Post) -> None:
    assert post.send("note", note(1), "d-1") is Kept.NEW
    (job,) = post.jobs.list()
    assert (job.kind, dict(job.arguments), post.woken) == ("webhooks", {"connection": "post"}, 1)
    drained = post.drain()
    assert (drained.done, drained.written, drained.next_due) == (1, 1, None)
    assert post.titles == {"NOTE-1": "Note 1 about the ledger export"}
    assert post.payloads == ["{}"], "what was handled is in the records; a second copy would outlive them"
    assert (post.counts.done, post.counts.waiting) == (1, 0)


def test_the_same_delivery_is_kept_once(post: Post) -> None:
    assert [post.send("note", note(1), "d-1") for _ in range(2)] == [Kept.NEW, Kept.DUPLICATE]
    post.drain()
    assert post.send("note", note(1, second=5, title="Forged"), "d-1") is Kept.DUPLICATE
    assert post.drain().done == 0
    assert len(post.jobs.list()) == 1
    assert post.titles == {"NOTE-1": "Note 1 about the ledger export"}


def test_many_at_once_share_transactions_and_none_is_lost(post: Post) -> None:
    became: list[object] = []
    ids = [f"d-{number % 30}" for number in range(40)]

    def send(delivery_id: str) -> None:
        became.append(post.send("note", note(int(delivery_id[2:])), delivery_id))

    threads = [threading.Thread(target=send, args=(delivery_id,)) for delivery_id in ids]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (became.count(Kept.NEW), became.count(Kept.DUPLICATE)) == (30, 10)
    assert len(post.jobs.list()) == 1
    assert post.drain().done == 30


def test_out_of_order_and_repeated_ends_in_the_newest_state(post: Post) -> None:
    for number, second in enumerate((3, 1, 2)):
        post.send("note", note(7, second=second, title=f"Version {second}"), f"d-{number}")
        post.drain()
    assert post.titles == {"NOTE-7": "Version 3"}
    post.send("gone", {"key": "NOTE-7"}, "d-9")
    assert post.drain().counts["notes"].removed == 1
    assert post.titles == {}


def test_who_cannot_be_who_they_say_is_turned_away_and_counted(post: Post) -> None:
    for _ in range(3):
        with pytest.raises(AuthFailed):
            post.send("note", note(1), "d-1", secret="guessed")
    with pytest.raises(PayloadRejected):
        post.send("note", [1], "d-2")
    with pytest.raises(PayloadRejected, match="names no event"):
        post.send("", {}, "d-3")
    post.door.close()
    assert {(found.kind, found.count) for found in post.counts.at_door} == {("signature", 3), ("unreadable", 2)}
    assert post.payloads == []


def test_a_reply_is_given_at_once_and_nothing_is_kept(post: Post) -> None:
    said = post.send("ping", {}, "d-1")
    assert isinstance(said, Reply)
    assert said.body == b'{"pong": true}'
    assert post.payloads == []


def test_unknown_and_held_connections_are_not_told_apart(post: Post) -> None:
    with pytest.raises(NotFound) as nobody:
        post.send("note", note(1), "d-1", name="nobody")
    post.send("note", note(1), "d-1")
    held = Connection(name="post", connector="signed", config=post.config, enabled=False, created_at=post.now)
    post.connections.save(held)
    with pytest.raises(NotFound) as refused:
        post.send("note", note(2), "d-2")
    assert str(nobody.value) == str(refused.value)
    assert post.drain().done == 0, "a held connection brings nothing"
    assert post.titles == {}


def test_what_is_of_no_stream_is_refused_with_its_reason(post: Post) -> None:
    for number in range(3):
        post.send("wiki_page", {"secret": "text"}, f"d-{number}")
    post.send("note", note(1), "d-9")
    assert post.drain().refused == 3
    (reason,) = post.counts.reasons
    assert (reason.state, reason.event, reason.count) == (DeliveryState.REFUSED, "wiki_page", 3)
    assert reason.reason == "the event wiki_page is of no stream"
    assert set(post.payloads) == {"{}"}, "what is not ours is not kept"
    assert set(post.titles) == {"NOTE-1"}


@pytest.mark.parametrize(
    ("event", "payload", "reason"),
    [
        ("note", {"key": "NOTE-0"}, "KeyError at signed_source.py"),
        ("undeclared", {"kept": "whole"}, "it yielded an item of the stream 'elsewhere', which it does not declare"),
        ("no-noun", {"kept": "whole"}, "object is no noun of coachkit.sdk"),
    ],
)
def test_what_fails_waits_and_is_set_aside_whole_in_the_end(
    post: Post, event: str, payload: Mapping[str, Any], reason: str
) -> None:
    post.send(event, payload, "bad")
    post.send("note", note(1), "good")
    first = post.drain()
    assert (first.done, first.failed) == (1, 0), "one bad delivery takes no other along"
    assert first.next_due is not None
    assert first.next_due > post.now
    assert post.drain().done == 0, "not before its time"
    for _ in range(MOST_ATTEMPTS - 1):
        assert post.counts.waiting == 1
        post.now += timedelta(hours=2)
        last = post.drain()
    assert (last.failed, last.next_due, post.counts.failed) == (1, None, 1)
    (kept,) = post.counts.reasons
    assert kept.reason.startswith(reason)
    assert post.payloads[0] != "{}"
    assert post.store.retry("post", post.now) == 1
    assert post.counts.waiting == 1


def test_an_outage_of_the_source_holds_everything_and_loses_nothing(post: Post) -> None:
    post.outage.touch()
    for number in range(5):
        post.send("note", note(number), f"d-{number}")
    held = post.drain()
    assert (held.done, post.counts.waiting) == (0, 5)
    assert held.next_due is not None
    post.now += LONGEST_OUTAGE / 2
    assert post.drain().done == 0
    post.outage.unlink()
    post.now += timedelta(hours=1, minutes=1)
    assert post.drain().done == 5
    assert len(post.titles) == 5


def test_an_outage_without_end_sets_aside(sqlite_post: Post) -> None:
    sqlite_post.outage.touch()
    sqlite_post.send("note", note(1), "d-1")
    sqlite_post.now += LONGEST_OUTAGE + timedelta(minutes=1)
    assert sqlite_post.drain().failed == 1


def test_what_ends_the_process_each_time_is_found_and_set_aside(sqlite_post: Post) -> None:
    class Deadly(SignedSource):
        def handle(self, event: Event) -> Any:
            if event.payload["key"] == "NOTE-1":
                raise SystemExit  # as a crash would: nothing after it runs
            return super().handle(event)

    deadly = Deadly("post", SignedConfig(secret=SecretRef("env:X")))
    sqlite_post.send("note", note(1), "d-1")
    sqlite_post.send("note", note(2), "d-2")
    webhooks = Webhooks(sqlite_post.store)
    for _ in range(MOST_ATTEMPTS):
        with pytest.raises(SystemExit):
            webhooks.drain("post", deadly, clock=lambda: sqlite_post.now, careful=True)
    drained = webhooks.drain("post", deadly, clock=lambda: sqlite_post.now, careful=True)
    assert (drained.done, drained.failed) == (1, 1)
    assert set(sqlite_post.titles) == {"NOTE-2"}


def test_a_store_that_fails_leaves_the_delivery_waiting(sqlite_post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object, **__: object) -> None:
        raise StoreError("the disk is full.")

    sqlite_post.send("note", note(1), "d-1")
    with monkeypatch.context() as patch:
        patch.setattr("coachkit.store.relational.deliveries.write_items", fails)
        with pytest.raises(StoreError):
            sqlite_post.drain()
    assert sqlite_post.counts.waiting == 1
    assert sqlite_post.drain().done == 1


def test_a_removed_connection_takes_its_deliveries_along(post: Post, contents: Contents) -> None:
    post.send("note", note(1), "d-1")
    post.drain()
    post.send("note", note(2), "d-2")
    with pytest.raises(AuthFailed):
        post.send("note", note(2), "d-2", secret="guessed")
    assert post.connections.delete("post", post.now) == 1
    assert post.drain().done == 0
    left = contents(post.database)
    assert not left["deliveries"] + left["delivery_refusals"] + left["records"]


def test_a_removal_in_the_middle_leaves_no_record(post: Post) -> None:
    class Removing(SignedSource):
        def handle(self, event: Event) -> Any:
            post.connections.delete("post", post.now)
            return super().handle(event)

    post.send("note", note(1), "d-1")
    removing = Removing("post", SignedConfig(secret=SecretRef("env:X")))
    assert Webhooks(post.store).drain("post", removing, clock=lambda: post.now).done == 0
    assert post.titles == {}


def test_old_ones_are_forgotten_but_never_those_that_wait(post: Post) -> None:
    post.send("note", note(1), "d-1")
    post.send("wiki_page", {}, "d-2")
    post.drain()
    post.send("note", note(3), "d-3")
    assert post.store.forget(post.now) == 0
    post.now += timedelta(days=8)
    assert post.store.forget(post.now - timedelta(days=7)) == 2
    assert (post.counts.waiting, post.counts.done) == (1, 0)


def test_ids_and_names_that_no_database_can_hold(post: Post) -> None:
    for number, delivery_id in enumerate(("a\0b", "x" * 5_000, "\ud800")):
        event = Event(id=delivery_id, name="no\0te\ud800", payload={"text": "nul \0 and half a pair \ud800"})
        assert post.door.keep("post", event, post.now) is Kept.NEW
        assert post.door.keep("post", event, post.now) is Kept.DUPLICATE
        (due,) = post.store.due("post", post.now, most=5, weight=1_000)[number:]
        assert due.event.payload["text"] == "nul \0 and half a pair \ud800"


def test_large_payloads_are_read_a_few_at_a_time(sqlite_post: Post) -> None:
    for number in range(4):
        sqlite_post.send("note", {**note(number), "body": "x" * 1_000}, f"d-{number}")
    assert len(sqlite_post.store.due("post", sqlite_post.now, most=10, weight=2_800)) == 2
    assert len(sqlite_post.store.due("post", sqlite_post.now, most=10, weight=10)) == 1, "always one"
    assert len(sqlite_post.store.due("post", sqlite_post.now, most=3, weight=10**9)) == 3
