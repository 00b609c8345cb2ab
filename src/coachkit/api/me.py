"""Who is asking, and who read their records. And whether the service is well."""

from __future__ import annotations

from typing import Annotated

import sqlalchemy as sa
from fastapi import APIRouter, Query, Request

from coachkit import __version__
from coachkit.api.briefing import models_of
from coachkit.api.models import Health, Me, Person, Read, Reads
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


@health.get("/health", summary="Whether the service answers and reaches its database")
def read_health(app: Installation) -> Health:
    with app.database.read() as connection:
        connection.execute(sa.select(1))
    return Health(version=__version__)
