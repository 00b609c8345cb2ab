"""Self-reviews: what a person leaves out, adds in their own words, changes, and hands to their manager."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from coachkit.domain.drafts import Draft

__all__ = ["OwnWords", "SentenceChange", "Submission", "halves", "period_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnWords:
    """What no system saw, in the person's own words: quoted as theirs, and never drafted from.

    :ivar section: the answer it belongs to.
    :ivar url: a link they give for it; empty without one.
    """

    id: str
    period: str
    section: str
    text: str
    url: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SentenceChange:
    """What the person does with one sentence of one language: ``keep``, ``edit`` or ``remove``."""

    statement: str
    action: str
    text: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """A self-review as it was handed to a manager, frozen; ``withdrawn_at`` once the person took it back.

    :ivar manager: id of the person it was submitted to.
    """

    id: str
    person: int
    period: str
    manager: int
    at: datetime
    draft: Draft
    withdrawn_at: datetime | None = None


def period_of(first: date, last: date) -> str:
    """The half of a year that holds most of these days, ``2026-H1``; of two that hold as many, the later.

    What somebody leaves out of their review stays left out while the window moves on from day to day.
    """
    half = (last.year, 1 if last.month <= 6 else 2)
    begins = date(half[0], 1 if half[1] == 1 else 7, 1)
    if (begins - first).days > (last - begins).days + 1:
        half = (half[0] - 1, 2) if half[1] == 1 else (half[0], 1)
    return f"{half[0]}-H{half[1]}"


def halves(first: date, last: date) -> tuple[str, ...]:
    """The halves of a year that these days touch, from old to new: ``2025-H2``, ``2026-H1``."""
    start, end = (day.year * 2 + (day.month > 6) for day in (first, last))
    return tuple(f"{number // 2}-H{number % 2 + 1}" for number in range(start, end + 1))
