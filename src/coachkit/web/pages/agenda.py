"""Preparing a check-in together: both sides' points, what was carried over, one's private notes, the report's work."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import HTMLResponse

from coachkit.access import Viewer
from coachkit.api.language import Language
from coachkit.api.people import person_of
from coachkit.api.preparing import open_document, prepare_document
from coachkit.api.security import Asks, Installation
from coachkit.bootstrap import App
from coachkit.delivery.action_items import ActionItemState
from coachkit.delivery.document import Document, document
from coachkit.delivery.preparing import LONGEST_NOTE, LONGEST_POINT
from coachkit.domain.drafts import DraftKind, Header
from coachkit.domain.identity import public_id
from coachkit.errors import AccessDenied
from coachkit.web.rendering import back, page, reader_of

__all__ = ["router"]

router = APIRouter()

DRAFTED = ("progress", "plan", "risk", "unknowns")
"""Parts that are computed; the points above them are the two's own."""


@router.get("/people/{person_id}/agenda")
def show(
    request: Request,
    app: Installation,
    viewer: Asks,
    person_id: str,
    language: Annotated[Language | None, Query()] = None,
    taken: Annotated[str, Query(max_length=40)] = "",
    gone: Annotated[str, Query(max_length=40)] = "",
) -> HTMLResponse:
    """:param taken: a point just taken back, ``gone`` a note just taken away: both can be put back."""
    person, reader = person_of(app, person_id), reader_of(request)
    try:
        sheet = app.talks.preparing.sheet(viewer, person.id)
    except AccessDenied:
        return _closed(request)
    spoken = language or reader.language
    opened = open_document(app, DraftKind.AGENDA, viewer, person.id, language=spoken, model="none", now=viewer.at)
    doc = document(opened.draft, app.settings.timezone)
    mine = viewer.person == person.id
    other = sheet.manager if mine else sheet.report
    values: dict[str, Any] = {
        "person": person,
        "draft": opened.draft,
        "doc": doc,
        "header": opened.draft.header or Header(person=opened.draft.title),
        "sheet": sheet,
        "mine": mine,
        "other_name": sheet.manager_name if mine else sheet.report_name,
        "other_id": public_id(other),
        "sections": [section for section in doc.sections if section.name in DRAFTED],
        "cited": _cited(doc),
        "actions": _actions(app, viewer, doc),
        "notes": app.talks.notes.about(viewer, other),
        "longest": {"point": LONGEST_POINT, "note": LONGEST_NOTE},
        "taken": taken,
        "gone": gone,
        "place": _place,
    }
    return page(request, "agenda.html", **values)


@router.post("/people/{person_id}/agenda")
def prepare(app: Installation, viewer: Asks, person_id: str, language: Annotated[Language, Form()]) -> Response:
    person = person_of(app, person_id)
    prepare_document(app, DraftKind.AGENDA, viewer, person.id, language=language, model="none", now=viewer.at)
    return back(f"{_place(person.public_id)}?language={language}")


@router.post("/people/{person_id}/points")
def add(
    app: Installation, viewer: Asks, person_id: str, text: Annotated[str, Form(max_length=4 * LONGEST_POINT)]
) -> Response:
    person = person_of(app, person_id)
    point = app.talks.preparing.add(viewer, person.id, text)
    return back(f"{_place(person.public_id)}#point-{point}")


@router.post("/people/{person_id}/points/{point}")
def change(
    app: Installation,
    viewer: Asks,
    person_id: str,
    point: str,
    do: Annotated[Literal["done", "open", "up", "down", "remove", "restore"], Form()],
) -> Response:
    person, preparing = person_of(app, person_id), app.talks.preparing
    if do in ("done", "open"):
        preparing.set_done(viewer, person.id, point, do == "done")
    elif do in ("up", "down"):
        preparing.move(viewer, person.id, point, -1 if do == "up" else 1)
    else:
        preparing.set_removed(viewer, person.id, point, do == "remove")
    if do == "remove":
        return back(f"{_place(person.public_id)}?taken={point}#undo")
    return back(f"{_place(person.public_id)}#point-{point}")


@router.post("/people/{person_id}/notes")
def add_note(
    app: Installation,
    viewer: Asks,
    person_id: str,
    text: Annotated[str, Form(max_length=4 * LONGEST_NOTE)],
    agenda: Annotated[str, Form(max_length=40)],
) -> Response:
    """:param agenda: id of the report whose agenda the page shows."""
    app.talks.notes.add(viewer, person_of(app, person_id).id, text)
    return back(f"{_place(agenda)}#notes")


@router.post("/notes/{note}")
def change_note(
    app: Installation,
    viewer: Asks,
    note: str,
    do: Annotated[Literal["remove", "restore"], Form()],
    agenda: Annotated[str, Form(max_length=40)],
) -> Response:
    app.talks.notes.set_removed(viewer, note, do == "remove")
    return back(f"{_place(agenda)}?gone={note}#undo-note" if do == "remove" else f"{_place(agenda)}#notes")


def _place(person_id: str) -> str:
    return f"/people/{person_id}/agenda"


def _cited(doc: Document) -> list[Any]:
    """The sources of what the page shows of the document."""
    numbers = {
        number
        for section in doc.sections
        if section.name in DRAFTED
        for statement in section.statements
        for number in statement.citations
    }
    return [source for source in doc.sources if source.number in numbers]


def _actions(app: App, viewer: Viewer, doc: Document) -> list[ActionItemState]:
    """The action items of the two as they are now, in the document's order."""
    ids = [s.action.id for section in doc.sections for s in section.statements if s.action is not None]
    states = app.action_items.several(ids, viewer)
    return [states[one] for one in ids if one in states]


def _closed(request: Request) -> HTMLResponse:
    say = reader_of(request).say
    return page(
        request,
        "error.html",
        status=403,
        number=403,
        title=say("This agenda is not open to you."),
        detail=say("An agenda is open to the person and to whom they report to today, and to nobody else."),
    )
