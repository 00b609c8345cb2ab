"""Everything about webhooks and long connections of one installation: the door, the work behind it, and its tidying."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, closing
from datetime import datetime, timedelta
from typing import ClassVar

from coachkit.errors import NotFound
from coachkit.ingest.connections import Connections
from coachkit.ingest.deliveries import DeliveryStore
from coachkit.ingest.listening import Listeners
from coachkit.ingest.ports import Connection, ConnectionStore
from coachkit.ingest.receiving import WebhookDoor
from coachkit.ingest.webhooks import Webhooks
from coachkit.jobs import JobContext, JobQueue, Transaction, Worker
from coachkit.sdk import Capability, Connector

__all__ = ["Intake"]

KEPT = timedelta(days=7)
"""How long a delivery that was handled or refused is known, so that the same one is not handled again."""

JOBS_KEPT = timedelta(days=1)
"""There may be many of them."""

BUSY_SECONDS = 1.0

KILLED_BEFORE = 2
"""After so many runs that did not end, the next one looks for the delivery that ends them."""


class Intake:
    """From what a source sends by itself to records, whatever ends in the middle.

    :param connector_classes: the connectors there are, by name.
    :param hold: keeps other processes from listening to the same connection.
    :param written: told when records were written.
    """

    job: ClassVar[str] = "webhooks"
    """Kind of the jobs that :meth:`run` works off."""

    def __init__(
        self,
        store: DeliveryStore,
        jobs: JobQueue,
        connections: Connections,
        connection_store: ConnectionStore,
        *,
        connector_classes: Callable[[], Mapping[str, type[Connector]]],
        hold: Callable[[str], AbstractContextManager[None]],
        clock: Callable[[], datetime],
        written: Callable[[], None] = lambda: None,
    ) -> None:
        self.store = store
        self.door = WebhookDoor(
            store,
            find=connection_store.find,
            open_connector=connections.open,
            enqueue=self._enqueue,
            clock=clock,
            kept=self._wake,
        )
        self._jobs = jobs
        self._connections = connections
        self._connection_store = connection_store
        self._connector_classes = connector_classes
        self._clock = clock
        self._written = written
        self._webhooks = Webhooks(store)
        self._listeners = Listeners(self.listening, connections.open, hold, self.door.keep, clock=clock)
        # a thread that only takes webhooks in, so that none waits behind a long sync
        self._worker = Worker(jobs, {self.job: self.run}, threads=1, clock=clock)
        self._started = False
        self._kept_at: float | None = None

    @property
    def is_busy(self) -> bool:
        """Whether deliveries come in just now, through the door of this process."""
        return self._kept_at is not None and time.monotonic() - self._kept_at < BUSY_SECONDS

    def start(self) -> None:
        """Listen, and handle what comes, in threads of this process; what waited before is taken up."""
        self.request_waiting()
        self._started = True
        self._worker.start()
        self._listeners.start()

    def stop(self) -> None:
        """Put down what is running. What was kept stays, for the next who starts."""
        if self._started:
            self._listeners.stop()
            self._worker.stop()
        self.door.close()

    def run(self, job: JobContext) -> None:
        """The job: handle the deliveries of one connection, and come again when one of them waits."""
        name = job.arguments["connection"]
        try:
            connector = self._connections.open(name)
        except NotFound:
            return  # it was removed, and its deliveries with it
        with closing(connector):
            careful = job.job.attempts > KILLED_BEFORE
            drained = self._webhooks.drain(
                name, connector, clock=self._clock, check=job.check, wait=job.wait, careful=careful
            )
        if drained.next_due is not None:
            now = self._clock()
            # with its moment among the arguments it is another job than the one that a new delivery asks for
            asked = {"connection": name, "due": drained.next_due.isoformat(timespec="seconds")}
            due = max(now, drained.next_due)
            self._jobs.enqueue(self.job, asked, lock=_lock(name), once=True, run_at=due, now=now)
        if drained.written:
            self._written()

    def retry(self, name: str) -> int:
        """Let the deliveries of a connection that failed be tried again; returns how many there are.

        :raises NotFound: if there is no such connection.
        """
        self._connections.get(name)
        retried = self.store.retry(name, self._clock())
        if retried:
            self._enqueue(name)
            self._wake()
        return retried

    def tidy(self) -> None:
        """Forget what is old, and see to what waits with nobody coming for it."""
        now = self._clock()
        self.store.forget(now - KEPT)
        self._jobs.forget(now - JOBS_KEPT, kind=self.job)
        self.request_waiting()

    def request_waiting(self) -> None:
        for name in self.store.waiting():
            self._enqueue(name)

    def listening(self) -> list[Connection]:
        """Connections that keep a long connection to their source."""
        known = self._connector_classes()
        hearing = {name for name, connector in known.items() if Capability.LISTEN in connector.capabilities}
        return [found for found in self._connection_store.all() if found.enabled and found.connector in hearing]

    def _enqueue(self, name: str, transaction: Transaction | None = None) -> None:
        asked = {"connection": name}
        self._jobs.enqueue(self.job, asked, lock=_lock(name), once=True, now=self._clock(), transaction=transaction)

    def _wake(self) -> None:
        self._kept_at = time.monotonic()
        if self._started:
            self._worker.wake()


def _lock(name: str) -> str:
    return f"webhooks:{name}"
