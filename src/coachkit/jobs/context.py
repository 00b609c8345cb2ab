"""What a handler sees of its job."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

from coachkit.jobs.ports import Job, Signal

__all__ = ["JobCancelled", "JobContext", "JobStopped"]

_REPORT_EVERY_SECONDS = 0.5


class JobInterrupted(BaseException):
    """Ends a handler from inside; no handler's ``except Exception`` catches it."""


class JobCancelled(JobInterrupted):
    """Somebody cancelled the job, or its lease went to another worker."""


class JobStopped(JobInterrupted):
    """The worker is stopping; the job goes back to the queue."""


class JobContext:
    """A job under way. Call :meth:`check` often: at least wherever a transaction has just been committed."""

    def __init__(self, job: Job, report: Callable[[Mapping[str, Any]], None]) -> None:
        self.job = job
        self._report = report
        self._reported_at = 0.0
        self._pending: Mapping[str, Any] | None = None
        self._cancelled = threading.Event()
        self._stopping = threading.Event()
        self.lost = False

    @property
    def arguments(self) -> Mapping[str, Any]:
        return self.job.arguments

    @property
    def interrupted(self) -> bool:
        """Whether :meth:`check` would raise: for code that stops by itself when told so; check after it."""
        return self._cancelled.is_set() or self._stopping.is_set()

    def check(self) -> None:
        """:raises JobCancelled: if the job was cancelled. :raises JobStopped: if the worker stops."""
        if self._cancelled.is_set():
            raise JobCancelled
        if self._stopping.is_set():
            raise JobStopped

    def wait(self, seconds: float) -> None:
        """Sleep, but no longer than until somebody cancels; then :meth:`check`."""
        end = time.monotonic() + seconds
        while not self.interrupted and (left := end - time.monotonic()) > 0:
            self._cancelled.wait(min(left, 0.05))
        self.check()

    def progress(self, done: int, total: int | None = None, note: str = "") -> None:
        """Say how far the job is. Cheap: stored twice a second at most, and the last one when the job ends."""
        self._pending = {"done": done, "total": total, "note": note}
        if time.monotonic() - self._reported_at >= _REPORT_EVERY_SECONDS:
            self.flush()

    def flush(self) -> None:
        """Store what was reported last."""
        if self._pending is not None:
            pending, self._pending = self._pending, None
            self._reported_at = time.monotonic()
            self._report(pending)

    def signal(self, signal: Signal) -> None:
        """Called by the worker when it has renewed the lease."""
        if signal is not Signal.GO_ON:
            self.lost = self.lost or signal is Signal.LOST
            self._cancelled.set()

    def stop(self) -> None:
        """Called by the worker when it is stopping."""
        self._stopping.set()
