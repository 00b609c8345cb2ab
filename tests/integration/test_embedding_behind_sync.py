"""What a sync writes is embedded behind it, by the jobs of the process that works in the background."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from bilingual import TOPICS

from coachkit.background import RECONCILE_JOB, Background
from coachkit.bootstrap import EMBED_JOB, App, open_app
from coachkit.domain.audience import Audience
from coachkit.jobs import JobState
from coachkit.retrieval import Query
from coachkit.settings import load_settings
from coachkit.store.relational.writing_people import scope_id

SECONDS = 90.0
SCOPES = frozenset({scope_id(Audience.org())})


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "tracker.jsonl"
    at = "2026-05-02T09:30:00Z"
    lines = [
        {
            "native_id": topic.name,
            "occurred_at": at,
            "record": {"noun": "work_item", "kind": "issue", "key": topic.name, "title": topic.en, "created_at": at},
        }
        for topic in TOPICS
    ]
    path.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), "utf-8")
    return path


@pytest.fixture
def app(tmp_path: Path, source: Path) -> Iterator[App]:
    opened = open_app(load_settings(data=tmp_path / "data", model="none"))
    opened.connections.add("tracker", "jsonl", {"path": str(source)}, now=opened.now())
    yield opened
    opened.close()


def waiting(app: App) -> int:
    return len(app.jobs.list(states={JobState.WAITING}, kind=EMBED_JOB))


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + SECONDS
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_sync_asks_for_embedding_once_and_does_not_wait_for_it(app: App) -> None:
    assert app.sync("tracker").total.created == len(TOPICS)
    assert app.indexer.pending() == len(TOPICS)
    assert waiting(app) == 1
    app.sync("tracker", restart=True)
    assert waiting(app) == 1
    assert app.retriever.search(Query(text="ledger export", scopes=SCOPES))[0].semantic is None
    Background(app).run_pending()
    assert app.indexer.pending() == 0
    assert waiting(app) == 0
    assert app.retriever.search(Query(text="账本导出超时", scopes=SCOPES))[0].semantic


def test_a_sync_that_writes_nothing_asks_for_nothing(app: App) -> None:
    app.sync("tracker", dry_run=True)
    assert waiting(app) == 0
    app.sync("tracker")
    Background(app).run_pending()
    app.sync("tracker", restart=True)
    assert waiting(app) == 0


def test_the_background_embeds_and_keeps_the_index(app: App) -> None:
    app.sync("tracker")
    background = Background(app)
    background.start()
    index = app.vector_index
    assert index is not None
    until(lambda: app.indexer.pending() == 0 and index.watermark() == len(TOPICS))
    until(lambda: app.indexer.status()["changes_behind"] == 0)  # it is said in a note of its own, afterwards
    assert {schedule.kind for schedule in app.jobs.schedules()} >= {EMBED_JOB, RECONCILE_JOB}
    background.stop()
    app.close()
    assert index.watermark() is None


@pytest.mark.slow
def test_a_keeper_that_was_ended_before_it_said_how_far_it_is_says_so_when_it_runs_again(app: App) -> None:
    class Ended(BaseException):
        pass

    def end_when_all_is_told() -> None:
        if index.watermark() == len(TOPICS):
            raise Ended

    app.sync("tracker")
    app.indexer.tend()
    app.indexer.embed()
    index = app.vector_index
    assert index is not None
    with pytest.raises(Ended):
        app.indexer.tend(end_when_all_is_told)
    assert app.indexer.tend()
    assert app.indexer.status()["changes_behind"] == 0
