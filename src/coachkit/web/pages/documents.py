"""Documents about a person: the page of each, preparing it anew, its Markdown, and why it says what it says."""

from __future__ import annotations

from itertools import groupby
from typing import Annotated, Any
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import HTMLResponse, PlainTextResponse

from coachkit.access import Viewer
from coachkit.api.documents import kind_of
from coachkit.api.language import Language
from coachkit.api.people import person_of
from coachkit.api.preparing import models_of, open_document, prepare_document
from coachkit.api.security import Asks, Installation
from coachkit.bootstrap import App
from coachkit.delivery.action_items import ActionItemState
from coachkit.delivery.document import Document, document
from coachkit.delivery.markdown import markdown
from coachkit.domain.drafts import Draft, DraftKind, Header
from coachkit.domain.explanations import Explanation
from coachkit.domain.identity import unpublic_id
from coachkit.errors import AccessDenied, NotFound
from coachkit.web.rendering import back, page, reader_of
from coachkit.web.words import CHECKS, DOCUMENTS, EDITS, KINDS, OUTCOMES, UNTOLD, models_in_words

__all__ = ["router"]

router = APIRouter()

Wanted = Annotated[Language | None, Query()]
Model = Annotated[str | None, Query(max_length=200)]


@router.get("/people/{person_id}/brief")
def show_brief(
    request: Request,
    app: Installation,
    viewer: Asks,
    person_id: str,
    language: Wanted = None,
    model: Model = None,
) -> HTMLResponse:
    return _open(request, app, viewer, DraftKind.BRIEF, person_id, language, model)


@router.post("/people/{person_id}/brief")
def prepare_brief(
    app: Installation,
    viewer: Asks,
    person_id: str,
    language: Annotated[Language, Form()],
    model: Annotated[str, Form(max_length=200)],
) -> Response:
    return _prepare(app, viewer, DraftKind.BRIEF, person_id, language, model)


@router.get("/people/{person_id}/documents/{kind}")
def show(
    request: Request,
    app: Installation,
    viewer: Asks,
    person_id: str,
    kind: str,
    language: Wanted = None,
    model: Model = None,
) -> HTMLResponse:
    return _open(request, app, viewer, kind_of(app, kind), person_id, language, model)


@router.post("/people/{person_id}/documents/{kind}")
def prepare(
    app: Installation,
    viewer: Asks,
    person_id: str,
    kind: str,
    language: Annotated[Language, Form()],
    model: Annotated[str, Form(max_length=200)],
) -> Response:
    return _prepare(app, viewer, kind_of(app, kind), person_id, language, model)


def _open(
    request: Request,
    app: App,
    viewer: Viewer,
    kind: DraftKind,
    person_id: str,
    language: Language | None,
    model: str | None,
) -> HTMLResponse:
    person = person_of(app, person_id)
    spoken = language or reader_of(request).language
    try:
        opened = open_document(app, kind, viewer, person.id, language=spoken, model=model, now=viewer.at)
    except AccessDenied:
        if kind is DraftKind.BRIEF:
            return _closed(request)
        raise
    return _shown(request, app, viewer, opened.draft, chosen=model or app.settings.model, job=opened.job)


def _prepare(app: App, viewer: Viewer, kind: DraftKind, person_id: str, language: Language, model: str) -> Response:
    person = person_of(app, person_id)
    prepare_document(app, kind, viewer, person.id, language=language, model=model, now=viewer.at)
    wanted = urlencode({"language": language, "model": model})
    return back(f"{_address(kind, person.public_id)}?{wanted}")


def _address(kind: DraftKind, person_id: str) -> str:
    if kind is DraftKind.BRIEF:
        return f"/people/{person_id}/brief"
    return f"/people/{person_id}/documents/{kind.replace('_', '-')}"


@router.get("/drafts/{draft_id}")
def show_draft(request: Request, app: Installation, viewer: Asks, draft_id: str) -> Response:
    draft = app.documents.get(draft_id, viewer)
    if draft.kind is DraftKind.CONTRIBUTION_SUMMARY:
        return back(f"/contributions/{draft.id}")
    return _shown(request, app, viewer, draft, chosen=draft.model)


@router.get("/drafts/{draft_id}/markdown")
def save(app: Installation, viewer: Asks, draft_id: str) -> Response:
    doc = document(app.documents.get(draft_id, viewer), app.settings.timezone)
    plain, name = doc.kind.replace("_", "-"), quote(f"{doc.headline}.md".replace("/", "-"))
    return PlainTextResponse(
        markdown(doc),
        media_type="text/markdown; charset=utf-8",
        headers={"Content-Disposition": f"attachment; filename=\"{plain}.md\"; filename*=UTF-8''{name}"},
    )


@router.get("/drafts/{draft_id}/why")
def show_why(request: Request, app: Installation, viewer: Asks, draft_id: str) -> HTMLResponse:
    return _explained(request, app.documents.explanation(draft_id, viewer), None)


@router.get("/drafts/{draft_id}/why/{statement}")
def show_why_one(request: Request, app: Installation, viewer: Asks, draft_id: str, statement: str) -> HTMLResponse:
    why = app.documents.explanation(draft_id, viewer)
    if not why.withheld and all(one.id != statement for one in why.sentences):
        raise NotFound("there is no such statement in this draft.")
    return _explained(request, why, statement)


def _explained(request: Request, why: Explanation, statement: str | None) -> HTMLResponse:
    say = reader_of(request).say
    told = [one for one in why.sentences if statement in (None, one.id)]
    groups = [
        {"title": title, "sentences": list(sentences)}
        for title, sentences in groupby(told, key=lambda one: one.section_title)
    ]
    return page(
        request,
        "explanation.html",
        why=why,
        single=statement is not None,
        sections=groups,
        untold=why.untold,
        doc_tag="zh-CN" if why.language == "zh" else "en",
        kind_name=say(DOCUMENTS[why.kind]),
        wording=dict(models_in_words((why.model,), say))[why.model],
        outcomes={name: say(words) for name, words in OUTCOMES.items()},
        reasons={name: say(words) for name, words in UNTOLD.items()},
        edits={name: say(words) for name, words in EDITS.items()},
        kinds={name: say(words) for name, words in KINDS.items()},
        checks={name: say(words) for name, words in CHECKS.items()},
    )


def _shown(
    request: Request, app: App, viewer: Viewer, draft: Draft, *, chosen: str, job: str | None = None
) -> HTMLResponse:
    doc = document(draft, app.settings.timezone)
    say = reader_of(request).say
    models = models_in_words(models_of(app), say)
    subject = unpublic_id(draft.subject)
    of_person = draft.kind is not DraftKind.CONTRIBUTION_SUMMARY
    manager = app.directory.manager_of(subject) if of_person else None
    values: dict[str, Any] = {
        "draft": draft,
        "doc": doc,
        "header": draft.header or Header(person=draft.title),
        "kind_name": "" if draft.kind is DraftKind.BRIEF else say(DOCUMENTS[doc.kind]),
        "anew": _address(draft.kind, draft.subject) if of_person else "",
        "own": subject == viewer.person,
        "of_the_two": viewer.person in (subject, manager.id if manager else None),
        "actions": _actions(app, viewer, doc),
        "job": job,
        "model": chosen,
        "models": models,
        "wording": dict(models_in_words((draft.model,), say))[draft.model],
    }
    return page(request, "document.html", **values)


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
