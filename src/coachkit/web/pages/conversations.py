"""Key conversations: the cards of a manager, what is shown about oneself, answers, and the rules."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import HTMLResponse

from coachkit.access import Viewer
from coachkit.access.contributions import leads_team
from coachkit.api.language import Language
from coachkit.api.security import Asks, Installation, is_admin
from coachkit.bootstrap import App
from coachkit.domain.identity import unpublic_id
from coachkit.drafting.cleaning import clean
from coachkit.errors import AccessDenied
from coachkit.insight.conversations import Setting
from coachkit.web.rendering import back, page, reader_of
from coachkit.web.words import ANSWERED, HELD_BACK, KINDS, name

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
        answers=[
            {
                "id": one.id,
                "what": rules.get(one.rule, one.rule),
                "person": app.directory.person(one.subject).name if one.subject != viewer.person else "",
                "said": name(ANSWERED, one.kind, reader.say),
                "at": one.at,
                "until": one.until,
            }
            for one in known.answers_of(viewer)
        ],
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
        may_set=_may_set(app, viewer, wanted),
        rules=app.talks.conversations.tuned(wanted, viewer.at),
    )


@router.post("/conversations/rules/{rule}")
def set_rule(
    app: Installation,
    viewer: Asks,
    rule: str,
    team: Annotated[str, Form(max_length=120)],
    do: Annotated[Literal["reset", "on", "off"], Form()],
    reason: Annotated[str, Form(max_length=200)] = "",
) -> Response:
    """Back to the packaged rule, or off and on again, with a reason that stands beside it for all to see."""
    if not _may_set(app, viewer, team):
        raise AccessDenied(
            "the rules of a team are set by who leads it, and by administrators.",
            subject=viewer.name,
            chinese=("团队的规则由团队负责人或管理员设置。", ""),
        )
    on = None if do == "reset" else do == "on"
    setting = Setting(at=viewer.at, by=viewer.name, reason=clean(reason), reset=do == "reset", on=on)
    app.talks.conversations.set_rule(team, rule, setting)
    return back(f"/conversations/rules?{urlencode({'team': team})}#rule-{rule}")


def _may_set(app: App, viewer: Viewer, team: str) -> bool:
    return bool(team) and (is_admin(viewer) or leads_team(app.targets, viewer, team))
