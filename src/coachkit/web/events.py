"""One stream of server-sent events a tab: parts of a page as they change, and word that a brief is ready.

Each event carries HTML that the same templates rendered, so script and server never disagree. A stream ends by itself
after a while, and the browser opens it again: permission is asked anew, and a stopping server is not held up.
"""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator
from datetime import date
from typing import Annotated, Any

import anyio
from anyio import to_thread
from fastapi import APIRouter, Query, Request
from fastapi.responses import StreamingResponse

from coachkit.access import Viewer
from coachkit.api.security import Asks, Installation, require_role
from coachkit.bootstrap import DRAFT_JOB, App
from coachkit.delivery.document import document
from coachkit.domain.drafts import Origin
from coachkit.errors import NotFound
from coachkit.jobs import Job, JobState
from coachkit.web.pages.sources import connection_views
from coachkit.web.progress import Pace
from coachkit.web.rendering import Reader, html, reader_of

__all__ = ["router"]

router = APIRouter(include_in_schema=False)

LASTS_SECONDS = 60.0
_EVERY_SECONDS = 0.7
_REST_SECONDS = 2.0
_WORDED = (Origin.REWORDED, Origin.DRAFTED)
_OVER = (JobState.DONE, JobState.FAILED, JobState.CANCELLED)
_HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


@router.get("/events")
def stream(
    request: Request, app: Installation, viewer: Asks, job: Annotated[str, Query(max_length=80)] = ""
) -> StreamingResponse:
    """With ``job`` sentences of that document as they are worded, until it is done; without it how far the syncs are,
    for admins."""
    if job:
        found = app.jobs.get(job)
        if found.kind != DRAFT_JOB or found.arguments.get("viewer") != viewer.person:
            raise NotFound("there is no such job.", subject=job)
        events = _wording(request, app, viewer, found)
    else:
        require_role(viewer, "admin")
        events = _syncs(request, app, viewer, reader_of(request))
    return StreamingResponse(events, media_type="text/event-stream", headers=_HEADERS)


async def _wording(request: Request, app: App, viewer: Viewer, job: Job) -> AsyncIterator[str]:
    yield "retry: 1000\n\n"
    ends = time.monotonic() + LASTS_SECONDS
    wording = _Wording(request, app, viewer, job)
    while time.monotonic() < ends:
        state = (await to_thread.run_sync(app.jobs.get, job.id)).state
        for event in await to_thread.run_sync(wording.look):
            yield event
        if state in _OVER:
            yield _event("ready", {"state": state.value})
            return
        yield ": waiting\n\n"
        await anyio.sleep(_EVERY_SECONDS)


class _Wording:
    """Remembers which sentences of a document a stream has told, and tells those that were worded since."""

    def __init__(self, request: Request, app: App, viewer: Viewer, job: Job) -> None:
        self._request, self._app, self._viewer = request, app, viewer
        self._asked = job.arguments
        self._told: set[tuple[str, str, str]] = set()

    def look(self) -> list[str]:
        asked = self._asked
        draft = self._app.documents.following(
            asked["kind"],
            self._viewer,
            asked["subject"],
            language=asked["language"],
            model=asked["model"],
            on=date.fromisoformat(asked["on"]) if "on" in asked else None,
        )
        if draft is None:
            return []
        doc = document(draft, self._app.settings.timezone)
        events = []
        for one in (statement for section in doc.sections for statement in section.statements):
            words = (one.id, one.text, one.question)
            if one.origin in _WORDED and words not in self._told:
                self._told.add(words)
                line = html(self._request, "_statement.html", statement=one, doc=doc)
                events.append(_event("part", {"target": f"s-{one.id}", "html": line, "say": ""}))
        return events


async def _syncs(request: Request, app: App, viewer: Viewer, reader: Reader) -> AsyncIterator[str]:
    yield "retry: 1000\n\n"
    ends = time.monotonic() + LASTS_SECONDS
    watch = _Watch(request, app, viewer, reader)
    while time.monotonic() < ends:
        for event in await to_thread.run_sync(watch.look):
            yield event
        yield ": watching\n\n"
        await anyio.sleep(_EVERY_SECONDS if watch.busy else _REST_SECONDS)


class _Watch:
    """Remembers what a stream has told, and tells what is new."""

    def __init__(self, request: Request, app: App, viewer: Viewer, reader: Reader) -> None:
        self._request, self._app, self._viewer, self._reader = request, app, viewer, reader
        self._pace = Pace()
        self._told: dict[str, tuple[bool, str]] = {}

    @property
    def busy(self) -> bool:
        return any(busy for busy, _ in self._told.values())

    def look(self) -> list[str]:
        events = []
        for view in connection_views(self._app, self._viewer, self._reader, self._pace):
            name = view.one.name
            words = view.progress.words if view.progress else ""
            before = self._told.get(name)
            self._told[name] = (view.busy, words)
            if before is None or before == (view.busy, words):
                if before is None and view.busy:
                    events.append(self._part("progress", view.values(), name))
                continue
            if before[0] == view.busy:
                events.append(self._part("progress", view.values(), name))
            else:
                said = "" if view.busy else f"{name}: {view.state}"
                events.append(self._part("connection", view.values(), name, said))
        return events

    def _part(self, what: str, values: dict[str, Any], name: str, said: str = "") -> str:
        part = html(self._request, f"_{what}.html", **values)
        return _event("part", {"target": f"{what}-{name}", "html": part, "say": said})


def _event(kind: str, data: dict[str, Any]) -> str:
    return f"event: {kind}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n"
