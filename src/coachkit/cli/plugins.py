"""``plugin list`` and ``plugin check``."""

from __future__ import annotations

from typing import Annotated

import typer

from coachkit.cli.context import opened
from coachkit.cli.output import AsJson, console, emit, table

__all__ = ["register"]

commands = typer.Typer(no_args_is_help=True, help="Plugins: which are here, and whether they keep the rules.")


def register(app: typer.Typer) -> None:
    app.add_typer(commands, name="plugin")


@commands.command("list")
def list_(context: typer.Context, as_json: AsJson = False) -> None:
    """List the plugins found, with what they bring; one that failed says why, and the others go on.

    Example: `coachkit plugin list`
    """
    with opened(context) as app:
        found = app.plugins.statuses()
    if as_json:
        emit(found)
        return
    table(
        ["plugin", "version", "state", "connectors"],
        [(s.name, s.version, s.error or s.state, ", ".join(s.connectors)) for s in found],
        empty="No plugin is installed.",
    )


@commands.command()
def check(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="A plugin's name, as `plugin list` shows it.")],
    as_json: AsJson = False,
) -> None:
    """Check what can be checked without a source: streams, configuration, hooks, imports, tests.

    Example: `coachkit plugin check git`
    """
    with opened(context) as app:
        findings = app.plugins.check(name)
    if as_json:
        emit({"plugin": name, "findings": findings})
    else:
        for finding in findings:
            console.print(f"✗ {finding}", markup=False)
        if not findings:
            console.print(f"✓ {name} keeps every rule that can be checked here.")
    if findings:
        raise typer.Exit(1)
