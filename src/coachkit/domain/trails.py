"""What a record went through: states, links to other items, values of key results, each with its day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

__all__ = ["LinkStep", "StateStep", "Trail", "ValueStep"]


@dataclass(frozen=True, slots=True, kw_only=True)
class StateStep:
    """From ``at`` on it was in ``state``, in the words of its source."""

    at: datetime
    state: str
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkStep:
    """A link to ``target``, the key of another item or goal; ``rel`` says how: ``blocked_by``, ``fixes``, ``goal``."""

    rel: str
    target: str
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueStep:
    """The newest value of a key result, and on the way from where to where it lies; ``value`` is null: not measured."""

    key: str
    title: str
    start: float | None
    target: float | None
    unit: str | None
    value: float | None
    at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Trail:
    """Of one record, from old to new."""

    states: tuple[StateStep, ...] = ()
    links: tuple[LinkStep, ...] = ()
    values: tuple[ValueStep, ...] = ()
