"""Goals: what the company, a team or a person wants to reach, and how far it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from coachkit.domain.work import StateChange

__all__ = ["Commitment", "Goal", "GoalLevel", "KeyResult", "Measurement"]


class GoalLevel(StrEnum):
    COMPANY = "company"
    TEAM = "team"
    PERSON = "person"


class Commitment(StrEnum):
    """Committed goals are expected to be met; aspirational ones are expected to stretch. They are never mixed."""

    COMMITTED = "committed"
    ASPIRATIONAL = "aspirational"


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurement:
    """A value of a key result, as somebody or something reported it on a day."""

    at: datetime
    value: float
    by: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyResult:
    """A measurable result. ``start``, ``target`` and the measurements are in ``unit``; missing is not zero.

    Its current value is its newest measurement, and its freshness that measurement's date.
    """

    key: str
    title: str
    start: float | None = None
    target: float | None = None
    unit: str | None = None
    owners: tuple[str, ...] = ()
    due_on: date | None = None
    measurements: tuple[Measurement, ...] = ()

    @property
    def latest(self) -> Measurement | None:
        return max(self.measurements, key=lambda m: m.at, default=None)

    @property
    def current(self) -> float | None:
        return self.latest.value if self.latest else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """A goal with its owners, what it is aligned to, its key results and the history of its state.

    :ivar state: as the source names it; ``state_category`` is ours: ``draft``, ``active``, ``done``, ``missed``,
        ``dropped``.
    :ivar parents: keys of the goals it is aligned to; several are usual.
    """

    key: str
    title: str
    description: str | None = None
    level: GoalLevel | None = None
    commitment: Commitment | None = None
    owners: tuple[str, ...] = ()
    team: str | None = None
    other_teams: tuple[str, ...] = ()
    parents: tuple[str, ...] = ()
    starts_on: date | None = None
    due_on: date | None = None
    state: str | None = None
    state_category: str | None = None
    key_results: tuple[KeyResult, ...] = ()
    history: tuple[StateChange, ...] = ()
