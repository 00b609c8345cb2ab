"""The door for webhooks: who sent it is checked, and it is kept before the sender hears that it was taken."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from coachkit.errors import AuthFailed, NotFound, PayloadRejected, StoreError
from coachkit.ingest.deliveries import Arrival, DeliveryStore, Kept, RefusedAtDoor
from coachkit.ingest.ports import Connection
from coachkit.jobs import Transaction
from coachkit.sdk import Capability, Connector, Delivery, Event, Reply

__all__ = ["WebhookDoor"]

TELL_SECONDS = 5.0
"""Refusals are counted in memory and written no more often than this, so that nobody fills the store from outside."""

FRESH_SECONDS = 1.0
"""So long a connection is taken to be as it was. Whether it is still there is looked at again when it is written."""

_NOBODY = "there is nothing here that takes webhooks."


@dataclass(slots=True)
class _Verifier:
    """A connector that only checks signatures, kept between requests."""

    connection: Connection
    connector: Connector
    looked_at: float
    guard: threading.Lock = field(default_factory=threading.Lock)

    @property
    def is_fresh(self) -> bool:
        return time.monotonic() - self.looked_at < FRESH_SECONDS


@dataclass(slots=True)
class _Waiting:
    """An arrival, and what became of it once its transaction is over."""

    arrival: Arrival
    kept: Kept | None = None


class WebhookDoor:
    """Takes deliveries.

    Those that arrive while a transaction is under way share the next one, so a burst costs few of them.

    :param find: the connection of a name. :param open_connector: its connector.
    :param enqueue: asks, inside a transaction, for the work of a connection.
    :param kept: told when something new has been kept.
    """

    def __init__(
        self,
        store: DeliveryStore,
        *,
        find: Callable[[str], Connection | None],
        open_connector: Callable[[str], Connector],
        enqueue: Callable[[str, Transaction], object],
        clock: Callable[[], datetime],
        kept: Callable[[], None] = lambda: None,
    ) -> None:
        self._store = store
        self._find = find
        self._open = open_connector
        self._enqueue = enqueue
        self._clock = clock
        self._kept = kept
        self._verifiers: dict[str, _Verifier] = {}
        self._guard = threading.Lock()
        self._writing = threading.Lock()
        self._waiting: list[_Waiting] = []
        self._refused: Counter[tuple[str, str]] = Counter()
        self._reasons: dict[tuple[str, str], str] = {}
        self._told_at: float | None = None

    def remembers(self, name: str) -> bool:
        """Whether a connection of this name took webhooks a moment ago; asks nobody."""
        known = self._verifiers.get(name)
        return known is not None and known.is_fresh

    def knows(self, name: str) -> bool:
        """Whether a connection of this name takes webhooks now."""
        try:
            self._verifier(name)
        except NotFound:
            return False
        return True

    def receive(self, name: str, delivery: Delivery) -> Reply | Kept:
        """Check a delivery and keep it: when this returns, it is in the store, and work for it is asked for.

        :returns: the connector's own reply where there is nothing to keep; else whether it was new.
        :raises NotFound: if no connection of this name takes webhooks.
        :raises AuthFailed: if the sender cannot be who they should be.
        :raises PayloadRejected: if it cannot be read.
        """
        verifier = self._verifier(name)
        try:
            with verifier.guard:
                said = verifier.connector.verify(delivery)
        except AuthFailed as error:
            self._count(name, "signature", error.message)
            raise
        except PayloadRejected as error:
            self._count(name, "unreadable", error.message)
            raise
        if isinstance(said, Reply):
            return said
        return self.keep(name, said, delivery.received_at)

    def keep(self, name: str, event: Event, received_at: datetime) -> Kept:
        """Keep an event whose sender is known.

        :raises NotFound: if there is no such connection, or it is held.
        """
        mine = _Waiting(Arrival.of(name, event, received_at))
        with self._guard:
            self._waiting.append(mine)
        with self._writing:
            if mine.kept is None:
                with self._guard:
                    batch, self._waiting = self._waiting, []
                self._write(batch)
        if mine.kept is Kept.UNKNOWN:
            raise NotFound(_NOBODY)
        if mine.kept is None:
            raise StoreError("the delivery could not be kept.", hint="Its sender should send it again.")
        return mine.kept

    def close(self) -> None:
        """Write what was counted, and let go of the connectors."""
        self._tell()
        with self._guard:
            verifiers, self._verifiers = list(self._verifiers.values()), {}
        for verifier in verifiers:
            verifier.connector.close()

    def _write(self, batch: Sequence[_Waiting]) -> None:
        became = self._store.keep([one.arrival for one in batch], self._enqueue, now=self._clock())
        for one, kept in zip(batch, became, strict=True):
            one.kept = kept
        if Kept.NEW in became:
            self._kept()

    def _verifier(self, name: str) -> _Verifier:
        with self._guard:
            known = self._verifiers.get(name)
        if known is not None and known.is_fresh:
            return known
        found = self._find(name)
        if found is None or not found.enabled:
            with self._guard:
                self._verifiers.pop(name, None)
            raise NotFound(_NOBODY)
        if known is not None and known.connection == found:
            known.looked_at = time.monotonic()
            return known
        made = _Verifier(found, self._open(name), time.monotonic())
        if Capability.WEBHOOK not in type(made.connector).capabilities:
            made.connector.close()
            raise NotFound(_NOBODY)
        with self._guard:
            self._verifiers[name] = made  # one that it replaces may be checking a delivery just now: it is left to that
        return made

    def _count(self, name: str, kind: str, reason: str) -> None:
        with self._guard:
            self._refused[name, kind] += 1
            self._reasons[name, kind] = reason
            due = self._told_at is None or time.monotonic() - self._told_at >= TELL_SECONDS
        if due:
            self._tell()

    def _tell(self) -> None:
        with self._guard:
            refused, self._refused = self._refused, Counter()
            reasons = dict(self._reasons)
            self._told_at = time.monotonic()
        now = self._clock()
        told = [
            RefusedAtDoor(connection=name, kind=kind, reason=reasons[name, kind], count=count, newest=now)
            for (name, kind), count in refused.items()
        ]
        if told:
            self._store.refuse(told)
