"""``insight pilot``: start a pilot with its baseline, see before and since, stop it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from coachkit.cli.context import Language, opened, viewer_named
from coachkit.cli.output import AsJson, console, emit

if TYPE_CHECKING:
    from coachkit.api.insight_pilot import PilotSeen

__all__ = ["register"]

As = Annotated[str, typer.Option("--as", help="Who leads the teams, or holds HR's grant; it is read with their eyes.")]

commands = typer.Typer(no_args_is_help=True, help="Pilots: a trial in some teams, against the weeks before.")


def register(group: typer.Typer) -> None:
    group.add_typer(commands, name="pilot")


@commands.command("start")
def start(
    context: typer.Context,
    viewer: As,
    teams: Annotated[list[str], typer.Argument(metavar="TEAM...", help="Keys or names of teams, of five people.")],
    lang: Language = None,
    as_json: AsJson = False,
) -> None:
    """Keep the figures of the thirteen weeks before as the baseline, and begin.

    Example: `coachkit insight pilot start SRCH PAY --as 'Maria Gomez'`
    """
    from coachkit.api.insight_pilot import pilots_of, start_pilot

    with opened(context, language=lang) as app:
        reader = viewer_named(app, viewer)
        made = start_pilot(app, reader, teams)
        found = pilots_of(app, reader, app.settings.language, made.id)
    _show(found, as_json)


@commands.command("show")
def show(
    context: typer.Context,
    viewer: As,
    pilot: Annotated[str, typer.Argument(metavar="[PILOT]", help="Id of one; left out: all that you started.")] = "",
    lang: Language = None,
    as_json: AsJson = False,
) -> None:
    """Show each figure before and since, with its interval, and what it cannot show.

    Example: `coachkit insight pilot show --as 'Maria Gomez'`
    """
    from coachkit.api.insight_pilot import pilots_of

    with opened(context, language=lang) as app:
        found = pilots_of(app, viewer_named(app, viewer), app.settings.language, pilot)
        zh = app.settings.language == "zh"
    if not found and not as_json:
        console.print("没有由你发起的试点。" if zh else "You have started no pilot.")
        return
    _show(found, as_json)


@commands.command("stop")
def stop(
    context: typer.Context,
    viewer: As,
    pilot: Annotated[str, typer.Argument(metavar="PILOT", help="Id of the pilot.")],
    lang: Language = None,
    as_json: AsJson = False,
) -> None:
    """End a pilot: what was seen until now stays, later weeks do not count.

    Example: `coachkit insight pilot stop 3f2a91c0d4e5 --as 'Maria Gomez'`
    """
    from coachkit.api.insight_pilot import pilots_of

    with opened(context, language=lang) as app:
        reader = viewer_named(app, viewer)
        app.insights.pilots.stop(reader, pilot)
        found = pilots_of(app, reader, app.settings.language, pilot)
    _show(found, as_json)


def _show(found: list[PilotSeen], as_json: bool) -> None:
    from coachkit.api.insight_pilot import pilot_answer

    if as_json:
        emit([pilot_answer(one).model_dump(mode="json") for one in found])
        return
    for one in found:
        zh, pilot = one.names.zh, one.pilot
        since = one.names.day(pilot.started_at)
        ended = ""
        if pilot.stopped_at:
            day = one.names.day(pilot.stopped_at)
            ended = f"，{day}结束" if zh else f", ended {day}"
        head = (
            f"{one.title} · {since}开始{ended} · {pilot.id}"
            if zh
            else f"{one.title} · since {since}{ended} · {pilot.id}"
        )
        console.print(head, markup=False, style="bold")
        for sentence in one.told.figures:
            shown = " ".join(dict.fromkeys(f"[{one.names.label(record)}]" for record in sentence.records))
            console.print(f"  {sentence.text} {shown}".rstrip(), markup=False)
        console.print()
    for line in found[0].told.notes if found else ():
        console.print(line, markup=False, style="dim")
