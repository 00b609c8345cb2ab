"""Values as the drivers take them, checked on the way in: what does not fit is the record's fault, and said so."""

from __future__ import annotations

import math
from datetime import date, datetime
from functools import lru_cache
from typing import Any

import orjson

from coachkit.domain.identity import identity_id, identity_key
from coachkit.errors import PayloadRejected
from coachkit.store.relational.types import milliseconds

__all__ = ["clean_json", "day", "identity", "instant", "json_text", "maybe_text", "number", "text", "whole"]

_FIRST = -62_135_596_800_000  # 0001-01-01
_LAST = 253_402_214_400_000  # 9999-12-31, so that it can be shown in any time zone
_WHOLE = 2**31 - 1


def text(value: object, what: str) -> str:
    """Text without NUL characters, which PostgreSQL cannot hold."""
    if type(value) is not str:
        if not isinstance(value, str):
            raise PayloadRejected(f"{what} is {type(value).__name__}, not text")
        value = str(value)
    return value.replace("\0", "\ufffd") if "\0" in value else value


def maybe_text(value: object, what: str) -> str | None:
    return None if value is None else text(value, what)


@lru_cache(maxsize=1 << 16)
def identity(key: str) -> tuple[int, str]:
    """Id and normal form of an identity key.

    :raises PayloadRejected: if it does not name a system and somebody there.
    """
    system, _, value = text(key, "an identity").partition(":")
    if not system or not value.strip():
        raise PayloadRejected(f"an identity has the form system:name, which {key!r} has not")
    normal = identity_key(system, value)
    return identity_id(normal), normal


def instant(at: datetime) -> int:
    """Milliseconds since 1970.

    :raises PayloadRejected: if it has no time zone or no such year exists.
    """
    if not isinstance(at, datetime):
        raise PayloadRejected(f"a moment is {type(at).__name__}, not a date with a time")
    if at.tzinfo is None:
        raise PayloadRejected(f"the time {at.isoformat()} has no time zone")
    value = milliseconds(at)
    if not _FIRST <= value <= _LAST:
        raise PayloadRejected(f"the time {at.isoformat()} cannot be stored")
    return value


def day(value: date | None) -> str | None:
    """A day as ISO text."""
    if value is None:
        return None
    if isinstance(value, datetime) or not isinstance(value, date):
        raise PayloadRejected(f"a day is {type(value).__name__}, not a date")
    return value.isoformat()


def number(value: float | None, what: str) -> float | None:
    """A finite number."""
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise PayloadRejected(f"{what} is {value!r}, not a number")
    return float(value)


def whole(value: int | None, what: str, *, most: int = _WHOLE) -> int | None:
    """A whole number that a column can hold."""
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not -most <= value <= most:
        raise PayloadRejected(f"{what} is {value!r}, not a whole number that can be stored")
    return value


def json_text(value: object) -> str:
    """JSON as text; moments and days in ISO form."""
    written = orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS).decode()
    return written.replace("\\u0000", "\\ufffd") if "\\u0000" in written else written


def clean_json(value: Any) -> str:
    """JSON as text of whatever a source sent: what JSON cannot say is written as Python would show it."""
    try:
        return json_text(_clean(value))
    except (TypeError, ValueError, RecursionError):
        return json_text({"unreadable": _clean(repr(value)[:10_000])})


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode().replace("\0", "\ufffd")
    if isinstance(value, dict):
        return {_clean(str(name)): _clean(item) for name, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_clean(item) for item in value]
    if isinstance(value, bool | int | float | date | None):
        return value if not isinstance(value, int) or abs(value) < 2**63 else str(value)
    return _clean(repr(value)[:10_000])
