"""What a delivery is about, read anew: it says that something changed, and GitHub says what it is now."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from coachkit.sdk import Failure, Item, NotThere, PayloadRejected, Tombstone
from coachkit_github.access import Access, Found
from coachkit_github.api import Api, NotFound
from coachkit_github.config import GitHubConfig
from coachkit_github.items import Items
from coachkit_github.models import Repository, User, read
from coachkit_github.models import Team as RawTeam
from coachkit_github.people import People
from coachkit_github.place import Place
from coachkit_github.reading import Reading
from coachkit_github.records import COMMITS, DISCUSSIONS, ISSUES, PULL_REQUESTS, REPOSITORIES, Records
from coachkit_github.talk import COMMENTS, DISCUSSION_COMMENTS, ON_COMMITS, REVIEW_COMMENTS
from coachkit_github.teams import MEMBERSHIPS, TEAMS, membership_id, team_record

__all__ = ["Hints"]

Payload = Mapping[str, Any]

_NONE = "0" * 40
_MOVED = frozenset({"renamed", "transferred"})
_INSTALLATION = frozenset({"installation", "installation_repositories"})


class Hints:
    """Follows deliveries up.

    :param readers: tells who may read each record of a repository; ``whole``: reads everything of it again.
    """

    def __init__(
        self,
        api: Api,
        config: GitHubConfig,
        people: People,
        access: Access,
        items: Items,
        readers: Callable[[Found], Iterator[Item]],
        whole: Callable[[Found], Iterator[Item]],
    ) -> None:
        self._api = api
        self._config = config
        self._people = people
        self._access = access
        self._items = items
        self._reading = Reading(api, config, items)
        self._readers = readers
        self._whole = whole
        self._taken: Mapping[str, tuple[tuple[str, ...], Callable[[Payload], Iterator[Item]]]] = {
            "pull_request": ((PULL_REQUESTS,), self._pull_request),
            "pull_request_review": (("reviews",), self._pull_request),
            "pull_request_review_thread": (("review_threads",), self._pull_request),
            "pull_request_review_comment": ((REVIEW_COMMENTS,), self._review_comment),
            "issues": ((ISSUES,), self._issues),
            "issue_comment": ((COMMENTS,), self._issue_comment),
            "commit_comment": ((COMMENTS,), self._commit_comment),
            "discussion": ((DISCUSSIONS, DISCUSSION_COMMENTS), self._discussion),
            "discussion_comment": ((DISCUSSION_COMMENTS,), self._discussion_comment),
            "push": ((COMMITS,), self._push),
            "repository": ((), self._repository),
            "public": ((), self._repository),
            "member": ((), self._member),
            "team_add": ((), self._team),
            "team": ((TEAMS,), self._team),
            "membership": ((MEMBERSHIPS,), self._membership),
            "organization": (("accounts",), self._organisation),
        }

    def follow(self, name: str, payload: Payload) -> Iterator[Item]:
        """What the delivery is about, as it is now.

        :raises PayloadRejected: if it is of no stream that is read, or of a repository that is not.
        """
        taken = self._taken.get(name)
        if name in _INSTALLATION:
            raise PayloadRejected("the App may read other repositories than before; the next sync reads those it may.")
        if taken is None:
            raise PayloadRejected(f"deliveries of the event {name} are of no stream.")
        streams, follow = taken
        if streams and not self._config.reads(*streams):
            raise PayloadRejected(f"the stream {streams[0]} is not read.")
        yield from follow(payload)
        yield from self._people.seen()

    # repositories

    def _found(self, payload: Payload) -> Found:
        """The repository as it is now, by its id; deliveries can come late, and carry an old name or audience."""
        said = read(Repository, payload.get("repository"), "the repository")
        found = self._access.numbered(said.id)
        if isinstance(found, Failure):
            raise PayloadRejected(f"its repository cannot be read now: {found.reason}.")
        if not self._access.reads(found):
            raise PayloadRejected("its repository is not among those that are read.")
        return found

    def _place(self, payload: Payload) -> Place:
        return self._found(payload).place

    def _repository(self, payload: Payload) -> Iterator[Item]:
        said = read(Repository, payload.get("repository"), "the repository")
        if payload.get("action") == "deleted":
            if not isinstance(self._access.numbered(said.id), Failure):
                raise PayloadRejected("the repository is there again.")
            yield Tombstone(stream=REPOSITORIES, native_id=str(said.id))
            return
        found = self._found(payload)
        yield from self._access.group(found)
        if self._config.reads(REPOSITORIES):
            yield Records(self._people).repository(found.repository, found.place)
        if payload.get("action") in ("privatized", "publicized", None):
            yield from self._readers(found)
        elif payload.get("action") in _MOVED:  # its items are called otherwise now
            yield from self._whole(found)

    def _member(self, payload: Payload) -> Iterator[Item]:
        found = self._found(payload)
        read(User, payload.get("member"), "the member")
        items = list(self._access.group(found))
        if not items:
            raise PayloadRejected("its repository is not read by its collaborators alone.")
        yield from items

    # pull requests

    def _pull_request(self, payload: Payload) -> Iterator[Item]:
        raw = payload.get("pull_request")
        number = raw.get("number") if isinstance(raw, Mapping) else None
        if not isinstance(number, int):
            raise PayloadRejected("it does not say of which pull request it is.")
        yield from self._pull(self._place(payload), number)

    def _pull(self, place: Place, number: int) -> Iterator[Item]:
        try:
            yield from self._items.pull(place, number)
        except NotThere:
            raise PayloadRejected("its pull request is not there any more.") from None

    def _review_comment(self, payload: Payload) -> Iterator[Item]:
        place, native_id = self._place(payload), _id(payload, "comment")
        yield from self._one(
            f"repos/{place.name}/pulls/comments/{native_id}",
            lambda raw: self._items.review_comment(place, raw),
            Tombstone(stream=REVIEW_COMMENTS, native_id=str(native_id)),
        )
        yield from self._pull_request(payload)

    # issues and comments

    def _issues(self, payload: Payload) -> Iterator[Item]:
        place, native_id = self._place(payload), _id(payload, "issue")
        number = payload["issue"].get("number")
        gone = Tombstone(stream=ISSUES, native_id=str(native_id))
        try:
            answer = self._api.get(f"repos/{place.name}/issues/{number}")
        except NotThere:
            yield gone
            return
        raw = answer.json()
        if isinstance(raw, Mapping) and raw.get("id") == native_id:
            yield from self._items.issue(place, raw)
            return
        yield gone  # it was transferred: what lies behind the redirect is another issue, in another repository
        yield from self._transferred(raw)

    def _transferred(self, raw: Any) -> Iterator[Item]:
        name = str(raw.get("repository_url") or "").rpartition("/repos/")[2] if isinstance(raw, Mapping) else ""
        if name:
            there = self._access.named(name)
            if isinstance(there, Found) and self._access.reads(there):
                yield from self._items.issue(there.place, raw)

    def _issue_comment(self, payload: Payload) -> Iterator[Item]:
        place, native_id = self._place(payload), _id(payload, "comment")
        yield from self._one(
            f"repos/{place.name}/issues/comments/{native_id}",
            lambda raw: self._items.comment(place, raw),
            Tombstone(stream=COMMENTS, native_id=str(native_id)),
        )
        issue = payload.get("issue")
        if not isinstance(issue, Mapping) or not isinstance(issue.get("number"), int):
            return
        if issue.get("pull_request") is None:
            if self._config.reads(ISSUES):
                yield from self._issues(payload)
        elif self._config.reads(PULL_REQUESTS):
            yield from self._pull(place, issue["number"])

    def _commit_comment(self, payload: Payload) -> Iterator[Item]:
        place, native_id = self._place(payload), _id(payload, "comment")
        yield from self._one(
            f"repos/{place.name}/comments/{native_id}",
            lambda raw: self._items.comment(place, raw),
            Tombstone(stream=COMMENTS, native_id=f"{ON_COMMITS}{native_id}"),
        )

    def _one(self, path: str, take: Callable[[Mapping[str, Any]], Iterator[Item]], gone: Tombstone) -> Iterator[Item]:
        """One thing as it is now; that it is gone, where it is."""
        try:
            raw = self._api.get(path).json()
        except NotThere:
            yield gone
            return
        yield from take(raw)

    # discussions

    def _discussion(self, payload: Payload) -> Iterator[Item]:
        place, native_id = self._place(payload), _id(payload, "discussion")
        number = payload["discussion"].get("number")
        try:
            yield from self._items.discussion_numbered(place, number)
        except NotFound:
            yield Tombstone(stream=DISCUSSIONS, native_id=str(native_id))

    def _discussion_comment(self, payload: Payload) -> Iterator[Item]:
        if payload.get("action") == "deleted":
            yield Tombstone(stream=DISCUSSION_COMMENTS, native_id=str(_id(payload, "comment")))
        yield from self._discussion(payload)

    # commits

    def _push(self, payload: Payload) -> Iterator[Item]:
        found = self._found(payload)
        branch = found.repository.default_branch
        if branch is None or payload.get("ref") != f"refs/heads/{branch}":
            raise PayloadRejected("a push to a tag or to a branch that is not the default one.")
        before, after = payload.get("before"), payload.get("after")
        if not isinstance(before, str) or not isinstance(after, str) or _NONE in (before, after):
            raise PayloadRejected("the branch was made or deleted; the next sync reads what there is.")
        yield from self._reading.pushed(found.place, branch, before)

    # people

    def _team(self, payload: Payload) -> Iterator[Item]:
        """A team changed, or what it may read: its record, its members, and the groups of its repositories."""
        self._ours(payload)
        team = read(RawTeam, payload.get("team"), "the team")
        if payload.get("action") == "deleted":
            yield Tombstone(stream=TEAMS, native_id=str(team.id))
        elif self._config.reads(TEAMS):
            dated = self._access.dated(team, {})
            yield team_record(dated, self._config.organisation, self._people, self._config.web)
        if "repository" in payload:
            yield from self._access.group(self._found(payload))

    def _membership(self, payload: Payload) -> Iterator[Item]:
        self._ours(payload)
        team, user = read(RawTeam, payload.get("team"), "the team"), read(User, payload.get("member"), "the member")
        wanted = membership_id(team.id, user.id)
        try:
            dated = self._access.dated(team, {})
            item = next((item for native_id, item in self._access.members(dated) if native_id == wanted), None)
        except NotThere:
            item = None
        yield item or Tombstone(stream=MEMBERSHIPS, native_id=wanted)
        yield from self._groups_of(team)

    def _groups_of(self, team: RawTeam) -> Iterator[Item]:
        """Who may read the repositories that a team may read."""
        path = f"orgs/{self._config.organisation}/teams/{team.slug}/repos"
        try:
            listed = list(self._api.all(path))
        except NotThere:
            return
        for raw in listed:
            found = self._access.found(read(Repository, raw, "the repository"))
            if self._access.reads(found):
                yield from self._access.group(found)

    def _organisation(self, payload: Payload) -> Iterator[Item]:
        self._ours(payload)
        membership = payload.get("membership")
        if not isinstance(membership, Mapping):
            raise PayloadRejected("an invitation: nobody is a member by it yet.")
        read(User, membership.get("user"), "the member")
        self._access.people()
        items = list(self._people.seen())
        if not items:
            raise PayloadRejected("the names of members may not be read; their accounts come with what they do.")
        yield from items

    def _ours(self, payload: Payload) -> None:
        owner = payload.get("organization")
        login = owner.get("login") if isinstance(owner, Mapping) else None
        if not self._config.organisation or str(login).lower() != self._config.organisation.lower():
            raise PayloadRejected("its organisation is not the one that is read.")


def _id(payload: Payload, part: str) -> int:
    raw = payload.get(part)
    found = raw.get("id") if isinstance(raw, Mapping) else None
    if not isinstance(found, int):
        raise PayloadRejected(f"it does not say which {part} it is about.")
    return found
