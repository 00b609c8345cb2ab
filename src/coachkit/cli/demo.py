"""``demo``: the sample organisation, synced through its connectors, and one manager's brief."""

from __future__ import annotations

import json
import shutil
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from coachkit.cli.connections import print_report
from coachkit.cli.context import Language, given
from coachkit.cli.documents import print_brief
from coachkit.cli.output import console, notes
from coachkit.cli.progress import sync_display
from coachkit.cli.server import running_server, start_in_background
from coachkit.errors import StoreBusy

if TYPE_CHECKING:
    from coachkit.bootstrap import App
    from coachkit.settings import Settings

__all__ = ["register"]

SEED = 7


def register(app: typer.Typer) -> None:
    app.command()(demo)


def demo(
    context: typer.Context,
    fresh: Annotated[
        bool, typer.Option("--fresh", help="Throw the demo's data away and begin again, as of today.")
    ] = False,
    seed: Annotated[int, typer.Option(help="Which sample organisation to make.")] = SEED,
    lang: Language = None,
    serve: Annotated[bool, typer.Option(help="Start the server in the background.")] = True,
) -> None:
    """Make a company of 60 people, sync it through its connectors, serve it, and show one brief.

    A second run takes seconds: it syncs what is new, which is nothing. Ends with a link that signs a manager in.
    """
    from coachkit.bootstrap import open_app

    settings = given(context).settings(language=lang)
    if fresh:
        _throw_away(settings)
    manifest = _organisation(settings, seed)
    app = open_app(settings)
    try:
        _sync(app, manifest["connections"])
        manager = app.directory.find_person(manifest["manager"])
        report = app.directory.find_person(manifest["report"])
        state = start_in_background(settings) if serve else None
        link = app.sign_in.make_link(manager.id, app.now())
        address = state["address"] if state else settings.base_url or f"http://{settings.host}:{settings.port}"
        print_brief(app, viewer=manager, subject=report)
    finally:
        app.close()
    console.rule()
    coachkit = f"coachkit --data {settings.data}"
    if state:
        console.print(f"The server is up:     {address}  (process {state['pid']}; log: {settings.data / 'server.log'})")
    console.print(f"Sign in as {manager.name}:  {address}/sign-in/{link}", markup=False)
    console.print(f"The same brief here:  {coachkit} brief {report.name!r}", markup=False)
    console.print(f"用中文看：            {coachkit} brief {report.name!r} --lang zh", markup=False)
    console.print(f"Stop the server:      {coachkit} stop", markup=False)
    if manifest["today"] != app.now().date().isoformat():
        console.print(f"The company was made as of {manifest['today']}; `coachkit demo --fresh` makes it as of today.")


def _throw_away(settings: Settings) -> None:
    if running_server(settings):
        raise StoreBusy("a server runs on this demo.", subject=str(settings.data), hint="End it with `coachkit stop`.")
    if (settings.data / "sample").is_dir():
        shutil.rmtree(settings.data)


def _organisation(settings: Settings, seed: int) -> dict[str, Any]:
    """The sample's files, made once; ``demo.json`` says what to connect."""
    from coachkit.sample import simulate, write

    folder = settings.data / "sample"
    manifest = folder / "demo.json"
    if not manifest.is_file():
        notes.print("Making a company of 60 people …")
        today = datetime.now().astimezone().date()
        organisation = simulate(seed, today=today)
        specs = write(organisation, folder)
        found = {
            "today": today.isoformat(),
            "manager": organisation.demo_manager,
            "report": organisation.demo_report,
            "connections": [asdict(spec) for spec in specs],
        }
        manifest.write_text(json.dumps(found, ensure_ascii=False, indent=2), "utf-8")
    loaded: dict[str, Any] = json.loads(manifest.read_text("utf-8"))
    return loaded


def _sync(app: App, specs: list[dict[str, Any]]) -> None:
    there = {connection.name for connection in app.connections.list()}
    for spec in specs:
        if spec["name"] not in there:
            app.connections.add(spec["name"], spec["connector"], spec["config"], now=app.now())
    with sync_display() as show:
        reports = [app.sync(spec["name"], on_progress=show) for spec in specs]
    for report in reports:
        print_report(report, app.settings.language)
        if report.error is not None:
            raise report.error
