"""Search under permissions against exact comparison of what is visible: recall, latency, and how fast it is indexed.

100,000 records of sentences from the sample organisation, in English and Chinese. Vectors are synthetic (400 clusters
with noise): embedding so many texts takes an hour. ``--size`` takes another number of records.
"""

from __future__ import annotations

import argparse
import re
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import TypeVar

import numpy as np

from coachkit.domain.audience import Audience
from coachkit.domain.identity import record_id
from coachkit.models.embedder import PackagedEmbedder
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
from coachkit.store.relational.writing_people import scope_id
from coachkit.store.vector import EmbeddedIndex

T = TypeVar("T")

MODEL, DIMENSIONS, CLUSTERS = "synthetic", 384, 400
SCOPES = 2_000
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


def fill(database: Database, size: int, rng: np.random.Generator) -> tuple[Matrix, list[int], list[int], list[str]]:
    """Records, words and vectors; returns the vectors, ids, scopes and texts, in one order."""
    lines = sentences()
    matrix = vectors(size, rng)
    audiences = [Audience.people(f"bench:{number}") for number in range(SCOPES)]
    scopes = [scope_id(audience) for audience in audiences]
    ids = [record_id("bench", "records", str(number)) for number in range(size)]
    of = rng.integers(SCOPES, size=size).tolist()
    texts = [" ".join(lines[place] for place in rng.integers(len(lines), size=2)) for _ in range(size)]
    days = rng.integers(180, size=size).tolist()
    at = milliseconds(NOW)
    with database.write() as writing:
        insert_rows(writing, t.scopes, [(scopes[n], "people", a.key) for n, a in enumerate(audiences)])
    began = time.perf_counter()
    for batch in batches(iter(range(size)), 5_000):
        with database.write() as writing:
            when = {number: NOW - timedelta(days=days[number]) for number in batch}
            insert_rows(
                writing,
                t.records,
                [
                    (
                        *(ids[n], "bench", "bench", "bench", "records", str(n), "issue", f"B-{n}", texts[n], "", None),
                        *(milliseconds(when[n]), at, None, scopes[of[n]], "work", "", None),
                    )
                    for n in batch
                ],
            )
            records = [IndexableRecord(ids[n], scopes[of[n]], when[n], f"B-{n}", texts[n], "") for n in batch]
            index_records(writing, records, now=NOW, new=True)
    report(
        "words of records indexed (with the records, in one transaction)", size, time.perf_counter() - began, "record"
    )
    began = time.perf_counter()
    for batch in batches(iter(range(size)), 5_000):
        with database.write() as writing:
            insert_rows(
                writing,
                t.embeddings,
                [
                    (ids[n], MODEL, str(n), "zh" if is_chinese(texts[n]) else "en", matrix[n].tobytes(), n + 1)
                    for n in batch
                ],
            )
            writing.execute(t.index_outbox.delete())
    report("vectors stored beside them, in bulk", size, time.perf_counter() - began, "vector")
    SqlEmbeddingStore(database).set_state("vectors", {"version": size})
    return matrix, ids, [scopes[one] for one in of], texts


def report(what: str, count: int, seconds: float, unit: str) -> None:
    print(f"  {what:<66} {count / seconds:>9,.0f} {unit}s a second  ({seconds:.1f} s)")


def timed(ask: Callable[[int], T]) -> tuple[list[T], float, float]:
    """What was answered to each question, and milliseconds: median and 95th percentile."""
    answers, took = [], []
    for number in range(ASKED):
        began = time.perf_counter()
        answers.append(ask(number))
        took.append(1_000 * (time.perf_counter() - began))
    return answers, statistics.median(took), sorted(took)[int(0.95 * (ASKED - 1))]


def recall(found: Sequence[Sequence[int]], wanted: Sequence[set[int]]) -> float:
    hit = [len(set(some) & all_) / max(1, len(all_)) for some, all_ in zip(found, wanted, strict=True)]
    return statistics.mean(hit)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=100_000)
    size: int = parser.parse_args().size
    rng = np.random.default_rng(7)
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{Path(folder) / 'bench.db'}")
        migrate(database)
        print(f"Indexing, {size:,} records in {SCOPES:,} scopes:")
        matrix, ids, scope_of, texts = fill(database, size, rng)
        index = EmbeddedIndex(Path(folder) / "vectors", MODEL)
        index.open()
        began = time.perf_counter()
        index.rebuild(SqlEmbeddingStore(database).entries(MODEL), size)
        report("vectors into Chroma (a rebuild)", size, time.perf_counter() - began, "vector")
        embedder = PackagedEmbedder()
        began = time.perf_counter()
        embedder.passages(texts[:30])
        report("texts embedded by the packaged model, one thread", 30, time.perf_counter() - began, "text")
        print("\nSearching (median / 95th percentile in ms; recall of the nearest 10 that are visible):")
        print(
            "  scopes  visible  NumPy, memory   exact in the store (ratio)   recall   by Chroma   recall   whole search"
        )
        for count in (10, 100, 1_000):
            row(database, index, matrix, np.array(ids), np.array(scope_of), texts, count, rng)
        index.close()
        database.close()


def row(
    database: Database,
    index: EmbeddedIndex,
    matrix: Matrix,
    ids: np.typing.NDArray[np.int64],
    scope_of: np.typing.NDArray[np.int64],
    texts: list[str],
    count: int,
    rng: np.random.Generator,
) -> None:
    """Search for a viewer who may read so many scopes."""
    allowed = rng.permutation(np.unique(scope_of))[:count]
    seen = np.flatnonzero(np.isin(scope_of, allowed))
    scopes = frozenset(allowed.tolist())
    within = Permitted(scopes)
    visible, visible_ids = matrix[seen], ids[seen]
    chosen = rng.choice(seen, ASKED)
    questions = matrix[chosen] + 0.03 * rng.normal(size=(ASKED, DIMENSIONS)).astype(np.float32)
    questions = (questions / np.linalg.norm(questions, axis=1, keepdims=True)).astype(np.float32)
    words = [" ".join(texts[place].split()[:6])[:60] + f" {number}" for number, place in enumerate(chosen)]
    search = RelationalSearch(database)

    def in_memory(number: int) -> list[int]:
        near = visible @ questions[number]
        best = np.argpartition(-near, NEAREST)[:NEAREST]
        return [int(found) for found in visible_ids[best]]

    def in_store(number: int) -> list[int]:
        with search.reading() as view:
            near = view.similar(within, MODEL, questions[number])
        best = np.argpartition(-near.similarity, NEAREST)[:NEAREST]
        return [int(found) for found in near.record[best]]

    def by_index(number: int) -> list[int]:
        proposed = index.propose(questions[number], scopes, 2 * CANDIDATES, len(seen))
        with search.reading() as view:
            near = view.similar(within, MODEL, questions[number], record_ids=proposed)
        return [int(found) for found in near.record[np.argsort(-near.similarity)[:NEAREST]]]

    known = Known()
    known.vectors = dict(zip(words, questions, strict=True))
    retriever = Retriever(search, known, index)
    wanted, memory, _ = timed(in_memory)
    exact, store, store_95 = timed(in_store)
    proposed, chroma, chroma_95 = timed(by_index)
    _, whole, whole_95 = timed(lambda number: retriever.search(Query(text=words[number], scopes=scopes)))
    best = [set(some) for some in wanted]
    print(
        f"  {count:>6,}  {len(seen):>7,}   {memory:>12.1f}   {store:>10.1f} / {store_95:<5.1f} ({store / memory:>5.1f})"
        f"   {recall(exact, best):>6.3f}   {chroma:>3.0f} / {chroma_95:<3.0f}   {recall(proposed, best):>6.3f}"
        f"   {whole:>5.0f} / {whole_95:<5.0f}"
    )


if __name__ == "__main__":
    main()
