"""Who helped whom across teams, and help that nobody has said thank you for.

Both teams are those of the day on which it happened. Where the team of one side is not known, nobody can say that
the two were in one, and the help is told all the same.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from coachkit.insight.rows import Act, ItemRow, Material

__all__ = ["HELPING", "Help", "Unblocking", "given", "received", "unblocked", "unthanked"]

HELPING = (
    "unblocked",
    "responded",
    "mentored",
    "answered",
    "documented",
    "reviewed",
    "approved",
    "tested",
    "co_authored",
    "committed",
    "merged",
    "served",
)
"""Kinds of interaction that help the one they are for, the least ordinary first."""

EVERYDAY = frozenset({"reviewed", "approved", "tested", "committed", "merged"})
"""Help that is part of the ordinary flow: worth naming across teams, no reason to wonder about missing thanks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Help:
    """What one person did for the people of one team, by kind.

    :ivar team: theirs; ``None`` gathers those whose team is not known.
    :ivar kind: the least ordinary kind among the acts.
    :ivar people: whom it was for, in order of time; ``acts`` from old to new.
    """

    helper: int
    team: str | None
    people: tuple[int, ...]
    kind: str
    acts: tuple[Act, ...]
    items: tuple[ItemRow, ...]

    @property
    def last(self) -> datetime:
        return self.acts[-1].at

    @property
    def first(self) -> datetime:
        return self.acts[0].at

    @property
    def records(self) -> tuple[int, ...]:
        return tuple(dict.fromkeys(act.record for act in self.acts))


@dataclass(frozen=True, slots=True, kw_only=True)
class Unblocking:
    """The subject unblocked somebody's item, and when that item went on, if its history says so."""

    act: Act
    item: ItemRow | None
    whom: int
    team: str | None
    across: bool
    went_on: datetime | None
    records: tuple[int, ...]


def given(material: Material) -> list[Help]:
    """Help that the subject gave in the window to people of other teams, then to those whose team is not known.

    The least ordinary first, and of one kind the latest.
    """
    acts = (act for act in material.own_acts if material.window.holds(act.at) and act.kind in HELPING)
    return _grouped(material, ((act, act.target) for act in acts if act.target is not None), helper=material.subject)


def received(material: Material) -> list[Help]:
    """Help that people of other teams gave the subject in the window."""
    found: dict[int, list[tuple[Act, int]]] = defaultdict(list)
    for act in material.acts:
        helps = act.kind in HELPING and act.actor != material.subject
        if helps and act.target == material.subject and material.window.holds(act.at):
            found[act.actor].append((act, act.actor))
    grouped = [one for helper, acts in found.items() for one in _grouped(material, acts, helper=helper)]
    return sorted(grouped, key=_order)


def _grouped(material: Material, acts: Iterable[tuple[Act, int]], *, helper: int) -> list[Help]:
    by_team: dict[str | None, list[tuple[Act, int]]] = defaultdict(list)
    for act, other in acts:
        day = material.window.day(act.at)
        if other == material.subject or other in material.people.bots:
            continue
        if not material.people.together(material.subject, other, day):
            by_team[material.people.team_on(other, day)].append((act, other))
    return sorted((_help(material, helper, team, found) for team, found in by_team.items()), key=_order)


def _help(material: Material, helper: int, team: str | None, found: list[tuple[Act, int]]) -> Help:
    kinds = {act.kind for act, _ in found}
    kind = next(kind for kind in HELPING if kind in kinds)
    items = [material.item_of(act) for act, _ in found if act.kind == kind]
    return Help(
        helper=helper,
        team=team,
        people=tuple(dict.fromkeys(other for act, other in found if act.kind == kind)),
        kind=kind,
        acts=tuple(act for act, _ in found if act.kind == kind),
        items=tuple(dict.fromkeys(item for item in items if item is not None)),
    )


def _order(one: Help) -> tuple[bool, int, float, str]:
    return (one.team is None, HELPING.index(one.kind), -one.last.timestamp(), one.team or "")


def unthanked(material: Material) -> list[Help]:
    """Help beyond the ordinary, given across teams, after which no feedback from that team is recorded."""
    found = []
    for one in given(material):
        if one.team is None or one.kind in EVERYDAY or (one.kind == "answered" and len(one.acts) < 2):
            continue
        thanked = any(
            said.author is not None
            and said.at >= one.first
            and (
                said.author in one.people
                or material.people.team_on(said.author, material.window.day(said.at)) == one.team
            )
            for said in material.feedback
        )
        if not thanked:
            found.append(one)
    return found


def unblocked(material: Material) -> list[Unblocking]:
    """Whom the subject unblocked in the window, latest first."""
    found = []
    for act in material.own_acts:
        if act.kind != "unblocked" or not material.window.holds(act.at):
            continue
        item = material.item_of(act)
        whom = act.target if act.target is not None else (material.owner(item) if item else None)
        if whom is None or whom == material.subject:
            continue
        day = material.window.day(act.at)
        found.append(
            Unblocking(
                act=act,
                item=item,
                whom=whom,
                team=material.people.team_on(whom, day),
                across=material.people.across(material.subject, whom, day),
                went_on=_went_on(material, item, act.at) if item else None,
                records=tuple(dict.fromkeys([act.record, *([item.record] if item else [])])),
            )
        )
    return sorted(found, key=lambda one: (-one.act.at.timestamp(), one.act.record))


def _went_on(material: Material, item: ItemRow, after: datetime) -> datetime | None:
    """When an item left its waiting state for the first time after a moment."""
    steps = material.steps.get(item.record, ())
    for before, step in pairwise(steps):
        if before.category == "waiting" and step.category in ("doing", "done") and step.at >= after:
            return step.at
    return None
