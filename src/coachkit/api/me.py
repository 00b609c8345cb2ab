"""Who is asking, and who read their records. And whether the service is well."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from fastapi import APIRouter, Query, Request

from coachkit import __version__
from coachkit.api.models import (
    ActionItem,
    ActionItems,
    Health,
    Me,
    Meeting,
    Meetings,
    Person,
    Read,
    Reads,
    RecordLine,
    RecordLines,
)
from coachkit.api.preparing import models_of
from coachkit.api.problems import PROBLEMS
from coachkit.api.security import Asks, Installation

__all__ = ["health", "router"]

router = APIRouter(tags=["me"], responses=PROBLEMS)
health = APIRouter(tags=["health"])


@router.get("/me", summary="Who you are here")
def read_me(app: Installation, viewer: Asks) -> Me:
    person = app.directory.person(viewer.person)
    manager = app.directory.manager_of(viewer.person)
    return Me(
        person=Person.of(person),
        manager=Person.of(manager) if manager else None,
        reports=[Person.of(report) for report in app.directory.reports_of(viewer.person)],
        roles=sorted(viewer.roles),
        timezone=app.settings.timezone,
        models=list(models_of(app)),
    )


@router.get("/me/reads", summary="Who read your records")
def read_reads(
    request: Request,
    app: Installation,
    viewer: Asks,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    offset: Annotated[int, Query(ge=0, le=10_000)] = 0,
) -> Reads:
    """Every opening of a brief about you or of a record of yours by somebody else, newest first."""
    found = app.reads.reads_of(viewer.person, limit=offset + limit + 1)[offset:]
    more = len(found) > limit
    return Reads(
        reads=[Read.of(entry) for entry in found[:limit]],
        next=str(request.url.include_query_params(offset=offset + limit)) if more else None,
    )


@router.get("/me/meetings", summary="Your check-ins")
def read_meetings(
    app: Installation, viewer: Asks, days: Annotated[int, Query(ge=1, le=92, description="How far ahead.")] = 7
) -> Meetings:
    """Planned and held check-ins from the beginning of today, by time."""
    today = app.directory.today(viewer.at)
    morning = datetime.combine(today, time(), ZoneInfo(app.settings.timezone)).astimezone(UTC)
    until = morning + timedelta(days=days)
    found = app.personal.meetings(viewer.person, viewer.scopes, since=morning, until=until)
    return Meetings(
        meetings=[
            Meeting(
                id=one.public_id,
                at=one.at,
                state=one.state,
                manager=Person.of(app.directory.person(one.manager)),
                report=Person.of(app.directory.person(one.report)),
                points=sum(one.points),
            )
            for one in found
        ]
    )


@router.get("/me/action-items", summary="What you have taken on and not done")
def read_action_items(app: Installation, viewer: Asks, limit: Annotated[int, Query(ge=1, le=200)] = 50) -> ActionItems:
    found = app.action_items.open_of(viewer, limit=limit)
    return ActionItems(action_items=[ActionItem.of(one) for one in found])


@router.get("/me/records", summary="What is known about you")
def read_records(
    request: Request,
    app: Installation,
    viewer: Asks,
    connection: Annotated[str, Query(max_length=80, description="Only records of this connection.")] = "",
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    offset: Annotated[int, Query(ge=0, le=100_000)] = 0,
) -> RecordLines:
    """Every record that names you in any role, newest first."""
    found = app.personal.records_about(
        viewer.person, viewer.scopes, limit=limit + 1, offset=offset, connection=connection
    )
    more = len(found) > limit
    return RecordLines(
        records=[RecordLine.of(one) for one in found[:limit]],
        next=str(request.url.include_query_params(offset=offset + limit)) if more else None,
    )


@health.get("/health", summary="Whether the service answers and reaches its database")
def read_health(app: Installation) -> Health:
    with app.database.read() as connection:
        connection.execute(sa.select(1))
    return Health(version=__version__)
