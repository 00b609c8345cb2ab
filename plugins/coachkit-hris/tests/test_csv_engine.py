"""A CSV file through the real engine into a real database: dry run, guard, leavers, and who an e-mail belongs to."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from coachkit.ingest import Connection, SyncReport
from coachkit.ingest.engine import SyncEngine
from coachkit.store.relational import schema as t
from coachkit.store.relational.connections import SqlConnectionStore
from coachkit.store.relational.database import Database
from coachkit.store.relational.migrating import migrate
from coachkit.store.relational.syncs import SqlIngestStore
from coachkit_hris.csv_connector import HrisCsv

Files = Callable[..., HrisCsv]


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    made = Database(f"sqlite:///{tmp_path / 'coachkit.db'}")
    migrate(made)
    connection = Connection(name="hr", connector="hris-csv", created_at=datetime(2026, 5, 1, tzinfo=UTC))
    SqlConnectionStore(made).save(connection)
    yield made
    made.close()


@pytest.fixture
def sync(database: Database) -> Callable[..., SyncReport]:
    engine = SyncEngine(SqlIngestStore(database))

    def run(connector: HrisCsv, **options: bool) -> SyncReport:
        return engine.run("hr", connector, clock=lambda: datetime(2026, 5, 4, tzinfo=UTC), **options)

    return run


def rows(database: Database, table: sa.Table, *columns: str) -> set[tuple[object, ...]]:
    with database.read() as reading:
        return {tuple(row) for row in reading.execute(sa.select(*(table.c[name] for name in columns)))}


def test_a_dry_run_tells_the_difference_and_writes_nothing(
    sync: Callable[..., SyncReport], files: Files, people: list[str], database: Database
) -> None:
    sync(files(people))
    before = rows(database, t.records, "id", "content_hash", "deleted_at")
    moved = [row.replace("search,1000", "payments,1002") for row in people]
    report = sync(files(moved, "2026-06-01"), dry_run=True)
    told = {(change.action, change.key): {f.field: f.new for f in change.fields} for change in report.changes}
    assert told["changed", "1001>search"]["ends_on"] == "2026-05-31"
    assert ("created", "1001>payments") in told
    assert ("created", "1001>1002") in told
    assert rows(database, t.records, "id", "content_hash", "deleted_at") == before
    sync(files(moved, "2026-06-01"))
    assert sync(files(moved, "2026-06-02")).total.written == 0


def test_a_truncated_file_is_stopped_by_the_guard(
    sync: Callable[..., SyncReport], files: Files, database: Database
) -> None:
    many = [f"{n},Person {n},,p{n}@example.org,,,team,{0 if n else ''},2020-01-01,," for n in range(40)]
    sync(files(many))
    report = sync(files(many[:10], "2026-06-01"))
    assert [(refused.stream, refused.vanished, refused.of) for refused in report.refused] == [("people", 30, 40)]
    assert rows(database, t.people, "active") == {(True,)}
    assert rows(database, t.memberships, "ends_on") == {(None,)}, "their rows still run"
    report = sync(files(many[:10], "2026-06-02"), allow_removals=True)
    assert not report.refused
    with database.read() as reading:
        gone = reading.execute(sa.select(t.people.c.name, t.people.c.left_on).where(~t.people.c.active)).all()
        held = reading.scalar(sa.select(sa.func.count()).where(t.identities.c.key == "email:p39@example.org"))
        owned = reading.scalar(sa.select(t.identities.c.person_id).where(t.identities.c.key == "email:p39@example.org"))
    assert len(gone) == 30
    assert ("Person 39", date(2026, 6, 2)) in {tuple(row) for row in gone}
    assert held == 1
    assert owned is not None, "what they did stays theirs"
    assert rows(database, t.memberships, "ends_on") == {(None,), (date(2026, 6, 2),)}


def test_the_same_file_in_another_encoding_writes_nothing(
    sync: Callable[..., SyncReport], files: Files, people: list[str]
) -> None:
    connector = files(people)
    sync(connector)
    raw = connector.config.people.read_text("utf-8").encode("gb18030")
    assert sync(files([], raw=raw)).total.written == 0
