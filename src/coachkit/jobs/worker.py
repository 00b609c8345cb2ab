"""A worker: threads that claim jobs and run their handlers, and one that renews leases and fires schedules."""

from __future__ import annotations

import hashlib
import threading
import time
import traceback
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta

from coachkit.errors import (
    AccessDenied,
    AuthFailed,
    BadInput,
    CoachkitError,
    ConfigError,
    PluginError,
    RateLimited,
    StoreError,
)
from coachkit.jobs.context import JobCancelled, JobContext, JobStopped
from coachkit.jobs.liveness import is_dead, worker_name
from coachkit.jobs.ports import Job, JobQueue
from coachkit.telemetry import get_logger

__all__ = ["Handler", "Worker", "retry_delay"]

Handler = Callable[[JobContext], None]
"""Does the work of one kind of job. It must come to the same end when it runs twice."""

LEASE = timedelta(seconds=30)
POLL = timedelta(seconds=1)
_NO_RETRY = (BadInput, ConfigError, AccessDenied, PluginError, AuthFailed)
_FIRST_RETRY_SECONDS = 5.0
_LONGEST_RETRY_SECONDS = 3600.0

_log = get_logger("jobs")


def retry_delay(job: Job, error: BaseException) -> timedelta:
    """How long a failed job waits: 5 s, doubling to an hour, a quarter more or less so that many do not meet again.

    What a source asks for (``RateLimited.retry_after``) is the least.
    """
    seconds = min(_FIRST_RETRY_SECONDS * 2.0 ** max(0, job.attempts - 1), _LONGEST_RETRY_SECONDS)
    spread = hashlib.blake2b(f"{job.id} {job.attempts}".encode(), digest_size=2).digest()
    seconds *= 0.75 + 0.5 * int.from_bytes(spread, "big") / 65535
    if isinstance(error, RateLimited) and error.retry_after is not None:
        seconds = max(seconds, error.retry_after)
    return timedelta(seconds=seconds)


class Worker:
    """Runs jobs of the kinds that it has handlers for.

    :param threads: how many jobs run at once. :param lease: after this long without a sign of life a job is taken up
        by another worker. :param poll: how long a new job may wait unseen; :meth:`wake` makes it at once.
    """

    def __init__(
        self,
        queue: JobQueue,
        handlers: Mapping[str, Handler],
        *,
        threads: int = 2,
        lease: timedelta = LEASE,
        poll: timedelta = POLL,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        backoff: Callable[[Job, BaseException], timedelta] = retry_delay,
    ) -> None:
        self._queue = queue
        self._handlers = dict(handlers)
        self._count = threads
        self._lease = lease
        self._poll = poll
        self._clock = clock
        self._backoff = backoff
        self._name = worker_name()
        self._stopping = threading.Event()
        self._wake = threading.Event()
        self._guard = threading.Lock()
        self._running: dict[str, JobContext] = {}
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        """Begin to work, in threads of this process."""
        self._stopping.clear()
        bodies = [(f"coachkit-job-{n}", self._work) for n in range(self._count)] + [("coachkit-jobs", self._tend)]
        self._threads = [threading.Thread(target=body, name=name, daemon=True) for name, body in bodies]
        for thread in self._threads:
            thread.start()

    def wake(self) -> None:
        """There may be something to do: look now."""
        self._wake.set()

    def stop(self, timeout: float = 10.0) -> bool:
        """Take no more jobs, ask those under way to stop at their next check, and wait for them.

        :returns: ``False`` if some did not stop in time; other workers take these up when their lease ends.
        """
        self._stopping.set()
        self._wake.set()
        with self._guard:
            for context in self._running.values():
                context.stop()
        end = time.monotonic() + timeout
        for thread in self._threads:
            thread.join(max(0.0, end - time.monotonic()))
        return not any(thread.is_alive() for thread in self._threads)

    def run_pending(self) -> int:
        """Run what is due now, here in this thread, until nothing is left; returns how many jobs ran."""
        tender = threading.Thread(target=self._tend, name="coachkit-jobs", daemon=True)
        self._stopping.clear()
        tender.start()
        ran = 0
        try:
            self._queue.fire(self._clock())
            while (job := self._claim()) is not None:
                self._run(job)
                ran += 1
        finally:
            self._stopping.set()
            tender.join()
        return ran

    def _claim(self) -> Job | None:
        return self._queue.claim(self._name, self._handlers.keys(), self._clock(), self._lease)

    def _work(self) -> None:
        while not self._stopping.is_set():
            job: Job | None = None
            try:
                job = self._claim()
                if job is not None:
                    self._run(job)
            except StoreError as error:
                _log.warning("the queue could not be reached", error=error.code)
            if job is None:
                self._wake.wait(self._poll.total_seconds())
                self._wake.clear()

    def _tend(self) -> None:
        """Renew leases at a sixth of their length, fire schedules, and free the jobs of workers that have died."""
        pause = min(self._lease / 6, self._poll).total_seconds()
        renew_at = 0.0
        while not self._stopping.wait(pause) or self._running:
            try:
                if time.monotonic() >= renew_at:
                    renew_at = time.monotonic() + self._lease.total_seconds() / 6
                    self._renew()
                if not self._stopping.is_set():
                    self._look_after()
            except StoreError as error:
                _log.warning("the queue could not be reached", error=error.code)
            if self._stopping.is_set():
                time.sleep(min(pause, 0.05))

    def _renew(self) -> None:
        with self._guard:
            running = list(self._running.values())
        for context in running:
            context.signal(self._queue.renew(context.job, self._clock(), self._lease))

    def _look_after(self) -> None:
        now = self._clock()
        freed = sum(self._queue.expire(name, now) for name in self._queue.workers() if is_dead(name))
        if self._queue.fire(now) or freed:
            self._wake.set()

    def _run(self, job: Job) -> None:
        context = JobContext(job, lambda progress: self._queue.report(job, progress))
        with self._guard:
            self._running[job.id] = context
            if self._stopping.is_set():
                context.stop()
        try:
            self._handlers[job.kind](context)
            context.flush()
            self._queue.finish(job, self._clock())
        except JobStopped:
            self._queue.give_back(job, self._clock())
        except JobCancelled:
            if not context.lost:
                self._queue.stop_cancelled(job, self._clock())
        except Exception as error:
            self._failed(job, error)
        finally:
            with self._guard:
                del self._running[job.id]

    def _failed(self, job: Job, error: Exception) -> None:
        again = job.attempts < job.max_attempts and not isinstance(error, _NO_RETRY)
        now = self._clock()
        _log.warning("a job failed", job=job.id, kind=job.kind, attempt=job.attempts, again=again, error=_said(error))
        self._queue.fail(job, _said(error), now, now + self._backoff(job, error) if again else None)


def _said(error: Exception) -> str:
    """What may be kept of an error: our own carry no text of people; of others only the type and the place."""
    if isinstance(error, CoachkitError):
        return f"{error.code}: {error}"
    frames = traceback.extract_tb(error.__traceback__)
    place = f" at {frames[-1].filename.rpartition('/')[2]}:{frames[-1].lineno}" if frames else ""
    return f"{type(error).__name__}{place}"
