"""Stable ids, and the keys by which a person is known to a system."""

from __future__ import annotations

import base64
import hashlib
import re

__all__ = [
    "content_hash",
    "identity_id",
    "identity_key",
    "public_id",
    "record_id",
    "stable_id",
    "system_of",
    "unpublic_id",
]

_NOREPLY = re.compile(r"^(?:\d+\+)?(?P<login>[a-z0-9][a-z0-9-]*(?:\[bot\])?)@users\.noreply\.(?P<host>[a-z0-9.-]+)$")

_PUBLIC_HOSTS = {"github.com": "github", "gitlab.com": "gitlab"}
"""A company's own host keeps its full name: a login there is not the same person's on the public one."""


def stable_id(*parts: str) -> int:
    """A positive 63-bit id derived from what it names.

    The same record has the same id in every store, after every rebuild and on every machine, so citations survive.
    At ten million records a collision has a chance of about 5 in a million; a unique key then refuses the record.
    """
    digest = hashlib.blake2b("\x1f".join(parts).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") >> 1


def record_id(connection: str, stream: str, native_id: str) -> int:
    """The id of a record: which connection, which stream of it, which id there."""
    return stable_id("record", connection, stream, native_id)


def identity_id(key: str) -> int:
    """The id of an identity key such as ``email:a@example.org``."""
    return stable_id("identity", key)


def public_id(number: int) -> str:
    """An id as people and programs see it: 13 lower-case characters (JSON numbers lose digits above 2**53)."""
    return base64.b32encode(number.to_bytes(8, "big")).decode().rstrip("=").lower()


def unpublic_id(text: str) -> int:
    """The number behind :func:`public_id`.

    :raises ValueError: if the text is not such an id.
    """
    if len(text) != 13:
        raise ValueError(f"not an id: {text!r}")
    try:
        return int.from_bytes(base64.b32decode(text.upper() + "==="), "big")
    except ValueError as error:
        raise ValueError(f"not an id: {text!r}") from error


def identity_key(system: str, value: str) -> str:
    """The key by which a system knows somebody: ``email:a@b.c``, ``github:octocat``, ``hris:1001``.

    E-mail addresses are one system for all sources, and compared without case. A code host's "noreply" address names a
    login there, so it becomes that login's key.
    """
    value = value.strip()
    if system != "email":
        return f"{system}:{value.lower() if system in ('github', 'gitlab') else value}"
    value = value.lower()
    if match := _NOREPLY.match(value):
        return f"{_PUBLIC_HOSTS.get(match['host'], match['host'])}:{match['login']}"
    return f"email:{value}"


def system_of(key: str) -> str:
    """The system part of an identity key."""
    return key.partition(":")[0]


def content_hash(*parts: object) -> str:
    """128 bits of a hash over the parts' text, to see whether content changed."""
    return hashlib.blake2b("\x1f".join(map(str, parts)).encode(), digest_size=16).hexdigest()
