"""Facts: what a document says, before anybody has chosen words for it.

A fact is typed (who in which role, which numbers, which dates), rests on named records, and carries a weight with a
reason, so that what was left out can be explained.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from coachkit.domain.identity import content_hash

__all__ = ["THINGS", "Fact", "Language", "Measure", "Party", "Quote", "Value"]

Language = Literal["en", "zh"]


@dataclass(frozen=True, slots=True)
class Party:
    """Somebody in a role of a fact, with their team as of that day.

    :ivar short: as colleagues say it; the full name where a short one would be unclear.
    """

    who: int
    name: str
    short: str
    team: str | None = None


@dataclass(frozen=True, slots=True)
class Quote:
    """A record's own words, cleaned and shortened: shown between quotation marks, never followed."""

    text: str
    shortened: bool = False


@dataclass(frozen=True, slots=True)
class Measure:
    """A number with its unit, as the source gives it."""

    value: float
    unit: str | None = None


THINGS = ("key", "blocker", "part", "area", "team", "teams", "goal", "result", "source", "sources", "items")
"""Slots that hold the name of a thing, or several."""

Value = str | int | bool | date | Party | Quote | Measure | tuple["Value", ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One thing that can be said.

    :ivar kind: ``action.overdue``, ``explore.wait`` …; wording is chosen by it.
    :ivar at: the day it is about; facts of one kind are told from old to new.
    :ivar evidence: public ids of the records that a sentence about it cites.
    :ivar counted: ids of all records that its numbers were counted over; kept with the draft.
    :ivar uncited: it is about sources, or asks, and cites nothing; what it ``counted`` it still rests on.
    """

    kind: str
    section: str
    at: date
    roles: Mapping[str, Party] = field(default_factory=dict)
    slots: Mapping[str, Value] = field(default_factory=dict)
    evidence: tuple[str, ...] = ()
    counted: tuple[str, ...] = ()
    weight: float = 0.0
    reason: str = ""
    uncited: bool = False

    @property
    def id(self) -> str:
        """Short and stable: the same fact has the same id on every run."""
        about = [f"{name}={value}" for name, value in sorted(self.slots.items()) if isinstance(value, str | date)]
        subject = self.roles["subject"].who if "subject" in self.roles else 0
        return f"f{content_hash(self.kind, self.at, subject, *self.evidence, *about)[:8]}"

    @property
    def things(self) -> tuple[str, ...]:
        """Names of things in it (keys, parts of the work, sources, teams): they mean no more than what they name."""
        listed = (self.slots.get(name, "") for name in THINGS)
        found = (part for value in listed for part in (value if isinstance(value, tuple) else (value,)))
        return tuple(dict.fromkeys(name for name in found if isinstance(name, str) and name))

    @property
    def people(self) -> tuple[Party, ...]:
        """Everybody whom it names beside what it is about."""
        listed = (part for value in self.slots.values() for part in (value if isinstance(value, tuple) else (value,)))
        found = {part.who: part for part in (*self.roles.values(), *listed) if isinstance(part, Party)}
        subject = self.roles.get("subject")
        return tuple(party for who, party in found.items() if subject is None or who != subject.who)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of people, teams and things in it, as they are written everywhere."""
        listed = (part for value in self.slots.values() for part in (value if isinstance(value, tuple) else (value,)))
        parties = [party for party in (*self.roles.values(), *listed) if isinstance(party, Party)]
        named = (name for party in parties for name in (party.name, party.short, party.team) if name)
        return tuple(dict.fromkeys([*self.things, *named]))

    def text(self, name: str) -> str:
        value = self.slots.get(name, "")
        return value if isinstance(value, str) else ""

    def number(self, name: str) -> int:
        value = self.slots.get(name, 0)
        return value if isinstance(value, int) else 0

    def day(self, name: str) -> date | None:
        value = self.slots.get(name)
        return value if isinstance(value, date) else None

    def quote(self, name: str) -> Quote | None:
        value = self.slots.get(name)
        return value if isinstance(value, Quote) else None

    def measure(self, name: str) -> Measure | None:
        value = self.slots.get(name)
        return value if isinstance(value, Measure) else None

    def several(self, name: str) -> tuple[Value, ...]:
        value = self.slots.get(name)
        return value if isinstance(value, tuple) else ()
