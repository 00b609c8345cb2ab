"""Who asks: a token, or an App that trades its key for a token of one installation, good for an hour."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey

from coachkit.sdk import Auth, BearerToken, ConfigError, HttpSource, PayloadRejected, SecretRef, clock, fingerprint_of
from coachkit_github.config import GitHubConfig
from coachkit_github.limits import github_limits

__all__ = ["HEADERS", "AppKey", "InstallationToken", "auth_of"]

HEADERS = {"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"}

_SKEW = timedelta(seconds=60)
_LIFE = timedelta(minutes=9)
"""GitHub takes keys' words for ten minutes, and clocks differ."""
_EARLY = timedelta(minutes=5)
"""A token that ends sooner is not used any more."""


class AppKey:
    """The App itself: signs for a few minutes with its private key. Good for its own affairs only."""

    def __init__(self, app_id: str, private_key: SecretRef) -> None:
        self._app_id = app_id
        self._private_key = private_key
        self.fingerprint = fingerprint_of(f"app {app_id}")

    @property
    def where(self) -> str:
        """The reference, for messages."""
        return self._private_key.reference

    def headers(self) -> Mapping[str, str]:
        """
        :raises ConfigError: if what lies there is no private RSA key.
        """
        now = clock().now()
        claims = {"iss": self._app_id, "iat": int((now - _SKEW).timestamp()), "exp": int((now + _LIFE).timestamp())}
        try:
            signed = jwt.encode({"alg": "RS256", "typ": "JWT"}, claims, RSAKey.import_key(self._private_key.read()))
        except (ValueError, TypeError, JoseError):
            raise ConfigError(
                f"what lies at {self.where} is no private RSA key.",
                subject="github",
                hint="Download one on the App's page (Private keys), and keep the whole file, BEGIN and END lines too.",
            ) from None
        return {"Authorization": f"Bearer {signed}"}

    def refresh(self) -> bool:
        return False

    def __repr__(self) -> str:
        return f"AppKey({self._app_id!r})"


class InstallationToken:
    """The App where it is installed. Gets a token when the last one ends or is refused."""

    def __init__(self, connection: str, config: GitHubConfig, key: AppKey) -> None:
        self._connection = connection
        self._config = config
        self._key = key
        whose = f"app {config.app_id} {config.installation} {config.organisation} {config.repositories[:1]}"
        self.fingerprint = fingerprint_of(whose)
        self._token: str | None = None
        self._ends: datetime | None = None

    @property
    def where(self) -> str:
        """The reference, for messages."""
        return self._key.where

    def headers(self) -> Mapping[str, str]:
        if self._token is None or self._ends is None or clock().now() + _EARLY >= self._ends:
            self._trade()
        return {"Authorization": f"Bearer {self._token}"}

    def refresh(self) -> bool:
        self._trade()
        return True

    def __repr__(self) -> str:
        return f"InstallationToken({self._config.app_id!r})"

    def _trade(self) -> None:
        source = HttpSource(
            self._connection, self._config.base_url, auth=self._key, headers=HEADERS, limits=github_limits
        )
        try:
            installation = self._config.installation or self._find(source)
            got: Any = source.post(f"app/installations/{installation}/access_tokens").json()
        finally:
            source.close()
        token, ends = (got.get("token"), got.get("expires_at")) if isinstance(got, dict) else (None, None)
        if not isinstance(token, str) or not isinstance(ends, str):
            raise PayloadRejected("GitHub gave no token for the installation.", subject=self._connection)
        self._token, self._ends = token, datetime.fromisoformat(ends)

    def _find(self, source: HttpSource) -> int:
        config = self._config
        whose = f"orgs/{config.organisation}" if config.organisation else f"repos/{config.repositories[0]}"
        found: Any = source.get(f"{whose}/installation").json()
        if not isinstance(found, dict) or not isinstance(found.get("id"), int):
            raise PayloadRejected(f"the App is not installed at {whose}.", subject=self._connection)
        return int(found["id"])


def auth_of(connection: str, config: GitHubConfig) -> Auth:
    """Who asks, as the connection says."""
    if config.token is not None:
        return BearerToken(config.token)
    assert config.private_key is not None
    return InstallationToken(connection, config, AppKey(config.app_id, config.private_key))
