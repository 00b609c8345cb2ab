"""A sync is killed with SIGKILL, run again, and must end exactly as one that was left alone, table by table."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from coachkit.errors import StoreBusy
from coachkit.store.relational.database import Database

CHILD = Path(__file__).with_name("sync_child.py")
SIZE = 4_000
SECONDS_TO_LET_GO = 60
PATIENCE = 300.0
"""Seconds for what takes a few on a machine that is at nothing else."""

Contents = Callable[[Database], dict[str, list[tuple[Any, ...]]]]


def start(database: Database) -> subprocess.Popen[str]:
    url = database.url.render_as_string(hide_password=False)
    child = subprocess.Popen(
        [sys.executable, str(CHILD), url, str(SIZE)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    assert child.stdout.readline() == "syncing\n", child.communicate()[1]
    return child


def finish(database: Database) -> None:
    """Sync to the end; PostgreSQL may need a moment to see that the one before is dead."""
    deadline = time.monotonic() + SECONDS_TO_LET_GO
    while True:
        with start(database) as child:
            _, said = child.communicate(timeout=PATIENCE)
        if child.returncode == StoreBusy.exit_code and time.monotonic() < deadline:
            continue
        assert child.returncode == 0, said
        return


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Callable[[], Database]]:
    """Makes SQLite databases, one for each trial."""
    made: list[Database] = []

    def make() -> Database:
        made.append(Database(f"sqlite:///{tmp_path / f'{len(made)}.db'}"))
        return made[-1]

    yield make
    for database in made:
        database.close()


def measured(database: Database) -> float:
    with start(database) as child:
        began = time.monotonic()
        assert child.wait(PATIENCE) == 0
        return time.monotonic() - began


def killed(database: Database, after: float) -> bool:
    """Kill a sync after so many seconds; whether it was still at work."""
    with start(database) as child:
        time.sleep(after)
        child.kill()
        return child.wait(PATIENCE) == -signal.SIGKILL


def kill_and_resume(make: Callable[[], Database], contents: Contents, kills: int, seed: int) -> None:
    undisturbed = make()
    seconds = measured(undisturbed)
    wanted = contents(undisturbed)
    assert len(wanted["records"]) > 500
    assert len(wanted["quarantine"]) > 5
    moments = random.Random(seed)
    hit = missed = 0
    while hit < kills:
        database = make()
        if killed(database, moments.uniform(0.02, 0.95) * seconds):
            hit += 1
        else:  # it is quicker now than it was when it was measured
            missed, seconds = missed + 1, seconds * 0.8
            assert missed < kills + 5, "the sync is over too soon to be killed"
        finish(database)
        found = contents(database)
        for table, rows in wanted.items():
            assert found[table] == rows, table


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_killed_twenty_times(fresh: Callable[[], Database], contents: Contents) -> None:
    kill_and_resume(fresh, contents, kills=20, seed=20)


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_killed_ten_times_on_postgresql(empty_postgres: Callable[[], Database], contents: Contents) -> None:
    kill_and_resume(empty_postgres, contents, kills=10, seed=30)


@pytest.mark.slow
def test_killed_again_and_again_it_still_gets_there(fresh: Callable[[], Database], contents: Contents) -> None:
    undisturbed, database = fresh(), fresh()
    seconds = measured(undisturbed)
    for _ in range(4):
        killed(database, 0.3 * seconds)
    finish(database)
    assert contents(database) == contents(undisturbed)
