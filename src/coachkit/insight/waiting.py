"""What waits: work blocked by other teams' work, work that others wait for, and work that was opened again.

A wait is read from links (``blocked_by``) and from the history of states; it is about steps and hand-offs, never about
how fast somebody is.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import pairwise

from coachkit.insight.rows import ItemRow, Material, Step, Tie

__all__ = ["Reopening", "Wait", "reopened", "waited_for", "waits"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """``item`` has waited since ``since`` for ``blocker`` (a key, and the item where it may be read).

    :ivar days: whole days from the day it began to wait to today.
    :ivar team: name of the team that is waited for; of :func:`waited_for`, of the team that waits.
    :ivar reason: the source's own words about the wait, from the record ``said_by``.
    :ivar promised: a due date of the blocker.
    :ivar across: the two sides are in different teams.
    """

    item: ItemRow
    blocker_key: str
    blocker: ItemRow | None
    owner: int | None
    since: datetime
    days: int
    team: str | None
    across: bool
    reason: str | None = None
    promised: date | None = None
    records: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reopening:
    """An item was done and was taken up again, ``times`` times in the window, last at ``at``."""

    item: ItemRow
    times: int
    at: datetime
    reason: str | None
    records: tuple[int, ...]


def waits(material: Material) -> list[Wait]:
    """What the subject's open work waits for now, longest first."""
    found = []
    for item in material.items.values():
        if item.is_open and item.kind != "commit" and material.owner(item) == material.subject:
            found += _waits_of(material, item)
    return sorted(found, key=lambda wait: (wait.since, wait.item.key, wait.blocker_key))


def waited_for(material: Material) -> list[Wait]:
    """Other people's open work that waits for the subject's, longest first."""
    found = []
    for item in material.items.values():
        if not item.is_open or material.owner(item) in (material.subject, None):
            continue
        for wait in _waits_of(material, item):
            blocker = wait.blocker
            if blocker is not None and blocker.is_open and material.owner(blocker) == material.subject:
                found.append(replace(wait, team=_team_of(material, item)))
    return sorted(found, key=lambda wait: (wait.since, wait.item.key, wait.blocker_key))


def _waits_of(material: Material, item: ItemRow) -> list[Wait]:
    steps = material.steps.get(item.record, ())
    resting = _resting(steps)
    targets = {tie.target: tie.since for tie in _blocking(material, item)}
    for other in material.items.values():
        for tie in material.ties_of(other.record, "blocks"):
            if tie.target == item.key and (tie.until is None or tie.until > material.window.end):
                targets.setdefault(other.key, tie.since)
    if not targets:
        return [_bare_wait(material, item, resting)] if resting is not None else []
    made = (_wait(material, item, key, since, resting) for key, since in sorted(targets.items()))
    return [wait for wait in made if wait is not None]


def _blocking(material: Material, item: ItemRow) -> list[Tie]:
    now = material.window.end
    return [
        tie
        for tie in material.ties_of(item.record, "blocked_by")
        if (tie.until is None or tie.until > now) and (tie.since is None or tie.since <= now)
    ]


def _resting(steps: tuple[Step, ...]) -> Step | None:
    """The step with which an item began to wait, if it still waits."""
    begun: Step | None = None
    for step in steps:
        begun = (begun or step) if step.category == "waiting" else None
    return begun


def _wait(material: Material, item: ItemRow, key: str, since: datetime | None, resting: Step | None) -> Wait | None:
    blocker = material.item_by_key(key)
    if blocker is not None and blocker.category in ("done", "dropped"):
        return None
    began = since or (resting.at if resting else None) or item.created_at
    if began is None:
        return None
    theirs = material.owner(blocker) if blocker else None
    mine = material.owner(item)
    today = material.window.today
    names = material.people.team_names
    team = _team_of(material, blocker) if blocker else None
    own_teams = material.people.teams_on(mine, today) if mine is not None else frozenset()
    own_names = {names.get(own, own) for own in own_teams}
    return Wait(
        item=item,
        blocker_key=key,
        blocker=blocker,
        owner=theirs,
        since=began,
        days=(today - material.window.day(began)).days,
        team=team,
        across=team is not None and team not in own_names,
        reason=resting.reason if resting else None,
        promised=blocker.due_on if blocker else None,
        records=(item.record, blocker.record) if blocker else (item.record,),
    )


def _team_of(material: Material, item: ItemRow) -> str | None:
    """Name of the team an item belongs to; if it names none, of its owner's team today."""
    if item.team:
        return material.people.team_names.get(item.team, item.team)
    owner = material.owner(item)
    return material.people.team_on(owner, material.window.today) if owner is not None else None


def _bare_wait(material: Material, item: ItemRow, resting: Step) -> Wait:
    """An item that stands in a waiting state without saying for what."""
    return Wait(
        item=item,
        blocker_key="",
        blocker=None,
        owner=None,
        since=resting.at,
        days=(material.window.today - material.window.day(resting.at)).days,
        team=None,
        across=False,
        reason=resting.reason,
        records=(item.record,),
    )


def reopened(material: Material) -> list[Reopening]:
    """The subject's items that were done and taken up again in the window, most recent first."""
    found = []
    for number, steps in material.steps.items():
        item = material.items.get(number)
        if item is None or material.owner(item) != material.subject:
            continue
        again = [
            step
            for before, step in pairwise(steps)
            if before.category == "done"
            and step.category in ("todo", "doing", "waiting")
            and material.window.holds(step.at)
        ]
        if again:
            found.append(
                Reopening(item=item, times=len(again), at=again[-1].at, reason=again[-1].reason, records=(number,))
            )
    return sorted(found, key=lambda finding: (finding.at, finding.item.key), reverse=True)
