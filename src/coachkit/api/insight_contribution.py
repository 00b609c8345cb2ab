"""The contribution view over the API; the pages and the commands ask here too."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Path, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from coachkit.access import PersonEntry, Viewer
from coachkit.access.policy import HR
from coachkit.api.insight_network import Months, PeriodQuery, team_of
from coachkit.api.language import Language, language_of
from coachkit.api.security import Asks, Installation
from coachkit.bootstrap import App
from coachkit.delivery.contribution_told import ContributionTold, contribution_told
from coachkit.delivery.told import Names, Sentence
from coachkit.domain.identity import public_id
from coachkit.domain.reviews import OwnWords
from coachkit.domain.targets import Target, TargetKind
from coachkit.drafting.plan.self_review_questions import asked
from coachkit.errors import AccessDenied, BadInput, NotFound
from coachkit.insight.contributing.notes import ContributionNote, NoteKind
from coachkit.insight.contributing.view import About, AboutKind, View
from coachkit.insights import Seen

__all__ = ["ContributionSeen", "about_of", "contribution_answer", "contribution_of", "readers_of", "router"]

router = APIRouter()

PURPOSE = "insight"
WHAT = "contribution-view"


@dataclass(frozen=True, slots=True)
class ContributionSeen:
    """A contribution view in the eyes of one reader, in their language.

    :ivar title: what it is of; ``person`` if it is somebody. ``mine``: it is the reader's own.
    :ivar reviewed: what the person added to self-reviews of this time, as far as the reader may read it, and whether it
        was handed over.
    :ivar notes: what the person wrote beside it. ``contested``: ids of sentences of which somebody sees their part
        differently.
    """

    found: View
    told: ContributionTold
    names: Names
    title: str
    mine: bool
    person: PersonEntry | None
    notes: tuple[ContributionNote, ...]
    contested: frozenset[str]
    seen: Seen
    reviewed: tuple[tuple[OwnWords, bool], ...] = ()


def contribution_of(
    app: App, viewer: Viewer, words: str, months: Months, language: Language, other: str = ""
) -> ContributionSeen:
    """The view that ``words`` ask for: ``me``, a person, ``team:X``, ``project:X``, ``goal:X``; with ``other`` two
    teams. That the viewer reads of somebody is noted where that person sees it.

    :raises AccessDenied: if it is of somebody whose view is not open to the viewer.
    :raises NotFound: if there is no such thing.
    """
    seen = app.insights.seen(viewer)
    about, title, person = about_of(app, viewer, seen, words, other)
    if person is not None:
        _allowed(app, viewer, person)
    found = app.insights.contribution(viewer, seen, about, app.insights.since(viewer.at, months))
    names = Names(
        people=seen.people,
        teams=seen.teams,
        labels=seen.labels(found.records) | {one.word.record: one.word.item for one in found.voices if one.word.item},
        zone=ZoneInfo(app.settings.timezone),
        zh=language == "zh",
    )
    titles, goals = _titles(seen, found)
    told = contribution_told(found, names, titles, goals)
    shown = found.people | ({person.id} if person else set())
    for one in sorted(shown - {viewer.person}):
        app.reads.record(viewer, one, WHAT, PURPOSE, viewer.at)
    contested = app.insights.notes.store.contested()
    return ContributionSeen(
        found=found,
        told=told,
        names=names,
        title=title,
        mine=person is not None and person.id == viewer.person,
        person=person,
        notes=_notes_within(app, person, found),
        contested=frozenset(one.id for one in found.did if any((who, one.id) in contested for who in one.people)),
        seen=seen,
        reviewed=_reviewed(app, viewer, person, found),
    )


def _reviewed(app: App, viewer: Viewer, person: PersonEntry | None, found: View) -> tuple[tuple[OwnWords, bool], ...]:
    if person is None:
        return ()
    first, last = app.directory.today(found.since), app.directory.today(found.until)
    return app.self_reviews.own_words(viewer, person.id, first, last)


def _notes_within(app: App, person: PersonEntry | None, found: View) -> tuple[ContributionNote, ...]:
    if person is None:
        return ()
    first, last = app.directory.today(found.since), app.directory.today(found.until)
    return tuple(
        one
        for one in app.insights.notes.standing(person.id)
        if one.kind is NoteKind.DIFFERS or first <= one.day <= last
    )


def _titles(seen: Seen, found: View) -> tuple[dict[int, str], dict[str, str]]:
    import polars as pl

    wanted = sorted({item for one in found.did for item in one.items})
    keys = sorted({one.goal for one in found.did if one.goal})
    items = seen.tables.items.filter(pl.col("record").is_in(wanted)).drop_nulls("title")
    goals = seen.tables.goals.filter(pl.col("key").is_in(keys)).drop_nulls("title")
    return dict(items.select("record", "title").iter_rows()), dict(goals.select("key", "title").iter_rows())


def about_of(
    app: App, viewer: Viewer, seen: Seen, words: str, other: str = ""
) -> tuple[About, str, PersonEntry | None]:
    """What the words mean, what it is called, and the person, if it is one.

    :raises NotFound: if nothing is that the viewer may know of.
    """
    kind, _, key = words.strip().partition(":")
    key = key.strip()
    if other:
        one, second = team_of(seen, key if kind == "team" and key else words), team_of(seen, other)
        if one is None or second is None or one == second:
            raise BadInput("two different teams are needed.", chinese=("需要两个不同的团队。", ""))
        title = f"{seen.teams[one]} ↔ {seen.teams[second]}"
        return About(kind=AboutKind.BETWEEN, key=one, other=second), title, None
    if kind == "team" and key:
        team = team_of(seen, key) or key
        return About(kind=AboutKind.TEAM, key=team), seen.teams[team], None
    if kind == "project" and key:
        if (parts := app.insights.parts(viewer, key)) is not None:
            return About(kind=AboutKind.EPIC, key=parts[0], items=parts[1]), parts[0], None
        project = _called(seen.tables.items["container"].drop_nulls().unique().to_list(), key, "project", "项目")
        return About(kind=AboutKind.PROJECT, key=project), project, None
    if kind == "goal" and key:
        goal = _called(seen.tables.goals["key"].to_list(), key, "goal", "目标")
        return About(kind=AboutKind.GOAL, key=goal), goal, None
    own = words.strip().lower() in ("", "me")
    try:
        person = app.directory.person(viewer.person) if own else app.directory.find_person(words, viewer)
    except NotFound:
        if (thing := _thing(app, viewer, seen, words)) is None:
            raise
        return thing
    return About(kind=AboutKind.PERSON, key=person.public_id, person=person.id), person.name, person


def _thing(app: App, viewer: Viewer, seen: Seen, words: str) -> tuple[About, str, PersonEntry | None] | None:
    """What a name or a key alone means that is nobody's: a team, a project, a goal."""
    if ":" in words:
        return None
    for kind in (TargetKind.TEAM, TargetKind.PROJECT, TargetKind.GOAL):
        try:
            return about_of(app, viewer, seen, f"{kind}:{words}")
        except NotFound:
            continue
    return None


def _called(known: list[str], key: str, kind: str, chinese: str) -> str:
    for one in known:
        if one.casefold() == key.casefold():
            return one
    raise NotFound(
        f"there is no such {kind}.",
        subject=key[:40],
        hint="Give its key, as its source has it.",
        chinese=(f"没有这个{chinese}。", "请给出来源系统中的键。"),
    )


def readers_of(app: App, person: PersonEntry) -> tuple[PersonEntry, ...]:
    """Who may open somebody's view besides themselves, by name: whom they report to, and who leads their team."""
    found = {manager.id: manager} if (manager := app.directory.manager_of(person.id)) else {}
    if person.team:
        found |= {one.id: one for one in app.targets.leads(Target.of_team(person.team))}
    found.pop(person.id, None)
    return tuple(sorted(found.values(), key=lambda one: (one.name.casefold(), one.id)))


def _allowed(app: App, viewer: Viewer, person: PersonEntry) -> None:
    own = person.id == viewer.person
    if own or any(one.id == viewer.person for one in readers_of(app, person)):
        return
    if app.directory.is_granted(viewer.person, HR, person.id):
        return
    raise AccessDenied(
        "somebody's contribution view is open to themselves, to whom they report, to who leads their team, and to HR "
        "with a grant for them.",
        subject=viewer.name,
        hint="Open the view of the team, the project or the goal instead.",
        chinese=(
            "个人的贡献视图只对本人、其主管、其团队负责人和获得授权的人力资源人员开放。",
            "可以改看团队、项目或目标的视图。",
        ),
    )


class ToldHelp(BaseModel):
    """A sentence. `id` names it when somebody contests it; `people` are by name."""

    id: str = ""
    text: str
    evidence: list[str] = Field(description="Ids of records; each opens at `/api/evidence/{id}`.")
    people: list[str] = []
    team: str | None = None
    other: str | None = Field(None, description="The team it was for.")
    goal: str | None = None
    contested: bool = Field(default=False, description="Somebody whom it names sees their part differently.")


class NoteAnswer(BaseModel):
    """What the person wrote beside their own view."""

    id: str
    kind: Literal["adds", "differs"]
    text: str
    day: date
    help: str = Field(description="Kind of help that it adds; empty: none named.")
    statement: str = Field(description="Id of the sentence that it contests; empty: it adds.")


class ReviewWordsAnswer(BaseModel):
    """What the person added to a self-review, in their own words."""

    id: str
    period: str = Field(description="Half of a year.", examples=["2026-H1"])
    question: str = Field(description="The question that it answers.")
    text: str
    url: str = Field(description="A link they gave for it; empty without one.")
    handed_over: bool = Field(description="It stands submitted; otherwise only they themselves see it.")


class ContributionAnswer(BaseModel):
    """Who advanced whose goals. Three things side by side; none of them holds a figure of a person."""

    about: str
    since: datetime
    until: datetime
    outcome: list[ToldHelp]
    did: dict[str, list[ToldHelp]] = Field(description="By kind of help.")
    customers: list[ToldHelp]
    added: list[NoteAnswer] = Field(description="Of a person's view: what they say no system saw.")
    differs: list[NoteAnswer] = Field(description="Of a person's view: where they see a sentence differently.")
    reviewed: list[ReviewWordsAnswer] = Field(
        description="Of a person's view: what they added to self-reviews of this time, as far as you may read it."
    )
    notes: list[str]


class NoteRequest(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"kind": "adds", "text": "Stood in for the release lead.", "help": "decided"}]},
    )

    kind: Literal["adds", "differs"]
    text: str = Field(max_length=4000)
    help: str = Field("", max_length=20, description="With `adds`: a kind of help, or nothing.")
    day: date | None = Field(None, description="With `adds`: when it was. Left out: today.")
    statement: str = Field("", max_length=40, description="With `differs`: id of the sentence.")


def contribution_answer(seen: ContributionSeen) -> ContributionAnswer:
    def told(one: Sentence) -> ToldHelp:
        details = one.details
        return ToldHelp(
            id=details.get("id", ""),
            text=one.text,
            evidence=[public_id(record) for record in one.records],
            people=details.get("people", []),
            team=details.get("team"),
            other=details.get("other"),
            goal=details.get("goal"),
            contested=details.get("id", "") in seen.contested,
        )

    return ContributionAnswer(
        about=seen.title,
        since=seen.found.since,
        until=seen.found.until,
        outcome=[told(one) for one in seen.told.outcome],
        did={kind: [told(one) for one in several] for kind, several in seen.told.did},
        customers=[told(one) for one in seen.told.customers],
        added=[note_answer(one) for one in seen.notes if one.kind is NoteKind.ADDS],
        differs=[note_answer(one) for one in seen.notes if one.kind is NoteKind.DIFFERS],
        reviewed=[
            ReviewWordsAnswer(
                id=one.id,
                period=one.period,
                question=asked(one.section).text("zh" if seen.names.zh else "en"),
                text=one.text,
                url=one.url,
                handed_over=handed,
            )
            for one, handed in seen.reviewed
        ],
        notes=list(seen.told.notes),
    )


def note_answer(note: ContributionNote) -> NoteAnswer:
    return NoteAnswer(
        id=note.id, kind=note.kind.value, text=note.text, day=note.day, help=note.help, statement=note.statement
    )


@router.get("/contribution", summary="Who advanced whose goals")
def read_contribution(
    request: Request,
    app: Installation,
    viewer: Asks,
    about: Annotated[
        str, Query(max_length=200, description="`me`, a person, `team:X`, `project:X` or `goal:X`; a team with other.")
    ] = "me",
    other: Annotated[str, Query(max_length=200, description="A second team: what the two did for each other.")] = "",
    months: PeriodQuery = 6,
) -> ContributionAnswer:
    """By kind of help, between teams as of that day, beside what came of it and what customers said. People stand by
    name. That you read of somebody is noted where they can see it."""
    language = language_of(request, default=app.settings.language)
    return contribution_answer(contribution_of(app, viewer, about, months, language, other))


@router.post("/contribution/notes", status_code=201, summary="Add to your own view, or contest it")
def write_note(app: Installation, viewer: Asks, note: NoteRequest) -> NoteAnswer:
    """Whoever may open your view reads it: whom you report to, who leads your team, HR with a grant for you."""
    day = note.day or app.directory.today(viewer.at)
    service = app.insights.notes
    if note.kind == "adds":
        return note_answer(service.add(viewer, note.text, day=day, help=note.help))
    return note_answer(service.contest(viewer, note.statement, note.text, day=app.directory.today(viewer.at)))


@router.delete("/contribution/notes/{note}", status_code=204, summary="Take a note of yours back")
def withdraw_note(app: Installation, viewer: Asks, note: Annotated[str, Path(max_length=40)]) -> None:
    """It stays on record, unshown; `PUT` puts it back."""
    app.insights.notes.withdraw(viewer, note)


@router.put("/contribution/notes/{note}", status_code=204, summary="Put a note of yours back")
def restore_note(app: Installation, viewer: Asks, note: Annotated[str, Path(max_length=40)]) -> None:
    app.insights.notes.restore(viewer, note)
