"""What somebody is working on now and has next: open items with their dates, and key results with a target ahead."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from coachkit.insight.goals import STALE_DAYS
from coachkit.insight.rows import GoalRow, ItemRow, KeyResultRow, Material, MeasurementRow

__all__ = ["Ahead", "Underway", "ahead", "underway"]

SOON = timedelta(days=21)
"""An item nobody has begun belongs to the plan if it is due by then."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Underway:
    """An open item of the subject that is being worked on, or due soon.

    :ivar since: when work on it began, as far as its history says.
    :ivar goal: key of a goal it is linked to.
    """

    item: ItemRow
    begun: bool
    since: datetime | None
    moved: datetime | None
    goal: str | None
    records: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ahead:
    """A key result of the subject whose target is ahead; ``last`` is what was measured last."""

    goal: GoalRow
    result: KeyResultRow
    last: MeasurementRow
    due: date
    records: tuple[int, ...]


def underway(material: Material) -> list[Underway]:
    """Open work of the subject: what is due soonest first, then what moved last. What waits is not under way."""
    found = []
    for item in material.items.values():
        if not item.is_open or item.kind in ("commit", "meeting") or material.owner(item) != material.subject:
            continue
        soon = item.due_on is not None and item.due_on <= material.window.today + SOON
        if item.category == "waiting" or (item.category == "todo" and not soon):
            continue
        steps = material.steps.get(item.record, ())
        began = next((step.at for step in steps if step.category == "doing"), None)
        acts = [act.at for act in material.acts_on(item)] + [step.at for step in steps]
        found.append(
            Underway(
                item=item,
                begun=item.category == "doing",
                since=began or item.created_at,
                moved=max(acts, default=None),
                goal=next((tie.target for tie in material.ties_of(item.record, "goal")), None),
                records=(item.record,),
            )
        )
    return sorted(found, key=lambda one: (one.item.due_on or date.max, _ago(one.moved), one.item.key))


def _ago(at: datetime | None) -> float:
    return -at.timestamp() if at else 0.0


def ahead(material: Material) -> list[Ahead]:
    """Key results of the subject with a fresh value and a date to come, the nearest first."""
    found = []
    today = material.window.today
    for goal in material.goals:
        if goal.category not in ("active", None):
            continue
        for result in goal.key_results:
            due = result.due_on or goal.due_on
            if not result.measurements or due is None or due < today or result.target is None:
                continue
            last = result.measurements[-1]
            fresh = (today - material.window.day(last.at)).days <= STALE_DAYS
            if fresh and material.subject in (result.owners or goal.owners):
                found.append(Ahead(goal=goal, result=result, last=last, due=due, records=(goal.record,)))
    return sorted(found, key=lambda one: (one.due, one.result.key))
