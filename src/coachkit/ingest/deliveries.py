"""Webhook deliveries between the door and the records: what they are, and what keeping them needs of a store."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol, Self

from coachkit.errors import PayloadRejected
from coachkit.ingest.ports import Source, Storable, Written
from coachkit.jobs import Transaction
from coachkit.sdk import Event

__all__ = [
    "Arrival",
    "DeliveryCounts",
    "DeliveryState",
    "DeliveryStore",
    "Due",
    "Kept",
    "KeptReason",
    "Outcome",
    "RefusedAtDoor",
]


class DeliveryState(StrEnum):
    WAITING = "waiting"
    DONE = "done"
    REFUSED = "refused"
    """The connector said that there is nothing in it for us, and why."""
    FAILED = "failed"
    """It could not be handled however often it was tried; it is kept whole, to be tried again when somebody says so."""


class Kept(StrEnum):
    """What became of an arrival."""

    NEW = "new"
    DUPLICATE = "duplicate"
    UNKNOWN = "unknown"
    """There is no such connection, or it is held."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """An event at the door, its sender known. :ivar payload: as JSON in ASCII, which holds whatever text JSON can."""

    connection: str
    event: Event
    payload: str
    received_at: datetime

    @classmethod
    def of(cls, connection: str, event: Event, received_at: datetime) -> Self:
        """:raises PayloadRejected: if its payload is no JSON."""
        try:
            payload = json.dumps(event.payload, separators=(",", ":"))
        except (TypeError, ValueError, RecursionError) as error:
            raise PayloadRejected("its payload cannot be kept as JSON.", subject=connection) from error
        return cls(connection=connection, event=event, payload=payload, received_at=received_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A kept event whose turn it is. :ivar attempts: how many have failed."""

    id: int
    event: Event
    received_at: datetime
    attempts: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of one delivery.

    :ivar reason: of a refusal or a failure, without anybody's text.
    :ivar due_at: of one that waits for another attempt.
    """

    id: int
    state: DeliveryState
    reason: str | None = None
    attempts: int = 0
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptReason:
    """So many deliveries of one kind of event were refused, failed, or wait for another attempt, for one reason."""

    connection: str
    state: DeliveryState
    event: str
    reason: str
    count: int
    newest: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedAtDoor:
    """So many requests were not let in: a wrong signature, or nothing that can be read. They are counted, not kept."""

    connection: str
    kind: str
    reason: str
    count: int
    newest: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryCounts:
    """How the deliveries of one connection stand, of those still known.

    :ivar oldest_waiting: when the one that waits longest came. :ivar newest: when the last one came.
    """

    connection: str
    waiting: int = 0
    done: int = 0
    refused: int = 0
    failed: int = 0
    oldest_waiting: datetime | None = None
    newest: datetime | None = None
    reasons: tuple[KeptReason, ...] = ()
    at_door: tuple[RefusedAtDoor, ...] = ()


class DeliveryStore(Protocol):
    """Keeps deliveries until they are records. Every call is one transaction."""

    def keep(
        self, arrivals: Sequence[Arrival], enqueue: Callable[[str, Transaction], object], *, now: datetime
    ) -> Sequence[Kept]:
        """Keep what is new, and in the same transaction call ``enqueue`` once for each connection that has any.

        An arrival with the connection and the event id of one that is known is not kept again.
        """
        ...

    def due(self, connection: str, now: datetime, *, most: int, weight: int) -> Sequence[Due]:
        """Those whose turn it is, first come first: at most so many, and so much payload (but always one)."""
        ...

    def next_due(self, connection: str) -> datetime | None:
        """When the first of those that wait may be tried; ``None`` if none waits."""
        ...

    def waiting(self) -> Sequence[str]:
        """Connections of which something waits."""
        ...

    def settle(
        self, source: Source, items: Sequence[Storable], outcomes: Sequence[Outcome], *, now: datetime
    ) -> Written:
        """Write the items as :meth:`IngestStore.write` does, and note what became of the deliveries.

        :raises NotFound: if the connection has gone or is held; nothing is written then.
        """
        ...

    def hold_back(self, connection: str, until: datetime, reason: str) -> None:
        """The source cannot be asked now: nothing of this connection is due before ``until``."""
        ...

    def retry(self, connection: str, now: datetime) -> int:
        """Let those that failed wait again; returns how many."""
        ...

    def refuse(self, refused: Sequence[RefusedAtDoor]) -> None:
        """Add to what was not let in."""
        ...

    def counts(self) -> Mapping[str, DeliveryCounts]:
        """By connection, of those that have any."""
        ...

    def forget(self, before: datetime) -> int:
        """Forget what came before and is settled; returns how many."""
        ...
