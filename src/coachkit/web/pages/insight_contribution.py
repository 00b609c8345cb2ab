"""The contribution view: of a person, a team, a project, a goal, or of two teams; and what one adds to one's own."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import HTMLResponse
from pydantic import BeforeValidator

from coachkit.api.insight_choices import Choices, choices_of
from coachkit.api.insight_contribution import ContributionSeen, contribution_of, readers_of
from coachkit.api.insight_network import Months, PeriodQuery
from coachkit.api.insight_towards import towards_of
from coachkit.api.security import Asks, Installation
from coachkit.delivery.contribution_told import HELP
from coachkit.delivery.told import Names, Sentence
from coachkit.domain.identity import public_id
from coachkit.drafting.plan.self_review_questions import asked
from coachkit.errors import AccessDenied, Ambiguous, BadInput, NotFound
from coachkit.insight.contributing.notes import LONGEST_NOTE, NoteKind
from coachkit.insight.contributing.view import AboutKind
from coachkit.insight.periods import PERIODS
from coachkit.web.i18n import mark
from coachkit.web.rendering import back, page, reader_of, web_only

__all__ = ["router"]

router = APIRouter()

PeriodForm = Annotated[Months, BeforeValidator(int), Form()]
_MINE = "/insight/contribution/me"

_GOALS = 4
"""Keys of goals beside two teams; their view has all."""

_OFFERED = 200
"""Of each list; whatever else there is can be typed."""

_SHOWN = 4
"""Sentences of one kind; the others unfold."""


@router.get("/insight/contribution")
def show(
    request: Request,
    app: Installation,
    viewer: Asks,
    about: Annotated[str, Query(max_length=200)] = "",
    other: Annotated[str, Query(max_length=200)] = "",
    months: PeriodQuery = 6,
) -> HTMLResponse:
    """Without a name, that of the viewer's team; without a team, their own."""
    if not about:
        team = app.directory.person(viewer.person).team
        about = f"team:{team}" if team else "me"
    return _page(request, app, viewer, about, other, months)


@router.get(_MINE)
def show_mine(
    request: Request,
    app: Installation,
    viewer: Asks,
    months: PeriodQuery = 6,
    undo: Annotated[str, Query(max_length=40)] = "",
) -> HTMLResponse:
    return _page(request, app, viewer, "me", "", months, undo=undo)


@router.get("/insight/contribution/teams")
def show_towards(request: Request, app: Installation, viewer: Asks, months: PeriodQuery = 6) -> HTMLResponse:
    """Every two teams: a table whose cells lead to the view of the two, and the same as a list."""
    found = towards_of(app, viewer, months)
    zh, teams = reader_of(request).say.zh, found.seen.teams
    cells = {(one.team, one.other): one for one in found.found if one.team in teams and one.other in teams}
    shown = sorted({team for pair in cells for team in pair}, key=lambda key: (teams[key].casefold(), key))

    def cell(team: str, other: str) -> dict[str, Any] | None:
        one = cells.get((team, other))
        if one is None:
            return None
        asked = {"about": f"team:{team}", "other": other, "months": months}
        return {
            "kinds": [HELP[kind][zh] for kind in one.kinds],
            "step": min(len(one.kinds), 6),
            "goals": one.goals[:_GOALS],
            "more": len(one.goals) > _GOALS,
            "href": f"/insight/contribution?{urlencode(asked)}",
            "from": teams[team],
            "to": teams[other],
        }

    rows = [(teams[team], [(team == other, cell(team, other)) for other in shown]) for team in shown]
    return page(
        request,
        "insight_towards.html",
        nav="insight",
        found=found,
        months=months,
        periods=PERIODS,
        columns=[teams[team] for team in shown],
        rows=rows,
        flows=sorted(
            (one for _, several in rows for _, one in several if one is not None),
            key=lambda one: (-len(one["kinds"]), one["from"].casefold(), one["to"].casefold()),
        ),
    )


def _page(
    request: Request, app: Installation, viewer: Asks, about: str, other: str, months: Months, *, undo: str = ""
) -> HTMLResponse:
    reader = reader_of(request)
    problem, candidates = "", []
    try:
        seen = contribution_of(app, viewer, about, months, reader.language, other)
    except (AccessDenied, Ambiguous, BadInput, NotFound) as error:
        message, hint = error.chinese if reader.say.zh and error.chinese[0] else (error.message, error.hint)
        problem = f"{message[:1].upper()}{message[1:]} {hint}".strip()
        candidates = [one.rpartition(" · ")[2] for one in error.candidates] if isinstance(error, Ambiguous) else []
        status = error.http_status
        seen = contribution_of(app, viewer, "me", months, reader.language)
    else:
        status = 200
    own = seen.person is not None and seen.mine and not problem
    choices = choices_of(app, viewer, seen.seen)
    return page(
        request,
        "insight_contribution.html",
        status=status,
        nav="insight",
        seen=seen,
        problem=problem,
        candidates=candidates,
        about=about,
        other=other,
        months=months,
        periods=PERIODS,
        teams=choices.teams,
        choices=_offered(choices, seen),
        outcome=[_shown(one, seen) for one in seen.told.outcome],
        did=[(kind, HELP[kind][seen.names.zh], [_shown(one, seen) for one in told]) for kind, told in seen.told.did],
        customers=[_shown(one, seen) for one in seen.told.customers],
        mine=own,
        is_person=seen.found.about.kind is AboutKind.PERSON,
        readers=[one.name for one in readers_of(app, seen.person)] if seen.person else [],
        added=[one for one in seen.notes if one.kind is NoteKind.ADDS],
        differs={
            statement: [one for one in seen.notes if one.statement == statement]
            for statement in {one.statement for one in seen.notes if one.statement}
        },
        elsewhere=_elsewhere(seen),
        help=[(kind, words[seen.names.zh]) for kind, words in HELP.items()],
        help_of={kind: words[seen.names.zh] for kind, words in HELP.items()},
        longest=LONGEST_NOTE,
        undo=undo,
        shown=_SHOWN,
        reviewed=[
            {
                "text": one.text,
                "url": web_only(one.url),
                "period": one.period,
                "handed": handed,
                "question": asked(one.section).text(reader.language),
            }
            for one, handed in seen.reviewed
        ],
    )


def _offered(choices: Choices, seen: ContributionSeen) -> list[tuple[str, list[tuple[str, str]], bool]]:
    """Of whom and what a view can be opened, each list with its name and whether it was cut; without empty ones."""
    found = [
        (mark("Whose view is open to you"), [(one.public_id, seen.names.person(one.id)) for one in choices.people]),
        (mark("Teams"), [(f"team:{key}", name) for key, name in choices.teams]),
        (mark("Projects"), [(f"project:{key}", key) for key in choices.projects]),
        (mark("Goals"), [(f"goal:{key}", f"{key} {title}") for key, title in choices.goals]),
    ]
    return [(title, several[:_OFFERED], len(several) > _OFFERED) for title, several in found if several]


def _elsewhere(seen: ContributionSeen) -> list[Any]:
    """What is contested and no longer told in this period: it does not vanish with its sentence."""
    told = {one.id for one in seen.found.did}
    return [one for one in seen.notes if one.statement and one.statement not in told]


def _shown(one: Sentence, seen: ContributionSeen) -> dict[str, Any]:
    name = one.details.get("id", "")
    return {
        "id": name,
        "text": one.text,
        "chips": _chips(one.records, seen.names),
        "contested": name in seen.contested,
    }


def _chips(records: tuple[int, ...], names: Names) -> list[tuple[str, str]]:
    found: dict[str, str] = {}
    for record in records:
        found.setdefault(names.label(record), public_id(record))
    return [(record, label) for label, record in found.items()]


@router.post(f"{_MINE}/notes")
def write(
    app: Installation,
    viewer: Asks,
    text: Annotated[str, Form(max_length=4000)],
    help: Annotated[str, Form(max_length=20)] = "",  # noqa: A002 - the name of the field
    day: Annotated[str, Form(max_length=10)] = "",
    statement: Annotated[str, Form(max_length=40)] = "",
    months: PeriodForm = 6,
) -> Response:
    today = app.directory.today(viewer.at)
    if statement:
        app.insights.notes.contest(viewer, statement, text, day=today)
    else:
        app.insights.notes.add(viewer, text, day=_day(day) or today, help=help)
    return back(f"{_MINE}?{urlencode({'months': months})}#" + (f"did-{statement}" if statement else "added"))


@router.post(f"{_MINE}/notes/{{note}}")
def change(
    app: Installation,
    viewer: Asks,
    note: str,
    do: Annotated[Literal["withdraw", "restore"], Form()],
    months: PeriodForm = 6,
) -> Response:
    if do == "withdraw":
        app.insights.notes.withdraw(viewer, note)
        return back(f"{_MINE}?{urlencode({'months': months, 'undo': note})}#added")
    app.insights.notes.restore(viewer, note)
    return back(f"{_MINE}?{urlencode({'months': months})}#added")


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise BadInput(
            "this is no day.", hint="Write it as 2026-05-06.", chinese=("这不是日期。", "请写成 2026-05-06 这样。")
        ) from error
