"""Credentials: refreshed once, never shown; limits in the order that sources document."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
from scripted_source import CANARY, Scripted

from coachkit.sdk import (
    Answer,
    AuthFailed,
    BasicAuth,
    BearerToken,
    ConfigError,
    HttpSource,
    NotAllowed,
    PayloadRejected,
    RateLimited,
    SecretRef,
    SourceError,
    SourceUnavailable,
)
from coachkit.sdk.testing import FakeClock

Make = Callable[..., HttpSource]


class Traded:
    """A credential that can be had anew, so many times."""

    fingerprint = "app 1"

    def __init__(self, more: int = 9) -> None:
        self.number = 0
        self.more = more

    def headers(self) -> Mapping[str, str]:
        return {"Authorization": f"Bearer {CANARY}-{self.number}"}

    def refresh(self) -> bool:
        self.number += 1
        return self.number <= self.more


def test_a_stale_credential_is_had_anew_once(scripted: Scripted, make_source: Make) -> None:
    scripted.say(401).say(200).say(401)
    source = make_source(auth=Traded())
    assert source.get("people").status == 200
    assert [headers["authorization"][-1] for _, _, headers, _ in scripted.asked] == ["0", "1"]
    with pytest.raises(AuthFailed):
        source.get("people")
    assert len(scripted.asked) == 4


def test_none_other_to_be_had(scripted: Scripted, make_source: Make) -> None:
    scripted.say(401)
    with pytest.raises(AuthFailed) as caught:
        make_source().get("people")
    assert len(scripted.asked) == 1
    assert "env:SDK_TEST_TOKEN" in caught.value.hint


def test_a_token_replaced_where_it_lies_is_taken_up(scripted: Scripted, make_source: Make, tmp_path: Path) -> None:
    place = tmp_path / "token"
    place.write_text("old\n")

    def refuse_and_replace(handler: BaseHTTPRequestHandler) -> None:
        place.write_text("new\n")
        handler.send_response_only(401)
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    scripted.do(refuse_and_replace).say(200)
    source = make_source(auth=BearerToken(SecretRef(f"file:{place}"), header="X-Token", scheme=""))
    assert source.get("people").status == 200
    assert [headers["x-token"] for _, _, headers, _ in scripted.asked] == ["old", "new"]


def test_a_source_that_says_it_otherwise(scripted: Scripted, make_source: Make) -> None:
    def expired(answer: Answer) -> bool:
        return bool(answer.json().get("code") == 99991663)

    scripted.say(200, b'{"code": 99991663}').say(200, b'{"code": 0}')
    assert make_source(auth=Traded(), expired=expired).get("people").json() == {"code": 0}
    scripted.answers.clear()
    scripted.say(200, b'{"code": 99991663}')
    with pytest.raises(AuthFailed):
        make_source(auth=Traded(), expired=expired).get("people")


@pytest.mark.parametrize("token", ["two\nlines", "令牌", "a\ttab"])
def test_a_token_that_no_header_can_carry(
    scripted: Scripted, make_source: Make, monkeypatch: pytest.MonkeyPatch, token: str
) -> None:
    scripted.say(200)
    monkeypatch.setenv("ODD_TOKEN", f"{CANARY}{token}")
    with pytest.raises(ConfigError, match="env:ODD_TOKEN") as caught:
        make_source(auth=BearerToken(SecretRef("env:ODD_TOKEN"))).get("people")
    assert CANARY not in "".join(traceback.format_exception(caught.value))
    assert scripted.asked == []


def test_no_secret_there(scripted: Scripted, make_source: Make) -> None:
    scripted.say(200)
    with pytest.raises(ConfigError, match="env:NOT_SET_ANYWHERE"):
        make_source(auth=BearerToken(SecretRef("env:NOT_SET_ANYWHERE"))).get("people")
    assert scripted.asked == []


def test_fingerprints_tell_credentials_apart_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ONE", CANARY)
    monkeypatch.setenv("TWO", "another")
    one, two = SecretRef("env:ONE"), SecretRef("env:TWO")
    prints = {BearerToken(one).fingerprint, BasicAuth("ana", one).fingerprint, BasicAuth("bo", one).fingerprint}
    prints |= {BearerToken(two).fingerprint}
    assert len(prints) == 4
    assert BearerToken(one).fingerprint in prints
    assert not [text for text in prints if CANARY in text]
    bearer = BearerToken(one)
    before = bearer.fingerprint
    monkeypatch.setenv("ONE", "replaced")
    bearer.headers()
    assert bearer.fingerprint != before


LIMITS = [
    (429, {"Retry-After": "7", "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1777896060"}, 7),
    (403, {"Retry-After": "7"}, 7),
    (503, {"Retry-After": "7"}, 7),
    (429, {"Retry-After": "Mon, 04 May 2026 12:00:09 GMT"}, 9),
    (429, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1777896030"}, 30),
    (403, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1777896030"}, 30),
    (429, {"RateLimit-Remaining": "0", "RateLimit-Reset": "12"}, 12),
    (429, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "2026-05-04T12:00:20Z"}, 20),
    (429, {"x-ogw-ratelimit-reset": "5"}, 5),
    (429, {}, 60),
    (429, {"Retry-After": "soon"}, 60),
    (429, {"Retry-After": "²"}, 60),
]


@pytest.mark.parametrize(("status", "headers", "seconds"), LIMITS)
def test_limits_in_the_documented_order(
    scripted: Scripted,
    make_source: Make,
    time_flies: FakeClock,
    status: int,
    headers: dict[str, str],
    seconds: float,
) -> None:
    encoded = {name: value.encode().decode("latin-1") for name, value in headers.items()}
    scripted.say(status, Date="Mon, 04 May 2026 12:00:00 GMT", **encoded).say(200)
    assert make_source().get("people").status == 200
    assert sum(time_flies.waited) == pytest.approx(seconds, abs=0.5)


@pytest.mark.parametrize("remaining", [{}, {"X-RateLimit-Remaining": "7", "X-RateLimit-Reset": "1777896030"}])
def test_forbidden_is_no_limit(
    scripted: Scripted, make_source: Make, time_flies: FakeClock, remaining: dict[str, str]
) -> None:
    scripted.say(403, Date="Mon, 04 May 2026 12:00:00 GMT", **remaining)
    with pytest.raises(NotAllowed):
        make_source().get("people")
    assert time_flies.waited == []


def test_waits_grow_while_the_source_insists(scripted: Scripted, make_source: Make, time_flies: FakeClock) -> None:
    scripted.say(429, Retry_After="5")
    with pytest.raises(RateLimited):
        make_source().get("people")
    assert time_flies.waited == [pytest.approx(wait, abs=0.5) for wait in (5, 10, 20)]
    assert len(scripted.asked) == 4


def test_nothing_remains_so_the_next_request_waits(
    scripted: Scripted, make_source: Make, time_flies: FakeClock
) -> None:
    date = "Mon, 04 May 2026 12:00:00 GMT"
    scripted.say(200, Date=date, X_RateLimit_Remaining="0", X_RateLimit_Reset="1777896030").say(200)
    source = make_source()
    source.get("people")
    assert time_flies.waited == []
    make_source().get("people")  # another connection with the same credential
    assert time_flies.waited == [pytest.approx(30, abs=0.5)]


def test_nothing_remains_for_long_so_nothing_is_asked(
    scripted: Scripted, make_source: Make, time_flies: FakeClock
) -> None:
    date = "Mon, 04 May 2026 12:00:00 GMT"
    scripted.say(200, Date=date, X_RateLimit_Remaining="0", X_RateLimit_Reset="1777899600").say(200)
    source = make_source()
    source.get("people")
    with pytest.raises(RateLimited, match="not asked") as caught:
        source.get("people")
    assert caught.value.retry_after == pytest.approx(3600, abs=5)
    assert len(scripted.asked) == 1
    time_flies.waited.append(3600.0)  # an hour later
    assert source.get("people").status == 200


def test_what_a_source_says_in_passing_is_no_limit(
    scripted: Scripted, make_source: Make, time_flies: FakeClock
) -> None:
    scripted.say(200, X_RateLimit_Remaining="9", X_RateLimit_Reset="99", x_ogw_ratelimit_reset="30")
    source = make_source()
    for _ in range(3):
        source.get("people")
    assert time_flies.waited == []


def test_a_rate_of_our_own(scripted: Scripted, make_source: Make, time_flies: FakeClock) -> None:
    scripted.say(200)
    source = make_source(rate=2)
    for _ in range(8):
        source.get("people")
    assert sum(time_flies.waited) == pytest.approx(3, abs=0.5)  # two at once, then one each half second


def _cut(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response_only(200)
    handler.send_header("Content-Length", "100")
    handler.end_headers()
    handler.wfile.write(b"{")
    handler.close_connection = True


SPOILT: list[tuple[str, Callable[[Scripted], object], type[SourceError]]] = [
    ("401", lambda s: s.say(401), AuthFailed),
    ("403", lambda s: s.say(403), NotAllowed),
    ("404", lambda s: s.say(404), PayloadRejected),
    ("429", lambda s: s.say(429, Retry_After="999"), RateLimited),
    ("500", lambda s: s.say(500), SourceUnavailable),
    ("cut", lambda s: s.do(_cut), SourceUnavailable),
    ("foreign", lambda s: s.say(302, Location="https://example.org/"), SourceError),
]


@pytest.mark.parametrize(("spoil", "error"), [case[1:] for case in SPOILT], ids=[case[0] for case in SPOILT])
def test_the_secret_is_in_no_error_and_no_log(
    scripted: Scripted,
    make_source: Make,
    caplog: pytest.LogCaptureFixture,
    spoil: Callable[[Scripted], object],
    error: type[SourceError],
) -> None:
    caplog.set_level(logging.DEBUG)
    spoil(scripted)
    source = make_source()
    with pytest.raises(error) as caught:
        source.get("people", {"email": "ana@example.org"})
    plain = "".join(traceback.format_exception(caught.value))
    shown = [plain, str(caught.value), repr(caught.value), repr(vars(caught.value)), repr(source), caplog.text]
    shown += [repr(source.etags.state()), repr(BearerToken(SecretRef("env:SDK_TEST_TOKEN")))]
    for text in shown:
        assert CANARY not in text
        assert "ana@example.org" not in text.replace('source.get("people", {"email": "ana@example.org"})', "")
    assert any(scripted.asked[0][2]["authorization"].endswith(CANARY) for _ in [0])


def test_a_trace_with_the_values_of_variables_holds_no_secret(scripted: Scripted, make_source: Make) -> None:
    scripted.do(_cut)
    source = make_source()
    try:
        source.get("people")
    except SourceError as error:
        frames = traceback.TracebackException.from_exception(error, capture_locals=True)
        ours = [f for f in frames.stack if "coachkit/sdk" in f.filename]
    assert ours
    assert not [(f.name, f.locals) for f in ours if CANARY in repr(f.locals)]
