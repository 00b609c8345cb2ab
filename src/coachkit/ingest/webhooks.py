"""From a kept delivery to records: the connector handles it, and what it yields is written with the note that it is so.

A delivery is settled in the transaction that writes its records, so a kill between two of them loses nothing, and one
that is handled twice changes nothing. What cannot be handled now waits, longer each time; what never can is set aside
whole.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from coachkit.errors import CoachkitError, ContractViolation, NotFound, PayloadRejected, RateLimited, StoreError
from coachkit.ingest.deliveries import DeliveryState, DeliveryStore, Due, Outcome
from coachkit.ingest.ports import Source, Storable
from coachkit.ingest.reports import StreamCounts
from coachkit.sdk import AclChange, Checkpoint, Connector, Failure, Progress, Tombstone, Upsert
from coachkit.telemetry import get_logger

__all__ = ["Drained", "Webhooks", "failure_of"]

BATCH = 200
BATCH_WEIGHT = 8_000_000
"""Deliveries that are read together, and characters of their payloads."""

COMMIT_SECONDS = 0.4
COMMIT_ITEMS = 2_000
"""What is handled is searchable after about this long, however slowly the others of the batch are read."""

GATHER_SECONDS = 0.1
"""While many come, so long is waited before the next part: fewer and larger transactions, for a latency nobody sees."""

MOST_ATTEMPTS = 6
FIRST_RETRY_SECONDS = 5.0
LONGEST_RETRY_SECONDS = 3_600.0
LONGEST_OUTAGE = timedelta(days=2)
"""So long is a delivery tried again while its source does not answer."""

_log = get_logger("webhooks")


@dataclass(slots=True, kw_only=True)
class Drained:
    """What one run did. :ivar next_due: when something waits to be tried again; ``None`` if nothing does."""

    done: int = 0
    refused: int = 0
    failed: int = 0
    counts: dict[str, StreamCounts] = field(default_factory=dict)
    next_due: datetime | None = None

    @property
    def written(self) -> int:
        return sum(counts.written for counts in self.counts.values())


class Webhooks:
    """Works off the deliveries of a connection."""

    def __init__(self, store: DeliveryStore, *, tenant: str = "default") -> None:
        self._store = store
        self._tenant = tenant

    def drain(
        self,
        connection: str,
        connector: Connector,
        *,
        clock: Callable[[], datetime],
        check: Callable[[], None] = lambda: None,
        wait: Callable[[float], None] = lambda _seconds: None,
        careful: bool = False,
    ) -> Drained:
        """Handle what is due, in parts, until nothing is.

        :param check: called between two parts; what it raises ends the run with everything before it safe.
        :param wait: waits so many seconds, or raises as ``check`` does.
        :param careful: the first of them one at a time, each noted before it begins: runs before this one took their
            processes down, and what did it must be found and set aside.
        """
        source = Source(connection=connection, connector=type(connector).name, tenant=self._tenant)
        run = _Run(self._store, source, connector, clock)
        one_by_one = BATCH if careful else 0
        try:
            while not run.is_held:
                check()
                due = self._store.due(connection, clock(), most=1 if one_by_one else BATCH, weight=BATCH_WEIGHT)
                if not due:
                    break
                if one_by_one:
                    one_by_one -= 1
                    if not run.expects_the_worst(due[0]):
                        continue
                run.handle(due, check)
                if 1 < len(due) < BATCH:
                    wait(GATHER_SECONDS)
            run.drained.next_due = self._store.next_due(connection)
        except NotFound:
            _log.info("a connection went while its deliveries were read", connection=connection)
        return run.drained


class _Run:
    """One run over the deliveries of a connection. :ivar is_held: its source cannot be asked now."""

    def __init__(
        self, store: DeliveryStore, source: Source, connector: Connector, clock: Callable[[], datetime]
    ) -> None:
        self.drained = Drained()
        self.is_held = False
        self._store = store
        self._source = source
        self._connector = connector
        self._clock = clock
        self._streams = {stream.name for stream in connector.streams}
        self._handled: list[tuple[Due, list[Storable]]] = []
        self._outcomes: list[Outcome] = []

    def handle(self, due: Sequence[Due], check: Callable[[], None]) -> None:
        began, items = time.monotonic(), 0
        for delivery in due:
            try:
                found = self._items(delivery)
            except Exception as error:
                self._went_wrong(delivery, error)
                if self.is_held:
                    break
                continue
            self._handled.append((delivery, found))
            items += len(found)
            if items >= COMMIT_ITEMS or time.monotonic() - began >= COMMIT_SECONDS:
                self._commit()
                check()
                began, items = time.monotonic(), 0
        self._commit()

    def expects_the_worst(self, delivery: Due) -> bool:
        """Note an attempt before it begins; ``False``: it has ended too many processes, and was set aside."""
        attempts = delivery.attempts + 1
        over = attempts > MOST_ATTEMPTS
        state = DeliveryState.FAILED if over else DeliveryState.WAITING
        worst = Outcome(id=delivery.id, state=state, reason="it ended the process that read it", attempts=attempts)
        self._store.settle(self._source, (), [worst], now=self._clock())
        self.drained.failed += over
        return not over

    def _items(self, delivery: Due) -> list[Storable]:
        found: list[Storable] = []
        for item in self._connector.handle(delivery.event):
            if isinstance(item, Progress | Checkpoint):
                continue  # where a poll was left is moved by polls alone
            if not isinstance(item, Upsert | Tombstone | AclChange | Failure):
                raise ContractViolation(f"it yielded {type(item).__name__}, which is no item")
            if item.stream is not None and item.stream not in self._streams:
                raise ContractViolation(f"it yielded an item of the stream {item.stream!r}, which it does not declare")
            found.append(item)
        return found

    def _commit(self) -> None:
        """Write what was handled, in one transaction with the note that it was."""
        handled, outcomes = self._handled, self._outcomes
        self._handled, self._outcomes = [], []
        if not handled and not outcomes:
            return
        done = [Outcome(id=d.id, state=DeliveryState.DONE, attempts=d.attempts) for d, _ in handled]
        items = [item for _, found in handled for item in found]
        try:
            written = self._store.settle(self._source, items, [*outcomes, *done], now=self._clock())
        except (NotFound, StoreError):
            raise
        except Exception as error:
            if not handled:
                raise
            if len(handled) + len(outcomes) == 1:
                self._went_wrong(handled[0][0], error)
                self._commit()
                return
            for part in (*([one] for one in handled), []):  # one of them spoils the others: each for itself
                self._handled, self._outcomes = part, ([] if part else outcomes)
                self._commit()
            return
        self.drained.done += len(done)
        for stream, counts in written.counts.items():
            self.drained.counts.setdefault(stream, StreamCounts()).add(counts)

    def _went_wrong(self, delivery: Due, error: Exception) -> None:
        if isinstance(error, NotFound | StoreError):
            raise error
        if isinstance(error, PayloadRejected):
            self.drained.refused += 1
            self._outcomes.append(
                Outcome(id=delivery.id, state=DeliveryState.REFUSED, reason=error.message, attempts=delivery.attempts)
            )
            return
        reason, now, attempts = failure_of(error), self._clock(), delivery.attempts + 1
        patient = isinstance(error, CoachkitError) and error.retryable
        over = now - delivery.received_at > LONGEST_OUTAGE if patient else attempts >= MOST_ATTEMPTS
        _log.warning("a delivery failed", connection=self._source.connection, attempt=attempts, over=over, error=reason)
        due_at = now + _pause(attempts, error)
        if over:
            self.drained.failed += 1
            state = DeliveryState.FAILED
        else:
            state = DeliveryState.WAITING
        self._outcomes.append(
            Outcome(id=delivery.id, state=state, reason=reason, attempts=attempts, due_at=None if over else due_at)
        )
        if patient:
            self.is_held = True
            self._commit()
            self._store.hold_back(self._source.connection, due_at, reason)


def failure_of(error: Exception) -> str:
    """What may be kept of an error: our own carry no text of people; of others only the kind and the place."""
    if isinstance(error, CoachkitError):
        return error.message
    place, trace = "", error.__traceback__
    while trace is not None:
        place = f" at {trace.tb_frame.f_code.co_filename.rpartition('/')[2]}:{trace.tb_lineno}"
        trace = trace.tb_next
    return f"{type(error).__name__}{place}"


def _pause(attempts: int, error: Exception) -> timedelta:
    seconds = min(FIRST_RETRY_SECONDS * 2.0 ** (attempts - 1), LONGEST_RETRY_SECONDS)
    if isinstance(error, RateLimited) and error.retry_after is not None:
        seconds = max(seconds, error.retry_after)
    return timedelta(seconds=seconds)
