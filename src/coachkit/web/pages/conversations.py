"""Key conversations: the cards of a manager, what is shown about oneself, answers, and the rules."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import HTMLResponse

from coachkit.api.language import Language
from coachkit.api.security import Asks, Installation
from coachkit.domain.identity import unpublic_id
from coachkit.web.rendering import back, page, reader_of
from coachkit.web.words import HELD_BACK, KINDS, name

__all__ = ["router"]

router = APIRouter()

Answer = Literal["prepare", "snooze", "not_relevant", "wrong"]


@router.get("/conversations")
def show(
    request: Request,
    app: Installation,
    viewer: Asks,
    answered: Annotated[str, Query(max_length=40)] = "",
    language: Annotated[Language | None, Query()] = None,
) -> HTMLResponse:
    """:param answered: an answer just given, which can be taken back."""
    known, reader = app.talks.conversations, reader_of(request)
    spoken = language or reader.language
    rules = {rule.id: rule.title.in_language(reader.language) for rule in known.rules}
    held = [
        (
            one.rule,
            rules.get(one.rule, one.rule),
            app.directory.person(unpublic_id(one.subject)).name,
            name(HELD_BACK, one.reason, reader.say),
        )
        for one in known.held_back(viewer)
    ]
    return page(
        request,
        "conversations.html",
        nav="insight",
        cards=known.cards(viewer, language=spoken),
        about=known.about_me(viewer, language=spoken),
        held=held,
        kinds={kind: name(KINDS, kind, reader.say) for kind in KINDS},
        reports=bool(app.directory.reports_of(viewer.person)),
        answered=answered,
        own_rules=known.own.standing(app.directory.person(viewer.person), viewer.at),
    )


@router.post("/conversations/own/{rule}")
def choose(app: Installation, viewer: Asks, rule: str, on: Annotated[bool, Form()]) -> Response:
    """Turn a rule about oneself on or off, for oneself."""
    app.talks.conversations.own.choose(viewer, rule, on)
    return back(f"/conversations#own-{rule}")


@router.post("/conversations/{card}")
def answer(
    app: Installation,
    viewer: Asks,
    card: str,
    kind: Annotated[Answer, Form()],
    until: Annotated[date | Literal[""] | None, Form()] = None,
) -> Response:
    given = app.talks.conversations.answer(viewer, card, kind, until=until or None)
    return back(f"/conversations?answered={given.id}")


@router.post("/conversations/answers/{answer_id}")
def undo(app: Installation, viewer: Asks, answer_id: str) -> Response:
    app.talks.conversations.undo(viewer, answer_id)
    return back("/conversations")


@router.get("/conversations/rules")
def show_rules(
    request: Request, app: Installation, viewer: Asks, team: Annotated[str, Query(max_length=120)] = ""
) -> HTMLResponse:
    """How the rules stand in the viewer's team, or another one: what they look for, and what moved them."""
    person = app.directory.person(viewer.person)
    reports = app.directory.reports_of(viewer.person)
    teams = {one.team: one.team_name or one.team for one in (person, *reports) if one.team}
    wanted = team if team else next(iter(teams), "")
    return page(
        request,
        "rules.html",
        nav="insight",
        team=wanted,
        team_name=teams.get(wanted, wanted),
        teams=teams,
        rules=app.talks.conversations.tuned(wanted, viewer.at),
    )
