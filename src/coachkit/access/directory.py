"""The people here, who reports to whom, what is granted, and who read whose record: entries and ports."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from coachkit.access.viewer import Viewer
from coachkit.domain.identity import public_id

__all__ = ["Directory", "Grant", "Grants", "PersonEntry", "ReadEntry", "ReadLog"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonEntry:
    """A person as a directory shows them, on one day.

    :ivar team: key of their team on that day; ``manager``: id of whom they report to on that day.
    :ivar active: they work here on that day: not marked as gone, and not after their last day.
    """

    id: int
    name: str
    other_names: tuple[str, ...] = ()
    title: str | None = None
    email: str | None = None
    team: str | None = None
    team_name: str | None = None
    manager: int | None = None
    locale: str | None = None
    started_on: date | None = None
    left_on: date | None = None
    active: bool = True

    @property
    def public_id(self) -> str:
        return public_id(self.id)

    @property
    def label(self) -> str:
        """The name, with what tells this person apart from a namesake."""
        told_apart = (self.title, self.team_name or self.team, self.email, self.public_id)
        return " · ".join([self.name, *filter(None, told_apart)])


class Directory(Protocol):
    """Who is here and who reports to whom. All identities that were matched to a person count as that person.

    Where a ``day`` is left out, it is today in the organisation's time zone.
    """

    def today(self, now: datetime | None = None) -> date:
        """The day of ``now`` in the organisation's time zone."""

    def viewer(self, person: int, now: datetime) -> Viewer:
        """What the person may read at this moment; nothing, once they have left.

        :raises NotFound: if there is no such person.
        """

    def person(self, person: int, day: date | None = None) -> PersonEntry:
        """:raises NotFound: if there is no such person."""

    def people(self, day: date | None = None, *, left: bool = False) -> tuple[PersonEntry, ...]:
        """Everyone who works here on that day, by name; with ``left``, those who have gone too."""

    def find_person(self, text: str, viewer: Viewer | None = None) -> PersonEntry:
        """The person that ``text`` means: a public id, an e-mail address, an identity key, or a name in any script.

        :param viewer: finds only people who work here; ``None`` (an administrator at the command line) finds all.
        :raises Ambiguous: if several fit; the candidates say what tells them apart.
        :raises NotFound: if nobody fits; the hint names those that come near.
        """

    def manager_of(self, person: int, day: date | None = None) -> PersonEntry | None: ...

    def reports_of(self, person: int, day: date | None = None) -> tuple[PersonEntry, ...]:
        """Who reports to the person directly and works here on that day, by name."""

    def is_manager_of(self, manager: int, person: int, day: date) -> bool:
        """Whether ``person`` works here and reports directly to ``manager`` on that day."""

    def is_granted(self, viewer: int, role: str, subject: int) -> bool:
        """Whether ``viewer`` holds a grant in force, in that role, that opens what is about ``subject``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """A permission that somebody gave for a reason: a role, and the audience that it opens.

    :ivar scope_key: key of the audience (``team:search``, ``subject:hris:1001``); empty for a role alone. A grant for
        a ``subject`` opens what is about that person under whichever of their identities.
    """

    person: int
    role: str
    scope_key: str
    granted_by: str
    granted_at: datetime
    reason: str
    revoked_at: datetime | None = None
    revoked_by: str | None = None
    revoked_reason: str | None = None


class Grants(Protocol):
    """Recorded permissions beyond the reporting line. Nothing is deleted: a revoked grant stays on record."""

    def add(self, person: int, role: str, scope_key: str, *, by: str, reason: str, now: datetime) -> Grant:
        """Grant; a grant that is already in force is returned as it is.

        :raises BadInput: for an unknown role, a malformed audience key, or no reason.
        """

    def remove(self, person: int, role: str, scope_key: str, *, by: str, reason: str, now: datetime) -> None:
        """:raises NotFound: if no such grant is in force."""

    def list(self, person: int | None = None, *, revoked: bool = False) -> tuple[Grant, ...]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadEntry:
    """Somebody read another person's record."""

    at: datetime
    viewer: int
    viewer_name: str
    what: str
    purpose: str


class ReadLog(Protocol):
    """Each read of another person's record, shown to that person."""

    def record(self, viewer: Viewer, subject: int, what: str, purpose: str, now: datetime) -> None:
        """Note the read. One's own record is no news: nothing is noted.

        :param what: what was opened: ``brief``, ``evidence PAY-17`` …
        """

    def reads_of(self, subject: int, *, limit: int = 100) -> tuple[ReadEntry, ...]:
        """Who read this person's record, newest first."""
