"""One item of GitHub with everything that belongs to it: read in the same way whatever made us look."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Mapping
from typing import Any

from coachkit.sdk import Failure, Item, NotThere, PayloadRejected
from coachkit_github import graphql
from coachkit_github.api import Api
from coachkit_github.config import GitHubConfig
from coachkit_github.graphql import inside
from coachkit_github.models import (
    Comment,
    Commit,
    Discussion,
    DiscussionComment,
    Event,
    Issue,
    Pull,
    Review,
    ReviewComment,
    Thread,
    read,
)
from coachkit_github.people import People
from coachkit_github.place import Place, key_of_address
from coachkit_github.records import COMMITS, DISCUSSIONS, ISSUES, PULL_REQUESTS, Records
from coachkit_github.talk import (
    COMMENTS,
    DISCUSSION_COMMENTS,
    ON_COMMITS,
    REVIEW_COMMENTS,
    REVIEW_THREADS,
    REVIEWS,
    Talk,
)

__all__ = ["Items"]

AUTHORS_REMEMBERED = 20_000

Raw = Mapping[str, Any]


class Items:
    """Reads items. A record that cannot be understood becomes a ``Failure``; the others go on."""

    def __init__(self, api: Api, config: GitHubConfig, people: People) -> None:
        self._api = api
        self._config = config
        self._people = people
        self._records = Records(people, config.issue_keys)
        self._talk = Talk(people)
        self._authors: OrderedDict[tuple[str, int], str | None] = OrderedDict()

    def reads(self, stream: str) -> bool:
        """Whether a stream is to be read."""
        return self._config.reads(stream)

    # pull requests

    def pull(self, place: Place, number: int) -> Iterator[Item]:
        """A pull request, its reviews and its resolved threads.

        :raises NotThere: if there is none with this number.
        """
        raw = self._api.get(f"repos/{place.name}/pulls/{number}").json()
        try:
            pull = read(Pull, raw, "the pull request")
        except PayloadRejected as refused:
            yield failure(PULL_REQUESTS, place, raw, refused, number=number)
            return
        author = self._remember(place, number, self._people.key(pull.user))
        events = self._timeline(place, number)
        if self._config.reads(PULL_REQUESTS):
            yield self._records.pull(pull, place, events)
        if self._config.reads(REVIEWS) and (events is None or any(event.submitted_at for event in events)):
            yield from self._reviews(place, number, author)
        if self._config.reads(REVIEW_THREADS) and raw.get("review_comments") != 0:
            yield from self._threads(place, number, author)

    def _reviews(self, place: Place, number: int, author: str | None) -> Iterator[Item]:
        for raw in self._api.all(f"repos/{place.name}/pulls/{number}/reviews"):
            try:
                review = read(Review, raw, "the review")
            except PayloadRejected as refused:
                yield failure(REVIEWS, place, raw, refused, number=number)
                continue
            try:
                yield self._talk.review(review, place, place.key(number), author)
            except PayloadRejected:
                continue  # none yet, or none at all: nothing is wrong with it

    def _threads(self, place: Place, number: int, author: str | None) -> Iterator[Item]:
        for raw in self.connection(
            graphql.THREADS, place, ("repository", "pullRequest", "reviewThreads"), number=number
        ):
            try:
                thread = read(Thread, _thread_as_rest(raw), "the thread")
            except PayloadRejected as refused:
                yield failure(REVIEW_THREADS, place, raw, refused, number=number)
                continue
            found = self._talk.thread(thread, place, place.key(number), author)
            if found is not None:
                yield found

    def review_comment(self, place: Place, raw: Raw) -> Iterator[Item]:
        """A remark on a line, as REST tells it."""
        try:
            remark = read(ReviewComment, raw, "the review comment")
            number = _number(remark.pull_request_url)
            author = self.author(place, number)
            answered = self._remark_author(place, remark.in_reply_to_id) if remark.in_reply_to_id else None
            self._remember(place, -remark.id, self._people.key(remark.user))
            own = self._people.key(remark.user) == author
            yield self._talk.review_comment(remark, place, place.key(number), author, answered if own else None)
        except NotThere:
            raise
        except PayloadRejected as refused:
            yield failure(REVIEW_COMMENTS, place, raw, refused)

    # issues and comments

    def issue(self, place: Place, raw: Raw) -> Iterator[Item]:
        """An issue, as REST tells it; nothing for a pull request."""
        if raw.get("pull_request") is not None:
            return
        try:
            issue = read(Issue, raw, "the issue").model_copy(update={"closed_by": None})  # lists do not tell it
            self._remember(place, issue.number, self._people.key(issue.user))
            yield self._records.issue(issue, place, self._timeline(place, issue.number))
        except NotThere:
            raise
        except PayloadRejected as refused:
            yield failure(ISSUES, place, raw, refused, number=raw.get("number"))

    def comment(self, place: Place, raw: Raw) -> Iterator[Item]:
        """A comment under an issue or pull request, or on a commit, as REST tells it."""
        try:
            comment = read(Comment, raw, "the comment")
            if comment.commit_id:
                yield self._talk.commit_comment(comment, place)
                return
            number = _number(comment.issue_url)
            yield self._talk.comment(comment, place, place.key(number), self.author(place, number))
        except NotThere:
            raise
        except PayloadRejected as refused:
            known = {**raw, "id": f"{ON_COMMITS}{raw.get('id')}"} if raw.get("commit_id") else raw
            yield failure(COMMENTS, place, known, refused)

    def commit(self, place: Place, raw: Raw) -> Iterator[Item]:
        """A commit, as REST tells it in lists: without its files."""
        try:
            commit = read(Commit, raw, "the commit").model_copy(update={"files": None})
            yield self._records.commit(commit, place)
        except PayloadRejected as refused:
            yield failure(COMMITS, place, raw, refused)

    # discussions

    def discussion(self, place: Place, raw: Raw) -> Iterator[Item]:
        """A discussion with all that was said in it, as GraphQL tells it."""
        try:
            talk = read(Discussion, graphql.discussion_as_rest(raw), "the discussion")
        except PayloadRejected as refused:
            yield failure(DISCUSSIONS, place, {"id": raw.get("databaseId")}, refused, number=raw.get("number"))
            return
        author = self._people.key(talk.user)
        if self._config.reads(DISCUSSIONS):
            yield self._records.discussion(talk, place)
        if not self._config.reads(DISCUSSION_COMMENTS):
            return
        for said in self.said(place, talk.number, raw):
            form = graphql.comment_as_rest(said)
            try:
                comment = read(DiscussionComment, form, "the comment")
                yield self._talk.discussion_comment(
                    comment, place, place.key(talk.number), author, answer=bool(comment.is_answer)
                )
            except PayloadRejected as refused:
                yield failure(DISCUSSION_COMMENTS, place, form, refused, number=talk.number)

    def discussion_numbered(self, place: Place, number: int) -> Iterator[Item]:
        """A discussion by its number.

        :raises NotFound: if there is none.
        """
        data = self._api.ask(graphql.DISCUSSION, {**_named(place), "number": number, "after": None})
        raw = inside(data, ("repository", "discussion"))
        if raw is None:
            raise PayloadRejected("there is no discussion with this number any more.")
        yield from self.discussion(place, raw)

    def said(self, place: Place, number: int, talk: Raw) -> Iterator[Raw]:
        """Everything that was said in a discussion, of which GraphQL has told the first part."""
        asked = {**_named(place), "number": number}
        path = ("repository", "discussion", "comments")
        for comments in self._api.connection(graphql.DISCUSSION, asked, path, _part(talk, "comments")):
            for comment in _nodes(comments):
                yield comment
                asked_for = {"id": comment.get("id")}
                begun = _part(comment, "replies")
                for replies in self._api.connection(graphql.REPLIES, asked_for, ("node", "replies"), begun):
                    yield from _nodes(replies)

    # what several need

    def author(self, place: Place, number: int) -> str | None:
        """Who opened an issue or pull request; ``None`` where it is gone."""
        if (place.name, number) not in self._authors:
            try:
                raw = self._api.get(f"repos/{place.name}/issues/{number}").json()
                found = self._people.key(read(Issue, raw, "the issue").user)
            except PayloadRejected:
                found = None
            self._remember(place, number, found)
        return self._authors[place.name, number]

    def _remark_author(self, place: Place, remark: int) -> str | None:
        if (place.name, -remark) not in self._authors:
            try:
                raw = self._api.get(f"repos/{place.name}/pulls/comments/{remark}").json()
                found = self._people.key(read(ReviewComment, raw, "the review comment").user)
            except PayloadRejected:
                found = None
            self._remember(place, -remark, found)
        return self._authors[place.name, -remark]

    def _remember(self, place: Place, number: int, author: str | None) -> str | None:
        self._authors[place.name, number] = author
        if len(self._authors) > AUTHORS_REMEMBERED:
            self._authors.popitem(last=False)
        return author

    def _timeline(self, place: Place, number: int) -> list[Event] | None:
        if not self._config.timelines:
            return None
        found = []
        for raw in self._api.all(f"repos/{place.name}/issues/{number}/timeline"):
            try:
                found.append(read(Event, raw, "the entry"))
            except PayloadRejected:
                continue  # an entry of a kind that we do not know
        return found

    def connection(self, query: str, place: Place, path: tuple[str, ...], **variables: Any) -> Iterator[Raw]:
        """The nodes of a list of GraphQL about a repository."""
        for page in self._api.connection(query, {**_named(place), "after": None, **variables}, path):
            yield from _nodes(page)


def failure(stream: str, place: Place, raw: Any, refused: PayloadRejected, *, number: Any = None) -> Failure:
    """Why a record is none, with what is needed to look at it again: never its text."""
    native_id = next((raw[key] for key in ("id", "sha") if raw.get(key)), None) if isinstance(raw, Mapping) else None
    where = {"repository": place.id, "number": number, "id": native_id}
    return Failure(
        stream=stream,
        native_id=str(native_id or f"{place.id}#{number}"),
        reason=refused.message,
        payload={key: value for key, value in where.items() if value is not None},
    )


def _thread_as_rest(raw: Raw) -> dict[str, Any]:
    comments = raw.get("comments")
    nodes = comments.get("nodes") if isinstance(comments, Mapping) else None
    said = [
        {**one, "author": graphql.actor_as_rest(one.get("author"))} for one in nodes or () if isinstance(one, Mapping)
    ]
    by = raw.get("resolvedBy")
    return {**raw, "comments": said, "resolvedBy": graphql.actor_as_rest(by)}


def _named(place: Place) -> dict[str, str]:
    owner, _, name = place.name.partition("/")
    return {"owner": owner, "name": name}


def _nodes(page: Raw) -> Iterator[Raw]:
    return (node for node in page.get("nodes") or () if isinstance(node, Mapping))


def _part(raw: Raw, name: str) -> Raw:
    """The first page of what belongs to something; an empty one, where it is not told."""
    found = raw.get(name)
    return found if isinstance(found, Mapping) else {}


def _number(address: str | None) -> int:
    key = key_of_address(address)
    if key is None:
        raise PayloadRejected("it does not say what it is about.")
    return int(key.rpartition("#")[2])
