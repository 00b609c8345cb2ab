"""Who may read a record.

An audience is part of the record, comes from its source, and is checked in the data layer before anything else. Rules:

=============  =====================================================================================================
kind           may read
=============  =====================================================================================================
``org``        everyone who works here
``team``       members of the team today, and the managers above them
``people``     exactly these people
``subject``    the person it is about and who that person reports to today
``group``      the members of a group that the source names (a project's permission scheme, a private repository)
``nobody``     nobody: kept for the record, shown to none
=============  =====================================================================================================

Denied by default: what fits no rule is not readable. HR reads what a recorded grant says, and no more.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

__all__ = ["Audience", "AudienceKind", "Sensitivity"]


class AudienceKind(StrEnum):
    ORG = "org"
    TEAM = "team"
    PEOPLE = "people"
    SUBJECT = "subject"
    GROUP = "group"
    NOBODY = "nobody"


class Sensitivity(StrEnum):
    """How much harm a wrong reader would do; shown with the record and used by retention and export."""

    WORK = "work"
    """Ordinary work: tickets, changes, documents."""
    PERSONAL = "personal"
    """About a person: feedback, check-ins, reporting lines."""
    PRIVATE = "private"
    """Somebody's own notes and unsubmitted drafts."""


@dataclass(frozen=True, slots=True)
class Audience:
    """Who may read a record: a kind and the keys it is about.

    ``members`` holds identity keys (``people``, ``subject``), team keys (``team``) or one group key (``group``).
    """

    kind: AudienceKind = AudienceKind.ORG
    members: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        plain = self.kind in (AudienceKind.ORG, AudienceKind.NOBODY)
        if plain == bool(self.members):
            raise ValueError(f"audience {self.kind!r} {'takes no' if plain else 'needs'} members")
        object.__setattr__(self, "members", tuple(sorted(set(self.members))))

    @property
    def key(self) -> str:
        """The audience as one string: equal audiences have equal keys."""
        return f"{self.kind}:{'|'.join(self.members)}" if self.members else str(self.kind)

    @classmethod
    def from_key(cls, key: str) -> Audience:
        kind, _, members = key.partition(":")
        return cls(AudienceKind(kind), tuple(members.split("|")) if members else ())

    @classmethod
    def org(cls) -> Audience:
        return cls(AudienceKind.ORG)

    @classmethod
    def team(cls, *teams: str) -> Audience:
        return cls(AudienceKind.TEAM, teams)

    @classmethod
    def people(cls, *identities: str) -> Audience:
        return cls(AudienceKind.PEOPLE, identities)

    @classmethod
    def subject(cls, identity: str) -> Audience:
        return cls(AudienceKind.SUBJECT, (identity,))

    @classmethod
    def group(cls, group: str) -> Audience:
        return cls(AudienceKind.GROUP, (group,))

    @classmethod
    def nobody(cls) -> Audience:
        return cls(AudienceKind.NOBODY)
