"""Long connections: events that a source tells of by itself are kept like webhooks, and handled in the same way."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import datetime

from coachkit.errors import CoachkitError, NotFound, StoreBusy
from coachkit.ingest.deliveries import Kept
from coachkit.ingest.ports import Connection
from coachkit.ingest.webhooks import failure_of
from coachkit.sdk import Connector, Event
from coachkit.telemetry import get_logger

__all__ = ["Listeners"]

LOOK_SECONDS = 15.0
"""How often connections that came or went are noticed."""

FIRST_PAUSE_SECONDS = 1.0
LONGEST_PAUSE_SECONDS = 300.0

_log = get_logger("listening")


class Listeners:
    """One thread for each connection that listens, and one that starts and ends them.

    The next event is asked for when the one before is kept, so a source that waits for a word hears it then.

    :param wanted: the connections that should listen now. :param open_connector: the connector of one.
    :param hold: keeps every other process from listening to it too.
    :param keep: keeps an event.
    """

    def __init__(
        self,
        wanted: Callable[[], Sequence[Connection]],
        open_connector: Callable[[str], Connector],
        hold: Callable[[str], AbstractContextManager[None]],
        keep: Callable[[str, Event, datetime], Kept],
        *,
        clock: Callable[[], datetime],
        first_pause: float = FIRST_PAUSE_SECONDS,
        look: float = LOOK_SECONDS,
    ) -> None:
        self._wanted = wanted
        self._open = open_connector
        self._hold = hold
        self._keep = keep
        self._clock = clock
        self._first_pause = first_pause
        self._look = look
        self._stopping = threading.Event()
        self._ears: dict[str, _Ear] = {}
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        self._stopping.clear()
        self._thread = threading.Thread(target=self._tend, name="coachkit-listen", daemon=True)
        self._thread.start()

    def stop(self, timeout: float = 5.0) -> None:
        """End every long connection; threads that do not end in time end with the process, and lose nothing."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join(timeout)
        ears = list(self._ears.values())
        for ear in ears:
            ear.end()
        for ear in ears:
            ear.thread.join(timeout)

    def _tend(self) -> None:
        while True:
            try:
                self._adjust()
            except CoachkitError as error:
                _log.warning("the connections could not be read", error=error.code)
            if self._stopping.wait(self._look):
                return

    def _adjust(self) -> None:
        wanted = {connection.name: connection for connection in self._wanted()}
        for name, ear in list(self._ears.items()):
            if wanted.get(name) != ear.connection or not ear.thread.is_alive():
                ear.end()
                del self._ears[name]
        for name, connection in wanted.items():
            if name not in self._ears and not self._stopping.is_set():
                self._ears[name] = _Ear(connection, self._listen)

    def _listen(self, ear: _Ear) -> None:
        pause = self._first_pause
        while not ear.ended.is_set():
            try:
                with self._hold(ear.connection.name):
                    self._hear(ear)
            except StoreBusy:
                pause = LONGEST_PAUSE_SECONDS / 10  # another process listens
            except NotFound:
                return
            except Exception as error:
                _log.warning("a long connection ended", connection=ear.connection.name, error=failure_of(error))
                if isinstance(error, CoachkitError) and not error.retryable:
                    pause = LONGEST_PAUSE_SECONDS  # it keeps none as it is configured, or its credential is refused
            if ear.heard:
                ear.heard, pause = False, self._first_pause
            if ear.ended.wait(pause):
                return
            pause = min(pause * 2, LONGEST_PAUSE_SECONDS)

    def _hear(self, ear: _Ear) -> None:
        """Listen until the source ends it."""
        connector = self._open(ear.connection.name)
        ear.opened(connector)
        try:
            for event in connector.listen():
                self._keep(ear.connection.name, event, self._clock())
                ear.heard = True
                if ear.ended.is_set():
                    break
        finally:
            connector.close()


class _Ear:
    """The thread of one connection."""

    def __init__(self, connection: Connection, listen: Callable[[_Ear], None]) -> None:
        self.connection = connection
        self.ended = threading.Event()
        self.heard = False
        self._connector: Connector | None = None
        self.thread = threading.Thread(
            target=listen, args=(self,), name=f"coachkit-listen-{connection.name}", daemon=True
        )
        self.thread.start()

    def opened(self, connector: Connector) -> None:
        self._connector = connector
        if self.ended.is_set():
            connector.close()

    def end(self) -> None:
        """Closing the connector ends a ``listen`` that waits for the source."""
        self.ended.set()
        if self._connector is not None:
            self._connector.close()
