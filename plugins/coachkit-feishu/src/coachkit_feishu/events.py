"""Who sent a delivery, and what it says: signature, encryption, both forms of events.

Feishu signs the moment, a nonce and the body with the Encrypt Key, and encrypts the body with it. The address is tried
out with a challenge, which is encrypted too and may come unsigned; it carries the Verification Token instead.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.padding import PKCS7

from coachkit.sdk import AuthFailed, Delivery, Event, PayloadRejected, Reply, SecretRef, check_age, check_token
from coachkit_feishu.config import FeishuConfig
from coachkit_feishu.raw import Raw, millis, part, word

__all__ = ["decrypted", "event_of", "signature_of", "verify"]

SIGNATURE, TIMESTAMP, NONCE = "x-lark-signature", "x-lark-request-timestamp", "x-lark-request-nonce"

_CHALLENGE = "url_verification"
_BLOCK = 16

_OF_MESSAGES = frozenset(
    {"type", "message_id", "chat_id", "chat_type", "create_time", "open_message_id", "open_chat_id", "recall_time"}
)

_OF_CONTACTS = frozenset(
    {
        *("open_id", "union_id", "user_id", "name", "en_name", "nickname", "email", "enterprise_email", "status"),
        *("department_ids", "leader_user_id", "open_department_id", "parent_department_id", "i18n_name"),
    }
)
"""What is read of people and departments; telephone numbers and the rest go by."""


def verify(config: FeishuConfig, connection: str, delivery: Delivery) -> Event | Reply:
    """The event of a delivery; or the answer to a challenge.

    :raises AuthFailed: if it is not from whoever knows the keys, or is too old.
    :raises PayloadRejected: if it is no delivery of Feishu.
    """
    key = config.encrypt_key
    if key is None:
        raise AuthFailed(
            "no Encrypt Key is set, so no delivery can be believed.",
            subject=connection,
            hint="Set one in the app under Events & Callbacks, and say where it lies: encrypt_key=env:NAME.",
        )
    signed = SIGNATURE in delivery.headers
    if signed:
        _check_signature(delivery, key)
    body = _opened(delivery.body, key)
    if body.get("type") == _CHALLENGE:
        return _challenge(body, config)
    if not signed:
        raise AuthFailed("the delivery is not signed.", subject=connection, hint=_hint(key))
    event = event_of(body, connection)
    if config.verification_token is not None:
        token = word(part(body, "header"), "token") or word(body, "token")
        check_token(token, config.verification_token, what="Verification Token")
    return event


def event_of(body: Raw, connection: str) -> Event:
    """The event in an opened body, without what proves the sender, and without what is not needed to read it anew.

    :raises PayloadRejected: if there is none.
    """
    header, inner = part(body, "header"), body.get("event")
    if word(body, "schema") and header:
        kept = {name: value for name, value in header.items() if name != "token"}
        name = word(header, "event_type")
        payload: dict[str, Any] = {"schema": body["schema"], "header": kept, "event": _needed(name, inner)}
        return _event(word(header, "event_id"), name, payload, millis(header, "create_time"))
    if word(body, "uuid") and isinstance(inner, Mapping):
        name = word(inner, "type")
        payload = {one: body[one] for one in ("uuid", "ts", "type") if one in body}
        return _event(word(body, "uuid"), name, {**payload, "event": _needed(name, inner)}, millis(body, "ts"))
    raise PayloadRejected("the delivery is no event of Feishu, of either form.", subject=connection)


def signature_of(timestamp: str, nonce: str, key: str, body: bytes) -> str:
    """What Feishu signs: not an HMAC, but a hash that begins with the key."""
    return hashlib.sha256((timestamp + nonce + key).encode() + body).hexdigest()


def decrypted(text: str, key: str) -> bytes:
    """AES-256-CBC under the hash of the key; the first block is the initial vector.

    :raises ValueError: if it was not encrypted so.
    """
    try:
        data = base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise ValueError("it is no base64") from error
    if len(data) < 2 * _BLOCK or len(data) % _BLOCK:
        raise ValueError("it has no whole blocks")
    cipher = Cipher(algorithms.AES(hashlib.sha256(key.encode()).digest()), modes.CBC(data[:_BLOCK])).decryptor()
    padding = PKCS7(_BLOCK * 8).unpadder()
    return padding.update(cipher.update(data[_BLOCK:]) + cipher.finalize()) + padding.finalize()


def _needed(name: str, inner: Any) -> Any:
    """What of an event is kept until it is handled. Of a message only where it is: it may be of a private chat."""
    if not isinstance(inner, Mapping):
        return inner
    if name == "message" or name.startswith("im."):
        outer = {one: inner[one] for one in _OF_MESSAGES if one in inner}
        message = part(inner, "message")
        return {**outer, "message": {one: message[one] for one in _OF_MESSAGES if one in message}} if message else outer
    if name.startswith("contact."):
        return {"object": {one: value for one, value in part(inner, "object").items() if one in _OF_CONTACTS}}
    return dict(inner)


def _event(event_id: str, name: str, payload: dict[str, Any], sent_at: datetime | None) -> Event:
    if not event_id or not name:
        raise PayloadRejected("the event has no id or no name.")
    return Event(id=event_id, name=name, payload=payload, sent_at=sent_at)


def _check_signature(delivery: Delivery, key: SecretRef) -> None:
    timestamp = delivery.headers.get(TIMESTAMP, "")
    wanted = signature_of(timestamp, delivery.headers.get(NONCE, ""), key.read(), delivery.body)
    if not hmac.compare_digest(delivery.headers[SIGNATURE].encode(), wanted.encode()):
        raise AuthFailed("the signature is wrong.", hint=_hint(key))
    if not (timestamp.isascii() and timestamp.isdecimal() and len(timestamp) < 12):
        raise AuthFailed("the delivery does not say when it was sent.", hint=_hint(key))
    check_age(datetime.fromtimestamp(int(timestamp), UTC), delivery.received_at)


def _opened(body: bytes, key: SecretRef) -> Raw:
    """The object in a body, decrypted where it is encrypted. Nothing but the key makes it readable."""
    said = _object(body)
    if not isinstance(said.get("encrypt"), str):
        return said
    try:
        return _object(decrypted(said["encrypt"], key.read()))
    except ValueError:
        raise AuthFailed("the delivery cannot be decrypted.", hint=_hint(key)) from None


def _object(body: bytes) -> Raw:
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        said = None
    if not isinstance(said, dict):
        raise AuthFailed("the delivery is nothing that Feishu sends.", hint="Is the address known to somebody else?")
    return said


def _challenge(body: Raw, config: FeishuConfig) -> Reply:
    token = config.verification_token
    if token is not None:
        check_token(word(body, "token"), token, what="Verification Token")
    return Reply(body=json.dumps({"challenge": word(body, "challenge")}, ensure_ascii=False).encode())


def _hint(key: SecretRef) -> str:
    return f"Is the app's Encrypt Key the one at {key.reference}?"
