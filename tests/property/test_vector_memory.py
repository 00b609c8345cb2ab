"""Vectors from memory give what vectors from the database give, to the last bit, whatever was written in between."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from examples import examples
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from coachkit.domain.audience import Audience
from coachkit.domain.identity import record_id
from coachkit.ingest import Connection
from coachkit.ingest.ports import Source
from coachkit.retrieval import Query, Retriever
from coachkit.retrieval.ports import Embedded, Matrix, Permitted, Similar
from coachkit.sdk import Tombstone, Upsert, WorkItem, WorkItemKind
from coachkit.store.relational import vectors
from coachkit.store.relational.connections import SqlConnectionStore
from coachkit.store.relational.database import Database
from coachkit.store.relational.embeddings import SqlEmbeddingStore
from coachkit.store.relational.migrating import migrate
from coachkit.store.relational.searching import RelationalSearch
from coachkit.store.relational.syncs import SqlIngestStore
from coachkit.store.relational.vectors import VectorMemory
from coachkit.store.relational.writing_people import scope_id

NOW = datetime(2026, 5, 20, 9, tzinfo=UTC)
SOURCE = Source(connection="src", connector="scripted")
AUDIENCES = [Audience.people(f"hris:{number}") for number in range(4)]
WORDS = ["ledger", "timeout", "索引", "退款", "paging"]
RECORDS = 12
DIMENSIONS = 24
MODELS = ["one", "another"]

numbers = st.integers(0, RECORDS - 1)
texts = st.lists(st.sampled_from(WORDS), max_size=3).map(" ".join)
steps = st.one_of(
    st.tuples(st.just("write"), st.lists(st.tuples(numbers, texts, st.integers(0, 3), st.integers(0, 40)), max_size=6)),
    st.tuples(st.just("remove"), st.lists(numbers, max_size=4)),
    st.tuples(st.just("embed"), st.tuples(st.sampled_from(MODELS[:1] * 4 + MODELS[1:]), st.integers(1, 8))),
    st.tuples(st.just("forget"), st.none()),
    st.tuples(st.just("look"), st.tuples(st.frozensets(st.integers(0, 3)), st.integers(0, 40), st.integers(0, 9))),
)
WIDE = frozenset(range(4))
LOOK: tuple[str, Any] = ("look", (WIDE, 40, 1))
FULL: list[tuple[str, Any]] = [
    ("write", [(number, f"ledger {number}", number % 4, number) for number in range(RECORDS)]),
    ("embed", (MODELS[0], RECORDS)),
    LOOK,
]
"""Starts with everything in memory, so that what comes then is taken in bit by bit."""


class Deaf:
    """An embedder whose vectors follow from the text."""

    model = MODELS[0]

    def passages(self, texts: Sequence[str]) -> Matrix:
        return np.stack([vector_of(text) for text in texts])

    def question(self, text: str) -> Matrix:
        return vector_of(text)

    def typical(self, asked_in_chinese: bool, written_in_chinese: bool) -> tuple[float, float]:
        return 0.1, 0.2


def vector_of(text: str) -> Matrix:
    made = np.random.default_rng(list(text.encode())).normal(size=DIMENSIONS).astype(np.float32)
    return (made / np.linalg.norm(made)).astype(np.float32)


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("empty") / "empty.db"
    database = Database(f"sqlite:///{path}")
    migrate(database)
    SqlConnectionStore(database).save(Connection(name="src", connector="scripted", config={}, created_at=NOW))
    database.close()
    return path


def act(database: Database, step: str, what: Any, at: datetime) -> None:
    ingest, embeddings = SqlIngestStore(database), SqlEmbeddingStore(database)
    if step == "write":
        made = {
            number: Upsert(
                stream="things",
                native_id=str(number),
                record=WorkItem(kind=WorkItemKind.ISSUE, key=f"PAY-{number}", title=text, created_at=NOW),
                occurred_at=NOW - timedelta(days=days),
                audience=AUDIENCES[audience],
            )
            for number, text, audience, days in what
        }
        ingest.write(SOURCE, list(made.values()), now=at)
    elif step == "remove":
        ingest.write(SOURCE, [Tombstone(stream="things", native_id=str(one)) for one in sorted(set(what))], now=at)
    elif step == "embed":
        model, limit = what
        batch = embeddings.waiting(limit)
        done = [
            Embedded(one, one.text, "引" in one.text or "退" in one.text, vector_of(one.text))
            for one in batch
            if one.text
        ]
        embeddings.save(model, done, [one for one in batch if not one.text])
    else:
        embeddings.forget_removals(embeddings.newest())


def same(one: Similar, other: Similar) -> None:
    for name in ("record", "day", "chinese", "similarity"):
        left, right = getattr(one, name), getattr(other, name)
        assert (left.dtype, left.tobytes()) == (right.dtype, right.tobytes()), name


def look(kept: RelationalSearch, read: RelationalSearch, scopes: frozenset[int], days: int, seed: int) -> None:
    allowed = frozenset(scope_id(AUDIENCES[number]) for number in scopes)
    within = Permitted(allowed, since=NOW - timedelta(days=days))
    some = [record_id("src", "things", str(number)) for number in range(seed, RECORDS)]
    with kept.reading() as mine, read.reading() as theirs:
        for model in MODELS if seed == RECORDS // 2 else MODELS[:1]:
            question = vector_of(f"question {seed}")
            assert not theirs.at_hand(model)
            same(mine.similar(within, model, question), theirs.similar(within, model, question))
            same(
                mine.similar(within, model, question, record_ids=some),
                theirs.similar(within, model, question, record_ids=some),
            )
    query = Query(text=WORDS[seed % len(WORDS)] + " export", scopes=allowed, since=within.since, limit=RECORDS)
    assert Retriever(kept, Deaf()).search(query) == Retriever(read, Deaf()).search(query)


@settings(max_examples=examples(60), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(steps, max_size=14), st.booleans())
def test_memory_and_database_give_the_same(
    empty: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, taken: list[tuple[str, Any]], full: bool
) -> None:
    monkeypatch.setattr(vectors, "CHUNK", 5)
    path = tmp_path / "one.db"
    for old in tmp_path.glob("one.db*"):
        old.unlink()
    shutil.copy(empty, path)
    database = Database(f"sqlite:///{path}")
    kept = RelationalSearch(database, VectorMemory(patience=0))
    read = RelationalSearch(database, VectorMemory(patience=10**9))
    try:
        for number, (step, what) in enumerate([*(FULL if full else []), *taken, LOOK]):
            if step == "look":
                look(kept, read, *what)
            else:
                act(database, step, what, NOW + timedelta(minutes=number))
        with kept.reading() as view:
            assert view.at_hand(MODELS[0]), "what was compared came from memory"
    finally:
        database.close()


def fill(database: Database, count: int) -> list[int]:
    ids = list(range(count))
    act(database, "write", [(number, f"ledger {number}", number % 4, 1) for number in ids], NOW)
    act(database, "embed", (MODELS[0], count), NOW)
    return ids


@pytest.fixture
def database(empty: Path, tmp_path: Path) -> Any:
    shutil.copy(empty, tmp_path / "one.db")
    made = Database(f"sqlite:///{tmp_path / 'one.db'}")
    yield made
    made.close()


def all_of(view: Any) -> Similar:
    within = Permitted(frozenset(scope_id(audience) for audience in AUDIENCES))
    found: Similar = view.similar(within, MODELS[0], vector_of("question"))
    return found


def test_an_older_view_is_not_given_newer_vectors(database: Database) -> None:
    fill(database, 6)
    kept = RelationalSearch(database, VectorMemory(patience=0))
    with kept.reading() as older:
        assert older.count_exactly(Permitted(frozenset()), 1) == 0  # from here on it sees nothing new
        act(database, "write", [(1, "changed", 1, 1)], NOW + timedelta(minutes=1))
        act(database, "embed", (MODELS[0], 9), NOW)
        with kept.reading() as newer:
            changed = all_of(newer)
            assert newer.at_hand(MODELS[0])
        assert not older.at_hand(MODELS[0])
        before = all_of(older)
    record = record_id("src", "things", "1")
    assert (before.record == changed.record).all()
    assert before.record[before.similarity != changed.similarity].tolist() == [record]


def test_what_is_removed_and_written_again_has_no_vector_until_it_is_embedded(database: Database) -> None:
    fill(database, 6)
    kept = RelationalSearch(database, VectorMemory(patience=0))
    with kept.reading() as view:
        assert len(all_of(view).record) == 6
    act(database, "remove", [1], NOW + timedelta(minutes=1))
    act(database, "write", [(1, "ledger 1", 1, 1)], NOW + timedelta(minutes=2))
    with kept.reading() as view:
        assert view.at_hand(MODELS[0])
        assert record_id("src", "things", "1") not in all_of(view).record.tolist()
    act(database, "embed", (MODELS[0], 9), NOW)
    with kept.reading() as view:
        assert len(all_of(view).record) == 6


def test_a_removal_that_is_noted_no_more_is_not_missed(database: Database) -> None:
    fill(database, 6)
    kept = RelationalSearch(database, VectorMemory(patience=0))
    with kept.reading() as view:
        assert len(all_of(view).record) == 6
    act(database, "remove", [1], NOW + timedelta(minutes=1))
    act(database, "embed", (MODELS[0], 9), NOW)
    act(database, "forget", None, NOW)
    act(database, "write", [(1, "ledger 1", 1, 1)], NOW + timedelta(minutes=2))
    with kept.reading() as view:
        assert view.at_hand(MODELS[0])
        assert record_id("src", "things", "1") not in all_of(view).record.tolist()


def test_memory_is_filled_by_who_reads_much_and_has_a_bound(database: Database) -> None:
    fill(database, 8)
    patient = RelationalSearch(database, VectorMemory(patience=20))
    at_hand = []
    for _ in range(4):
        with patient.reading() as view:
            all_of(view)
            at_hand.append(view.at_hand(MODELS[0]))
    assert at_hand == [False, False, False, True]
    small = RelationalSearch(database, VectorMemory(patience=0, most=8 * DIMENSIONS * 4 - 1))
    with small.reading() as view:
        assert len(all_of(view).record) == 8
        assert not view.at_hand(MODELS[0])
    enough = RelationalSearch(database, VectorMemory(patience=0, most=8 * DIMENSIONS * 4))
    with enough.reading() as view:
        assert view.at_hand(MODELS[0])


class Unwanted:
    """A vector index that must not be asked."""

    def __getattr__(self, name: str) -> Any:
        pytest.fail(f"the index was asked: {name}")


def test_an_index_is_not_asked_while_the_vectors_lie_in_memory(database: Database) -> None:
    fill(database, 8)
    query = Query(text="ledger 3", scopes=frozenset(scope_id(audience) for audience in AUDIENCES))
    kept = RelationalSearch(database, VectorMemory(patience=0))
    unwanted: Any = Unwanted()
    hits = Retriever(kept, Deaf(), unwanted, few=2).search(query)
    assert hits[0].record_id == record_id("src", "things", "3")
    with pytest.raises(pytest.fail.Exception, match="was asked"):
        Retriever(RelationalSearch(database), Deaf(), unwanted, few=2).search(query)
