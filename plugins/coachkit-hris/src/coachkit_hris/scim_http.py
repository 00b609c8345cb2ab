"""A SCIM service: its lists, page by page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from coachkit.sdk import Answer, BearerToken, HttpSource, PayloadRejected, SecretRef, SourceError

__all__ = ["Page", "ScimService"]

MEDIA_TYPES = "application/scim+json, application/json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A part of a list.

    :ivar total: how many there are in all, as the service says; how many were listed so far, if it does not.
    :ivar counted: the service says.
    :ivar at: the service's own clock.
    """

    resources: tuple[Mapping[str, Any], ...]
    total: int
    at: datetime
    counted: bool = True


class ScimService:
    """Reads lists of a SCIM service."""

    def __init__(self, connection: str, base_url: str, token: SecretRef, *, page_size: int) -> None:
        self._connection = connection
        self._page_size = page_size
        self._source = HttpSource(
            connection, base_url, auth=BearerToken(token), headers={"Accept": MEDIA_TYPES}, attempts=4
        )

    def close(self) -> None:
        self._source.close()

    def configuration(self) -> Mapping[str, Any]:
        """What the service says that it can do; empty if it does not say."""
        try:
            return self._object("ServiceProviderConfig", {})[0]
        except PayloadRejected:
            return {}

    def pages(self, endpoint: str, **parameters: str) -> Iterator[Page]:
        """All resources of an endpoint.

        :raises PayloadRejected: if the endpoint is not there, or does not take these parameters.
        """
        start = 1
        before: tuple[Mapping[str, Any], ...] = ()
        while True:
            page = self.page(endpoint, start, **parameters)
            if not page.resources and page.counted and start <= page.total:  # it says that there are more: once again
                page = self.page(endpoint, start, **parameters)
            if page.resources and page.resources == before:
                raise SourceError(
                    f"{endpoint} gives the same page again from place {start} on.",
                    subject=self._connection,
                    hint="The service does not page as SCIM asks; set page_size so high that one page holds everybody.",
                )
            yield page
            before = page.resources
            start += len(page.resources)
            if not page.resources or (page.counted and start > page.total):
                return

    def page(self, endpoint: str, start: int = 1, **parameters: str) -> Page:
        """One page, from the ``start``-th resource on (the first is 1)."""
        asked = {"startIndex": str(start), "count": str(self._page_size), **parameters}
        body, answer = self._object(endpoint, asked)
        resources = body.get("resources") or []
        total = body.get("totalresults")
        if not isinstance(resources, list) or isinstance(total, bool) or not isinstance(total, int | None):
            raise PayloadRejected(f"{endpoint} is no SCIM list.", subject=self._connection, hint=_HINT_BASE)
        return Page(
            resources=tuple(one for one in resources if isinstance(one, dict)),
            total=start - 1 + len(resources) if total is None else total,
            at=answer.at,
            counted=total is not None,
        )

    def _object(self, endpoint: str, parameters: Mapping[str, str]) -> tuple[Mapping[str, Any], Answer]:
        """The answer as an object whose own keys are in small letters."""
        try:
            answer = self._source.get(endpoint, parameters)
            body = answer.json()
        except PayloadRejected as error:
            error.hint = _HINT_BASE
            raise
        if not isinstance(body, dict):
            raise PayloadRejected(f"{endpoint} is no SCIM object.", subject=self._connection, hint=_HINT_BASE)
        return {str(key).lower(): value for key, value in body.items()}, answer


_HINT_BASE = "Is base_url the address under which /Users lies, such as https://host/scim/v2?"
