"""A process that syncs one long, mixed source, so that a test can kill it. Arguments: database URL, number of items."""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta

from coachkit.errors import CoachkitError
from coachkit.ingest import Connection, SyncEngine, sync
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
    Link,
    Measurement,
    PersonProfile,
    StateChange,
    Stream,
    Tombstone,
    Upsert,
    WorkItem,
    WorkItemKind,
)
from coachkit.store.relational.connections import SqlConnectionStore
from coachkit.store.relational.database import Database
from coachkit.store.relational.migrating import migrate
from coachkit.store.relational.syncs import SqlIngestStore

START = datetime(2026, 1, 1, tzinfo=UTC)
STREAM = "things"


class LongSource(Connector):
    name = "long"
    title = ("Long", "长")
    streams = (Stream(name=STREAM, title=("Things", "事物")),)
    size = 0

    def check(self) -> CheckReport:
        return CheckReport(ok=True)

    def pull(self, cursors: Mapping[str, Cursor]) -> Iterator[Item]:
        start = int(cursors[STREAM].state["read"]) if cursors else 0
        for number in range(start, self.size):
            yield item(number)
            if number % 97 == 0:
                yield Checkpoint(stream=STREAM, cursor=Cursor(version=1, state={"read": number + 1}))
        yield Checkpoint(stream=STREAM, cursor=Cursor(version=1, state={"read": self.size}))

    def sweep(self, stream: str) -> Iterator[str]:
        return (f"{number}" for number in range(1_000) if number % 11)


def item(number: int) -> Item:
    """The item at a place: always the same; records come again changed, go, come back, and change hands."""
    chance = random.Random(number)
    native_id, at = str(chance.randrange(1_000)), START + timedelta(minutes=number)
    kind = chance.randrange(20)
    if kind == 0:
        return Tombstone(stream=STREAM, native_id=native_id, at=at)
    if kind == 1:
        return AclChange(stream=STREAM, native_id=native_id, audience=Audience.group(f"g{chance.randrange(4)}"))
    if kind == 2:
        group = f"g{chance.randrange(4)}"
        return AclChange(group=group, members=tuple(f"github:u{chance.randrange(40)}" for _ in range(5)))
    if kind == 3:
        return Failure(stream=STREAM, native_id=native_id, reason=f"reason {number % 3}", payload={"n": number})
    version = number if chance.random() < 0.3 else None
    return Upsert(stream=STREAM, native_id=native_id, record=record(chance, at), occurred_at=at, version=version)


def record(chance: random.Random, at: datetime) -> PersonProfile | Account | Goal | Interaction | WorkItem:
    who = f"github:u{chance.randrange(40)}"
    words = " ".join(chance.choices(("ledger", "export", "索引", "重建", "paging", "login", "对账"), k=12))
    kind = chance.randrange(8)
    if kind == 0:
        number = chance.randrange(40)
        return PersonProfile(identity=f"hris:{number}", name=f"P {number}", emails=(f"u{number}@example.org",))
    if kind == 1:
        return Account(identity=who, name=who, emails=(f"u{chance.randrange(40)}@example.org",))
    if kind == 2:
        measured = (Measurement(at=at, value=chance.random(), by=who),)
        result = KeyResult(key="KR", title=words, owners=(who,), measurements=measured)
        return Goal(key="O", title=words, owners=(who,), key_results=(result,))
    interaction = Interaction(
        kind=InteractionKind.REVIEWED, actor=who, at=at, target="github:u1", item="PAY-1", text=words
    )
    if kind == 3:
        return interaction
    return WorkItem(
        kind=WorkItemKind.ISSUE,
        key=f"PAY-{chance.randrange(99)}",
        title=words,
        body=words,
        interactions=(interaction,) * chance.randrange(4),
        history=(StateChange(at=at, state="open", by=who),),
        links=(Link(rel="goal", target="KR"),),
    )


def main(url: str, size: int) -> int:
    database = Database(url)
    migrate(database)
    SqlConnectionStore(database).save(Connection(name="long", connector="long", created_at=START))
    connector = LongSource("long", Configuration())
    connector.size = size
    sync.FLUSH_ITEMS, sync.PART_ITEMS = 200, 300  # many transactions, so that a kill falls between them
    sys.stdout.write("syncing\n")
    sys.stdout.flush()
    try:
        SyncEngine(SqlIngestStore(database)).run("long", connector, clock=lambda: START, allow_removals=True)
    except CoachkitError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], int(sys.argv[2])))
