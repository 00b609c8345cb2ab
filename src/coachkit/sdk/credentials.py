"""How a request says who asks. The secret is read when it is used, and is part of no repr."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from typing import Protocol

from coachkit.sdk.secrets import SecretRef

__all__ = ["Auth", "BasicAuth", "BearerToken", "NoAuth", "fingerprint_of"]


class Auth(Protocol):
    """Who asks. A connector brings its own where a source wants more than a token: an app that trades a key for one."""

    @property
    def fingerprint(self) -> str:
        """The same for the same rights, and for no others; from it nobody learns the secret."""
        ...

    def headers(self) -> Mapping[str, str]:
        """The headers of one request."""
        ...

    def refresh(self) -> bool:
        """The source refused the credential. Get another and return true; false, if there is no other."""
        ...


_known: dict[bytes, str] = {}
"""Digest → fingerprint, of the last few; never the secret."""


def fingerprint_of(secret: str) -> str:
    """Stands for a secret in a cursor. Slow to compute the first time, so that a weak one is not guessed from it."""
    digest = hashlib.sha256(secret.encode()).digest()
    if digest not in _known:
        if len(_known) >= 100:
            _known.clear()
        _known[digest] = hashlib.pbkdf2_hmac("sha256", secret.encode(), b"coachkit fingerprint", 100_000).hex()[:32]
    return _known[digest]


class _Referenced:
    """A secret by reference. One that was replaced where it lies is taken up."""

    def __init__(self, secret: SecretRef) -> None:
        self._secret = secret
        self._used = b""
        self._known: tuple[bytes, str] | None = None

    @property
    def where(self) -> str:
        """The reference, for messages."""
        return self._secret.reference

    @property
    def fingerprint(self) -> str:
        if self._known is None or self._known[0] != self._used:
            secret = self._read()
            self._known = (self._used, fingerprint_of(self._identity(secret)))
        return self._known[1]

    def refresh(self) -> bool:
        return self._used != hashlib.sha256(self._secret.read().encode()).digest()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._secret.reference!r})"

    def _identity(self, secret: str) -> str:
        return secret

    def _read(self) -> str:
        secret = self._secret.read()
        self._used = hashlib.sha256(secret.encode()).digest()
        return secret


class BearerToken(_Referenced):
    """``Authorization: Bearer …``, or another header and another word before the token."""

    def __init__(self, secret: SecretRef, *, header: str = "Authorization", scheme: str = "Bearer") -> None:
        super().__init__(secret)
        self._header = header
        self._scheme = scheme

    def headers(self) -> Mapping[str, str]:
        return {self._header: f"{self._scheme} {self._read()}".strip()}


class BasicAuth(_Referenced):
    """``Authorization: Basic …`` from a user name and a password or token."""

    def __init__(self, user: str, secret: SecretRef) -> None:
        super().__init__(secret)
        self._user = user

    def headers(self) -> Mapping[str, str]:
        pair = base64.b64encode(f"{self._user}:{self._read()}".encode()).decode("ascii")
        return {"Authorization": f"Basic {pair}"}

    def _identity(self, secret: str) -> str:
        return f"{self._user}:{secret}"


class NoAuth:
    """Nobody in particular: a source that anybody may read."""

    fingerprint = "anybody"

    def headers(self) -> Mapping[str, str]:
        return {}

    def refresh(self) -> bool:
        return False
