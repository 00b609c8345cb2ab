"""The self-review: evidence to pick, answers to keep or change, the preview, and what was handed to a manager."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Annotated, Any
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import HTMLResponse, PlainTextResponse

from coachkit.access import Viewer
from coachkit.api.language import Language
from coachkit.api.people import person_of
from coachkit.api.preparing import models_of
from coachkit.api.security import Asks, Installation
from coachkit.api.self_review import beginning, wanted_model
from coachkit.bootstrap import App
from coachkit.delivery.document import document
from coachkit.delivery.markdown import markdown
from coachkit.domain.drafts import Draft, Statement
from coachkit.drafting.self_review_shapes import Answer, Line, Review
from coachkit.errors import BadInput
from coachkit.insight.half_year import Month
from coachkit.web.rendering import Reader, back, is_fragment, page, partial, reader_of
from coachkit.web.words import KINDS, key_of, models_in_words, name

__all__ = ["router"]

router = APIRouter()

Wanted = Annotated[Language | None, Query()]
Since = Annotated[date | None, Query()]
On = Annotated[date | None, Query()]
Model = Annotated[str | None, Query(max_length=200)]


@dataclass(frozen=True, slots=True)
class _Place:
    """Which review a page is about: its language and stretch, as its links and forms carry them."""

    language: Language
    since: date | None
    on: date | None
    model: str | None = None

    @property
    def query(self) -> str:
        """For links and forms: every page of the review keeps to the same one."""
        given = {"language": self.language, "since": self.since, "on": self.on, "model": self.model}
        return urlencode({key: str(value) for key, value in given.items() if value is not None})

    def path(self, rest: str = "", place: str = "") -> str:
        return f"/self-review{rest}?{self.query}" + (f"#{place}" if place else "")


def _place(
    request: Request, language: Language | None, since: date | None, on: date | None, model: str | None
) -> _Place:
    return _Place(language or reader_of(request).language, since, on, model)


def _review(app: App, viewer: Viewer, at: _Place, *, anew: bool = False) -> Review:
    model = wanted_model(app, at.model, at.language)
    return app.self_reviews.review(
        viewer, language=at.language, model=model, since=beginning(app, at.since), on=at.on, anew=anew
    )


@router.get("/self-review")
def show(
    request: Request,
    app: Installation,
    viewer: Asks,
    language: Wanted = None,
    since: Since = None,
    on: On = None,
    model: Model = None,
) -> HTMLResponse:
    at, reader = _place(request, language, since, on, model), reader_of(request)
    review = _review(app, viewer, at)
    shelf = app.self_reviews.shelf(viewer, since=beginning(app, since), on=on)
    manager = app.directory.manager_of(viewer.person)
    return page(
        request,
        "self_review.html",
        nav="me",
        at=at,
        review=review,
        doc=document(review.draft, app.settings.timezone),
        answers=[_answer(answer, review) for answer in review.answers],
        shelf=shelf,
        months=_months(shelf.months, reader),
        not_read=_not_read(review.draft),
        manager=manager.name if manager else "",
        models=models_in_words(models_of(app), reader.say),
        model=at.model or "none",
    )


@router.get("/self-review/evidence")
def show_evidence(
    request: Request, app: Installation, viewer: Asks, language: Wanted = None, since: Since = None, on: On = None
) -> HTMLResponse:
    at, reader = _place(request, language, since, on, None), reader_of(request)
    shelf = app.self_reviews.shelf(viewer, since=beginning(app, since), on=on)
    return page(
        request,
        "self_review_evidence.html",
        nav="me",
        at=at,
        shelf=shelf,
        groups=_groups(shelf.lines, shelf.months, reader),
    )


@router.post("/self-review/evidence")
def pick(
    request: Request,
    app: Installation,
    viewer: Asks,
    out: Annotated[list[str] | None, Form()] = None,
    language: Wanted = None,
    since: Since = None,
    on: On = None,
) -> Response:
    """What is ticked is left out; what was left out and is not ticked any more is taken in again."""
    at = _place(request, language, since, on, None)
    shelf = app.self_reviews.shelf(viewer, since=beginning(app, since), on=on)
    ticked, before = set(out or ()), {line.id for line in shelf.lines if line.excluded}
    if left := sorted(ticked - before):
        app.self_reviews.pick(viewer, shelf.period, left, "exclude")
    if taken := sorted(before - ticked):
        app.self_reviews.pick(viewer, shelf.period, taken, "keep")
    return back(at.path())


@router.post("/self-review/words")
def add_words(
    request: Request,
    app: Installation,
    viewer: Asks,
    period: Annotated[str, Form(max_length=10)],
    section: Annotated[str, Form(max_length=20)],
    text: Annotated[str, Form(max_length=2000)],
    url: Annotated[str, Form(max_length=600)] = "",
    language: Wanted = None,
    since: Since = None,
    on: On = None,
    model: Model = None,
) -> Response:
    app.self_reviews.add(viewer, period, section, text, url)
    return _after(request, app, viewer, _place(request, language, since, on, model), section)


@router.post("/self-review/sentences/{sentence_id}")
def change(
    request: Request,
    app: Installation,
    viewer: Asks,
    sentence_id: str,
    period: Annotated[str, Form(max_length=10)],
    section: Annotated[str, Form(max_length=20)],
    wanted: Annotated[str, Form(max_length=10)],
    text: Annotated[str, Form(max_length=2000)] = "",
    language: Wanted = None,
    since: Since = None,
    on: On = None,
    model: Model = None,
) -> Response:
    """Own words are taken back; a drafted sentence is kept, edited or taken out."""
    at = _place(request, language, since, on, model)
    if wanted == "take-back":
        app.self_reviews.take_back(viewer, sentence_id)
    else:
        app.self_reviews.change(viewer, period, at.language, sentence_id, wanted, text)
    return _after(request, app, viewer, at, section)


def _after(request: Request, app: App, viewer: Viewer, at: _Place, section: str) -> Response:
    """The answer anew in its place, or the whole page at it."""
    if not is_fragment(request):
        return back(at.path(place=f"answer-{section}"))
    review = _review(app, viewer, at)
    found = next((answer for answer in review.answers if answer.section == section), None)
    if found is None:
        raise BadInput("there is no such answer.")
    doc = document(review.draft, app.settings.timezone)
    return partial(request, "_answer.html", answer=_answer(found, review), doc=doc, at=at, review=review)


@router.post("/self-review/anew")
def prepare(
    app: Installation,
    viewer: Asks,
    language: Annotated[Language, Form()],
    model: Annotated[str, Form(max_length=200)],
    since: Annotated[str, Form(max_length=10)] = "",
    on: Annotated[str, Form(max_length=10)] = "",
) -> Response:
    at = _Place(language, _form_day(since), _form_day(on), None if model == "none" else model)
    _review(app, viewer, at, anew=True)
    return back(at.path())


def _form_day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise BadInput("this is no day.", hint="Write it as 2026-05-06.") from error


@router.get("/self-review/preview")
def preview(
    request: Request,
    app: Installation,
    viewer: Asks,
    language: Wanted = None,
    since: Since = None,
    on: On = None,
    model: Model = None,
) -> HTMLResponse:
    at = _place(request, language, since, on, model)
    review = _review(app, viewer, at)
    shown = app.self_reviews.preview(viewer, review)
    manager = app.self_reviews.manager(viewer)
    return _read(request, app, shown, at=at, review=review, manager=manager.name)


@router.post("/self-review/submit")
def submit(
    request: Request,
    app: Installation,
    viewer: Asks,
    language: Wanted = None,
    since: Since = None,
    on: On = None,
    model: Model = None,
) -> Response:
    at = _place(request, language, since, on, model)
    app.self_reviews.submit(viewer, _review(app, viewer, at))
    return back(at.path())


@router.post("/self-review/withdraw")
def withdraw(
    request: Request,
    app: Installation,
    viewer: Asks,
    period: Annotated[str, Form(max_length=10)],
    language: Wanted = None,
    since: Since = None,
    on: On = None,
    model: Model = None,
) -> Response:
    app.self_reviews.withdraw(viewer, period)
    return back(_place(request, language, since, on, model).path())


@router.get("/self-review/markdown")
def save(
    request: Request,
    app: Installation,
    viewer: Asks,
    language: Wanted = None,
    since: Since = None,
    on: On = None,
    model: Model = None,
) -> Response:
    """As the manager would read it: a file is there to be handed on."""
    review = _review(app, viewer, _place(request, language, since, on, model))
    doc = document(app.self_reviews.preview(viewer, review), app.settings.timezone)
    file = quote(f"{doc.headline}.md".replace("/", "-"))
    return PlainTextResponse(
        markdown(doc),
        media_type="text/markdown; charset=utf-8",
        headers={"Content-Disposition": f"attachment; filename=\"self-review.md\"; filename*=UTF-8''{file}"},
    )


@router.get("/people/{person_id}/self-review")
def read(
    request: Request,
    app: Installation,
    viewer: Asks,
    person_id: str,
    period: Annotated[str | None, Query(max_length=10)] = None,
) -> HTMLResponse:
    person = person_of(app, person_id)
    return _read(request, app, app.self_reviews.read(viewer, person.id, period), at=None, review=None, manager="")


def _read(
    request: Request, app: App, draft: Draft, *, at: _Place | None, review: Review | None, manager: str
) -> HTMLResponse:
    """A review as its reader sees it; with ``review``, as a preview to its person."""
    reader = reader_of(request)
    months = next(
        (one.data["months"] for part in draft.sections for one in part.statements if "months" in one.data), []
    )
    return page(
        request,
        "self_review_read.html",
        nav="me" if review else "home",
        doc=document(draft, app.settings.timezone),
        draft=draft,
        at=at,
        review=review,
        manager=manager,
        months=_told_months(months, reader),
    )


# --- what templates show -------------------------------------------------------------------------------------------


def _answer(answer: Answer, review: Review) -> dict[str, Any]:
    numbers = review.draft.citations

    def told(statements: Iterable[Statement]) -> list[dict[str, Any]]:
        return [
            {
                "id": str(one.data.get("id", "")),
                "text": one.text,
                "question": one.question,
                "citations": sorted(numbers[public] for public in one.evidence if public in numbers),
                "mine": one.fact == "own.words",
                "url": str(one.data.get("url", "")),
                "edited": str(one.origin) == "edited" and one.fact != "own.words",
            }
            for one in statements
        ]

    return {
        "section": answer.section,
        "question": answer.question,
        "hint": answer.hint,
        "statements": told(answer.statements),
        "removed": told(answer.removed),
        "length": answer.length,
        "limit": answer.limit,
        "too_long": answer.length > answer.limit,
    }


def _months(months: Iterable[Month], reader: Reader) -> list[dict[str, str]]:
    return [_month(month.first, month.records, month.dots, reader) for month in months]


def _told_months(months: Any, reader: Reader) -> list[dict[str, str]]:
    return [
        _month(date.fromisoformat(first), records, None if dots < 0 else dots, reader)
        for first, records, dots in months
    ]


def _month(first: date, records: int, dots: int | None, reader: Reader) -> dict[str, str]:
    """A month as dots, and in words for who cannot see them."""
    say = reader.say
    shown = reader.fmt.short_month(first)
    if dots is None:
        return {"name": shown, "dots": "—", "words": say("%(month)s: no source reaches back so far", month=shown)}
    words = say.several("%(month)s: %(num)s record", "%(month)s: %(num)s records", records, month=shown)
    return {"name": shown, "dots": "●" * dots + "○" * (3 - dots), "words": words}


def _not_read(draft: Draft) -> dict[str, str]:
    return draft.header.not_read if draft.header else {}


def _groups(lines: Iterable[Line], months: Iterable[Month], reader: Reader) -> list[dict[str, Any]]:
    """Lines by month and within it by kind, the newest month first."""
    covered = {month.first: month for month in months}
    groups = []
    for first, of_month in groupby(lines, key=lambda line: line.day.replace(day=1)):
        listed = list(of_month)
        kinds: dict[str, list[dict[str, Any]]] = {}
        for line in listed:
            kinds.setdefault(name(KINDS, line.kind, reader.say), []).append(
                {
                    "id": line.id,
                    "title": line.title or name(KINDS, line.kind, reader.say),
                    "key": key_of(line.kind, line.key),
                    "connection": line.connection,
                    "day": line.day,
                    "excluded": line.excluded,
                }
            )
        found = covered.get(first)
        groups.append(
            {
                "first": first,
                "name": reader.fmt.month(first),
                "records": len(listed),
                "excluded": sum(line.excluded for line in listed),
                "dots": "" if found is None or found.dots is None else "●" * found.dots + "○" * (3 - found.dots),
                "kinds": sorted(kinds.items()),
            }
        )
    return groups
