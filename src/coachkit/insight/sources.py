"""What was read about somebody, what was not, and whether it is enough to say anything."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from math import ceil

from coachkit.insight.rows import Material, SourceRow

__all__ = ["Coverage", "coverage"]

TICKETS, CODE = frozenset({"issue", "task"}), frozenset({"commit", "change_request"})
STALE_AFTER = timedelta(hours=36)
MOST_OF_TEAM = 0.75
"""A source that fewer of the team use is not missed."""
LEAST_RECORDS = 5
"""Fewer records of the subject's own doing in the window are called thin, whatever its length."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """What stands behind a document.

    :ivar read: connections with records about the subject.
    :ivar failing: those of them whose syncs fail.
    :ivar old: those of them not read for longer than :data:`STALE_AFTER`.
    :ivar without: connections that know :data:`MOST_OF_TEAM` of the subject's team and have nothing about the subject.
    :ivar missing: kinds of record of which there is none about the subject: ``tickets``, ``code``, ``goals``,
        ``feedback``, ``check_ins``. Code is not missed of somebody whose team works with tickets and without code.
    :ivar acts: what the subject did in the window, as far as any source saw.
    """

    read: tuple[SourceRow, ...]
    failing: tuple[SourceRow, ...]
    old: tuple[SourceRow, ...]
    without: tuple[SourceRow, ...]
    missing: tuple[str, ...]
    acts: int
    thin: bool
    capped: bool


def coverage(material: Material) -> Coverage:
    """What the sources gave about the subject."""
    read = tuple(source for source in material.sources if source.records)
    failing = tuple(source for source in read if source.failing_since is not None)
    old = tuple(
        source
        for source in read
        if source.failing_since is None
        and not source.syncing
        and source.read_at is not None
        and material.window.end - source.read_at > STALE_AFTER
    )
    many = max(2, ceil(MOST_OF_TEAM * material.team_size))
    without = tuple(source for source in material.sources if not source.records and source.team_people >= many)
    acts = sum(1 for act in material.own_acts if material.window.holds(act.at))
    return Coverage(
        read=read,
        failing=failing,
        old=old,
        without=without,
        missing=_missing(material),
        acts=acts,
        thin=acts < LEAST_RECORDS,
        capped=material.capped,
    )


def _missing(material: Material) -> tuple[str, ...]:
    touched = {act.record for act in material.own_acts}
    kinds = {item.kind for number, item in material.items.items() if number in touched or item.is_open}
    around = {kind for source in material.sources for kind in source.team_kinds}
    has = {
        "tickets": bool(kinds & TICKETS),
        "code": bool(kinds & CODE) or bool(around & TICKETS and not around & CODE),
        "goals": bool(material.goals),
        "feedback": bool(material.feedback),
        "check_ins": bool(material.check_ins),
    }
    return tuple(kind for kind, found in has.items() if not found)
