"""The contract of the jobs port, on both databases, with real worker processes."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from stopping import stop_between_transactions

from coachkit.errors import BadInput, NotFound, SourceUnavailable
from coachkit.jobs import Job, JobContext, JobState, Signal, Worker
from coachkit.store.relational.database import Database
from coachkit.store.relational.jobs import SqlJobs

NOW = datetime(2026, 5, 20, 9, tzinfo=UTC)
LEASE = timedelta(seconds=30)
CHILD = Path(__file__).with_name("jobs_child.py")
PATIENCE = 60.0
"""Seconds for what takes a moment on a machine that is at nothing else."""


@pytest.fixture
def queue(database: Database) -> SqlJobs:
    return SqlJobs(database)


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "runs.log"


@pytest.fixture
def spawn(database: Database, log: Path) -> Iterator[Callable[..., subprocess.Popen[bytes]]]:
    """Start a worker process; all of them are gone at the end of the test."""
    started: list[subprocess.Popen[bytes]] = []

    def start(lease: float = 30) -> subprocess.Popen[bytes]:
        url = database.url.render_as_string(hide_password=False)
        process = subprocess.Popen([sys.executable, str(CHILD), url, str(log), str(lease)])
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()


def until(condition: Callable[[], object]) -> None:
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, "it never happened"
        time.sleep(0.02)


def runs(log: Path) -> list[tuple[str, str, int, int | None]]:
    """(job, lock, begin, end) of each run; end is None where the process died on the way."""
    found: list[tuple[str, str, int, int | None]] = []
    open_runs: dict[tuple[str, str], tuple[str, int]] = {}
    for line in log.read_text().splitlines() if log.exists() else ():
        what, job, lock, pid, at = line.split()
        if what == "begin":
            open_runs[job, pid] = (lock, int(at))
        else:
            lock, begin = open_runs.pop((job, pid))
            found.append((job, lock, begin, int(at)))
    return found + [(job, lock, begin, None) for (job, _), (lock, begin) in open_runs.items()]


def at_work(log: Path, pid: int) -> bool:
    """Whether this process is in the middle of a job."""
    lines = [line.split() for line in log.read_text().splitlines()] if log.exists() else []
    steps = [what for what, _, _, whose, _ in lines if whose == str(pid)]
    return steps.count("begin") > steps.count("end")


def overlapping(spans: list[tuple[int, int]]) -> bool:
    spans = sorted(spans)
    return any(after[0] < before[1] for before, after in pairwise(spans))


def in_thread(queue: SqlJobs, **handlers: Callable[[JobContext], None]) -> Worker:
    quick = timedelta(seconds=0.02)
    return Worker(queue, handlers, lease=timedelta(seconds=0.5), poll=quick, backoff=lambda job, error: timedelta())


def test_a_job_is_run_and_told_about(queue: SqlJobs) -> None:
    seen: list[Job] = []
    job_id = queue.enqueue("greet", {"who": 7}, now=NOW, lock="door")
    assert queue.get(job_id).state is JobState.WAITING
    assert in_thread(queue, greet=lambda context: seen.append(context.job)).run_pending() == 1
    assert [(job.id, job.arguments, job.attempts) for job in seen] == [(job_id, {"who": 7}, 1)]
    done = queue.get(job_id)
    assert done.state is JobState.DONE
    assert done.finished_at is not None
    with pytest.raises(NotFound):
        queue.get("no such job")


def test_jobs_run_in_the_order_in_which_they_are_due(queue: SqlJobs) -> None:
    order: list[int] = []
    for number, minutes in enumerate((3, 1, 2)):
        queue.enqueue("n", {"n": number}, now=NOW, run_at=NOW + timedelta(minutes=minutes))
    queue.enqueue("n", {"n": 9}, now=NOW, run_at=datetime.now(UTC) + timedelta(hours=1))
    in_thread(queue, n=lambda context: order.append(context.arguments["n"])).run_pending()
    assert order == [1, 2, 0]


def test_a_job_vanishes_with_the_transaction_that_caused_it(database: Database, queue: SqlJobs) -> None:
    class Interrupted(Exception):
        pass

    ids: list[str] = []

    def interrupted() -> None:
        with database.write() as connection:
            ids.append(queue.enqueue("x", now=NOW, transaction=connection))
            raise Interrupted

    with pytest.raises(Interrupted):
        interrupted()
    with pytest.raises(NotFound):
        queue.get(ids[0])
    with database.write() as connection:
        kept = queue.enqueue("x", now=NOW, transaction=connection)
        assert queue.claim("w", ["x"], NOW, LEASE) is None, "not there for others before the commit"
    assert queue.get(kept).state is JobState.WAITING


def test_once_is_enough_while_one_like_it_waits(queue: SqlJobs) -> None:
    first = queue.enqueue("index", {"a": 1}, now=NOW, lock="index", once=True)
    assert queue.enqueue("index", {"a": 1}, now=NOW, lock="index", once=True) == first
    other = queue.enqueue("index", {"a": 2}, now=NOW + LEASE, lock="index", once=True)
    assert other != first
    assert queue.claim("w", ["index"], NOW, LEASE) is not None
    again = queue.enqueue("index", {"a": 1}, now=NOW, lock="index", once=True)
    assert again not in (first, other), "the one that runs may have begun too early to see what we wrote"


@pytest.mark.parametrize("other", ["second", "first"], ids=["another worker", "a thread of the same worker"])
def test_a_lease_protects_until_it_ends(queue: SqlJobs, other: str) -> None:
    queue.enqueue("x", now=NOW)
    first = queue.claim("first", ["x"], NOW, LEASE)
    assert first is not None
    assert queue.claim(other, ["x"], NOW + LEASE / 2, LEASE) is None
    assert queue.renew(first, NOW + LEASE / 2, LEASE) is Signal.GO_ON
    assert queue.claim(other, ["x"], NOW + LEASE, LEASE) is None
    second = queue.claim(other, ["x"], NOW + 2 * LEASE, LEASE)
    assert second is not None
    assert (second.id, second.attempts) == (first.id, 2)
    assert queue.renew(first, NOW + 2 * LEASE, LEASE) is Signal.LOST
    assert not queue.finish(first, NOW + 2 * LEASE), "a run that lost its lease says nothing"
    assert queue.finish(second, NOW + 2 * LEASE)


def test_one_at_a_time_for_each_lock(queue: SqlJobs) -> None:
    for number, lock in enumerate(("a", "a", "b", None, None)):
        queue.enqueue("x", now=NOW + timedelta(milliseconds=number), lock=lock, run_at=NOW)
    taken = [queue.claim(f"w{n}", ["x"], NOW, LEASE) for n in range(5)]
    assert sorted(str(job.lock) for job in taken if job) == ["None", "None", "a", "b"]
    held = next(job for job in taken if job and job.lock == "a")
    queue.finish(held, NOW)
    following = queue.claim("w", ["x"], NOW, LEASE)
    assert following is not None
    assert following.lock == "a"


def test_a_job_that_kills_each_worker_is_given_up(queue: SqlJobs) -> None:
    job_id = queue.enqueue("x", now=NOW, max_attempts=2)
    for attempt in range(2):
        assert queue.claim("w", ["x"], NOW + 2 * attempt * LEASE, LEASE) is not None
    assert queue.claim("w", ["x"], NOW + 4 * LEASE, LEASE) is None
    assert queue.get(job_id).state is JobState.FAILED
    assert "worker ended" in (queue.get(job_id).error or "")


def test_failures_are_retried_after_a_pause_and_given_up_in_the_end(queue: SqlJobs) -> None:
    job_id = queue.enqueue("x", now=NOW, max_attempts=2)
    first = queue.claim("w", ["x"], NOW, LEASE)
    assert first is not None
    queue.fail(first, "away", NOW, NOW + LEASE)
    assert queue.claim("w", ["x"], NOW + LEASE / 2, LEASE) is None
    second = queue.claim("w", ["x"], NOW + LEASE, LEASE)
    assert second is not None
    queue.fail(second, "still away", NOW, None)
    assert (queue.get(job_id).state, queue.get(job_id).error) == (JobState.FAILED, "still away")


@pytest.mark.parametrize(("error", "attempts"), [(SourceUnavailable("it is away."), 3), (BadInput("never."), 1)])
def test_a_worker_retries_what_may_pass(queue: SqlJobs, error: Exception, attempts: int) -> None:
    def fail(context: JobContext) -> None:
        raise error

    job_id = queue.enqueue("x", now=NOW, max_attempts=3)
    in_thread(queue, x=fail).run_pending()
    job = queue.get(job_id)
    assert (job.state, job.attempts) == (JobState.FAILED, attempts)
    assert str(error) in (job.error or "")


def test_what_an_unknown_error_says_is_not_kept(queue: SqlJobs) -> None:
    def fail(context: JobContext) -> None:
        raise ValueError("Maria said that")

    job_id = queue.enqueue("x", now=NOW, max_attempts=1)
    in_thread(queue, x=fail).run_pending()
    error = queue.get(job_id).error or ""
    assert error.startswith("ValueError at test_jobs.py:")
    assert "Maria" not in error


def test_progress_is_there_while_it_runs(queue: SqlJobs) -> None:
    seen: list[object] = []

    def count(context: JobContext) -> None:
        context.progress(1, 3, "first")
        seen.append(queue.get(context.job.id).progress)
        context.progress(2, 3)
        context.progress(3, 3, "last")

    job_id = queue.enqueue("x", now=NOW)
    in_thread(queue, x=count).run_pending()
    assert seen == [{"done": 1, "total": 3, "note": "first"}]
    assert queue.get(job_id).progress == {"done": 3, "total": 3, "note": "last"}


def test_cancel_a_waiting_job(queue: SqlJobs) -> None:
    job_id = queue.enqueue("x", now=NOW)
    assert queue.cancel(job_id, NOW)
    assert not queue.cancel(job_id, NOW)
    assert queue.claim("w", ["x"], NOW, LEASE) is None
    assert queue.get(job_id).state is JobState.CANCELLED


def test_cancel_a_running_job(queue: SqlJobs) -> None:
    begun = threading.Event()

    def endless(context: JobContext) -> None:
        begun.set()
        context.wait(10 * PATIENCE)

    job_id = queue.enqueue("x", now=NOW)
    worker = in_thread(queue, x=endless)
    worker.start()
    try:
        assert begun.wait(PATIENCE)
        assert queue.cancel(job_id, NOW)
        until(lambda: queue.get(job_id).state is JobState.CANCELLED)
    finally:
        assert worker.stop(PATIENCE)


def test_cancelled_while_its_worker_died(queue: SqlJobs) -> None:
    job_id = queue.enqueue("x", now=NOW)
    assert queue.claim("w", ["x"], NOW, LEASE) is not None
    queue.cancel(job_id, NOW)
    assert queue.claim("w", ["x"], NOW + 2 * LEASE, LEASE) is None
    assert queue.get(job_id).state is JobState.CANCELLED


def test_a_worker_that_stops_gives_its_job_back(queue: SqlJobs) -> None:
    begun = threading.Event()

    def endless(context: JobContext) -> None:
        begun.set()
        context.wait(10 * PATIENCE)

    job_id = queue.enqueue("x", now=NOW)
    worker = in_thread(queue, x=endless)
    worker.start()
    assert begun.wait(PATIENCE)
    assert worker.stop(PATIENCE)
    job = queue.get(job_id)
    assert (job.state, job.attempts, job.worker) == (JobState.WAITING, 0, None)


def test_a_lease_is_renewed_while_a_long_job_runs(queue: SqlJobs) -> None:
    """Three times as long as its lease, beside a worker that waits for it; by a clock that goes on when told to."""
    now, lease, ran, over = NOW, timedelta(seconds=0.3), [], threading.Event()

    def long(context: JobContext) -> None:
        ran.append(context.job.id)
        assert over.wait(PATIENCE)

    def renewed() -> bool:
        return queue.get(job_id).lease_until == now + lease

    job_id = queue.enqueue("x", now=NOW)
    workers = [
        Worker(queue, {"x": long}, lease=lease, poll=timedelta(seconds=0.02), clock=lambda: now) for _ in range(2)
    ]
    for worker in workers:
        worker.start()
    try:
        for _ in range(7):
            until(renewed)
            now += lease / 2
        over.set()
        until(lambda: queue.get(job_id).state is JobState.DONE)
    finally:
        over.set()
        stopped = [worker.stop(PATIENCE) for worker in workers]
    assert stopped == [True, True]
    assert queue.get(job_id).attempts == len(ran) == 1


def test_a_schedule_fires_once_for_each_time(queue: SqlJobs) -> None:
    hour = timedelta(hours=1)
    queue.schedule("sweep", "x", {"a": 1}, every=hour, first_at=NOW)
    assert queue.fire(NOW - timedelta(seconds=1)) == 0
    assert [queue.fire(NOW), queue.fire(NOW)] == [1, 0]
    assert queue.fire(NOW + hour) == 0, "the last one has not begun yet"
    job = queue.claim("w", ["x"], NOW + hour, LEASE)
    assert job is not None
    assert job.arguments == {"a": 1}
    queue.finish(job, NOW + hour)
    assert queue.fire(NOW + 10.5 * hour) == 1, "times that passed are made up for once"
    assert [s.next_at for s in queue.schedules()] == [NOW + 11 * hour]
    queue.schedule("sweep", "x", {"a": 2}, every=hour, first_at=NOW)
    assert [s.next_at for s in queue.schedules()] == [NOW + 11 * hour], "setting it again does not make it fire again"
    queue.unschedule("sweep")
    assert queue.fire(NOW + 20 * hour) == 0


def test_a_schedule_asked_by_many_at_once_fires_once(queue: SqlJobs) -> None:
    fired: list[int] = []
    start = threading.Barrier(6)

    def fire(now: datetime) -> None:
        start.wait()
        fired.append(queue.fire(now))

    for day in range(5):
        now = NOW + timedelta(days=day)
        queue.schedule(f"sweep {day}", "x", {}, every=timedelta(days=30), first_at=now)
        threads = [threading.Thread(target=fire, args=(now,)) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert sum(fired) == 5
    assert len(queue.list()) == 5


def test_old_jobs_are_forgotten(queue: SqlJobs) -> None:
    done, waiting = queue.enqueue("x", now=NOW), queue.enqueue("y", now=NOW)
    job = queue.claim("w", ["x"], NOW, LEASE)
    assert job is not None
    queue.finish(job, NOW)
    assert queue.forget(NOW) == 0
    assert queue.forget(NOW + LEASE) == 1
    assert [job.id for job in queue.list()] == [waiting] != [done]


@pytest.mark.slow
def test_many_workers_run_each_job_once_and_one_for_each_lock(
    queue: SqlJobs, spawn: Callable[..., object], log: Path
) -> None:
    now = datetime.now(UTC)
    ids = [
        queue.enqueue("sleep", {"seconds": 0.01 * (n % 3)}, now=now, lock=("a", "b", None)[n % 3]) for n in range(45)
    ]
    queue.schedule("often", "sleep", {"seconds": 0}, every=timedelta(hours=1), first_at=now)
    spawn(), spawn()
    until(lambda: len(queue.list(states=[JobState.DONE])) == 46)
    found = runs(log)
    assert sorted(job for job, *_ in found if "@" not in job) == sorted(ids), "each job ran exactly once"
    assert len([job for job, *_ in found if job.startswith("often@")]) == 1, "the schedule fired once"
    spans = defaultdict(list)
    for _, lock, begin, end in found:
        spans[lock].append((begin, end))
    assert not overlapping(spans["a"])
    assert not overlapping(spans["b"])


def test_killed_in_the_middle_a_job_is_taken_up_again(
    queue: SqlJobs, spawn: Callable[..., subprocess.Popen[bytes]], log: Path, tmp_path: Path
) -> None:
    """The other worker is on the same machine, sees the process is gone, and does not wait for a lease of an hour."""
    now, go_on = datetime.now(UTC), tmp_path / "go-on"
    job_id = queue.enqueue("wait", {"for": str(go_on)}, now=now, lock="one")
    victim = spawn(3600)
    until(lambda: runs(log))
    victim.send_signal(signal.SIGKILL)
    victim.wait()
    killed = time.monotonic_ns()
    go_on.touch()
    spawn(3600)
    until(lambda: queue.get(job_id).state is JobState.DONE)
    found = runs(log)
    assert [end is None for *_, end in sorted(found, key=lambda run: run[2])] == [True, False]
    assert max(begin for *_, begin, _ in found) > killed
    assert queue.get(job_id).attempts == 2


@pytest.mark.slow
def test_a_process_that_hangs_loses_its_job_when_its_lease_ends(
    queue: SqlJobs, database: Database, spawn: Callable[..., subprocess.Popen[bytes]], log: Path, tmp_path: Path
) -> None:
    go_on = tmp_path / "go-on"
    job_id = queue.enqueue("wait", {"for": str(go_on)}, now=datetime.now(UTC))
    hanging = spawn(1)
    until(lambda: runs(log))
    stop_between_transactions(hanging, database)
    first = queue.get(job_id).worker
    go_on.touch()
    spawn()
    until(lambda: queue.get(job_id).state is JobState.DONE)
    done = queue.get(job_id)
    assert (done.attempts, done.worker != first) == (2, True)
    hanging.send_signal(signal.SIGCONT)
    until(lambda: [end for *_, end in runs(log) if end is None] == [])
    time.sleep(0.2)
    assert queue.get(job_id) == done, "what comes back from the dead changes nothing"


@pytest.mark.slow
def test_nothing_is_lost_or_run_twice_at_once_while_workers_are_killed(
    queue: SqlJobs, spawn: Callable[..., subprocess.Popen[bytes]], log: Path
) -> None:
    now, ids = datetime.now(UTC), []
    locks = ("a", "b", None, None)
    workers = [spawn(2), spawn(2)]
    deaths: list[int] = []

    def busy(worker: subprocess.Popen[bytes]) -> bool:
        for _ in range(20 - len(queue.list(states=[JobState.WAITING]))):  # there is always more to do
            lock = locks[len(ids) % 4]
            ids.append(queue.enqueue("sleep", {"seconds": 0.2}, now=now, lock=lock, max_attempts=50))
        return at_work(log, worker.pid)

    for n in range(6):
        until(lambda victim=workers[n % 2]: busy(victim))
        workers[n % 2].kill()
        workers[n % 2].wait()
        deaths.append(time.monotonic_ns())
        workers[n % 2] = spawn(2)
    until(lambda: not queue.list(states=[JobState.WAITING, JobState.RUNNING]))
    assert {job.id for job in queue.list(states=[JobState.DONE], limit=10_000)} == set(ids)
    found = runs(log)
    spans: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for job, lock, begin, end in found:
        over = end if end is not None else min(at for at in deaths if at >= begin)
        spans[job].append((begin, over))
        if lock != "-":
            spans[f"lock {lock}"].append((begin, over))
    assert not [name for name, each in spans.items() if overlapping(each)]
    assert any(end is None for *_, end in found), "the kills hit something"
