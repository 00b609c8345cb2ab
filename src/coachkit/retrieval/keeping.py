"""A thread that keeps the vector index up with the vector store, in the process that works in the background."""

from __future__ import annotations

import threading

from coachkit.retrieval.indexer import Indexer
from coachkit.telemetry import get_logger

__all__ = ["IndexKeeper"]

_log = get_logger("indexer")

PAUSE = 2.0
"""Seconds between two looks at the count of versions, one row; :meth:`IndexKeeper.wake` looks at once."""

PAUSE_AFTER_TROUBLE = 15.0


class _Stopped(BaseException):
    """Ends what the indexer does; no ``except Exception`` catches it."""


class IndexKeeper:
    """Only the owner of an embedded index can feed it, and vectors may come from any process: so the owner looks.

    When the owner ends, the next process that works in the background becomes it.
    """

    def __init__(self, indexer: Indexer) -> None:
        self._indexer = indexer
        self._stopping = threading.Event()
        self._wake = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        self._stopping.clear()
        self._thread = threading.Thread(target=self._keep, name="coachkit-index", daemon=True)
        self._thread.start()

    def wake(self) -> None:
        """There may be something to do: look now."""
        self._wake.set()

    def stop(self, timeout: float = 20.0) -> bool:
        """End between two batches; ``False`` if it did not in time."""
        self._stopping.set()
        self._wake.set()
        if self._thread is not None:
            self._thread.join(timeout)
            return not self._thread.is_alive()
        return True

    def _check(self) -> None:
        if self._stopping.is_set():
            raise _Stopped

    def _keep(self) -> None:
        try:
            while not self._stopping.is_set():
                self._wake.clear()
                try:
                    well = self._indexer.tend(self._check)
                except Exception as error:  # the thread must outlive what nobody thought of
                    _log.exception("the vector index could not be tended", error=type(error).__name__)
                    well = False
                self._wake.wait(PAUSE if well else PAUSE_AFTER_TROUBLE)
        except _Stopped:
            pass
