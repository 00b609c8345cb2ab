"""The map of goals, one goal with its work, and the queue in which people say which goal an item is for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import HTMLResponse

from coachkit.api.insight_goals import (
    GoalAnswerModel,
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
from coachkit.web.i18n import mark
from coachkit.web.rendering import Reader, back, page, reader_of
from coachkit.web.words import STATES, name

__all__ = ["router"]

router = APIRouter()

_ASKED = 10
_ANSWERS = 15
_SHOWN_WORK = 30


@dataclass(frozen=True, slots=True)
class Standing:
    """How a goal stands: a shape, a word and a colour, which say the same."""

    shape: str
    word: str
    colour: str


_ENDED = {
    "done": Standing("✓", mark("Reached"), "good"),
    "missed": Standing("✕", mark("Missed"), "bad"),
    "dropped": Standing("–", mark("Dropped"), "muted"),
    "draft": Standing("○", mark("Draft"), "muted"),
}
_RUNNING = {
    2: Standing("▲", mark("May be missed"), "bad"),
    1: Standing("◆", mark("Worth a look"), "warn"),
    0: Standing("●", mark("Running"), "good"),
}
SHOWN = (
    ("", mark("All goals")),
    ("look", mark("Worth a look")),
    ("running", mark("Running")),
    ("ended", mark("Ended")),
)


def standing(goal: GoalAnswerModel) -> Standing:
    if goal.category in _ENDED:
        return _ENDED[goal.category]
    return _RUNNING[max((one.grave for one in goal.findings), default=0)]


@dataclass(frozen=True, slots=True)
class Branch:
    """A goal on the page with those aligned to it; ``kept``: it was asked for, and is not only on the way there."""

    goal: GoalAnswerModel
    standing: Standing
    kept: bool
    children: Sequence[Branch]


@router.get("/insight/goals")
def show_map(
    request: Request,
    app: Installation,
    viewer: Asks,
    team: Annotated[str, Query(max_length=200)] = "",
    show: Annotated[str, Query(pattern="^(|look|running|ended)$")] = "",
) -> HTMLResponse:
    reader = reader_of(request)
    goals = goal_map(app, viewer, reader.language)
    branches = _branches(goals, team, show)
    kept = [branch for root in branches for branch in _all(root) if branch.kept]
    return page(
        request,
        "insight_goals.html",
        nav="insight",
        branches=branches,
        shown=len(kept),
        legend=[*_RUNNING.values(), *_ENDED.values()],
        counts=[(one, sum(1 for branch in kept if branch.standing is one)) for one in _RUNNING.values()],
        team=team,
        teams=sorted({one for goal in goals for one in (goal.team, *goal.other_teams) if one}),
        show=show,
        choices=SHOWN,
        states=STATES,
    )


def _branches(goals: Sequence[GoalAnswerModel], team: str, show: str) -> list[Branch]:
    known = {goal.key: goal for goal in goals}

    def build(goal: GoalAnswerModel, above: frozenset[str]) -> Branch | None:
        path = above | {goal.key}
        below = [one for one in goals if _parent(one, known) == goal.key and one.key not in path]
        children = [branch for one in below if (branch := build(one, path)) is not None]
        stands = standing(goal)
        kept = (not team or team in (goal.team, *goal.other_teams)) and _wanted(stands, show)
        return Branch(goal, stands, kept, children) if kept or children else None

    roots = sorted((goal for goal in goals if _parent(goal, known) is None), key=_place)
    return [branch for goal in roots if (branch := build(goal, frozenset())) is not None]


def _place(goal: GoalAnswerModel) -> tuple[int, bool, int, str]:
    """Company goals first, ended ones last, the gravest before others; otherwise by key, as they come."""
    level = ("company", "team", "person").index(goal.level) if goal.level in ("company", "team", "person") else 3
    grave = max((one.grave for one in goal.findings), default=0)
    return (level, goal.category in _ENDED, -grave if level else 0, goal.team or "")


def _parent(goal: GoalAnswerModel, known: dict[str, GoalAnswerModel]) -> str | None:
    return next((parent for parent in goal.parents if parent in known and parent != goal.key), None)


def _wanted(stands: Standing, show: str) -> bool:
    ended = stands in _ENDED.values()
    if show == "look":
        return stands in (_RUNNING[1], _RUNNING[2])
    return {"": True, "running": not ended, "ended": ended}[show]


def _all(branch: Branch) -> list[Branch]:
    return [branch, *(one for child in branch.children for one in _all(child))]


@router.get("/insight/goals/{key}")
def show_goal(request: Request, app: Installation, viewer: Asks, key: str) -> HTMLResponse:
    reader = reader_of(request)
    detail = goal_detail(app, viewer, key, reader.language)
    mapped = app.insights.goals.overview(viewer).goal(key)
    linked = [one for one in detail.work if one.confidence is None]
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
        linked=linked[:_SHOWN_WORK],
        more_linked=max(0, len(linked) - _SHOWN_WORK),
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
