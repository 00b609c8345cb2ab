"""What a person finds on their own pages: their meetings, and the records that name them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from coachkit.domain.audience import Sensitivity
from coachkit.domain.identity import public_id

__all__ = ["Meeting", "PersonalReader", "RecordAbout"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Meeting:
    """A check-in of a manager and a report.

    :ivar points: how many agenda points wait, of the report and of the manager.
    """

    record: int
    at: datetime
    state: str
    manager: int
    manager_name: str
    report: int
    report_name: str
    points: tuple[int, int] = (0, 0)

    @property
    def public_id(self) -> str:
        return public_id(self.record)


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordAbout:
    """A record that names a person, in one line. ``text`` is the beginning of its own words."""

    record: int
    kind: str
    key: str
    title: str
    text: str
    connection: str
    stream: str
    occurred_at: datetime
    sensitivity: Sensitivity

    @property
    def public_id(self) -> str:
        return public_id(self.record)


class PersonalReader(Protocol):
    """Reads under scopes, like everything that reads records."""

    def meetings(self, person: int, scopes: frozenset[int], *, since: datetime, until: datetime) -> Sequence[Meeting]:
        """Planned and held check-ins of the person, by time."""

    def next_meetings(self, people: Sequence[int], scopes: frozenset[int], *, after: datetime) -> dict[int, Meeting]:
        """The next planned check-in of each of these people as a report."""

    def records_about(
        self, person: int, scopes: frozenset[int], *, limit: int, offset: int = 0, connection: str = ""
    ) -> Sequence[RecordAbout]:
        """Records that name the person in any role, newest first."""
