"""Bodies that are cut, slow, huge, empty or no JSON; ETags."""

from __future__ import annotations

import gzip
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler

import pytest
from scripted_source import Scripted

from coachkit.sdk import BearerToken, ETags, HttpSource, PayloadRejected, SecretRef, SourceUnavailable
from coachkit.sdk.testing import FakeClock

Make = Callable[..., HttpSource]


def _begin(handler: BaseHTTPRequestHandler, **headers: str) -> None:
    handler.send_response_only(200)
    for name, value in {"Content-Type": "application/json", **headers}.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.end_headers()
    handler.wfile.flush()


@pytest.fixture
def patience_is_over() -> Iterator[threading.Event]:
    over = threading.Event()
    yield over
    over.set()


def test_a_body_without_length_that_breaks_off_is_tried_again(scripted: Scripted, make_source: Make) -> None:
    def cut(handler: BaseHTTPRequestHandler) -> None:
        _begin(handler, Connection="close")
        handler.wfile.write(b'{"a": [1, 2')
        handler.close_connection = True

    scripted.do(cut).do(cut).say(200, b'{"a": 1}')
    assert make_source().get("people").json() == {"a": 1}
    assert len(scripted.asked) == 3


def test_chunks_that_break_off(scripted: Scripted, make_source: Make) -> None:
    def cut(handler: BaseHTTPRequestHandler) -> None:
        _begin(handler, Transfer_Encoding="chunked")
        handler.wfile.write(b'5\r\n{"a":\r\n')
        handler.close_connection = True

    scripted.do(cut)
    with pytest.raises(SourceUnavailable):
        make_source().get("people")
    assert len(scripted.asked) == 3


def test_nothing_comes(
    scripted: Scripted, make_source: Make, time_flies: FakeClock, patience_is_over: threading.Event
) -> None:
    time_flies.longest_patience = 0.1
    scripted.do(lambda handler: [_begin(handler, Content_Length="9"), patience_is_over.wait(20)])  # type: ignore[arg-type, return-value]
    with pytest.raises(SourceUnavailable):
        make_source().get("people")


def test_a_body_that_drips_ends_in_time(
    scripted: Scripted, make_source: Make, time_flies: FakeClock, patience_is_over: threading.Event
) -> None:
    def drip(handler: BaseHTTPRequestHandler) -> None:
        _begin(handler, Content_Length="100000")
        while not patience_is_over.wait(0.02):
            handler.wfile.write(b" ")

    time_flies.longest_patience = 0.1
    scripted.do(drip)
    with pytest.raises(SourceUnavailable):  # each part comes in time, and the whole would never end
        make_source().get("people")


def test_nobody_listens(make_source: Make, scripted: Scripted) -> None:
    source = HttpSource("mine", "http://127.0.0.1:9/api", auth=BearerToken(SecretRef("env:SDK_TEST_TOKEN")))
    with pytest.raises(SourceUnavailable, match="does not answer"):
        source.get("people")
    source.close()


@pytest.mark.parametrize("packed", [False, True])
def test_too_much(scripted: Scripted, make_source: Make, packed: bool) -> None:
    body = b"[" + b" " * 3_000_000 + b"]"
    headers = {"Content_Encoding": "gzip"} if packed else {}
    scripted.say(200, gzip.compress(body) if packed else body, **headers)
    with pytest.raises(PayloadRejected, match="more than 1 MB"):
        make_source(largest=2**20).get("people")
    assert len(scripted.asked) == 1


def test_what_says_it_is_packed_and_is_not(scripted: Scripted, make_source: Make) -> None:
    scripted.say(200, b"plain", Content_Encoding="gzip").say(200)
    assert make_source().get("people").status == 200


@pytest.mark.parametrize("body", [b"", b"<html>", b"\xff", b"[" * 100_000])
def test_no_json(scripted: Scripted, make_source: Make, body: bytes) -> None:
    scripted.say(200, body, Content_Type="text/html")
    with pytest.raises(PayloadRejected):
        make_source().get("people").json()


def test_no_content(scripted: Scripted, make_source: Make) -> None:
    scripted.say(204, b"")
    assert make_source().get("people").body == b""


def test_unchanged_costs_no_body(scripted: Scripted, make_source: Make) -> None:
    scripted.say(200, b"[1]", ETag='"v1"').say(304, b"").say(200, b"[2]", ETag='"v2"').say(304, b"")
    etags = ETags()
    answers = [make_source(etags=etags).get("people", {"page": 1}, etag=True) for _ in range(2)]
    assert [answer.unchanged for answer in answers] == [False, True]
    kept = ETags.load(etags.state())
    answers = [make_source(etags=kept).get("people", {"page": 1}, etag=True) for _ in range(2)]
    assert [answer.unchanged for answer in answers] == [False, True]
    sent = [headers.get("if-none-match") for _, _, headers, _ in scripted.asked]
    assert sent == [None, '"v1"', '"v1"', '"v2"']


def test_an_etag_belongs_to_one_credential_and_address(
    scripted: Scripted, make_source: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    scripted.say(200, b"[1]", ETag='"v1"')
    etags = ETags()
    make_source(etags=etags).get("people", etag=True)
    make_source(etags=etags).get("people?page=2", etag=True)
    make_source(etags=etags).get("people")
    monkeypatch.setenv("SOMEBODY_ELSE", "another")
    make_source(etags=etags, auth=BearerToken(SecretRef("env:SOMEBODY_ELSE"))).get("people", etag=True)
    assert [headers.get("if-none-match") for _, _, headers, _ in scripted.asked] == [None] * 4


def test_an_answer_shows_nothing_of_its_body(scripted: Scripted, make_source: Make) -> None:
    scripted.say(200, b'{"name": "Ana"}')
    answer = make_source().get("people?email=ana@example.org")
    assert "na" not in repr(answer).partition("/api")[2]
