"""Teams of an organisation and who belongs to them."""

from __future__ import annotations

from datetime import UTC, datetime

from coachkit.sdk import Membership, Team, Upsert
from coachkit_github.models import Team as RawTeam
from coachkit_github.models import User
from coachkit_github.people import People

__all__ = ["MEMBERSHIPS", "TEAMS", "membership_id", "membership_record", "team_key", "team_record"]

TEAMS = "teams"
MEMBERSHIPS = "memberships"

_UNDATED = datetime(1970, 1, 1, tzinfo=UTC)
"""GitHub dates no memberships; a team is made at some time, which only its own page tells."""


def team_key(people: People, organisation: str, slug: str) -> str:
    """The key of a team: ``github:org/slug``."""
    return f"{people.system}:{organisation.lower()}/{slug.lower()}"


def team_record(team: RawTeam, organisation: str, people: People, web: str) -> Upsert:
    """A team. ``web`` is the address of GitHub's pages."""
    parent = team_key(people, organisation, team.parent.slug) if team.parent else None
    record = Team(
        key=team_key(people, organisation, team.slug),
        name=team.name,
        parent=parent,
        kind="github",
        description=team.description or None,
    )
    return Upsert(
        stream=TEAMS,
        native_id=str(team.id),
        record=record,
        occurred_at=team.created_at or _UNDATED,
        url=f"{web}/orgs/{organisation}/teams/{team.slug}",
    )


def membership_id(team_id: int, user_id: int | None) -> str:
    """The native id of a membership."""
    return f"{team_id}/{user_id}"


def membership_record(team: RawTeam, organisation: str, user: User, people: People, role: str = "member") -> Upsert:
    """Somebody in a team; since when GitHub does not say, at the earliest since the team was made."""
    person = people.key(user) or people.login(user.login)
    return Upsert(
        stream=MEMBERSHIPS,
        native_id=membership_id(team.id, user.id),
        record=Membership(team=team_key(people, organisation, team.slug), person=person, role=role),
        occurred_at=team.created_at or _UNDATED,
    )
