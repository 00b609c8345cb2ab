"""Whose doing something was, as far as the record shows: who may say "I" in a self-review."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Literal

from coachkit.drafting.plan.desk import Desk
from coachkit.insight.rows import ItemRow

__all__ = ["Part", "part_in", "stories"]

Part = Literal["did", "with", "named"]
"""``did``: the subject wrote it or took the step alone. ``with``: others wrote it too, or took steps on it. ``named``:
it was assigned to the subject or opened by them, and no record shows who did the work."""

_KEY = re.compile(r"\b[A-Z][A-Z0-9]{1,9}-\d+\b")
_WRITTEN = ("commit", "change_request", "document")


def part_in(desk: Desk, item: ItemRow) -> Part:
    """The subject's part in a piece of work that is theirs."""
    me = desk.material.subject
    acts = desk.material.acts_on(item)
    mine = {act.kind for act in acts if act.actor == me}
    others = {act.kind for act in acts if act.actor != me and act.actor not in desk.material.people.bots}
    if item.kind in _WRITTEN:
        if "authored" in mine:
            return "with" if others & {"authored", "co_authored"} or "co_authored" in mine else "did"
        return "with" if mine & {"co_authored", "documented", "decided"} else "named"
    worked = [step.by for step in desk.material.steps.get(item.record, ()) if step.category in ("doing", "done")]
    if me in worked:
        return "did" if set(worked) <= {me, None} else "with"
    return "with" if _wrote_for(desk, item) else "named"


def _wrote_for(desk: Desk, item: ItemRow) -> bool:
    """The subject wrote a change that says it is for this item."""
    written = {act.record for act in desk.material.own_acts if act.kind in ("authored", "co_authored")}
    ties = (tie for record in written for tie in desk.material.ties_of(record, "fixes", "relates"))
    return any(tie.target == item.key for tie in ties)


def stories(desk: Desk, items: Iterable[ItemRow]) -> set[str]:
    """Keys of everything that tells the same story as these items: what they fix, and what their titles name."""
    found: set[str] = set()
    for item in items:
        found.add(item.key)
        found.update(tie.target for tie in desk.material.ties_of(item.record, "fixes"))
        found.update(_KEY.findall(item.title))
    return found
