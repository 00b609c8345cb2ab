"""Whatever a source yields: applied twice it is as applied once, and it makes no difference where a sync was cut."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import pytest
import sqlalchemy as sa
from examples import examples
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from coachkit.ingest import Connection, SyncEngine
from coachkit.ingest.ports import Source, Storable
from coachkit.sdk import (
    Account,
    AclChange,
    Audience,
    Checkpoint,
    CheckReport,
    Configuration,
    Connector,
    Cursor,
    Failure,
    Goal,
    Interaction,
    InteractionKind,
    Item,
    KeyResult,
    Measurement,
    PersonProfile,
    SourceUnavailable,
    Stream,
    Tombstone,
    Upsert,
    WorkItem,
    WorkItemKind,
)
from coachkit.store.relational import schema as t
from coachkit.store.relational.connections import SqlConnectionStore
from coachkit.store.relational.database import Database
from coachkit.store.relational.migrating import migrate
from coachkit.store.relational.syncs import SqlIngestStore

NOW = datetime(2026, 5, 20, 9, 0, tzinfo=UTC)
SOURCE = Source(connection="source", connector="cut")
STREAM = "things"

Contents = Callable[[Database], dict[str, list[tuple[Any, ...]]]]

people = st.sampled_from(["github:ana", "github:wei", "email:ana@example.org", "hris:1", "hris:2"])
moments = st.integers(0, 3).map(lambda n: NOW - timedelta(days=n))
words = st.sampled_from(["", "ledger export", "索引 重建", "paging PAY-17"])
audiences = st.one_of(
    st.just(Audience.org()),
    st.just(Audience.nobody()),
    st.builds(Audience.subject, people),
    st.builds(Audience.group, st.sampled_from(["g", "h"])),
)
interactions = st.builds(
    Interaction,
    kind=st.sampled_from(InteractionKind),
    actor=people,
    target=st.none() | people,
    at=moments,
    text=st.none() | words,
)
work = st.builds(
    WorkItem,
    kind=st.sampled_from([WorkItemKind.ISSUE, WorkItemKind.COMMIT]),
    key=st.sampled_from(["A-1", "A-2"]),
    title=words,
    body=st.none() | words,
    interactions=st.lists(interactions, max_size=2).map(tuple),
)
goals = st.builds(
    Goal,
    key=st.just("O"),
    title=words,
    owners=st.lists(people, max_size=2).map(tuple),
    key_results=st.lists(
        st.builds(
            KeyResult,
            key=st.just("K"),
            title=words,
            measurements=st.lists(st.builds(Measurement, at=moments, value=st.floats()), max_size=2).map(tuple),
        ),
        max_size=2,
    ).map(tuple),
)
accounts = st.builds(
    Account,
    identity=people,
    name=st.none() | words,
    emails=st.just(()) | st.just(("ana@example.org",)),
    same_as=st.lists(people, max_size=1).map(tuple),
    bot=st.booleans(),
)
native_ids = st.sampled_from(["1", "2", "3", "4"])
versions = st.none() | st.integers(1, 4)
upserts = st.builds(
    Upsert,
    stream=st.just(STREAM),
    native_id=native_ids,
    record=st.one_of(work, goals, interactions, accounts),
    occurred_at=moments,
    version=versions,
    audience=audiences,
)
profiles = st.builds(
    Upsert,
    stream=st.just(STREAM),
    native_id=st.just("profile"),
    record=st.builds(
        PersonProfile,
        identity=st.just("hris:1"),
        name=st.sampled_from(["Ana", "安娜"]),
        emails=st.just(("ana@example.org",)),
        active=st.booleans(),
    ),
    occurred_at=moments,
)
"""A person that comes stays, so what is made of one between two cuts is not undone: no tombstones for these."""
changes = st.one_of(
    upserts,
    upserts,
    profiles,
    st.builds(Tombstone, stream=st.just(STREAM), native_id=native_ids, at=st.none() | moments),
    st.builds(AclChange, stream=st.just(STREAM), native_id=native_ids, audience=audiences),
    st.builds(AclChange, group=st.sampled_from(["g", "h"]), members=st.lists(people, max_size=3).map(tuple)),
    st.builds(Failure, stream=st.just(STREAM), native_id=native_ids, reason=words),
)

quick = settings(deadline=None, max_examples=examples(30), suppress_health_check=[HealthCheck.function_scoped_fixture])


_free: list[Database] = []
"""Migrated databases that no example uses now. Emptying one takes a hundredth of the time that making one does."""


@contextmanager
def empty() -> Iterator[SqlIngestStore]:
    database = _free.pop() if _free else _made()
    with database.write() as connection:
        for table in reversed(t.metadata.sorted_tables):
            connection.exec_driver_sql(f"DELETE FROM {table.name}")
    SqlConnectionStore(database).save(Connection(name="source", connector="cut", created_at=NOW))
    yield SqlIngestStore(database)
    _free.append(database)


def _made() -> Database:
    database = Database(f"sqlite:///{Path(mkdtemp(prefix='coachkit-')) / 'x.db'}")
    migrate(database)
    return database


@pytest.fixture(autouse=True, scope="module")
def _nothing_stays() -> Iterator[None]:
    yield
    for database in _free:
        database.close()
        shutil.rmtree(Path(database.url.database or "").parent)
    _free.clear()


CLOSED_BEFORE_IT_CAME = [
    AclChange(stream=STREAM, native_id="4", audience=Audience.nobody()),
    Upsert(
        stream=STREAM,
        native_id="4",
        record=Goal(key="O", title=""),
        occurred_at=NOW,
        audience=Audience.org(),
    ),
]


@quick
@given(items=st.lists(changes, max_size=12))
@example(items=CLOSED_BEFORE_IT_CAME)
def test_applied_twice_is_as_applied_once(contents: Contents, items: list[Storable]) -> None:
    with empty() as store:
        store.write(SOURCE, items, now=NOW)
        once = contents(store.database)
        store.write(SOURCE, items, now=NOW)
        assert _in_use(contents(store.database)) == _in_use(once)


@quick
@given(items=st.lists(changes, max_size=12), cuts=st.sets(st.integers(0, 12), max_size=4))
def test_it_makes_no_difference_where_it_is_cut(contents: Contents, items: list[Storable], cuts: set[int]) -> None:
    with empty() as whole, empty() as parts:
        whole.write(SOURCE, items, now=NOW)
        places = [0, *sorted(cuts), len(items)]
        for begin, end in itertools.pairwise(places):
            parts.write(SOURCE, items[begin:end], now=NOW)
        _same(contents(parts.database), contents(whole.database))


def _in_use(found: dict[str, Any]) -> dict[str, Any]:
    """Without the audiences in which no record is: one may have been in it for a moment, between two changes."""
    used = {row[list(t.records.c.keys()).index("scope_id")] for row in found["records"]}
    return found | {table: [row for row in found[table] if row[0] in used] for table in ("scopes", "scope_members")}


def _same(cut: dict[str, Any], whole: dict[str, Any]) -> None:
    """What came and went between two cuts leaves an identity that belongs to nobody, and one look of the indexer in
    vain."""
    cut, whole = _in_use(cut), _in_use(whole)
    assert {row[0] for row in cut.pop("index_outbox")} >= {row[0] for row in whole.pop("index_outbox")}
    person = list(t.identities.c.keys()).index("person_id")
    mentioned = [row for row in cut["identities"] if row not in whole["identities"]]
    assert all(row[person] is None for row in mentioned)
    assert cut | {"identities": [row for row in cut["identities"] if row not in mentioned]} == whole


class CutSource(Connector):
    """Yields its items, a checkpoint after every few, and stops where it is told."""

    name = "cut"
    title = ("Cut", "断")
    streams = (Stream(name=STREAM, title=("Things", "事物")),)

    def __init__(self, items: list[Item], every: int, stops: list[int]) -> None:
        super().__init__("source", Configuration())
        self.items, self.every, self.stops = items, every, stops

    def check(self) -> CheckReport:
        return CheckReport(ok=True)

    def pull(self, cursors: Mapping[str, Cursor]) -> Iterator[Item]:
        start = int(cursors[STREAM].state["read"]) if STREAM in cursors else 0
        stop = self.stops.pop() if self.stops else None
        for index, item in enumerate(self.items[start:], start):
            if index == stop:
                raise SourceUnavailable("cut")
            yield item
            if (index + 1) % self.every == 0:
                yield Checkpoint(stream=STREAM, cursor=Cursor(version=1, state={"read": index + 1}))
        yield Checkpoint(stream=STREAM, cursor=Cursor(version=1, state={"read": len(self.items)}))


@quick
@given(
    items=st.lists(changes, min_size=1, max_size=12),
    every=st.integers(1, 5),
    stops=st.lists(st.integers(0, 11), min_size=1, max_size=4),
)
def test_stopped_anywhere_and_resumed_it_ends_the_same(
    contents: Contents, items: list[Item], every: int, stops: list[int]
) -> None:
    with empty() as whole, empty() as stopped:
        SyncEngine(whole).run("source", CutSource(items, every, []), clock=lambda: NOW)
        for _ in range(len(stops) + 1):
            SyncEngine(stopped).run("source", CutSource(items, every, stops), clock=lambda: NOW)
        _same(contents(stopped.database), contents(whole.database))


@quick
@given(items=st.lists(changes, max_size=12))
def test_what_is_removed_leaves_no_rows(items: list[Storable]) -> None:
    with empty() as store:
        gone: list[Storable] = [Tombstone(stream=STREAM, native_id=n) for n in ("1", "2", "3", "4", "profile")]
        store.write(SOURCE, [*items, *gone], now=NOW)
        with store.database.read() as connection:
            for table in t.metadata.sorted_tables:
                if "record_id" in table.c and table is not t.index_outbox:
                    assert not connection.execute(sa.select(table)).all(), table.name
            held = connection.execute(sa.select(t.records.c.title, t.records.c.text, t.records.c.url)).all()
        assert all(tuple(row) == ("", "", None) for row in held)
