"""One tree of errors.

::

    CoachkitError
    ├── ConfigError              a setting is missing or wrong
    ├── BadInput                 what a person or a client sent cannot be used
    │   ├── NotFound             no such person, goal, connection, draft …
    │   └── Ambiguous            the name fits several; the candidates are listed
    ├── PluginError
    │   ├── PluginLoadError      the plugin could not be imported or registered
    │   └── ContractViolation    the plugin broke a rule of the SDK
    ├── SourceError              a source system, file or repository
    │   ├── AuthFailed           the credential was refused
    │   ├── SourceUnavailable    it did not answer
    │   ├── RateLimited          it asked us to wait
    │   └── PayloadRejected      one record of it could not be understood
    ├── DraftError
    │   ├── ModelUnavailable     no model answered
    │   ├── UngroundedDraft      nothing of what the model said held
    │   └── BudgetExceeded       time, tokens or money ran out
    ├── StoreError
    │   └── StoreBusy            another process holds what this one needs
    └── AccessDenied             the viewer may not do this

Every error says what failed, for whom, what to do next, and whether a retry can help. Doors turn it into an exit code,
an HTTP status and a sentence in the user's language; nothing else of ours leaves a door.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

__all__ = [
    "AccessDenied",
    "Ambiguous",
    "AuthFailed",
    "BadInput",
    "BudgetExceeded",
    "CoachkitError",
    "ConfigError",
    "ContractViolation",
    "DraftError",
    "ModelUnavailable",
    "NotFound",
    "PayloadRejected",
    "PluginError",
    "PluginLoadError",
    "RateLimited",
    "SourceError",
    "SourceUnavailable",
    "StoreBusy",
    "StoreError",
    "UngroundedDraft",
]


class CoachkitError(Exception):
    """Base of every error that coachkit raises on purpose.

    :param message: what failed, in one sentence, without text of people or secrets.
    :param subject: for whom or what it failed: a connection, a plugin, a setting. May be empty.
    :param hint: what the reader can do next. May be empty.
    :param chinese: message and hint in Chinese, where people meet the error often; else a door says what its code says.
    """

    code: ClassVar[str] = "error"
    exit_code: ClassVar[int] = 1
    http_status: ClassVar[int] = 500
    retryable: ClassVar[bool] = False

    def __init__(self, message: str, *, subject: str = "", hint: str = "", chinese: tuple[str, str] = ("", "")) -> None:
        super().__init__(message)
        self.message = message
        self.subject = subject
        self.hint = hint
        self.chinese = chinese

    def __str__(self) -> str:
        head = f"{self.subject}: {self.message}" if self.subject else self.message
        return f"{head} {self.hint}".rstrip()


class ConfigError(CoachkitError):
    """A setting is missing or wrong; the message names every place that was looked at."""

    code = "config"
    exit_code = 78
    http_status = 500


class BadInput(CoachkitError):
    """What was sent cannot be used."""

    code = "bad-input"
    exit_code = 2
    http_status = 422


class NotFound(BadInput):
    """There is no such thing, or the viewer may not know of it: the two are not told apart."""

    code = "not-found"
    exit_code = 4
    http_status = 404


class Ambiguous(BadInput):
    """The words fit several things; ``candidates`` lists them."""

    code = "ambiguous"
    exit_code = 2
    http_status = 409

    def __init__(
        self,
        message: str,
        candidates: Sequence[str],
        *,
        subject: str = "",
        hint: str = "",
        chinese: tuple[str, str] = ("", ""),
    ) -> None:
        super().__init__(message, subject=subject, hint=hint, chinese=chinese)
        self.candidates = tuple(candidates)


class PluginError(CoachkitError):
    """Something a plugin did."""

    code = "plugin"
    exit_code = 70


class PluginLoadError(PluginError):
    """The plugin could not be imported or registered; the others go on."""

    code = "plugin-load"


class ContractViolation(PluginError):
    """The plugin broke a rule of the SDK."""

    code = "plugin-contract"


class SourceError(CoachkitError):
    """A source system failed or refused."""

    code = "source"
    exit_code = 69
    http_status = 502


class AuthFailed(SourceError):
    """The source refused the credential."""

    code = "source-auth"
    exit_code = 77


class SourceUnavailable(SourceError):
    """The source did not answer in time."""

    code = "source-unavailable"
    exit_code = 75
    http_status = 503
    retryable = True


class RateLimited(SourceError):
    """The source asked us to wait ``retry_after`` seconds."""

    code = "source-rate-limited"
    exit_code = 75
    http_status = 503
    retryable = True

    def __init__(self, message: str, *, retry_after: float | None = None, subject: str = "", hint: str = "") -> None:
        super().__init__(message, subject=subject, hint=hint)
        self.retry_after = retry_after


class PayloadRejected(SourceError):
    """One record of the source could not be understood; it goes to quarantine and the sync goes on."""

    code = "source-payload"
    exit_code = 65


class DraftError(CoachkitError):
    """A document could not be drafted as asked."""

    code = "draft"


class ModelUnavailable(DraftError):
    """No model answered; the composed document stands in."""

    code = "model-unavailable"
    exit_code = 75
    http_status = 503
    retryable = True


class UngroundedDraft(DraftError):
    """Nothing the model said was supported by its evidence; the composed document stands in."""

    code = "draft-ungrounded"


class BudgetExceeded(DraftError):
    """Time, tokens or money ran out before the draft was complete."""

    code = "draft-budget"


class StoreError(CoachkitError):
    """The store failed."""

    code = "store"
    exit_code = 74


class StoreBusy(StoreError):
    """Another process holds what this one needs; the message names it."""

    code = "store-busy"
    exit_code = 75
    http_status = 503
    retryable = True


class AccessDenied(CoachkitError):
    """The viewer may not do this."""

    code = "access-denied"
    exit_code = 77
    http_status = 403
