"""The coverage report on both databases: what is here, how fresh, and what is missing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from coachkit.domain.identity import stable_id
from coachkit.errors import NotFound
from coachkit.ingest import Coverage, SyncState
from coachkit.ingest.deliveries import Arrival, DeliveryState, Outcome, RefusedAtDoor
from coachkit.ingest.ports import Source
from coachkit.sdk import (
    Account,
    Audience,
    Connector,
    Event,
    Failure,
    Interaction,
    InteractionKind,
    Note,
    PersonProfile,
    Tombstone,
    Upsert,
    WorkItem,
    WorkItemKind,
)
from coachkit.store.relational.coverage import SqlCoverageReader
from coachkit.store.relational.database import Database
from coachkit.store.relational.deliveries import SqlDeliveryStore
from coachkit.store.relational.syncs import SqlIngestStore

SOURCE = Source(connection="source", connector="scripted")


@pytest.fixture
def store(database: Database, connected: Callable[..., SqlIngestStore]) -> SqlIngestStore:
    return connected(database, "source", "unread")


@pytest.fixture
def coverage(database: Database, connector: Connector) -> Coverage:
    return Coverage(SqlCoverageReader(database), lambda _name: type(connector))


@pytest.fixture
def filled(store: SqlIngestStore, now: datetime) -> SqlIngestStore:
    def thing(native_id: str, record: Any, days: int, **more: Any) -> Upsert:
        at = now - timedelta(days=days)
        return Upsert(stream="things", native_id=native_id, record=record, occurred_at=at, **more)

    at = now - timedelta(days=9)
    done = Interaction(kind=InteractionKind.AUTHORED, actor="github:ana", at=at)
    issue = WorkItem(kind=WorkItemKind.ISSUE, key="A-1", title="t", interactions=(done, done))
    secret = WorkItem(kind=WorkItemKind.ISSUE, key="A-2", title="t", interactions=(done,))
    note = Note(author="hris:1", about="hris:2", text="x", at=now)
    ana = PersonProfile(identity="hris:1", name="Ana", accounts=("github:ana",))
    people = [
        ana,
        PersonProfile(identity="hris:2", name="Tom"),
        PersonProfile(identity="hris:3", name="Old", active=False),
    ]
    run = store.start_run("source", "me", now - timedelta(hours=2))
    items = [
        thing("1", issue, 9),
        thing("2", secret, 1, audience=Audience.nobody()),
        thing("3", Interaction(kind=InteractionKind.ASKED, actor="github:x", at=now), 30),
        thing("4", Account(identity="github:ci", bot=True), 2),
        thing("5", issue, 0),
        Tombstone(stream="things", native_id="5"),
        thing("6", note, 0, audience=Audience.people("hris:1")),
        *(Failure(stream="things", native_id=f"bad{n}", reason="no title") for n in range(3)),
        *(
            Upsert(stream="people", native_id=str(n), record=record, occurred_at=now - timedelta(days=90))
            for n, record in enumerate(people)
        ),
    ]
    store.write(SOURCE, items, now=now)
    store.finish_run(run, SyncState.DONE, {}, None, now - timedelta(hours=1))
    failed = store.start_run("source", "me", now)
    store.finish_run(failed, SyncState.FAILED, {}, "no answer", now)
    return store


def test_report_says_what_is_here_and_how_fresh(coverage: Coverage, filled: SqlIngestStore, now: datetime) -> None:
    report = coverage.report(now)
    source, unread = report.connections
    assert (source.name, source.state, source.error) == ("source", SyncState.FAILED, "no answer")
    assert (source.last_sync, source.lag) == (now - timedelta(hours=1), timedelta(hours=1))
    things, people = source.streams
    assert (things.name, things.records, things.newest, things.quarantined) == ("things", 5, now, 3)
    assert (people.records, people.newest, people.quarantined) == (3, now - timedelta(days=90), 0)
    assert people.cannot_tell == ("Who is away.", "谁不在。")
    (kept,) = report.quarantine
    assert (kept.connection, kept.stream, kept.reason, kept.count) == ("source", "things", "no title", 3)
    assert (unread.last_sync, unread.lag, unread.state) == (None, None, None)
    assert [(s.records, s.newest) for s in unread.streams] == [(0, None), (0, None)]


def test_report_says_what_is_missing(coverage: Coverage, filled: SqlIngestStore, now: datetime) -> None:
    report = coverage.report(now)
    assert report.people == 2
    assert report.people_without_account == ("Tom",)
    assert report.unmatched_identities == 1, "github:x; bots and matched accounts are not counted"
    english, chinese = ("\n".join(words[i] for words in report.missing) for i in (0, 1))
    for expected in ("No source of goals", "No source of feedback", "source fails since", "unread is connected", "Tom"):
        assert expected in english
    for expected in ("尚未接入目标", "unread 已接入，但尚未成功同步", "Tom"):
        assert expected in chinese
    assert "No source of work" not in english
    assert "No source of people" not in english


def test_report_counts_only_permitted_records(coverage: Coverage, filled: SqlIngestStore, now: datetime) -> None:
    org = frozenset({stable_id("scope", "org")})
    assert [s.records for s in coverage.report(now, org).connections[0].streams] == [3, 3]
    assert [s.records for s in coverage.report(now, frozenset()).connections[0].streams] == [0, 0]


def test_a_persons_sources_with_their_dates(coverage: Coverage, filled: SqlIngestStore, now: datetime) -> None:
    ana = stable_id("person", "hris:1")
    everything = {s.stream: (s.records, s.since, s.newest) for s in coverage.of_person(ana)}
    assert everything == {
        "people": (1, now - timedelta(days=90), now - timedelta(days=90)),
        "things": (2, now - timedelta(days=9), now - timedelta(days=1)),
    }, "the private note is not told"
    org = frozenset({stable_id("scope", "org")})
    assert [s.records for s in coverage.of_person(ana, org)] == [1, 1]
    assert coverage.of_person(1) == []


def test_what_has_no_day_of_its_own_is_not_the_newest(coverage: Coverage, store: SqlIngestStore, now: datetime) -> None:
    undated = datetime(1970, 1, 1, tzinfo=UTC)
    person = PersonProfile(identity="hris:1", name="Ana")
    store.write(SOURCE, [Upsert(stream="people", native_id="1", record=person, occurred_at=undated)], now=now)
    people = next(s for s in coverage.report(now).connections[0].streams if s.name == "people")
    assert (people.records, people.newest) == (1, None)
    (source,) = coverage.of_person(stable_id("person", "hris:1"))
    assert (source.records, source.since, source.newest) == (1, None, None)


def test_a_missing_plugin_does_not_stop_the_report(database: Database, filled: SqlIngestStore, now: datetime) -> None:
    def gone(name: str) -> type[Connector]:
        raise NotFound(f"no plugin brings {name}.")

    (source, _) = Coverage(SqlCoverageReader(database), gone).report(now).connections
    assert [(s.name, s.title) for s in source.streams] == [("people", ("people",) * 2), ("things", ("things",) * 2)]


def test_webhooks_that_wait_failed_or_were_turned_away_are_told(
    database: Database, coverage: Coverage, filled: SqlIngestStore, now: datetime
) -> None:
    deliveries = SqlDeliveryStore(database)
    event = Event(id="1", name="note", payload={})
    deliveries.keep([Arrival.of("source", event, now)], lambda *_: None, now=now)
    report = coverage.report(now + timedelta(minutes=1))
    (found,) = [one for one in report.connections if one.webhooks is not None]
    assert found.webhooks is not None
    assert (found.name, found.webhooks.waiting) == ("source", 1)
    assert not [words for words, _ in report.missing if "webhook" in words], "it came just now"
    later = now + timedelta(minutes=11)
    assert any("1 webhook deliveries of source wait" in words for words, _ in coverage.report(later).missing)
    (due,) = deliveries.due("source", now, most=1, weight=1)
    deliveries.settle(SOURCE, (), [Outcome(id=due.id, state=DeliveryState.FAILED, reason="no title")], now=now)
    refused = RefusedAtDoor(connection="source", kind="signature", reason="it is wrong.", count=3, newest=now)
    deliveries.refuse([refused])
    deliveries.refuse([refused])
    told = [words for words in coverage.report(later).missing if "推送" in words[1]]
    assert [words.partition(" ")[0] for words, _ in told] == ["1", "6"]
    assert "could not be read" in told[0][0]
    assert "it is wrong." in told[1][0]
