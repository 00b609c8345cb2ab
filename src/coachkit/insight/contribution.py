"""Who contributed to something that people brought about together, by kind of help.

Nobody is counted, shared out or ranked: of each kind it is found who gave such help and where that can be seen. Teams
are those of the day. Only people who work here today are named, because whoever is named is asked first.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from coachkit.domain.targets import Target, TargetKind
from coachkit.insight.resting import Elsewhere
from coachkit.insight.rows import Act, FeedbackRow, ItemRow, Material
from coachkit.insight.work import ended, is_routine

__all__ = [
    "FOR_OTHERS",
    "KINDS",
    "KIND_OF",
    "Contribution",
    "Group",
    "Shared",
    "contributions",
    "groups",
    "own",
    "quotable",
    "unnamed",
]

KINDS = ("decided", "delivered", "reviewed", "unblocked", "mentored", "documented", "responded", "served")
"""In the order of a summary."""

KIND_OF: Mapping[str, str] = {
    "decided": "decided",
    "reviewed": "reviewed",
    "approved": "reviewed",
    "tested": "reviewed",
    "committed": "reviewed",
    "merged": "reviewed",
    "unblocked": "unblocked",
    "mentored": "mentored",
    "answered": "mentored",
    "documented": "documented",
    "responded": "responded",
    "served": "served",
}
"""Kind of help by kind of interaction."""

FOR_OTHERS = frozenset({"reviewed", "unblocked", "mentored"})
"""Kinds that are help only if they are for somebody else."""

_SAME_TITLE = 40
_MAKING = frozenset({"authored", "co_authored"})
_MADE = frozenset({"commit", "change_request"})


@dataclass(frozen=True, kw_only=True)
class Shared:
    """Everything that may be said about a target to all who will read it.

    :ivar material: its ``subject`` is the target's id.
    :ivar members: people of its home team today; ``present`` those in the material who work here today.
    :ivar consents: feedback whose author agreed that it is quoted.
    """

    target: Target
    material: Material
    members: frozenset[int] = frozenset()
    present: frozenset[int] = frozenset()
    consents: frozenset[int] = frozenset()
    elsewhere: Elsewhere = field(default_factory=Elsewhere)

    @property
    def home(self) -> str | None:
        """Name of the home team."""
        names = self.material.people.team_names
        return names.get(self.target.team, self.target.team) if self.target.team else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Contribution:
    """Somebody did something for the target.

    :ivar act: the kind of interaction behind it; ``authored`` where something of theirs was brought to its end.
    :ivar helped: for whom, if for somebody else; ``across``: the two were in different teams that day.
    :ivar goal: key of a goal that the item is linked to.
    """

    kind: str
    who: int
    act: str
    at: datetime
    item: ItemRow | None
    record: int
    helped: int | None = None
    across: bool = False
    goal: str | None = None

    @property
    def about(self) -> str:
        """What it was done on: people who did the same on one thing are told together."""
        return self.item.key if self.item else f"record {self.record}"

    @property
    def records(self) -> tuple[int, ...]:
        """The item, and what was said about it."""
        return tuple(dict.fromkeys([*([self.item.record] if self.item else []), self.record]))

    @property
    def telling(self) -> tuple[bool, bool, bool, bool, float, str]:
        """Sorts what says most first: with a title of its own, towards a goal, across teams, the latest."""
        routine = self.item is None or is_routine(self.item.title)
        bare = self.item is None or not self.item.title
        return (bare, routine, self.goal is None, not self.across, -self.at.timestamp(), self.about)


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """People who gave one kind of help on one thing, by name."""

    kind: str
    people: tuple[int, ...]
    parts: tuple[Contribution, ...]

    @property
    def item(self) -> ItemRow | None:
        return self.parts[0].item

    @property
    def at(self) -> datetime:
        return max(part.at for part in self.parts)

    @property
    def records(self) -> tuple[int, ...]:
        return tuple(dict.fromkeys(record for part in self.parts for record in part.records))


def contributions(shared: Shared) -> list[Contribution]:
    """All that people of today contributed in the window, in the order of time."""
    material = shared.material
    goal_of = {tie.record: tie.target for tie in reversed(material.ties) if tie.rel == "goal"}
    found = [*_given(material, goal_of), *_delivered(material, goal_of)]
    decided = {(one.who, one.record) for one in found if one.kind == "decided"}
    named = (one for one in found if one.who in shared.present and one.who not in material.people.bots)
    if shared.target.kind is TargetKind.TEAM:
        named = (one for one in named if _of_team(shared, one))
    kept = {one for one in named if one.kind != "documented" or (one.who, one.record) not in decided}
    return sorted(kept, key=lambda one: (one.at, one.kind, one.about, one.who, one.act))


def _of_team(shared: Shared, one: Contribution) -> bool:
    """It was done by somebody of the team, for somebody of it, or on its work, as of that day."""
    people, team, day = shared.material.people, shared.target.key, shared.material.window.day(one.at)
    if one.item is not None and one.item.team == team:
        return True
    return any(team in people.teams_on(who, day) for who in (one.who, one.helped) if who is not None)


def _given(material: Material, goal_of: Mapping[int, str]) -> Iterable[Contribution]:
    people, window = material.people, material.window
    for act in material.acts:
        kind = KIND_OF.get(act.kind)
        if kind is None or not window.holds(act.at):
            continue
        if kind in FOR_OTHERS and act.target in (None, act.actor):
            continue
        item = material.item_of(act)
        yield Contribution(
            kind=kind,
            who=act.actor,
            act=act.kind,
            at=act.at,
            item=item,
            record=act.record,
            helped=act.target if act.target != act.actor else None,
            across=act.target is not None and people.across(act.actor, act.target, window.day(act.at)),
            goal=goal_of.get(item.record) if item else None,
        )


def _delivered(material: Material, goal_of: Mapping[int, str]) -> Iterable[Contribution]:
    """Items that came to their end in the window, by whom they were; commits by whoever wrote them."""
    makers: dict[int, dict[int, Act]] = defaultdict(dict)
    for act in material.acts:
        if act.kind in _MAKING and act.item is None:
            makers[act.record].setdefault(act.actor, act)
    for number, item in material.items.items():
        if item.kind in ("meeting", "document"):
            continue
        if item.kind == "commit":
            ends = {who: act.at for who, act in makers[number].items()}
        else:
            end, owner = ended(material, item), material.owner(item)
            made = set(makers[number]) if item.kind in _MADE else set()
            ends = dict.fromkeys({*made, *([owner] if owner is not None else [])}, end) if end else {}
        for who, at in ends.items():
            if material.window.holds(at):
                yield Contribution(
                    kind="delivered",
                    who=who,
                    act="authored",
                    at=at,
                    item=item,
                    record=number,
                    goal=goal_of.get(number),
                )


def groups(shared: Shared, found: Iterable[Contribution] | None = None) -> dict[str, list[Group]]:
    """By kind, things that name everybody who gave such help, each person once, as few things as that takes.

    A thing on which several worked comes before one of one person, then what says most; within a thing people stand by
    name. So it hangs on what was done together and never on how much somebody did.
    """
    by_kind: dict[str, list[Contribution]] = defaultdict(list)
    for one in contributions(shared) if found is None else found:
        by_kind[one.kind].append(one)
    return {kind: _cover(shared, by_kind[kind]) for kind in KINDS if by_kind.get(kind)}


def _cover(shared: Shared, found: list[Contribution]) -> list[Group]:
    things: dict[str, dict[int, Contribution]] = defaultdict(dict)
    for one in sorted(found, key=lambda one: one.telling):
        things[one.about].setdefault(one.who, one)
    order = sorted(things, key=lambda about: (-min(len(things[about]), 3), _best(things[about])))
    left = {one.who for one in found}
    told = []
    for enough in (2, 1):  # first what several did together
        for about in order:
            new = sorted(left & things[about].keys(), key=lambda who: (shared.material.people.name(who), who))
            if len(new) >= enough and new:
                parts = tuple(things[about][who] for who in new)
                told.append(Group(kind=parts[0].kind, people=tuple(new), parts=parts))
                left -= set(new)
    return told


def own(shared: Shared, found: Iterable[Contribution], who: int, each: int) -> dict[str, list[Group]]:
    """By kind, a few things of one person over the whole window, what says most first: for their own eyes."""
    by_kind: dict[str, list[Contribution]] = defaultdict(list)
    for one in sorted(found, key=lambda one: one.telling):
        if one.who == who:
            by_kind[one.kind].append(one)
    return {
        kind: [Group(kind=kind, people=(who,), parts=(part,)) for part in _spread(shared, by_kind[kind], each)]
        for kind in KINDS
        if by_kind.get(kind)
    }


def _spread(shared: Shared, parts: list[Contribution], each: int) -> list[Contribution]:
    """One of each stretch of the window as far as there are any, then others; none with the same beginning twice."""
    window = shared.material.window
    span = max((window.end - window.start).total_seconds(), 1.0)
    chosen: list[Contribution] = []
    titles: set[str] = set()
    for alone in (True, False):
        for part in parts:
            stretch = int((part.at - window.start).total_seconds() / span * each)
            taken = {int((one.at - window.start).total_seconds() / span * each) for one in chosen}
            title = part.item.title[:_SAME_TITLE] if part.item else part.about
            if len(chosen) < each and title not in titles and not (alone and stretch in taken):
                chosen.append(part)
                titles.add(title)
    return chosen


def _best(parts: Mapping[int, Contribution]) -> tuple[bool, bool, bool, bool, float, str]:
    return min(part.telling for part in parts.values())


def quotable(shared: Shared) -> list[FeedbackRow]:
    """Words about the work whose author agreed that they are quoted, and whose author and subject work here; latest
    first."""
    window = shared.material.window
    said = [
        one
        for one in shared.material.feedback
        if one.record in shared.consents
        and window.holds(one.at)
        and one.author in shared.present
        and one.subject in shared.present
    ]
    return sorted(said, key=lambda one: (-one.at.timestamp(), one.record))


def unnamed(shared: Shared) -> bool:
    """Somebody took part who cannot be asked: an account that is matched to nobody, or somebody who has left."""
    material = shared.material
    return any(
        material.window.holds(act.at)
        and act.actor not in material.people.bots
        and act.actor not in shared.present
        and (act.kind in KIND_OF or act.kind in _MAKING)
        for act in material.acts
    )
