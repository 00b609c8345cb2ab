"""What sources do wrong and right over HTTP, on real sockets."""

from __future__ import annotations

from collections.abc import Callable
from http.server import BaseHTTPRequestHandler

import pytest
from scripted_source import CANARY, Scripted

from coachkit.sdk import (
    AuthFailed,
    HttpSource,
    NotAllowed,
    NotThere,
    PayloadRejected,
    RateLimited,
    Refused,
    SourceError,
    SourceUnavailable,
)
from coachkit.sdk.testing import FakeClock

Make = Callable[..., HttpSource]


def test_an_answer(scripted: Scripted, make_source: Make) -> None:
    scripted.say(200, '{"name": "李薇"}'.encode(), Date="Mon, 04 May 2026 12:00:00 GMT")
    answer = make_source().get("/people", {"page": 2, "all": True, "none": None, "id": ["a", "b"]})
    assert answer.json() == {"name": "李薇"}
    assert answer.at.isoformat() == "2026-05-04T12:00:00+00:00"
    assert (answer.status, answer.unchanged, answer.moved) == (200, False, False)
    method, path, headers, _ = scripted.asked[0]
    assert (method, path) == ("GET", "/api/people?page=2&all=true&id=a&id=b")
    assert headers["authorization"] == f"Bearer {CANARY}"


@pytest.mark.parametrize(
    ("status", "error"),
    [(400, Refused), (401, AuthFailed), (403, NotAllowed), (404, NotThere), (410, NotThere), (418, Refused)],
)
def test_statuses_that_stay(scripted: Scripted, make_source: Make, status: int, error: type[SourceError]) -> None:
    scripted.say(status, b'{"message": "about a person"}')
    with pytest.raises(error) as caught:
        make_source().get("people")
    assert type(caught.value) is error
    assert getattr(caught.value, "status", status) == status
    assert len(scripted.asked) == 1
    assert "about a person" not in str(caught.value)
    assert caught.value.hint
    assert caught.value.subject == "mine"


def test_refusals_can_be_looked_into(scripted: Scripted, make_source: Make) -> None:
    scripted.say(400, b'{"code": 99991672}')
    with pytest.raises(Refused) as caught:
        make_source().get("people")
    assert caught.value.answer.json() == {"code": 99991672}


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_failures_are_tried_again(scripted: Scripted, make_source: Make, status: int) -> None:
    scripted.say(status).say(status).say(200)
    assert make_source().get("people").status == 200
    assert len(scripted.asked) == 3


def test_a_failure_that_stays(scripted: Scripted, make_source: Make) -> None:
    scripted.say(500)
    with pytest.raises(SourceUnavailable):
        make_source().get("people")
    assert len(scripted.asked) == 3


def test_what_must_not_be_sent_twice(scripted: Scripted, make_source: Make) -> None:
    scripted.say(500).say(200)
    with pytest.raises(SourceUnavailable):
        make_source().post("people", {"name": "x"}, idempotent=False)
    assert len(scripted.asked) == 1


def test_a_limit_is_waited_for(scripted: Scripted, make_source: Make, time_flies: FakeClock) -> None:
    scripted.say(429, Retry_After="7").say(200)
    assert make_source().get("people").status == 200
    assert time_flies.waited == [pytest.approx(7, abs=0.1)]


def test_a_long_limit_is_told(scripted: Scripted, make_source: Make, time_flies: FakeClock) -> None:
    scripted.say(429, Retry_After="3600")
    source = make_source()
    for _ in range(2):  # and not asked again before
        with pytest.raises(RateLimited) as caught:
            source.get("people")
        assert caught.value.retry_after == pytest.approx(3600, abs=5)
    assert len(scripted.asked) == 1
    assert time_flies.waited == []


def test_no_json(scripted: Scripted, make_source: Make) -> None:
    scripted.say(200, b"<html>Sign in</html>", Content_Type="text/html")
    answer = make_source().get("people")
    with pytest.raises(PayloadRejected, match="no JSON"):
        answer.json()


def test_a_body_that_breaks_off(scripted: Scripted, make_source: Make) -> None:
    def cut(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", "100")
        handler.end_headers()
        handler.wfile.write(b'{"a": ')
        handler.close_connection = True

    scripted.do(cut).say(200, b'{"a": 1}')
    assert make_source().get("people").json() == {"a": 1}
    assert len(scripted.asked) == 2
