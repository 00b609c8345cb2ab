"""``.mailmap``: which names and addresses in old commits are whose today, as git reads it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

__all__ = ["Mailmap"]

_LINE = re.compile(r"\s*(?P<name>[^<>]*?)\s*<(?P<email>[^<>]*)>(?:\s*(?P<old_name>[^<>]*?)\s*<(?P<old_email>[^<>]*)>)?")


@dataclass(slots=True)
class _Entry:
    name: str | None = None
    email: str | None = None


@dataclass(slots=True)
class _Address:
    """What the file says of one old address: in general, and for certain names."""

    plain: _Entry = field(default_factory=_Entry)
    by_name: dict[str, _Entry] = field(default_factory=dict)


class Mailmap:
    """The canonical name and address of everybody; names and addresses are compared without case."""

    def __init__(self, text: str = "") -> None:
        self._addresses: dict[str, _Address] = {}
        for line in text.splitlines():
            if not line.startswith("#") and (found := _LINE.match(line)):
                self._add(found)

    def _add(self, line: re.Match[str]) -> None:
        name, email = line["name"] or None, line["email"].strip() or None
        old_name, old_email = line["old_name"] or None, line["old_email"]
        if old_email is None:
            old_email, email = line["email"], None
        address = self._addresses.setdefault(old_email.strip().lower(), _Address())
        entry = address.plain if old_name is None else address.by_name.setdefault(old_name.lower(), _Entry())
        entry.name = name or entry.name
        entry.email = email or entry.email

    def canonical(self, name: str, email: str) -> tuple[str, str]:
        """Name and address that stand for ``name <email>``; themselves where the file says nothing."""
        address = self._addresses.get(email.lower())
        if address is None:
            return name, email
        entry = address.by_name.get(name.lower(), address.plain)
        return entry.name or name, entry.email or email

    def is_shared(self, email: str) -> bool:
        """Whether different people committed under this address, so that the address alone says nobody."""
        address = self._addresses.get(email.lower())
        if address is None or not address.by_name:
            return False
        entries = (address.plain, *address.by_name.values())
        return len({(entry.email or email).lower() for entry in entries}) > 1
