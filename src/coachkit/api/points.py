"""Preparing a check-in together: points of both sides, and your private notes."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict, Field

from coachkit.api.models import Person
from coachkit.api.people import PersonId, person_of
from coachkit.api.problems import PROBLEMS
from coachkit.api.security import Asks, Installation
from coachkit.bootstrap import App
from coachkit.delivery.preparing import LONGEST_NOTE, LONGEST_POINT, Sheet

__all__ = ["router"]

router = APIRouter(tags=["check-ins"], responses=PROBLEMS)

PointId = Annotated[str, Path(description="Id of a point.", examples=["9bcf3e18856b578a"])]


class _Model(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class Point(_Model):
    """Something one side wants to talk about."""

    id: str
    text: str
    author: str = Field(description="Name of who put it down.")
    own: bool
    here: bool = Field(description="Put down here; otherwise it stands in a source.")
    added_at: datetime
    since: date | None = Field(description="Day of the check-in at which it was first left open.")
    done_at: datetime | None
    may_remove: bool


class Points(_Model):
    """What the two talk about next, the report's points first."""

    report: Person
    manager: Person
    theirs: list[Point] = Field(description="Of the report, in the order of the talk.")
    others: list[Point] = Field(description="Of the manager, in the order of the talk.")
    meeting_at: datetime | None
    last_at: datetime | None
    one_sided: bool = Field(description="The manager owns over half of it.")


class PointRequest(BaseModel):
    model_config = ConfigDict(
        extra="forbid", strict=True, json_schema_extra={"examples": [{"text": "May we move the on-call in June?"}]}
    )

    text: str = Field(max_length=LONGEST_POINT)


class PointChange(BaseModel):
    """What to do with a point; what is left out stays as it is."""

    model_config = ConfigDict(extra="forbid", strict=True, json_schema_extra={"examples": [{"done": True}]})

    done: bool | None = Field(None, description="Tick it off, or open it again.")
    move: int | None = Field(None, ge=-50, le=50, description="Places among those of its side: -1 is one up.")
    removed: bool | None = Field(None, description="Take back what you put down here, or put it back.")


class Note(_Model):
    """A private note: nobody but you reads it."""

    id: str
    text: str
    at: datetime


class Notes(_Model):
    notes: list[Note]


class NoteRequest(BaseModel):
    model_config = ConfigDict(
        extra="forbid", strict=True, json_schema_extra={"examples": [{"text": "Ask how the talk went."}]}
    )

    text: str = Field(max_length=LONGEST_NOTE)


def _points(app: App, sheet: Sheet) -> Points:
    return Points(
        report=Person.of(app.directory.person(sheet.report)),
        manager=Person.of(app.directory.person(sheet.manager)),
        theirs=[Point.model_validate(one) for one in sheet.theirs],
        others=[Point.model_validate(one) for one in sheet.others],
        meeting_at=sheet.meeting_at,
        last_at=sheet.last_at,
        one_sided=sheet.one_sided,
    )


@router.get("/people/{person_id}/points", summary="What the two talk about next")
def read_points(app: Installation, viewer: Asks, person_id: PersonId) -> Points:
    """Points of both sides, from sources and put down here, with what was carried over. For the person and their
    manager alone."""
    return _points(app, app.talks.preparing.sheet(viewer, person_of(app, person_id).id))


@router.post("/people/{person_id}/points", summary="Put a point down", status_code=201)
def write_point(app: Installation, viewer: Asks, person_id: PersonId, asked: PointRequest) -> Points:
    """Both sides see it at once. The same words again are the same point."""
    person = person_of(app, person_id)
    app.talks.preparing.add(viewer, person.id, asked.text)
    return _points(app, app.talks.preparing.sheet(viewer, person.id))


@router.patch("/people/{person_id}/points/{point}", summary="Tick a point off, move it, take it back")
def change_point(app: Installation, viewer: Asks, person_id: PersonId, point: PointId, asked: PointChange) -> Points:
    """Either side may tick and move; a point is taken back by whoever put it down here."""
    person, preparing = person_of(app, person_id), app.talks.preparing
    if asked.removed is not None:
        preparing.set_removed(viewer, person.id, point, asked.removed)
    if asked.done is not None:
        preparing.set_done(viewer, person.id, point, asked.done)
    if asked.move is not None:
        preparing.move(viewer, person.id, point, asked.move)
    return _points(app, preparing.sheet(viewer, person.id))


@router.get("/people/{person_id}/notes", summary="Your private notes about a person")
def read_notes(app: Installation, viewer: Asks, person_id: PersonId) -> Notes:
    """Yours alone: no document, search or export knows of them."""
    found = app.talks.notes.about(viewer, person_of(app, person_id).id)
    return Notes(notes=[Note.model_validate(one) for one in found])


@router.post("/people/{person_id}/notes", summary="Keep a private note", status_code=201)
def write_note(app: Installation, viewer: Asks, person_id: PersonId, asked: NoteRequest) -> Note:
    return Note.model_validate(app.talks.notes.add(viewer, person_of(app, person_id).id, asked.text))


@router.delete("/notes/{note}", summary="Take a private note away", status_code=204)
def remove_note(app: Installation, viewer: Asks, note: str) -> None:
    app.talks.notes.set_removed(viewer, note, removed=True)
