"""People, teams, and who belonged and reported where, when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

__all__ = ["Account", "Membership", "PersonProfile", "ReportingLine", "Team"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonProfile:
    """A person as an HR source knows them. Only these records create people; accounts are matched to them.

    :ivar identity: the source's own key, ``hris:1001``.
    :ivar name: as the person writes it; ``other_names`` holds other scripts and spellings.
    :ivar accounts: identity keys elsewhere that the source itself vouches for.
    :ivar left_on: last day, if the person has left. Missing is unknown, not "still here for ever".
    """

    identity: str
    name: str
    other_names: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    accounts: tuple[str, ...] = ()
    title: str | None = None
    locale: str | None = None
    started_on: date | None = None
    left_on: date | None = None
    active: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A raw identity: an account in a source that acts, before anyone says whose it is.

    :ivar identity: its key, ``github:octocat`` or ``email:a@b.c``.
    :ivar same_as: keys that the source itself says are the same account (a mailmap line, a login's e-mail).
    :ivar bot: the source says that it is no person.
    """

    identity: str
    name: str | None = None
    emails: tuple[str, ...] = ()
    same_as: tuple[str, ...] = ()
    bot: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Team:
    """A team. ``key`` is unique in the organisation."""

    key: str
    name: str
    other_names: tuple[str, ...] = ()
    parent: str | None = None
    kind: str | None = None
    description: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Membership:
    """Somebody in a team, from the first to the last day, both included. An open end is still running."""

    team: str
    person: str
    role: str = "member"
    starts_on: date | None = None
    ends_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportingLine:
    """Who reports to whom, from the first to the last day, both included."""

    person: str
    manager: str
    starts_on: date | None = None
    ends_on: date | None = None
