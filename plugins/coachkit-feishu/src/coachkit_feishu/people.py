"""Who there is: accounts; and, where Feishu is the directory, departments, who is in them and who reports to whom."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from functools import cached_property

from coachkit.sdk import (
    Account,
    Failure,
    Item,
    Membership,
    NotThere,
    Record,
    ReportingLine,
    Sensitivity,
    Team,
    Tombstone,
    Upsert,
    identity_key,
)
from coachkit_feishu.api import Api
from coachkit_feishu.config import FeishuConfig
from coachkit_feishu.raw import Raw, flag, part, word, words

__all__ = ["ROOT", "Directory", "People", "has_left", "people_in"]

ROOT = "0"
"""The id of the organisation itself, in which all departments lie."""

_UNDATED = datetime(1970, 1, 1, tzinfo=UTC)
"""Feishu does not say when somebody's entry changed."""

_DEPARTMENTS = {"department_id_type": "open_department_id"}


class People:
    """From Feishu's words about people and departments to ours."""

    def __init__(self, config: FeishuConfig) -> None:
        self._config = config
        self._prefix = config.team_prefix or f"{config.system}:"

    def key(self, open_id: str) -> str | None:
        """The identity key of somebody; none where it is not known who."""
        return identity_key(self._config.system, open_id) if open_id else None

    def team_key(self, department_id: str) -> str | None:
        """The key of a department; none for the organisation itself."""
        return f"{self._prefix}{department_id}" if department_id not in ("", ROOT) else None

    def of_user(self, raw: Raw) -> Iterator[Item]:
        """Everything that one entry says. Who has left, or never joined, is no longer there."""
        open_id = word(raw, "open_id")
        identity = self.key(open_id)
        if identity is None:
            what = word(raw, "user_id", "union_id") or "without an id"
            yield Failure(stream="accounts", native_id=what, reason="the user has no open_id")
            return
        if has_left(raw):
            yield from self.gone(open_id)
            return
        yield from self._wanted("accounts", open_id, self._account(identity, raw))
        if self._config.directory:
            for department in words(raw, "department_ids"):
                team = self.team_key(department)
                if team:
                    record = Membership(team=team, person=identity)
                    yield from self._wanted("memberships", f"{department}/{open_id}", record)
            manager = self.key(word(raw, "leader_user_id"))
            if manager and manager != identity:
                yield from self._wanted("reporting", open_id, ReportingLine(person=identity, manager=manager))

    def gone(self, open_id: str) -> Iterator[Item]:
        """Somebody is no longer there. Memberships go with the next sync, which knows which there were."""
        for stream in ("accounts", "reporting"):
            if self._config.reads(stream):
                yield Tombstone(stream=stream, native_id=open_id)

    def of_department(self, raw: Raw) -> Iterator[Item]:
        """A department as a team."""
        native = word(raw, "open_department_id")
        key = self.team_key(native)
        name = word(raw, "name")
        if key is None or not name:
            yield Failure(
                stream="teams",
                native_id=native or "without an id",
                reason="the department has no open_department_id or no name",
                payload=dict(raw),
            )
            return
        if flag(part(raw, "status"), "is_deleted"):
            yield Tombstone(stream="teams", native_id=native)
            return
        names = part(raw, "i18n_name")
        others = tuple(sorted({word(names, one) for one in ("zh_cn", "en_us", "ja_jp")} - {"", name}))
        parent = self.team_key(word(raw, "parent_department_id"))
        yield from self._wanted("teams", native, Team(key=key, name=name, other_names=others, parent=parent))

    def _account(self, identity: str, raw: Raw) -> Account:
        emails = dict.fromkeys(found for name in ("enterprise_email", "email") if "@" in (found := word(raw, name)))
        others = (self.key(word(raw, name)) for name in ("user_id", "union_id"))
        return Account(
            identity=identity,
            name=word(raw, "name", "en_name", "nickname") or None,
            emails=tuple(emails),
            same_as=tuple(key for key in others if key and key != identity),
        )

    def _wanted(self, stream: str, native_id: str, record: Record) -> Iterator[Upsert]:
        if self._config.reads(stream):
            personal = isinstance(record, ReportingLine)
            yield Upsert(
                stream=stream,
                native_id=native_id,
                record=record,
                occurred_at=_UNDATED,
                sensitivity=Sensitivity.PERSONAL if personal else Sensitivity.WORK,
            )


class Directory:
    """Lists what the app may see of the directory."""

    def __init__(self, api: Api) -> None:
        self._api = api

    def departments(self) -> Iterator[Raw]:
        """Each department within the app's range, with all below, once."""
        seen: set[str] = set()
        for root in self._range[0]:
            for raw in self._below(root):
                native = word(raw, "open_department_id")
                if native not in seen:
                    seen.add(native)
                    yield raw

    def users(self) -> Iterator[Raw]:
        """Each person within the app's range, once."""
        seen: set[str] = set()
        for raw in self._everyone():
            native = word(raw, "open_id")
            if not native or native not in seen:
                seen.add(native)
                yield raw

    def user(self, open_id: str) -> Raw:
        """One person.

        :raises NotThere: if there is none.
        """
        return part(self._api.get(f"contact/v3/users/{open_id}", **_DEPARTMENTS), "user")

    def department(self, department_id: str) -> Raw:
        """One department.

        :raises NotThere: if there is none.
        """
        return part(self._api.get(f"contact/v3/departments/{department_id}", **_DEPARTMENTS), "department")

    def _everyone(self) -> Iterator[Raw]:
        for department in self._ids:
            path = "contact/v3/users/find_by_department"
            yield from self._api.rows(path, size=50, department_id=department, **_DEPARTMENTS)
        for open_id in self._range[1]:
            try:
                yield self.user(open_id)
            except NotThere:
                continue

    @cached_property
    def _ids(self) -> list[str]:
        """Each department in which people are looked for. Listed once a sync: there may be many."""
        seen: dict[str, None] = {}
        for root in self._range[0]:
            seen[root] = None
            seen.update((word(raw, "open_department_id"), None) for raw in self._below(root))
        return [one for one in seen if one]

    def _below(self, root: str) -> Iterator[Raw]:
        if root != ROOT:
            yield self.department(root)
        path = f"contact/v3/departments/{root}/children"
        yield from self._api.rows(path, size=50, fetch_child=True, **_DEPARTMENTS)

    @cached_property
    def _range(self) -> tuple[list[str], list[str]]:
        """Departments and single people that the app was given."""
        departments: dict[str, None] = {}
        users: dict[str, None] = {}
        for page in self._api.pages("contact/v3/scopes", size=100, **_DEPARTMENTS):
            departments.update(dict.fromkeys(words(page, "department_ids")))
            users.update(dict.fromkeys(words(page, "user_ids")))
        return list(departments), list(users)


def has_left(raw: Raw) -> bool:
    """Whether an entry says that this person is gone."""
    status = part(raw, "status")
    return flag(status, "is_resigned") or flag(status, "is_exited")


def people_in(raws: Iterable[Raw], people: People) -> tuple[str, ...]:
    """Identity keys of the members of a list that are people, sorted."""
    keys = {people.key(word(raw, "id", "member_id", "open_id")) for raw in raws if _is_person(raw)}
    return tuple(sorted(key for key in keys if key))


def _is_person(raw: Mapping[str, object]) -> bool:
    kind = raw.get("type") or raw.get("member_id_type") or "user"
    return kind in ("user", "open_id")
