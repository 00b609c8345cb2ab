"""Briefs about people, and drafts by their id."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response

from coachkit.access import PersonEntry
from coachkit.api.briefing import open_brief, prepare_brief
from coachkit.api.language import Language, language_of
from coachkit.api.models import Brief, BriefRequest
from coachkit.api.problems import PROBLEMS
from coachkit.api.security import Asks, Installation
from coachkit.bootstrap import App
from coachkit.delivery.document import document
from coachkit.domain.identity import unpublic_id
from coachkit.errors import NotFound

__all__ = ["person_of", "router"]

router = APIRouter(tags=["briefs"], responses=PROBLEMS)

PersonId = Annotated[str, Path(description="Id of a person.", examples=["ae6q4bcf2y7cu"])]


def person_of(app: App, person_id: str) -> PersonEntry:
    """:raises NotFound: if there is no such person, or this is no id."""
    try:
        return app.directory.person(unpublic_id(person_id))
    except ValueError:
        raise NotFound("there is no such person.") from None


@router.get("/people/{person_id}/brief", summary="Today's brief about a person")
def read_brief(
    request: Request,
    app: Installation,
    viewer: Asks,
    person_id: PersonId,
    language: Annotated[Language | None, Query(description="Of the brief; left out: that of the request.")] = None,
    model: Annotated[str | None, Query(description="none, local, or the model that is set here.")] = None,
) -> Brief:
    """The brief as of today. If none was prepared today it is computed now; if a model is set, `job` words it in the
    background, and asking again later gives its wording."""
    person = person_of(app, person_id)
    spoken = language or language_of(request, default=app.settings.language)
    opened = open_brief(app, viewer, person.id, language=spoken, model=model, now=viewer.at)
    return Brief.of(document(opened.draft, app.settings.timezone), opened.job)


@router.post("/people/{person_id}/brief", summary="Prepare a brief anew", status_code=201)
def write_brief(
    request: Request,
    response: Response,
    app: Installation,
    viewer: Asks,
    person_id: PersonId,
    asked: BriefRequest,
) -> Brief:
    """Prepares the brief from what is known now. `Location` is its lasting address."""
    person = person_of(app, person_id)
    spoken = asked.language or language_of(request, default=app.settings.language)
    opened = prepare_brief(app, viewer, person.id, language=spoken, model=asked.model, now=viewer.at, wait=asked.wait)
    response.headers["Location"] = f"/api/drafts/{opened.draft.id}"
    return Brief.of(document(opened.draft, app.settings.timezone), opened.job)


@router.get("/drafts/{draft_id}", summary="A draft by its id")
def read_draft(app: Installation, viewer: Asks, draft_id: str) -> Brief:
    """The draft as the viewer may read it now: without what is gone or no longer theirs to read, and marked stale."""
    return Brief.of(document(app.briefs.get(draft_id, viewer), app.settings.timezone))
