"""Of whom and of what somebody can open a contribution view: for lists on pages, in the API and at the command line."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter
from pydantic import BaseModel, Field

from coachkit.access import PersonEntry, Viewer
from coachkit.access.contributions import leads_team
from coachkit.access.policy import HR
from coachkit.api.people import granted_people
from coachkit.api.security import Asks, Installation
from coachkit.bootstrap import App
from coachkit.insights import Seen

__all__ = ["Choices", "choices_answer", "choices_of", "router"]

router = APIRouter()

_RECENT_DAYS = 366
"""A project in which nothing happened for longer is not offered; it can still be asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What the viewer can ask for, by name. ``teams`` and ``goals``: key and name."""

    people: tuple[PersonEntry, ...]
    teams: tuple[tuple[str, str], ...]
    projects: tuple[str, ...]
    goals: tuple[tuple[str, str], ...]


def choices_of(app: App, viewer: Viewer, seen: Seen) -> Choices:
    return Choices(
        people=_people(app, viewer, seen),
        teams=tuple(sorted(seen.teams.items(), key=lambda pair: (pair[1].casefold(), pair[0]))),
        projects=_projects(seen),
        goals=_goals(seen),
    )


def _people(app: App, viewer: Viewer, seen: Seen) -> tuple[PersonEntry, ...]:
    """The viewer, who reports to them, who is in a team they lead, and for whom they hold HR's grant."""
    directory = app.directory
    own, reports = directory.person(viewer.person), directory.reports_of(viewer.person)
    teams = {one.team for one in (own, *reports) if one.team}  # nobody leads a team in which none of these is
    led = {team for team in teams if leads_team(app.targets, viewer, team)}
    found = {one.id: one for one in (own, *reports)}
    if led:
        found |= {one.id: one for one in directory.people(directory.today(viewer.at)) if one.active and one.team in led}
    if HR in viewer.roles:
        found |= {one.id: one for one, _ in granted_people(app, viewer)}
    return tuple(sorted(found.values(), key=lambda one: (seen.people.get(one.id, one.name).casefold(), one.id)))


def _projects(seen: Seen) -> tuple[str, ...]:
    import polars as pl

    from coachkit.insight.organisation.tables import DAY, moment

    oldest = moment(seen.at) - _RECENT_DAYS * DAY
    last = pl.max_horizontal("created_at", "closed_at")
    items = seen.tables.items.drop_nulls("container").filter(last >= oldest)
    return tuple(sorted(items["container"].unique().to_list(), key=lambda name: (name.casefold(), name)))


def _goals(seen: Seen) -> tuple[tuple[str, str], ...]:
    rows = seen.tables.goals.unique("key").sort("key").select("key", "title").iter_rows()
    return tuple((key, title or "") for key, title in rows)


class Choice(BaseModel):
    about: str = Field(description="What to ask for.", examples=["team:PAY"])
    name: str


class ChoicesAnswer(BaseModel):
    """Of whom and of what you can open a contribution view; each list by name, projects by key."""

    people: list[Choice]
    teams: list[Choice]
    projects: list[Choice]
    goals: list[Choice]


def choices_answer(found: Choices, seen: Seen) -> ChoicesAnswer:
    return ChoicesAnswer(
        people=[Choice(about=one.public_id, name=seen.people.get(one.id, one.name)) for one in found.people],
        teams=[Choice(about=f"team:{key}", name=name) for key, name in found.teams],
        projects=[Choice(about=f"project:{key}", name=key) for key in found.projects],
        goals=[Choice(about=f"goal:{key}", name=f"{key} {title}") for key, title in found.goals],
    )


@router.get("/contribution/choices", summary="Of whom and of what you can open a contribution view")
def read_choices(app: Installation, viewer: Asks) -> ChoicesAnswer:
    """People are those whose view is open to you: yourself, who reports to you, who is in a team that you lead, and for
    whom you hold HR's grant."""
    seen = app.insights.seen(viewer)
    return choices_answer(choices_of(app, viewer, seen), seen)
