"""Rules about goals: what has come to rest, what hangs in the air, what says the same twice, what may be missed.

A finding is about a goal and never about its owners. Each rule says what it sees, why, and what it cannot see.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from coachkit.insight.linking.mapping import MappedGoal, progress
from coachkit.insight.linking.slipping import Course
from coachkit.insight.linking.words import Index, Terms, stems
from coachkit.insight.organisation.tables import moment
from coachkit.insight.rows import KeyResultRow

__all__ = ["RULES", "Finding", "Rule", "Surroundings", "examine"]

STALE_DAYS = 35
STALLED_DAYS = 28
USUAL_GAPS = 3
FIRST_DAYS = 30
AHEAD_DAYS = 45
BEHIND = 0.25
ALIKE = 0.6


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """:ivar grave: 2 a goal may be missed; 1 worth a look; 0 good to know."""

    id: str
    grave: int
    source: str
    cannot_see: str


RULES = {
    rule.id: rule
    for rule in (
        Rule(
            id="overdue",
            grave=2,
            source="its own date",
            cannot_see="a new date that was agreed and not written down",
        ),
        Rule(
            id="behind",
            grave=2,
            source="linear pace from start to date, 25 points of slack (as traffic lights of OKR tools commonly do)",
            cannot_see="results that come all at once at the end",
        ),
        Rule(
            id="at_rest_before_end",
            grave=2,
            source="days since linked work, the best single sign of a missed goal in public histories (AUC 0.81)",
            cannot_see="work that no source records, or that is linked to no goal",
        ),
        Rule(
            id="stalled",
            grave=1,
            source="28 days, or three times its own median gap between linked work, whichever is longer",
            cannot_see="work that no source records; a pause that was agreed",
        ),
        Rule(
            id="stale",
            grave=1,
            source="35 days without a new value: two fortnightly updates missed",
            cannot_see="values kept elsewhere",
        ),
        Rule(
            id="moved",
            grave=1,
            source="its date or release was changed twice or more",
            cannot_see="why; moving a date can be right",
        ),
        Rule(
            id="no_work",
            grave=1,
            source="30 days after its start no item is linked to it",
            cannot_see="work that is linked to no goal yet: the queue may hold it",
        ),
        Rule(
            id="no_parent",
            grave=1,
            source="it is aligned to no goal above, or to one that is not there",
            cannot_see="goals that you may not read",
        ),
        Rule(
            id="late_part",
            grave=1,
            source="it is due after the goal that it is part of",
            cannot_see="parts that the whole does not need",
        ),
        Rule(
            id="duplicate",
            grave=1,
            source="much the same words (cosine of weighted words from 0.6), at the same time, with a team or an owner "
            "in common or not",
            cannot_see="goals that mean the same in other words or another language",
        ),
        Rule(
            id="conflict",
            grave=1,
            source="two key results in much the same words of which one shall rise and the other fall",
            cannot_see="conflicts of substance: it reads directions only",
        ),
        Rule(
            id="shared",
            grave=0,
            source="a key result with several owners, or one goal of several teams",
            cannot_see="help that is not written down as ownership",
        ),
    )
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A rule holds for a goal.

    :ivar records: what to open: the goal, the other goal, the last linked work.
    :ivar others: keys of other goals that it is about. ``facts``: figures for the sentence, by name.
    """

    rule: Rule
    goal: MappedGoal
    records: tuple[int, ...]
    others: tuple[str, ...] = ()
    facts: Mapping[str, str | int | float | date] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """All that the rules look at, as of a moment."""

    goals: Sequence[MappedGoal]
    courses: Mapping[str, Course]
    at: datetime
    terms: Terms

    @property
    def today(self) -> date:
        return self.at.date()

    def named(self, key: str) -> MappedGoal | None:
        return next((goal for goal in self.goals if goal.key == key), None)


def examine(around: Surroundings) -> list[Finding]:
    """All findings about running goals: the gravest first, then by goal."""
    found = [one for goal in around.goals if goal.running for check in _CHECKS for one in check(goal, around)]
    found += _pairs(around)
    return sorted(found, key=lambda one: (-one.rule.grave, one.goal.key, one.rule.id, one.others))


def _say(
    rule: str, goal: MappedGoal, *, records: Iterable[int] = (), others: tuple[str, ...] = (), **facts: object
) -> Finding:
    return Finding(
        rule=RULES[rule],
        goal=goal,
        records=tuple(dict.fromkeys((goal.record, *records))),
        others=others,
        facts=facts,  # type: ignore[arg-type]  # each check gives plain figures
    )


def _reached(result: KeyResultRow) -> bool:
    return (progress(result) or 0.0) >= 1.0


def _ends(goal: MappedGoal, around: Surroundings) -> Iterator[Finding]:
    """Overdue, behind its pace, or at rest before its end: one of the three, the plainest."""
    due = goal.due_on
    if due is None or (goal.results and all(_reached(result) for result in goal.results)):
        return
    left = (due - around.today).days
    if left < 0:
        yield _say("overdue", goal, due=due, days=-left)
        return
    late = _behind(goal, around)
    if late is not None:
        yield late
    elif left <= AHEAD_DAYS:
        course = around.courses.get(goal.key)
        if course is not None and course.last_work is not None:
            rest = int(course.days_without_work(moment(around.at)))
            if rest > STALLED_DAYS / 2 and rest > (course.usual_gap or 0) * 2:
                yield _say("at_rest_before_end", goal, records=course.recent[:1], days=rest, left=left, due=due)


def _behind(goal: MappedGoal, around: Surroundings) -> Finding | None:
    """The key result that is farthest behind its own pace."""
    worst: tuple[float, KeyResultRow, float, float] | None = None
    for result in goal.results:
        due = result.due_on or goal.due_on
        done = progress(result)
        if done is None or due is None or goal.starts_on is None or due <= goal.starts_on:
            continue
        passed = (around.today - goal.starts_on).days / (due - goal.starts_on).days
        lag = min(passed, 1.0) - done
        if passed >= 0.5 and lag > BEHIND and (worst is None or lag > worst[0]):
            worst = (lag, result, done, passed)
    if worst is None:
        return None
    _, result, done, passed = worst
    return _say(
        "behind", goal, result=result.key, title=result.title, done=round(done * 100), passed=round(passed * 100)
    )


def _rests(goal: MappedGoal, around: Surroundings) -> Iterator[Finding]:
    course = around.courses.get(goal.key)
    now = moment(around.at)
    if course is None or course.last_work is None:
        began = goal.starts_on
        if began is not None and (around.today - began).days > FIRST_DAYS and goal.level != "company":
            yield _say("no_work", goal, days=(around.today - began).days, since=began)
        return
    rest = course.days_without_work(now)
    if rest > max(STALLED_DAYS, USUAL_GAPS * (course.usual_gap or 0)):
        since = datetime.fromtimestamp(course.last_work / 1000, UTC).date()
        yield _say("stalled", goal, records=course.recent[:1], days=(around.today - since).days, since=since)


def _values(goal: MappedGoal, around: Surroundings) -> Iterator[Finding]:
    for result in goal.results:
        if not result.measurements or _reached(result):
            continue
        last = result.measurements[-1].at.date()
        days = (around.today - last).days
        if days > STALE_DAYS:
            yield _say("stale", goal, result=result.key, title=result.title, days=days, since=last)


def _moves(goal: MappedGoal, around: Surroundings) -> Iterator[Finding]:
    course = around.courses.get(goal.key)
    if course is not None and course.moves >= 2:
        yield _say("moved", goal, times=course.moves)


def _alignment(goal: MappedGoal, around: Surroundings) -> Iterator[Finding]:
    levels = {one.level for one in around.goals if one.key != goal.key}
    above = levels & ({"company"} if goal.level == "team" else {"company", "team"} if goal.level == "person" else set())
    parents = [one for one in map(around.named, goal.parents) if one is not None]
    if above and not parents:
        missing = ", ".join(goal.parents)
        yield _say("no_parent", goal, missing=missing)
    for parent in parents:
        if goal.due_on is not None and parent.due_on is not None and goal.due_on > parent.due_on and parent.running:
            yield _say(
                "late_part", goal, records=(parent.record,), others=(parent.key,), due=goal.due_on, whole=parent.due_on
            )


def _sharing(goal: MappedGoal, _around: Surroundings) -> Iterator[Finding]:
    joint = [result.key for result in goal.results if len(result.owners) > 1]
    if joint or len(goal.teams) > 1:
        yield _say("shared", goal, results=", ".join(joint), teams=", ".join(goal.teams))


_CHECKS: tuple[Callable[[MappedGoal, Surroundings], Iterator[Finding]], ...] = (
    _ends,
    _rests,
    _values,
    _moves,
    _alignment,
    _sharing,
)


# --- two goals at once -----------------------------------------------------------------------------------------------


def _pairs(around: Surroundings) -> Iterator[Finding]:
    running = [goal for goal in around.goals if goal.running]
    for one, other, share, words in _alike([goal.title for goal in running], around.terms):
        first, second = running[one], running[other]
        if second.key in first.parents or first.key in second.parents or not _together(first, second):
            continue
        common = sorted({*first.teams} & {*second.teams})
        yield _say(
            "duplicate",
            first,
            records=(second.record,),
            others=(second.key,),
            alike=round(share * 100),
            words=", ".join(words[:5]),
            teams=", ".join(common),
            owners=len(first.owners & second.owners),
        )
    yield from _opposed(running, around.terms)


def _together(one: MappedGoal, other: MappedGoal) -> bool:
    """Whether the two run at the same time, as far as their dates say."""
    starts = [goal.starts_on for goal in (one, other) if goal.starts_on is not None]
    ends = [goal.due_on for goal in (one, other) if goal.due_on is not None]
    return not starts or not ends or max(starts) <= min(ends)


def _opposed(goals: Sequence[MappedGoal], terms: Terms) -> Iterator[Finding]:
    listed = [(goal, result) for goal in goals for result in goal.results if result.start is not None]
    for one, other, _share, _words in _alike([result.title for _, result in listed], terms):
        (first, left), (second, right) = listed[one], listed[other]
        if first.key != second.key and _direction(left) * _direction(right) < 0:
            yield _say(
                "conflict",
                first,
                records=(second.record,),
                others=(second.key,),
                result=left.key,
                title=left.title,
                against=right.key,
            )


def _direction(result: KeyResultRow) -> int:
    if result.start is None or result.target is None or result.start == result.target:
        return 0
    return 1 if result.target > result.start else -1


def _alike(texts: Sequence[str], terms: Terms) -> Iterator[tuple[int, int, float, list[str]]]:
    """Pairs of texts in much the same words: their places, how alike, and the words that they share."""
    words = [stems(text, terms) for text in texts]
    index = Index([dict.fromkeys(one, 1.0) for one in words])
    weigh = {word: 1 + index.weight(word) for one in words for word in one}  # among few goals no word is rare
    weights = [sum(weigh[word] ** 2 for word in one) for one in words]
    places: dict[str, list[int]] = defaultdict(list)
    for place, one in enumerate(words):
        shared: dict[int, float] = defaultdict(float)
        for word in one:
            for earlier in places[word]:
                shared[earlier] += weigh[word] ** 2
            places[word].append(place)
        for earlier, weight in sorted(shared.items()):
            likeness = weight / max((weights[place] * weights[earlier]) ** 0.5, 1e-9)
            if likeness >= ALIKE:
                common = sorted(set(one) & set(words[earlier]), key=lambda word: -weigh[word])
                yield earlier, place, min(likeness, 1.0), [one[word] for word in common]
