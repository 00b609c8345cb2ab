"""GitHub's REST and GraphQL: pages on one host, questions, and their refusals."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from coachkit.sdk import Answer, Auth, ETags, HttpSource, PayloadRejected, SourceError
from coachkit_github.auth import HEADERS
from coachkit_github.config import GitHubConfig
from coachkit_github.graphql import after_of, inside
from coachkit_github.limits import github_limits

__all__ = ["PER_PAGE", "Api", "NotFound", "Page", "Parameters"]

PER_PAGE = 100
LONGEST_WAIT = 120.0
MOST_EMPTY = 10
"""So many empty pages in a row, each with another behind it, are a mistake of the source."""

Parameters = Mapping[str, str | int | bool | None]


class NotFound(PayloadRejected):
    """GraphQL knows no such thing, or hides it from us."""


class Page:
    """One page of a list.

    :ivar items: its objects; empty where nothing changed (``unchanged``).
    :ivar more: whether another page follows.
    """

    __slots__ = ("answer", "items", "more")

    def __init__(self, answer: Answer, items: list[Mapping[str, Any]], *, more: bool) -> None:
        self.answer = answer
        self.items = items
        self.more = more

    @property
    def unchanged(self) -> bool:
        return self.answer.unchanged


class Api:
    """GitHub, for one connection."""

    def __init__(self, connection: str, config: GitHubConfig, auth: Auth, etags: ETags | None = None) -> None:
        self._connection = connection
        self._auth = auth
        self._graphql = config.graphql
        self._source = HttpSource(
            connection,
            config.base_url,
            auth=auth,
            headers=HEADERS,
            limits=github_limits,
            etags=etags,
            longest_wait=LONGEST_WAIT,
        )

    @property
    def etags(self) -> ETags:
        return self._source.etags

    def close(self) -> None:
        self._source.close()

    def get(self, path: str, *, etag: bool = False) -> Answer:
        """One thing."""
        return self._source.get(path, etag=etag)

    def pages(
        self,
        path: str,
        params: Parameters | None = None,
        *,
        key: str | None = None,
        etag: bool = False,
        newest_first: bool = False,
    ) -> Iterator[Page]:
        """The pages of a list. With ``etag``, the first may say that nothing has changed, and is then the only one.

        An ETag speaks for its page alone: that of a first page with others behind it is kept only where what is new
        would stand on it (``newest_first``).

        :param key: the field of the list, where the answer is an object with several.
        :raises SourceError: if the next page lies at another host, or the pages go in circles.
        """
        answer = self._source.get(path, {"per_page": PER_PAGE, **(params or {})}, etag=etag)
        turns = _Turns(self._connection, answer.place)
        while True:
            following = None if answer.unchanged else answer.next_link
            items = [] if answer.unchanged else self._list(answer, key)
            if etag and not newest_first and (following is not None or len(items) >= PER_PAGE):
                self.etags.put(self._auth.fingerprint, answer.url, None)
            yield Page(answer, items, more=following is not None)
            if following is None:
                return
            turns.next(following, empty=not items)
            answer = self._source.get(following)

    def all(self, path: str, params: Parameters | None = None) -> Iterator[Mapping[str, Any]]:
        """Every object of a list."""
        for page in self.pages(path, params):
            yield from page.items

    def ask(self, query: str, variables: Mapping[str, Any]) -> Mapping[str, Any]:
        """What GraphQL answers to a question.

        :raises NotFound: if it does not know what the question is about.
        :raises PayloadRejected: if it answers otherwise than asked.
        """
        body = self._source.post(self._graphql, {"query": query, "variables": dict(variables)}).json()
        errors = body.get("errors") if isinstance(body, dict) else None
        data = body.get("data") if isinstance(body, dict) else None
        if errors:
            kinds = {str(one.get("type") or "error") for one in errors if isinstance(one, dict)}
            if "NOT_FOUND" in kinds:
                raise NotFound("GraphQL knows no such thing.", subject=self._connection)
            raise PayloadRejected(
                f"GraphQL refused the question ({', '.join(sorted(kinds)) or 'error'}).",
                subject=self._connection,
                hint="Has the credential the scopes of this stream?",
            )
        if not isinstance(data, dict):
            raise PayloadRejected("GraphQL answers without data.", subject=self._connection)
        return data

    def connection(
        self,
        query: str,
        variables: Mapping[str, Any],
        path: tuple[str, ...],
        begun: Mapping[str, Any] | None = None,
    ) -> Iterator[Mapping[str, Any]]:
        """The pages of a list of GraphQL, which lies on ``path`` in its answers. The first may be known already.

        :raises SourceError: if the pages go in circles.
        """
        turns = _Turns(self._connection, "GraphQL")
        found = begun if begun is not None else inside(self.ask(query, variables), path)
        while found is not None:
            yield found
            after = after_of(found)
            if after is None:
                return
            turns.next(after, empty=not found.get("nodes"))
            found = inside(self.ask(query, {**variables, "after": after}), path)

    def _list(self, answer: Answer, key: str | None) -> list[Mapping[str, Any]]:
        body = answer.json()
        if isinstance(body, dict):  # some lists come with their count
            body = body.get(key) if key else next((value for value in body.values() if isinstance(value, list)), None)
        if not isinstance(body, list):
            raise PayloadRejected(f"{answer.place} is no list.", subject=self._connection)
        return [one for one in body if isinstance(one, dict)]


class _Turns:
    """Sees that pages end: the same page again, or nothing but empty ones, is a fault of the source."""

    def __init__(self, connection: str, place: str) -> None:
        self._connection = connection
        self._place = place
        self._seen: set[str] = set()
        self._empty = 0

    def next(self, following: str, *, empty: bool) -> None:
        """
        :raises SourceError: if the pages go in circles.
        """
        self._empty = self._empty + 1 if empty else 0
        if following in self._seen or self._empty >= MOST_EMPTY:
            raise SourceError(
                f"the pages of {self._place} go in circles.",
                subject=self._connection,
                hint="This is a fault of the source; what was read is kept. Try again later.",
            )
        self._seen.add(following)
