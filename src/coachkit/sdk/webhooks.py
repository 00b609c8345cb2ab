"""What comes through the webhook door, and what every connector checks of it.

A webhook is a hint: it says that something changed, and the connector reads it anew where its source allows that.
Nothing of a delivery is believed before its signature is.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

from coachkit.errors import AuthFailed, PayloadRejected
from coachkit.sdk.secrets import SecretRef

__all__ = ["Delivery", "Event", "Reply", "check_age", "check_signature", "check_token", "read_object"]

LONGEST_AGE = timedelta(minutes=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One request to the webhook door, as it came; nothing of it is checked yet.

    :ivar headers: by their names in small letters.
    :ivar query: what stood behind the question mark of the address.
    """

    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    received_at: datetime
    query: Mapping[str, str] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "headers", {name.lower(): value for name, value in self.headers.items()})


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A delivery whose sender is known.

    :ivar id: the same for the same delivery sent again, and for no other: it is handled once.
    :ivar name: what happened, in the source's words: ``pull_request``, ``jira:issue_updated``.
    :ivar sent_at: the source's clock, where it tells.
    """

    id: str
    name: str
    payload: Mapping[str, Any] = field(repr=False)
    sent_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What the source wants to hear at once; there is nothing to handle (a challenge, a ping)."""

    body: bytes = field(default=b"{}", repr=False)
    content_type: str = "application/json"
    status: int = 200


def check_signature(
    delivery: Delivery,
    secret: SecretRef,
    *,
    header: str,
    prefix: str = "sha256=",
    algorithm: Literal["sha256", "sha1"] = "sha256",
) -> None:
    """The HMAC of the body under ``secret`` is what ``header`` says, after ``prefix``; compared in constant time.

    :raises AuthFailed: if it is missing or another.
    """
    given = delivery.headers.get(header.lower(), "")
    wanted = prefix + hmac.new(secret.read().encode(), delivery.body, algorithm).hexdigest()
    if not _same(given, wanted):
        raise AuthFailed(
            f"the signature in {header} is {'wrong' if given else 'missing'}.",
            hint=f"Is the secret set at the source the one at {secret.reference}?",
        )


def check_token(given: str | None, secret: SecretRef, *, what: str = "token") -> None:
    """A secret that a delivery carries in plain is ours; compared in constant time.

    :raises AuthFailed: if it is missing or another.
    """
    if not _same(given or "", secret.read()):
        raise AuthFailed(
            f"the {what} is {'wrong' if given else 'missing'}.",
            hint=f"Is the {what} set at the source the one at {secret.reference}?",
        )


def check_age(sent_at: datetime, received_at: datetime, *, most: timedelta = LONGEST_AGE) -> None:
    """The delivery was sent just now: neither long ago nor in the future.

    :raises AuthFailed: if not; it may be an old one that somebody sends again.
    """
    if abs(received_at - sent_at) > most:
        raise AuthFailed(
            f"the delivery was sent at {sent_at.isoformat()}, more than {most.total_seconds():.0f} seconds off.",
            hint="If it is new, set the clocks of both machines.",
        )


def read_object(body: bytes) -> dict[str, Any]:
    """The JSON object in ``body``.

    :raises PayloadRejected: if there is none.
    """
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise PayloadRejected("the delivery is no JSON object.", hint="Set its content type to JSON at the source.")
    return value


def _same(given: str, wanted: str) -> bool:
    """Equal, told in a time that does not depend on where they differ."""
    return hmac.compare_digest(hashlib.sha256(given.encode()).digest(), hashlib.sha256(wanted.encode()).digest())
