"""The app itself: trades its secret for a token of the organisation that is good for two hours."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from coachkit.sdk import (
    AuthFailed,
    HttpSource,
    NoAuth,
    NotAllowed,
    PayloadRejected,
    Refused,
    SecretRef,
    clock,
    fingerprint_of,
)
from coachkit_feishu.limits import code_of, feishu_limits

__all__ = ["TRADE", "TenantToken"]

TRADE = "open-apis/auth/v3/tenant_access_token/internal"

_EARLY = timedelta(minutes=5)
"""A token that ends sooner is not used any more. Feishu gives a new one once less than half an hour remains."""


class TenantToken:
    """Gets a token when the last one ends or is refused."""

    def __init__(self, connection: str, host: str, app_id: str, app_secret: SecretRef) -> None:
        self._connection = connection
        self._host = host
        self._app_id = app_id
        self._secret = app_secret
        self.fingerprint = fingerprint_of(f"feishu app {app_id}")
        self._token: str | None = None
        self._ends: datetime | None = None

    @property
    def where(self) -> str:
        """The reference, for messages."""
        return self._secret.reference

    def headers(self) -> Mapping[str, str]:
        if self._token is None or self._ends is None or clock().now() + _EARLY >= self._ends:
            self._trade()
        return {"Authorization": f"Bearer {self._token}"}

    def refresh(self) -> bool:
        self._trade()
        return True

    def __repr__(self) -> str:
        return f"TenantToken({self._app_id!r})"

    def _trade(self) -> None:
        source = HttpSource(self._connection, self._host, auth=NoAuth(), limits=feishu_limits)
        try:
            answer = source.post(TRADE, {"app_id": self._app_id, "app_secret": self._secret.read()})
            got: Any = answer.json()
        except (Refused, NotAllowed) as error:
            raise self._refused(code_of(error.answer)) from None
        finally:
            source.close()
        code = code_of(answer)
        if code:
            raise self._refused(code)
        token, life = (got.get("tenant_access_token"), got.get("expire")) if isinstance(got, dict) else (None, None)
        if not isinstance(token, str) or not token or isinstance(life, bool) or not isinstance(life, int):
            raise PayloadRejected("Feishu gave no token for the app.", subject=self._connection)
        self._token, self._ends = token, clock().now() + max(_EARLY * 2, timedelta(seconds=life))

    def _refused(self, code: int) -> AuthFailed:
        return AuthFailed(
            f"the app {self._app_id} was refused (code {code or 'none'}).",
            subject=self._connection,
            hint=f"Are app_id and the App Secret at {self.where} of one app, of the right domain, and is it released?",
        )
