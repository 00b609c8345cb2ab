"""Work in the background: one port, a worker of threads, and rules that hold on every adapter.

A job is enqueued in the transaction that causes it: it exists if and only if that transaction commits. It runs at
least once (a worker that dies is noticed and its job taken up again), so a handler must come to the same end when it
runs twice. It never runs twice *at once* while its worker renews its lease, and at most one job of a lock runs.
"""

from coachkit.jobs.context import JobCancelled, JobContext, JobStopped
from coachkit.jobs.ports import Job, JobQueue, Jobs, JobState, Schedule, Signal, Transaction
from coachkit.jobs.worker import Handler, Worker

__all__ = [
    "Handler",
    "Job",
    "JobCancelled",
    "JobContext",
    "JobQueue",
    "JobState",
    "JobStopped",
    "Jobs",
    "Schedule",
    "Signal",
    "Transaction",
    "Worker",
]
