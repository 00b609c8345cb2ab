"""Reviews: whether they hang on one person. A question about how work is organised, never a measure of anybody."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import datetime

from coachkit.insight.rows import Material, ReviewRow

__all__ = ["ReviewDependency", "ReviewerShare", "review_dependency", "reviewer_share"]

LEAST_CHANGES = 4
"""Fewer reviewed changes say nothing about a habit."""

MOST_OF = 0.75
"""From this share on, one person stands for "most": three of four."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewerShare:
    """Of ``of`` reviewed changes of the subject in the window, ``changes`` were reviewed by ``reviewer``."""

    reviewer: int
    team: str | None
    changes: int
    of: int
    last: datetime
    records: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewDependency:
    """``authors`` people made ``of`` changes to ``part`` that somebody reviewed; of ``changes`` only the subject did.

    The authors are those whose changes the subject reviews; ``teams`` are theirs today.
    """

    part: str
    changes: int
    of: int
    authors: int
    teams: tuple[str, ...]
    first: datetime
    last: datetime
    records: tuple[int, ...]


def reviewer_share(material: Material) -> ReviewerShare | None:
    """One person who reviewed most of the subject's changes in the window, if there is one."""
    by: dict[int, dict[int, datetime]] = defaultdict(dict)
    changes: set[int] = set()
    for act in material.acts:
        if act.target != material.subject or act.actor == material.subject or act.kind not in ("reviewed", "approved"):
            continue
        if not material.window.holds(act.at) or act.actor in material.people.bots:
            continue
        item = material.item_of(act)
        record = item.record if item else act.record
        changes.add(record)
        by[act.actor][record] = act.at
    if len(changes) < LEAST_CHANGES:
        return None
    reviewer, found = max(by.items(), key=lambda pair: (len(pair[1]), -pair[0]))
    if len(found) < MOST_OF * len(changes):
        return None
    last = max(found.values())
    return ReviewerShare(
        reviewer=reviewer,
        team=material.people.team_on(reviewer, material.window.day(last)),
        changes=len(found),
        of=len(changes),
        last=last,
        records=tuple(sorted(found, key=lambda record: (found[record], record))),
    )


def review_dependency(
    material: Material, least: int = 2 * LEAST_CHANGES, share: float = MOST_OF
) -> ReviewDependency | None:
    """The part of the work whose changes nearly all wait for the subject's review, if there is one.

    :param least: fewer reviewed changes say nothing; ``share`` of them the subject alone reviewed.
    """
    parts: dict[str, list[ReviewRow]] = defaultdict(list)
    for row in material.reviews:
        for part in {*row.areas, *([row.container] if row.container else [])}:
            parts[part].append(row)
    found = [
        one for part, rows in parts.items() if (one := _dependency(material, part, rows, least, share)) is not None
    ]
    return max(found, key=lambda one: (one.changes, -len(one.part), one.part), default=None)


def _dependency(
    material: Material, part: str, rows: list[ReviewRow], least: int, share: float
) -> ReviewDependency | None:
    by_change: dict[int, set[int]] = defaultdict(set)
    for row in rows:
        if row.reviewer not in material.people.bots:
            by_change[row.record].add(row.reviewer)
    mine = {record for record, reviewers in by_change.items() if material.subject in reviewers}
    alone = {record for record in mine if by_change[record] == {material.subject}}
    authors = Counter(row.author for row in rows if row.record in mine)
    if len(by_change) < least or len(authors) < 2 or len(alone) < share * len(by_change):
        return None
    days = [row.at for row in rows if row.record in alone]
    teams = {
        team
        for author in authors
        if author is not None and (team := material.people.team_on(author, material.window.today)) is not None
    }
    return ReviewDependency(
        part=part,
        changes=len(alone),
        of=len(by_change),
        authors=len(authors),
        teams=tuple(sorted(teams)),
        first=min(days),
        last=max(days),
        records=tuple(dict.fromkeys(row.record for row in reversed(rows) if row.record in alone)),
    )
