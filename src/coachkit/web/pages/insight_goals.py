"""The map of goals, one goal with its work, and the queue in which people say which goal an item is for."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import HTMLResponse

from coachkit.api.insight_goals import (
    goal_detail,
    goal_map,
    item_called,
    questions_of,
)
from coachkit.api.security import Asks, Installation
from coachkit.domain.identity import public_id
from coachkit.errors import BadInput
from coachkit.insight.linking.answers import GoalAnswer, Verdict
from coachkit.insight.linking.cards import ItemCard
from coachkit.insight.linking.mapping import MappedGoal
from coachkit.web.goal_tree import ENDED, RUNNING, Wanted, forest, standing
from coachkit.web.i18n import mark
from coachkit.web.rendering import Reader, back, page, reader_of
from coachkit.web.words import STATES, name

__all__ = ["router"]

router = APIRouter()

_ASKED = 10
_ANSWERS = 15
_SHOWN_WORK = 30
_OPEN_WORK, _OPEN_PROPOSED = 12, 6
"""Of the work that is shown, what stands open; the rest unfolds."""

SHOWN = (
    ("", mark("All goals")),
    ("look", mark("Worth a look")),
    ("running", mark("Running")),
    ("ended", mark("Ended")),
)
LEVELS_SHOWN = (
    ("", mark("All levels")),
    ("team", mark("Company and teams")),
    ("company", mark("Company alone")),
)


@router.get("/insight/goals")
def show_map(
    request: Request,
    app: Installation,
    viewer: Asks,
    team: Annotated[str, Query(max_length=200)] = "",
    show: Annotated[str, Query(pattern="^(|look|running|ended)$")] = "",
    q: Annotated[str, Query(max_length=200)] = "",
    level: Annotated[str, Query(pattern="^(|company|team)$")] = "",
    whole: Annotated[list[str] | None, Query(alias="all", max_length=20)] = None,
) -> HTMLResponse:
    """``all``: groups that are shown without a cap."""
    goals = goal_map(app, viewer, reader_of(request).language)
    found = forest(goals, Wanted(team=team, show=show, words=q, level=level, whole=frozenset(whole or ())))
    asked = [(key, value) for key, value in (("team", team), ("show", show), ("q", q), ("level", level)) if value]

    def everything(name: str) -> str:
        """The address of the same page with all of a group."""
        return f"/insight/goals?{urlencode([*asked, *(('all', one) for one in [*(whole or ()), name])])}"

    return page(
        request,
        "insight_goals.html",
        nav="insight",
        forest=found,
        everything=everything,
        legend=[*RUNNING.values(), *ENDED.values()],
        team=team,
        teams=sorted({one for goal in goals for one in (goal.team, *goal.other_teams) if one}),
        show=show,
        q=q,
        level=level,
        choices=SHOWN,
        levels=LEVELS_SHOWN,
        states=STATES,
    )


@router.get("/insight/goals/{key}")
def show_goal(
    request: Request,
    app: Installation,
    viewer: Asks,
    key: str,
    work: Annotated[str, Query(pattern="^(|all)$")] = "",
) -> HTMLResponse:
    """``work=all``: every item that is linked to it."""
    reader = reader_of(request)
    detail = goal_detail(app, viewer, key, reader.language)
    mapped = app.insights.goals.overview(viewer).goal(key)
    linked = [one for one in detail.work if one.confidence is None]
    most = len(linked) if work else _SHOWN_WORK
    return page(
        request,
        "insight_goal.html",
        nav="insight",
        detail=detail,
        goal=detail.goal,
        standing=standing(detail.goal),
        level=name(STATES, detail.goal.level, reader.say) if detail.goal.level else "",
        commitment=name(STATES, detail.goal.commitment, reader.say) if detail.goal.commitment else "",
        lines={one.key: _line(mapped, one.key) for one in detail.goal.results},
        linked=linked[:most],
        open_work=most if work else _OPEN_WORK,
        open_proposed=_OPEN_PROPOSED,
        more_linked=max(0, len(linked) - most),
        proposed=[one for one in detail.work if one.confidence is not None][:_SHOWN_WORK],
    )


_WIDE, _HIGH = 220.0, 44.0


def _line(goal: MappedGoal, key: str) -> dict[str, Any] | None:
    """Points of a key result from its start to its date, and the straight pace beside them."""
    result = next(one for one in goal.results if one.key == key)
    due = result.due_on or goal.due_on
    if result.start is None or result.target is None or goal.starts_on is None or due is None or due <= goal.starts_on:
        return None
    if result.target == result.start or not result.measurements:
        return None
    days, way = (due - goal.starts_on).days, result.target - result.start
    points = [
        (
            2 + (_WIDE - 4) * min(max((one.at.date() - goal.starts_on).days / days, 0), 1),
            _HIGH - 3 - (_HIGH - 6) * min(max((one.value - result.start) / way, 0), 1),
        )
        for one in result.measurements
    ]
    return {
        "points": " ".join(f"{x:.1f},{y:.1f}" for x, y in points),
        "last": points[-1],
        "width": _WIDE,
        "height": _HIGH,
    }


# --- the queue -------------------------------------------------------------------------------------------------------


@router.get("/insight/links")
def show_queue(request: Request, app: Installation, viewer: Asks) -> HTMLResponse:
    reader = reader_of(request)
    questions = questions_of(app, viewer, reader.language, _ASKED + 1)
    seen = app.insights.goals.overview(viewer)
    answers = app.insights.goals.latest(viewer, _ANSWERS)
    in_force = next((answer.id for answer, _ in answers if answer.in_force), None)
    return page(
        request,
        "insight_links.html",
        nav="insight",
        questions=questions[:_ASKED],
        waiting=len(app.insights.goals.questions(viewer)),
        passed_over=seen.proposals.passed_over,
        goals=[goal for goal in seen.goals if goal.running],
        answers=[_answer(answer, item, reader, answer.id == in_force) for answer, item in answers],
    )


def _answer(answer: GoalAnswer, item: ItemCard, reader: Reader, last: bool) -> dict[str, Any]:
    say = reader.say
    said = {
        Verdict.GOAL: say("is for %(goal)s", goal=answer.goal or ""),
        Verdict.NONE: say("is for no goal"),
        Verdict.UNSURE: say("you were not sure"),
    }
    return {
        "id": answer.id,
        "item": public_id(item.record),
        "key": item.key,
        "said": said[answer.verdict],
        "when": reader.fmt.moment(answer.at),
        "undone": answer.undone_at is not None,
        "replaced": answer.replaced_by is not None,
        "last": last,
    }


@router.post("/insight/links/{item}")
def answer_link(
    app: Installation,
    viewer: Asks,
    item: str,
    verdict: Annotated[str, Form(max_length=20)],
    goal: Annotated[str, Form(max_length=200)] = "",
    to: Annotated[str, Form(max_length=200)] = "/insight/links",
) -> Response:
    if verdict not in set(Verdict):
        raise BadInput("an answer is one of: goal, none, unsure.")
    app.insights.goals.answer(viewer, item_called(app, viewer, item), Verdict(verdict), goal or None)
    return back(to, "/insight/links")


@router.post("/insight/links/answers/{answer_id}/undo")
def undo_link(app: Installation, viewer: Asks, answer_id: str) -> Response:
    app.insights.goals.undo(viewer, answer_id)
    return back("/insight/links")
