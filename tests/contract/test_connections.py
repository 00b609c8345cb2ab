"""Connections on both databases: checked at the edge, and removed without a trace."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import pytest
import sqlalchemy as sa
from pydantic import Field

from coachkit.errors import BadInput, ConfigError, NotFound, StoreBusy
from coachkit.ingest import Connection, Connections
from coachkit.ingest.ports import Source
from coachkit.sdk import (
    Account,
    AclChange,
    Audience,
    CheckReport,
    Configuration,
    Connector,
    Cursor,
    Failure,
    Interaction,
    InteractionKind,
    Item,
    PersonProfile,
    SecretRef,
    Stream,
    Upsert,
    WorkItem,
    WorkItemKind,
)
from coachkit.store.relational import schema as t
from coachkit.store.relational.connections import SqlConnectionStore
from coachkit.store.relational.database import Database
from coachkit.store.relational.syncs import SqlIngestStore


class TrackerConfig(Configuration):
    address: str = Field(description="Where it is.")
    token: SecretRef = Field(description="Its key.")
    page: int = Field(50, ge=1, description="Records of one answer.")


class Tracker(Connector):
    name = "tracker"
    title = ("Tracker", "工单")
    streams = (Stream(name="issues", title=("Issues", "工单")),)
    Config = TrackerConfig
    closed = 0

    def check(self) -> CheckReport:
        if self.config.address == "nowhere":
            return CheckReport(ok=False, findings=("There is nothing at nowhere.",))
        return CheckReport(ok=True, findings=("It answers.",))

    def pull(self, cursors: Mapping[str, Cursor]) -> Any:
        return iter(())

    def close(self) -> None:
        Tracker.closed += 1


def connector_class(name: str) -> type[Connector]:
    if name != "tracker":
        raise NotFound(f"no plugin brings a connector {name}.")
    return Tracker


@pytest.fixture
def told() -> list[Connection]:
    return []


@pytest.fixture
def connections(database: Database, told: list[Connection]) -> Connections:
    return Connections(SqlConnectionStore(database), connector_class, lambda made, _now: told.append(made))


GOOD = {"address": "https://x", "token": "env:TRACKER_TOKEN"}


def test_a_connection_is_kept_as_it_was_given(connections: Connections, told: list[Connection], now: datetime) -> None:
    before = Tracker.closed
    made, report = connections.add("pay", "tracker", GOOD, now=now, every_minutes=15)
    assert report.findings == ("It answers.",)
    assert Tracker.closed == before + 1
    assert connections.get("pay") == made
    assert made.config == {"address": "https://x", "token": "env:TRACKER_TOKEN", "page": 50}
    assert (made.every_minutes, made.created_at, made.enabled) == (15, now, True)
    assert told == [made]
    connector = connections.open("pay")
    assert (connector.connection, connector.config.page) == ("pay", 50)
    assert connections.check("pay").ok


@pytest.mark.parametrize(
    ("config", "says"),
    [
        ({"adress": "x", **GOOD}, "adress is not a setting"),
        ({"address": "x"}, "token is missing"),
        ({**GOOD, "page": 0}, "page: "),
        ({**GOOD, "token": "hunter2-in-clear"}, "a secret is given by reference"),
    ],
)
def test_a_wrong_configuration_is_explained(
    connections: Connections, now: datetime, config: dict[str, Any], says: str
) -> None:
    with pytest.raises(ConfigError) as refused:
        connections.add("pay", "tracker", config, now=now)
    assert says in refused.value.message
    assert refused.value.hint == "It takes: address, token, page (optional)."
    assert "hunter2" not in str(refused.value)
    assert connections.list() == []


def test_a_source_that_cannot_be_read_is_not_kept(connections: Connections, now: datetime) -> None:
    with pytest.raises(ConfigError, match="nothing at nowhere"):
        connections.add("pay", "tracker", {**GOOD, "address": "nowhere"}, now=now)
    assert connections.list() == []


@pytest.mark.parametrize("name", ["", "Pay", "a b", "-x", "x" * 65, "../etc", "工单"])
def test_a_name_must_be_plain(connections: Connections, now: datetime, name: str) -> None:
    with pytest.raises(BadInput, match="cannot be the name"):
        connections.add(name, "tracker", GOOD, now=now)


def test_names_are_unique_and_unknown_ones_are_told(connections: Connections, now: datetime) -> None:
    connections.add("pay", "tracker", GOOD, now=now)
    with pytest.raises(BadInput, match="already"):
        connections.add("pay", "tracker", GOOD, now=now)
    with pytest.raises(NotFound, match="There are: pay"):
        connections.get("pai")
    with pytest.raises(NotFound):
        connections.add("x", "unknown", GOOD, now=now)


def test_the_interval_can_be_changed_and_ended(connections: Connections, told: list[Connection], now: datetime) -> None:
    connections.add("pay", "tracker", GOOD, now=now)
    connections.schedule("pay", 30, now=now)
    assert connections.get("pay").every_minutes == 30
    connections.schedule("pay", None, now=now)
    assert [made.every_minutes for made in told] == [None, 30, None]
    assert connections.enable("pay", False, now=now).enabled is False
    with pytest.raises(BadInput, match="no interval"):
        connections.schedule("pay", 0, now=now)


def items_of(name: str, now: datetime) -> list[Item]:
    group = Audience.group(f"{name}:private")
    issue = WorkItem(
        kind=WorkItemKind.ISSUE,
        key="A-1",
        title=f"words of {name}",
        interactions=(Interaction(kind=InteractionKind.AUTHORED, actor=f"{name}:u1", at=now, target="shared:u"),),
    )
    profile = PersonProfile(identity=f"{name}:1", name=f"Person of {name}", emails=("both@example.org",))
    found: list[Item] = [
        AclChange(group=f"{name}:private", members=(f"{name}:u1",)),
        Upsert(stream="issues", native_id="1", record=issue, occurred_at=now, audience=group),
        Upsert(stream="issues", native_id="2", record=profile, occurred_at=now),
        Upsert(stream="issues", native_id="3", record=Account(identity=f"{name}:u1", name="u"), occurred_at=now),
        Failure(stream="issues", native_id="4", reason="no"),
    ]
    return found


def test_a_removed_connection_leaves_the_others_as_they_were(
    database: Database,
    connections: Connections,
    connected: Callable[..., SqlIngestStore],
    contents: Callable[[Database], dict[str, Any]],
    now: datetime,
) -> None:
    store = connected(database, "kept", "gone")
    kept, gone = Source(connection="kept", connector="tracker"), Source(connection="gone", connector="tracker")
    store.write(kept, items_of("kept", now), now=now)  # type: ignore[arg-type]
    with database.write() as connection:
        connection.execute(sa.delete(t.connections).where(t.connections.c.name == "gone"))
    before = contents(database)
    connected(database, "gone")
    store.write(gone, items_of("gone", now), now=now)  # type: ignore[arg-type]
    store.start_run("gone", "me", now)
    with store.hold("gone"), pytest.raises(StoreBusy):
        connections.remove("gone", now=now)
    assert connections.remove("gone", now=now) == 3
    after = contents(database)
    # the vector index is still to be told; a person stays, inactive, and keeps what was theirs
    leftovers = {"index_outbox", "kept_identities", "people"}
    for table, rows in before.items():
        if table not in leftovers:
            found = [row for row in after[table] if "gone:1" not in str(row)]
            assert found == rows, table
    (person,) = [row for row in after["people"] if "Person of gone" in str(row)]
    assert person[-1] is False


def test_a_large_connection_is_removed(
    database: Database, connections: Connections, connected: Callable[..., SqlIngestStore], now: datetime
) -> None:
    store = connected(database, "gone")
    record = Interaction(kind=InteractionKind.ASKED, actor="a:b", at=now, text="why")
    many = [Upsert(stream="issues", native_id=str(n), record=record, occurred_at=now) for n in range(4_100)]
    store.write(Source(connection="gone", connector="tracker"), many, now=now)
    assert connections.remove("gone", now=now) == 4_100
    with database.read() as reading:
        for table in (t.records, t.interactions, t.postings, t.identities, t.scopes):
            assert reading.scalar(sa.select(sa.func.count()).select_from(table)) == 0
