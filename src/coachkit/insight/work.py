"""What somebody worked on: what they brought to an end, incidents they answered, areas they worked in, firsts."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from coachkit.insight.rows import Act, FeedbackRow, ItemRow, Material

__all__ = [
    "Area",
    "Delivery",
    "Incident",
    "Integration",
    "areas",
    "deliveries",
    "each_work",
    "ended",
    "incidents",
    "integrations",
    "is_routine",
    "known_by",
    "praise",
    "telling",
    "work_title",
]

MADE = ("authored", "co_authored")
_KEY_BEFORE = re.compile(r"^\s*\[?[A-Z][A-Z0-9]{1,9}-\d+\]?[:\s]+")
_ROUTINE = re.compile(
    r"^(?:\w+(?:\([^)]*\))?!?:\s*)?(?:bump|merge|release|revert \"?merge|format|(?:fix )?(?:typo|lint)|wip)\b"
    r"|^dependency:|changelog",
    re.IGNORECASE,
)
"""Subjects that say little about what somebody did; they are shown only where nothing else is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """An item of the subject was done in the window.

    :ivar goal: key of a goal it is linked to.
    :ivar praised: what people said about it.
    """

    item: ItemRow
    at: datetime
    days: int | None
    goal: str | None
    praised: tuple[FeedbackRow, ...]
    records: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """The subject answered an incident; ``closed`` is when it was over, if its history says so."""

    item: ItemRow | None
    acts: tuple[Act, ...]
    at: datetime
    closed: datetime | None
    records: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """A part of the work in which the subject made changes.

    :ivar items: changes there, the ones that say most first.
    :ivar new: nothing of the subject's is known there between the beginning of the past stretch and the window.
    """

    name: str
    items: tuple[ItemRow, ...]
    first: datetime
    last: datetime
    new: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Integration:
    """The subject took in (``committed``, ``merged``) changes that others had made, or others took in the subject's."""

    by_subject: bool
    people: tuple[int, ...]
    teams: tuple[str, ...]
    changes: int
    items: tuple[ItemRow, ...]
    records: tuple[int, ...]


def deliveries(material: Material) -> list[Delivery]:
    """Issues, changes and documents of the subject that were done in the window; what says most first."""
    found = []
    for item in material.items.values():
        end = ended(material, item)
        if end is None or not material.window.holds(end) or material.owner(item) != material.subject:
            continue
        goal = next((tie.target for tie in material.ties_of(item.record, "goal")), None)
        praised = tuple(said for said in praise(material) if said.item == item.key)
        found.append(
            Delivery(
                item=item,
                at=end,
                days=(end - item.created_at).days if item.created_at else None,
                goal=goal,
                praised=praised,
                records=(item.record,),
            )
        )
    return sorted(found, key=_delivery_order)


def _delivery_order(one: Delivery) -> tuple[bool, bool, bool, int, float, str]:
    routine = is_routine(one.item.title)
    return (not one.praised, one.goal is None, routine, -(one.days or 0), -one.at.timestamp(), one.item.key)


def ended(material: Material, item: ItemRow) -> datetime | None:
    """When an item came to its end; a commit never does."""
    if item.kind == "commit" or item.category not in ("done", None):
        return None
    ends = [step.at for step in material.steps.get(item.record, ()) if step.category == "done"]
    return ends[-1] if ends else item.closed_at


def praise(material: Material) -> list[FeedbackRow]:
    """Praise for the subject's work in the window: customers first, then colleagues, then whom they report to."""
    order = {"customer": 0, "peer": 1, "lead": 2, "manager": 3}
    said = [one for one in material.feedback if one.kind == "praise" and material.window.holds(one.at)]
    return sorted(said, key=lambda one: (order.get(one.relation, 9), -one.at.timestamp(), one.record))


def incidents(material: Material) -> list[Incident]:
    """Incidents that the subject answered in the window, latest first."""
    by_item: dict[int, list[Act]] = defaultdict(list)
    for act in material.own_acts:
        if act.kind == "responded" and material.window.holds(act.at):
            item = material.item_of(act)
            by_item[item.record if item else act.record].append(act)
    found = []
    for number, acts in by_item.items():
        item = material.items.get(number)
        records = dict.fromkeys([*([item.record] if item else []), *(act.record for act in acts)])
        found.append(
            Incident(
                item=item,
                acts=tuple(acts),
                at=acts[0].at,
                closed=ended(material, item) if item else None,
                records=tuple(records),
            )
        )
    return sorted(found, key=lambda one: (-one.at.timestamp(), one.records))


def areas(material: Material) -> list[Area]:
    """Parts of the work in which the subject made changes in the window, with the changes that say most first.

    A change is counted to its first area; a source that names none is counted to its container.
    """
    inside: dict[str, list[tuple[Act, ItemRow]]] = defaultdict(list)
    earlier: set[str] = set()
    for act in material.own_acts:
        item = material.item_of(act) if act.kind in MADE else None
        if item is None or item.kind not in ("commit", "change_request", "document"):
            continue
        names = item.areas or ((item.container,) if item.container else ())
        if material.window.holds(act.at):
            for name in names[:1]:
                inside[name].append((act, item))
        else:
            earlier.update(names)
    known = bool(earlier)
    found = [
        Area(
            name=name,
            items=tuple(dict.fromkeys(sorted((item for _, item in pairs), key=_says_most))),
            first=pairs[0][0].at,
            last=pairs[-1][0].at,
            new=known and name not in earlier,
        )
        for name, pairs in inside.items()
        if name not in (".", "")
    ]
    return sorted(found, key=lambda one: (-len(one.items), one.name))


def is_routine(title: str) -> bool:
    """The title says little about what somebody did."""
    return bool(_ROUTINE.search(title))


def telling(items: list[ItemRow]) -> list[ItemRow]:
    """Those whose titles say what somebody did, in their order; all of them, if none does."""
    return [item for item in items if not is_routine(item.title)] or items


def known_by(title: str) -> str:
    """The title by which a piece of work is known in several records: without the ticket's key before it and whatever
    the case. Empty for none."""
    return _KEY_BEFORE.sub("", title).strip().casefold()


def work_title(item: ItemRow) -> str:
    return known_by(item.title)


def each_work(items: Iterable[ItemRow]) -> tuple[ItemRow, ...]:
    """Each piece of work once: without the commits of change requests that are among them under the same title."""
    once = tuple(dict.fromkeys(items))
    requested = {work_title(item) for item in once if item.kind == "change_request"}
    return tuple(item for item in once if item.kind != "commit" or work_title(item) not in requested)


def _says_most(item: ItemRow) -> tuple[bool, int, str]:
    words = len(item.title.split())
    return (is_routine(item.title) or words < 3, -min(words, 10), item.key)


def integrations(material: Material) -> list[Integration]:
    """Changes taken in by others' hands in the window: the subject for others, and others for the subject."""
    found = []
    for by_subject in (True, False):
        acts = [
            act
            for act in material.acts
            if act.kind in ("committed", "merged")
            and act.target is not None
            and act.actor != act.target
            and (act.actor if by_subject else act.target) == material.subject
            and material.window.holds(act.at)
        ]
        others = [act.target if by_subject else act.actor for act in acts]
        people = tuple(dict.fromkeys(who for who in others if who is not None and who not in material.people.bots))
        if not people:
            continue
        items = each_work(item for act in acts if (item := material.item_of(act)) is not None)
        itemless = {act.record for act in acts if material.item_of(act) is None}
        teams = {material.people.team_on(who, material.window.today) for who in people}
        found.append(
            Integration(
                by_subject=by_subject,
                people=people,
                teams=tuple(sorted(team for team in teams if team is not None)),
                changes=len(items) + len(itemless),
                items=tuple(sorted(items, key=_says_most)),
                records=tuple(dict.fromkeys(act.record for act in acts)),
            )
        )
    return found
