"""Who may browse what, read from permission schemes and told as members of groups.

Where the credential may not read a scheme, or a rule cannot be said as a list of people, fewer people see the records,
never more; :attr:`Access.findings` says which.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from coachkit.sdk import AclChange, SourceError
from coachkit_jira.audiences import Audiences, Part
from coachkit_jira.models import Project, User
from coachkit_jira.people import People
from coachkit_jira.rest import Rest, told

__all__ = ["Access", "Everyone"]

_BY_ISSUE = frozenset({"reporter", "assignee", "userCustomField", "groupCustomField"})
_PORTAL = "sd.customer.portal.only"
_ROLE = re.compile(r"/role/(\d+)/?$")

Members = frozenset[str]


class Everyone:
    """The directory as far as access needs it.

    :ivar members: identity keys of active people; ``None``, if the directory may not be read.
    """

    def __init__(self, people: People) -> None:
        self.members: Members | None = None
        self._people = people
        self._found: set[str] = set()

    def add(self, user: User) -> None:
        """Somebody of the directory. Apps and portal customers are no colleagues."""
        self._people.learn(user)
        native = self._people.native_id(user)
        if native is None or user.active is False or user.account_type in ("app", "customer"):
            return
        key = self._people.key_of(native)
        if key:
            self._found.add(key)

    def finish(self) -> None:
        """The whole directory has been read."""
        self.members = frozenset(self._found)

    def key(self, raw: Mapping[str, Any] | None, name: str | None = None) -> str | None:
        """Identity key of a user in a rule: an object; or what stands alone, an id (Cloud) or a name (Data Center)."""
        native = self._people.native_id(User.model_validate(raw)) if raw else None
        return self._people.key_of(native) if native else self._people.key_of_name(name or "")


class Access:
    """Reads who is in the groups of projects and of parts of them.

    :ivar projects: those that are read, by id.
    :ivar findings: what could not be read or said, each in a sentence.
    """

    def __init__(self, rest: Rest, audiences: Audiences, everyone: Everyone) -> None:
        self._rest = rest
        self._audiences = audiences
        self._everyone = everyone
        self.projects: Mapping[str, Project] = {}
        self._browsing: dict[str, Members] = {}
        self._groups: dict[str, Members | None] = {}
        self._roles: dict[tuple[str, str], Members] = {}
        self._levels: dict[str, list[Mapping[str, Any]]] | None = None
        self.findings: dict[str, None] = {}

    def of_projects(self) -> Iterator[AclChange]:
        """Who may browse each project."""
        for project in self.projects.values():
            yield self._told(Part(project.id), self.may_browse(project))

    def of_parts(self, parts: Iterable[Part]) -> Iterator[AclChange]:
        """Who is in each part of a project; nobody, if the project is not read."""
        for part in sorted(parts):
            project = self.projects.get(part.project)
            browsing = self.may_browse(project) if project else frozenset()
            yield self._told(part, browsing & self._part(part) if browsing else frozenset())

    def nobody(self, parts: Iterable[Part]) -> Iterator[AclChange]:
        """These are not to be seen any more."""
        for part in sorted(parts):
            yield self._told(part, frozenset())

    def may_browse(self, project: Project) -> Members:
        """Who may browse a project, as far as that can be said. Asked once."""
        if project.id not in self._browsing:
            self._browsing[project.id] = self._read_scheme(project)
        return self._browsing[project.id]

    def _read_scheme(self, project: Project) -> Members:
        try:
            scheme = self._rest.get(f"project/{project.id}/permissionscheme", expand="all")
        except SourceError as error:
            if not told(error):
                raise
            self._find(
                f"Who may browse {project.key} cannot be read, so nobody sees it: give the account the permission to "
                f"administer the project, or say open_projects=[{project.key}] if everyone may read it."
            )
            return frozenset()
        grants = scheme.get("permissions") if isinstance(scheme, Mapping) else None
        holders = [
            grant["holder"]
            for grant in (grants if isinstance(grants, list) else ())
            if isinstance(grant, Mapping)
            and grant.get("permission") in ("BROWSE_PROJECTS", "BROWSE")
            and isinstance(grant.get("holder"), Mapping)
        ]
        return self._union([self._holder(holder, project) for holder in holders])

    def _union(self, sets: list[Members]) -> Members:
        if not sets:
            return frozenset()
        largest = max(sets, key=len)
        return largest if all(one <= largest for one in sets) else frozenset().union(*sets)

    def _holder(self, holder: Mapping[str, Any], project: Project) -> Members:
        kind, named = str(holder.get("type") or ""), _word(holder.get("parameter"))
        value = _word(holder.get("value"))
        if kind == "anyone" or (kind == "applicationRole" and not (named or value)):
            return self._all(project)
        if kind == "applicationRole":
            return self._application(named or value, project)
        if kind == "group":
            return self._group(named, value, project.key)
        if kind == "user":
            raw = holder.get("user")
            key = self._everyone.key(raw if isinstance(raw, Mapping) else None, value or named)
            return frozenset({key} if key else ())
        if kind == "projectRole":
            return self._role(project.id, value or named, project.key)
        if kind == "projectLead":
            key = self._everyone.key(project.lead.model_dump(by_alias=True)) if project.lead else None
            return frozenset({key} if key else ())
        if kind in _BY_ISSUE:
            self._find(f"{project.key}: who may see single issues as their {kind} does not see them here by that.")
        elif kind != _PORTAL:
            self._find(f"{project.key}: permissions for {kind[:40]!r} are not understood and let nobody in.")
        return frozenset()

    def _all(self, project: Project) -> Members:
        if self._everyone.members is None:
            self._find(
                f"{project.key} is open to everyone in Jira; who that is cannot be read, so nobody sees it by that: "
                "give the account the permission to browse users and groups."
            )
            return frozenset()
        return self._everyone.members

    def _application(self, role: str, project: Project) -> Members:
        try:
            raw = self._rest.get(f"applicationrole/{role}")
        except SourceError as error:
            if not told(error):
                raise
            self._find(f"{project.key}: who has access to {role} can be read by administrators of Jira only.")
            return frozenset()
        names = raw.get("groups") if isinstance(raw, Mapping) else None
        groups = [name for name in (names if isinstance(names, list) else ()) if isinstance(name, str)]
        return self._union([self._group(name, "", project.key) for name in groups])

    def _group(self, name: str, group_id: str, where: str) -> Members:
        """Active members of a group, by its id if there is one."""
        place = group_id or name
        if place not in self._groups:
            try:
                listed = self._rest.members(name=name or None, group_id=group_id or None)
                keys = (self._everyone.key(raw) for raw in listed if raw.get("active") is not False)
                self._groups[place] = frozenset(key for key in keys if key)
            except SourceError as error:
                if not told(error):
                    raise
                self._groups[place] = None
        members = self._groups[place]
        if members is None:
            self._find(
                f"{where}: members of the group {name or group_id} cannot be read, so they do not see it: "
                "give the account the permission to browse users and groups."
            )
        return members or frozenset()

    def _role(self, project: str, role: str, where: str) -> Members:
        """Who is in a role of a project. Asked once."""
        if (project, role) not in self._roles:
            self._roles[project, role] = self._read_role(project, role, where)
        return self._roles[project, role]

    def _read_role(self, project: str, role: str, where: str) -> Members:
        try:
            raw = self._rest.get(f"project/{project}/role/{role}")
        except SourceError as error:
            if not told(error):
                raise
            self._find(f"{where}: members of the role {role} cannot be read, so they do not see it.")
            return frozenset()
        actors = raw.get("actors") if isinstance(raw, Mapping) else None
        found = [
            self._actor(actor, where)
            for actor in (actors if isinstance(actors, list) else ())
            if isinstance(actor, Mapping)
        ]
        return self._union(found)

    def _actor(self, actor: Mapping[str, Any], where: str) -> Members:
        group, user = actor.get("actorGroup"), actor.get("actorUser")
        if isinstance(group, Mapping):
            return self._group(_word(group.get("name")), _word(group.get("groupId")), where)
        if actor.get("type") == "atlassian-group-role-actor":
            return self._group(_word(actor.get("name")), "", where)
        key = self._everyone.key(user if isinstance(user, Mapping) else None, _word(actor.get("name")))
        return frozenset({key} if key else ())

    def _part(self, part: Part) -> Members:
        """Who is in a part, not yet cut to those who may browse the project."""
        if part.kind == "group":
            return self._group(part.name, part.name if _looks_like_id(part.name) else "", part.project)
        if part.kind == "role":
            return self._role_by_name(part)
        return self._level(part)

    def _role_by_name(self, part: Part) -> Members:
        try:
            roles = self._rest.get(f"project/{part.project}/role")
        except SourceError as error:
            if not told(error):
                raise
            roles = {}
        address = roles.get(part.name) if isinstance(roles, Mapping) else None
        found = _ROLE.search(address) if isinstance(address, str) else None
        return self._role(part.project, found[1], part.project) if found else frozenset()

    def _level(self, part: Part) -> Members:
        if self._levels is None:
            self._levels = self._read_levels()
        project = Project(id=part.project, key=part.project)
        return self._union([self._holder(holder, project) for holder in self._levels.get(part.name, [])])

    def _read_levels(self) -> dict[str, list[Mapping[str, Any]]]:
        """Rules of each level, by its id. Data Center tells them to nobody."""
        levels: dict[str, list[Mapping[str, Any]]] = {}
        readable = self._rest.cloud
        try:
            for member in self._rest.level_members() if readable else ():
                holder = member.get("holder")
                if isinstance(holder, Mapping):
                    levels.setdefault(_word(member.get("issueSecurityLevelId")), []).append(holder)
        except SourceError as error:
            if not told(error):
                raise
            readable = False
        if not readable:
            remedy = ": give the account the permission to administer Jira." if self._rest.cloud else "."
            self._find(
                f"Who is in levels of issue security cannot be read, so nobody sees issues that have one{remedy}"
            )
        return levels

    def _told(self, part: Part, members: Members) -> AclChange:
        return AclChange(group=self._audiences.group(part), members=tuple(sorted(members)))

    def _find(self, finding: str) -> None:
        self.findings[finding] = None


def _word(value: object) -> str:
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""


def _looks_like_id(text: str) -> bool:
    """A Cloud group id is a UUID; a name hardly is."""
    return re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", text) is not None
