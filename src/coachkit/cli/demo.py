"""``demo``: the sample organisation, synced through its connectors, and one manager's brief."""

from __future__ import annotations

import json
import shutil
import time
from dataclasses import asdict
from datetime import datetime
from shlex import quote
from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo

import typer
from rich.cells import cell_len, set_cell_size

from coachkit.cli.context import Language, command, given, near
from coachkit.cli.documents import print_brief
from coachkit.cli.output import AsJson, console, emit, notes
from coachkit.cli.progress import sync_display
from coachkit.cli.server import running_server, start_in_background
from coachkit.errors import StoreBusy
from coachkit.settings import CONFIG_FILE

if TYPE_CHECKING:
    from coachkit.bootstrap import App
    from coachkit.settings import Settings

__all__ = ["register"]

SEED = 7
TIMEZONE = "Asia/Shanghai"
"""Where most people of the sample organisation work: in its days check-ins stand in the daytime."""


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
    as_json: AsJson = False,
) -> None:
    """Make a company of 60 people, sync it through its connectors, serve it, and show one brief.

    A second run takes seconds: it syncs what is new, which is nothing. Ends with a link that signs a manager in.

    Example: `coachkit --data .data/demo demo --lang zh`
    """
    from coachkit.bootstrap import open_app

    settings = given(context).settings(language=lang)
    zh = settings.language == "zh"
    if fresh:
        _throw_away(settings)
    _settle(settings)
    settings = given(context).settings(language=lang)
    manifest = _organisation(settings, seed)
    app = open_app(settings)
    try:
        news = _sync(app, manifest["connections"], quiet=as_json)
        manager = app.directory.find_person(manifest["manager"])
        report = app.directory.find_person(manifest["report"])
        if settings.model != "none" and not as_json:
            notes.print("正在准备简报 …" if zh else "Preparing the brief …")
        if not as_json:
            print_brief(app, viewer=manager, subject=report, anew=news)
        if serve and not as_json and not running_server(settings):
            notes.print("\n正在启动服务 …" if zh else "\nStarting the server …")
        # after the brief: a server embeds what is new, and would take the model's time
        state = start_in_background(settings) if serve else None
        link = app.sign_in.make_link(manager.id, app.now())
        today = app.directory.today(app.now()).isoformat()
    finally:
        app.close()
    if as_json:
        address = state["address"] if state else None
        emit(
            {"address": address, "sign_in": f"/sign-in/{link}", "data": settings.data, "today": manifest["today"]}
            | {"manager": {"id": manager.public_id, "name": manager.name}}
            | {"report": {"id": report.public_id, "name": report.name}}
        )
        return
    console.rule(characters="─", style="dim") if console.is_terminal else console.print()
    address = state["address"] if state else settings.base_url or f"http://{settings.host}:{settings.port}"
    _print_next(settings, address, state, manager.name, report.name, link)
    if manifest["today"] != today:
        made, again = manifest["today"], f"{command(settings.data)} demo --fresh"
        older = f"这家公司的数据截至 {made}；重新生成：" if zh else f"The company was made as of {made}. As of today:"
        console.print(f"\n{older} {again}", markup=False)


def _print_next(
    settings: Settings, address: str, server: dict[str, Any] | None, manager: str, report: str, link: str
) -> None:
    """Where to go from here: each line can be copied as it stands."""
    coachkit, zh = command(settings.data), settings.language == "zh"
    other = "--lang en" if zh else "--lang zh"
    lines = [
        (f"以{manager}的身份登录" if zh else f"Sign in as {manager}", f"{address}/sign-in/{link}"),
        ("再开一个登录链接" if zh else "Another such link", f"{coachkit} sign-in-link {quote(manager)}"),
        ("在终端看这份简报" if zh else "This brief again", f"{coachkit} brief {quote(report)}"),
        ("In English" if zh else "用中文看", f"{coachkit} brief {quote(report)} {other}"),
        ("停止服务" if zh else "Stop the server", f"{coachkit} stop"),
    ]
    if server is None:
        lines[-1] = ("启动服务" if zh else "Start the server", f"{coachkit} serve")
    width = max(cell_len(label) for label, _ in lines)
    if server is not None:
        up = f"服务已启动：{address}" if zh else f"The server is up at {address}"
        process = f"进程 {server['pid']}，日志" if zh else f"process {server['pid']}, log"
        console.print(f"{up}  ({process} {near(settings.data / 'server.log')})\n", markup=False)
    for label, line in lines:
        console.print(f"{set_cell_size(label, width)}   {line}", markup=False)


def _throw_away(settings: Settings) -> None:
    if running_server(settings):
        raise StoreBusy("a server runs on this demo.", subject=str(settings.data), hint="End it with `coachkit stop`.")
    if (settings.data / "sample").is_dir():
        shutil.rmtree(settings.data)


def _settle(settings: Settings) -> None:
    """Give a new demo the time zone of its people, in its own folder, so that every later command finds it."""
    beside = settings.data / CONFIG_FILE.name
    if not beside.exists() and not (settings.data / "sample").exists():
        settings.data.mkdir(parents=True, exist_ok=True)
        beside.write_text(f'timezone = "{TIMEZONE}"\n', "utf-8")


def _organisation(settings: Settings, seed: int) -> dict[str, Any]:
    """The sample's files, made once; ``demo.json`` says what to connect."""
    from coachkit.sample import simulate, write

    folder = settings.data / "sample"
    manifest = folder / "demo.json"
    if not manifest.is_file():
        zh = settings.language == "zh"
        notes.print("正在生成一家约 60 人的公司 …" if zh else "Making a company of 60 people …")
        today = datetime.now(ZoneInfo(settings.timezone)).date()
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


def _sync(app: App, specs: list[dict[str, Any]], *, quiet: bool) -> bool:
    """Connect and sync everything; whether anything was written."""
    there = {connection.name for connection in app.connections.list()}
    for spec in specs:
        if spec["name"] not in there:
            app.connections.add(spec["name"], spec["connector"], spec["config"], now=app.now())
    started = time.monotonic()
    with sync_display() as show:
        reports = [app.sync(spec["name"], on_progress=show) for spec in specs]
    seconds = time.monotonic() - started
    for report in reports:
        if report.error is not None:
            raise report.error
    if quiet:
        return any(report.total.written for report in reports)
    totals = [report.total for report in reports]
    written, aside = sum(one.written for one in totals), sum(one.quarantined for one in totals)
    if app.settings.language == "zh":
        words = f"{len(reports)} 个连接已同步：新写入 {written:,} 条记录，搁置 {aside:,} 条，用时 {seconds:.0f} 秒"
    else:
        words = f"{len(reports)} connections synced: {written:,} records written, {aside:,} kept aside, {seconds:.0f} s"
    console.print(f"{words}\n", markup=False)
    return bool(written)
