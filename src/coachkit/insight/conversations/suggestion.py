"""A suggestion: two people, what to talk about, by when, and the dated facts that say why now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import combinations

from coachkit.domain.identity import content_hash

__all__ = ["DatedFact", "Detail", "Suggestion", "card_id", "supported"]

Detail = str | int | float | date | bool | tuple[int, ...] | tuple[str, ...] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DatedFact:
    """One reason why now: what is on record, and from which day.

    :ivar calendar: it follows from a date alone: a day that comes, a due date that passed, a meeting long ago.
    :ivar records: what it rests on; two facts are independent if neither rests on a record of the other.
    :ivar details: numbers, days, names of things and whos, by the name that wording knows them by.
    """

    kind: str
    at: date
    records: tuple[int, ...]
    calendar: bool = False
    details: Mapping[str, Detail] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """Somebody's manager should talk with them.

    :ivar about: what it is about, by a name that stays the same while the matter does: a key, a goal, a day.
    :ivar keys: names of things it touches; a weaker suggestion to the same two about the same thing is dropped.
    :ivar also: rules whose suggestions were dropped into this one.
    """

    rule: str
    version: str
    order: int
    subject: int
    other: int | None
    about: str
    facts: tuple[DatedFact, ...]
    by: date
    keys: frozenset[str] = frozenset()
    also: tuple[str, ...] = ()

    @property
    def records(self) -> tuple[int, ...]:
        return tuple(dict.fromkeys(record for fact in self.facts for record in fact.records))

    @property
    def since(self) -> date:
        """The earliest day among its facts."""
        return min(fact.at for fact in self.facts)


def supported(facts: Sequence[DatedFact]) -> bool:
    """One fact of the calendar, or two that rest on different records."""
    cited = [fact for fact in facts if fact.records]
    if any(fact.calendar for fact in cited):
        return True
    return any(not set(one.records) & set(other.records) for one, other in combinations(cited, 2))


def card_id(rule: str, manager: int, subject: int, about: str) -> str:
    """The same matter between the same two has the same id, whenever it is looked at."""
    return content_hash("card", rule, manager, subject, about)[:16]
