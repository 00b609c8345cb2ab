"""Which repositories there are, who may read them, and the teams of the organisation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from fnmatch import fnmatchcase
from typing import Any

from coachkit.sdk import AclChange, AudienceKind, Failure, Item, NotAllowed, NotThere, PayloadRejected, Refused
from coachkit_github import graphql
from coachkit_github.api import Api
from coachkit_github.config import GitHubConfig
from coachkit_github.models import Repository, User, read
from coachkit_github.models import Team as RawTeam
from coachkit_github.people import People
from coachkit_github.place import Place, audience_of, group_of
from coachkit_github.records import REPOSITORIES
from coachkit_github.teams import membership_id, membership_record, team_record

__all__ = ["GONE", "Access", "Found"]

GONE = "gone for good, GitHub says; what was read of it goes too"


class Found:
    """A repository that can be read now."""

    __slots__ = ("place", "repository")

    def __init__(self, repository: Repository, place: Place) -> None:
        self.repository = repository
        self.place = place


class Access:
    """Repositories, their groups, and teams."""

    def __init__(self, api: Api, config: GitHubConfig, people: People) -> None:
        self._api = api
        self._config = config
        self._people = people
        self._ids: dict[str, Found | Failure] = {}
        self.refusal: NotAllowed | None = None
        """The last time that a repository was refused with 403."""

    # repositories

    def repositories(self) -> Iterator[Found | Failure]:
        """Every repository that is to be read, or why one cannot be. Names of before lead to where they moved."""
        seen: set[int] = set()
        for name in self._config.repositories:
            found = self.named(name)
            if isinstance(found, Failure):
                yield found
            elif found.repository.id not in seen and not self.is_excluded(found.place.name):
                seen.add(found.repository.id)
                yield found
        if not self._config.organisation:
            return
        for raw in self._listed():
            try:
                repository = read(Repository, raw, "the repository")
            except PayloadRejected as refused:
                yield Failure(stream=REPOSITORIES, native_id=str(raw.get("id")), reason=refused.message)
                continue
            if repository.id not in seen and self._is_wanted(repository):
                seen.add(repository.id)
                yield self.found(repository)

    def _listed(self) -> Iterator[Mapping[str, Any]]:
        """Of an App those that it is installed on; the organisation also has public ones that anybody may read."""
        if self._config.app_id:
            return self._api.all("installation/repositories")
        return self._api.all(f"orgs/{self._config.organisation}/repos", {"type": "all", "sort": "full_name"})

    def named(self, name: str) -> Found | Failure:
        """The repository of this name; where GitHub says that it moved, the one there."""
        return self._look(f"repos/{name}", name)

    def numbered(self, repository: int) -> Found | Failure:
        """The repository with this id, whatever it is called today."""
        return self._look(f"repositories/{repository}", str(repository))

    def _look(self, path: str, what: str) -> Found | Failure:
        try:
            return self.found(read(Repository, self._api.get(path).json(), "the repository"))
        except Refused as refused:
            return Failure(stream=REPOSITORIES, native_id=f"name:{what}", reason=_why(refused.status))
        except NotAllowed as refused:
            self.refusal = refused
            return Failure(stream=REPOSITORIES, native_id=f"name:{what}", reason=_why(403))
        except PayloadRejected as refused:
            return Failure(stream=REPOSITORIES, native_id=f"name:{what}", reason=refused.message)

    def found(self, repository: Repository) -> Found:
        """A repository with who may read it."""
        audience = audience_of(repository, self._people.system, self._config.private_group)
        return Found(repository, Place(name=repository.full_name, id=repository.id, audience=audience))

    def reads(self, found: Found) -> bool:
        """Whether a repository is among those that are to be read."""
        name = found.place.name
        if self._config.organisation and self._is_wanted(found.repository):
            return True
        return found.repository.id in self._named_ids(name) and not self.is_excluded(name)

    def _named_ids(self, name: str) -> set[int]:
        """The ids of the repositories that the connection names; asked for only where the names do not say it."""
        if name.lower() in {one.lower() for one in self._config.repositories}:
            self._ids.setdefault(name.lower(), self.named(name))
        else:
            for one in self._config.repositories:
                if one.lower() not in self._ids:
                    self._ids[one.lower()] = self.named(one)
        return {found.repository.id for found in self._ids.values() if isinstance(found, Found)}

    def _is_wanted(self, repository: Repository) -> bool:
        owner = repository.full_name.partition("/")[0].lower()
        if repository.disabled or owner != self._config.organisation.lower() or self.is_excluded(repository.full_name):
            return False
        return (self._config.forks or not repository.fork) and (self._config.archived or not repository.archived)

    def is_excluded(self, name: str) -> bool:
        """Whether somebody said not to read it."""
        return any(fnmatchcase(name.lower(), pattern.lower()) for pattern in self._config.exclude)

    def group(self, found: Found) -> Iterator[Item]:
        """Who may read a repository that not everybody may read: its collaborators; nobody, where we may not ask."""
        place = found.place
        if place.audience.kind is not AudienceKind.GROUP or self._config.private_group:
            return
        group = group_of(self._people.system, found.repository.id)
        native_id = f"collaborators:{found.repository.id}"
        try:
            listed = self._api.all(f"repos/{place.name}/collaborators", {"affiliation": "all"})
            members = [key for raw in listed if (key := self._person(raw)) is not None]
        except (NotAllowed, NotThere):
            yield AclChange(group=group, members=())
            reason = "who may read this private repository may not be asked: nobody may read it here"
            yield Failure(stream=REPOSITORIES, native_id=native_id, reason=reason)
            return
        yield AclChange(group=group, members=tuple(sorted(set(members))))

    # teams

    def teams(self, made: Mapping[str, str]) -> Iterator[tuple[RawTeam, Item]]:
        """The teams of the organisation.

        :param made: when the teams that are known were made, by id; others are asked for it.
        """
        organisation = self._config.organisation
        for raw in self._api.all(f"orgs/{organisation}/teams"):
            try:
                team = self.dated(read(RawTeam, raw, "the team"), made)
            except PayloadRejected:
                continue
            yield team, team_record(team, organisation, self._people, self._config.web)

    def dated(self, team: RawTeam, made: Mapping[str, str]) -> RawTeam:
        """A team with when it was made, which lists and deliveries leave out."""
        at: Any = made.get(str(team.id))
        if at is None:
            raw = self._api.get(f"orgs/{self._config.organisation}/teams/{team.slug}").json()
            return read(RawTeam, raw, "the team")
        return team.model_copy(update={"created_at": datetime.fromisoformat(at)})

    def members(self, team: RawTeam) -> Iterator[tuple[str, Item]]:
        """Who belongs to a team itself, not through a team below it, as native id and record."""
        organisation = self._config.organisation
        roles = {"maintainer": "lead", "member": "member"}
        for role, ours in roles.items():
            path = f"orgs/{organisation}/teams/{team.slug}/members"
            for raw in self._api.all(path, {"role": role}):
                try:
                    user = read(User, raw, "the member")
                except PayloadRejected:
                    continue
                yield membership_id(team.id, user.id), membership_record(team, organisation, user, self._people, ours)

    def people(self) -> None:
        """Names and verified addresses of the organisation's members; only logins, where we may not ask for more."""
        login = self._config.organisation
        path = ("organization", "membersWithRole")
        for question in graphql.MEMBERS:
            try:
                for page in self._api.connection(question, {"login": login, "after": None}, path):
                    for raw in page.get("nodes") or ():
                        self._profile(raw)
            except (PayloadRejected, NotAllowed):
                continue
            return
        for raw in self._api.all(f"orgs/{login}/members"):
            self._person(raw)

    def profiles(self, strangers: Mapping[int, str], most: int) -> list[int]:
        """Read the profiles of accounts of which only the login is known; returns the ids of those that were read."""
        read_now = []
        for user_id in sorted(strangers)[:most]:
            try:
                user = read(User, self._api.get(f"users/{strangers[user_id]}").json(), "the account")
            except PayloadRejected:
                read_now.append(user_id)
                continue
            self._people.profile(user)
            read_now.append(user_id)
        return read_now

    def _profile(self, raw: Any) -> None:
        if not isinstance(raw, Mapping) or not raw.get("login") or not raw.get("databaseId"):
            return
        form = {
            "login": raw["login"],
            "id": raw["databaseId"],
            "type": "User",
            "name": raw.get("name"),
            "email": raw.get("email"),
            "updated_at": raw.get("updatedAt"),
        }
        verified = raw.get("organizationVerifiedDomainEmails")
        emails = tuple(one for one in verified if isinstance(one, str)) if isinstance(verified, list) else ()
        try:
            self._people.profile(read(User, form, "the account"), emails)
        except PayloadRejected:
            return

    def _person(self, raw: Mapping[str, Any]) -> str | None:
        try:
            return self._people.key(read(User, raw, "the account"))
        except PayloadRejected:
            return None


def _why(status: int) -> str:
    match status:
        case 404:
            return "not found: deleted, or hidden from this credential; what was read of it is kept"
        case 410:
            return GONE
        case 451:
            return "blocked for legal reasons, GitHub says; what was read of it is kept"
        case 403:
            return "this credential may not read it; what was read of it is kept"
    return f"GitHub answered {status}"
