"""Which language to answer in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal

from starlette.requests import HTTPConnection

__all__ = ["LANGUAGES", "LANGUAGE_COOKIE", "Language", "language_of"]

Language = Literal["en", "zh"]
LANGUAGES: tuple[Language, ...] = ("en", "zh")
LANGUAGE_COOKIE = "coachkit_language"


def language_of(request: HTTPConnection, *, locale: str | None = None, default: Language = "en") -> Language:
    """What the cookie says, else ``locale`` (the person's own), else ``Accept-Language``, else ``default``."""
    wanted = [request.cookies.get(LANGUAGE_COOKIE, ""), locale or "", *_accepted(request)]
    return next(_known(wanted), default)


def _accepted(request: HTTPConnection) -> list[str]:
    """Languages of ``Accept-Language``, the most wanted first (RFC 9110, 12.5.4)."""
    weighed = []
    for part in request.headers.get("accept-language", "").split(","):
        name, _, weight = part.partition(";q=")
        try:
            weighed.append((-float(weight or 1), name.strip()))
        except ValueError:
            continue
    return [name for weight, name in sorted(weighed, key=lambda found: found[0]) if weight < 0]


def _known(names: Iterable[str]) -> Iterator[Language]:
    for name in names:
        short = name.lower().replace("_", "-").partition("-")[0]
        if short in LANGUAGES:
            yield short
