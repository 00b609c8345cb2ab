"""The webhook door over HTTP, long connections, and what is told of both."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from doors import door_of
from signed_source import SECRET, SignedSource, note, signed
from starlette.testclient import TestClient

from coachkit.background import Background
from coachkit.bootstrap import App, open_app
from coachkit.host import PluginHost
from coachkit.ingest.listening import Listeners
from coachkit.ingest.ports import Source
from coachkit.sdk import Capability, Event, PersonProfile, SourceUnavailable, Upsert
from coachkit.settings import Settings
from coachkit.store.relational.sync_lock import hold


class Clock:
    """Tells the time, and how much later than that a test wants it to be."""

    later = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.later


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, clock: Clock) -> Iterator[App]:
    """An installation with the signed source, beside the installed ones."""
    monkeypatch.setattr(PluginHost, "connectors", {"signed": SignedSource, "quiet": Quiet})
    monkeypatch.setattr(PluginHost, "connector_class", lambda host, name: host.connectors[name])
    made = open_app(Settings(data=tmp_path / "data", model="none", worker=False, log_level="error"), now=clock)
    secret = tmp_path / "secret"
    secret.write_text(SECRET, "utf-8")
    for name, connector in (("post", "signed"), ("quiet", "quiet")):
        made.connections.add(name, connector, {"secret": f"file:{secret}"}, now=made.now())
    yield made
    made.close()


class Quiet(SignedSource):
    """Takes no webhooks."""

    name = "quiet"
    capabilities = frozenset({Capability.BACKFILL})


@pytest.fixture
def client(app: App) -> TestClient:
    return TestClient(door_of(app), base_url="http://testserver", raise_server_exceptions=False)


def test_a_delivery_is_taken_and_is_a_record_when_its_job_has_run(app: App, client: TestClient) -> None:
    body, headers = signed("note", note(1), "d-1")
    first = client.post("/api/webhooks/post", content=body, headers=headers)
    assert (first.status_code, first.json()) == (202, {"taken": "new"})
    assert client.post("/api/webhooks/post", content=body, headers=headers).json() == {"taken": "duplicate"}
    Background(app).run_pending()
    assert app.webhooks.store.counts()["post"].done == 1
    (stream,) = [s for c in app.coverage.report(app.now()).connections for s in c.streams if s.records]
    assert (stream.name, stream.records) == ("notes", 1)


def test_while_deliveries_come_other_work_can_see_it(app: App, client: TestClient) -> None:
    assert not app.webhooks.is_busy
    body, headers = signed("note", note(1), "d-1")
    client.post("/api/webhooks/post", content=body, headers=headers)
    assert app.webhooks.is_busy
    _until(lambda: not app.webhooks.is_busy)


def test_a_reply_of_the_source_is_answered_at_once(client: TestClient) -> None:
    body, headers = signed("ping", {}, "d-1")
    said = client.post("/api/webhooks/post", content=body, headers=headers)
    assert (said.status_code, said.json(), said.headers["content-type"]) == (200, {"pong": True}, "application/json")


@pytest.mark.parametrize(("language", "words"), [("en", "does not show who sent it"), ("zh", "无法确认")])
def test_a_wrong_signature_is_a_problem_that_says_nothing_of_the_secret(
    client: TestClient, language: str, words: str
) -> None:
    body, headers = signed("note", note(1), "d-1", secret="guessed")
    refused = client.post("/api/webhooks/post", content=body, headers={**headers, "Accept-Language": language})
    assert (refused.status_code, refused.headers["content-type"]) == (401, "application/problem+json")
    assert words in refused.json()["title"]
    assert "www-authenticate" not in refused.headers
    assert "file:" not in refused.text


def test_names_of_connections_are_not_told(client: TestClient) -> None:
    body, headers = signed("note", note(1), "d-1")
    unknown = client.post("/api/webhooks/nobody", content=body, headers=headers)
    deaf = client.post("/api/webhooks/quiet", content=body, headers=headers)
    assert (unknown.status_code, unknown.text) == (404, deaf.text)


def test_what_cannot_be_read_is_unprocessable(client: TestClient) -> None:
    body, headers = signed("note", ["no object"], "d-1")
    refused = client.post("/api/webhooks/post", content=body, headers=headers)
    assert (refused.status_code, refused.json()["code"]) == (422, "bad-input")
    assert refused.json()["message"] == "the delivery is no JSON object."


def test_a_delivery_may_be_large_and_not_larger(client: TestClient) -> None:
    body, headers = signed("note", {**note(1), "body": "x" * 3_000_000}, "d-1")
    assert client.post("/api/webhooks/post", content=body, headers=headers).status_code == 202
    body, headers = signed("note", {**note(2), "body": "x" * 25_000_000}, "d-2")
    assert client.post("/api/webhooks/post", content=body, headers=headers).status_code == 413


def test_a_browser_on_another_site_changes_nothing_here_that_a_signature_does_not(client: TestClient) -> None:
    body, headers = signed("note", note(1), "d-1")
    there = {"Sec-Fetch-Site": "cross-site", "Origin": "https://elsewhere.example.org"}
    assert client.post("/api/webhooks/post", content=body, headers={**headers, **there}).status_code == 202
    assert client.post("/api/webhooks/post", content=body, headers=there).status_code == 401
    assert client.get("/api/webhooks/post").status_code == 405


def test_a_failed_delivery_is_tried_again_by_its_own_job(app: App, client: TestClient, clock: Clock) -> None:
    body, headers = signed("note", {"key": "NOTE-1"}, "d-1")
    client.post("/api/webhooks/post", content=body, headers=headers)
    Background(app).run_pending()
    (reason,) = app.webhooks.store.counts()["post"].reasons
    assert reason.reason.startswith("KeyError")
    (waiting,) = [job for job in app.jobs.list(kind="webhooks") if job.state == "waiting"]
    assert waiting.run_at > app.now()
    body, headers = signed("note", note(2), "d-2")
    client.post("/api/webhooks/post", content=body, headers=headers)
    Background(app).run_pending()
    assert app.webhooks.store.counts()["post"].done == 1, "a new delivery does not wait for the one that failed"
    for _ in range(8):
        clock.later += timedelta(hours=2)
        Background(app).run_pending()
    assert app.webhooks.store.counts()["post"].failed == 1
    assert app.webhooks.retry("post") == 1
    assert app.webhooks.store.counts()["post"].waiting == 1


def test_what_waited_when_the_server_ended_is_taken_up_when_it_begins(app: App, client: TestClient) -> None:
    body, headers = signed("note", note(1), "d-1")
    client.post("/api/webhooks/post", content=body, headers=headers)
    (job,) = app.jobs.list(kind="webhooks")
    app.jobs.cancel(job.id, app.now())  # its job was lost
    background = Background(app)
    background.start()
    try:
        _until(lambda: app.webhooks.store.counts()["post"].done == 1)
    finally:
        background.stop()


def test_old_deliveries_go_and_jobs_of_webhooks_do_not_pile_up(app: App, client: TestClient, clock: Clock) -> None:
    body, headers = signed("note", note(1), "d-1")
    client.post("/api/webhooks/post", content=body, headers=headers)
    Background(app).run_pending()
    clock.later = timedelta(days=8)
    app.jobs.enqueue("tidy", now=app.now())
    Background(app).run_pending()
    assert "post" not in app.webhooks.store.counts()
    assert not app.jobs.list(kind="webhooks")


@pytest.fixture
def listen(app: App, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], Listeners]]:
    started: list[Listeners] = []
    monkeypatch.setattr(SignedSource, "said", [])

    def start() -> Listeners:
        made = Listeners(
            app.webhooks.listening,
            app.connections.open,
            lambda name: hold(app.database, f"listen:{name}"),
            app.webhooks.door.keep,
            clock=app.now,
            first_pause=0.01,
            look=0.02,
        )
        started.append(made)
        made.start()
        return made

    yield start
    for one in started:
        one.stop()


def test_a_long_connection_feeds_the_same_path(app: App, listen: Callable[[], Listeners]) -> None:
    SignedSource.said.extend(Event(id=f"e-{n}", name="note", payload=note(n)) for n in (1, 2, 2))
    listen()
    _until(
        lambda: app.webhooks.store.counts().get("post") is not None and app.webhooks.store.counts()["post"].waiting == 2
    )
    Background(app).run_pending()
    assert app.webhooks.store.counts()["post"].done == 2


def test_a_long_connection_that_breaks_is_made_again(
    app: App, listen: Callable[[], Listeners], monkeypatch: pytest.MonkeyPatch
) -> None:
    tries = []

    def breaking(self: SignedSource) -> Iterator[Event]:
        tries.append(1)
        if len(tries) < 3:
            raise SourceUnavailable("it hung up.") if len(tries) == 1 else KeyError("a mistake in the plugin")
        yield Event(id="e-1", name="note", payload=note(1))

    monkeypatch.setattr(SignedSource, "listen", breaking)
    listen()
    _until(lambda: "post" in app.webhooks.store.counts())


def test_a_connection_is_listened_to_once_and_no_longer_than_it_is_there(
    app: App, listen: Callable[[], Listeners], monkeypatch: pytest.MonkeyPatch
) -> None:
    open_now: list[str] = []

    def waiting(self: SignedSource) -> Iterator[Event]:
        open_now.append(self.connection)
        try:
            while not getattr(self, "closed", False):
                time.sleep(0.005)
            yield from ()
        finally:
            open_now.remove(self.connection)

    monkeypatch.setattr(SignedSource, "listen", waiting)
    monkeypatch.setattr(SignedSource, "close", lambda self: setattr(self, "closed", True))
    listen()
    _until(lambda: open_now == ["post"])
    listen()  # as another process would
    time.sleep(0.1)
    assert open_now == ["post"]
    app.connections.enable("post", False, now=app.now())
    _until(lambda: open_now == [])


def _until(true: Callable[[], bool], seconds: float = 90.0) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_the_page_and_the_api_tell_admins_what_came(app: App, client: TestClient, tmp_path: Path) -> None:
    for number, (event, payload) in enumerate([("note", note(1)), ("wiki_page", {}), ("wiki_page", {})]):
        body, headers = signed(event, payload, f"d-{number}")
        client.post("/api/webhooks/post", content=body, headers=headers)
    Background(app).run_pending()
    profile = PersonProfile(identity="hris:1", name="Ana Costa")
    source = Source(connection="post", connector="signed")
    written = Upsert(stream="notes", native_id="ana", record=profile, occurred_at=app.now())
    app.ingest_store.write(source, [written], now=app.now())
    ana = app.directory.find_person("Ana Costa").id
    client.headers["Authorization"] = f"Bearer {app.sign_in.make_token(ana, 'test', app.now())}"
    assert [one["webhooks"] for one in client.get("/api/connections").json()] == [None, None]
    app.grants.add(ana, "admin", "", by="test", reason="test", now=app.now())
    told = {one["name"]: one["webhooks"] for one in client.get("/api/connections").json()}
    assert told["quiet"] is None
    assert (told["post"]["handled"], told["post"]["refused"]) == (1, 2)
    assert told["post"]["reasons"] == [
        {"state": "refused", "event": "wiki_page", "reason": "the event wiki_page is of no stream", "count": 2}
    ]
    client.cookies.set("coachkit_session", app.sign_in.begin_session(ana, app.now()).token)
    del client.headers["Authorization"]
    page = client.get("/sources", headers={"Accept-Language": "zh"}).text
    assert "2 条不收" in page
    assert "the event wiki_page is of no stream" in page
