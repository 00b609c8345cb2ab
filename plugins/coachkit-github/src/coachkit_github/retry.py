"""Looking again at what could not be read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from coachkit.sdk import Failure, Item, NotThere, PayloadRejected, Tombstone
from coachkit_github.access import Access, Found
from coachkit_github.api import Api, NotFound
from coachkit_github.items import Items
from coachkit_github.place import Place
from coachkit_github.records import COMMITS, DISCUSSIONS, ISSUES, PULL_REQUESTS
from coachkit_github.talk import COMMENTS, DISCUSSION_COMMENTS, ON_COMMITS, REVIEW_COMMENTS, REVIEW_THREADS, REVIEWS

__all__ = ["Retry"]


class Retry:
    """Reads single records again, by what their failures kept: the repository's id, and a number or id."""

    def __init__(self, api: Api, access: Access, items: Items) -> None:
        self._api = api
        self._access = access
        self._items = items
        self._places: dict[int, Place | None] = {}

    def these(self, failures: Iterable[Failure]) -> Iterator[Item]:
        """What these failures are now; nothing, where they keep too little or their repository cannot be read."""
        for failure in failures:
            place = self._place(failure.payload.get("repository"))
            if place is None:
                continue
            try:
                yield from self._one(failure, place)
            except (NotThere, NotFound):
                yield Tombstone(stream=failure.stream, native_id=failure.native_id)
            except PayloadRejected:
                continue

    def _place(self, repository: Any) -> Place | None:
        if not isinstance(repository, int):
            return None
        if repository not in self._places:
            found = self._access.numbered(repository)
            self._places[repository] = found.place if isinstance(found, Found) else None
        return self._places[repository]

    def _one(self, failure: Failure, place: Place) -> Iterator[Item]:
        number, native_id = failure.payload.get("number"), failure.payload.get("id")
        path = f"repos/{place.name}"
        stream = failure.stream
        if stream in (PULL_REQUESTS, REVIEWS, REVIEW_THREADS) and isinstance(number, int):
            yield from self._items.pull(place, number)
        elif stream == ISSUES and isinstance(number, int):
            yield from self._items.issue(place, self._get(f"{path}/issues/{number}"))
        elif stream in (DISCUSSIONS, DISCUSSION_COMMENTS) and isinstance(number, int):
            yield from self._items.discussion_numbered(place, number)
        elif stream == COMMENTS and str(native_id).startswith(ON_COMMITS):
            on_commit = str(native_id).removeprefix(ON_COMMITS)
            yield from self._items.comment(place, self._get(f"{path}/comments/{on_commit}"))
        elif stream == COMMENTS and native_id:
            yield from self._items.comment(place, self._get(f"{path}/issues/comments/{native_id}"))
        elif stream == REVIEW_COMMENTS and native_id:
            yield from self._items.review_comment(place, self._get(f"{path}/pulls/comments/{native_id}"))
        elif stream == COMMITS and native_id:
            yield from self._items.commit(place, self._get(f"{path}/commits/{native_id}"))

    def _get(self, path: str) -> Mapping[str, Any]:
        raw = self._api.get(path).json()
        return raw if isinstance(raw, Mapping) else {}
