"""Pilots: starting one, each figure before and since, stopping it."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import HTMLResponse

from coachkit.access import Viewer
from coachkit.access.policy import HR
from coachkit.api.insight_pilot import PilotSeen, pilots_of, start_pilot
from coachkit.api.security import Asks, Installation
from coachkit.bootstrap import App
from coachkit.domain.identity import public_id
from coachkit.errors import AccessDenied, BadInput, CoachkitError
from coachkit.web.charts.intervals import interval_shape
from coachkit.web.rendering import back, page, reader_of

__all__ = ["router"]

router = APIRouter()


@router.get("/insight/pilot")
def show(request: Request, app: Installation, viewer: Asks) -> HTMLResponse:
    return _page(request, app, viewer)


@router.post("/insight/pilot")
def start(
    request: Request, app: Installation, viewer: Asks, teams: Annotated[list[str] | None, Form(max_length=50)] = None
) -> Response:
    try:
        made = start_pilot(app, viewer, teams or [])
    except (AccessDenied, BadInput) as error:
        return _page(request, app, viewer, error=error, chosen=teams or [])
    return back(f"/insight/pilot#pilot-{made.id}")


@router.post("/insight/pilot/{pilot}/stop")
def stop(app: Installation, viewer: Asks, pilot: str) -> Response:
    app.insights.pilots.stop(viewer, pilot)
    return back(f"/insight/pilot#pilot-{pilot}")


def _page(
    request: Request,
    app: App,
    viewer: Viewer,
    *,
    error: CoachkitError | None = None,
    chosen: list[str] | None = None,
) -> HTMLResponse:
    reader = reader_of(request)
    problem = ""
    if error is not None:
        message, hint = error.chinese if reader.say.zh and error.chinese[0] else (error.message, error.hint)
        problem = f"{message[:1].upper()}{message[1:]} {hint}".strip()
    found = pilots_of(app, viewer, reader.language)
    teams = app.insights.seen(viewer).teams
    people = (app.directory.person(viewer.person), *app.directory.reports_of(viewer.person))
    near = set(teams) if HR in viewer.roles else {one.team for one in people}  # nobody leads another
    mine = [(key, name) for key, name in teams.items() if key in near and app.insights.pilots.may_start(viewer, key)]
    return page(
        request,
        "insight_pilot.html",
        status=error.http_status if error else 200,
        nav="insight",
        problem=problem,
        chosen=chosen or [],
        teams=sorted(mine, key=lambda pair: (pair[1].casefold(), pair[0])),
        pilots=[_shown(one) for one in found],
        notes=found[0].told.notes if found else (),
    )


def _shown(one: PilotSeen) -> dict[str, Any]:
    figures = []
    for sentence in one.told.figures:
        chips: dict[str, str] = {}
        for record in sentence.records:
            chips.setdefault(one.names.label(record), public_id(record))
        change = sentence.details
        figures.append(
            {
                "text": sentence.text,
                "chips": [(record, label) for label, record in chips.items()],
                "shape": interval_shape(change["difference"], change["low"], change["high"]),
            }
        )
    return {
        "id": one.pilot.id,
        "title": one.title,
        "started_at": one.pilot.started_at,
        "stopped_at": one.pilot.stopped_at,
        "figures": figures,
    }
