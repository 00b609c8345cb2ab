"""Sources: coverage, syncs and their progress, what is missing, what was kept aside, and the plugins."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse

from coachkit.access import Viewer
from coachkit.api.security import Asks, Installation, is_admin, require_role
from coachkit.bootstrap import App
from coachkit.errors import NotFound
from coachkit.ingest.coverage import ConnectionCoverage
from coachkit.web.progress import Pace, SyncProgress, sync_jobs
from coachkit.web.rendering import Reader, back, is_fragment, page, partial, reader_of
from coachkit.web.words import SYNC_STATES

__all__ = ["ConnectionView", "connection_views", "router"]

router = APIRouter()


@dataclass(frozen=True, slots=True)
class ConnectionView:
    """A connection as its card shows it."""

    one: ConnectionCoverage
    state: str
    progress: SyncProgress | None

    @property
    def busy(self) -> bool:
        return self.progress is not None

    def values(self) -> dict[str, Any]:
        return {"one": self.one, "state": self.state, "progress": self.progress, "busy": self.busy}


def connection_views(app: App, viewer: Viewer, reader: Reader, pace: Pace | None = None) -> list[ConnectionView]:
    """Every connection with its sync under way, for who may see how it runs."""
    everything = is_admin(viewer)
    report = app.coverage.report(viewer.at, None if everything else viewer.scopes)
    jobs = sync_jobs(app) if everything else {}
    pace = pace or Pace()
    return [
        ConnectionView(
            one,
            reader.say(SYNC_STATES[one.state]) if one.state else reader.say("never synced"),
            pace.progress(jobs[one.name], reader.say, reader.fmt) if one.name in jobs else None,
        )
        for one in report.connections
    ]


@router.get("/sources")
def show(request: Request, app: Installation, viewer: Asks) -> HTMLResponse:
    reader = reader_of(request)
    report = app.coverage.report(viewer.at) if is_admin(viewer) else None
    return page(
        request,
        "sources.html",
        nav="sources",
        connections=connection_views(app, viewer, reader),
        missing=[reader.say.pick(words) for words in report.missing] if report else [],
        quarantine=report.quarantine if report else (),
        plugins=list(_plugins(app)) if report else [],
    )


@router.post("/sources/{name}/sync")
def sync(request: Request, app: Installation, viewer: Asks, name: str) -> Response:
    require_role(viewer, "admin")
    app.request_sync(name)
    if not is_fragment(request):
        return back(f"/sources#connection-{name}")
    views = connection_views(app, viewer, reader_of(request))
    found = next((view for view in views if view.one.name == name), None)
    if found is None:
        raise NotFound("there is no such connection.")
    return partial(request, "_connection.html", **found.values())


def _plugins(app: App) -> Iterable[dict[str, Any]]:
    for plugin in app.plugins.statuses():
        yield {
            "name": plugin.name,
            "version": plugin.version,
            "connectors": ", ".join(plugin.connectors),
            "failed": plugin.state == "failed",
        }
