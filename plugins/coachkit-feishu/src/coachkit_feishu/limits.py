"""What Feishu's answers mean. It tells errors in the body, under any HTTP status, 200 too."""

from __future__ import annotations

from coachkit.sdk import Answer, PayloadRejected, announced_wait, standard_limits

__all__ = ["GONE", "NO_SCOPE", "REFUSED", "code_of", "feishu_limits", "has_expired"]

_LIMITS = frozenset({99991400, 190004, 190005, 190010, 11232, 230020, 1470450, 1000004, 1000005})
"""Too many requests: of the gateway (also as HTTP 400), of calendars, messages, tasks and OKR."""

_STALE = frozenset({99991661, 99991663, 99991664, 99991665, 99991668, 99991671, 99991677})
"""The token is missing, wrong or has ended."""

GONE = frozenset({1470404, 191000, 191003, 193001, 193003, 1001003, 1001004, 131005, 1770002, 230011, 41012, 43007})
"""What was asked for is not there (any more)."""

NO_SCOPE = frozenset({99991672, 99991679})
"""The app has not been given a scope."""

REFUSED = NO_SCOPE | frozenset(
    {1001002, 1470403, 191002, 191004, 193002, 131006, 1770032, 230002, 230027, 40004, 41050, 1061004, 2091005}
)
"""The app may not read this."""

_WAIT = 60.0


def code_of(answer: Answer) -> int:
    """The code in a body; 0 where there is none."""
    if not answer.body.lstrip().startswith(b"{"):
        return 0
    try:
        said = answer.json()
    except PayloadRejected:
        return 0
    code = said.get("code") if isinstance(said, dict) else None
    return code if isinstance(code, int) and not isinstance(code, bool) else 0


def feishu_limits(answer: Answer) -> float | None:
    """Seconds to wait, if this answer is a limit: 429, or one of the codes under another status."""
    if code_of(answer) in _LIMITS:
        wait = announced_wait(answer)
        return _WAIT if wait is None else wait
    return standard_limits(answer)


def has_expired(answer: Answer) -> bool:
    """Whether the token has to be had anew."""
    return answer.status == 401 or code_of(answer) in _STALE
