"""Questions that somebody asked more than once and that nobody answered where they were asked."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from coachkit.insight.rows import Act, ItemRow, Material

__all__ = ["OpenQuestion", "open_questions"]

LEAST_TIMES = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenQuestion:
    """``times`` questions on one item without an answer after the first of them.

    :ivar asker: the subject, or somebody who asked the subject.
    :ivar whom: whom the question was put to, if the record says so.
    """

    asker: int
    whom: int | None
    item: ItemRow | None
    key: str
    times: int
    first: datetime
    last: datetime
    records: tuple[int, ...]


def open_questions(material: Material) -> list[OpenQuestion]:
    """Repeated questions by the subject, or to the subject, that no record answers; most often asked first."""
    asked: dict[tuple[int, str], list[Act]] = defaultdict(list)
    for act in material.acts:
        if act.kind != "asked" or material.subject not in (act.actor, act.target):
            continue
        item = material.item_of(act)
        key = item.key if item else (act.item or "")
        if key:
            asked[act.actor, key].append(act)
    found = []
    for (asker, key), acts in asked.items():
        item = material.item_by_key(key)
        unanswered = _after_last_answer(material, item, asker, acts)
        if len(unanswered) < LEAST_TIMES or not material.window.holds(unanswered[-1].at):
            continue
        whom = next((act.target for act in reversed(unanswered) if act.target is not None), None)
        found.append(
            OpenQuestion(
                asker=asker,
                whom=whom if whom != asker else None,
                item=item,
                key=key,
                times=len(unanswered),
                first=unanswered[0].at,
                last=unanswered[-1].at,
                records=tuple(dict.fromkeys(act.record for act in unanswered)),
            )
        )
    return sorted(found, key=lambda one: (-one.times, one.first, one.key))


def _after_last_answer(material: Material, item: ItemRow | None, asker: int, acts: list[Act]) -> list[Act]:
    around = material.acts_on(item) if item else []
    answers = [
        act.at
        for act in around
        if act.actor != asker and act.kind in ("answered", "unblocked", "decided") and act.target in (asker, None)
    ]
    last = max(answers, default=None)
    return [act for act in acts if last is None or act.at > last]
