"""What a connector is: its configuration, its streams, and how it pulls."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict

from coachkit.sdk.items import Cursor, Failure, Item

__all__ = ["CheckReport", "Configuration", "Connector", "Stream"]


class Configuration(BaseModel):
    """Base of a connector's configuration: frozen, and a misspelt key is an error.

    Field descriptions become the reference. Secrets are :class:`~coachkit.sdk.SecretRef`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")


@dataclass(frozen=True, slots=True, kw_only=True)
class Stream:
    """A kind of record that a connector reads.

    :ivar name: ``commits``; ``title`` names it to people, in English and Chinese.
    :ivar cannot_tell: what a reader might expect here and this source does not know, in English and Chinese.
    """

    name: str
    title: tuple[str, str]
    cannot_tell: tuple[str, str] | None = None


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

    def close(self) -> None:
        """Let go of sockets and processes."""
