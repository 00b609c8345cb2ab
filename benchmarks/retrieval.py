"""Search under permissions against exact comparison of what is visible: recall, latency, and how fast it is indexed.

100,000 records of sentences from the sample organisation, in English and Chinese. Vectors are synthetic (400 clusters
with noise): embedding so many texts takes an hour. ``--size`` takes another number of records, ``--folder`` keeps what
was made for the next run, and ``--chroma`` asks the vector index too, which takes minutes to fill.

Beside the time on the wall stands that of the processor: on a machine that does other work too, it says more.
"""

from __future__ import annotations

import argparse
import os
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from coachkit.domain.audience import Audience
from coachkit.domain.identity import record_id
from coachkit.retrieval import Query, Retriever
from coachkit.retrieval.language import is_chinese
from coachkit.retrieval.ports import Matrix, Permitted
from coachkit.retrieval.retriever import CANDIDATES
from coachkit.store.relational import schema as t
from coachkit.store.relational.bulk import insert_rows
from coachkit.store.relational.database import Database
from coachkit.store.relational.embeddings import SqlEmbeddingStore
from coachkit.store.relational.migrating import migrate
from coachkit.store.relational.postings import IndexableRecord, index_records
from coachkit.store.relational.searching import RelationalSearch
from coachkit.store.relational.types import milliseconds
from coachkit.store.relational.vectors import VectorMemory
from coachkit.store.relational.writing_people import scope_id
from coachkit.store.vector import EmbeddedIndex

T = TypeVar("T")

MODEL, DIMENSIONS, CLUSTERS = "synthetic", 384, 400
SCOPES = 2_000
AUDIENCES = [Audience.people(f"bench:{number}") for number in range(SCOPES)]
ASKED = 20
NEAREST = 10
NOW = datetime(2026, 5, 20, tzinfo=UTC)
SAMPLE = Path(__file__).parents[1] / "src" / "coachkit" / "sample" / "data"


class Known:
    """An embedder that knows the vectors of its questions."""

    model = MODEL

    def __init__(self) -> None:
        self.vectors: dict[str, Matrix] = {}

    def passages(self, texts: Sequence[str]) -> Matrix:
        return np.stack([self.vectors[text] for text in texts])

    def question(self, text: str) -> Matrix:
        return self.vectors[text]

    def typical(self, asked_in_chinese: bool, written_in_chinese: bool) -> tuple[float, float]:
        return 0.0, 0.05


def sentences() -> list[str]:
    """Real words: lines of the sample organisation's works and phrases."""
    found = []
    for path in sorted([*SAMPLE.rglob("*.txt"), *SAMPLE.rglob("*.yaml")]):
        for line in path.read_text("utf-8").splitlines():
            text = re.sub(r"[{}\[\]|>\"']|^\W+", " ", line).strip()
            if len(text) > 12:
                found.append(text)
    return found


def vectors(size: int, rng: np.random.Generator) -> Matrix:
    centres = rng.normal(size=(CLUSTERS, DIMENSIONS)).astype(np.float32)
    made = centres[rng.integers(CLUSTERS, size=size)] + 1.2 * rng.normal(size=(size, DIMENSIONS)).astype(np.float32)
    made /= np.linalg.norm(made, axis=1, keepdims=True)
    return made.astype(np.float32)


def batches(items: Iterator[T], size: int) -> Iterator[list[T]]:
    while batch := list(islice(items, size)):
        yield batch


@dataclass(frozen=True, slots=True)
class Made:
    """What is searched, in one order."""

    matrix: Matrix
    ids: NDArray[np.int64]
    scopes: NDArray[np.int64]
    texts: list[str]
    days: list[int]


def make(size: int, rng: np.random.Generator) -> Made:
    lines = sentences()
    scopes = np.array([scope_id(audience) for audience in AUDIENCES])
    return Made(
        matrix=vectors(size, rng),
        ids=np.array([record_id("bench", "records", str(number)) for number in range(size)]),
        scopes=scopes[rng.integers(SCOPES, size=size)],
        texts=[" ".join(lines[place] for place in rng.integers(len(lines), size=2)) for _ in range(size)],
        days=rng.integers(180, size=size).tolist(),
    )


def fill(database: Database, made: Made) -> None:
    """Write records, words and vectors."""
    size, at = len(made.texts), milliseconds(NOW)
    ids, scopes = made.ids.tolist(), made.scopes.tolist()
    with database.write() as writing:
        insert_rows(writing, t.scopes, [(scope_id(audience), "people", audience.key) for audience in AUDIENCES])
    began = time.perf_counter()
    for batch in batches(iter(range(size)), 5_000):
        with database.write() as writing:
            when = {n: NOW - timedelta(days=made.days[n]) for n in batch}
            insert_rows(
                writing,
                t.records,
                [
                    (
                        *(ids[n], "bench", "bench", "bench", "records", str(n), "issue", f"B-{n}"),
                        *(made.texts[n], "", None, milliseconds(when[n]), at, None, scopes[n], "work", "", None),
                    )
                    for n in batch
                ],
            )
            records = [IndexableRecord(ids[n], scopes[n], when[n], f"B-{n}", made.texts[n], "") for n in batch]
            index_records(writing, records, now=NOW, new=True)
    report("words of records indexed (with the records, in one transaction)", size, began, "record")
    began = time.perf_counter()
    for batch in batches(iter(range(size)), 5_000):
        with database.write() as writing:
            languages = {n: "zh" if is_chinese(made.texts[n]) else "en" for n in batch}
            rows = [(ids[n], MODEL, str(n), languages[n], made.matrix[n].tobytes(), n + 1) for n in batch]
            insert_rows(writing, t.embeddings, rows)
            writing.execute(t.index_outbox.delete())
    report("vectors stored beside them, in bulk", size, began, "vector")
    SqlEmbeddingStore(database).set_state("vectors", {"version": size})


def report(what: str, count: int, began: float, unit: str) -> None:
    seconds = time.perf_counter() - began
    print(f"  {what:<66} {count / seconds:>9,.0f} {unit}s a second  ({seconds:.1f} s)", flush=True)


@dataclass(frozen=True, slots=True)
class Timed:
    """Answers to each question, and milliseconds of it: on the wall (median, 95th percentile) and of the processor."""

    answers: list[Any]
    wall: float
    slowest: float
    processor: float

    def __str__(self) -> str:
        return f"{self.wall:>7.1f} / {self.slowest:>6.1f} ({self.processor:>6.1f})"


def timed(ask: Callable[[int], Any]) -> Timed:
    answers, wall, processor = [], [], []
    for number in range(ASKED):
        began, worked = time.perf_counter(), time.process_time()
        answers.append(ask(number))
        wall.append(1_000 * (time.perf_counter() - began))
        processor.append(1_000 * (time.process_time() - worked))
    slowest = sorted(wall)[int(0.95 * (ASKED - 1))]
    return Timed(answers, statistics.median(wall), slowest, statistics.median(processor))


def recall(found: Timed, wanted: Timed) -> float:
    """Share of the nearest that are visible, over all questions."""
    pairs = zip(found.answers, wanted.answers, strict=True)
    return statistics.mean(len(set(some) & set(all_)) / max(1, len(all_)) for some, all_ in pairs)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", type=int, default=100_000)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--chroma", action="store_true")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder: Path = asked.folder or Path(temporary)
        measure(folder, asked.size, chroma=asked.chroma)
    print(f"\nLoad of the machine over the last 1, 5 and 15 minutes: {', '.join(f'{n:.1f}' for n in os.getloadavg())}")


def measure(folder: Path, size: int, *, chroma: bool) -> None:
    rng = np.random.default_rng(7)
    made = make(size, rng)
    path = folder / f"bench-{size}.db"
    before = path.exists()
    database = Database(f"sqlite:///{path}")
    migrate(database)
    if not before:
        print(f"Indexing, {size:,} records in {SCOPES:,} scopes:")
        fill(database, made)
    index = indexed(database, folder, size) if chroma else None
    search = RelationalSearch(database, VectorMemory(patience=0))
    with search.reading() as view:
        began = time.perf_counter()
        view.at_hand(MODEL)
        report("vectors read into memory", size, began, "vector")
    print("\nSearching: ms on the wall, median / 95th percentile (of the processor, median); recall of the nearest 10;")
    print(
        "ratio of processor time to NumPy over what may be read. Who may read what is asked of the database each time."
    )
    for count in (10, 100, 1_000):
        row(database, search, index, made, count, rng)
    if index is not None:
        index.close()
    database.close()


def indexed(database: Database, folder: Path, size: int) -> EmbeddedIndex:
    index = EmbeddedIndex(folder / f"vectors-{size}", MODEL)
    if not index.open():
        began = time.perf_counter()
        index.rebuild(SqlEmbeddingStore(database).entries(MODEL), size)
        report("vectors into Chroma (a rebuild)", size, began, "vector")
    return index


def row(
    database: Database,
    search: RelationalSearch,
    index: EmbeddedIndex | None,
    made: Made,
    count: int,
    rng: np.random.Generator,
) -> None:
    """Search for a viewer who may read so many scopes."""
    allowed = rng.permutation(np.unique(made.scopes))[:count]
    seen = np.flatnonzero(np.isin(made.scopes, allowed))
    scopes = frozenset(allowed.tolist())
    within = Permitted(scopes)
    visible, visible_ids = made.matrix[seen], made.ids[seen]
    chosen = rng.choice(seen, ASKED)
    questions = made.matrix[chosen] + 0.03 * rng.normal(size=(ASKED, DIMENSIONS)).astype(np.float32)
    questions = (questions / np.linalg.norm(questions, axis=1, keepdims=True)).astype(np.float32)
    words = [" ".join(made.texts[place].split()[:6])[:60] + f" {number}" for number, place in enumerate(chosen)]
    known = Known()
    known.vectors = dict(zip(words, questions, strict=True))
    unread = RelationalSearch(database, VectorMemory(patience=sys.maxsize))

    def in_memory(number: int) -> list[int]:
        near = visible @ questions[number]
        return [int(found) for found in visible_ids[np.argpartition(-near, NEAREST)[:NEAREST]]]

    def nearest(by: RelationalSearch, number: int, record_ids: list[int] | None = None) -> list[int]:
        with by.reading() as view:
            near = view.similar(within, MODEL, questions[number], record_ids=record_ids)
        return [int(found) for found in near.record[np.argpartition(-near.similarity, NEAREST)[:NEAREST]]]

    def by_index(number: int) -> list[int]:
        assert index is not None
        return nearest(search, number, index.propose(questions[number], scopes, 2 * CANDIDATES, len(seen)))

    wanted = timed(in_memory)
    print(f"\n  {count:,} scopes, {len(seen):,} records that may be read")
    print(f"    {'NumPy over them, in memory':<50} {wanted}")
    ways: dict[str, Callable[[int], list[int]]] = {
        "exact, vectors in memory": lambda number: nearest(search, number),
        "exact, vectors from the database": lambda number: nearest(unread, number),
    }
    if index is not None:
        ways["the vector index, compared again"] = by_index
    for name, ask in ways.items():
        took = timed(ask)
        ratio = took.processor / wanted.processor
        print(f"    {name:<50} {took}   recall {recall(took, wanted):.3f}   ratio {ratio:,.1f}", flush=True)
    retriever = Retriever(search, known, index)
    whole = timed(lambda number: retriever.search(Query(text=words[number], scopes=scopes)))
    print(f"    {'whole search, words and meaning':<50} {whole}", flush=True)


if __name__ == "__main__":
    main()
