"""A document as it is worded: computed sentences at once, each verified one as it comes, the whole at the end."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import date
from functools import partial
from typing import Annotated, Any

from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Query, Request
from fastapi.responses import StreamingResponse

from coachkit.access import Viewer
from coachkit.api.documents import Kind, kind_of
from coachkit.api.language import Language, language_of
from coachkit.api.models import Brief
from coachkit.api.people import PersonId, person_of
from coachkit.api.preparing import COMPUTED, model_of, prepare_document
from coachkit.api.problems import PROBLEMS, problem
from coachkit.api.security import Asks, Installation
from coachkit.bootstrap import App
from coachkit.delivery.document import document
from coachkit.domain.drafts import Draft, DraftKind, Statement
from coachkit.errors import CoachkitError

__all__ = ["router"]

router = APIRouter(tags=["documents"], responses=PROBLEMS)

_AT_ONCE = CapacityLimiter(4)
"""Threads in which models are waited for: never those that answer other requests."""
_HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


@router.get(
    "/people/{person_id}/documents/{kind}/stream",
    summary="A document anew, sentence by sentence",
    response_class=StreamingResponse,
    responses={200: {"content": {"text/event-stream": {}}, "description": "Server-sent events."}},
)
def stream_document(
    request: Request,
    app: Installation,
    viewer: Asks,
    person_id: PersonId,
    kind: Kind,
    language: Annotated[Language | None, Query(description="Left out: that of the request.")] = None,
    model: Annotated[str | None, Query(description="none, local, or the model that is set here.")] = None,
    on: Annotated[date | None, Query(description="As of the end of which day; left out: as of now.")] = None,
) -> StreamingResponse:
    """Prepares the document from what is known now. The first `document` is computed and complete; then a `statement`
    for each sentence that a model worded, once verified (`replaced`: it did not hold, the computed one stands); then
    the `document` as it is kept. If something fails on the way, `problem` says what; the computed document stands."""
    wanted, person = kind_of(app, kind), person_of(app, person_id)
    spoken = language or language_of(request, default=app.settings.language)
    chosen = model_of(app, model, spoken)
    asked = partial(prepare_document, app, wanted, viewer, person.id, language=spoken, now=viewer.at, on=on)
    quick = asked(model=COMPUTED).draft
    events = _worded(app, wanted, viewer, person.id, quick, spoken, chosen)
    return StreamingResponse(events, media_type="text/event-stream", headers=_HEADERS)


async def _worded(
    app: App, kind: DraftKind, viewer: Viewer, subject: int, quick: Draft, language: Language, model: str
) -> AsyncIterator[str]:
    yield _document(app, quick)
    if model == COMPUTED:
        return
    loop = asyncio.get_running_loop()
    come: asyncio.Queue[str | None] = asyncio.Queue()

    def tell(fact: str, statement: Statement) -> None:
        said = {"id": fact, "text": statement.text, "question": statement.question, "origin": statement.origin}
        loop.call_soon_threadsafe(come.put_nowait, _event("statement", said))

    def prepare() -> None:
        try:
            made = app.documents.prepare(
                kind, viewer, subject, language=language, model=model, now=app.now(), on=quick.on, tell=tell
            )
            last = _document(app, made)
        except CoachkitError as error:
            last = _event("problem", problem(error, language).model_dump(mode="json", exclude_none=True))
        loop.call_soon_threadsafe(come.put_nowait, last)
        loop.call_soon_threadsafe(come.put_nowait, None)

    work = asyncio.ensure_future(to_thread.run_sync(prepare, limiter=_AT_ONCE))
    while (event := await come.get()) is not None:
        yield event
    await work


def _document(app: App, draft: Draft) -> str:
    shown = Brief.of(document(draft, app.settings.timezone), None)
    return _event("document", shown.model_dump(mode="json"))


def _event(name: str, data: dict[str, Any]) -> str:
    return f"event: {name}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n"
