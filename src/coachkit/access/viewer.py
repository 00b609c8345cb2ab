"""A viewer: somebody who asks, and what they may read at this moment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

__all__ = ["Viewer"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewer:
    """Who asks.

    :ivar person: id of the person.
    :ivar scopes: ids of the audiences they may read as of ``at``: nothing outside is ever read for them.
    :ivar roles: ``hr`` and ``admin``, as granted; being a manager is no role but a fact of the reporting line.
    """

    person: int
    name: str
    at: datetime
    scopes: frozenset[int]
    roles: frozenset[str] = frozenset()
