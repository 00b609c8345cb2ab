"""What GitHub has now, by id, so that what was deleted is found."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from coachkit.sdk import Refused
from coachkit_github import graphql
from coachkit_github.api import Api
from coachkit_github.items import Items
from coachkit_github.place import Place
from coachkit_github.records import COMMITS, DISCUSSIONS, ISSUES, PULL_REQUESTS
from coachkit_github.talk import COMMENTS, DISCUSSION_COMMENTS, ON_COMMITS, REVIEW_COMMENTS, REVIEW_THREADS, REVIEWS

__all__ = ["Sweep"]


class Sweep:
    """Lists the native ids of a stream over all repositories.

    Reviews and commits are only listed when a repository is not read any more: the former cannot be deleted, and the
    latter are followed as history is rewritten.
    """

    def __init__(self, api: Api, items: Items, places: list[Place], *, dropped: bool) -> None:
        self._api = api
        self._items = items
        self._places = places
        self._streams: dict[str, Callable[[Place], Iterator[str]]] = {
            ISSUES: self._issues,
            PULL_REQUESTS: self._pulls,
            COMMENTS: self._comments,
            REVIEW_COMMENTS: self._review_comments,
            DISCUSSIONS: lambda place: self._discussions(place, comments=False),
            DISCUSSION_COMMENTS: lambda place: self._discussions(place, comments=True),
        }
        if dropped:
            self._streams |= {COMMITS: self._commits, REVIEWS: self._reviews, REVIEW_THREADS: self._threads}

    def ids(self, stream: str) -> Iterator[str] | None:
        """The ids of a stream; ``None`` where they are not listed."""
        listed = self._streams.get(stream)
        return self._over_all(listed) if listed is not None else None

    def everything(self) -> Iterator[tuple[str, str]]:
        """Stream and id of everything, in streams that are read."""
        for stream, listed in self._streams.items():
            if self._items.reads(stream):
                yield from ((stream, native_id) for native_id in self._over_all(listed))

    def _over_all(self, listed: Callable[[Place], Iterator[str]]) -> Iterator[str]:
        for place in self._places:
            try:
                yield from listed(place)
            except Refused as refused:
                if refused.status not in (409, 410):  # empty, or a part of it that is switched off
                    raise

    def _issues(self, place: Place) -> Iterator[str]:
        for raw in self._api.all(f"repos/{place.name}/issues", _OLDEST):
            if raw.get("pull_request") is None:
                yield str(raw.get("id"))

    def _pulls(self, place: Place) -> Iterator[str]:
        return self._ids(f"repos/{place.name}/pulls", _OLDEST)

    def _comments(self, place: Place) -> Iterator[str]:
        yield from self._ids(f"repos/{place.name}/issues/comments")
        for native_id in self._ids(f"repos/{place.name}/comments"):
            yield f"{ON_COMMITS}{native_id}"

    def _review_comments(self, place: Place) -> Iterator[str]:
        return self._ids(f"repos/{place.name}/pulls/comments")

    def _commits(self, place: Place) -> Iterator[str]:
        return (str(raw.get("sha")) for raw in self._api.all(f"repos/{place.name}/commits"))

    def _ids(self, path: str, params: Mapping[str, str] | None = None) -> Iterator[str]:
        return (str(raw.get("id")) for raw in self._api.all(path, params))

    def _reviews(self, place: Place) -> Iterator[str]:
        for pull in self._pull_nodes(place):
            reviews = pull.get("reviews") or {}
            if (reviews.get("pageInfo") or {}).get("hasNextPage"):
                yield from self._ids(f"repos/{place.name}/pulls/{pull.get('number')}/reviews")
            else:
                yield from (str(one.get("databaseId")) for one in reviews.get("nodes") or ())

    def _threads(self, place: Place) -> Iterator[str]:
        for pull in self._pull_nodes(place):
            threads = pull.get("reviewThreads") or {}
            if (threads.get("pageInfo") or {}).get("hasNextPage"):
                found = self._items.connection(graphql.THREADS, place, _THREADS, number=pull.get("number"))
            else:
                found = iter(threads.get("nodes") or ())
            yield from (str(one.get("id")) for one in found if one.get("isResolved"))

    def _pull_nodes(self, place: Place) -> Iterator[Mapping[str, Any]]:
        return self._items.connection(graphql.REVIEW_IDS, place, ("repository", "pullRequests"))

    def _discussions(self, place: Place, *, comments: bool) -> Iterator[str]:
        path = ("repository", "discussions")
        order = {"field": "CREATED_AT", "direction": "ASC"}
        for talk in self._items.connection(graphql.DISCUSSIONS, place, path, order=order):
            if not comments:
                yield str(talk.get("databaseId"))
                continue
            for said in self._items.said(place, int(talk.get("number") or 0), talk):
                yield str(said.get("databaseId"))


_OLDEST = {"state": "all", "sort": "created", "direction": "asc"}
_THREADS = ("repository", "pullRequest", "reviewThreads")
