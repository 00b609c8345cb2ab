"""``index``: what retrieval stands on; all of it can be made anew from the relational store."""

from __future__ import annotations

import typer

from coachkit.cli.context import opened
from coachkit.cli.output import AsJson, console, emit

__all__ = ["register"]

commands = typer.Typer(no_args_is_help=True, help="The search index: derived, and rebuilt when in doubt.")


def register(app: typer.Typer) -> None:
    app.add_typer(commands, name="index")


@commands.command()
def status(context: typer.Context, as_json: AsJson = False) -> None:
    """Say what waits to be embedded, and how the vector index is."""
    with opened(context) as app:
        found = app.indexer.status()
    if as_json:
        emit(found)
        return
    for name, value in found.items():
        console.print(f"{name.replace('_', ' '):<24}{value}", markup=False)
