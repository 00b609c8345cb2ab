"""The map of goals: company, team and person goals, what each is aligned to, its key results and its work."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from coachkit.insight.linking.cards import ENDED
from coachkit.insight.rows import KeyResultRow

__all__ = ["GoalMapReader", "MappedGoal", "Node", "StateRow", "Vector", "progress", "tree"]

Vector = NDArray[np.float32]

LEVELS = ("company", "team", "person")


@dataclass(frozen=True, slots=True, kw_only=True)
class StateRow:
    at: datetime
    state: str
    category: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MappedGoal:
    """A goal with all that the map shows of it. Owners are whos: people, or accounts of nobody yet.

    :ivar results: its key results, with what was measured.
    :ivar history: of its state, from old to new.
    """

    record: int
    key: str
    title: str
    text: str = ""
    level: str | None = None
    commitment: str | None = None
    team: str | None = None
    other_teams: tuple[str, ...] = ()
    parents: tuple[str, ...] = ()
    starts_on: date | None = None
    due_on: date | None = None
    state: str | None = None
    category: str | None = None
    owners: frozenset[int] = frozenset()
    results: tuple[KeyResultRow, ...] = ()
    history: tuple[StateRow, ...] = ()

    @property
    def running(self) -> bool:
        return self.category not in (*ENDED, "draft")

    @property
    def teams(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(team for team in (self.team, *self.other_teams) if team))

    @property
    def joint(self) -> bool:
        """Whether a key result of it has several owners, or it is one of several teams."""
        return len(self.teams) > 1 or any(len(result.owners) > 1 for result in self.results)


class GoalMapReader(Protocol):
    """Reads goals that may be read in some scopes."""

    def goals(self, scopes: frozenset[int], until: datetime) -> Sequence[MappedGoal]:
        """All goals as of a moment, by key."""

    def team_names(self, scopes: frozenset[int]) -> Mapping[str, str]:
        """Key → name."""

    def vectors(self, scopes: frozenset[int], wanted: Collection[int]) -> Mapping[int, Vector]:
        """Vectors of unit length of those records that have one, all of one model; none where nothing is embedded."""

    def belonging(self, scopes: frozenset[int]) -> Mapping[int, frozenset[str]]:
        """By item, the goals of the epic it belongs to and of what it fixes."""


@dataclass(frozen=True, slots=True)
class Node:
    """A goal in the tree, with those aligned to it. One with several parents hangs below the first that is shown.

    :ivar also: keys of its further parents.
    """

    goal: MappedGoal
    children: tuple[Node, ...] = ()
    also: tuple[str, ...] = field(default=())


def progress(result: KeyResultRow) -> float | None:
    """How far from start to target, 0 to 1; ``None`` if it was never measured, or has no start or target."""
    if result.start is None or result.target is None or not result.measurements or result.target == result.start:
        return None
    value = (result.measurements[-1].value - result.start) / (result.target - result.start)
    return max(0.0, min(1.0, value))


def tree(goals: Iterable[MappedGoal]) -> tuple[Node, ...]:
    """Company goals first, then those without a parent here; each level by team and key. Circles are cut."""
    known = {goal.key: goal for goal in goals}
    below: dict[str, list[str]] = defaultdict(list)
    roots = []
    for key, goal in known.items():
        parents = [parent for parent in goal.parents if parent in known and parent != key]
        if parents and not _circular(key, parents[0], known):
            below[parents[0]].append(key)
        else:
            roots.append(key)

    def node(key: str) -> Node:
        goal = known[key]
        also = tuple(parent for parent in goal.parents if parent in known)[1:]
        return Node(goal, tuple(node(child) for child in sorted(below[key], key=order)), also)

    def order(key: str) -> tuple[int, str, str, int, str]:
        goal = known[key]
        level = LEVELS.index(goal.level) if goal.level in LEVELS else len(LEVELS)
        head, _, tail = key.rpartition("-")
        return (level, goal.team or "~", head, int(tail) if tail.isdecimal() else 0, key)

    return tuple(node(key) for key in sorted(roots, key=order))


def _circular(key: str, parent: str | None, known: Mapping[str, MappedGoal]) -> bool:
    """Whether going up from ``parent``, always by the first parent, comes back to ``key``."""
    seen = set()
    while parent is not None and parent not in seen:
        if parent == key:
            return True
        seen.add(parent)
        parent = next((one for one in known[parent].parents if one in known and one != parent), None)
    return parent is not None
