"""A SCIM service over HTTP: paged reading, its errors as ours, and a token that only its own host ever sees."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import httpx2
import stamina

from coachkit.sdk import AuthFailed, PayloadRejected, RateLimited, SecretRef, SourceError, SourceUnavailable

__all__ = ["Page", "ScimService", "checked_url"]

TIMEOUT = httpx2.Timeout(30.0, connect=10.0)
ATTEMPTS = 4
LONGEST_WAIT = 60.0
"""A service that asks for more than this is left alone until the next sync."""
LARGEST_ANSWER = 64 * 1024 * 1024

MEDIA_TYPES = "application/scim+json, application/json"


def checked_url(text: str) -> str:
    """The base URL without a slash at its end.

    :raises ValueError: if a token sent there could be read on the way, or it is no base URL.
    """
    try:
        url = httpx2.URL(text.strip())
    except httpx2.InvalidURL as error:
        raise ValueError(f"{text!r} is no URL") from error
    if url.scheme not in ("https", "http") or not url.host:
        raise ValueError(f"{text!r} is no URL; write https://host/path")
    if url.userinfo or url.query or url.fragment:
        raise ValueError("a base URL has no user, no query and no fragment; the token is given by reference")
    if url.scheme == "http" and not _is_loopback(url.host):
        raise ValueError("use https: over http anybody on the way can read the token (http is for loopback only)")
    return str(url).rstrip("/")


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A part of a list.

    :ivar total: how many there are in all, as the service says.
    :ivar at: the service's own clock.
    """

    resources: tuple[Mapping[str, Any], ...]
    total: int
    at: datetime


class ScimService:
    """Reads lists of a SCIM service. Waits and tries again where that can help."""

    def __init__(self, connection: str, base_url: str, token: SecretRef, *, page_size: int) -> None:
        self._connection = connection
        self._base = base_url
        self._token = token
        self._page_size = page_size
        self._client = httpx2.Client(timeout=TIMEOUT, follow_redirects=False)

    def close(self) -> None:
        self._client.close()

    def configuration(self) -> Mapping[str, Any]:
        """What the service says that it can do; empty if it does not say."""
        try:
            return self._get("ServiceProviderConfig", {})[0]
        except PayloadRejected:
            return {}

    def pages(self, endpoint: str, **parameters: str) -> Iterator[Page]:
        """All resources of an endpoint.

        :raises PayloadRejected: if the endpoint is not there, or does not take these parameters.
        """
        start = 1
        while True:
            page = self.page(endpoint, start, **parameters)
            yield page
            start += len(page.resources)
            if not page.resources or start > page.total:
                return

    def page(self, endpoint: str, start: int = 1, **parameters: str) -> Page:
        """One page, from the ``start``-th resource on (the first is 1)."""
        asked = {"startIndex": str(start), "count": str(self._page_size), **parameters}
        body, at = self._get(endpoint, asked)
        resources = body.get("resources") or []
        total = body.get("totalresults", len(resources) if isinstance(resources, list) else 0)
        if not isinstance(resources, list) or isinstance(total, bool) or not isinstance(total, int):
            raise PayloadRejected(f"{endpoint} is no SCIM list.", subject=self._connection, hint=_HINT_BASE)
        return Page(resources=tuple(one for one in resources if isinstance(one, dict)), total=total, at=at)

    def _get(self, endpoint: str, parameters: Mapping[str, str]) -> tuple[Mapping[str, Any], datetime]:
        """The answer as an object whose own keys are in small letters, and the time of the service."""
        for attempt in stamina.retry_context(on=_wait, attempts=ATTEMPTS, timeout=180, wait_initial=0.3):
            with attempt:
                return self._try(endpoint, parameters)
        raise AssertionError("the last attempt raises")

    def _try(self, endpoint: str, parameters: Mapping[str, str]) -> tuple[Mapping[str, Any], datetime]:
        headers = {"Authorization": f"Bearer {self._token.read()}", "Accept": MEDIA_TYPES}
        try:
            with self._client.stream(
                "GET", f"{self._base}/{endpoint}", params=dict(parameters), headers=headers
            ) as answer:
                self._refuse_errors(endpoint, answer)
                raw = self._read(endpoint, answer)
        except httpx2.TransportError as error:
            raise SourceUnavailable(
                f"{self._base} does not answer ({type(error).__name__}).",
                subject=self._connection,
                hint="Check the address, the network and the certificate.",
            ) from error
        return self._object(endpoint, raw), _moment(answer)

    def _read(self, endpoint: str, answer: httpx2.Response) -> httpx2.Response:
        size = 0
        parts = []
        for part in answer.iter_bytes():
            size += len(part)
            if size > LARGEST_ANSWER:
                raise PayloadRejected(
                    f"{endpoint} answers with more than {LARGEST_ANSWER // 2**20} MB.",
                    subject=self._connection,
                    hint="Set a smaller page_size.",
                )
            parts.append(part)
        return httpx2.Response(200, content=b"".join(parts))

    def _object(self, endpoint: str, raw: httpx2.Response) -> Mapping[str, Any]:
        try:
            body = raw.json()
        except ValueError as error:
            raise PayloadRejected(
                f"{endpoint} answers with something that is no JSON.", subject=self._connection, hint=_HINT_BASE
            ) from error
        if not isinstance(body, dict):
            raise PayloadRejected(f"{endpoint} is no SCIM object.", subject=self._connection, hint=_HINT_BASE)
        return {str(key).lower(): value for key, value in body.items()}

    def _refuse_errors(self, endpoint: str, answer: httpx2.Response) -> None:
        status, who = answer.status_code, self._connection
        if status < 300:
            return
        if status in (401, 403):
            raise AuthFailed(
                f"{endpoint} was refused ({status}).",
                subject=who,
                hint=f"Is the token at {self._token.reference} still valid, and may it read users and groups?",
            )
        if status == 429:
            wait = _retry_after(answer)
            raise RateLimited(
                f"{endpoint}: too many requests.", subject=who, retry_after=wait, hint="The next sync goes on."
            )
        if status < 400:
            where = answer.headers.get("location", "elsewhere")[:200]
            raise SourceError(
                f"{endpoint} points to {where}; the token is not sent there.",
                subject=who,
                hint="If that is the right place, make it the base_url.",
            )
        if status >= 500:
            raise SourceUnavailable(f"{endpoint} failed with {status}.", subject=who, hint="Try again later.")
        raise PayloadRejected(f"{endpoint} answered {status}.", subject=who, hint=_HINT_BASE)


_HINT_BASE = "Is base_url the address under which /Users lies, such as https://host/scim/v2?"


def _wait(error: Exception) -> bool | float:
    """Whether to try again, or after how many seconds."""
    if isinstance(error, RateLimited) and error.retry_after is not None:
        return error.retry_after if error.retry_after <= LONGEST_WAIT else False
    return isinstance(error, SourceError) and error.retryable


def _retry_after(answer: httpx2.Response) -> float | None:
    text = answer.headers.get("retry-after", "").strip()
    if text.isdecimal():
        return float(text)
    try:
        return max(0.0, (parsedate_to_datetime(text) - _moment(answer)).total_seconds())
    except (ValueError, TypeError):
        return None


def _moment(answer: httpx2.Response) -> datetime:
    """The service's clock; ours, if it does not tell."""
    try:
        at = parsedate_to_datetime(answer.headers["date"])
    except (KeyError, ValueError):
        return datetime.now(UTC)
    return at if at.tzinfo else at.replace(tzinfo=UTC)
