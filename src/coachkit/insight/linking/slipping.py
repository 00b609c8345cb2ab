"""Goals that may be about to be missed: how long nothing linked to them has happened, and what their history says.

The figure orders goals for a look and is shown to nobody: people read the facts behind it, each with its records.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from coachkit.insight.organisation.tables import DAY

if TYPE_CHECKING:
    import polars as pl

__all__ = ["NEVER_DAYS", "Course", "Worked", "courses", "slip_order"]

NEVER_DAYS = 365
"""Without any linked work, the last is taken to be a year ago."""

SURE = 0.3
"""Proposed links count as work from this confidence on: about one in three of the others would be wrong."""

FADES_DAYS = 60
"""After so many days linked work counts a third: the rhythm of a quarter."""

_RESTING, _MOVED, _FRESH, _STEPS = 0.5, 0.3, 0.35, 0.4
"""What the signs are worth: a logarithmic unit of fading work (so 120 days of rest weigh 1); each time its date was
moved; a logarithmic unit of days since its aim was set (late promises are kept less often); each state that it has been
through, up to four (who has delivered before delivers again)."""

_HARDLY = 0.001
"""Added to the work, so that none at all has an order too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Worked:
    """Work that is linked to a goal: by a source, by a person (both sure), or as proposed."""

    goal: str
    record: int
    at: int
    confidence: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """How a goal has gone until a moment.

    :ivar last_work: when something linked to it happened last, milliseconds; ``None``: never.
    :ivar usual_gap: median days between linked work; ``None``: fewer than four pieces of work.
    :ivar recent: records of its last linked work, the newest first.
    :ivar stir: how much was linked to it lately: the squares of confidences, fading with time. A square, because many
        weak guesses are no work: what may be for a goal with a tenth counts a hundredth.
    :ivar moves: how often the release that it aims at was changed while its state stayed the same. A new aim with a
        new state is progress.
    :ivar aimed_at: since when it aims at the present one.
    :ivar changed_at: last change of its state. ``steps``: how many different states it has been in.
    """

    goal: str
    last_work: int | None
    usual_gap: float | None
    recent: tuple[int, ...]
    moves: int
    aimed_at: int | None
    changed_at: int | None
    steps: int = 0
    stir: float = 0.0

    def days_without_work(self, at: int) -> float:
        return (at - self.last_work) / DAY if self.last_work is not None else float(NEVER_DAYS)


def courses(goals: Mapping[int, str], work: Iterable[Worked], states: pl.DataFrame, at: int) -> dict[str, Course]:
    """How each goal has gone, by key; nothing after ``at`` counts.

    :param goals: record → key. ``states`` as in the tables of an organisation.
    """
    import polars as pl

    done: dict[str, list[tuple[int, int]]] = defaultdict(list)
    stir: dict[str, float] = defaultdict(float)
    for one in work:
        if one.at <= at:
            stir[one.goal] += one.confidence**2 * math.exp(-(at - one.at) / DAY / FADES_DAYS)
        if one.at <= at and one.confidence >= SURE:
            done[one.goal].append((one.at, one.record))
    history: dict[str, list[_Step]] = defaultdict(list)
    steps = states.filter(pl.col("at") <= at).select("record", "at", "state", "reason")
    for record, since, state, reason in steps.iter_rows():
        if record in goals:
            history[goals[record]].append((since, state, reason))
    return {
        key: _course(key, sorted(done[key]), sorted(history[key], key=lambda one: one[0]), stir[key])
        for key in goals.values()
    }


_Step = tuple[int, str, str | None]
"""Since when, the state, what it aims at."""


def _course(key: str, done: list[tuple[int, int]], history: list[_Step], stir: float) -> Course:
    moments = [moment for moment, _ in done]
    gaps = sorted(after - before for before, after in pairwise(moments))
    aims = [step for step in history if step[2]]
    pairs = list(pairwise(aims))
    moved = [after[0] for before, after in pairs if before[1] == after[1] and before[2] != after[2]]
    aimed = [after[0] for before, after in pairs if before[1:] != after[1:]]
    return Course(
        goal=key,
        last_work=moments[-1] if moments else None,
        usual_gap=gaps[len(gaps) // 2] / DAY if len(gaps) >= 3 else None,
        recent=tuple(record for _, record in reversed(done[-5:])),
        moves=len(moved),
        aimed_at=aimed[-1] if aimed else aims[0][0] if aims else None,
        changed_at=history[-1][0] if history else None,
        steps=len({state for _, state, _ in history}),
        stir=stir,
    )


def slip_order(course: Course, at: int) -> float:
    """The more, the rather it deserves a look. Only comparable among goals of one moment."""
    fresh = math.log1p(max(at - course.aimed_at, 0) / DAY) if course.aimed_at is not None else math.log1p(NEVER_DAYS)
    rest = -math.log(course.stir + _HARDLY)
    return _RESTING * rest + _MOVED * min(course.moves, 3) - _FRESH * fresh - _STEPS * min(course.steps, 4)
