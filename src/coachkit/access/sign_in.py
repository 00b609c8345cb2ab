"""How people sign in: one-time links, sessions in a browser, tokens for programs, and OpenID Connect by setting.

Every secret is 256 random bits behind a prefix that says what it is for; the store keeps only its SHA-256, so a copy
of the database opens nothing, and a look-up by hash tells nothing about a secret by the time it takes. The hash that
was found is compared once more in constant time.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from coachkit.access.oidc import OidcIdentity
from coachkit.errors import AccessDenied, BadInput, NotFound

__all__ = ["LINK", "SESSION", "TOKEN", "Secret", "Session", "SignIn", "SignInStore", "TokenEntry", "hashed"]

LINK = "link"
TOKEN = "token"  # noqa: S105 - the kind of a secret, not one
SESSION = "session"

LINK_LIVES = timedelta(hours=24)
SESSION_LIVES = timedelta(days=7)
TOKEN_LIVES = timedelta(days=90)


@dataclass(frozen=True, slots=True, kw_only=True)
class Secret:
    """A stored secret: its hash, whose it is, and until when it opens something."""

    hash: str
    kind: str
    person: int
    created_at: datetime
    expires_at: datetime
    label: str = ""
    used_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A fresh session: the token goes into the browser's cookie and is known nowhere else."""

    token: str
    person: int
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenEntry:
    """An API token as its owner sees it; ``id`` names it for revoking and opens nothing."""

    id: str
    label: str
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None


class SignInStore(Protocol):
    """Keeps hashes. ``person_here`` and the look-ups by identity know the people."""

    def add(self, secret: Secret) -> None: ...

    def find(self, kind: str, digest: str, now: datetime) -> Secret | None:
        """A secret that has not expired and whose person works here today."""

    def use_up(self, digest: str, now: datetime) -> Secret | None:
        """Take a link exactly once, however many ask at the same moment: the first gets it, the others ``None``."""

    def note_use(self, digest: str, now: datetime) -> None: ...

    def remove(self, kind: str, digest: str) -> bool: ...

    def remove_all(self, kinds: tuple[str, ...], person: int) -> int: ...

    def tokens_of(self, person: int) -> tuple[Secret, ...]: ...

    def remove_expired(self, now: datetime) -> int: ...

    def person_here(self, person: int, now: datetime) -> bool: ...

    def owner_vouched_for(self, identity_key: str, now: datetime) -> int | None:
        """Whose an identity is by HR's word or a human's, if they work here. What only an account says is not enough:
        a line in a repository's mailmap must not let anybody sign in as somebody else.
        """


class SignIn:
    """The service behind the sign-in page, the cookie and the ``Authorization`` header."""

    def __init__(self, store: SignInStore, *, random: Callable[[], str] = lambda: secrets.token_urlsafe(32)) -> None:
        self._store = store
        self._random = random

    def make_link(self, person: int, now: datetime, *, lives: timedelta = LINK_LIVES) -> str:
        """The secret of a link that signs the person in once.

        :raises NotFound: if nobody of that id works here.
        """
        return self._make(LINK, person, now, lives)[0]

    def redeem_link(self, token: str, now: datetime) -> Session:
        """Use a link up and begin a session.

        :raises AccessDenied: if it was used, has expired, or never was one; the three are not told apart.
        """
        secret = self._store.use_up(hashed(token), now) if _is(token, LINK) else None
        if secret is None or not _same(secret.hash, token):
            raise AccessDenied(
                "this sign-in link does not open anything any more.",
                hint="A link works once and for a limited time: ask for a new one (coachkit sign-in-link).",
            )
        return self.begin_session(secret.person, now)

    def begin_session(self, person: int, now: datetime, *, lives: timedelta = SESSION_LIVES) -> Session:
        """A session for somebody who has just proved who they are.

        :raises NotFound: if nobody of that id works here.
        """
        token, secret = self._make(SESSION, person, now, lives)
        return Session(token=token, person=person, expires_at=secret.expires_at)

    def session_person(self, token: str, now: datetime) -> int | None:
        """Whose session this is; ``None`` if it has ended, expired, or its person has left."""
        found = self._find(SESSION, token, now)
        return found.person if found else None

    def end_session(self, token: str) -> None:
        """Sign out; the token opens nothing from now on."""
        self._store.remove(SESSION, hashed(token))

    def end_everything(self, person: int) -> int:
        """Revoke all sessions, links and tokens of a person; returns how many there were."""
        return self._store.remove_all((SESSION, LINK, TOKEN), person)

    def make_token(self, person: int, label: str, now: datetime, *, lives: timedelta = TOKEN_LIVES) -> str:
        """A token for programs, which act as this person. Shown once.

        :param label: what it is for, so that its owner can tell it from others.
        """
        if not label.strip():
            raise BadInput("a token needs a label.", hint="Say what it is for.")
        return self._make(TOKEN, person, now, lives, label.strip())[0]

    def token_person(self, token: str, now: datetime) -> int | None:
        """Whose token this is; ``None`` if it was revoked, has expired, or its person has left."""
        found = self._find(TOKEN, token, now)
        if found is None:
            return None
        if found.used_at is None or now - found.used_at > timedelta(minutes=1):
            self._store.note_use(found.hash, now)
        return found.person

    def tokens_of(self, person: int) -> tuple[TokenEntry, ...]:
        return tuple(
            TokenEntry(
                id=secret.hash[:12],
                label=secret.label,
                created_at=secret.created_at,
                expires_at=secret.expires_at,
                last_used_at=secret.used_at,
            )
            for secret in self._store.tokens_of(person)
        )

    def revoke_token(self, person: int, token_id: str) -> None:
        """:raises NotFound: if the person has no such token."""
        for secret in self._store.tokens_of(person):
            if hmac.compare_digest(secret.hash[:12].encode(), token_id.encode()):
                self._store.remove(TOKEN, secret.hash)
                return
        raise NotFound("there is no such token.")

    def with_oidc(self, identity: OidcIdentity, now: datetime) -> Session:
        """Begin a session for somebody whom the identity provider vouches for.

        They are known by the provider's own subject, if HR or a human said whose it is, else by an e-mail address that
        the provider says is verified and that HR or a human says is theirs.

        :raises AccessDenied: if nobody who works here is known by either.
        """
        person = self._store.owner_vouched_for(identity.key, now)
        if person is None and identity.email and identity.email_verified:
            person = self._store.owner_vouched_for(f"email:{identity.email.strip().lower()}", now)
        if person is None:
            raise AccessDenied(
                "you are signed in at your identity provider, but nobody here is known by that account.",
                hint="The e-mail address there must be verified and be the one in the HR system.",
            )
        return self.begin_session(person, now)

    def sweep(self, now: datetime) -> int:
        """Remove what has expired; returns how many."""
        return self._store.remove_expired(now)

    def _make(self, kind: str, person: int, now: datetime, lives: timedelta, label: str = "") -> tuple[str, Secret]:
        if not self._store.person_here(person, now):
            raise NotFound("nobody of that id works here.")
        token = f"ck-{kind}-{self._random()}"
        secret = Secret(
            hash=hashed(token), kind=kind, person=person, label=label, created_at=now, expires_at=now + lives
        )
        self._store.add(secret)
        return token, secret

    def _find(self, kind: str, token: str, now: datetime) -> Secret | None:
        found = self._store.find(kind, hashed(token), now) if _is(token, kind) else None
        return found if found and _same(found.hash, token) else None


def hashed(token: str) -> str:
    """What is stored of a token. One round is enough for 256 random bits: there is nothing to guess."""
    return hashlib.sha256(token.encode()).hexdigest()


def _same(stored: str, token: str) -> bool:
    return hmac.compare_digest(stored, hashed(token))


def _is(token: str, kind: str) -> bool:
    return token.startswith(f"ck-{kind}-")
