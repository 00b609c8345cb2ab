"""What people answer about the goals of items, and what keeps it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

__all__ = ["AnswerStore", "GoalAnswer", "Verdict", "by_item"]


class Verdict(StrEnum):
    GOAL = "goal"
    NONE = "none"
    """It is for no goal; that is common and good to know."""
    UNSURE = "unsure"
    """Asked and not known: it is not proposed to the same person again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GoalAnswer:
    """Somebody said what an item is for.

    :ivar goal: key of the goal, of the verdict ``goal``. ``proposed``: what had been proposed, to see how good it was.
    :ivar replaced_by: a later answer counts instead. An answer that is neither replaced nor undone is in force.
    """

    id: str
    item: int
    verdict: Verdict
    by: int
    at: datetime
    goal: str | None = None
    proposed: str | None = None
    replaced_by: str | None = None
    undone_at: datetime | None = None
    undone_by: int | None = None

    @property
    def in_force(self) -> bool:
        return self.replaced_by is None and self.undone_at is None


class AnswerStore(Protocol):
    """Keeps answers. Nothing is overwritten."""

    def add(self, answer: GoalAnswer) -> None:
        """Keep it; of earlier answers about the same item it takes the place."""

    def answer(self, answer_id: str) -> GoalAnswer | None:
        """One answer."""

    def undo(self, answer_id: str, by: int, at: datetime) -> None:
        """Take it back: what it had replaced is in force again."""

    def in_force(self, until: datetime) -> Sequence[GoalAnswer]:
        """All that were in force at a moment, the oldest first."""

    def latest(
        self, *, by: int | None = None, items: Collection[int] | None = None, limit: int
    ) -> Sequence[GoalAnswer]:
        """The newest answers, whether or not they are in force: somebody's, or about some items."""


def by_item(answers: Sequence[GoalAnswer]) -> Mapping[int, GoalAnswer]:
    """The last answer in force about each item."""
    return {one.item: one for one in answers if one.in_force}
