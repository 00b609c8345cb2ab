"""Deliveries as Feishu makes them: encrypted and signed; written apart from what reads them."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from coachkit.sdk import Delivery

__all__ = ["ENCRYPT_KEY", "VERIFICATION_TOKEN", "delivery", "encrypted", "envelope"]

ENCRYPT_KEY = "canary-encrypt-key-51c8"
VERIFICATION_TOKEN = "canary-verification-token-20ad"
SENT = datetime(2026, 5, 5, 8, 0, tzinfo=UTC)


def encrypted(plain: bytes, key: str = ENCRYPT_KEY) -> bytes:
    pad = 16 - len(plain) % 16
    start = hashlib.md5(plain, usedforsecurity=False).digest()
    cipher = Cipher(algorithms.AES(hashlib.sha256(key.encode()).digest()), modes.CBC(start)).encryptor()
    sealed = start + cipher.update(plain + bytes([pad]) * pad) + cipher.finalize()
    return json.dumps({"encrypt": base64.b64encode(sealed).decode()}).encode()


def envelope(name: str, event: Mapping[str, Any], number: int, sent_at: datetime = SENT) -> dict[str, Any]:
    header = {
        "event_id": f"event-{number}",
        "event_type": name,
        "token": VERIFICATION_TOKEN,
        "create_time": str(int(sent_at.timestamp() * 1000)),
        "app_id": "cli_a1b2c3",
        "tenant_key": "t1",
    }
    return {"schema": "2.0", "header": header, "event": dict(event)}


def delivery(
    body: Mapping[str, Any], sent_at: datetime = SENT, *, key: str = ENCRYPT_KEY, seal: bool = True
) -> Delivery:
    """The body as Feishu sends it."""
    plain = json.dumps(body, ensure_ascii=False).encode()
    sent = encrypted(plain, key) if seal else plain
    timestamp, nonce = str(int(sent_at.timestamp())), "n-8231"
    signature = hashlib.sha256(f"{timestamp}{nonce}{key}".encode() + sent).hexdigest()
    headers = {
        "content-type": "application/json; charset=utf-8",
        "x-lark-request-timestamp": timestamp,
        "x-lark-request-nonce": nonce,
        "x-lark-signature": signature,
    }
    return Delivery(headers=headers, body=sent, received_at=sent_at)
