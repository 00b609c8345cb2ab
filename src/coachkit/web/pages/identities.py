"""The queue of doubtful identities: one click or one key to answer, one to take an answer back."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import HTMLResponse

from coachkit.api.people import person_of
from coachkit.api.security import Asks, Installation, require_role
from coachkit.bootstrap import App
from coachkit.domain.identity import public_id
from coachkit.errors import BadInput
from coachkit.ingest.identity_queue import Decision
from coachkit.web.rendering import Reader, back, page, reader_of

__all__ = ["router"]

router = APIRouter()

_SHOWN = 20
_ANSWERS = 20
REASON = "looked at on the page of identities"


@router.get("/identities")
def show(request: Request, app: Installation, viewer: Asks) -> HTMLResponse:
    require_role(viewer, "admin", "hr")
    questions = app.identities.list(limit=_SHOWN + 1)
    decisions = app.identities.decisions(limit=_ANSWERS)
    people = {candidate.person for question in questions for candidate in question.candidates}
    return page(
        request,
        "identities.html",
        nav="identities",
        questions=questions[:_SHOWN],
        more=len(questions) > _SHOWN,
        ids={person: public_id(person) for person in people},
        decisions=_answers(app, decisions, reader_of(request)),
    )


@router.post("/identities/{identity_id}")
def answer(
    app: Installation,
    viewer: Asks,
    identity_id: str,
    verdict: Annotated[str, Form()],
    person: Annotated[str, Form(max_length=20)] = "",
) -> Response:
    require_role(viewer, "admin", "hr")
    identity = app.identities.identity(identity_id)
    said = {"by": viewer.name, "reason": REASON}
    if verdict == "nobody":
        app.identities.assign_nobody(identity, **said, now=viewer.at)
    elif verdict in ("is", "not"):
        decide = app.identities.accept if verdict == "is" else app.identities.refuse
        decide(identity, person_of(app, person).id, **said, now=viewer.at)
    else:
        raise BadInput("an answer is one of: is, not, nobody.")
    return back("/identities")


@router.post("/identities/decisions/{decision_id}/undo")
def undo(app: Installation, viewer: Asks, decision_id: str) -> Response:
    require_role(viewer, "admin", "hr")
    app.identities.undo(decision_id, by=viewer.name, now=viewer.at)
    return back("/identities")


def _answers(app: App, decisions: tuple[Decision, ...], reader: Reader) -> list[dict[str, Any]]:
    names = {one.id: one.name for one in app.directory.people(left=True)}
    in_force = next((one.id for one in decisions if one.undone_at is None), None)
    return [
        {
            "id": one.public_id,
            "key": one.key,
            "said": _said(one, names.get(one.person or 0, "?"), reader),
            "by": one.decided_by,
            "when": reader.fmt.moment(one.decided_at),
            "undone": (one.undone_by or "?") if one.undone_at else "",
            "last": one.id == in_force,
        }
        for one in decisions
    ]


def _said(decision: Decision, person: str, reader: Reader) -> str:
    say = reader.say
    if decision.verdict == "is":
        return say("is %(name)s", name=person)
    return say("is nobody here") if decision.verdict == "nobody" else say("is not %(name)s", name=person)
