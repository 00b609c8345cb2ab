"""What is checked, and against what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from coachkit.domain.drafts import Statement
from coachkit.domain.evidence import Evidence
from coachkit.drafting.facts import Fact, Language, Party, Value
from coachkit.drafting.verify.reading import Reading, read

__all__ = ["Claim", "Ground"]


@dataclass(frozen=True, slots=True)
class Claim:
    """A sentence somebody proposes, and the public ids of what it cites."""

    text: str
    evidence: tuple[str, ...]
    question: str = ""


@dataclass(frozen=True)
class Ground:
    """What a claim must hold against: the fact, our own words for it, and the evidence both sides may read.

    :ivar people: names of everybody in the material, and of their teams.
    """

    fact: Fact
    composed: Statement
    evidence: Mapping[str, Evidence]
    language: Language
    people: frozenset[str] = field(default_factory=frozenset)

    @cached_property
    def names(self) -> frozenset[str]:
        """Names that could stand in a sentence, right or wrong."""
        return self.people | frozenset(_names(self.fact))

    @cached_property
    def said(self) -> Reading:
        """The composed statement, read."""
        return read(self.composed.text, self.names, self.language)

    @cached_property
    def asked(self) -> Reading:
        """The composed statement and its question, read."""
        return read(f"{self.composed.text} {self.composed.question}", self.names, self.language)


def _names(fact: Fact) -> set[str]:
    found: set[str] = set()

    def collect(value: Value) -> None:
        if isinstance(value, Party):
            found.update(name for name in (value.name, value.short, value.team) if name)
        elif isinstance(value, tuple):
            for part in value:
                collect(part)

    for party in fact.roles.values():
        collect(party)
    for value in fact.slots.values():
        collect(value)
    if team := fact.text("team"):
        found.add(team)
    return found
