"""The collaboration map on one page: how strategy reaches teams, what depends on other teams, whose credit is disputed.

Goals and hand-offs are told of teams. That a project's credit is disputed is told only where at least five people are
named in what is told of it; of a smaller one, nobody learns whether anybody sees anything differently.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from coachkit.domain.identity import content_hash
from coachkit.insight.flow.findings import Flow, Slow
from coachkit.insight.linking.mapping import MappedGoal
from coachkit.insight.linking.slipping import Course
from coachkit.insight.organisation.tables import moment
from coachkit.insight.periods import open_groups, starts_with
from coachkit.insight.small_groups import SMALLEST

if TYPE_CHECKING:
    import polars as pl

__all__ = ["Disputed", "Reach", "depending", "disputed_projects", "loose", "ranked", "reaching"]

AT_REST = 28
"""Days without linked work after which a goal counts as at rest, as in the map of goals."""

MOST = 5
"""Of each kind: it is one page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """A company goal, and the team goals that it reaches.

    :ivar teams: of the goals aligned to it, over however many steps; ``missing``: teams that have other goals alone.
    :ivar at_rest: of the goals it reaches, those to which no linked work happened of late; ``below`` all of them.
    """

    goal: MappedGoal
    teams: tuple[str, ...]
    missing: tuple[str, ...]
    below: tuple[MappedGoal, ...]
    at_rest: tuple[MappedGoal, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Disputed:
    """Something that people brought about together, and how many of the statements about it somebody named contests.

    :ivar told: statements that say who did what; ``contested`` of them. ``people`` are named in them.
    """

    name: str
    told: int
    contested: int
    people: int
    records: tuple[int, ...]


def reaching(goals: Sequence[MappedGoal], courses: Mapping[str, Course], at: int) -> tuple[Reach, ...]:
    """Company goals that run, and how far each reaches; by key. Goals of single people are not told of."""
    known = {goal.key: goal for goal in goals}
    running = {goal.key: goal for goal in goals if goal.running and goal.level != "person"}
    teams = {team for goal in running.values() if goal.level != "company" for team in goal.teams}
    found = []
    for key in sorted(running):
        top = running[key]
        if top.level != "company":
            continue
        below = [goal for goal in running.values() if goal.key != key and key in _above(goal, known)]
        reached = {team for goal in below for team in goal.teams}
        rest = [goal for goal in below if _rests(goal, courses, at)]
        found.append(
            Reach(
                goal=top,
                teams=tuple(sorted(reached)),
                missing=tuple(sorted(teams - reached)),
                below=tuple(sorted(below, key=lambda goal: goal.key)),
                at_rest=tuple(sorted(rest, key=lambda goal: goal.key)),
            )
        )
    return tuple(found)


def _above(goal: MappedGoal, known: Mapping[str, MappedGoal]) -> set[str]:
    """Every goal that it is aligned to, over however many steps."""
    found: set[str] = set()
    left = list(goal.parents)
    while left:
        key = left.pop()
        if key not in found:
            found.add(key)
            left += known[key].parents if key in known else ()
    return found


def _rests(goal: MappedGoal, courses: Mapping[str, Course], at: int) -> bool:
    course = courses.get(goal.key)
    return course is None or course.days_without_work(at) > AT_REST


def loose(goals: Sequence[MappedGoal]) -> Mapping[str, tuple[MappedGoal, ...]]:
    """By team, running goals that are aligned to nothing here; where no company goal is known, nothing is told."""
    known = {goal.key for goal in goals}
    if not any(goal.level == "company" for goal in goals):
        return {}
    found: dict[str, list[MappedGoal]] = defaultdict(list)
    for goal in goals:
        if goal.level == "team" and goal.running and goal.team and not known & set(goal.parents):
            found[goal.team].append(goal)
    return {team: tuple(sorted(several, key=lambda goal: goal.key)) for team, several in sorted(found.items())}


def depending(found: Flow) -> tuple[Slow, ...]:
    """Hand-offs to other teams at which most time goes into waiting: how often, times the median."""
    across = [one for one in found.handoffs if one.team and one.other and one.team != one.other]
    known = [one for one in across if one.length.median is not None]

    def worth(one: Slow) -> tuple[float, str, str, str]:
        return (-(one.length.median or 0) * one.length.n, one.kind, one.team or "", one.other or "")

    return tuple(sorted(known, key=worth)[:MOST])


def disputed_projects(
    rows: pl.DataFrame, contested: Collection[tuple[int, str]], since: datetime, until: datetime
) -> tuple[Disputed, ...]:
    """Projects in which somebody contests what is told of them since then in contribution views, most disputed first.

    Of fewer than five people nothing is told, nor of what a longer period adds to a shorter one if they are fewer.

    :param rows: what people did, as :func:`~coachkit.insight.contributing.given.given` finds it, of people alone; in
        the longest period that can be asked for.
    :param contested: person and sentence.
    """
    import polars as pl

    places = open_groups(rows.select("container", "at", person="who"), ("container",), *starts_with(since, until))
    rows = rows.filter((pl.col("at") > moment(since)) & pl.col("container").is_in([place for (place,) in places]))
    what = [pl.col(name).fill_null("") for name in ("kind", "team", "other", "goal")]
    placed = rows.drop_nulls("container").select("container", "who", "item", *what)
    theirs = placed.filter(pl.col("who").is_in(sorted({person for person, _ in contested})))
    shown: dict[str, dict[tuple[int, str], int]] = defaultdict(dict)
    for container, who, item, *words in theirs.iter_rows():
        one = (who, content_hash("did", *words)[:16])
        if one in contested:
            shown[container].setdefault(one, item)
    sizes = (
        placed.filter(pl.col("container").is_in(sorted(shown)))
        .group_by("container")
        .agg(told=pl.struct("kind", "team", "other", "goal").n_unique(), people=pl.col("who").n_unique())
        .sort("container")
    )
    found = [
        Disputed(
            name=container,
            told=told,
            contested=len({name for _, name in shown[container]}),
            people=people,
            records=tuple(dict.fromkeys(shown[container][one] for one in sorted(shown[container])))[:MOST],
        )
        for container, told, people in sizes.iter_rows()
    ]
    return ranked(found)


def ranked(found: Iterable[Disputed]) -> tuple[Disputed, ...]:
    """The most disputed first, by the share of statements; what names few people is left out altogether, so that its
    absence says nothing."""
    kept = [one for one in found if one.people >= SMALLEST and one.contested and one.records]
    return tuple(sorted(kept, key=lambda one: (-one.contested / max(one.told, 1), one.name))[:MOST])
