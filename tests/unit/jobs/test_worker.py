"""How long a failed job waits, and whose process is dead."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime

import pytest

from coachkit.errors import RateLimited
from coachkit.jobs import Job
from coachkit.jobs.liveness import is_dead, worker_name
from coachkit.jobs.worker import retry_delay

NOW = datetime(2026, 5, 20, 9, tzinfo=UTC)


def delay(attempts: int, error: Exception | None = None, job_id: str = "a") -> float:
    job = Job(id=job_id, kind="x", attempts=attempts, run_at=NOW, created_at=NOW)
    return retry_delay(job, error or ValueError()).total_seconds()


@pytest.mark.parametrize(("attempts", "about"), [(1, 5), (2, 10), (5, 80), (10, 2560), (11, 3600), (500, 3600)])
def test_each_failure_waits_twice_as_long_up_to_an_hour(attempts: int, about: float) -> None:
    assert 0.75 * about <= delay(attempts) <= 1.25 * about


def test_jobs_that_failed_together_do_not_come_back_together() -> None:
    assert len({delay(3, job_id=str(n)) for n in range(50)}) > 40
    assert delay(3) == delay(3), "but each time the same"


def test_a_source_that_asks_for_patience_gets_it() -> None:
    assert delay(1, RateLimited("slow down.", retry_after=600)) == 600
    assert delay(1, RateLimited("slow down.", retry_after=1)) >= 3


def test_names_are_unique_and_of_the_living() -> None:
    names = {worker_name() for _ in range(5)}
    assert len(names) == 5
    assert not any(map(is_dead, names))


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux tells where process ids mean something")
def test_a_killed_process_is_known_to_be_dead() -> None:
    code = "from coachkit.jobs.liveness import worker_name; print(worker_name(), flush=True); input()"
    process = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdin is not None
    name = process.stdout.readline().strip()
    assert not is_dead(name)
    os.kill(process.pid, signal.SIGKILL)
    end = time.monotonic() + 60
    while not is_dead(name):  # not yet waited for: a zombie is dead too
        assert time.monotonic() < end
        time.sleep(0.01)
    process.wait()
    assert is_dead(name)
    process.stdin.close()
    process.stdout.close()


def test_nothing_is_said_of_other_places() -> None:
    place, pid, began, rest = worker_name().split("/")
    assert not is_dead(f"elsewhere/999999/{began}/{rest}")
    assert not is_dead("a name from elsewhere")
    assert is_dead(f"{place}/{pid}/1.00/{rest}"), "the process id was given to another process since"
