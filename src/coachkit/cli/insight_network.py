"""``insight network``, ``insight teams`` and ``insight flow``: what the pages of the same names show."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal, TypeVar

import typer

from coachkit.cli.context import Language, one_day, opened, viewer_named
from coachkit.cli.output import AsJson, console, emit, table

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from coachkit.access import Viewer
    from coachkit.api.insight_network import Months
    from coachkit.bootstrap import App
    from coachkit.delivery.told import Names, Sentence

__all__ = ["register"]

Seen = TypeVar("Seen")
As = Annotated[str, typer.Option("--as", help="With whose eyes. Nothing they may not read has any influence.")]
TeamOption = Annotated[str | None, typer.Option("--team", help="Only what concerns this team, by key or name.")]
Since = Annotated[
    str | None, typer.Option("--since", help="A day; periods are the last 3, 6 or 12 months. Left out: 6 months.")
]


def register(group: typer.Typer) -> None:
    group.command("network")(network)
    group.command("teams")(teams)
    group.command("flow")(flow)


def network(
    context: typer.Context,
    viewer: As,
    team: TeamOption = None,
    since: Since = None,
    lang: Language = None,
    as_json: AsJson = False,
) -> None:
    """Tell through whom teams reach each other, what hangs on one person, and how newcomers are tied in.

    Example: `coachkit insight network --as 'Maria Gomez' --team Search`
    """
    from coachkit.api.insight_network import network_answer, network_of

    seen, zh = _seen(network_of, context, viewer, team, since, lang)
    if as_json:
        emit(network_answer(seen).model_dump(mode="json"))
        return
    told, names = seen.told, seen.names
    _section("连接团队的人" if zh else "Where teams meet", told.connectors, names)
    _section("系于一人的事" if zh else "What hangs on one person", told.depends, names)
    _section("新来的人" if zh else "Newcomers", told.newcomers, names)
    _section("组织架构" if zh else "The org chart", told.chart, names)
    _notes(told.notes)


def teams(
    context: typer.Context,
    viewer: As,
    team: TeamOption = None,
    since: Since = None,
    lang: Language = None,
    as_json: AsJson = False,
) -> None:
    """Tell what teams do for each other, over months that are over.

    Example: `coachkit insight teams --as 'Maria Gomez' --since 2026-06-01`
    """
    from coachkit.api.insight_network import teams_answer, teams_of

    seen, zh = _seen(teams_of, context, viewer, team, since, lang)
    if as_json:
        emit(teams_answer(seen).model_dump(mode="json"))
        return
    few = "少于 5 人" if zh else "fewer than 5 people"
    rows = [
        (
            seen.names.team(one.team),
            seen.names.team(one.other),
            few if one.strength is None else one.strength,
            " ".join(seen.names.label(record) for record in one.records),
        )
        for one in seen.found.ties
        if seen.team is None or seen.team in (one.team, one.other)
    ]
    heads = ["支持方", "受助方", "强度", "依据"] if zh else ["who helps", "whom", "strength", "shown by"]
    table(heads, rows, empty="没有跨人协作的记录。" if zh else "No record shows that people helped each other.")


def flow(
    context: typer.Context,
    viewer: As,
    team: TeamOption = None,
    since: Since = None,
    lang: Language = None,
    as_json: AsJson = False,
) -> None:
    """Tell in which steps, at which hand-offs and in which areas work waits, and what waits now.

    Example: `coachkit insight flow --as 'Maria Gomez' --team Search --lang zh`
    """
    from coachkit.api.insight_network import flow_answer, flow_of

    seen, zh = _seen(flow_of, context, viewer, team, since, lang)
    if as_json:
        emit(flow_answer(seen).model_dump(mode="json"))
        return
    told, names = seen.told, seen.names
    _section("现在等着的" if zh else "Waiting now", told.waiting, names)
    _section("明显更慢之处" if zh else "Slower than elsewhere", told.outstanding, names)
    _section("停得久的" if zh else "Grown old", told.aged, names)
    _section("流动效率" if zh else "Flow efficiency", told.efficiency, names)
    _section("返工" if zh else "Rework", told.rework, names)
    _notes(told.notes)


def _seen(
    of: Callable[[App, Viewer, Months, Literal["en", "zh"], str | None], Seen],
    context: typer.Context,
    viewer: str,
    team: str | None,
    since: str | None,
    lang: Literal["en", "zh"] | None,
) -> tuple[Seen, bool]:
    """What a page would show this viewer, and whether in Chinese."""
    from coachkit.api.insight_network import months_since

    with opened(context, language=lang) as app:
        language = app.settings.language
        months = months_since(one_day(since), app.directory.today(app.now()))
        return of(app, viewer_named(app, viewer), months, language, team), language == "zh"


def _section(title: str, sentences: Sequence[Sentence], names: Names) -> None:
    if not sentences:
        return
    console.print(title, markup=False, style="bold")
    for one in sentences:
        shown = " ".join(dict.fromkeys(f"[{names.label(record)}]" for record in one.records))
        console.print(f"  {one.text} {shown}".rstrip(), markup=False)
    console.print()


def _notes(notes: Sequence[str]) -> None:
    for one in notes:
        console.print(one, markup=False, style="dim")
