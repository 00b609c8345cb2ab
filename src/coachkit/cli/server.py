"""``serve``, ``stop``, ``status``, ``worker``: the processes of an installation."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import filelock
import httpx2
import typer

from coachkit.cli.context import given, opened
from coachkit.cli.output import AsJson, console, emit, notes
from coachkit.errors import ConfigError, StoreBusy, StoreError
from coachkit.settings import Settings

__all__ = ["address_of", "register", "running_server", "start_in_background"]

START_SECONDS = 60
STOP_SECONDS = 20


def register(app: typer.Typer) -> None:
    app.command()(serve)
    app.command()(stop)
    app.command()(status)
    app.command()(worker)


def _state_file(settings: Settings) -> Path:
    return settings.data / "server.json"


def running_server(settings: Settings) -> dict[str, Any] | None:
    """What the server of this data folder wrote about itself (``pid``, ``address``, ``started_at``), if it lives."""
    path = _state_file(settings)
    if not path.is_file():
        return None
    lock = filelock.FileLock(settings.data / "server.lock")
    try:
        with lock.acquire(timeout=0):
            return None  # nobody holds it: left by a server that was killed
    except filelock.Timeout:
        state: dict[str, Any] = json.loads(path.read_text("utf-8"))
        return state


def address_of(settings: Settings) -> str:
    """Where people reach this installation: what is set, what runs, or where it would listen."""
    state = running_server(settings)
    return settings.base_url or (state["address"] if state else f"http://{settings.host}:{settings.port}")


def serve(
    context: typer.Context,
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port; 0 takes a free one.")] = None,
) -> None:
    """Serve pages and API, and work in the background, until stopped (Ctrl-C, or `coachkit stop`).

    Example: `coachkit serve --port 8080`
    """
    import uvicorn

    from coachkit.background import Background
    from coachkit.bootstrap import open_app
    from coachkit.web.app import create_app

    settings = given(context).settings(host=host, port=port)
    settings.data.mkdir(parents=True, exist_ok=True)
    lock = filelock.FileLock(settings.data / "server.lock")
    try:
        lock.acquire(timeout=0)
    except filelock.Timeout:
        other = json.loads(_state_file(settings).read_text("utf-8")) if _state_file(settings).is_file() else {}
        who = f"process {other.get('pid', '?')}, {other.get('address', '?')}"
        raise StoreBusy(
            f"a server runs on this data folder already ({who}).",
            subject=str(settings.data),
            hint="Use that one, or end it with `coachkit stop`.",
        ) from None
    listener = _listen(settings)
    address = settings.base_url or f"http://{settings.host}:{listener.getsockname()[1]}"
    app = open_app(settings)
    background = Background(app)
    state = {"pid": os.getpid(), "address": address, "started_at": datetime.now(UTC).isoformat()}
    try:
        if settings.worker:
            background.start()
        app.writers.warm(settings.model)
        _state_file(settings).write_text(json.dumps(state), "utf-8")
        notes.print(f"coachkit is at {address} (process {state['pid']}). Stop it with Ctrl-C.")
        config = uvicorn.Config(
            create_app(app), log_level="warning", access_log=False, proxy_headers=False, timeout_graceful_shutdown=3
        )
        uvicorn.Server(config).run(sockets=[listener])
    finally:
        background.stop()
        app.close()
        _state_file(settings).unlink(missing_ok=True)
        lock.release()


def _listen(settings: Settings) -> socket.socket:
    try:
        return socket.create_server((settings.host, settings.port))
    except OSError as error:
        raise ConfigError(
            f"cannot listen on {settings.host}:{settings.port}: {error.strerror}.",
            hint="Choose another with --port or COACHKIT_PORT; --port 0 takes a free one.",
        ) from error


def start_in_background(settings: Settings) -> dict[str, Any]:
    """Start a server that outlives this command, and wait until it answers.

    :raises StoreError: if it does not answer in a minute; the end of its log is in the message.
    """
    if state := running_server(settings):
        return state
    log = settings.data / "server.log"
    command = [sys.executable, "-m", "coachkit", "--data", str(settings.data), "serve"]
    with log.open("ab") as out:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True, close_fds=True
        )
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        state = running_server(settings)
        if state and _answers(state["address"]):
            return state
        time.sleep(0.1)
    tail = "\n".join(log.read_text("utf-8", errors="replace").splitlines()[-8:])
    raise StoreError(f"the server did not start.\n{tail}", subject=str(settings.data), hint=f"All of its words: {log}")


def _answers(address: str) -> bool:
    try:
        return httpx2.get(f"{address}/api/health", timeout=2).status_code == 200
    except httpx2.HTTPError:
        return False


def stop(context: typer.Context, as_json: AsJson = False) -> None:
    """Stop the server of this data folder; work in the background is put down safely first.

    Example: `coachkit --data .data/demo stop`
    """
    settings = given(context).settings()
    state = running_server(settings)
    if state is None:
        if as_json:
            emit({"stopped": None})
        else:
            console.print("No server runs on this data folder.")
        return
    os.kill(state["pid"], signal.SIGTERM)
    deadline = time.monotonic() + STOP_SECONDS
    while running_server(settings) and time.monotonic() < deadline:
        time.sleep(0.1)
    if running_server(settings):
        raise StoreBusy(f"process {state['pid']} is still putting its work down.", hint="Try again in a moment.")
    if as_json:
        emit({"stopped": state["pid"]})
    else:
        console.print(f"Stopped process {state['pid']}.")


def status(context: typer.Context, as_json: AsJson = False) -> None:
    """What runs here, with which model and database, and what waits.

    Example: `coachkit status --json`
    """
    with opened(context) as app:
        found = {
            "data": app.settings.data,
            "database": app.database.url.render_as_string(),
            "server": running_server(app.settings),
            "model": app.settings.model,
            "connections": len(app.connections.list()),
            "waiting_for_embedding": app.indexer.pending(),
        }
    if as_json:
        emit(found)
        return
    for name, value in found.items():
        if name == "server":
            value = f"{value['address']} (process {value['pid']})" if isinstance(value, dict) else "not running"
        console.print(f"{name.replace('_', ' '):<24}{value}", markup=False)


def worker(context: typer.Context) -> None:
    """Work in the background without a web server, until stopped: scheduled syncs, embedding, drafts.

    Example: `COACHKIT_DATABASE_URL=postgresql://… coachkit worker`
    """
    from coachkit.background import Background

    with opened(context) as app:
        background = Background(app)
        background.start()
        notes.print(f"Working for {app.settings.data} (process {os.getpid()}). Stop with Ctrl-C.")
        signal.signal(signal.SIGTERM, lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        try:
            while True:
                time.sleep(3600)
        finally:
            background.stop()
