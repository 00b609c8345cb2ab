"""Plans: which facts a document tells, in which section, with the weight and reason of each. Deterministic.

Planners see typed rows alone; what a record says in its own words is only ever quoted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from coachkit.drafting.facts import Fact, Party
from coachkit.insight.rows import Window

__all__ = ["Heading", "Plan"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """What stands above a document, before anybody has chosen words for it.

    :ivar other: the other side of the conversation; of a brief, the manager.
    :ivar failing: name of a connection → since which day it cannot be read.
    """

    name: str
    team: str = ""
    other: str = ""
    meeting_at: datetime | None = None
    last_meeting_at: datetime | None = None
    read: tuple[str, ...] = ()
    failing: Mapping[str, date] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a document tells, by section, and what it found and does not tell.

    :ivar subject: whom or what it is about: a person, a team, a goal.
    :ivar names: of everybody in the material, and of their teams: a sentence may name nobody else.
    """

    window: Window
    subject: Party
    names: frozenset[str]
    heading: Heading
    sections: Mapping[str, tuple[Fact, ...]]
    left_out: tuple[Fact, ...] = ()

    @property
    def facts(self) -> tuple[Fact, ...]:
        return tuple(fact for facts in self.sections.values() for fact in facts)
