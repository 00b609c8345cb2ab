"""Whose brief one may open, and the briefs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query, Request, Response

from coachkit.access import PersonEntry, Viewer
from coachkit.access.policy import HR, opens_brief
from coachkit.api.language import Language, language_of
from coachkit.api.models import Brief, BriefRequest, OpenPerson, People, Person
from coachkit.api.preparing import open_document, prepare_document
from coachkit.api.problems import PROBLEMS
from coachkit.api.security import Asks, Installation
from coachkit.bootstrap import App
from coachkit.delivery.document import document
from coachkit.domain.drafts import DraftKind
from coachkit.domain.identity import unpublic_id
from coachkit.errors import CoachkitError, NotFound

__all__ = ["OpenTo", "PersonId", "granted_people", "open_people", "person_of", "router"]

router = APIRouter(tags=["briefs"], responses=PROBLEMS)

PersonId = Annotated[str, Path(description="Id of a person.", examples=["ae6q4bcf2y7cu"])]


def person_of(app: App, person_id: str) -> PersonEntry:
    """:raises NotFound: if there is no such person, or this is no id."""
    try:
        return app.directory.person(unpublic_id(person_id))
    except ValueError:
        raise NotFound("there is no such person.") from None


@dataclass(frozen=True, slots=True)
class OpenTo:
    """Somebody whose brief the viewer may open, and why; ``reason`` is that of a grant."""

    person: PersonEntry
    relation: Literal["self", "report", "grant"]
    reason: str = ""


def open_people(app: App, viewer: Viewer) -> list[OpenTo]:
    """Whose brief the viewer may open today: their own, then their reports', then what grants open, by name."""
    found = {viewer.person: OpenTo(app.directory.person(viewer.person), "self")}
    found |= {one.id: OpenTo(one, "report") for one in app.directory.reports_of(viewer.person)}
    granted = {
        person.id: OpenTo(person, "grant", reason)
        for person, reason in granted_people(app, viewer)
        if person.id not in found and opens_brief(app.directory, viewer, person, viewer.at)
    }
    return [*found.values(), *sorted(granted.values(), key=lambda one: one.person.name)]


def granted_people(app: App, viewer: Viewer) -> Iterator[tuple[PersonEntry, str]]:
    """Who works here and whom HR's grant opens to the viewer, with its reason."""
    for grant in app.grants.list(viewer.person):
        kind, _, account = grant.scope_key.partition(":")
        if grant.role != HR or kind != "subject":
            continue
        try:
            person = app.directory.find_person(account)
        except CoachkitError:  # the account is nobody's any more
            continue
        if person.active and app.directory.is_granted(viewer.person, HR, person.id):
            yield person, grant.reason


@router.get("/people", summary="Whose brief you may open")
def read_people(app: Installation, viewer: Asks) -> People:
    """Yourself, those who report to you today, and those whom a grant opens to you."""
    return People(
        people=[
            OpenPerson(**Person.of(one.person).model_dump(), relation=one.relation, reason=one.reason)
            for one in open_people(app, viewer)
        ]
    )


@router.get("/people/{person_id}/brief", summary="Today's brief about a person")
def read_brief(
    request: Request,
    app: Installation,
    viewer: Asks,
    person_id: PersonId,
    language: Annotated[Language | None, Query(description="Of the brief; left out: that of the request.")] = None,
    model: Annotated[str | None, Query(description="none, local, or the model that is set here.")] = None,
    on: Annotated[date | None, Query(description="As of the end of which day; left out: as of now.")] = None,
) -> Brief:
    """The brief as of today, or of the day asked for. If none was prepared today it is computed now; if a model is set,
    `job` words it in the background, and asking again later gives its wording."""
    person = person_of(app, person_id)
    spoken = language or language_of(request, default=app.settings.language)
    opened = open_document(app, DraftKind.BRIEF, viewer, person.id, language=spoken, model=model, now=viewer.at, on=on)
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
    opened = prepare_document(
        app,
        DraftKind.BRIEF,
        viewer,
        person.id,
        language=spoken,
        model=asked.model,
        now=viewer.at,
        wait=asked.wait,
        on=asked.on,
    )
    response.headers["Location"] = f"/api/drafts/{opened.draft.id}"
    return Brief.of(document(opened.draft, app.settings.timezone), opened.job)
