"""Contribution summaries over the API: asking, reading, answering, writing beside, and whose words may be quoted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Path, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from coachkit.access import PersonEntry, Viewer
from coachkit.access.contributions import Resolved
from coachkit.api.language import Language, language_of
from coachkit.api.problems import PROBLEMS
from coachkit.api.security import Asks, Installation
from coachkit.bootstrap import App
from coachkit.delivery.document import document
from coachkit.domain.drafts import Draft, DraftKind
from coachkit.domain.identity import public_id
from coachkit.drafting.cleaning import clean
from coachkit.drafting.showing_kinds import LONGEST_ANNOTATION, Annotation, AnnotationKind, Showing, Standing
from coachkit.errors import NotFound

__all__ = ["Asked", "ask_for", "router", "summary_of"]

router = APIRouter(tags=["contributions"], responses=PROBLEMS)

DraftId = Annotated[str, Path(description="Id of a summary.")]


@dataclass(frozen=True, slots=True)
class Asked:
    """A summary that was asked for; ``through`` is the person who was named for their team."""

    draft: Draft
    through: PersonEntry | None


def ask_for(
    app: App,
    viewer: Viewer,
    about: str,
    *,
    language: Language,
    since: date | None = None,
    on: date | None = None,
) -> Asked:
    """Prepare a summary and show it to those whom it names.

    :raises AccessDenied: if the viewer may not ask for it.
    :raises NotFound: if nothing is called so; :raises Ambiguous: if several things are.
    """
    found: Resolved = app.targets.find(about, viewer)
    zone = ZoneInfo(app.settings.timezone)
    draft = app.documents.prepare(
        DraftKind.CONTRIBUTION_SUMMARY,
        viewer,
        found.target.id,
        language=language,
        model="none",
        now=viewer.at,
        since=datetime.combine(since, time.min, zone).astimezone(UTC) if since else None,
        on=on,
    )
    return Asked(draft, found.through)


def summary_of(app: App, viewer: Viewer, draft_id: str) -> Draft:
    """A summary as the viewer may see it now.

    :raises NotFound: if there is none, or it is not theirs to see.
    """
    draft = app.documents.get(draft_id, viewer)
    if draft.kind is not DraftKind.CONTRIBUTION_SUMMARY:
        raise NotFound("there is no such contribution summary.", subject=clean(draft_id)[:40])
    return draft


class ContributionRequest(BaseModel):
    """What a summary is asked for about, and over which time."""

    model_config = ConfigDict(extra="forbid")

    about: str = Field(
        max_length=200,
        description="A goal, key result, project, epic or team by key, name or address (`team:PAY`); or a person, for "
        "their team.",
        examples=["PAY-O1", "team:PAY"],
    )
    language: Language | None = Field(None, description="Left out: that of the request.")
    since: date | None = Field(None, description="First day; left out: 90 days back.")
    on: date | None = Field(None, description="As of the end of which day; left out: as of now.")


class Note(BaseModel):
    """What somebody named wrote beside a statement; `statement` is empty beside the whole summary."""

    id: str
    statement: str
    by: str
    kind: AnnotationKind
    text: str
    at: datetime

    @classmethod
    def of(cls, one: Annotation, by: str) -> Note:
        return cls(id=one.id, statement=one.statement, by=by, kind=one.kind, text=one.text, at=one.at)


class HowItStands(BaseModel):
    """To whom a summary is shown, and for whose look it waits."""

    state: Literal["shown", "open", "own"] = Field(
        description="shown: to those named, each what names them; open: to all its readers; own: asked for oneself."
    )
    shown_at: datetime
    opens_at: datetime | None
    waits_for: list[str]
    mine: list[str] = Field(description="Ids of statements that name you.")
    answered: bool
    withheld: int = Field(description="How many statements you do not see yet.")
    contested: list[str]
    annotations: list[Note]

    @classmethod
    def of(cls, standing: Standing) -> HowItStands:
        notes = [one for several in standing.annotations.values() for one in several]
        return cls(
            state=standing.state.value,
            shown_at=standing.shown_at,
            opens_at=standing.opens_at,
            waits_for=list(standing.waits_for),
            mine=sorted(standing.mine),
            answered=standing.answered,
            withheld=standing.withheld,
            contested=sorted(standing.contested),
            annotations=[Note.of(one, standing.authors.get(one.person, "")) for one in notes],
        )


class ContributionSummary(BaseModel):
    """A summary as you may see it now, and how it stands."""

    document: dict[str, Any] = Field(description="Headline, sections with statements and citations, sources, notes.")
    standing: HowItStands
    through: str | None = Field(None, description="Whom you named, where it is about their team.")


class Listed(BaseModel):
    """A summary that names you, or that you asked for."""

    id: str
    about: str
    state: Literal["shown", "open", "own"]
    waits_for_me: bool
    shown_at: datetime
    opens_at: datetime | None


class Summaries(BaseModel):
    summaries: list[Listed]


class AnnotationRequest(BaseModel):
    """What to write beside a statement."""

    model_config = ConfigDict(extra="forbid")

    text: str = Field(max_length=2 * LONGEST_ANNOTATION)
    statement: str = Field("", max_length=40, description="Its id; empty: beside the whole summary.")
    kind: AnnotationKind = AnnotationKind.REMARK


class QuoteRequest(BaseModel):
    model_config = ConfigDict(extra="forbid")

    agreed: bool


class Words(BaseModel):
    """Feedback that you wrote."""

    id: str
    at: datetime
    about: str
    text: str
    open_to_all: bool
    quotable: bool


class AllWords(BaseModel):
    feedback: list[Words]


def _summary(app: App, viewer: Viewer, draft: Draft, through: PersonEntry | None = None) -> ContributionSummary:
    return ContributionSummary(
        document=document(draft, app.settings.timezone).plain(),
        standing=HowItStands.of(app.showings.standing(draft, viewer)),
        through=through.name if through else None,
    )


def _listed(app: App, viewer: Viewer, one: Showing) -> Listed:
    is_open = one.is_open(viewer.at)
    return Listed(
        id=one.draft,
        about=app.targets.target(one.target).label,
        state="own" if one.is_own else "open" if is_open else "shown",
        waits_for_me=viewer.person in one.waits_for and not is_open,
        shown_at=one.shown_at,
        opens_at=None if one.is_own else one.opens_at,
    )


@router.get("/contributions", summary="Summaries that name you, or that you asked for")
def read_all(app: Installation, viewer: Asks) -> Summaries:
    """The newest of each first; `waits_for_me` marks those that wait for your look."""
    return Summaries(summaries=[_listed(app, viewer, one) for one in app.showings.of_person(viewer)])


@router.post("/contributions", summary="Ask for a contribution summary", status_code=201)
def ask(
    request: Request, response: Response, app: Installation, viewer: Asks, asked: ContributionRequest
) -> ContributionSummary:
    """Prepares it and shows it to those whom it names. Until these have answered, or some days have gone by, you see
    what names nobody, and what names you. `Location` is its lasting address."""
    spoken = asked.language or language_of(request, default=app.settings.language)
    made = ask_for(app, viewer, asked.about, language=spoken, since=asked.since, on=asked.on)
    response.headers["Location"] = f"/api/contributions/{made.draft.id}"
    return _summary(app, viewer, made.draft, made.through)


@router.get("/contributions/{draft_id}", summary="A contribution summary")
def read_one(app: Installation, viewer: Asks, draft_id: DraftId) -> ContributionSummary:
    """As you may see it now, with what those named wrote beside it."""
    return _summary(app, viewer, summary_of(app, viewer, draft_id))


@router.post("/contributions/{draft_id}/agreement", summary="Agree with what is said about you")
def agree(app: Installation, viewer: Asks, draft_id: DraftId) -> ContributionSummary:
    """Says that you have nothing to add; it opens when all have answered."""
    draft = summary_of(app, viewer, draft_id)
    app.showings.agree(draft, viewer)
    return _summary(app, viewer, summary_of(app, viewer, draft_id))


@router.post("/contributions/{draft_id}/annotations", summary="Write beside a statement", status_code=201)
def annotate(app: Installation, viewer: Asks, draft_id: DraftId, asked: AnnotationRequest) -> Note:
    """With your name, beside a statement that you see, or beside the whole summary. It counts as your answer."""
    made = app.showings.annotate(summary_of(app, viewer, draft_id), viewer, asked.statement, asked.text, asked.kind)
    return Note.of(made, viewer.name)


@router.delete("/contributions/{draft_id}/annotations/{annotation}", summary="Take back an annotation", status_code=204)
def withdraw(app: Installation, viewer: Asks, draft_id: DraftId, annotation: str) -> None:
    """One of your own. It is shown to nobody any more; that it was there stays on record."""
    summary_of(app, viewer, draft_id)
    app.showings.withdraw(annotation, viewer)


@router.get("/quotes", summary="Feedback that you wrote, and whether it may be quoted")
def read_quotes(app: Installation, viewer: Asks) -> AllWords:
    """Nothing is quoted in a summary unless its author agreed here."""
    found = app.showing_store.words_of(viewer.person, viewer.scopes)
    return AllWords(
        feedback=[
            Words(
                id=public_id(row.id),
                at=row.occurred_at,
                about=row.item or "",
                text=clean(row.text),
                open_to_all=row.kind == "org",
                quotable=row.agreed_at is not None,
            )
            for row in found
        ]
    )


@router.put("/quotes/{record}", summary="Let your feedback be quoted, or not any more", status_code=204)
def consent(app: Installation, viewer: Asks, record: str, asked: QuoteRequest) -> None:
    """Of your own feedback alone."""
    app.showings.consent(record, viewer, agreed=asked.agreed)
