"""How far a running sync is, told often enough to watch and seldom enough to cost nothing."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from coachkit.ingest.reports import StreamCounts, SyncProgress

__all__ = ["ProgressMeter"]

EVERY_SECONDS = 0.1


@dataclass(slots=True)
class _Stream:
    done: int = 0
    total: int | None = None
    first_done: int = 0
    first_at: float = 0.0
    told_at: float = -1.0
    speaks: bool = False


class ProgressMeter:
    """Collects what connector and store say of each stream, and tells a callback."""

    def __init__(self, connection: str, started_at: datetime, callback: Callable[[SyncProgress], None] | None) -> None:
        self.started_at = started_at
        self._connection = connection
        self._callback = callback
        self._streams: dict[str, _Stream] = {}

    def read(self, stream: str) -> None:
        """One more item came; counts where the connector itself does not."""
        found = self._stream(stream)
        if not found.speaks:
            found.done += 1

    def said(self, stream: str, done: int, total: int | None, counts: StreamCounts) -> None:
        """The connector said how far it is."""
        found = self._stream(stream)
        if not found.speaks:
            found.speaks, found.first_done, found.first_at = True, done, time.monotonic()
        found.done, found.total = done, total
        self._tell(stream, found, counts, EVERY_SECONDS)

    def committed(self, counts: Mapping[str, StreamCounts]) -> None:
        """A part is safe."""
        for stream, found in self._streams.items():
            if stream in counts:
                self._tell(stream, found, counts[stream], 0.0)

    def _stream(self, stream: str) -> _Stream:
        found = self._streams.get(stream)
        if found is None:
            found = self._streams[stream] = _Stream(first_at=time.monotonic())
        return found

    def _tell(self, stream: str, found: _Stream, counts: StreamCounts, least: float) -> None:
        now = time.monotonic()
        if self._callback is None or now - found.told_at < least:
            return
        found.told_at = now
        self._callback(
            SyncProgress(
                connection=self._connection,
                stream=stream,
                done=found.done,
                total=found.total,
                written=counts.written,
                unchanged=counts.unchanged,
                quarantined=counts.quarantined,
                removed=counts.removed,
                started_at=self.started_at,
                seconds_left=_seconds_left(found, now),
            )
        )


def _seconds_left(found: _Stream, now: float) -> float | None:
    """At the pace so far; ``None`` before there is one."""
    advanced, elapsed = found.done - found.first_done, now - found.first_at
    if found.total is None or advanced <= 0 or elapsed <= 0:
        return None
    return max(0.0, (found.total - found.done) * elapsed / advanced)
