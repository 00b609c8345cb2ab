"""The contract of what search reads and what the indexer writes, on both databases."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import numpy as np
import pytest
import sqlalchemy as sa

from coachkit.domain.audience import Audience
from coachkit.domain.identity import record_id
from coachkit.errors import StoreBusy
from coachkit.ingest.ports import Source
from coachkit.retrieval.ports import Embedded, Matrix, Permitted, Waiting
from coachkit.retrieval.tokenizer import TOKENIZER_VERSION, query_terms, term_id
from coachkit.sdk import Tombstone, Upsert, WorkItem, WorkItemKind
from coachkit.store.relational import schema as t
from coachkit.store.relational.database import Database
from coachkit.store.relational.embeddings import SqlEmbeddingStore
from coachkit.store.relational.postings import rebuild_postings
from coachkit.store.relational.searching import RelationalSearch
from coachkit.store.relational.syncs import SqlIngestStore
from coachkit.store.relational.vectors import VectorMemory
from coachkit.store.relational.writing_people import scope_id

MODEL = "a model"
SOURCE = Source(connection="source", connector="scripted")
ORG, TWO = Audience.org(), Audience.people("hris:1", "hris:2")

Connect = Callable[..., SqlIngestStore]


def issue(number: int, title: str, at: datetime, audience: Audience = ORG) -> Upsert:
    record = WorkItem(kind=WorkItemKind.ISSUE, key=f"PAY-{number}", title=title, created_at=at)
    return Upsert(stream="things", native_id=str(number), record=record, occurred_at=at, audience=audience)


def of(number: int) -> int:
    return record_id("source", "things", str(number))


def within(*audiences: Audience, since: datetime | None = None, until: datetime | None = None) -> Permitted:
    return Permitted(frozenset(scope_id(audience) for audience in audiences), since, until)


def vector(seed: int) -> Matrix:
    made = np.random.default_rng(seed).normal(size=8).astype(np.float32)
    return (made / np.linalg.norm(made)).astype(np.float32)


@pytest.fixture
def written(database: Database, connected: Connect, now: datetime) -> SqlIngestStore:
    """Four issues: two that all may read, a month apart, one for two people, and one in Chinese."""
    store = connected(database)
    items = [
        issue(1, "ledger export times out", now - timedelta(days=40)),
        issue(2, "ledger paging", now - timedelta(days=2)),
        issue(3, "ledger reorganisation", now - timedelta(days=2), TWO),
        issue(4, "登录失败", now - timedelta(days=2)),
    ]
    store.write(SOURCE, items, now=now)
    return store


@pytest.fixture
def embeddings(written: SqlIngestStore) -> SqlEmbeddingStore:
    return SqlEmbeddingStore(written.database)


def embed(store: SqlEmbeddingStore, model: str = MODEL) -> list[int]:
    """Work the queue off, with a vector of its own for each record; their ids."""
    batch = store.waiting(100)
    done = [Embedded(one, str(one.text), "登" in (one.text or ""), vector(one.record_id)) for one in batch if one.text]
    store.save(model, done, [one for one in batch if not one.text])
    return [one.record_id for one in batch]


# --- words -----------------------------------------------------------------------------------------------------------


def found(database: Database, question: str, permitted: Permitted) -> dict[int, int]:
    """Records that have terms of the question, each with how many of them."""
    terms = [term_id(term) for term in query_terms(question)]
    with RelationalSearch(database).reading() as view:
        rows = view.postings(permitted, terms)
    counted: dict[int, int] = {}
    for record in rows.record.tolist():
        counted[record] = counted.get(record, 0) + 1
    return counted


def test_words_are_found_in_the_scopes_alone(written: SqlIngestStore) -> None:
    database = written.database
    assert found(database, "ledger", within(ORG)) == {of(1): 1, of(2): 1}
    assert found(database, "ledger", within(TWO)) == {of(3): 1}
    assert found(database, "ledger", within(ORG, TWO)) == {of(1): 1, of(2): 1, of(3): 1}
    assert found(database, "ledger", within()) == {}
    assert found(database, "登录", within(ORG)) == {of(4): 1}
    assert found(database, "nowhere", within(ORG)) == {}


def test_a_record_is_found_by_its_key(written: SqlIngestStore) -> None:
    assert found(written.database, "ＰＡＹ-3", within(ORG, TWO))[of(3)] == len(query_terms("PAY-3"))


def test_the_place_of_a_term_is_that_in_the_question(written: SqlIngestStore) -> None:
    terms = [term_id(term) for term in ("paging", "nowhere", "ledger")]
    with RelationalSearch(written.database).reading() as view:
        rows = view.postings(within(ORG), terms)
    assert sorted(zip(rows.record.tolist(), rows.term.tolist(), strict=True)) == sorted(
        [(of(1), 2), (of(2), 2), (of(2), 0)]
    )


def test_what_is_counted_is_what_may_be_read(written: SqlIngestStore, now: datetime) -> None:
    with RelationalSearch(written.database).reading() as view:
        assert view.count(within(ORG)) == 3
        assert view.count(within(TWO)) == 1
        assert view.count(within(ORG, since=now - timedelta(days=10))) == 2
        assert view.count(within(ORG, until=now - timedelta(days=10))) == 1
        assert view.count_exactly(within(ORG, TWO), 100) == 4
        assert view.count_exactly(within(ORG, TWO), 2) == 2


def test_words_go_with_the_record(written: SqlIngestStore, now: datetime) -> None:
    later = now + timedelta(minutes=1)
    written.write(SOURCE, [Tombstone(stream="things", native_id="1")], now=later)
    written.write(SOURCE, [issue(2, "paging alone", now - timedelta(days=2), TWO)], now=later)
    assert found(written.database, "ledger", within(ORG)) == {}
    assert found(written.database, "paging", within(TWO)) == {of(2): 1}
    with written.database.read() as reading:
        held = set(reading.scalars(sa.select(t.postings.c.record_id)))
    assert held == {of(2), of(3), of(4)}


def test_postings_of_another_tokenizer_are_written_again(written: SqlIngestStore) -> None:
    database = written.database
    with database.write() as writing:
        writing.execute(sa.update(t.postings).values(tf=99))
        writing.execute(sa.delete(t.index_state))
        writing.execute(sa.insert(t.index_state).values(name="postings", value={"tokenizer": "0"}))
    assert rebuild_postings(database) == 4
    assert rebuild_postings(database) == 0
    with database.read() as reading:
        assert reading.scalar(sa.select(sa.func.max(t.postings.c.tf))) == 1
        state = reading.scalar(sa.select(t.index_state.c.value).where(t.index_state.c.name == "postings"))
    assert state == {"tokenizer": TOKENIZER_VERSION}
    assert found(database, "ledger", within(ORG)) == {of(1): 1, of(2): 1}


# --- vectors ---------------------------------------------------------------------------------------------------------


def test_what_is_written_waits_until_it_is_embedded(embeddings: SqlEmbeddingStore) -> None:
    assert embeddings.pending() == 4
    assert {one.record_id: one.text for one in embeddings.waiting(10)}[of(1)] == "ledger export times out"
    assert len(embeddings.waiting(2)) == 2
    assert sorted(embed(embeddings)) == sorted(of(number) for number in (1, 2, 3, 4))
    assert embeddings.pending() == 0
    assert embeddings.newest() == 4


def test_vectors_are_compared_in_the_scopes_alone(embeddings: SqlEmbeddingStore, now: datetime) -> None:
    embed(embeddings)
    question = vector(of(3))
    with RelationalSearch(embeddings.database).reading() as view:
        both = view.similar(within(ORG, TWO), MODEL, question)
        one = view.similar(within(ORG), MODEL, question)
        assert both.record.tolist() == sorted(of(number) for number in (1, 2, 3, 4))
        assert set(one.record.tolist()) == {of(1), of(2), of(4)}
        assert view.similar(within(), MODEL, question).record.tolist() == []
        assert view.similar(within(ORG), "another model", question).record.tolist() == []
        near = dict(zip(both.record.tolist(), both.similarity.tolist(), strict=True))
        assert near[of(3)] == pytest.approx(1.0, abs=1e-6)
        assert both.record[both.chinese].tolist() == [of(4)]
        assert {near[record] for record in one.record.tolist()} == set(one.similarity.tolist()), "to the last bit"
        some = view.similar(within(ORG), MODEL, question, record_ids=[of(1), of(3)])
        assert (some.record.tolist(), some.similarity.tolist()) == ([of(1)], [near[of(1)]])
        recent = view.similar(within(ORG, since=now - timedelta(days=5)), MODEL, question)
        assert set(recent.record.tolist()) == {of(2), of(4)}
        assert view.sample(within(ORG), MODEL, question, 2).record.tolist() == sorted(one.record.tolist())[:2]
        assert set(view.permitted(within(ORG), [of(1), of(3)])) == {of(1)}


def test_vectors_in_memory_follow_the_view(
    embeddings: SqlEmbeddingStore, written: SqlIngestStore, now: datetime
) -> None:
    kept = RelationalSearch(written.database, VectorMemory(patience=0))

    def same(*expected: int) -> None:
        with kept.reading() as mine, RelationalSearch(written.database).reading() as theirs:
            for permitted in (within(ORG, TWO), within(TWO), within(ORG, since=now - timedelta(days=5))):
                one, other = (view.similar(permitted, MODEL, vector(1)) for view in (mine, theirs))
                for name in ("record", "day", "chinese", "similarity"):
                    assert getattr(one, name).tolist() == getattr(other, name).tolist()
            assert mine.at_hand(MODEL)
            assert mine.similar(within(ORG, TWO), MODEL, vector(1)).record.tolist() == sorted(map(of, expected))

    embed(embeddings)
    same(1, 2, 3, 4)
    later = now + timedelta(minutes=1)
    written.write(SOURCE, [Tombstone(stream="things", native_id="1"), issue(2, "moved", later, TWO)], now=later)
    same(2, 3, 4)
    written.write(SOURCE, [issue(1, "written again", later)], now=later + timedelta(minutes=1))
    same(2, 3, 4)
    embed(embeddings)
    same(1, 2, 3, 4)


def test_what_changed_after_a_version_is_compared(embeddings: SqlEmbeddingStore, written: SqlIngestStore) -> None:
    embed(embeddings)
    later = datetime.fromisoformat("2026-05-21T00:00:00+00:00")
    written.write(SOURCE, [issue(2, "ledger paging, again", later)], now=later)
    embed(embeddings)
    with RelationalSearch(embeddings.database).reading() as view:
        assert view.similar(within(ORG), MODEL, vector(1), newer_than=4).record.tolist() == [of(2)]
        assert view.similar(within(ORG), MODEL, vector(1), newer_than=5).record.tolist() == []


def test_changes_come_in_the_order_of_their_versions(embeddings: SqlEmbeddingStore, written: SqlIngestStore) -> None:
    assert embeddings.changes(MODEL, 0, 10).watermark == 0
    embed(embeddings)
    first = embeddings.changes(MODEL, 0, 3)
    assert ([entry.version for entry in first.entries], first.watermark) == ([1, 2, 3], 3)
    rest = embeddings.changes(MODEL, 3, 3)
    assert ([entry.version for entry in rest.entries], rest.watermark) == ([4], 4)
    later = datetime.fromisoformat("2026-05-21T00:00:00+00:00")
    written.write(SOURCE, [Tombstone(stream="things", native_id="1"), issue(2, "x", later)], now=later)
    embed(embeddings)
    after = embeddings.changes(MODEL, 4, 10)
    assert ([entry.record_id for entry in after.entries], after.removed, after.watermark) == ([of(2)], (of(1),), 6)
    assert embeddings.changes(MODEL, 6, 10).watermark == 6
    scopes = {entry.record_id: entry.scope_id for entry in embeddings.entries(MODEL)}
    assert scopes == {of(2): scope_id(ORG), of(3): scope_id(TWO), of(4): scope_id(ORG)}
    assert dict(embeddings.versions(MODEL)) == {entry.record_id: entry.version for entry in embeddings.entries(MODEL)}
    embeddings.forget_removals(6)
    assert embeddings.changes(MODEL, 4, 10).removed == ()


def test_a_record_that_changed_meanwhile_keeps_its_place(
    embeddings: SqlEmbeddingStore, written: SqlIngestStore
) -> None:
    taken = [one for one in embeddings.waiting(10) if one.record_id == of(2)]
    later = datetime.fromisoformat("2026-05-21T00:00:00+00:00")
    written.write(SOURCE, [issue(2, "changed", later)], now=later)
    embeddings.save(MODEL, [Embedded(taken[0], "old", False, vector(1))], [])
    assert embeddings.newest() == 0
    assert of(2) in {one.record_id for one in embeddings.waiting(10)}


def test_a_record_that_was_removed_meanwhile_gets_no_vector(
    embeddings: SqlEmbeddingStore, written: SqlIngestStore, now: datetime
) -> None:
    taken = [one for one in embeddings.waiting(10) if one.record_id == of(1)]
    written.write(SOURCE, [Tombstone(stream="things", native_id="1")], now=now)
    embeddings.save(MODEL, [Embedded(taken[0], "old", False, vector(1))], [])
    assert list(embeddings.entries(MODEL)) == []


def test_a_removed_record_is_never_compared(embeddings: SqlEmbeddingStore, written: SqlIngestStore) -> None:
    embed(embeddings)
    later = datetime.fromisoformat("2026-05-21T00:00:00+00:00")
    written.write(SOURCE, [Tombstone(stream="things", native_id="1")], now=later)
    with RelationalSearch(embeddings.database).reading() as view:
        assert of(1) not in view.similar(within(ORG), MODEL, vector(of(1))).record.tolist()
    waiting = embeddings.waiting(10)
    assert waiting == [Waiting(of(1), waiting[0].queued_at, None)]


def test_a_change_of_audience_moves_the_vector(embeddings: SqlEmbeddingStore, written: SqlIngestStore) -> None:
    embed(embeddings)
    later = datetime.fromisoformat("2026-05-21T00:00:00+00:00")
    written.write(SOURCE, [issue(1, "ledger export times out", later - timedelta(days=41), TWO)], now=later)
    with RelationalSearch(embeddings.database).reading() as view:
        assert of(1) not in view.similar(within(ORG), MODEL, vector(1)).record.tolist()
        assert of(1) in view.similar(within(TWO), MODEL, vector(1)).record.tolist()
    embed(embeddings)
    (moved,) = embeddings.changes(MODEL, 4, 10).entries
    assert (moved.record_id, moved.scope_id) == (of(1), scope_id(TWO))


def test_vectors_are_known_by_what_was_embedded(embeddings: SqlEmbeddingStore) -> None:
    embed(embeddings)
    known = embeddings.known(MODEL, ["ledger paging", "nothing"])
    assert list(known) == ["ledger paging"]
    assert np.array_equal(known["ledger paging"], vector(of(2)))
    assert embeddings.known("another model", ["ledger paging"]) == {}


def test_another_model_starts_from_the_beginning(embeddings: SqlEmbeddingStore, now: datetime) -> None:
    embed(embeddings)
    assert embeddings.requeue(MODEL, now) == 0
    assert embeddings.requeue("another model", now) == 4
    assert len(embed(embeddings, "another model")) == 4
    assert list(embeddings.entries(MODEL)) == []
    assert len(list(embeddings.entries("another model"))) == 4


def test_work_is_held_by_one(embeddings: SqlEmbeddingStore) -> None:
    with embeddings.hold("the embeddings"):
        with pytest.raises(StoreBusy), embeddings.hold("the embeddings"):
            pass
        with embeddings.hold("the vector index"):
            pass


def test_notes(embeddings: SqlEmbeddingStore) -> None:
    assert embeddings.state("wishes") == {}
    embeddings.set_state("wishes", {"rebuild": True})
    embeddings.set_state("wishes", {"reconcile": True})
    assert embeddings.state("wishes") == {"reconcile": True}
