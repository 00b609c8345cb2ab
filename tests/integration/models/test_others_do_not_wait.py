"""While models are silent or write without end, everybody else's pages open: a real server, asked over the loopback."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import brief_office
import door_office
import httpx2
import pytest
import uvicorn
from busy_weeks import two_weeks
from model_server import KEY, ModelServer
from model_tasks import document_task

from coachkit.bootstrap import App, open_app
from coachkit.models.chain import Access
from coachkit.models.gateway import LiteLLMWriter
from coachkit.settings import Settings
from coachkit.store.relational.database import Database
from coachkit.store.relational.migrating import migrate
from coachkit.web.app import create_app

AT_ONCE = 6
"""Readers who wait for a model; more than there are threads for that."""
SILENT_SECONDS = 12.0


@pytest.fixture
def app(tmp_path: Path, server: ModelServer) -> Iterator[App]:
    database = Database(f"sqlite:///{tmp_path / 'coachkit.db'}")
    migrate(database)
    with brief_office.opened(database) as office:
        two_weeks(office)
    database.close()
    settings = Settings(
        data=tmp_path,
        model="openai/silence",
        model_url=server.urls["openai"],
        model_key=KEY,  # type: ignore[arg-type] - as a variable has it
        model_timeout=SILENT_SECONDS,
        worker=False,
        log_level="error",
    )
    made = open_app(settings, now=lambda: brief_office.NOW)
    yield made
    made.close()


@pytest.fixture
def address(app: App) -> Iterator[str]:
    """A real server; its address."""
    listener = socket.create_server(("127.0.0.1", 0))
    serving = uvicorn.Server(uvicorn.Config(create_app(app), log_level="error", timeout_graceful_shutdown=1))
    thread = threading.Thread(target=serving.run, kwargs={"sockets": [listener]})
    thread.start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    serving.should_exit = True
    thread.join()


@pytest.mark.slow
def test_pages_open_while_models_are_waited_for(app: App, address: str, server: ModelServer) -> None:
    access = Access(server.urls, {"openai": KEY})
    assert LiteLLMWriter("openai/nothing", access=access).write(document_task()).proposals  # code is loaded
    server.forget()
    headers = {"Authorization": f"Bearer {door_office.Office(app).token('ana')}"}
    maria = app.directory.find_person("hris:maria").public_id
    first_words: list[float] = []
    ended: list[str] = []

    def read() -> None:
        begun = time.monotonic()
        url = f"{address}/api/people/{maria}/documents/brief/stream"
        with httpx2.stream("GET", url, headers=headers, timeout=120) as answer:
            lines = answer.iter_lines()
            next(lines)
            first_words.append(time.monotonic() - begun)
            ended.append("\n".join(lines))

    readers = [threading.Thread(target=read) for _ in range(AT_ONCE)]
    with httpx2.Client(base_url=address, headers=headers, timeout=60) as client:
        client.get("/api/people").raise_for_status()  # the first one loads code
        for reader in readers:
            reader.start()
        while not server.seen():
            continue  # until somebody waits for the model
        opened = 0
        while len(ended) < AT_ONCE:
            client.get("/api/people").raise_for_status()
            opened += len(ended) == 0  # before the first of them has its end
        for reader in readers:
            reader.join()
    assert opened >= 10
    assert len(first_words) == AT_ONCE  # computed sentences came at once for those too that waited in line
    assert all("ran out of time" in text for text in ended)
