"""GitHub's limits, in the order in which it documents them."""

from __future__ import annotations

from coachkit.sdk import Answer, announced_wait

__all__ = ["SECONDARY_WAIT", "github_limits"]

SECONDARY_WAIT = 60.0
"""A secondary limit that says nothing: at least a minute; the SDK doubles it from time to time."""

_SECONDARY = ("secondary rate limit", "abuse detection")


def github_limits(answer: Answer) -> float | None:
    """Seconds to wait, if this answer is a limit.

    ``Retry-After`` goes first; then ``X-RateLimit-Reset`` where nothing remains; else a minute. A 403 that says none of
    this is a matter of permission. GraphQL tells its primary limit with a 200.
    """
    if answer.status in (403, 429):
        wait = announced_wait(answer)
        if wait is not None:
            return wait
        return SECONDARY_WAIT if answer.status == 429 or _is_secondary(answer) else None
    if answer.status == 200 and b'"RATE_LIMITED"' in answer.body[:4096]:
        wait = announced_wait(answer)
        return SECONDARY_WAIT if wait is None else wait
    return None


def _is_secondary(answer: Answer) -> bool:
    said = answer.body[:4096].decode("utf-8", "replace").lower()
    return any(words in said for words in _SECONDARY)
