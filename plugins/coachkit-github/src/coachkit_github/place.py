"""Where records come from: one repository, by its id, its name of today, and who may read it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from coachkit.sdk import Audience
from coachkit_github.models import Repository

__all__ = ["Place", "audience_of", "group_of", "key_of_address", "repository_of_address"]

_ITEM = re.compile(r"/(?:repos/)?([\w.-]+/[\w.-]+)/(?:issues|pulls?|discussions)/(\d+)(?:[/?#]|$)")
_REPOSITORY = re.compile(r"/repos/([\w.-]+/[\w.-]+)(?:[/?#]|$)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A repository.

    :ivar id: stays when it is renamed or transferred; ``None`` where an answer does not tell it.
    :ivar name: ``owner/name`` of today; the first part of its items' keys.
    """

    name: str
    id: int | None
    audience: Audience

    def key(self, number: int) -> str:
        """What people call an item of it: ``owner/name#12``."""
        return f"{self.name}#{number}"


def group_of(system: str, repository_id: int) -> str:
    """The group of those who may read a repository that not everybody may read."""
    return f"{system}:repository:{repository_id}"


def audience_of(repository: Repository | None, system: str, private_group: str) -> Audience:
    """Who may read it: everyone where it is public or internal, else its group; nobody where that is not said.

    :param private_group: the key of a group that stands for every private repository; empty: each has its own.
    """
    if repository is None or (repository.private is None and repository.visibility is None):
        return Audience.nobody()
    if repository.is_public or repository.is_internal:
        return Audience.org()
    return Audience.group(private_group or group_of(system, repository.id))


def key_of_address(address: str | None) -> str | None:
    """The key of the item that an address of the API or of a page leads to."""
    found = _ITEM.search(address or "")
    return f"{found[1]}#{found[2]}" if found else None


def repository_of_address(address: str) -> str | None:
    """``owner/name`` of an address of the API."""
    found = _REPOSITORY.search(address)
    return found[1] if found else None
