"""What a connector is: its configuration, its streams, and how it pulls."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, ClassVar, Self

from pydantic import BaseModel, ConfigDict

from coachkit.errors import PayloadRejected, SourceError
from coachkit.sdk.items import Cursor, Failure, Item
from coachkit.sdk.secrets import SecretRef
from coachkit.sdk.webhooks import Delivery, Event, Reply

__all__ = ["Capability", "CheckReport", "Configuration", "Connector", "Stream"]


class Configuration(BaseModel):
    """Base of a connector's configuration: frozen, and a misspelt key is an error.

    Field descriptions become the reference. Secrets are :class:`~coachkit.sdk.SecretRef`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Capability(StrEnum):
    """What a connector can do. A connector declares all of it; what it declares is held against it."""

    BACKFILL = "backfill"
    """``pull`` without a cursor reads everything that there is. Every connector can."""
    POLL = "poll"
    """``pull`` with a cursor reads only what is new."""
    SWEEP = "sweep"
    """``sweep`` lists what is there, so that what vanished can be removed."""
    WEBHOOK = "webhook"
    """``verify`` and ``handle`` take deliveries of the source."""
    LISTEN = "listen"
    """``listen`` keeps a connection open on which the source tells of events."""
    ACCESS = "access"
    """Records carry who may read them at the source, and narrowing that is told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stream:
    """A kind of record that a connector reads.

    :ivar name: ``commits``; ``title`` names it to people, in English and Chinese.
    :ivar cannot_tell: what a reader might expect here and this source does not know, in English and Chinese.
    :ivar scopes: what the credential must be allowed at the source, in the source's own words.
    :ivar events: names of the webhook events that feed it.
    """

    name: str
    title: tuple[str, str]
    cannot_tell: tuple[str, str] | None = None
    scopes: tuple[str, ...] = ()
    events: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckReport:
    """What ``check`` found: may we connect, and what is wrong or missing, each with what to do."""

    ok: bool
    findings: tuple[str, ...] = ()


class Connector(ABC):
    """Reads one source. One instance serves one connection and one sync; between syncs only its cursors are kept.

    Subclasses set ``name``, ``title``, ``streams`` and ``Config``, take ``(connection, config)`` and implement
    :meth:`check` and :meth:`pull`.
    """

    name: ClassVar[str]
    title: ClassVar[tuple[str, str]]
    streams: ClassVar[tuple[Stream, ...]]
    Config: ClassVar[type[Configuration]] = Configuration
    capabilities: ClassVar[frozenset[Capability]] = frozenset({Capability.BACKFILL})

    allow_removals: bool = False
    """Somebody says that records may vanish in any number; set before :meth:`pull`. For connectors that tell of a
    vanished record by what it has become (a leaver) and so do the engine's guarding themselves."""

    def __init__(self, connection: str, config: Configuration) -> None:
        self.connection = connection
        self.config: Any = config

    @abstractmethod
    def check(self) -> CheckReport:
        """Try the source without changing anything, within a few seconds."""

    @abstractmethod
    def pull(self, cursors: Mapping[str, Cursor]) -> Iterator[Item]:
        """Yield what is new since ``cursors`` (by stream); everything, where a stream has none.

        Yield a :class:`~coachkit.sdk.Checkpoint` at least every few thousand items and after the last. Pulling again
        from the same cursor must yield the same records under the same native ids.

        :raises SourceError: if the source as a whole fails; for a single record yield a ``Failure``.
        """

    def refetch(self, failures: Iterable[Failure]) -> Iterator[Item]:
        """Try quarantined records again, from their payload or their source. The default tries none."""
        return iter(())

    def sweep(self, stream: str) -> Iterator[str] | None:
        """The native ids that the source has now, so that vanished ones can be removed; ``None`` if it cannot say."""
        return None

    def verify(self, delivery: Delivery) -> Event | Reply:
        """Who sent this, and what does it say? Without network, in a few milliseconds: the sender waits.

        Poll and webhook end in one state: every ``Upsert`` of a source that tells when a record changed carries that
        time in microseconds as its ``version``, and records are complete.

        :returns: the event; or a reply, if the source wants one at once and there is nothing to handle.
        :raises AuthFailed: if the signature or token is missing or wrong, or the delivery is stale.
        :raises PayloadRejected: if it cannot be read, or this connector takes no webhooks.
        """
        raise PayloadRejected(
            f"{type(self).name} takes no webhooks.", subject=self.connection, hint="It is read by coachkit sync."
        )

    def handle(self, event: Event) -> Iterator[Item]:
        """The records that an event is about: read anew where the source allows that, else from the event.

        The event is a hint, may come late, twice and out of order. No ``Checkpoint`` is needed.

        :raises PayloadRejected: if it is of no stream, with the reason; it is counted as refused.
        :raises SourceError: if the source fails; the event is offered again later.
        """
        raise PayloadRejected(f"{type(self).name} handles no events.", subject=self.connection)

    def recorded(self, line: Mapping[str, Any], stream: str | None) -> Iterator[Item]:
        """The records in one line of a recorded file, taken at its word: nothing is asked of the source.

        :param line: ``{"event", "payload"}``, a delivery; or ``{"url", "data"}``, an answer (an object or a list).
        :param stream: what the line is said to be of; ``None``, if it must be seen from the line.
        :raises PayloadRejected: if it is of no stream that this connector reads, with the reason.
        """
        raise PayloadRejected(f"{type(self).name} reads no recorded answers.", subject=self.connection)

    @classmethod
    def for_recordings(cls) -> Self:
        """One that is asked for :meth:`recorded` alone, and so needs neither a source nor its secrets.

        The default takes the configuration's defaults, and of secrets a reference to nothing. Write it where the
        configuration requires more.
        """
        required = [(name, field) for name, field in cls.Config.model_fields.items() if field.is_required()]
        given = {name: "env:NOT_NEEDED_FOR_RECORDINGS" for name, field in required if field.annotation is SecretRef}
        return cls("recorded", cls.Config.model_validate(given))

    def listen(self) -> Iterator[Event]:
        """Events as the source tells of them, on a connection that stays open; ends when the source ends it.

        :raises SourceError: if the connection fails, or this connector keeps none.
        """
        raise SourceError(
            f"{type(self).name} keeps no open connection.",
            subject=self.connection,
            hint="Use webhooks, or sync more often.",
        )

    def close(self) -> None:
        """Let go of sockets and processes."""
