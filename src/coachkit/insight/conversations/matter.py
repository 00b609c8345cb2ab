"""What a rule found: something to talk about, and the dated facts behind it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from coachkit.insight.conversations.suggestion import DatedFact

__all__ = ["Matter"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    """:ivar by: until when, where the matter has a day of its own."""

    about: str
    facts: tuple[DatedFact, ...]
    keys: frozenset[str] = frozenset()
    by: date | None = None
