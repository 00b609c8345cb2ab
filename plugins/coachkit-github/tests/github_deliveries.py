"""Deliveries as GitHub sends them."""

from __future__ import annotations

import hashlib
import hmac
import itertools
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from github_stand_in import GitHubStandIn

from coachkit.sdk import Delivery

__all__ = ["WEBHOOK_SECRET", "delivery", "payload"]

WEBHOOK_SECRET = "canary-webhook-secret-5a3c"
_numbers = itertools.count(1)


def delivery(name: str, content: Mapping[str, Any], native_id: str | None = None, **headers: str) -> Delivery:
    """A delivery signed as GitHub signs it; in names of headers ``_`` stands for ``-``."""
    body = json.dumps(content).encode()
    signature = hmac.new(WEBHOOK_SECRET.encode(), body, hashlib.sha256).hexdigest()
    named = {
        "X-GitHub-Event": name,
        "X-GitHub-Delivery": native_id or f"72d3162e-{next(_numbers)}",
        "X-Hub-Signature-256": f"sha256={signature}",
        "Content-Type": "application/json",
    }
    named |= {key.replace("_", "-"): value for key, value in headers.items()}
    return Delivery(headers=named, body=body, received_at=datetime.now(UTC))


def payload(github: GitHubStandIn, repo: str, action: str | None, **parts: Any) -> dict[str, Any]:
    """What a delivery about a repository carries, as things are now."""
    state = github.state
    found = state.named(f"acme/{repo}")
    assert found is not None
    whole = {**parts, "repository": found.raw, "organization": {"login": "acme", "id": 1}, "sender": state.stub("ana")}
    if action is not None:
        whole["action"] = action
    copied: dict[str, Any] = json.loads(json.dumps(whole))
    return copied
