"""``index``: what search by meaning stands on; all of it can be made anew from the relational store."""

from __future__ import annotations

import typer

from coachkit.bootstrap import App
from coachkit.cli.context import opened
from coachkit.cli.output import AsJson, console, emit, notes
from coachkit.errors import StoreBusy

__all__ = ["register"]

commands = typer.Typer(no_args_is_help=True, help="The index of meanings: derived, and made anew when in doubt.")


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
        shown = {True: "yes", False: "no"}.get(value, value) if isinstance(value, bool) else value
        console.print(f"{name.replace('_', ' '):<24}{shown}", markup=False)


@commands.command()
def update(context: typer.Context) -> None:
    """Embed what waits, here and now; a running server does this by itself."""
    with opened(context) as app:
        waiting = app.indexer.pending()
        if app.embedder is None:
            console.print("Search goes by words alone (COACHKIT_EMBEDDER is none): nothing is embedded.")
            return
        with console.status("…") as shown:

            def show(done: int, total: int) -> None:
                shown.update(f"Embedded {done:,} of {total:,} records")

            done = app.indexer.embed(progress=show)
        app.indexer.tend()
        console.print(f"Embedded {done:,} of {waiting:,} records that waited.")


@commands.command()
def rebuild(context: typer.Context) -> None:
    """Make the vector index anew from the stored vectors, and remove the old one's files."""
    with opened(context) as app:
        try:
            app.indexer.rebuild()
        except StoreBusy as busy:
            _leave(app, "rebuild", busy)
            return
    console.print("Rebuilt the vector index." if app.vector_index is not None else "There is no vector index.")


@commands.command()
def reconcile(context: typer.Context, as_json: AsJson = False) -> None:
    """Compare the vector index with the stored vectors, and mend it. The server does so daily."""
    with opened(context) as app:
        try:
            found = app.indexer.reconcile()
        except StoreBusy as busy:
            _leave(app, "reconcile", busy)
            return
    if as_json:
        emit(found)
    elif found is None:
        console.print("There is no vector index.")
    else:
        console.print(
            f"{found.held:,} held, {found.mended:,} mended, {found.strays:,} strays removed; "
            f"{found.found} of {found.looked_for} found by their own vector."
        )
        if found.lost:
            console.print("Too few were found: it was rebuilt.")


def _leave(app: App, what: str, busy: StoreBusy) -> None:
    """Ask the owner of the index to do it."""
    app.indexer.wish(what)
    notes.print(f"{busy.subject}: {busy.message}", markup=False)
    console.print(f"Asked the process that owns it to {what} it; see `coachkit index status`.")
