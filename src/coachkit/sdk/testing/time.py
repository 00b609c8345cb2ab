"""A clock on which nobody waits."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from coachkit.sdk.clock import Clock, using_clock

__all__ = ["FakeClock", "fake_clock"]


class FakeClock(Clock):
    """Goes on at once where one would wait, and keeps for how long.

    :ivar waited: seconds of each wait.
    :ivar longest_patience: most seconds really spent on an answer that does not come.
    """

    def __init__(self, *, longest_patience: float = 0.5) -> None:
        self.waited: list[float] = []
        self.longest_patience = longest_patience

    def seconds(self) -> float:
        return time.monotonic() + sum(self.waited)

    def sleep(self, seconds: float) -> None:
        self.waited.append(seconds)

    def patience(self, seconds: float) -> float:
        return min(seconds, self.longest_patience)


@contextmanager
def fake_clock(*, longest_patience: float = 0.5) -> Iterator[FakeClock]:
    """For the block, the SDK's clock is one on which nobody waits; what hosts asked for before is forgotten."""
    clock = FakeClock(longest_patience=longest_patience)
    with using_clock(clock):
        yield clock
