"""Documents of every kind about a person, drafts by their id, why they say what they say, and what people change."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from coachkit.api.language import Language, language_of
from coachkit.api.models import Brief, BriefRequest
from coachkit.api.people import PersonId, person_of
from coachkit.api.preparing import open_document, prepare_document
from coachkit.api.problems import PROBLEMS
from coachkit.api.security import Asks, Installation
from coachkit.bootstrap import App
from coachkit.delivery.document import document
from coachkit.delivery.drafted import drafted
from coachkit.domain.drafts import DraftKind
from coachkit.domain.explanations import Explanation
from coachkit.errors import BadInput

__all__ = ["kind_of", "router"]

router = APIRouter(tags=["documents"], responses=PROBLEMS)

Kind = Annotated[
    str,
    Path(description="brief, agenda, self-review or key-conversation.", examples=["agenda"]),
]
DraftId = Annotated[str, Path(description="Id of a draft.", examples=["9f0c3e7a51d84b2c6a10"])]


def kind_of(app: App, text: str) -> DraftKind:
    """The kind of document that ``text`` names, of those about a person.

    :raises BadInput: if there is none.
    """
    kind = app.documents.agent(text.lower().replace("-", "_")).kind
    if kind is DraftKind.CONTRIBUTION_SUMMARY:
        raise BadInput("a contribution summary is about a team, project or goal, not about a person.")
    return kind


class EditRequest(BaseModel):
    """What to do with a statement of a draft of yours."""

    model_config = ConfigDict(
        extra="forbid",
        strict=True,
        json_schema_extra={"examples": [{"statement": "f1a2b3c4", "action": "edit", "text": "Say it my way."}]},
    )

    statement: str = Field(description="Its id.", max_length=80)
    action: Literal["keep", "edit", "remove"]
    text: str = Field("", description="Of an edit: what stands there instead.", max_length=4000)


class DecisionRequest(BaseModel):
    """What you decide about a draft of yours."""

    model_config = ConfigDict(extra="forbid", strict=True, json_schema_extra={"examples": [{"decision": "accepted"}]})

    decision: Literal["accepted", "rejected"]


@router.get("/people/{person_id}/documents/{kind}", summary="Today's document of a kind about a person")
def read_document(
    request: Request,
    app: Installation,
    viewer: Asks,
    person_id: PersonId,
    kind: Kind,
    language: Annotated[Language | None, Query(description="Left out: that of the request.")] = None,
    model: Annotated[str | None, Query(description="none, local, or the model that is set here.")] = None,
    on: Annotated[date | None, Query(description="As of the end of which day; left out: as of now.")] = None,
) -> Brief:
    """The document as of today, or of the day asked for. If none was prepared today it is computed now; if a model is
    set, `job` words it in the background, and asking again later gives its wording."""
    wanted, person = kind_of(app, kind), person_of(app, person_id)
    spoken = language or language_of(request, default=app.settings.language)
    opened = open_document(app, wanted, viewer, person.id, language=spoken, model=model, now=viewer.at, on=on)
    return Brief.of(document(opened.draft, app.settings.timezone), opened.job)


@router.post("/people/{person_id}/documents/{kind}", summary="Prepare a document anew", status_code=201)
def write_document(
    request: Request,
    response: Response,
    app: Installation,
    viewer: Asks,
    person_id: PersonId,
    kind: Kind,
    asked: BriefRequest,
) -> Brief:
    """Prepares the document from what is known now. `Location` is its lasting address."""
    wanted, person = kind_of(app, kind), person_of(app, person_id)
    spoken = asked.language or language_of(request, default=app.settings.language)
    opened = prepare_document(
        app, wanted, viewer, person.id, language=spoken, model=asked.model, now=viewer.at, wait=asked.wait, on=asked.on
    )
    response.headers["Location"] = f"/api/drafts/{opened.draft.id}"
    return Brief.of(document(opened.draft, app.settings.timezone), opened.job)


@router.get("/drafts/{draft_id}", summary="A draft by its id")
def read_draft(app: Installation, viewer: Asks, draft_id: DraftId) -> Brief:
    """The draft as the viewer may read it now: with what was edited, without what is gone or no longer theirs to read,
    and marked stale."""
    return Brief.of(document(app.documents.get(draft_id, viewer), app.settings.timezone))


@router.get("/drafts/{draft_id}/statements", summary="A draft with citations, checks and evidence")
def read_statements(app: Installation, viewer: Asks, draft_id: DraftId) -> dict[str, Any]:
    """Every statement with the ids it cites and what each check said, and the records that could be cited, as
    `coachkit draft --json` prints them; `coachkit verify` takes it as it is."""
    draft = app.documents.get(draft_id, viewer)
    return drafted(draft, app.documents.records(draft_id, viewer), app.settings.timezone)


@router.get("/drafts/{draft_id}/explanation", summary="Why a draft says what it says")
def read_explanation(app: Installation, viewer: Asks, draft_id: DraftId) -> Explanation:
    """The record of a draft: of each statement the fact and its weight, the evidence, the model's words and what the
    checks said; what was found and is not told; model, prompt, usage, edits and decisions. Where evidence has changed
    or may not be read any more, the steps are withheld."""
    return app.documents.explanation(draft_id, viewer)


@router.post("/drafts/{draft_id}/edits", summary="Keep, change or take out a statement", status_code=201)
def write_edit(app: Installation, viewer: Asks, draft_id: DraftId, asked: EditRequest) -> Brief:
    """Notes what you do with a statement of a draft of yours; what was noted before stays on record. What you write is
    shown as yours, and no check looks at it."""
    draft = app.documents.edit(draft_id, viewer, asked.statement, asked.action, asked.text)
    return Brief.of(document(draft, app.settings.timezone))


@router.post("/drafts/{draft_id}/decision", summary="Accept or reject a draft", status_code=201)
def write_decision(app: Installation, viewer: Asks, draft_id: DraftId, asked: DecisionRequest) -> Brief:
    """Notes what you decide about a draft of yours; what was noted before stays on record."""
    return Brief.of(document(app.documents.decide(draft_id, viewer, asked.decision), app.settings.timezone))
