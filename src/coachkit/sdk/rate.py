"""How fast a host may be asked: what it says in its answers, and a budget that all connections of the process share."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from coachkit.sdk.clock import Clock, clock

if TYPE_CHECKING:
    from coachkit.sdk.answers import Answer

__all__ = ["Budget", "LimitRule", "announced_wait", "budget_of", "requests_made", "standard_limits"]

LimitRule = Callable[["Answer"], float | None]
"""Seconds to wait, if this answer says that we ask too much; ``None``, if it says something else.

It sees every answer, and must not fail at any.
"""

UNSAID_WAIT = 60.0
"""A source that limits us without saying for how long is left alone for a minute."""

_EPOCH_FROM = 1_000_000_000
"""A reset above this is a moment, below it a number of seconds."""


def standard_limits(answer: Answer) -> float | None:
    """429 always; 403 and 503 where they say how long to wait, or that nothing remains."""
    if answer.status == 429:
        wait = announced_wait(answer)
        return UNSAID_WAIT if wait is None else wait
    if answer.status in (403, 503):
        return announced_wait(answer)
    return None


def announced_wait(answer: Answer) -> float | None:
    """What the headers say, in the order in which sources document them: ``Retry-After``; else, where nothing remains,
    the moment of reset (``X-RateLimit-…``, ``RateLimit-…``, and Feishu's ``x-ogw-ratelimit-reset``)."""
    said = _retry_after(answer)
    if said is not None:
        return said
    if answer.status >= 400 and "x-ogw-ratelimit-reset" in answer.headers:
        return _until(answer, answer.headers["x-ogw-ratelimit-reset"])
    for prefix in ("x-ratelimit", "ratelimit"):
        if answer.headers.get(f"{prefix}-remaining", "").strip() == "0":
            return _until(answer, answer.headers.get(f"{prefix}-reset", ""))
    return None


def _retry_after(answer: Answer) -> float | None:
    text = answer.headers.get("retry-after", "").strip()
    if text.isascii() and text.isdecimal():
        return float(text)
    try:
        return max(0.0, (parsedate_to_datetime(text) - answer.at).total_seconds())
    except (ValueError, TypeError):
        return None


def _until(answer: Answer, text: str) -> float | None:
    """Seconds until a moment, told as an epoch, as ISO 8601 or as the seconds themselves; by the source's clock."""
    text = text.strip()
    try:
        if text.isascii() and text.replace(".", "", 1).isdecimal():
            number = float(text)
            return max(0.0, number - answer.at.timestamp()) if number > _EPOCH_FROM else number
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return max(0.0, ((moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - answer.at).total_seconds())


class Budget:
    """What may be asked of one host: a bucket of tokens, and pauses that the host asked for, by credential.

    Moments are seconds of a clock that is given with each call. May be used by several threads.

    :ivar taken: how many requests were taken so far.
    """

    def __init__(self) -> None:
        self.taken = 0
        self._lock = threading.Lock()
        self._rate: float | None = None
        self._burst = 1.0
        self._tokens = 1.0
        self._filled_at: float | None = None
        self._paused: dict[str, float] = {}

    def limit(self, rate: float, burst: float = 1.0) -> None:
        """At most ``rate`` requests a second, and ``burst`` at once. Of several limits the lowest holds.

        :raises ValueError: if no request would ever be allowed.
        """
        if not rate > 0 or not burst >= 1:
            raise ValueError("a budget allows some requests: rate > 0 and burst >= 1")
        with self._lock:
            if self._rate is None:
                self._rate, self._burst, self._tokens = rate, burst, burst
            else:
                self._rate, self._burst = min(self._rate, rate), min(self._burst, burst)
                self._tokens = min(self._tokens, self._burst)

    def take(self, now: float, credential: str = "") -> float:
        """Take one request; returns how many seconds to wait before sending it."""
        with self._lock:
            self.taken += 1
            pause = max(0.0, self._paused.get(credential, now) - now)
            if self._rate is None:
                return pause
            last = now if self._filled_at is None else self._filled_at
            self._tokens = min(self._burst, self._tokens + max(0.0, now - last) * self._rate)
            self._filled_at = max(now, last)
            self._tokens -= 1.0
            return max(pause, -self._tokens / self._rate)

    def pause(self, now: float, seconds: float, credential: str = "") -> None:
        """The host said to wait: nothing is sent with this credential before."""
        with self._lock:
            self._paused[credential] = max(self._paused.get(credential, 0.0), now + seconds)

    def paused(self, now: float, credential: str = "") -> float:
        """For how many seconds nothing is sent with this credential."""
        with self._lock:
            return max(0.0, self._paused.get(credential, now) - now)


_budgets: WeakKeyDictionary[Clock, dict[str, Budget]] = WeakKeyDictionary()
_budgets_lock = threading.Lock()


def budget_of(origin: str) -> Budget:
    """The budget of a host in this process; pauses are told in the seconds of the clock in use."""
    with _budgets_lock:
        return _budgets.setdefault(clock(), {}).setdefault(origin, Budget())


def requests_made() -> int:
    """How many requests this process has made while the clock in use was in use."""
    with _budgets_lock:
        return sum(budget.taken for budget in _budgets.get(clock(), {}).values())
