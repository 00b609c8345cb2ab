"""Looking back over a long stretch: material without what somebody left out, whom they helped, and how evenly the
months are covered."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from coachkit.insight.helping import HELPING
from coachkit.insight.rows import Act, GoalRow, ItemRow, KeyResultRow, Material

__all__ = ["MANY", "SOME", "Aid", "Month", "aids", "goal_behind", "months", "records_of_subject", "without"]

SOME, MANY = 5, 15
"""From how many records a month is shown with two and with three dots; one dot is fewer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Aid:
    """What the subject did for others, of one kind and for the people of one team.

    :ivar team: name of theirs; ``None`` where it is not known.
    :ivar own_team: it is the subject's own team.
    :ivar people: whom it was for, in order of time.
    """

    kind: str
    team: str | None
    own_team: bool
    people: tuple[int, ...]
    acts: tuple[Act, ...]
    items: tuple[ItemRow, ...]

    @property
    def records(self) -> tuple[int, ...]:
        return tuple(dict.fromkeys(act.record for act in self.acts))


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """How many records of the subject a month has.

    :ivar dots: none to three; ``None`` where no source reaches back so far.
    """

    first: date
    records: int
    dots: int | None


def without(material: Material, excluded: Collection[int]) -> Material:
    """The material as if these records did not exist: nothing is drafted from them and nothing is counted over them.

    With a piece of work goes what was said about it, and with a goal every link to it: otherwise it would come back
    by its key.
    """
    gone = set(excluded)
    if not gone:
        return material
    named = {material.items[one].key for one in gone if one in material.items}
    left = {goal.key for goal in material.goals if goal.record in gone}
    left |= {result.key for goal in material.goals if goal.record in gone for result in goal.key_results}
    gone |= {act.record for act in material.acts if act.item in named}
    keys = named | left
    return replace(
        material,
        records={number: row for number, row in material.records.items() if number not in gone and row.key not in keys},
        items={number: row for number, row in material.items.items() if number not in gone},
        acts=tuple(act for act in material.acts if act.record not in gone and act.item not in keys),
        steps={number: steps for number, steps in material.steps.items() if number not in gone},
        ties=tuple(tie for tie in material.ties if tie.record not in gone and tie.target not in keys),
        goals=tuple(goal for goal in material.goals if goal.record not in gone),
        feedback=tuple(said for said in material.feedback if said.record not in gone and said.item not in keys),
        check_ins=tuple(one for one in material.check_ins if one.record not in gone),
        actions=tuple(one for one in material.actions if one.record not in gone),
        reviews=tuple(one for one in material.reviews if one.record not in gone),
        profile=None if material.profile in gone else material.profile,
    )


def records_of_subject(material: Material) -> dict[int, datetime]:
    """Every record of the window that a look back may rest on, with its time: what the subject did and owns, what was
    said to them, and what of theirs others waited for or reviewed."""
    found: dict[int, datetime] = {}
    for act in material.acts:
        if material.subject in (act.actor, act.target) and material.window.holds(act.at):
            found.setdefault(act.record, act.at)
    for said in material.feedback:
        if material.window.holds(said.at):
            found[said.record] = said.at
    for goal in material.goals:
        mine = material.subject in goal.owners or any(material.subject in one.owners for one in goal.key_results)
        if mine and (at := _last_of_goal(material, goal)) is not None:
            found[goal.record] = at
    for action in material.actions:
        if action.owner == material.subject and material.window.holds(action.created_at):
            found[action.record] = action.created_at
    for number, item in material.items.items():
        if item.is_open and material.owner(item) == material.subject and number in material.records:
            at = material.records[number].occurred_at
            found.setdefault(number, min(max(at, material.window.start), material.window.end))
    return found


def _last_of_goal(material: Material, goal: GoalRow) -> datetime | None:
    moments = [m.at for result in goal.key_results for m in result.measurements]
    moments += [step.at for step in material.steps.get(goal.record, ())]
    return max((at for at in moments if material.window.holds(at)), default=None)


def aids(material: Material) -> list[Aid]:
    """What the subject did for others in the window, across teams and within; the least ordinary first, then the most
    frequent."""
    found: dict[tuple[str, str | None, bool], list[Act]] = defaultdict(list)
    for act in material.own_acts:
        other = act.target
        if act.kind not in HELPING or other in (None, material.subject) or other in material.people.bots:
            continue
        if not material.window.holds(act.at):
            continue
        day = material.window.day(act.at)
        team = material.people.team_on(other, day) if other is not None else None
        together = other is not None and material.people.together(material.subject, other, day)
        found[act.kind, team, together].append(act)
    made = [_aid(material, kind, team, together, acts) for (kind, team, together), acts in found.items()]
    return sorted(made, key=lambda one: (HELPING.index(one.kind), one.own_team, -len(one.acts), one.team or "~"))


def _aid(material: Material, kind: str, team: str | None, together: bool, acts: list[Act]) -> Aid:
    items = [item for act in acts if (item := material.item_of(act)) is not None]
    return Aid(
        kind=kind,
        team=team,
        own_team=together,
        people=tuple(dict.fromkeys(act.target for act in acts if act.target is not None)),
        acts=tuple(acts),
        items=tuple(dict.fromkeys(items)),
    )


def goal_behind(material: Material, item: ItemRow | None) -> tuple[GoalRow, KeyResultRow | None] | None:
    """The goal that an item is linked to, and the key result, if the link names one."""
    if item is None:
        return None
    for tie in material.ties_of(item.record, "goal"):
        for goal in material.goals:
            if goal.key == tie.target:
                return goal, None
            for result in goal.key_results:
                if result.key == tie.target:
                    return goal, result
    return None


def months(material: Material, reach: datetime | None) -> tuple[Month, ...]:
    """The months of the window, each with how much of the subject's was read.

    :param reach: when the oldest record was made that any source gave; months that ended before it are not covered.
    """
    by_month: dict[date, int] = defaultdict(int)
    for at in records_of_subject(material).values():
        by_month[material.window.day(at).replace(day=1)] += 1
    begins = material.window.day(reach) if reach is not None else None
    return tuple(
        Month(first=first, records=by_month[first], dots=_dots(by_month[first], first, begins))
        for first in _firsts(material.window.day(material.window.start), material.window.today)
    )


def _firsts(start: date, end: date) -> Iterator[date]:
    first = start.replace(day=1)
    while first <= end:
        yield first
        first = (first + timedelta(days=32)).replace(day=1)


def _dots(records: int, first: date, begins: date | None) -> int | None:
    if begins is None or (first + timedelta(days=32)).replace(day=1) <= begins:
        return None
    return 0 if not records else 1 if records < SOME else 2 if records < MANY else 3
