"""Reading answers narrowly: what is there as what it is, and nothing else; an odd value is as good as none."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

__all__ = ["Raw", "flag", "millis", "number", "part", "parts", "seconds", "version_of", "word", "words"]

Raw = Mapping[str, Any]

_SECONDS_BELOW = 100_000_000_000
"""Feishu tells moments in seconds here and in milliseconds there; below this it is seconds (until the year 5138)."""


def word(raw: Raw, *names: str) -> str:
    """The first of these fields that holds a text or whole number, as text; ids are often one or the other."""
    for name in names:
        value = raw.get(name)
        if isinstance(value, str) and value.strip():
            return value.strip()
        if isinstance(value, int) and not isinstance(value, bool):
            return str(value)
    return ""


def words(raw: Raw, name: str) -> tuple[str, ...]:
    """The texts in a list."""
    value = raw.get(name)
    return tuple(one for one in value if isinstance(one, str) and one) if isinstance(value, list) else ()


def part(raw: Raw, name: str) -> Raw:
    """The object in a field; an empty one where there is none."""
    value = raw.get(name)
    return value if isinstance(value, Mapping) else {}


def parts(raw: Raw, name: str) -> Iterator[Raw]:
    """The objects in a list."""
    value = raw.get(name)
    return (one for one in (value if isinstance(value, list) else ()) if isinstance(one, Mapping))


def flag(raw: Raw, name: str) -> bool:
    """Whether a field says yes."""
    return raw.get(name) is True


def number(raw: Raw, name: str) -> float | None:
    """A finite number, also where it is told as text."""
    value = raw.get(name)
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    try:
        found = float(value)
    except (ValueError, OverflowError):
        return None
    return found if math.isfinite(found) else None


def millis(raw: Raw, *names: str) -> datetime | None:
    """A moment told in milliseconds (or seconds) since 1970; none where it is missing, zero or no moment."""
    for name in names:
        value = number(raw, name)
        if value is not None and value > 0:
            try:
                return datetime.fromtimestamp(value if value < _SECONDS_BELOW else value / 1000, UTC)
            except (ValueError, OverflowError, OSError):
                continue
    return None


def seconds(moment: datetime) -> int:
    """Whole seconds since 1970."""
    return int(moment.timestamp())


def version_of(moment: datetime | None) -> int | None:
    """A moment as the version of a record: microseconds since 1970."""
    return None if moment is None else round(moment.timestamp() * 1_000_000)
