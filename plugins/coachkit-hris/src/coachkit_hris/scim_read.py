"""SCIM resources as people and teams, read generously: names in any case, booleans as words, unknown parts ignored.

Sources: RFC 7643 (attributes; their names are compared without case, section 2.1), RFC 7644 (protocol).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from coachkit.sdk import PersonProfile, identity_key

__all__ = ["Group", "Unreadable", "User", "read_group", "read_user"]

ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:user"

_EMAIL = re.compile(r"[^\s@,;|<>]+@[^\s@,;|<>]+")
_CJK = re.compile(r"[\u4e00-\u9fff]")
_FRACTION = re.compile(r"\.\d+")


class Unreadable(Exception):
    """Why a resource cannot be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """A user.

    :ivar manager: id of the manager; ``number``: the employee number.
    :ivar left_out: parts that could not be read.
    """

    id: str
    profile: PersonProfile
    changed_at: datetime | None
    number: str | None
    manager: str | None
    department: str | None
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A group.

    :ivar users: ids of its members; ``groups``: ids of members that are said to be groups.
    """

    id: str
    name: str
    changed_at: datetime | None
    users: tuple[str, ...]
    groups: tuple[str, ...]


@dataclass(slots=True)
class _Object:
    """An object of the source; keys without case, and of values only what has the right type."""

    raw: Mapping[str, Any]
    keys: dict[str, Any] = field(init=False)

    def __post_init__(self) -> None:
        self.keys = {str(key).lower(): value for key, value in self.raw.items()}

    def text(self, name: str) -> str | None:
        value = self.keys.get(name)
        if isinstance(value, int) and not isinstance(value, bool):
            value = str(value)
        return value.strip() or None if isinstance(value, str) else None

    def part(self, name: str) -> _Object:
        value = self.keys.get(name)
        return _Object(value if isinstance(value, dict) else {})

    def parts(self, name: str) -> list[_Object]:
        """The parts of a list; one alone, or a bare value, counts as a list of one."""
        value = self.keys.get(name)
        values = value if isinstance(value, list) else [value]
        return [_Object(one if isinstance(one, dict) else {"value": one}) for one in values if one is not None]

    def flag(self, name: str, otherwise: bool) -> bool:
        value = self.keys.get(name, otherwise)
        if isinstance(value, str):
            return value.strip().lower() not in ("false", "0", "no")
        return bool(value) if value is not None else otherwise


def read_user(raw: Mapping[str, Any]) -> User:
    """A user.

    :raises Unreadable: if it has no id or no name of any kind.
    """
    user = _Object(raw)
    native_id = user.text("id")
    if native_id is None:
        raise Unreadable("it has no id")
    names = _names(user)
    if not names:
        raise Unreadable("it has no name")
    emails, left_out = _emails(user)
    more = user.part(ENTERPRISE)
    number = more.text("employeenumber") or user.text("employeenumber")
    manager = next((one.text("value") or _last(one.text("$ref")) for one in more.parts("manager")), None)
    profile = PersonProfile(
        identity=identity_key("hris", number or native_id),
        name=names[0],
        other_names=tuple(names[1:]),
        emails=emails,
        title=user.text("title"),
        locale=user.text("locale") or user.text("preferredlanguage"),
        active=user.flag("active", True),
    )
    return User(
        id=native_id,
        profile=profile,
        changed_at=_changed_at(user),
        number=number,
        manager=manager,
        department=more.text("department"),
        left_out=left_out,
    )


def _names(user: _Object) -> list[str]:
    """The display name first, then every other form, each once."""
    name = user.part("name")
    given, family = name.text("givenname"), name.text("familyname")
    whole = None
    if given and family:
        whole = f"{family}{given}" if _CJK.search(family) and _CJK.search(given) else f"{given} {family}"
    found = (user.text("displayname"), name.text("formatted"), whole, user.text("nickname"), given or family)
    names = list(dict.fromkeys(one for one in found[:4] if one))
    if not names and found[4]:
        names = [found[4]]
    return names or [login for login in [user.text("username")] if login]


def _emails(user: _Object) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Addresses for work, the primary one first; private ones are not ours to know."""
    parts = [one for one in user.parts("emails") if (one.text("type") or "work").lower() != "home"]
    parts.sort(key=lambda one: not one.flag("primary", False))
    found = [value for one in parts if (value := one.text("value"))]
    good = [value.lower() for value in found if _EMAIL.fullmatch(value)]
    login = user.text("username")
    if login and _EMAIL.fullmatch(login):
        good.append(login.lower())
    bad = tuple(f"{value!r} is no e-mail address; left out" for value in found if not _EMAIL.fullmatch(value))
    return tuple(dict.fromkeys(good)), bad


def read_group(raw: Mapping[str, Any]) -> Group:
    """A group.

    :raises Unreadable: if it has no id.
    """
    group = _Object(raw)
    native_id = group.text("id")
    if native_id is None:
        raise Unreadable("it has no id")
    users: list[str] = []
    groups: list[str] = []
    for member in group.parts("members"):
        value = member.text("value") or _last(member.text("$ref"))
        kind = (member.text("type") or ("Group" if "/Groups/" in (member.text("$ref") or "") else "User")).lower()
        if value:
            (groups if kind == "group" else users).append(value)
    return Group(
        id=native_id,
        name=group.text("displayname") or native_id,
        changed_at=_changed_at(group),
        users=_once(users),
        groups=_once(groups),
    )


def _once(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(values))


def _last(reference: str | None) -> str | None:
    """The id at the end of a ``$ref``."""
    return (reference.rstrip("/").rpartition("/")[2] or None) if reference else None


def _changed_at(resource: _Object) -> datetime | None:
    text = resource.part("meta").text("lastmodified")
    if text is None:
        return None
    try:
        at = datetime.fromisoformat(_FRACTION.sub(lambda found: found[0][:7], text))
    except ValueError:
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)
