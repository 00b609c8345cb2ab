"""Git, an HR file and an export are synced, killed and synced again: every store ends as if nothing had happened.

Somebody searches all the while, and gets an answer every time.
"""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import sources_child
from made_sources import git_history, hr_file, tracker_export
from sources_child import NOW
from stopping import stop_between_transactions

from coachkit.bootstrap import App, open_app
from coachkit.domain.audience import Audience
from coachkit.domain.identity import stable_id
from coachkit.errors import StoreBusy
from coachkit.retrieval import Query
from coachkit.settings import load_settings
from coachkit.store.relational.database import Database

CHILD = Path(sources_child.__file__)
EVERYONE = frozenset([stable_id("scope", Audience.org().key)])
CONNECTIONS = ("people", "code", "tracker")
SECONDS_TO_LET_GO = 60
PATIENCE = 300.0
"""Seconds for what takes a few on a machine that is at nothing else."""

Contents = Callable[[Database], dict[str, list[tuple[Any, ...]]]]


@dataclass(frozen=True)
class Place:
    """An installation with the three connections, nothing synced yet."""

    data: Path
    url: str

    @contextmanager
    def opened(self) -> Iterator[App]:
        with closing(open_app(load_settings(data=self.data, database_url=self.url), now=lambda: NOW)) as app:
            yield app

    def start(self, *names: str) -> subprocess.Popen[str]:
        command = [sys.executable, str(CHILD), str(self.data), self.url, *(names or CONNECTIONS)]
        child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        assert child.stdout is not None
        assert child.stdout.readline() == "syncing\n", child.communicate()[1]
        return child

    def finish(self) -> None:
        """Sync to the end; PostgreSQL may need a moment to see that the one before is dead."""
        deadline = time.monotonic() + SECONDS_TO_LET_GO
        while True:
            with self.start() as child:
                _, said = child.communicate(timeout=PATIENCE)
            if child.returncode == StoreBusy.exit_code and time.monotonic() < deadline:
                continue
            assert child.returncode == 0, said
            return


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sources")
    git_history(folder / "service.git", 2_500)
    hr_file(folder / "people.csv")
    tracker_export(folder / "tracker.jsonl", 2_500)
    return folder


@pytest.fixture
def place(sources: Path, tmp_path: Path) -> Callable[[str], Place]:
    """Makes installations; without a URL on SQLite, each on its own."""
    made: list[Place] = []

    def make(url: str = "") -> Place:
        data = tmp_path / f"data{len(made)}"
        people = {"people": str(sources / "people.csv"), "as_of": "2026-03-02"}
        made.append(Place(data, url or f"sqlite:///{data / 'coachkit.db'}"))
        with made[-1].opened() as app:
            app.connections.add("people", "hris-csv", people, now=NOW)
            app.connections.add("code", "git", {"path": str(sources / "service.git"), "name": "service"}, now=NOW)
            app.connections.add("tracker", "jsonl", {"path": str(sources / "tracker.jsonl")}, now=NOW)
        return made[-1]

    return make


def search(app: App, words: str = "ledger 索引") -> int:
    """Ask, and hold every answer to what a reader may expect; how many hits."""
    hits = app.retriever.search(Query(text=words, scopes=EVERYONE, until=NOW, limit=20))
    shown = app.facts.evidence([hit.record_id for hit in hits], EVERYONE)
    assert len(hits) == len({hit.record_id for hit in hits})
    assert all(record.title for record in shown)
    return len(hits)


def measured(place: Place) -> float:
    with place.start() as child:
        began = time.monotonic()
        assert child.wait(PATIENCE) == 0, child.communicate()[1]
        return time.monotonic() - began


def killed(place: Place, app: App, after: float) -> bool:
    """Kill a sync after so many seconds, searching until then; whether it was still at work."""
    with place.start() as child:
        until = time.monotonic() + after
        while time.monotonic() < until and child.poll() is None:
            search(app)
        child.kill()
        return child.wait(PATIENCE) == -signal.SIGKILL


def compare(found: dict[str, list[tuple[Any, ...]]], wanted: dict[str, list[tuple[Any, ...]]]) -> None:
    for table in wanted.keys() - {"jobs"}:
        assert found[table] == wanted[table], table


def kill_and_resume(make: Callable[[], Place], contents: Contents, kills: int, seed: int) -> None:
    undisturbed = make()
    seconds = measured(undisturbed)
    with undisturbed.opened() as app:
        wanted = contents(app.database)
        whole = search(app)
    assert len(wanted["records"]) > 3_000
    assert len(wanted["quarantine"]) > 5
    assert len(wanted["interactions"]) > 3_000
    assert whole == 20
    moments = random.Random(seed)
    hit = missed = 0
    while hit < kills:
        place = make()
        with place.opened() as app:
            if killed(place, app, moments.uniform(0.02, 0.95) * seconds):
                hit += 1
            else:  # it is quicker now than it was when it was measured
                missed, seconds = missed + 1, seconds * 0.8
                assert missed < kills + 5, "the syncs are over too soon to be killed"
            search(app)
            place.finish()
            assert search(app) == whole
            compare(contents(app.database), wanted)


@pytest.mark.slow
@pytest.mark.timeout(1_200)
def test_killed_twenty_times(place: Callable[..., Place], contents: Contents) -> None:
    kill_and_resume(place, contents, kills=20, seed=12)


@pytest.mark.slow
@pytest.mark.timeout(1_200)
def test_killed_twenty_times_on_postgresql(
    place: Callable[..., Place], empty_postgres: Callable[[], Database], contents: Contents
) -> None:
    def make() -> Place:
        return place(empty_postgres().url.render_as_string(hide_password=False))

    kill_and_resume(make, contents, kills=20, seed=13)


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_of_two_processes_the_second_is_told_and_nothing_is_lost(
    kind: str, place: Callable[..., Place], contents: Contents, request: pytest.FixtureRequest
) -> None:
    def make() -> Place:
        if kind == "sqlite":
            return place()
        empty = request.getfixturevalue("empty_postgres")
        return place(empty().url.render_as_string(hide_password=False))

    undisturbed = make()
    undisturbed.finish()
    with undisturbed.opened() as app:
        wanted = contents(app.database)
    contended = make()
    with contended.start("people", "code") as first:
        with contended.opened() as app:
            while not app.ingest_store.cursors("code"):
                assert first.poll() is None, "it was over before it could be disturbed"
            stop_between_transactions(first, app.database)
        try:
            with contended.start("code") as second:
                _, said = second.communicate(timeout=PATIENCE)
        finally:
            first.send_signal(signal.SIGCONT)
        assert first.wait(PATIENCE) == 0
    assert second.returncode == StoreBusy.exit_code
    assert "code" in said
    assert f"process {first.pid} on " in said
    contended.finish()
    with contended.opened() as app:
        compare(contents(app.database), wanted)
