"""What a contribution summary can be about: something that people brought about together."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from coachkit.domain.identity import public_id, stable_id

__all__ = ["Target", "TargetKind"]


class TargetKind(StrEnum):
    GOAL = "goal"
    KEY_RESULT = "key_result"
    PROJECT = "project"
    """A project of a tracker, a repository, a space: whatever holds work items."""
    EPIC = "epic"
    """A work item that others have for their parent."""
    TEAM = "team"


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A goal, a key result, a project or a team.

    :ivar key: what people call it; ``name`` its title.
    :ivar team: key of the team whose it is, if that is known; of a team, its own.
    """

    kind: TargetKind
    key: str
    name: str = ""
    team: str | None = None

    @classmethod
    def of_team(cls, key: str) -> Self:
        """The work of a team, by its key."""
        return cls(kind=TargetKind.TEAM, key=key, name=key, team=key)

    @property
    def id(self) -> int:
        """Derived from what it is called: the same in every store."""
        return stable_id("target", self.kind, self.key)

    @property
    def public_id(self) -> str:
        return public_id(self.id)

    @property
    def address(self) -> str:
        """``goal:PAY-O1``: what names it beyond doubt."""
        return f"{self.kind.replace('_', '-')}:{self.key}"

    @property
    def label(self) -> str:
        return f"{self.address} · {self.name}" if self.name and self.name != self.key else self.address
