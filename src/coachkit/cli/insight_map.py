"""``insight map``: the collaboration map on one page."""

from __future__ import annotations

from typing import Annotated

import typer

from coachkit.cli.context import Language, one_day, opened, viewer_named
from coachkit.cli.output import AsJson, console, emit

__all__ = ["register"]

As = Annotated[str, typer.Option("--as", help="With whose eyes. Nothing they may not read has any influence.")]
Since = Annotated[
    str | None, typer.Option("--since", help="A day; periods are the last 3, 6 or 12 months. Left out: 6 months.")
]


def register(group: typer.Typer) -> None:
    group.command("map")(show)


def show(
    context: typer.Context, viewer: As, since: Since = None, lang: Language = None, as_json: AsJson = False
) -> None:
    """Tell how strategy reaches team goals, what depends most on other teams, and where shared credit is disputed.

    Example: `coachkit insight map --as 'Maria Gomez' --lang zh`
    """
    from coachkit.api.insight_map import map_answer, map_of
    from coachkit.api.insight_network import months_since

    with opened(context, language=lang) as app:
        reader, zh = viewer_named(app, viewer), app.settings.language == "zh"
        months = months_since(one_day(since), app.directory.today(app.now()))
        seen = map_of(app, reader, months, app.settings.language)
    if as_json:
        emit(map_answer(seen).model_dump(mode="json"))
        return
    told = seen.told
    for title, sentences in (
        ("战略如何落到团队目标" if zh else "How strategy reaches team goals", told.strategy),
        ("最依赖其他团队之处" if zh else "What depends most on other teams", told.depends),
        ("共同功劳的分歧" if zh else "Where shared credit is disputed", told.disputed),
    ):
        console.print(title, markup=False, style="bold")
        for one in sentences:
            shown = " ".join(dict.fromkeys(f"[{seen.names.label(record)}]" for record in one.records))
            console.print(f"  {one.text} {shown}".rstrip(), markup=False)
        if not sentences:
            console.print("  没有可说的。" if zh else "  Nothing is told.", style="dim")
        console.print()
    for line in told.notes:
        console.print(line, markup=False, style="dim")
