"""How long a reader waits for a document, and what a model that writes costs everybody else.

The sample organisation, served by `coachkit serve` in a process of its own on the loopback. Measured from outside, over
the API's stream: the first sentence and the whole brief with `none` and with `local`; then how long pages take while
nothing else happens, and while `local` writes one brief after another. The last line is the ratio of the two, which a
busy machine changes less than the times.

Run as ``python benchmarks/wording.py [--people 5] [--pages 60]``.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import httpx2
import psutil

from coachkit.bootstrap import open_app
from coachkit.sample import simulate, write
from coachkit.settings import load_settings
from coachkit.telemetry import configure_logging

FIRST_NONE, WHOLE_NONE, WHOLE_LOCAL = 1.0, 2.0, 30.0
"""Seconds that are promised, on two cores that do nothing else."""


@dataclass(frozen=True, slots=True)
class Streamed:
    """One brief: seconds to its first sentence, to the first one that a model worded and that held, and to its end;
    processor seconds of the server and its children meanwhile, which a busy machine does not change."""

    first: float
    worded: float | None
    whole: float
    reworded: int
    processor: float


def organisation(folder: Path) -> list[tuple[str, str]]:
    """Sync the sample; tokens of managers and the ids of people who report to them."""
    now = datetime.now(UTC)
    app = open_app(load_settings(data=folder / "data"), now=lambda: now)
    try:
        for spec in write(simulate(7, today=now.date()), folder / "sample"):
            app.connections.add(spec.name, spec.connector, spec.config, now=now)
            app.sync(spec.name)
        pairs = [
            (manager, person) for person in app.directory.people() if (manager := app.directory.manager_of(person.id))
        ]
        return [(app.sign_in.make_token(manager.id, "benchmark", now), person.public_id) for manager, person in pairs]
    finally:
        app.close()


@contextmanager
def server(folder: Path) -> Iterator[tuple[str, psutil.Process]]:
    """`coachkit serve`; its address and process."""
    environment = {**os.environ, "COACHKIT_MODEL": "local", "COACHKIT_EMBEDDER": "none", "COACHKIT_LOG_LEVEL": "error"}
    command = [sys.executable, "-m", "coachkit", "--data", str(folder / "data"), "serve", "--port", "0"]
    process = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True)
    try:
        assert process.stderr is not None
        line = process.stderr.readline()
        yield next(word for word in line.split() if word.startswith("http")), psutil.Process(process.pid)
    finally:
        process.terminate()
        process.communicate()


def processor(process: psutil.Process) -> float:
    times = [one.cpu_times() for one in (process, *process.children(recursive=True))]
    return sum(one.user + one.system for one in times)


def streamed(address: str, process: psutil.Process, token: str, person: str, model: str) -> Streamed:
    url, asked = f"{address}/api/people/{person}/documents/brief/stream", {"model": model, "language": "en"}
    begun, spent, first, worded, reworded = time.perf_counter(), processor(process), None, None, 0
    with httpx2.stream("GET", url, params=asked, headers=_bearer(token), timeout=120) as answer:
        answer.raise_for_status()
        for line in answer.iter_lines():
            if not line.startswith("data:"):
                continue
            first = first or time.perf_counter() - begun
            if json.loads(line[5:]).get("origin") == "reworded":
                worded, reworded = worded or time.perf_counter() - begun, reworded + 1
    whole = time.perf_counter() - begun
    return Streamed(first or 0.0, worded, whole, reworded, processor(process) - spent)


def pages(client: httpx2.Client, person: str, most: int, until: threading.Event | None = None) -> list[float]:
    """Milliseconds of pages and API, one after another."""
    paths = ("/api/people", f"/people/{person}/brief?model=none&language=en", "/api/coverage", "/me")
    took = []
    for number in range(most):
        if until is not None and until.is_set():
            break
        begun = time.perf_counter()
        client.get(paths[number % len(paths)]).raise_for_status()
        took.append(1000 * (time.perf_counter() - begun))
    return took


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def row(name: str, found: list[Streamed], promised: str) -> str:
    first = statistics.median(one.first for one in found)
    worded = [one.worded for one in found if one.worded is not None]
    shown = f"{statistics.median(worded):.2f}" if worded else "-"
    whole, longest = statistics.median(one.whole for one in found), max(one.whole for one in found)
    per = statistics.mean(one.reworded for one in found)
    spent = statistics.median(one.processor for one in found)
    return f"{name:<6} {first:>8.2f} {shown:>10} {whole:>8.2f} {longest:>8.2f} {spent:>8.2f} {per:>9.1f}  {promised}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--people", type=int, default=5)
    parser.add_argument("--pages", type=int, default=60)
    options = parser.parse_args()
    configure_logging("error")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        asked = organisation(folder)
        with server(folder) as (address, process):
            measure(address, process, asked, options.people, options.pages)


def measure(address: str, process: psutil.Process, asked: list[tuple[str, str]], people: int, most: int) -> None:
    drawn = asked[:: max(1, len(asked) // people)][:people]
    streamed(address, process, *drawn[0], "none")  # the first one loads code
    print("model   first (s) worded (s) whole (s) longest  CPU (s)  reworded  promised")
    none = [streamed(address, process, *one, "none") for one in drawn]
    print(row("none", none, f"first {FIRST_NONE:g} s, whole {WHOLE_NONE:g} s"), flush=True)
    local = [streamed(address, process, *one, "local") for one in drawn]
    print(row("local", local, f"whole {WHOLE_LOCAL:g} s"), flush=True)

    token, person = drawn[0]
    with httpx2.Client(base_url=address, headers=_bearer(token), timeout=60) as client:
        pages(client, person, 8)
        idle = pages(client, person, most)
        over = threading.Event()
        others = [one for one in asked if one not in drawn]

        def write_on() -> None:
            for one in others:
                if over.is_set():
                    break
                streamed(address, process, *one, "local")

        writing = threading.Thread(target=write_on)
        writing.start()
        busy = pages(client, person, most)
        over.set()
        writing.join()
    print("pages        p50 (ms)  p95 (ms)")
    for label, took in (("idle", sorted(idle)), ("local writes", sorted(busy))):
        print(f"{label:<12} {statistics.median(took):>8.0f} {took[int(0.95 * len(took))]:>9.0f}", flush=True)
    ratio = statistics.median(busy) / statistics.median(idle)
    print(f"ratio p50    {ratio:>8.2f}")


if __name__ == "__main__":
    main()
