"""``insight goals`` and ``goals``: the map of goals, and saying which goal an item is for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from coachkit.cli.context import Language, opened, viewer_named
from coachkit.cli.output import AsJson, console, emit, table
from coachkit.errors import BadInput

if TYPE_CHECKING:
    from coachkit.api.insight_goals import GoalAnswerModel, GoalDetail, QuestionAnswer

__all__ = ["register", "register_goals"]

As = Annotated[str, typer.Option("--as", help="With whose eyes. Nothing they may not read has any influence.")]

commands = typer.Typer(no_args_is_help=True, help="Goals: which goal an item is for, as people confirm it.")


def register(group: typer.Typer) -> None:
    group.command("goals")(goals)


def register_goals(app: typer.Typer) -> None:
    app.add_typer(commands, name="goals")


def goals(
    context: typer.Context,
    viewer: As,
    key: Annotated[str | None, typer.Argument(metavar="[GOAL]", help="Key of a goal, for all about it.")] = None,
    team: Annotated[str | None, typer.Option("--team", help="Only goals of this team, by key or name.")] = None,
    lang: Language = None,
    as_json: AsJson = False,
) -> None:
    """Show the map of goals: how far they are, what is linked to them, and what deserves a look.

    Example: `coachkit insight goals --as 'Maria Gomez' --team Search`
    """
    from coachkit.api.insight_goals import goal_detail, goal_map

    with opened(context, language=lang) as app:
        reader, zh = viewer_named(app, viewer), app.settings.language == "zh"
        detail = goal_detail(app, reader, key, app.settings.language) if key else None
        found = [] if key else goal_map(app, reader, app.settings.language, team)
    if detail is not None:
        emit(detail.model_dump(mode="json")) if as_json else _detail(detail, zh)
    elif as_json:
        emit([one.model_dump(mode="json") for one in found])
    else:
        _map(found, zh)


def _map(found: list[GoalAnswerModel], zh: bool) -> None:
    if not found:
        console.print("这里没有目标。" if zh else "No goals here.")
        return
    below = {one.key: one for one in found}
    for goal in found:
        if not any(parent in below for parent in goal.parents):
            _branch(goal, found, zh, 0, set())


def _branch(goal: GoalAnswerModel, found: list[GoalAnswerModel], zh: bool, depth: int, seen: set[str]) -> None:
    if goal.key in seen:
        return
    seen.add(goal.key)
    indent = "  " * depth
    facts = [goal.team or "", _progress(goal, zh), goal.state or ""]
    console.print(f"{indent}{goal.key}  {goal.title}", markup=False, style="bold" if depth == 0 else None)
    console.print(f"{indent}    {' · '.join(fact for fact in facts if fact)}", markup=False, style="dim")
    for one in goal.findings:
        if one.grave:
            others = f" [{' '.join(one.others)}]" if one.others else ""
            console.print(f"{indent}    {'!' if one.grave == 2 else '·'} {one.name}: {one.text}{others}", markup=False)
    for child in found:
        if child.parents and child.parents[0] == goal.key:
            _branch(child, found, zh, depth + 1, seen)


def _progress(goal: GoalAnswerModel, zh: bool) -> str:
    known = [f"{one.key} {round(one.progress * 100)}%" for one in goal.results if one.progress is not None]
    linked = f"关联 {goal.linked} 项" if zh else f"{goal.linked} linked"
    return " · ".join([*known, linked])


def _detail(detail: GoalDetail, zh: bool) -> None:
    goal = detail.goal
    console.print(f"{goal.key}  {goal.title}", markup=False, style="bold")
    if detail.text:
        console.print(detail.text, markup=False)
    for one in goal.findings:
        console.print(f"  {one.name}: {one.text}", markup=False)
        console.print(
            f"    {one.source} {'看不到：' if zh else 'It cannot see '}{one.cannot_see}", markup=False, style="dim"
        )
    heads = ["事项", "标题", "日期", "关联"] if zh else ["item", "title", "day", "link"]
    linked = "已关联" if zh else "linked"
    rows = [
        (
            one.key,
            one.title,
            f"{one.at:%Y-%m-%d}" if one.at else "",
            one.answered_by or linked if one.confidence is None else f"{round(one.confidence * 100)}%",
        )
        for one in detail.work
    ]
    table(heads, rows, empty="没有关联的工作。" if zh else "No work is linked.")


@commands.command("links")
def links(
    context: typer.Context,
    viewer: As,
    limit: Annotated[int, typer.Option(min=1, max=500, help="How many at most.")] = 10,
    lang: Language = None,
    as_json: AsJson = False,
) -> None:
    """List items whose goal somebody may say, with proposals and their reasons; those most worth an answer first.

    Example: `coachkit goals links --as 'Maria Gomez'`
    """
    from coachkit.api.insight_goals import questions_of

    with opened(context, language=lang) as app:
        reader, zh = viewer_named(app, viewer), app.settings.language == "zh"
        found = questions_of(app, reader, app.settings.language, limit)
        older = app.insights.goals.overview(reader).proposals.passed_over
    if as_json:
        emit([one.model_dump(mode="json") for one in found])
        return
    if not found:
        console.print("没有待确认的关联。" if zh else "Nothing waits for an answer.")
    for one in found:
        _question(one, zh)
    if older:
        said = f"另有 {older:,} 项较早的事项没有关联，因数量过多未逐项查看。"
        console.print(said if zh else f"{older:,} older items without a link were too many to look at.", style="dim")


def _question(one: QuestionAnswer, zh: bool) -> None:
    console.print(f"{one.key}  {one.title}", markup=False, style="bold")
    for number, candidate in enumerate(one.candidates, 1):
        why = ("；" if zh else "; ").join(candidate.reasons)
        console.print(f"  {number}  {candidate.goal}  {candidate.title}  ({candidate.word})", markup=False)
        if why:
            console.print(f"     {why}", markup=False, style="dim")


@commands.command("confirm")
def confirm(
    context: typer.Context,
    viewer: As,
    item: Annotated[str, typer.Argument(metavar="ITEM", help="Key of an item, such as SRCH-687; or `undo`.")],
    goal: Annotated[str | None, typer.Argument(metavar="[GOAL]", help="Key of the goal that it is for.")] = None,
    none: Annotated[bool, typer.Option("--none", help="It is for no goal.")] = False,
    unsure: Annotated[bool, typer.Option("--unsure", help="You do not know; it is not asked again.")] = False,
    lang: Language = None,
    as_json: AsJson = False,
) -> None:
    """Say which goal an item is for, or that it is for none; `confirm undo` takes the last answer back.

    Example: `coachkit goals confirm SRCH-687 SRCH-O1 --as 'Maria Gomez'`
    """
    from coachkit.api.insight_goals import GivenLink, item_called
    from coachkit.insight.linking.answers import Verdict

    with opened(context, language=lang) as app:
        reader, zh = viewer_named(app, viewer), app.settings.language == "zh"
        service = app.insights.goals
        if item == "undo":
            answer = service.undo(reader)
        else:
            if (goal is not None) + none + unsure != 1:
                raise BadInput(
                    "say one thing: a goal, --none or --unsure.",
                    chinese=("只能说一样：一个目标，或 --none，或 --unsure。", ""),
                )
            verdict = Verdict.GOAL if goal else Verdict.NONE if none else Verdict.UNSURE
            answer = service.answer(reader, item_called(app, reader, item), verdict, goal)
        key = service.overview(reader).items[answer.item].key
    if as_json:
        emit(GivenLink.of(answer).model_dump(mode="json"))
    elif item == "undo":
        console.print(f"已撤销：{key}" if zh else f"Taken back: {key}", markup=False)
    else:
        said = answer.goal or (("不属于任何目标" if none else "不确定") if zh else ("no goal" if none else "not sure"))
        console.print(f"{key} → {said}", markup=False)
