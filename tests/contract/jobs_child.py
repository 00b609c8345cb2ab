"""A worker as a process of its own, for the contract of the jobs port: ``jobs_child.py URL LOG LEASE_SECONDS``.

Each run of a job leaves two lines in the log: ``begin`` and ``end``, with the job, its lock, and the machine's clock.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from datetime import timedelta
from pathlib import Path

from coachkit.jobs import JobContext, Worker
from coachkit.store.relational.database import Database
from coachkit.store.relational.jobs import SqlJobs


def main(url: str, log: str, lease: str) -> None:
    file = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT)

    def note(what: str, context: JobContext) -> None:
        job = context.job
        os.write(file, f"{what} {job.id} {job.lock or '-'} {os.getpid()} {time.monotonic_ns()}\n".encode())

    def sleep(context: JobContext) -> None:
        note("begin", context)
        time.sleep(context.arguments["seconds"])
        note("end", context)

    def wait(context: JobContext) -> None:
        note("begin", context)
        while not Path(context.arguments["for"]).exists():
            time.sleep(0.01)
        note("end", context)

    queue = SqlJobs(Database(url))
    worker = Worker(
        queue,
        {"sleep": sleep, "wait": wait},
        threads=2,
        lease=timedelta(seconds=float(lease)),
        poll=timedelta(seconds=0.05),
        backoff=lambda job, error: timedelta(),
    )
    worker.start()
    threading.Event().wait()


if __name__ == "__main__":
    main(*sys.argv[1:])
