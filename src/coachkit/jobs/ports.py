"""What a job is, and the two sides of the queue: those who ask for work, and the workers."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Protocol

__all__ = ["Job", "JobQueue", "JobState", "Jobs", "Schedule", "Signal", "Transaction"]

Transaction = object
"""The store's transaction in which something happens; opaque here, and handed through to the adapter."""


class JobState(StrEnum):
    WAITING = "waiting"
    RUNNING = "running"
    CANCELLING = "cancelling"
    """Running, and asked to stop."""
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Signal(StrEnum):
    """What a worker learns when it renews its lease."""

    GO_ON = "go on"
    CANCEL = "cancel"
    LOST = "lost"
    """Somebody else has the job now: stop, and write nothing more about it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A piece of work.

    :ivar arguments: JSON; ids rather than content.
    :ivar lock: at most one job of a lock runs at a time (``sync:github``).
    :ivar attempts: how often it was begun; with ``worker`` it names the run, so a run that lost its lease says nothing.
    :ivar progress: what the handler last reported: ``done``, ``total``, ``note``.
    :ivar error: why the last attempt failed, without anybody's text.
    """

    id: str
    kind: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    lock: str | None = None
    state: JobState = JobState.WAITING
    run_at: datetime
    attempts: int = 0
    max_attempts: int = 5
    worker: str | None = None
    lease_until: datetime | None = None
    progress: Mapping[str, Any] | None = None
    error: str | None = None
    created_at: datetime
    finished_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """A job that is enqueued again and again."""

    name: str
    kind: str
    arguments: Mapping[str, Any]
    every: timedelta
    next_at: datetime
    enabled: bool = True


class Jobs(Protocol):
    """The side of those who ask for work."""

    def enqueue(
        self,
        kind: str,
        arguments: Mapping[str, Any] | None = None,
        *,
        now: datetime,
        lock: str | None = None,
        run_at: datetime | None = None,
        max_attempts: int = 5,
        once: bool = False,
        transaction: Transaction | None = None,
    ) -> str:
        """Ask for a job; returns its id.

        :param once: if a job of this kind, lock and arguments is waiting already, that one will do.
        :param transaction: the store's transaction that causes the job; the job vanishes if it is rolled back.
        """

    def get(self, job_id: str) -> Job:
        """:raises NotFound: if there is no such job."""

    def list(
        self, *, states: Collection[JobState] | None = None, kind: str | None = None, limit: int = 100
    ) -> tuple[Job, ...]:
        """Newest first."""

    def cancel(self, job_id: str, now: datetime) -> bool:
        """Take a waiting job out, or ask a running one to stop; ``False`` if it is over already.

        :raises NotFound: if there is no such job.
        """

    def schedule(
        self, name: str, kind: str, arguments: Mapping[str, Any], *, every: timedelta, first_at: datetime
    ) -> None:
        """Enqueue a job each ``every``. Set again it changes; its next time stays if ``every`` is the same."""

    def unschedule(self, name: str) -> None: ...

    def schedules(self) -> tuple[Schedule, ...]: ...

    def forget(self, before: datetime, *, kind: str | None = None) -> int:
        """Remove jobs that were over before that time (of one kind, if it is named); returns how many."""


class JobQueue(Jobs, Protocol):
    """The side of the workers."""

    def fire(self, now: datetime) -> int:
        """Enqueue what is due by schedule, each time once, however many workers ask. A time that passed while nobody
        was there is made up for once, not once for each. Returns how many jobs were enqueued.
        """

    def claim(self, worker: str, kinds: Collection[str], now: datetime, lease: timedelta) -> Job | None:
        """Take the job that has waited longest, or one whose worker let its lease run out."""

    def renew(self, job: Job, now: datetime, lease: timedelta) -> Signal:
        """Keep the job for another ``lease``."""

    def report(self, job: Job, progress: Mapping[str, Any]) -> None:
        """Store how far the job is, if this run still has it."""

    def finish(self, job: Job, now: datetime) -> bool:
        """``False`` if this run no longer had the job."""

    def fail(self, job: Job, error: str, now: datetime, retry_at: datetime | None) -> bool:
        """Over for good with ``retry_at=None``; else it waits until then. A cancelled job is not tried again."""

    def give_back(self, job: Job, now: datetime) -> bool:
        """The worker stops: the job waits for another one, and the attempt does not count."""

    def stop_cancelled(self, job: Job, now: datetime) -> bool:
        """The handler has stopped because the job was cancelled."""

    def workers(self) -> tuple[str, ...]:
        """Names of workers that hold a job."""

    def expire(self, worker: str, now: datetime) -> int:
        """End the leases of a worker that is known to be dead; returns how many."""
