"""Answers and deliveries taken at their word: for recorded files, and where nothing can be asked of GitHub."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from coachkit.sdk import Failure, Item, PayloadRejected, Tombstone
from coachkit_github.config import GitHubConfig
from coachkit_github.models import (
    Comment,
    Commit,
    Discussion,
    DiscussionComment,
    Issue,
    Pull,
    PushedCommit,
    Repository,
    Review,
    ReviewComment,
    Team,
    Thread,
    ThreadComment,
    User,
    read,
)
from coachkit_github.people import ACCOUNTS, People
from coachkit_github.place import Place, audience_of, key_of_address, repository_of_address
from coachkit_github.records import COMMITS, DISCUSSIONS, ISSUES, PULL_REQUESTS, REPOSITORIES, Records
from coachkit_github.talk import COMMENTS, DISCUSSION_COMMENTS, REVIEW_COMMENTS, REVIEWS, Talk
from coachkit_github.teams import MEMBERSHIPS, TEAMS, membership_id, membership_record, team_record

__all__ = ["Recorded"]

Payload = Mapping[str, Any]

_NUMBERED = r"(?P<number>\d+)"
_ROUTES: tuple[tuple[str, str], ...] = (
    (COMMENTS, r"/repos/[^/]+/[^/]+/issues/(?:\d+/)?comments(?:/\d+)?"),
    (COMMENTS, r"/repos/[^/]+/[^/]+/(?:commits/[^/]+/)?comments(?:/\d+)?"),
    (REVIEW_COMMENTS, r"/repos/[^/]+/[^/]+/pulls/(?:\d+/)?comments(?:/\d+)?"),
    (REVIEWS, r"/repos/[^/]+/[^/]+/pulls/\d+/reviews(?:/\d+)?"),
    (COMMITS, r"/repos/[^/]+/[^/]+/pulls/\d+/commits"),
    (COMMITS, r"/repos/[^/]+/[^/]+/(?:commits(?:/[^/]+)?|compare/.+)"),
    (ISSUES, r"/repos/[^/]+/[^/]+/issues(?:/\d+)?"),
    (PULL_REQUESTS, r"/repos/[^/]+/[^/]+/pulls(?:/\d+)?"),
    (ACCOUNTS, r"/repos/[^/]+/[^/]+/(?:collaborators|contributors|assignees)"),
    (ACCOUNTS, r"/users/[^/]+|/user(?:/\d+)?|/orgs/[^/]+/members"),
    (TEAMS, r"/orgs/[^/]+/teams(?:/[^/]+)?|/repos/[^/]+/[^/]+/teams"),
    (REPOSITORIES, r"/repos/[^/]+/[^/]+|/repositories/\d+|/orgs/[^/]+/repos|/user/repos|/installation/repositories"),
)
_STREAM_OF = tuple((stream, re.compile(rf"(?:/api/v3)?(?:{pattern})/?")) for stream, pattern in _ROUTES)
_PATH = re.compile(r"https?://[^/]+(/[^?#]*)")
_ORGANISATION = re.compile(r"/orgs/([^/]+)")
_LISTS = ("items", "repositories", "commits", "nodes")


class Recorded:
    """Turns recorded lines into items."""

    def __init__(self, config: GitHubConfig, people: People) -> None:
        self._config = config
        self._people = people
        self._records = Records(people, config.issue_keys)
        self._talk = Talk(people)
        self._events: Mapping[str, Callable[[Payload], Iterator[Item]]] = {
            "pull_request": self._pull_request,
            "pull_request_target": self._pull_request,
            "pull_request_review": self._review,
            "pull_request_review_comment": self._review_comment,
            "pull_request_review_thread": self._review_thread,
            "issues": self._issues,
            "issue_comment": self._issue_comment,
            "commit_comment": self._commit_comment,
            "discussion": self._discussion,
            "discussion_comment": self._discussion_comment,
            "push": self._push,
            "repository": self._repository,
            "public": self._repository,
            "team": self._team,
            "team_add": self._team,
            "membership": self._membership,
            "organization": self._organisation,
            "member": self._member,
        }

    def line(self, line: Mapping[str, Any], stream: str | None) -> Iterator[Item]:
        """The records in a line.

        :raises PayloadRejected: if it is of no stream that we read.
        """
        if "event" in line:
            payload = line.get("payload")
            if not isinstance(payload, Mapping):
                raise PayloadRejected("a delivery without a payload.")
            yield from self.event(str(line["event"]), payload)
        elif "data" in line:
            yield from self._answer(str(line.get("url") or ""), line["data"], stream)
        else:
            raise PayloadRejected("neither a delivery (event, payload) nor an answer (url, data).")

    def event(self, name: str, payload: Payload) -> Iterator[Item]:
        """The records of a delivery.

        :raises PayloadRejected: if it is of no stream that we read.
        """
        taken = self._events.get(name)
        if taken is None:
            raise PayloadRejected(f"deliveries of the event {name} are of no stream.")
        items = list(taken(payload))
        self._people.key(_user(payload.get("sender")))
        yield from items
        yield from self._people.seen()

    # answers of REST

    def _answer(self, url: str, data: Any, stream: str | None) -> Iterator[Item]:
        path = found[1] if (found := _PATH.match(url)) else url.partition("?")[0]
        told = next((name for name, pattern in _STREAM_OF if pattern.fullmatch(path)), None)
        stream = told or stream
        if stream is None:
            raise PayloadRejected(f"answers of {_anonymous(path)} are of no stream.")
        if isinstance(data, Mapping):
            data = next((data[name] for name in _LISTS if isinstance(data.get(name), list)), [data])
        if not isinstance(data, list):
            raise PayloadRejected("an answer that is neither an object nor a list.")
        for raw in data:
            try:
                item = self._one(stream, url, raw)
            except PayloadRejected as refused:
                if len(data) == 1:
                    raise
                item = Failure(stream=stream, native_id=_id_of(raw), reason=refused.message)
            yield item
        if not data:
            raise PayloadRejected(f"an empty answer of {_anonymous(path)}.")
        yield from self._people.seen()

    def _one(self, stream: str, url: str, raw: Any) -> Item:
        match stream:
            case "pull_requests":
                pull = read(Pull, raw, "the pull request")
                repository = pull.base.repo if pull.base else None
                return self._records.pull(pull, self._place(url or pull.html_url or "", repository))
            case "issues":
                return self._records.issue(read(Issue, raw, "the issue"), self._place(url))
            case "commits":
                return self._records.commit(read(Commit, raw, "the commit"), self._place(url))
            case "repositories":
                repository = read(Repository, raw, "the repository")
                return self._records.repository(repository, self._place("", repository))
            case "teams":
                team = read(Team, raw, "the team")
                owner = found[1] if (found := _ORGANISATION.search(url)) else self._config.organisation
                return team_record(team, owner, self._people, self._config.web)
            case "accounts":
                return self._account(read(User, raw, "the account"))
        return self._one_said(stream, url, raw)

    def _one_said(self, stream: str, url: str, raw: Any) -> Item:
        place = self._place(url)
        match stream:
            case "comments":
                comment = read(Comment, raw, "the comment")
                if comment.commit_id:
                    return self._talk.commit_comment(comment, place)
                return self._talk.comment(comment, place, self._item(comment.issue_url, url), None)
            case "reviews":
                review = read(Review, raw, "the review")
                return self._talk.review(review, place, self._item(review.pull_request_url, url), None)
            case "review_comments":
                remark = read(ReviewComment, raw, "the review comment")
                return self._talk.review_comment(remark, place, self._item(remark.pull_request_url, url), None)
        raise PayloadRejected(f"recorded answers of the stream {stream} are not read.")

    def _account(self, user: User) -> Item:
        self._people.profile(user) if user.updated_at or user.name else self._people.key(user)
        return next(iter(self._people.seen()))

    def _item(self, address: str | None, url: str) -> str:
        key = key_of_address(address) or key_of_address(url)
        if key is None:
            raise PayloadRejected("it does not say what it is about.")
        return key

    def _place(self, url: str, repository: Repository | None = None) -> Place:
        name = repository.full_name if repository else repository_of_address(url)
        if name is None:
            raise PayloadRejected("it does not say of which repository it is.")
        audience = audience_of(repository, self._people.system, self._config.private_group)
        return Place(name=name, id=repository.id if repository else None, audience=audience)

    # deliveries

    def _of(self, payload: Payload) -> Place:
        return self._place("", read(Repository, payload.get("repository"), "the repository"))

    def _pull_request(self, payload: Payload) -> Iterator[Item]:
        yield self._records.pull(read(Pull, payload.get("pull_request"), "the pull request"), self._of(payload))

    def _about_pull(self, payload: Payload) -> tuple[Place, str, str | None]:
        place, pull = self._of(payload), payload.get("pull_request")
        if not isinstance(pull, Mapping) or not isinstance(pull.get("number"), int):
            raise PayloadRejected("it does not say of which pull request it is.")
        return place, place.key(pull["number"]), self._people.key(_user(pull.get("user")))

    def _review(self, payload: Payload) -> Iterator[Item]:
        place, item, author = self._about_pull(payload)
        yield self._talk.review(read(Review, payload.get("review"), "the review"), place, item, author)

    def _review_comment(self, payload: Payload) -> Iterator[Item]:
        place, item, author = self._about_pull(payload)
        remark = read(ReviewComment, payload.get("comment"), "the review comment")
        if payload.get("action") == "deleted":
            yield Tombstone(stream=REVIEW_COMMENTS, native_id=str(remark.id))
        else:
            yield self._talk.review_comment(remark, place, item, author)

    def _review_thread(self, payload: Payload) -> Iterator[Item]:
        place, item, author = self._about_pull(payload)
        raw = payload.get("thread")
        if not isinstance(raw, Mapping) or not isinstance(raw.get("node_id"), str):
            raise PayloadRejected("it does not say which thread it is.")
        remarks = [read(ReviewComment, one, "the review comment") for one in raw.get("comments") or ()]
        thread = Thread.model_construct(
            node_id=raw["node_id"],
            resolved=payload.get("action") == "resolved",
            resolved_by=_user(payload.get("sender")),
            comments=tuple(
                ThreadComment.model_construct(author=one.user, updated_at=one.updated_at, url=one.html_url)
                for one in remarks
            ),
        )
        found = self._talk.thread(thread, place, item, author)
        if found is None:
            raise PayloadRejected("a thread of which nobody is known to have resolved it.")
        yield found

    def _issues(self, payload: Payload) -> Iterator[Item]:
        place, issue = self._of(payload), read(Issue, payload.get("issue"), "the issue")
        action = payload.get("action")
        if action in ("deleted", "transferred"):
            yield Tombstone(stream=ISSUES, native_id=str(issue.id))
        else:
            yield self._records.issue(issue, place)
        changes = payload.get("changes")
        if action == "transferred" and isinstance(changes, Mapping) and "new_issue" in changes:
            there = self._place("", read(Repository, changes.get("new_repository"), "the new repository"))
            moved = read(Issue, changes["new_issue"], "the new issue")
            if moved.id != issue.id:
                yield self._records.issue(moved, there)

    def _issue_comment(self, payload: Payload) -> Iterator[Item]:
        place, issue = self._of(payload), payload.get("issue")
        comment = read(Comment, payload.get("comment"), "the comment")
        if payload.get("action") == "deleted":
            yield Tombstone(stream=COMMENTS, native_id=str(comment.id))
            return
        if not isinstance(issue, Mapping) or not isinstance(issue.get("number"), int):
            raise PayloadRejected("it does not say what it is about.")
        author = self._people.key(_user(issue.get("user")))
        yield self._talk.comment(comment, place, place.key(issue["number"]), author)

    def _commit_comment(self, payload: Payload) -> Iterator[Item]:
        comment = read(Comment, payload.get("comment"), "the comment")
        yield self._talk.commit_comment(comment, self._of(payload))

    def _discussion(self, payload: Payload) -> Iterator[Item]:
        place, talk = self._of(payload), read(Discussion, payload.get("discussion"), "the discussion")
        action = payload.get("action")
        if action in ("deleted", "transferred"):
            yield Tombstone(stream=DISCUSSIONS, native_id=str(talk.id))
            changes = payload.get("changes")
            if action == "transferred" and isinstance(changes, Mapping) and "new_discussion" in changes:
                there = self._place("", read(Repository, changes.get("new_repository"), "the new repository"))
                yield self._records.discussion(read(Discussion, changes["new_discussion"], "the discussion"), there)
            return
        yield self._records.discussion(talk, place)
        for name in ("answer", "old_answer"):
            if isinstance(payload.get(name), Mapping):
                yield self._said_in(talk, payload[name], place, answer=name == "answer")

    def _discussion_comment(self, payload: Payload) -> Iterator[Item]:
        place, talk = self._of(payload), read(Discussion, payload.get("discussion"), "the discussion")
        raw = payload.get("comment")
        if payload.get("action") == "deleted":
            comment = read(DiscussionComment, raw, "the comment")
            yield Tombstone(stream=DISCUSSION_COMMENTS, native_id=str(comment.id))
        else:
            yield self._said_in(talk, raw, place, answer=False)

    def _said_in(self, talk: Discussion, raw: Any, place: Place, *, answer: bool) -> Item:
        comment = read(DiscussionComment, raw, "the comment")
        author = self._people.key(talk.user)
        return self._talk.discussion_comment(comment, place, place.key(talk.number), author, answer=answer)

    def _push(self, payload: Payload) -> Iterator[Item]:
        repository = read(Repository, payload.get("repository"), "the repository")
        commits = payload.get("commits")
        if payload.get("ref") != f"refs/heads/{repository.default_branch}":
            raise PayloadRejected("a push to a tag or to a branch that is not the default one.")
        if not isinstance(commits, list) or not commits:
            raise PayloadRejected("a push without commits.")
        place = self._place("", repository)
        for raw in commits:
            yield self._records.pushed(read(PushedCommit, raw, "the commit"), place)

    def _repository(self, payload: Payload) -> Iterator[Item]:
        repository = read(Repository, payload.get("repository"), "the repository")
        if payload.get("action") == "deleted":
            yield Tombstone(stream=REPOSITORIES, native_id=str(repository.id))
        else:
            yield self._records.repository(repository, self._place("", repository))

    def _team(self, payload: Payload) -> Iterator[Item]:
        team = read(Team, payload.get("team"), "the team")
        if payload.get("action") == "deleted":
            yield Tombstone(stream=TEAMS, native_id=str(team.id))
        else:
            yield team_record(team, self._organisation_of(payload), self._people, self._config.web)

    def _membership(self, payload: Payload) -> Iterator[Item]:
        team, user = read(Team, payload.get("team"), "the team"), read(User, payload.get("member"), "the member")
        if payload.get("action") == "removed":
            yield Tombstone(stream=MEMBERSHIPS, native_id=membership_id(team.id, user.id))
        else:
            yield membership_record(team, self._organisation_of(payload), user, self._people)

    def _organisation(self, payload: Payload) -> Iterator[Item]:
        membership = payload.get("membership")
        if not isinstance(membership, Mapping):
            raise PayloadRejected("an invitation: nobody is a member by it yet.")
        self._people.key(read(User, membership.get("user"), "the member"))
        yield from self._people.seen()

    def _member(self, payload: Payload) -> Iterator[Item]:
        self._people.key(read(User, payload.get("member"), "the member"))
        yield from self._people.seen()

    def _organisation_of(self, payload: Payload) -> str:
        for name in ("organization", "repository"):
            owner = payload.get(name)
            if isinstance(owner, Mapping):
                login = owner.get("login") or str(owner.get("full_name") or "").partition("/")[0]
                if isinstance(login, str) and login:
                    return login
        raise PayloadRejected("it does not say of which organisation it is.")


def _user(raw: Any) -> User | None:
    return read(User, raw, "the account") if isinstance(raw, Mapping) and raw.get("login") else None


def _id_of(raw: Any) -> str:
    found = raw.get("id") or raw.get("sha") if isinstance(raw, Mapping) else None
    return str(found or "without an id")


def _anonymous(path: str) -> str:
    """A path without names and numbers, so that equal reasons are equal."""
    parts = path.strip("/").split("/")
    kept = [part if part.isalpha() and part.islower() else "…" for part in parts]
    for place, part in enumerate(parts[:-1]):
        if part in ("repos", "users", "orgs"):
            kept[place + 1] = "…"
            if part == "repos" and place + 2 < len(kept):
                kept[place + 2] = "…"
    return "/" + "/".join(kept)
