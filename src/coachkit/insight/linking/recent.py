"""What is known of time: what somebody worked on lately, and when goals were written down, changed and over."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from coachkit.insight.linking.cards import GoalCard
from coachkit.insight.linking.words import Floats, Places
from coachkit.insight.organisation.tables import DAY

__all__ = ["Lives", "RecentWork"]

FADES_DAYS = 60
"""After so many days a piece of work counts a third: the rhythm of a quarter."""

FADES_UNDATED = 0.9
"""Where nobody dates the items, each one makes the earlier ones count so much."""

FAINT = 0.0001
"""Less is forgotten."""

UNKNOWN_MONTHS = 12
"""A goal that nobody dates is taken to be a year old."""


class RecentWork:
    """How much was done for goals lately: pieces of work, each fading with time. Goals without any take no room."""

    def __init__(self) -> None:
        self._places: Places = np.zeros(0, dtype=np.int64)
        self._work: Floats = np.zeros(0)
        self._at: int | None = None

    def at(self, moment: int | None) -> tuple[Places, Floats]:
        """Places of goals, and how much was done for each.

        :param moment: of the item looked at; work shortly after it tells as much as work shortly before.
        """
        return self._places, self._work * self._faded(moment)

    def add(self, places: Places, work: Floats, moment: int | None) -> None:
        """:param work: by place, how likely this piece of work is for that goal; confirmed work is 1."""
        faded = self._faded(moment)
        if self._at is not None and moment is not None and moment < self._at:
            work = work * faded
        else:
            self._work = self._work * faded
            self._at = moment
        everywhere, where = np.unique(np.concatenate([self._places, places]), return_inverse=True)
        total = np.zeros(len(everywhere))
        np.add.at(total, where, np.concatenate([self._work, work]))
        self._places, self._work = everywhere[total >= FAINT], total[total >= FAINT]

    def _faded(self, moment: int | None) -> float:
        if moment is None or self._at is None:
            return FADES_UNDATED
        return math.exp(-abs(moment - self._at) / DAY / FADES_DAYS)


class Lives:
    """When each goal began, changed its state, and was over."""

    def __init__(self, goals: Sequence[GoalCard]) -> None:
        self._known = np.array([goal.created_at is not None for goal in goals], dtype=bool)
        self.created = np.array([goal.created_at or 0 for goal in goals], dtype=np.float64)
        steps = sorted((at, place, over) for place, goal in enumerate(goals) for at, over in goal.ended)
        self._at = np.array([at for at, _, _ in steps], dtype=np.float64)
        self._place = np.array([place for _, place, _ in steps], dtype=np.int64)
        self._over = np.array([over for _, _, over in steps], dtype=np.float64)

    def months_old(self, moment: int) -> Floats:
        """Since each goal was written down or its state last changed, by what was known at that moment."""
        until = self._until(moment)
        last = self.created.copy()
        np.maximum.at(last, self._place[:until], self._at[:until])
        months = np.maximum(moment - last, 0) / (30 * DAY)
        return np.where(self._known, months, UNKNOWN_MONTHS)

    def over(self, moment: int) -> Floats:
        """1 for goals that were over at that moment, by what was known then."""
        until = self._until(moment)
        found = np.zeros(len(self.created))
        found[self._place[:until]] = self._over[:until]  # of several steps the last one stays
        return found

    def _until(self, moment: int) -> int:
        return int(np.searchsorted(self._at, moment, side="right"))
