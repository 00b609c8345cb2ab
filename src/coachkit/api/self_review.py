"""Your self-review: the evidence you pick, the sentences you keep, what you hand to your manager. And theirs to you."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from coachkit.api.language import Language, language_of
from coachkit.api.models import Brief, Person
from coachkit.api.people import PersonId, person_of
from coachkit.api.preparing import models_of
from coachkit.api.problems import PROBLEMS
from coachkit.api.security import Asks, Installation
from coachkit.bootstrap import App
from coachkit.delivery.document import document
from coachkit.domain.drafts import Statement
from coachkit.domain.reviews import Submission
from coachkit.drafting.self_review_shapes import Answer, Review, Shelf
from coachkit.errors import BadInput

__all__ = ["beginning", "router", "wanted_model"]

router = APIRouter(tags=["self-review"], responses=PROBLEMS)

Period = Annotated[str, Path(description="Half of a year.", examples=["2026-H1"])]
Since = Annotated[date | None, Query(description="From which day; left out: half a year back.")]
On = Annotated[date | None, Query(description="As of the end of which day; left out: as of now.")]
Spoken = Annotated[Language | None, Query(description="Left out: that of the request.")]


class _Model(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class _Asked(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class EvidenceLine(_Model):
    """A record that your review may rest on."""

    id: str = Field(description="Opens the record at /api/evidence/{id}.", examples=["ae6q4bcf2y7cu"])
    kind: str = Field(examples=["issue"])
    key: str = Field(examples=["PAY-17"])
    title: str = Field(examples=["Page the ledger export"])
    connection: str = Field(examples=["tracker"])
    day: date
    excluded: bool = Field(description="You left it out: nothing is drafted from it, and nothing counted over it.")


class CoveredMonth(_Model):
    first: date = Field(description="First day of the month.")
    records: int
    dots: int | None = Field(description="0 to 3; null where no source reaches back so far.", examples=[2])


class Words(_Model):
    """What no system saw, in your own words."""

    id: str
    section: str = Field(description="The answer they belong to.", examples=["helped"])
    text: str
    url: str = Field(examples=["https://example.org/notes"])


class Evidence(_Model):
    """The evidence of your review, the newest first."""

    period: str = Field(examples=["2026-H1"])
    since: date
    until: date
    months: list[CoveredMonth]
    records: list[EvidenceLine]
    words: list[Words]

    @classmethod
    def of(cls, shelf: Shelf) -> Self:
        return cls(
            period=shelf.period,
            since=shelf.since,
            until=shelf.until,
            months=[CoveredMonth.model_validate(month) for month in shelf.months],
            records=[EvidenceLine.model_validate(line) for line in shelf.lines],
            words=[Words.model_validate(words) for words in shelf.words],
        )


class Sentence(_Model):
    id: str
    text: str
    question: str = Field(description="What only you can add; shown to nobody else.")
    evidence: list[str] = Field(description="Ids of the records it cites.")
    origin: str = Field(description="composed, reworded, drafted, replaced; edited is yours.", examples=["composed"])


class Answered(_Model):
    section: str = Field(examples=["helped"])
    question: str
    hint: str
    sentences: list[Sentence]
    removed: list[Sentence]
    length: int = Field(description="Words of English, characters of Chinese.")
    limit: int

    @classmethod
    def of(cls, answer: Answer) -> Self:
        def told(statements: Iterable[Statement]) -> list[Sentence]:
            return [
                Sentence(
                    id=str(one.data.get("id", "")),
                    text=one.text,
                    question=one.question,
                    evidence=list(one.evidence),
                    origin=str(one.origin),
                )
                for one in statements
            ]

        return cls(
            section=answer.section,
            question=answer.question,
            hint=answer.hint,
            sentences=told(answer.statements),
            removed=told(answer.removed),
            length=answer.length,
            limit=answer.limit,
        )


class Handed(_Model):
    """A review that stands submitted."""

    person: Person
    manager: Person
    period: str = Field(examples=["2026-H1"])
    at: datetime

    @classmethod
    def of(cls, app: App, one: Submission) -> Self:
        return cls(
            person=Person.of(app.directory.person(one.person)),
            manager=Person.of(app.directory.person(one.manager)),
            period=one.period,
            at=one.at,
        )


class SelfReview(_Model):
    """Your self-review as it stands. Nobody else reads it until you submit it."""

    period: str = Field(examples=["2026-H1"])
    language: Language
    answers: list[Answered]
    document: Brief
    submitted: Handed | None

    @classmethod
    def of(cls, app: App, review: Review) -> Self:
        return cls(
            period=review.period,
            language="zh" if review.draft.language == "zh" else "en",
            answers=[Answered.of(answer) for answer in review.answers],
            document=Brief.of(document(review.draft, app.settings.timezone)),
            submitted=Handed.of(app, review.submission) if review.submission else None,
        )


class Pick(_Asked):
    """Which records to leave out, or to take in again."""

    period: str = Field(examples=["2026-H1"])
    records: list[str] = Field(min_length=1, max_length=2000)
    choice: Literal["keep", "exclude"]


class NewWords(_Asked):
    """What no system saw. It is quoted as yours, and nothing is drafted from it."""

    period: str = Field(examples=["2026-H1"])
    section: Literal["moved", "helped", "changed", "missed", "support"]
    text: str = Field(min_length=1, max_length=2000)
    url: str = Field("", max_length=600)


class SentenceAction(_Asked):
    """What to do with one sentence."""

    period: str = Field(examples=["2026-H1"])
    language: Language
    action: Literal["keep", "edit", "remove"]
    text: str = Field("", max_length=2000)


class HandOver(_Asked):
    """What to submit: the review of this language and stretch, as the preview shows it."""

    language: Language | None = None
    since: date | None = Field(None, strict=False)
    on: date | None = Field(None, strict=False)


class HandedOver(_Model):
    submitted: list[Handed]


def beginning(app: App, day: date | None) -> datetime | None:
    """The first moment of a day of the organisation."""
    zone = ZoneInfo(app.settings.timezone)
    return None if day is None else datetime.combine(day, time.min, zone).astimezone(UTC)


def wanted_model(app: App, wanted: str | None, language: Language) -> str:
    """A model that is offered here; the packaged one writes English only."""
    model = wanted or "none"
    if model not in models_of(app):
        raise BadInput("this model is not offered here.", hint=f"Offered: {', '.join(models_of(app))}.")
    return "none" if model == "local" and language == "zh" else model


@router.get("/me/self-review", summary="Your self-review")
def read_review(
    request: Request,
    app: Installation,
    viewer: Asks,
    language: Spoken = None,
    since: Since = None,
    on: On = None,
    model: Annotated[str | None, Query(description="Left out: computed sentences.", max_length=200)] = None,
) -> SelfReview:
    """Drafted from your evidence, for you alone; prepared now, if nothing of today is there."""
    spoken = language or language_of(request, default=app.settings.language)
    chosen = wanted_model(app, model, spoken)
    review = app.self_reviews.review(viewer, language=spoken, model=chosen, since=beginning(app, since), on=on)
    return SelfReview.of(app, review)


@router.get("/me/self-review/evidence", summary="The evidence your self-review may rest on")
def read_evidence(app: Installation, viewer: Asks, since: Since = None, on: On = None) -> Evidence:
    return Evidence.of(app.self_reviews.shelf(viewer, since=beginning(app, since), on=on))


@router.post("/me/self-review/picks", summary="Leave records out, or take them in again", status_code=204)
def pick(app: Installation, viewer: Asks, asked: Pick) -> Response:
    app.self_reviews.pick(viewer, asked.period, asked.records, asked.choice)
    return Response(status_code=204)


@router.post("/me/self-review/words", summary="Add what no system saw", status_code=201)
def add_words(app: Installation, viewer: Asks, asked: NewWords) -> Words:
    return Words.model_validate(app.self_reviews.add(viewer, asked.period, asked.section, asked.text, asked.url))


@router.delete("/me/self-review/words/{words_id}", summary="Remove own words", status_code=204)
def remove_words(app: Installation, viewer: Asks, words_id: str) -> Response:
    app.self_reviews.take_back(viewer, words_id)
    return Response(status_code=204)


@router.put("/me/self-review/sentences/{sentence_id}", summary="Keep, edit or remove a sentence", status_code=204)
def change_sentence(app: Installation, viewer: Asks, sentence_id: str, asked: SentenceAction) -> Response:
    app.self_reviews.change(viewer, asked.period, asked.language, sentence_id, asked.action, asked.text)
    return Response(status_code=204)


@router.get("/me/self-review/preview", summary="Your self-review as your manager would read it")
def preview(
    request: Request, app: Installation, viewer: Asks, language: Spoken = None, since: Since = None, on: On = None
) -> Brief:
    spoken = language or language_of(request, default=app.settings.language)
    review = app.self_reviews.review(viewer, language=spoken, since=beginning(app, since), on=on)
    return Brief.of(document(app.self_reviews.preview(viewer, review), app.settings.timezone))


@router.post("/me/self-review/submission", summary="Submit your self-review to your manager", status_code=201)
def submit(request: Request, app: Installation, viewer: Asks, asked: HandOver) -> Handed:
    """From now on your manager may read what the preview shows; each read is noted for you."""
    spoken = asked.language or language_of(request, default=app.settings.language)
    review = app.self_reviews.review(viewer, language=spoken, since=beginning(app, asked.since), on=asked.on)
    return Handed.of(app, app.self_reviews.submit(viewer, review))


@router.delete("/me/self-review/submission/{period}", summary="Take a submitted self-review back", status_code=204)
def withdraw(app: Installation, viewer: Asks, period: Period) -> Response:
    """Nobody else can read it any more; that it was submitted stays on record."""
    app.self_reviews.withdraw(viewer, period)
    return Response(status_code=204)


@router.get("/me/self-reviews-received", summary="Self-reviews submitted to you")
def read_received(app: Installation, viewer: Asks) -> HandedOver:
    return HandedOver(submitted=[Handed.of(app, one) for one in app.self_reviews.handed_to(viewer)])


@router.get("/people/{person_id}/self-review", summary="A self-review that was submitted to you")
def read_submitted(
    app: Installation,
    viewer: Asks,
    person_id: PersonId,
    period: Annotated[str | None, Query(description="Left out: the newest.", examples=["2026-H1"])] = None,
) -> Brief:
    """What the person submitted to you, or you to your manager. Whether there is an unsubmitted one is not told."""
    person = person_of(app, person_id)
    return Brief.of(document(app.self_reviews.read(viewer, person.id, period), app.settings.timezone))
