"""The map of goals as a page shows it: which goals stand where, what is folded, and what a group leaves out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from coachkit.api.insight_goals import GoalAnswerModel
from coachkit.web.i18n import mark

__all__ = [
    "CAP",
    "ENDED",
    "OPEN_UP_TO",
    "RUNNING",
    "Branch",
    "Forest",
    "Group",
    "Standing",
    "Wanted",
    "forest",
    "standing",
]

CAP = 12
"""Goals of one group that are shown at first, those that deserve a look before others."""

OPEN_UP_TO = 40
"""Goals up to which everything stands open: as many as somebody can read through."""

LEVELS = ("company", "team", "person")


@dataclass(frozen=True, slots=True)
class Standing:
    """How a goal stands: a shape, a word and a colour, which say the same."""

    shape: str
    word: str
    colour: str


ENDED: Mapping[str, Standing] = {
    "done": Standing("✓", mark("Reached"), "good"),
    "missed": Standing("✕", mark("Missed"), "bad"),
    "dropped": Standing("–", mark("Dropped"), "muted"),
    "draft": Standing("○", mark("Draft"), "muted"),
}
RUNNING: Mapping[int, Standing] = {
    2: Standing("▲", mark("May be missed"), "bad"),
    1: Standing("◆", mark("Worth a look"), "warn"),
    0: Standing("●", mark("Running"), "good"),
}


def standing(goal: GoalAnswerModel) -> Standing:
    return ENDED.get(goal.category or "") or RUNNING[_grave(goal)]


def _grave(goal: GoalAnswerModel) -> int:
    return max((one.grave for one in goal.findings), default=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What somebody asks the map for.

    :ivar team: name of a team; ``show``: ``look``, ``running``, ``ended`` or nothing; ``words``: in a key, a title, the
        name of an owner. ``level``: down to which level.
    :ivar whole: names of groups that are shown without a cap.
    """

    team: str = ""
    show: str = ""
    words: str = ""
    level: str = ""
    whole: Collection[str] = ()

    @property
    def narrow(self) -> bool:
        return bool(self.team or self.show or self.words)

    def fits(self, goal: GoalAnswerModel) -> bool:
        stands = standing(goal)
        ended = stands in ENDED.values()
        shown = {"": True, "running": not ended, "ended": ended}.get(self.show, stands in (RUNNING[1], RUNNING[2]))
        return shown and (not self.team or self.team in (goal.team, *goal.other_teams)) and self._said(goal)

    def _said(self, goal: GoalAnswerModel) -> bool:
        own = [goal.key, goal.title, *goal.owners]
        texts = [*own, *(text for result in goal.results for text in (result.key, result.title, *result.owners))]
        said = " ".join(texts).casefold()
        return all(word in said for word in self.words.casefold().split())

    def deep(self, goal: GoalAnswerModel) -> bool:
        """Whether its level is shown; of an unknown level, always."""
        level = goal.level or ""
        return self.level not in LEVELS or level not in LEVELS or LEVELS.index(level) <= LEVELS.index(self.level)


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    """A goal on the page with those aligned to it.

    :ivar kept: it was asked for, and is not only on the way there.
    :ivar children: at most :data:`CAP`, unless the whole group was asked for; ``hidden`` are left out.
    :ivar below: how each that fits below it stands, over however many steps; ``open``: they are unfolded.
    """

    goal: GoalAnswerModel
    standing: Standing
    kept: bool
    children: Sequence[Branch]
    hidden: int
    below: Sequence[Standing]
    open: bool

    @property
    def counts(self) -> Sequence[tuple[Standing, int]]:
        return _counts(self.below)


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Goals that stand below no other: the company's, or those of a team. ``name`` asks for all of it."""

    name: str
    title: str
    branches: Sequence[Branch]
    hidden: int
    open: bool

    @property
    def size(self) -> int:
        return len(self.branches) + self.hidden


@dataclass(frozen=True, slots=True, kw_only=True)
class Forest:
    """``company``: goals of the whole company, first; ``groups``: others that are aligned to none here, by team."""

    company: Group
    groups: Sequence[Group]
    shown: int
    counts: Sequence[tuple[Standing, int]]


def forest(goals: Sequence[GoalAnswerModel], wanted: Wanted) -> Forest:
    """Every goal that fits, each below the one it is aligned to; of what does not fit, what lies on the way."""
    known = {goal.key: goal for goal in goals if wanted.deep(goal)}
    below: dict[str, list[GoalAnswerModel]] = defaultdict(list)
    for goal in known.values():
        if parent := _parent(goal, known):
            below[parent].append(goal)
    fitting = {key for key, goal in known.items() if wanted.fits(goal)}
    open_all = wanted.narrow or len(fitting) <= OPEN_UP_TO

    def build(goal: GoalAnswerModel, above: frozenset[str]) -> Branch | None:
        path = above | {goal.key}
        inner = [one for one in sorted(below[goal.key], key=_place) if one.key not in path]
        children = [branch for one in inner if (branch := build(one, path)) is not None]
        if goal.key not in fitting and not children:
            return None
        shown, hidden = _capped(children, goal.key, wanted)
        kept = [child.standing for child in children if child.kept]
        return Branch(
            goal=goal,
            standing=standing(goal),
            kept=goal.key in fitting,
            children=shown,
            hidden=hidden,
            below=[*kept, *(one for child in children for one in child.below)],
            open=open_all or goal.key in wanted.whole,
        )

    def group(name: str, title: str, several: Iterable[GoalAnswerModel]) -> Group:
        found = [branch for goal in sorted(several, key=_place) if (branch := build(goal, frozenset())) is not None]
        shown, hidden = _capped(found, name, wanted)
        return Group(name=name, title=title, branches=shown, hidden=hidden, open=open_all or name in wanted.whole)

    company, teams = [], defaultdict(list)
    for goal in _roots(known, below):
        if goal.level == "company":
            company.append(goal)
        else:
            teams[goal.team or ""].append(goal)
    others = [
        group(f"team:{title}", title, several)
        for title, several in sorted(teams.items(), key=lambda pair: (not pair[0], pair[0].casefold()))
    ]
    return Forest(
        company=group("company", "", company),
        groups=[one for one in others if one.branches],
        shown=len(fitting),
        counts=_counts([standing(known[key]) for key in fitting]),
    )


def _roots(
    known: Mapping[str, GoalAnswerModel], below: Mapping[str, Sequence[GoalAnswerModel]]
) -> list[GoalAnswerModel]:
    """Goals that are aligned to none; and of goals that are aligned to each other in a circle, the first."""
    found = [goal for goal in known.values() if _parent(goal, known) is None]
    reached: set[str] = set()

    def reach(goal: GoalAnswerModel) -> None:
        left = [goal.key]
        while left:
            key = left.pop()
            if key not in reached:
                reached.add(key)
                left += [one.key for one in below.get(key, ())]

    for goal in found:
        reach(goal)
    for key in sorted(known):
        if key not in reached:
            first = known[_in_circle(key, known)]
            found.append(first)
            reach(first)
    return found


def _in_circle(key: str, known: Mapping[str, GoalAnswerModel]) -> str:
    """Of the circle that a goal without a root hangs on, the first: from it all that hang on the circle are reached."""
    way: list[str] = []
    above: str | None = key
    while above is not None and above not in way:
        way.append(above)
        above = _parent(known[above], known)
    return min(way[way.index(above) :]) if above is not None else key


def _capped(branches: Sequence[Branch], name: str, wanted: Wanted) -> tuple[Sequence[Branch], int]:
    if name in wanted.whole or len(branches) <= CAP + 2:  # to hide one or two saves nobody anything
        return branches, 0
    return branches[:CAP], len(branches) - CAP


def _counts(found: Sequence[Standing]) -> Sequence[tuple[Standing, int]]:
    return [(one, found.count(one)) for one in RUNNING.values() if one in found]


def _place(goal: GoalAnswerModel) -> tuple[bool, int, str, str]:
    """Ended ones last, the gravest before others; company goals and equal ones by team and key."""
    grave = 0 if goal.level == "company" else _grave(goal)
    return (goal.category in ENDED, -grave, goal.team or "", goal.key)


def _parent(goal: GoalAnswerModel, known: Mapping[str, GoalAnswerModel]) -> str | None:
    return next((parent for parent in goal.parents if parent in known and parent != goal.key), None)
