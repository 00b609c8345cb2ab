"""Contribution summaries: what waits for one's own look, asking for one, reading it, and writing beside it."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import HTMLResponse, PlainTextResponse

from coachkit.access import Viewer
from coachkit.api.contributions import ask_for, summary_of
from coachkit.api.language import Language
from coachkit.api.security import Asks, Installation
from coachkit.bootstrap import App
from coachkit.delivery.document import document
from coachkit.delivery.markdown import markdown
from coachkit.domain.identity import public_id, unpublic_id
from coachkit.drafting.cleaning import clean
from coachkit.drafting.showing_kinds import LONGEST_ANNOTATION, AnnotationKind, Showing
from coachkit.errors import AccessDenied, Ambiguous, CoachkitError
from coachkit.web.i18n import mark
from coachkit.web.rendering import back, page, reader_of

__all__ = ["router"]

router = APIRouter()

_KINDS = {
    AnnotationKind.REMARK: mark("A remark"),
    AnnotationKind.ADDS: mark("It adds what no system saw"),
    AnnotationKind.DIFFERS: mark("I see it differently"),
}
_SAID = {
    AnnotationKind.REMARK: mark("%(name)s remarks"),
    AnnotationKind.ADDS: mark("%(name)s adds"),
    AnnotationKind.DIFFERS: mark("%(name)s sees it differently"),
}


@router.get("/contributions")
def show(request: Request, app: Installation, viewer: Asks) -> HTMLResponse:
    return _listed(request, app, viewer)


@router.post("/contributions")
def ask(
    request: Request,
    app: Installation,
    viewer: Asks,
    about: Annotated[str, Form(max_length=200)],
    language: Annotated[Language, Form()],
) -> Response:
    try:
        asked = ask_for(app, viewer, about, language=language)
    except CoachkitError as error:
        if error.http_status >= 500:
            raise
        return _listed(request, app, viewer, about=about, error=error)
    through = {"through": public_id(asked.through.id)} if asked.through is not None else {}
    return back(f"/contributions/{asked.draft.id}" + (f"?{urlencode(through)}" if through else ""))


def _listed(
    request: Request, app: App, viewer: Viewer, *, about: str = "", error: CoachkitError | None = None
) -> HTMLResponse:
    reader = reader_of(request)
    zh = reader.language == "zh"
    showings = app.showings.of_person(viewer)
    waiting = {one.draft for one in app.showings.waiting(viewer)}
    problem = ""
    if error is not None:
        message, hint = error.chinese if zh and error.chinese[0] else (error.message, error.hint)
        problem = f"{message[:1].upper()}{message[1:]} {hint}".strip()
    candidates = [one.partition(" · ")[0] for one in error.candidates] if isinstance(error, Ambiguous) else []
    return page(
        request,
        "contributions.html",
        status=error.http_status if error is not None else 200,
        nav="home",
        waiting=[_row(app, one, viewer) for one in showings if one.draft in waiting],
        others=[_row(app, one, viewer) for one in showings if one.draft not in waiting],
        about=about,
        problem=problem,
        candidates=candidates,
        words=[
            {
                "id": public_id(row.id),
                "text": clean(row.text),
                "about": row.item or "",
                "day": reader.fmt.day(row.occurred_at),
                "quotable": row.agreed_at is not None,
            }
            for row in app.showing_store.words_of(viewer.person, viewer.scopes)
            if row.kind == "org"
        ],
    )


def _row(app: App, one: Showing, viewer: Viewer) -> dict[str, Any]:
    return {
        "draft": one.draft,
        "target": app.targets.target(one.target),
        "asked_by_me": one.viewer == viewer.person,
        "own": one.is_own,
        "open": one.is_open(viewer.at) and not one.is_own,
        "opens_at": one.opens_at,
        "waits": len(one.waits_for),
    }


@router.get("/contributions/{draft_id}")
def show_one(
    request: Request,
    app: Installation,
    viewer: Asks,
    draft_id: str,
    through: Annotated[str, Query(max_length=20)] = "",
) -> HTMLResponse:
    try:
        draft = summary_of(app, viewer, draft_id)
    except AccessDenied:
        say = reader_of(request).say
        return page(
            request,
            "error.html",
            status=403,
            number=403,
            title=say("This summary is not open to you."),
            detail=say(
                "A contribution summary is open to who leads the team or owns the goal, to HR with a grant for the "
                "team, and to those whom it names."
            ),
        )
    reader = reader_of(request)
    standing = app.showings.standing(draft, viewer)
    return page(
        request,
        "contribution.html",
        nav="home",
        draft=draft,
        doc=document(draft, app.settings.timezone),
        header=draft.header,
        standing=standing,
        target=app.targets.target(unpublic_id(draft.subject)),
        through=_name(app, through),
        asked=draft.viewer == public_id(viewer.person),
        kinds=[(str(kind), label) for kind, label in _KINDS.items()],
        notes={
            statement: [
                {
                    "id": one.id,
                    "said": reader.say(_SAID[one.kind], name=standing.authors.get(one.person, "")),
                    "text": one.text,
                    "day": reader.fmt.day(one.at),
                    "mine": one.person == viewer.person,
                    "differs": one.kind is AnnotationKind.DIFFERS,
                }
                for one in several
            ]
            for statement, several in standing.annotations.items()
        },
        longest=LONGEST_ANNOTATION,
        beside={str(one.data.get("id")) for s in draft.sections for one in s.statements if one.data.get("annotation")},
    )


def _name(app: App, public: str) -> str:
    try:
        return app.directory.person(unpublic_id(public)).name if public else ""
    except (CoachkitError, ValueError):
        return ""


@router.get("/contributions/{draft_id}/markdown")
def save(app: Installation, viewer: Asks, draft_id: str) -> Response:
    doc = document(summary_of(app, viewer, draft_id), app.settings.timezone)
    name = quote(f"{doc.headline}.md".replace("/", "-"))
    return PlainTextResponse(
        markdown(doc),
        media_type="text/markdown; charset=utf-8",
        headers={"Content-Disposition": f"attachment; filename=\"contributions.md\"; filename*=UTF-8''{name}"},
    )


@router.post("/contributions/{draft_id}/agree")
def agree(app: Installation, viewer: Asks, draft_id: str) -> Response:
    app.showings.agree(summary_of(app, viewer, draft_id), viewer)
    return back(f"/contributions/{draft_id}")


@router.post("/contributions/{draft_id}/annotations")
def annotate(
    app: Installation,
    viewer: Asks,
    draft_id: str,
    text: Annotated[str, Form(max_length=2000)],
    kind: Annotated[AnnotationKind, Form()],
    statement: Annotated[str, Form(max_length=40)] = "",
) -> Response:
    app.showings.annotate(summary_of(app, viewer, draft_id), viewer, statement, text, kind)
    return back(f"/contributions/{draft_id}" + (f"#statement-{statement}" if statement else "#whole"))


@router.post("/contributions/{draft_id}/annotations/{annotation}/withdraw")
def withdraw(app: Installation, viewer: Asks, draft_id: str, annotation: str) -> Response:
    app.showings.withdraw(annotation, viewer)
    return back(f"/contributions/{draft_id}")


@router.post("/quotes/{record}")
def consent(app: Installation, viewer: Asks, record: str, agreed: Annotated[bool, Form()]) -> Response:
    app.showings.consent(record, viewer, agreed=agreed)
    return back("/contributions#quotes")
