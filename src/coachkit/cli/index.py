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
    """Say what waits to be embedded, and how the vector index is.

    Example: `coachkit index status`
    """
    with opened(context) as app:
        found = app.indexer.status()
    if as_json:
        emit(found)
        return
    for name, value in found.items():
        shown = {True: "yes", False: "no"}.get(value, value) if isinstance(value, bool) else value
        console.print(f"{name.replace('_', ' '):<24}{shown}", markup=False)


@commands.command()
def update(context: typer.Context, as_json: AsJson = False) -> None:
    """Embed what waits, here and now; a running server does this by itself.

    Example: `coachkit index update`
    """
    with opened(context) as app:
        waiting = app.indexer.pending()
        if app.embedder is None and as_json:
            emit({"waited": waiting, "embedded": 0, "embedder": "none"})
            return
        if app.embedder is None:
            console.print("Search goes by words alone (COACHKIT_EMBEDDER is none): nothing is embedded.")
            return
        with console.status("…") as shown:

            def show(done: int, total: int) -> None:
                shown.update(f"Embedded {done:,} of {total:,} records")

            done = app.indexer.embed(progress=show)
        app.indexer.tend()
    if as_json:
        emit({"waited": waiting, "embedded": done, "embedder": app.settings.embedder})
    else:
        console.print(f"Embedded {done:,} of {waiting:,} records that waited.")


@commands.command()
def rebuild(context: typer.Context, as_json: AsJson = False) -> None:
    """Make the vector index anew from the stored vectors, and remove the old one's files.

    Example: `coachkit index rebuild`
    """
    with opened(context) as app:
        try:
            app.indexer.rebuild()
        except StoreBusy as busy:
            _leave(app, "rebuild", busy, as_json)
            return
    if as_json:
        emit({"rebuilt": app.vector_index is not None})
        return
    console.print("Rebuilt the vector index." if app.vector_index is not None else "There is no vector index.")


@commands.command()
def reconcile(context: typer.Context, as_json: AsJson = False) -> None:
    """Compare the vector index with the stored vectors, and mend it. The server does so daily.

    Example: `coachkit index reconcile`
    """
    with opened(context) as app:
        try:
            found = app.indexer.reconcile()
        except StoreBusy as busy:
            _leave(app, "reconcile", busy, as_json)
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


def _leave(app: App, what: str, busy: StoreBusy, as_json: bool) -> None:
    """Ask the owner of the index to do it."""
    app.indexer.wish(what)
    if as_json:
        emit({"asked": what})
        return
    notes.print(f"{busy.subject}: {busy.message}", markup=False)
    console.print(f"Asked the process that owns it to {what} it; see `coachkit index status`.")
