"""The brief about a person: its page, preparing it anew, and its Markdown."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import HTMLResponse, PlainTextResponse

from coachkit.access import PersonEntry, Viewer
from coachkit.api.language import Language
from coachkit.api.people import person_of
from coachkit.api.preparing import models_of, open_document, prepare_document
from coachkit.api.security import Asks, Installation
from coachkit.bootstrap import App
from coachkit.delivery.action_items import ActionItemState
from coachkit.delivery.document import Document, document
from coachkit.delivery.markdown import markdown
from coachkit.domain.drafts import Draft, DraftKind, Header
from coachkit.errors import AccessDenied
from coachkit.web.rendering import back, page, reader_of
from coachkit.web.words import models_in_words

__all__ = ["router"]

router = APIRouter()


@router.get("/people/{person_id}/brief")
def show(
    request: Request,
    app: Installation,
    viewer: Asks,
    person_id: str,
    language: Annotated[Language | None, Query()] = None,
    model: Annotated[str | None, Query(max_length=200)] = None,
) -> HTMLResponse:
    person = person_of(app, person_id)
    spoken = language or reader_of(request).language
    try:
        opened = open_document(app, DraftKind.BRIEF, viewer, person.id, language=spoken, model=model, now=viewer.at)
    except AccessDenied:
        return _closed(request)
    chosen = model or app.settings.model
    return _shown(request, app, viewer, person, opened.draft, chosen=chosen, job=opened.job)


@router.post("/people/{person_id}/brief")
def prepare(
    app: Installation,
    viewer: Asks,
    person_id: str,
    language: Annotated[Language, Form()],
    model: Annotated[str, Form(max_length=200)],
) -> Response:
    person = person_of(app, person_id)
    prepare_document(app, DraftKind.BRIEF, viewer, person.id, language=language, model=model, now=viewer.at)
    wanted = urlencode({"language": language, "model": model})
    return back(f"/people/{person.public_id}/brief?{wanted}")


@router.get("/drafts/{draft_id}")
def show_draft(request: Request, app: Installation, viewer: Asks, draft_id: str) -> HTMLResponse:
    draft = app.documents.get(draft_id, viewer)
    return _shown(request, app, viewer, person_of(app, draft.subject), draft, chosen=draft.model)


@router.get("/drafts/{draft_id}/markdown")
def save(app: Installation, viewer: Asks, draft_id: str) -> Response:
    doc = document(app.documents.get(draft_id, viewer), app.settings.timezone)
    name = quote(f"{doc.headline}.md".replace("/", "-"))
    return PlainTextResponse(
        markdown(doc),
        media_type="text/markdown; charset=utf-8",
        headers={"Content-Disposition": f"attachment; filename=\"brief.md\"; filename*=UTF-8''{name}"},
    )


def _shown(
    request: Request,
    app: App,
    viewer: Viewer,
    person: PersonEntry,
    draft: Draft,
    *,
    chosen: str,
    job: str | None = None,
) -> HTMLResponse:
    doc = document(draft, app.settings.timezone)
    say = reader_of(request).say
    models = models_in_words(models_of(app), say)
    values: dict[str, Any] = {
        "draft": draft,
        "doc": doc,
        "header": draft.header or Header(person=draft.title),
        "person": person,
        "own": person.id == viewer.person,
        "of_the_two": person.id == viewer.person or viewer.person == person.manager,
        "actions": _actions(app, viewer, doc),
        "job": job,
        "model": chosen,
        "models": models,
        "wording": dict(models_in_words((draft.model,), say))[draft.model],
    }
    return page(request, "brief.html", **values)


def _closed(request: Request) -> HTMLResponse:
    """Whose brief it is may be known to all who work here; that it is not theirs to open is said, and to whom it is."""
    say = reader_of(request).say
    return page(
        request,
        "error.html",
        status=403,
        number=403,
        title=say("This brief is not open to you."),
        detail=say(
            "A brief is open to the person it is about, to whom they report to today, and to HR with a grant. "
            "If the reporting line has changed, ask HR to correct it."
        ),
    )


def _actions(app: App, viewer: Viewer, doc: Document) -> list[ActionItemState]:
    """The action items of a document as they are now, in its order; ticked ones stay in their place."""
    ids = [s.action.id for section in doc.sections for s in section.statements if s.action is not None]
    states = app.action_items.several(ids, viewer)
    return [states[one] for one in ids if one in states]
