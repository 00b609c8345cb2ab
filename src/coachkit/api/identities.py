"""The queue of doubtful identities: open questions, answers, and taking an answer back. For admins and HR."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request

from coachkit.api.identity_models import Answer, Decision, Decisions, Question, Questions
from coachkit.api.language import language_of
from coachkit.api.people import person_of
from coachkit.api.problems import PROBLEMS
from coachkit.api.security import Asks, Installation, require_role

__all__ = ["router"]

router = APIRouter(tags=["identities"], responses=PROBLEMS)

_ROLES = ("admin", "hr")


@router.get("/identities", summary="Accounts that nobody could match for certain")
def read_questions(
    request: Request,
    app: Installation,
    viewer: Asks,
    limit: Annotated[int, Query(ge=1, le=200)] = 20,
    offset: Annotated[int, Query(ge=0, le=10_000)] = 0,
) -> Questions:
    """For admins and HR. Each with the people it might be, and what speaks for and against each."""
    require_role(viewer, *_ROLES)
    language = language_of(request, default=app.settings.language)
    found = app.identities.list(limit=limit + 1, offset=offset)
    more = len(found) > limit
    return Questions(
        questions=[Question.of(one, language) for one in found[:limit]],
        next=str(request.url.include_query_params(offset=offset + limit)) if more else None,
    )


@router.post("/identities/{identity_id}", summary="Answer whose an account is", status_code=201)
def answer(
    app: Installation,
    viewer: Asks,
    identity_id: Annotated[str, Path(description="Id of the account, or its key.", examples=["github:mgomez"])],
    said: Answer,
) -> Decision:
    """For admins and HR. The answer holds at once, for everything that the account ever did, and can be undone."""
    require_role(viewer, *_ROLES)
    identity, queue = app.identities.identity(identity_id), app.identities
    if said.verdict == "nobody" or said.person is None:
        made = queue.assign_nobody(identity, by=viewer.name, reason=said.reason, now=viewer.at)
    else:
        decide = queue.accept if said.verdict == "is" else queue.refuse
        person = person_of(app, said.person).id
        made = decide(identity, person, by=viewer.name, reason=said.reason, now=viewer.at)
    return Decision.of(made)


@router.get("/identities/decisions", summary="Answers that were given")
def read_decisions(app: Installation, viewer: Asks, limit: Annotated[int, Query(ge=1, le=200)] = 50) -> Decisions:
    """For admins and HR."""
    require_role(viewer, *_ROLES)
    return Decisions(decisions=[Decision.of(one) for one in app.identities.decisions(limit=limit)])


@router.post("/identities/decisions/{decision_id}/undo", summary="Take an answer back")
def undo(app: Installation, viewer: Asks, decision_id: str) -> Decision:
    """For admins and HR. Everything is as if the answer had never been given."""
    require_role(viewer, *_ROLES)
    return Decision.of(app.identities.undo(decision_id, by=viewer.name, now=viewer.at))
