"""A document while it is worded: over the API, on a page, and for whoever calls it."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from pathlib import Path

import brief_office
import door_office
import pytest
from busy_weeks import two_weeks
from doors import door_of
from model_server import KEY, ModelServer
from starlette.testclient import TestClient

from coachkit.background import Background
from coachkit.bootstrap import App, open_app
from coachkit.domain.drafts import DraftKind, Origin, Statement
from coachkit.drafting.following import is_under_way
from coachkit.settings import Settings
from coachkit.store.relational.database import Database
from coachkit.store.relational.migrating import migrate
from coachkit.web.events import _Wording

MODEL = "openai/steady"
PATIENCE = 90.0
"""Seconds for what takes two on a machine that is at nothing else."""


@pytest.fixture
def app(tmp_path: Path, server: ModelServer) -> Iterator[App]:
    """Two busy weeks behind the doors, and a model that takes its time."""
    database = Database(f"sqlite:///{tmp_path / 'coachkit.db'}")
    migrate(database)
    with brief_office.opened(database) as office:
        two_weeks(office)
    database.close()
    settings = Settings(
        data=tmp_path,
        model=MODEL,
        model_url=server.urls["openai"],
        model_key=KEY,
        model_timeout=PATIENCE,
        worker=False,
        log_level="error",
    )
    made = open_app(settings, now=lambda: brief_office.NOW)
    yield made
    made.close()


@pytest.fixture
def ana(app: App) -> TestClient:
    made = TestClient(door_of(app), base_url="http://testserver")
    made.headers["Authorization"] = f"Bearer {door_office.Office(app).token('ana')}"
    made.headers["Accept-Language"] = "en"
    return made


def maria(app: App) -> str:
    return app.directory.find_person("hris:maria").public_id


def events(text: str) -> list[tuple[str, dict[str, object]]]:
    found = re.findall(r"^event: (\w+)\ndata: (.*)$", text, re.MULTILINE)
    return [(name, json.loads(data)) for name, data in found]


def test_sentences_come_between_two_whole_documents(app: App, ana: TestClient) -> None:
    answer = ana.get(f"/api/people/{maria(app)}/documents/brief/stream", params={"language": "en"})
    assert answer.headers["content-type"].startswith("text/event-stream")
    told = events(answer.text)
    names = [name for name, _ in told]
    assert names[0] == names[-1] == "document"
    assert set(names[1:-1]) == {"statement"}
    first, last = told[0][1], told[-1][1]
    assert (first["model"], last["model"]) == ("none", MODEL)
    lines = {one["id"]: one for s in last["sections"] for one in s["statements"]}  # type: ignore[attr-defined] - JSON
    worded = [data for _, data in told[1:-1] if data["origin"] == "drafted"]
    assert worded
    for one in worded:
        assert lines[one["id"]]["text"] == one["text"]


def test_without_a_model_the_document_is_all_there_is(app: App, ana: TestClient, server: ModelServer) -> None:
    answer = ana.get(f"/api/people/{maria(app)}/documents/brief/stream", params={"model": "none"})
    assert [name for name, _ in events(answer.text)] == ["document"]
    assert server.seen() == []


def test_whose_it_is_not_streams_nothing(app: App, ana: TestClient) -> None:
    wei = app.directory.find_person("hris:wei").public_id
    assert ana.get(f"/api/people/{wei}/documents/brief/stream").status_code == 403
    assert ana.get(f"/api/people/{maria(app)}/documents/brief/stream?model=openai/gpt-5").status_code == 422


def test_a_page_gets_each_verified_sentence_in_its_line(
    app: App, ana: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("coachkit.web.events._EVERY_SECONDS", 0.02)  # the model here is done before a page would look
    page = ana.get(f"/people/{maria(app)}/brief?language=en").text
    events_at = re.search(r'data-events="(/events\?job=[^"]+)"', page)
    assert events_at is not None
    looked, look = threading.Event(), _Wording.look

    def watched(wording: _Wording) -> list[str]:
        looked.set()
        return look(wording)

    def word() -> None:
        assert looked.wait(PATIENCE)  # on a busy machine all may be over before the page looks
        Background(app).run_pending()

    monkeypatch.setattr(_Wording, "look", watched)
    work = threading.Thread(target=word)
    work.start()
    told = events(ana.get(events_at.group(1)).text)
    work.join()
    assert told[-1][0] == "ready"
    parts = [data for name, data in told if name == "part"]
    assert parts
    for part in parts:
        assert f'id="{part["target"]}"' in page  # its line stands on the page already
        assert str(part["html"]).lstrip().startswith(f'<li class="statement" id="{part["target"]}"')
    after = ana.get(f"/people/{maria(app)}/brief?language=en").text
    assert "data-events" not in after


def test_a_document_on_its_way_is_kept_and_is_no_document_yet(app: App) -> None:
    viewer = app.directory.viewer(app.directory.find_person("hris:ana").id, brief_office.NOW)
    subject = app.directory.find_person("hris:maria").id
    seen: list[bool] = []

    def tell(fact: str, statement: Statement) -> None:
        under_way = app.documents.following(DraftKind.BRIEF, viewer, subject, language="en", model=MODEL)
        assert under_way is not None
        assert is_under_way(under_way)
        lines = {one.id: one.text for section in under_way.sections for one in section.statements}
        assert lines[fact] == statement.text
        assert app.documents.latest(DraftKind.BRIEF, viewer, subject, language="en", model=MODEL) is None
        seen.append(statement.origin is Origin.DRAFTED)

    made = app.documents.prepare(
        DraftKind.BRIEF, viewer, subject, language="en", model=MODEL, now=brief_office.NOW, tell=tell
    )
    assert any(seen)
    assert not is_under_way(made)
    assert app.documents.following(DraftKind.BRIEF, viewer, subject, language="en", model=MODEL) is None
    latest = app.documents.latest(DraftKind.BRIEF, viewer, subject, language="en", model=MODEL)
    assert latest is not None
    assert latest.id == made.id
