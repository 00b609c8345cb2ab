"""Who makes samples: this process, processes of their own, or threads."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor, as_completed
from multiprocessing.util import Finalize

from coachkit.errors import CoachkitError
from coachkit.evaluation.organisations import Organisations
from coachkit.evaluation.record import Failure, Sample
from coachkit.evaluation.running import Task, Workers
from coachkit.evaluation.subjects import Lane
from coachkit.proving.offices import Offices
from coachkit.proving.plan import Plan
from coachkit.proving.subjects import all_subjects
from coachkit.telemetry import configure_logging

__all__ = ["Bench", "all_ready", "hired"]

FEW = 4
"""So few samples are made faster than a process is started."""
THREADS = 4
"""How many documents wait for somebody else's server at once, for each job."""


class Bench:
    """Makes one sample after the other, with its organisations open."""

    def __init__(self, plan: Plan, specs: Organisations, hashes: Mapping[str, str]) -> None:
        self._offices = Offices(plan, specs, hashes)
        self._subjects = all_subjects(plan)
        self._opening = threading.Lock()

    def make(self, task: Task) -> Sample:
        """The sample, or one that says why there is none."""
        case, cell = task.wanted.case, task.wanted.cell
        failure: Failure
        began = time.perf_counter()
        try:
            with self._opening:
                office = self._offices.open(case.organisation) if case.organisation else None
            began = time.perf_counter()  # opening is no part of what a reader waits for
            sample = self._subjects.of(cell.document).make(case, cell, office)
            return sample.model_copy(update={"seconds": round(time.perf_counter() - began, 4)})
        except CoachkitError as error:
            failure = Failure(code=error.code, message=str(error)[:500])
        except Exception as error:  # a fault of ours is one sample that failed, and a line in the record
            failure = Failure(code=type(error).__name__, message=str(error)[:500])
        taken = round(time.perf_counter() - began, 4)
        return Sample(key=task.key, case=case.id, cell=cell, error=failure, seconds=taken)

    def ready(self, name: str) -> None:
        """See that an organisation is synced."""
        self._offices.ready(name)

    def close(self) -> None:
        self._offices.close()


class _Here:
    """One after the other, in this process."""

    width = 1

    def __init__(self, bench: Bench) -> None:
        self._bench = bench

    def submit(self, task: Task) -> Future[Sample]:
        future: Future[Sample] = Future()
        future.set_result(self._bench.make(task))
        return future

    def close(self) -> None:
        self._bench.close()


class _Pooled:
    """Several at once."""

    def __init__(self, pool: Executor, width: int, make: Callable[[Task], Sample], closes: Callable[[], None]) -> None:
        self.width = width
        self._pool = pool
        self._make = make
        self._closes = closes

    def submit(self, task: Task) -> Future[Sample]:
        return self._pool.submit(self._make, task)

    def close(self) -> None:
        self._pool.shutdown(wait=True, cancel_futures=True)
        self._closes()


def hired(plan: Plan, specs: Organisations, hashes: Mapping[str, str], jobs: int) -> Callable[[str, int], Workers]:
    """Hires the workers of a lane.

    :param hashes: of the organisations, by name.
    :param jobs: how many processes at most.
    """

    def hire(lane: str, tasks: int) -> Workers:
        if lane == Lane.THREADS:
            bench = Bench(plan, specs, hashes)
            width = max(1, min(THREADS * jobs, tasks))
            return _Pooled(ThreadPoolExecutor(width), width, bench.make, bench.close)
        if lane == Lane.ALONE or jobs == 1 or tasks <= FEW:
            return _Here(Bench(plan, specs, hashes))
        width = min(jobs, tasks)
        pool = _processes(plan, specs, hashes, width)
        return _Pooled(pool, width, _make_in_worker, lambda: None)

    return hire


def _processes(plan: Plan, specs: Organisations, hashes: Mapping[str, str], width: int) -> ProcessPoolExecutor:
    context = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(width, mp_context=context, initializer=_begin, initargs=(plan, specs, hashes))


_bench: Bench | None = None


def _begin(plan: Plan, specs: Organisations, hashes: Mapping[str, str]) -> None:
    """In a worker: its own bench, no part in what the keyboard says, and an end when its parent ends."""
    global _bench
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    configure_logging(plan.settings.log_level)
    _bench = Bench(plan, specs, hashes)
    Finalize(None, _bench.close, exitpriority=10)  # what atexit holds is not called in such a process
    threading.Thread(target=_end_with_parent, name="parent-watch", daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def all_ready(
    plan: Plan, specs: Organisations, hashes: Mapping[str, str], jobs: int, tell: Callable[[str, int, int], None]
) -> None:
    """Sync those organisations that were not synced before, several at once.

    :param hashes: of all that are needed, by name.
    :param tell: hears of each when it is there, and how many of how many are.
    :raises CoachkitError: the first that cannot be synced.
    """
    offices = Offices(plan, specs, hashes)
    missing = [name for name in hashes if not offices.is_there(name)]
    if not missing:
        return
    tell("", 0, len(missing))
    if jobs == 1 or len(missing) == 1:
        for number, name in enumerate(missing, 1):
            offices.ready(name)
            tell(name, number, len(missing))
        return
    with _processes(plan, specs, hashes, min(jobs, len(missing))) as pool:
        under_way = {pool.submit(_ready_in_worker, name): name for name in missing}
        try:
            for number, future in enumerate(as_completed(under_way), 1):
                future.result()
                tell(under_way[future], number, len(missing))
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _ready_in_worker(name: str) -> None:
    assert _bench is not None
    _bench.ready(name)


def _make_in_worker(task: Task) -> Sample:
    assert _bench is not None
    return _bench.make(task)
