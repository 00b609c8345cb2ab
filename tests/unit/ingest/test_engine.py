"""The sync engine on a real store: what it commits when, and what it does when something is wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from coachkit.errors import ConfigError, ContractViolation, NotFound, SourceUnavailable, StoreBusy
from coachkit.ingest import SyncEngine, SyncProgress, SyncState
from coachkit.ingest import sync as one_sync
from coachkit.sdk import (
    Account,
    AclChange,
    Connector,
    Failure,
    Item,
    PersonProfile,
    Progress,
    Tombstone,
    Upsert,
    WorkItem,
    WorkItemKind,
)
from coachkit.store.relational import schema as t
from coachkit.store.relational.database import Database
from coachkit.store.relational.syncs import SqlIngestStore


class Clock:
    """A minute later each time it is asked."""

    def __init__(self, start: datetime) -> None:
        self.at = start

    def __call__(self) -> datetime:
        self.at += timedelta(minutes=1)
        return self.at


@pytest.fixture
def database(sqlite_database: Database) -> Database:
    return sqlite_database


@pytest.fixture
def store(database: Database, connected: Callable[..., SqlIngestStore]) -> SqlIngestStore:
    return connected(database, "source")


@pytest.fixture
def sync(store: SqlIngestStore, connector: Any, now: datetime) -> Callable[..., Any]:
    engine, clock = SyncEngine(store), Clock(now)
    return lambda **options: engine.run("source", connector, clock=clock, **options)


def thing(number: int, now: datetime, title: str = "Title") -> Upsert:
    record = WorkItem(kind=WorkItemKind.ISSUE, key=f"A-{number}", title=title)
    return Upsert(stream="things", native_id=str(number), record=record, occurred_at=now)


def person(number: int, now: datetime, *, active: bool = True) -> Upsert:
    record = PersonProfile(identity=f"hris:{number}", name=f"Person {number}", active=active)
    return Upsert(stream="people", native_id=str(number), record=record, occurred_at=now)


def stored(database: Database) -> dict[str, str]:
    """Native id → title of what is not deleted."""
    r = t.records.c
    with database.read() as connection:
        found = connection.execute(sa.select(r.native_id, r.title).where(r.deleted_at.is_(None)))
        return {row.native_id: row.title for row in found}


def read_to(store: SqlIngestStore) -> int | None:
    cursor = store.cursors("source").get("things")
    return None if cursor is None else int(cursor.state["read"])


def test_a_sync_reads_and_a_second_writes_nothing(
    sync: Callable[..., Any], connector: Any, store: SqlIngestStore, now: datetime
) -> None:
    connector.items = [thing(n, now) for n in range(10)]
    report = sync()
    assert (report.state, report.total.read, report.total.created) == (SyncState.DONE, 10, 10)
    assert report.finished_at > report.started_at
    again = sync(restart=True)
    assert (again.total.read, again.total.unchanged, again.total.written) == (10, 10, 0)
    assert sync().total.read == 0
    assert read_to(store) == 10


def test_a_failing_source_ends_cleanly_and_is_taken_up_again(
    sync: Callable[..., Any], connector: Any, store: SqlIngestStore, now: datetime
) -> None:
    connector.items = [thing(n, now) for n in range(10)]
    connector.raises_at = (7, SourceUnavailable("no answer", subject="source"))
    report = sync()
    assert report.state == SyncState.FAILED
    assert isinstance(report.error, SourceUnavailable)
    assert len(stored(store.database)) == 7, "what was read is kept"
    assert read_to(store) == 6, "the cursor stands where the source last said so"
    with store.database.read() as connection:
        run = connection.execute(sa.select(t.sync_runs)).one()
    assert (run.state, run.error) == ("failed", "source: no answer")
    assert run.counts["things"]["created"] == 7
    connector.raises_at = None
    assert sync().state == SyncState.DONE
    assert len(stored(store.database)) == 10


def test_a_mistake_in_a_plugin_is_loud_and_names_it(
    sync: Callable[..., Any], connector: Any, store: SqlIngestStore, now: datetime
) -> None:
    connector.items = [thing(n, now) for n in range(10)]
    connector.raises_at = (7, KeyError("titel"))
    with pytest.raises(ContractViolation, match=r"scripted: .*KeyError: 'titel'"):
        sync()
    with store.database.read() as connection:
        assert connection.scalar(sa.select(t.sync_runs.c.state)) == "failed"
    with store.hold("source"):
        pass  # the lock is free again


@pytest.mark.parametrize(
    "item",
    [
        Tombstone(stream="elsewhere", native_id="1"),
        Failure(stream="elsewhere", native_id="1", reason="x"),
        Progress(stream="elsewhere", done=1),
        AclChange(stream="elsewhere", native_id="1"),
        AclChange(),
        "a string",
        None,
    ],
    ids=repr,
)
def test_an_item_against_the_rules_is_loud(sync: Callable[..., Any], connector: Any, item: Item) -> None:
    connector.items = [item]
    with pytest.raises(ContractViolation):
        sync()


def test_wrong_configuration_is_loud(sync: Callable[..., Any], connector: Any, now: datetime) -> None:
    connector.items = [thing(1, now)]
    connector.raises_at = (0, ConfigError("there is no secret at env:TOKEN."))
    with pytest.raises(ConfigError, match="env:TOKEN"):
        sync()


def test_long_ways_between_checkpoints_are_committed_in_parts(
    sync: Callable[..., Any], connector: Any, store: SqlIngestStore, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(one_sync, "PART_ITEMS", 10)
    sizes: list[int] = []
    write = store.write
    monkeypatch.setattr(store, "write", lambda *a, **k: (sizes.append(len(a[1])), write(*a, **k))[1])
    connector.items, connector.every = [thing(n, now) for n in range(35)], 1_000
    connector.raises_at = (34, SourceUnavailable("gone"))
    sync()
    assert sizes == [10, 10, 10, 4]
    assert len(stored(store.database)) == 34
    assert read_to(store) is None


def test_heavy_records_are_committed_in_smaller_parts(
    sync: Callable[..., Any], connector: Any, store: SqlIngestStore, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(one_sync, "PART_WEIGHT", 20_000)
    sizes: list[int] = []
    write = store.write
    monkeypatch.setattr(store, "write", lambda *a, **k: (sizes.append(len(a[1])), write(*a, **k))[1])
    heavy = WorkItem(kind=WorkItemKind.DOCUMENT, key="D", title="D", body="x" * 9_000)
    connector.items = [Upsert(stream="things", native_id=str(n), record=heavy, occurred_at=now) for n in range(7)]
    connector.every = 1_000
    sync()
    assert max(sizes) <= 4


def test_cancelled_it_keeps_what_it_read(
    sync: Callable[..., Any], connector: Any, store: SqlIngestStore, now: datetime
) -> None:
    connector.items = [thing(n, now) for n in range(10)]
    connector.present = {"things": []}
    asked = iter([False] * 4 + [True] * 100)
    report = sync(cancelled=lambda: next(asked))
    assert report.state == SyncState.CANCELLED
    assert 0 < len(stored(store.database)) < 10
    connector.present = {}
    assert sync().state == SyncState.DONE
    assert len(stored(store.database)) == 10


def test_quarantined_records_are_offered_again(
    sync: Callable[..., Any], connector: Any, store: SqlIngestStore, now: datetime
) -> None:
    connector.items = [thing(1, now), Failure(stream="things", native_id="2", reason="no title", payload={"n": 2})]
    assert sync().streams["things"].quarantined == 1
    assert connector.offered == [], "not in the run that quarantined it"
    connector.answers = [Failure(stream="things", native_id="2", reason="still no title")]
    sync()
    assert [(f.native_id, f.reason, dict(f.payload)) for f in connector.offered] == [("2", "no title", {"n": 2})]
    with store.database.read() as connection:
        assert connection.execute(sa.select(t.quarantine.c.attempts, t.quarantine.c.reason)).one() == (
            2,
            "still no title",
        )
    connector.answers = [thing(2, now)]
    assert sync().total.created == 1
    connector.answers = []
    sync()
    assert connector.offered == []


def test_what_the_source_no_longer_has_goes(
    sync: Callable[..., Any], connector: Any, store: SqlIngestStore, now: datetime
) -> None:
    connector.items = [thing(n, now) for n in range(50)]
    sync()
    connector.present = {"things": [str(n) for n in range(45)]}
    report = sync()
    assert (report.streams["things"].removed, report.refused) == (5, ())
    assert len(stored(store.database)) == 45
    assert sync().streams["things"].removed == 0


def test_too_many_removals_are_held_back(
    sync: Callable[..., Any], connector: Any, store: SqlIngestStore, now: datetime
) -> None:
    connector.items = [thing(n, now) for n in range(50)]
    sync()
    connector.present = {"things": [str(n) for n in range(39)]}
    report = sync()
    (refused,) = report.refused
    assert (refused.stream, refused.vanished, refused.of, refused.people) == ("things", 11, 50, False)
    assert all("--allow-removals" in words for words in refused.reason)
    assert report.state == SyncState.DONE
    assert len(stored(store.database)) == 50
    assert sync(allow_removals=True).streams["things"].removed == 11
    assert len(stored(store.database)) == 39


def test_active_people_weigh_more_than_leavers(sync: Callable[..., Any], connector: Any, now: datetime) -> None:
    connector.items = [person(n, now, active=n < 30) for n in range(100)]
    sync()
    connector.present = {"people": [str(n) for n in range(10, 100)]}
    (refused,) = sync().refused
    assert (refused.vanished, refused.of, refused.people) == (10, 30, True)


def test_a_source_that_fails_while_listing_removes_nothing(
    sync: Callable[..., Any], connector: Any, store: SqlIngestStore, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    connector.items = [thing(n, now) for n in range(5)]
    sync()

    def listing(_stream: str) -> Iterator[str]:
        yield "1"
        raise SourceUnavailable("went away")

    monkeypatch.setattr(connector, "sweep", listing)
    assert sync().state == SyncState.FAILED
    assert len(stored(store.database)) == 5


def test_a_failed_pull_is_not_followed_by_removals(
    sync: Callable[..., Any], connector: Any, store: SqlIngestStore, now: datetime
) -> None:
    connector.items = [thing(n, now) for n in range(4)]
    sync()
    connector.items.append(thing(9, now))
    connector.raises_at = (4, SourceUnavailable("gone"))
    connector.present = {"things": []}
    sync(allow_removals=True)
    assert len(stored(store.database)) == 4


def test_a_dry_run_tells_everything_and_changes_nothing(
    sync: Callable[..., Any],
    connector: Any,
    store: SqlIngestStore,
    now: datetime,
    contents: Callable[[Database], Any],
) -> None:
    connector.items = [thing(n, now) for n in range(4)]
    sync()
    before = contents(store.database)
    connector.items = [thing(n, now, title="New" if n == 1 else "Title") for n in range(5)]
    connector.present = {"things": ["0", "1", "2", "4"]}
    report = sync(dry_run=True, restart=True)
    assert contents(store.database) == before
    told = {(c.action, c.native_id): [(f.field, f.old, f.new) for f in c.fields] for c in report.changes}
    assert told == {
        ("changed", "1"): [("title", "Title", "New")],
        ("created", "4"): [],
        ("removed", "3"): [],
    }
    assert report.dry_run
    real = sync(restart=True)
    assert real.streams == report.streams
    with store.database.read() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(t.sync_runs)) == 2


def test_a_long_dry_run_counts_what_it_does_not_list(
    sync: Callable[..., Any], connector: Any, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(one_sync, "LISTED_CHANGES", 3)
    connector.items = [thing(n, now) for n in range(10)]
    report = sync(dry_run=True)
    assert (len(report.changes), report.more_changes) == (3, 7)


def test_one_sync_a_connection_at_a_time(sync: Callable[..., Any], store: SqlIngestStore, now: datetime) -> None:
    with store.hold("source"):
        store.start_run("source", "process 1 on elsewhere", now)
        with pytest.raises(StoreBusy, match="process 1 on elsewhere"):
            sync()


def test_an_unknown_connection_is_not_synced(store: SqlIngestStore, connector: Connector, now: datetime) -> None:
    with pytest.raises(NotFound, match="nowhere"):
        SyncEngine(store).run("nowhere", connector, clock=lambda: now)


def test_progress_is_told_with_counts_and_time_left(sync: Callable[..., Any], connector: Any, now: datetime) -> None:
    told: list[SyncProgress] = []
    connector.items = [
        Progress(stream="things", done=0, total=4),
        thing(1, now),
        thing(2, now),
        Failure(stream="things", native_id="3", reason="x"),
        Progress(stream="things", done=3, total=4),
        Upsert(stream="people", native_id="1", record=Account(identity="github:a"), occurred_at=now),
    ]
    sync(on_progress=told.append)
    things = [p for p in told if p.stream == "things"]
    assert (things[0].done, things[0].total, things[0].seconds_left) == (0, 4, None)
    assert (things[-1].done, things[-1].written, things[-1].quarantined) == (3, 2, 1)
    assert things[-1].seconds_left is not None
    assert things[-1].seconds_left >= 0
    assert [p for p in told if p.stream == "people"][-1].done == 1
    assert {p.connection for p in told} == {"source"}
