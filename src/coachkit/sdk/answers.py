"""What a source answered, and how it refused."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any

import httpx2

from coachkit.errors import AuthFailed, PayloadRejected, SourceError
from coachkit.sdk.addresses import origin_of
from coachkit.sdk.clock import clock

__all__ = ["Answer", "NotAllowed", "NotThere", "Refused"]

_UNREAD = object()


class Answer:
    """One answer of a source, read to its end.

    :ivar status: of HTTP; ``url``: where it came from, after redirects.
    :ivar headers: by name, without regard to case.
    :ivar at: the source's own clock; ours, if it does not tell.
    :ivar moved: the source says that the address asked for has changed for good: use ``url`` from now on.
    :ivar unchanged: nothing has changed since the ETag that was kept; there is no body.
    """

    __slots__ = ("_parsed", "_who", "at", "body", "headers", "moved", "status", "unchanged", "url")

    def __init__(
        self, *, who: str, status: int, headers: httpx2.Headers, url: str, body: bytes, moved: bool = False
    ) -> None:
        self._who = who
        self._parsed: Any = _UNREAD
        self.status = status
        self.headers: Mapping[str, str] = headers
        self.url = url
        self.at = _moment(headers)
        self.moved = moved
        self.unchanged = status == 304
        self.body = body

    def json(self) -> Any:
        """What the body says.

        :raises PayloadRejected: if it is no JSON.
        """
        if self._parsed is _UNREAD:
            try:
                self._parsed = json.loads(self.body)
            except (ValueError, RecursionError):
                raise PayloadRejected(
                    f"{self.place} answers with something that is no JSON.",
                    subject=self._who,
                    hint="Does the address lead to the API, and not to a page for people or a sign-in?",
                ) from None
        return self._parsed

    @property
    def next_link(self) -> str | None:
        """The address of the next page, as the ``Link`` header says; ``None`` on the last.

        :raises SourceError: if it leads to another host; the credential is never sent there.
        """
        found = httpx2.Response(200, headers={"link": self.headers.get("link", "")}).links.get("next", {}).get("url")
        if not found:
            return None
        here = httpx2.URL(self.url)
        try:
            there = here.join(found)
        except httpx2.InvalidURL:
            there = httpx2.URL("")
        if origin_of(there) != origin_of(here):
            raise SourceError(
                f"the next page of {self.place} lies at another host ({there.host[:100] or 'none'}); "
                "the credential is not sent there.",
                subject=self._who,
                hint="If that host is the right one, make it the base_url.",
            )
        return str(there)

    @property
    def place(self) -> str:
        """The address without what was asked of it, to be shown."""
        return place_of(self.url)

    def __repr__(self) -> str:
        return f"Answer({self.status}, {self.place!r}, {len(self.body)} bytes)"


def place_of(url: str) -> str:
    """Host and path: the query may say more than a log should hold."""
    return url.partition("?")[0][:300]


class Refused(PayloadRejected):
    """The source refused one request, and would again: a status of 400 to 499 that is none of the others.

    :ivar answer: what it said, to look a code up. It may hold people's text: nothing of it is part of the message.
    """

    def __init__(self, message: str, *, answer: Answer, subject: str = "", hint: str = "") -> None:
        super().__init__(message, subject=subject, hint=hint)
        self.answer = answer

    @property
    def status(self) -> int:
        return self.answer.status


class NotThere(Refused):
    """What was asked for is not there: 404 (unknown, or hidden from us) or 410 (gone for good)."""


class NotAllowed(AuthFailed):
    """The credential is good, and may not do this (403).

    :ivar answer: what the source said; nothing of it is part of the message.
    """

    def __init__(self, message: str, *, answer: Answer, subject: str = "", hint: str = "") -> None:
        super().__init__(message, subject=subject, hint=hint)
        self.answer = answer

    @property
    def status(self) -> int:
        return self.answer.status


def _moment(headers: httpx2.Headers) -> datetime:
    try:
        at = parsedate_to_datetime(headers["date"])
    except (KeyError, ValueError):
        return clock().now()
    return at if at.tzinfo else at.replace(tzinfo=clock().now().tzinfo)
