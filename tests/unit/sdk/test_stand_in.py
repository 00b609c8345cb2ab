"""The stand-in answers, remembers, and goes wrong as it is told."""

from __future__ import annotations

import json
from collections.abc import Iterator

import httpx2
import pytest

from coachkit.sdk.testing import Fault, Request, Response, StandIn


class Tracker(StandIn):
    strange_values = {"state": "quantum"}  # noqa: RUF012 - declared so in the base

    def respond(self, request: Request) -> Response:
        if request.path == "/问题/1":
            return Response.of({"asked": request.query, "state": "open"}, X_Kind="issue")
        return Response(404)


@pytest.fixture
def tracker() -> Iterator[Tracker]:
    with Tracker().running() as tracker:
        yield tracker


@pytest.fixture
def client(tracker: Tracker) -> Iterator[httpx2.Client]:
    headers = {"Authorization": f"Bearer {Tracker.token}"}
    with httpx2.Client(base_url=tracker.url, headers=headers, timeout=30, trust_env=False) as client:
        yield client


def test_it_answers_and_remembers(tracker: Tracker, client: httpx2.Client) -> None:
    answer = client.get("/问题/1", params={"page": "2"})
    assert answer.json() == {"asked": {"page": "2"}, "state": "open"}
    assert answer.headers["x-kind"] == "issue"
    client.post("/elsewhere", json={"a": 1}, headers={"Authorization": ""})
    assert [(one.method, one.path, one.carried_secret) for one in tracker.requests] == [
        ("GET", "/问题/1", True),
        ("POST", "/elsewhere", False),
    ]
    assert tracker.requests[1].json() == {"a": 1}
    assert client.get("/", headers={"Authorization": ""}).status_code == 401


def test_faults_come_in_turn(tracker: Tracker, client: httpx2.Client) -> None:
    tracker.fail_next(Fault.BROKEN, 2, after=1)
    tracker.fail_next(Response(400, body=b'{"code": 1}'))
    assert [client.get("/问题/1").status_code for _ in range(5)] == [200, 500, 500, 400, 200]
    tracker.fail_always(Fault.LIMITED)
    assert [client.get("/问题/1").status_code for _ in range(2)] == [429, 429]
    tracker.heal()
    tracker.refused = 403
    assert client.get("/问题/1").status_code == 403
    tracker.down = True
    assert client.get("/问题/1").status_code == 503
    tracker.heal()
    tracker.most_requests = len(tracker.requests) + 1
    assert [client.get("/问题/1").status_code for _ in range(2)] == [200, 500]
    assert tracker.endless


def test_bodies_that_never_come_whole(tracker: Tracker, client: httpx2.Client) -> None:
    tracker.fail_next(Fault.TRUNCATED)
    with pytest.raises(httpx2.RemoteProtocolError):
        client.get("/问题/1")
    tracker.fail_next(Fault.SLOW)
    with client.stream("GET", "/问题/1") as answer:
        assert next(answer.iter_bytes()).strip() == b""
    assert client.get("/问题/1").status_code == 200


def test_another_host(tracker: Tracker, client: httpx2.Client) -> None:
    tracker.fail_next(Fault.FOREIGN_REDIRECT)
    place = client.get("/问题/1").headers["location"]
    assert place.startswith(tracker.foreign_url)
    client.get(place)
    assert [one.carried_secret for one in tracker.foreign] == [True]


def test_strange_answers(tracker: Tracker, client: httpx2.Client) -> None:
    tracker.unknown_fields = tracker.unknown_values = True
    body = client.get("/问题/1").json()
    assert body["state"] == "quantum"
    assert set(body) == set(body["asked"]) | {"asked", "state"}
    assert json.dumps(body)
