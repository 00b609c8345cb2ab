"""Checks of deliveries: signatures, tokens, ages, bodies; and nothing of a delivery is shown."""

from __future__ import annotations

import hashlib
import hmac
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coachkit.sdk import (
    AuthFailed,
    Delivery,
    Event,
    PayloadRejected,
    Reply,
    SecretRef,
    check_age,
    check_signature,
    check_token,
    read_object,
)

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
SECRET = SecretRef("env:WEBHOOK_SECRET")


@pytest.fixture(autouse=True)
def _secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WEBHOOK_SECRET", "canary-2b7e")


def signed(body: bytes, algorithm: str = "sha256", secret: bytes = b"canary-2b7e") -> Delivery:
    digest = hmac.new(secret, body, algorithm).hexdigest()
    return Delivery(headers={"X-Hub-Signature-256": f"{algorithm}={digest}"}, body=body, received_at=NOW)


def test_known_value() -> None:
    """The example that GitHub's documentation gives."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WEBHOOK_SECRET", "It's a Secret to Everybody")
        digest = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
        delivery = Delivery(headers={"x-hub-signature-256": digest}, body=b"Hello, World!", received_at=NOW)
        check_signature(delivery, SECRET, header="X-Hub-Signature-256")


@given(st.binary(max_size=200), st.binary(max_size=200))
def test_a_signature_is_of_one_body(body: bytes, other: bytes) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WEBHOOK_SECRET", "canary-2b7e")
        check_signature(signed(body), SECRET, header="X-Hub-Signature-256")
        if other != body:
            moved = Delivery(headers=signed(body).headers, body=other, received_at=NOW)
            with pytest.raises(AuthFailed):
                check_signature(moved, SECRET, header="X-Hub-Signature-256")


def test_wrong_and_missing_signatures() -> None:
    for delivery in (
        signed(b"{}", secret=b"another"),
        signed(b"{}", "sha1"),
        Delivery(headers={}, body=b"{}", received_at=NOW),
        Delivery(headers={"X-Hub-Signature-256": "ключ"}, body=b"{}", received_at=NOW),
    ):
        with pytest.raises(AuthFailed) as caught:
            check_signature(delivery, SECRET, header="X-Hub-Signature-256")
        assert "env:WEBHOOK_SECRET" in caught.value.hint
        assert "canary" not in str(caught.value)
    check_signature(signed(b"{}", "sha1"), SECRET, header="X-Hub-Signature-256", prefix="sha1=", algorithm="sha1")


def test_tokens() -> None:
    check_token("canary-2b7e", SECRET)
    for given_ in (None, "", "canary-2b7", "canary-2b7e ", "密"):
        with pytest.raises(AuthFailed, match="token"):
            check_token(given_, SECRET)


@pytest.mark.parametrize("seconds", [-301, 301, 86400])
def test_old_and_future_deliveries(seconds: int) -> None:
    with pytest.raises(AuthFailed, match="seconds off"):
        check_age(NOW, NOW + timedelta(seconds=seconds))
    check_age(NOW, NOW + timedelta(seconds=seconds), most=timedelta(days=2))
    check_age(NOW, NOW + timedelta(seconds=299))


@given(st.binary(max_size=60))
def test_any_body_is_an_object_or_refused(body: bytes) -> None:
    try:
        found = read_object(body)
    except PayloadRejected:
        return
    assert isinstance(found, dict)


@pytest.mark.parametrize("body", [b"", b"[]", b"3", b"{", b"\xff", b"[" * 100_000, b"null"])
def test_bodies_that_are_no_object(body: bytes) -> None:
    with pytest.raises(PayloadRejected):
        read_object(body)


def test_nothing_of_a_delivery_is_shown() -> None:
    delivery = Delivery(headers={"X-Token": "canary"}, body=b"canary", received_at=NOW, query={"t": "canary"})
    event = Event(id="1", name="issue", payload={"who": "canary"})
    for shown in (repr(delivery), repr(event), repr(Reply(body=b"canary"))):
        assert "canary" not in shown
    assert delivery.headers == {"x-token": "canary"}
    assert hashlib.sha256(delivery.body).hexdigest()
