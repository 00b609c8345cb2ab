"""What an HR source says on one day: who is there, in which teams, reporting to whom, and what could not be read."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

from coachkit.sdk import Failure, PersonProfile, Team

__all__ = [
    "MEMBERSHIPS",
    "PEOPLE",
    "REPORTING_LINES",
    "TEAMS",
    "Person",
    "Place",
    "Problem",
    "Roster",
    "base_id",
    "nth_id",
]

PEOPLE, TEAMS, MEMBERSHIPS, REPORTING_LINES = "people", "teams", "memberships", "reporting_lines"


def base_id(person: str, target: str) -> str:
    """The native id of somebody's first row with a team or manager.

    It holds no date, so a sync that is cut off and goes on the next day writes the same row.
    """
    return f"{person}>{target}"


def nth_id(base: str, nth: int) -> str:
    """The native id of the row that is the ``nth`` of this person with this team or manager."""
    return base if nth == 1 else f"{base}#{nth}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A person as the source has them now.

    :ivar changed_at: when the source says that this changed; ``None``: it does not say.
    """

    profile: PersonProfile
    changed_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A team somebody is in, or a manager they report to: a native id of the source.

    :ivar since: first day, where the source says it.
    :ivar noticed: the day by which it was so, where the source says when it last changed.
    """

    target: str
    since: date | None = None
    noticed: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Something about the source that a person should know.

    :ivar aside: something was not read because of it: a sync keeps it in quarantine. Otherwise it is only told.
    """

    stream: str
    native_id: str
    reason: str
    aside: bool = True

    def failure(self) -> Failure:
        return Failure(stream=self.stream, native_id=self.native_id, reason=self.reason)


@dataclass(slots=True, kw_only=True)
class Roster:
    """A source on one day. What a mapping does not hold is not known, and stays as it was.

    :ivar day: the day on which this was so; ``at`` the moment.
    :ivar present: native ids of everybody the source has, read or not.
    :ivar tells_leavers: who is not present has left. False while somebody's id cannot be read.
    :ivar teams_changed: team → when the source says that it changed.
    :ivar places: person → their teams; ``managers``: person → whom they report to, ``None`` for nobody.
    """

    day: date
    at: datetime
    present: set[str] = field(default_factory=set)
    tells_leavers: bool = True
    people: dict[str, Person] = field(default_factory=dict)
    teams: dict[str, Team] = field(default_factory=dict)
    teams_changed: dict[str, datetime] = field(default_factory=dict)
    places: dict[str, tuple[Place, ...]] = field(default_factory=dict)
    managers: dict[str, Place | None] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def note(self, stream: str, native_id: str, reason: str) -> None:
        """Something to tell, by which nothing was lost."""
        self.problems.append(Problem(stream=stream, native_id=native_id, reason=reason, aside=False))

    def put_aside(self, stream: str, native_id: str, reason: str) -> None:
        """Something that could not be read."""
        self.problems.append(Problem(stream=stream, native_id=native_id, reason=reason))
