"""Chroma is killed in the middle of a flush, where it breaks; it comes back, and search answers all the while."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import psutil
import pytest

from coachkit.domain.audience import Audience
from coachkit.domain.identity import record_id
from coachkit.ingest.ports import Source
from coachkit.retrieval import Indexer, Query, Retriever
from coachkit.retrieval.ports import Embedded, Matrix
from coachkit.sdk import Upsert, WorkItem, WorkItemKind
from coachkit.store.relational.database import Database
from coachkit.store.relational.embeddings import SqlEmbeddingStore
from coachkit.store.relational.migrating import migrate
from coachkit.store.relational.searching import RelationalSearch
from coachkit.store.relational.syncs import SqlIngestStore
from coachkit.store.relational.writing_people import scope_id
from coachkit.store.vector import EmbeddedIndex

RECORDS = 2_500
"""Chroma flushes at each thousand."""

NOW = datetime(2026, 5, 20, 9, tzinfo=UTC)
SCOPES = frozenset({scope_id(Audience.org())})
SECONDS = 120.0


class Numbered:
    """A fast embedder: text number n is the n-th vector."""

    model = "numbered"

    def passages(self, texts: list[str]) -> Matrix:
        return np.stack([self.question(text) for text in texts])

    def question(self, text: str) -> Matrix:
        made = np.random.default_rng(int(text.split()[-1])).normal(size=64).astype(np.float32)
        return (made / np.linalg.norm(made)).astype(np.float32)

    def typical(self, asked_in_chinese: bool, written_in_chinese: bool) -> tuple[float, float]:
        return 0.0, 0.125


def of(number: int) -> int:
    return record_id("source", "things", str(number))


def write(database: Database, numbers: range, title: str) -> None:
    items = []
    for number in numbers:
        record = WorkItem(kind=WorkItemKind.ISSUE, key=f"K-{number}", title=f"{title} {number}", created_at=NOW)
        items.append(Upsert(stream="things", native_id=str(number), record=record, occurred_at=NOW))
    SqlIngestStore(database).write(Source(connection="source", connector="scripted"), items, now=datetime.now(UTC))


def embed(database: Database) -> None:
    """Work the queue off at once; how it is done in batches is tried elsewhere."""
    store, embedder = SqlEmbeddingStore(database), Numbered()
    while batch := store.waiting(1_000):
        done = [Embedded(one, str(one.text), False, embedder.question(str(one.text))) for one in batch]
        store.save(embedder.model, done, [])


class Killer:
    """Kills the process of the index when its files begin to change, as often as it is asked to."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._wanted = 0
        self._over = threading.Event()
        self.hit = 0
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def want(self) -> None:
        self._wanted += 1

    @property
    def waiting(self) -> bool:
        return self._wanted > self.hit

    def end(self) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        seen: dict[str, tuple[int, int]] = {}
        while not self._over.wait(0.001):
            try:
                now = self._files()
            except OSError:  # an old generation is taken away at this moment
                continue
            if seen and now != seen and self.waiting and self._kill():
                self.hit += 1
            seen = now

    def _files(self) -> dict[str, tuple[int, int]]:
        found = {}
        for path in self._root.glob("g*/*/*.bin"):
            with suppress(OSError):
                at = path.stat()
                found[str(path)] = (at.st_size, at.st_mtime_ns)
        return found

    def _kill(self) -> bool:
        """The newest of ours: while it rebuilds there are two, and other tests may have left theirs."""
        for process in sorted(psutil.Process().children(), key=lambda one: -one.create_time()):
            with suppress(psutil.Error):
                words = " ".join(process.cmdline())
                if "coachkit.store.vector.process" in words and str(self._root) in words:
                    process.kill()
                    return True
        return False


class Searcher:
    """Asks all the while; every question is about one record, which must come first."""

    def __init__(self, retriever: Retriever) -> None:
        self._retriever = retriever
        self._over = threading.Event()
        self.answers = 0
        self.wrong: list[object] = []
        self._thread = threading.Thread(target=self._ask, daemon=True)
        self._thread.start()

    def end(self) -> None:
        self._over.set()
        self._thread.join()

    def _ask(self) -> None:
        number = 0
        while not self._over.is_set():
            number = (number + 97) % RECORDS
            try:
                hits = self._retriever.search(Query(text=f"asked {number}", scopes=SCOPES, limit=3))
                if not hits or hits[0].record_id != of(number):
                    self.wrong.append((number, hits[:1]))
                self.answers += 1
            except Exception as error:
                self.wrong.append(error)


@pytest.fixture
def database(tmp_path: Path, connected: Callable[..., object]) -> Iterator[Database]:
    made = Database(f"sqlite:///{tmp_path / 'coachkit.db'}")
    migrate(made)
    connected(made)
    yield made
    made.close()


def until_well(indexer: Indexer) -> None:
    deadline = time.monotonic() + SECONDS
    while not indexer.tend():
        assert time.monotonic() < deadline, indexer.status()


@pytest.mark.slow
@pytest.mark.timeout(1_200)
def test_killed_ten_times_in_a_flush(tmp_path: Path, database: Database) -> None:
    root, store = tmp_path / "vectors", SqlEmbeddingStore(database)
    index = EmbeddedIndex(root, "numbered")
    indexer = Indexer(store, Numbered(), index, clock=lambda: NOW)
    write(database, range(RECORDS), "said")
    embed(database)
    until_well(indexer)
    killer, searcher = Killer(root), Searcher(Retriever(RelationalSearch(database), Numbered(), index, few=100))
    try:
        for round_ in range(5):
            # One kill while changes are fed, one while what that broke is rebuilt.
            write(database, range(1_200), f"round {round_}")
            embed(database)
            for _ in range(2):
                killer.want()
                deadline = time.monotonic() + SECONDS
                while killer.waiting and time.monotonic() < deadline:
                    if indexer.tend() and killer.waiting:
                        indexer.wish("rebuild")  # it was not broken: write on
            until_well(indexer)
        assert killer.hit == 10
    finally:
        killer.end()
        searcher.end()
    assert searcher.wrong == []
    assert searcher.answers > 50
    assert index.watermark() == store.newest()
    held = dict(index.versions())
    assert held == dict(store.versions("numbered")), "as if nobody had killed anything"
    assert len(held) == RECORDS
    found = indexer.reconcile()
    assert found is not None
    assert (found.mended, found.strays, found.found) == (0, 0, found.looked_for)
    lost = [number for number in range(0, RECORDS, 5) if index.propose(_vector(number), SCOPES, 5)[0] != of(number)]
    assert len(lost) <= 0.02 * RECORDS / 5
    index.close()
    assert len([path for path in root.iterdir() if path.is_dir()]) == 1


def _vector(number: int) -> Matrix:
    return Numbered().question(str(number))


OWNER = """
import sys
from datetime import UTC, datetime
from pathlib import Path
sys.path.insert(0, {tests!r})
from test_killed_index import Numbered
from coachkit.retrieval import Indexer
from coachkit.store.relational.database import Database
from coachkit.store.relational.embeddings import SqlEmbeddingStore
from coachkit.store.vector import EmbeddedIndex
store = SqlEmbeddingStore(Database({url!r}))
indexer = Indexer(store, Numbered(), EmbeddedIndex(Path({root!r}), "numbered"), clock=lambda: datetime.now(UTC))
print("owning", flush=True)
while True:
    print(indexer.tend(), flush=True)
"""


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_the_owner_is_killed_and_chroma_finishes_its_write(tmp_path: Path, database: Database) -> None:
    """The usual end: the server is killed, and the process below it writes to the end and closes."""
    root, store = tmp_path / "vectors", SqlEmbeddingStore(database)
    write(database, range(RECORDS), "said")
    embed(database)
    code = OWNER.format(
        tests=str(Path(__file__).parent), url=database.url.render_as_string(hide_password=False), root=str(root)
    )
    for round_ in range(3):
        before = _files(root)
        owner = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
        assert owner.stdout is not None
        assert owner.stdout.readline() == "owning\n"
        deadline = time.monotonic() + SECONDS
        while _files(root) == before and time.monotonic() < deadline:
            time.sleep(0.001)
        os.kill(owner.pid, signal.SIGKILL)
        owner.wait()
        owner.stdout.close()
        write(database, range(1_500), f"round {round_}")
        embed(database)
    index = EmbeddedIndex(root, "numbered")
    indexer = Indexer(store, Numbered(), index, clock=lambda: NOW)
    until_well(indexer)
    assert dict(index.versions()) == dict(store.versions("numbered"))
    assert not index.doubtful, "it was closed each time"
    index.close()


def _files(root: Path) -> set[tuple[str, int]]:
    found = set()
    for path in root.glob("g*/*/*.bin"):
        with suppress(OSError):
            found.add((str(path), path.stat().st_mtime_ns))
    return found
