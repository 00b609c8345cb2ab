"""What is new in one repository, stream by stream, so that a kill costs at most a page."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from coachkit.sdk import Item, NotThere, PayloadRejected, Refused, Tombstone
from coachkit_github import graphql
from coachkit_github.api import Api, Parameters
from coachkit_github.config import GitHubConfig
from coachkit_github.graphql import after_of
from coachkit_github.items import Items, Raw
from coachkit_github.place import Place
from coachkit_github.places import Left
from coachkit_github.records import COMMITS

__all__ = ["OVERLAP", "Reading", "Step"]

OVERLAP = timedelta(seconds=60)
"""GitHub's machines do not agree to the second; what changed shortly before the mark is read again."""
_SECOND = timedelta(seconds=1)
STEP_EVERY = 50

Step = Item | Left
"""An item; or, after items, how far the stream is read."""


class Reading:
    """Reads on in one repository from where it was left."""

    def __init__(self, api: Api, config: GitHubConfig, items: Items) -> None:
        self._api = api
        self._config = config
        self._items = items
        self.history_lost = False
        """GitHub did not know a head any more that was read: which commits went with it, only a sweep can tell."""

    # lists that can be asked for what changed: oldest change first

    def issues(self, place: Place, left: Left) -> Iterator[Step]:
        """Issues by the time of their last change."""
        return self._changed(
            f"repos/{place.name}/issues", {"state": "all"}, left, lambda r: self._items.issue(place, r)
        )

    def comments(self, place: Place, left: Left) -> Iterator[Step]:
        """Comments of the whole repository; and those on commits, which cannot be asked for by time."""
        latest = left
        path = f"repos/{place.name}/issues/comments"
        for step in self._changed(path, {}, left, lambda raw: self._items.comment(place, raw)):
            latest = step if isinstance(step, Left) else latest
            yield step
        page = max(1, latest.page)
        for found in self._api.pages(f"repos/{place.name}/comments", {"page": page}, etag=True):
            for raw in found.items:
                yield from self._items.comment(place, raw)
            page += found.more
        yield latest.model_copy(update={"page": page})

    def review_comments(self, place: Place, left: Left) -> Iterator[Step]:
        """Remarks on lines, of the whole repository."""
        path = f"repos/{place.name}/pulls/comments"
        return self._changed(path, {}, left, lambda raw: self._items.review_comment(place, raw))

    def _changed(
        self, path: str, more: Mapping[str, str], left: Left, take: Callable[[Raw], Iterator[Item]]
    ) -> Iterator[Step]:
        """What changed since, page by page.

        Not by page number: what changes while we read moves to the end, and others would move up unseen. Instead each
        page begins where the one before it ended, a second earlier; pages are counted only within one second.
        """
        asked = _moment(left.since) - OVERLAP if left.since else None
        again = True
        while again:
            again = False
            order = {"sort": "updated", "direction": "asc", "since": _text(asked) if asked else None}
            for page in self._api.pages(path, {**more, **order}, etag=bool(left.since)):
                newest = asked
                for raw in page.items:
                    yield from take(raw)
                    newest = _later(newest, raw.get("updated_at"))
                if page.items and newest is not None:
                    left = left.model_copy(update={"since": _text(max(newest, _moment(left.since or _text(newest))))})
                yield left
                if page.more and newest is not None and (asked is None or newest - _SECOND > asked):
                    asked, again = newest - _SECOND, True
                    break

    # pull requests: the newest change first, and only then in the order of time

    def pulls(self, place: Place, left: Left) -> Iterator[Step]:
        """Pull requests with their reviews. The first time in the order in which they were opened."""
        if left.since:
            yield from self._changed_pulls(place, left)
            return
        path = f"repos/{place.name}/pulls"
        if not left.target:
            left = left.model_copy(update={"target": self._newest(path)})
        order: Parameters = {"state": "all", "sort": "created", "direction": "asc", "page": max(1, left.page)}
        for page in self._api.pages(path, order):
            for raw in page.items:
                if isinstance(raw.get("number"), int):
                    yield from self._pull(place, raw["number"])
            left = left.model_copy(update={"page": max(1, left.page) + 1})
            if page.more:
                yield left
        yield left.model_copy(update={"since": left.target, "target": "", "page": 0})

    def _newest(self, path: str) -> str:
        """When something changed last, before the first reading: what changes from then on is read again."""
        order: Parameters = {"state": "all", "sort": "updated", "direction": "desc", "per_page": 1}
        page = next(self._api.pages(path, order))
        at = _later(None, page.items[0].get("updated_at")) if page.items else None
        return _text(at) if at is not None else ""

    def _changed_pulls(self, place: Place, left: Left) -> Iterator[Step]:
        since = _moment(left.since)
        changed: list[tuple[datetime, int]] = []
        order = {"state": "all", "sort": "updated", "direction": "desc"}
        for page in self._api.pages(f"repos/{place.name}/pulls", order, etag=True, newest_first=True):
            known = [(_later(None, raw.get("updated_at")), raw.get("number")) for raw in page.items]
            changed += [
                (at, number)
                for at, number in known
                if at is not None and at >= since - OVERLAP and isinstance(number, int)
            ]
            if any(at is not None and at < since - OVERLAP for at, _ in known):
                break
        for count, (at, number) in enumerate(sorted(set(changed)), 1):
            yield from self._pull(place, number)
            if count % STEP_EVERY == 0:
                yield left.model_copy(update={"since": _text(max(at, since))})
        newest = max((at for at, _ in changed), default=since)
        yield left.model_copy(update={"since": _text(max(newest, since))})

    def _pull(self, place: Place, number: int) -> Iterator[Item]:
        try:
            yield from self._items.pull(place, number)
        except NotThere:
            return  # it went between the list and the look; the next sweep tells

    # commits: what leads to the head of the default branch

    def commits(self, place: Place, branch: str, left: Left) -> Iterator[Step]:
        """Commits of the default branch, and those that a rewritten history no longer has."""
        head = self._head(place, branch)
        if head is None:
            return
        if left.head and left.head != head:
            try:
                yield from self._new_commits(place, left.head, head)
            except NotThere:  # nothing is left of what we knew
                left = Left(reading=left.reading)
                self.history_lost = True
            else:
                left = left.model_copy(update={"head": head})
                yield left
        if not left.head:
            yield from self._all_commits(place, left if left.target else left.model_copy(update={"target": head}))

    def pushed(self, place: Place, branch: str, before: str) -> Iterator[Item]:
        """What a push and all after it made of a head of before: deliveries come late, and what they say may be gone.

        :raises PayloadRejected: if GitHub does not know that head any more; the next sync reads what there is.
        """
        head = self._head(place, branch)
        try:
            yield from self._new_commits(place, before, head or "")
        except NotThere:
            raise PayloadRejected("what it began from is gone; the next sync reads what there is.") from None

    def _head(self, place: Place, branch: str) -> str | None:
        try:
            page = next(self._api.pages(f"repos/{place.name}/commits", {"sha": branch, "per_page": 1}))
        except Refused as refused:
            if refused.status in (404, 409):  # an empty repository
                return None
            raise
        found = page.items[0].get("sha") if page.items else None
        return found if isinstance(found, str) else None

    def _all_commits(self, place: Place, left: Left) -> Iterator[Step]:
        """From one fixed head, so that pages stay as they are while others push."""
        first = max(1, left.page)
        for page in self._api.pages(f"repos/{place.name}/commits", {"sha": left.target, "page": first}):
            for raw in page.items:
                yield from self._items.commit(place, raw)
            left = left.model_copy(update={"page": max(1, left.page) + 1})
            if page.more:
                yield left
        yield left.model_copy(update={"head": left.target, "target": "", "page": 0})

    def _new_commits(self, place: Place, old: str, new: str) -> Iterator[Item]:
        """
        :raises NotThere: if the old head is unknown now.
        """
        lost = False
        for page in self._api.pages(f"repos/{place.name}/compare/{old}...{new}", key="commits"):
            lost = lost or page.answer.json().get("status") in ("diverged", "behind")
            for raw in page.items:
                yield from self._items.commit(place, raw)
        if lost:
            for page in self._api.pages(f"repos/{place.name}/compare/{new}...{old}", key="commits"):
                for raw in page.items:
                    yield Tombstone(stream=COMMITS, native_id=str(raw.get("sha")))

    # discussions, by GraphQL

    def discussions(self, place: Place, left: Left) -> Iterator[Step]:
        """Discussions with their comments; the first time in the order in which they were opened."""
        if left.since:
            yield from self._changed_discussions(place, left)
            return
        if not left.target:
            newest = next(self._discussion_pages(place, _NEWEST, None), {}).get("nodes") or ()
            at = _later(None, newest[0].get("updatedAt")) if newest else None
            left = left.model_copy(update={"target": _text(at) if at else ""})
        for found in self._discussion_pages(place, _OLDEST, left.after or None):
            for raw in found.get("nodes") or ():
                yield from self._items.discussion(place, raw)
            if following := after_of(found):
                left = left.model_copy(update={"after": following})
                yield left
        yield left.model_copy(update={"since": left.target, "after": "", "target": ""})

    def _changed_discussions(self, place: Place, left: Left) -> Iterator[Step]:
        since = newest = _moment(left.since)
        for found in self._discussion_pages(place, _NEWEST, None):
            for raw in found.get("nodes") or ():
                at = _later(None, raw.get("updatedAt")) or since
                if at < since - OVERLAP:
                    yield left.model_copy(update={"since": _text(newest)})
                    return
                newest = max(at, newest)
                yield from self._items.discussion(place, raw)
        yield left.model_copy(update={"since": _text(newest)})

    def _discussion_pages(self, place: Place, order: Mapping[str, str], after: str | None) -> Iterator[Raw]:
        owner, _, name = place.name.partition("/")
        asked = {"owner": owner, "name": name, "after": after, "order": order}
        return self._api.connection(graphql.DISCUSSIONS, asked, ("repository", "discussions"))


_OLDEST = {"field": "CREATED_AT", "direction": "ASC"}
_NEWEST = {"field": "UPDATED_AT", "direction": "DESC"}


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _text(moment: datetime) -> str:
    """As GitHub writes moments: UTC, seconds."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _later(known: datetime | None, value: Any) -> datetime | None:
    try:
        at = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        at = None
    if at is not None and at.tzinfo is None:
        at = at.replace(tzinfo=UTC)
    if at is None or (known is not None and known > at):
        return known
    return at
