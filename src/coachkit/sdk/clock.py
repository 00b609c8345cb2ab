"""Time as the SDK sees it, so that a test waits an hour in no time."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

__all__ = ["Clock", "clock", "using_clock"]


class Clock:
    """The machine's own time."""

    def now(self) -> datetime:
        """The moment, aware."""
        return datetime.now(UTC)

    def seconds(self) -> float:
        """Seconds since some moment; only differences mean something, and it never goes back."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Wait."""
        time.sleep(seconds)

    def patience(self, seconds: float) -> float:
        """How long to really wait for an answer that may take ``seconds``; a test is less patient."""
        return seconds


class _Current:
    clock = Clock()
    lock = threading.Lock()


def clock() -> Clock:
    """The clock that everything here uses."""
    return _Current.clock


@contextmanager
def using_clock(other: Clock) -> Iterator[None]:
    """For tests: another clock, for the whole process, until the block ends."""
    with _Current.lock:
        before, _Current.clock = _Current.clock, other
    try:
        yield
    finally:
        with _Current.lock:
            _Current.clock = before
