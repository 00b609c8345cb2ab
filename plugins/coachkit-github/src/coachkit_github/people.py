"""Who acts: the identity key of everybody, and the accounts under which they were seen."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import NamedTuple

from coachkit.sdk import Account, Upsert, identity_key
from coachkit_github.models import User, version_of

__all__ = ["ACCOUNTS", "People"]

ACCOUNTS = "accounts"

MOST_REMEMBERED = 20_000
_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
_NO_PERSON = frozenset({"Bot", "Organization"})
_PLATFORM = frozenset({"noreply@github.com"})
"""The committer of changes made on GitHub's own pages; on other hosts it is ``noreply@`` that host."""


class _Seen(NamedTuple):
    version: int
    at: datetime
    account: Account


class People:
    """Turns accounts and signatures into identity keys, and collects the accounts seen until the next checkpoint.

    An account seen under somebody's work has the version 0: a login, and nothing more. Its profile, with the time of
    its last change as version, always goes before it.

    :param system: the first part of every key: ``github``, or the host of a company's own server.
    :param logins: tell of people of whom only a login is known, too. Where profiles are read this would be noise.
    """

    def __init__(self, system: str, *, logins: bool = True) -> None:
        self.system = system
        self._logins = logins
        self._seen: dict[str, _Seen] = {}
        self._told: set[tuple[str, int]] = set()
        self._named: set[int | None] = set()
        self.strangers: dict[int, str] = {}
        """Ids and logins of people of whom nothing but a login was seen yet."""

    def login(self, login: str) -> str:
        """The key of a login, however it is written."""
        return identity_key(self.system, login.strip().lower())

    def key(self, user: User | None) -> str | None:
        """The key of an account; ``None`` for one that is gone."""
        if user is None:
            return None
        key = self.login(user.login)
        native_id = str(user.id) if user.id is not None else f"login:{user.login.lower()}"
        bot = _is_bot(user)
        unnamed = user.id is not None and user.id not in self._named and not bot
        if unnamed and user.id is not None and len(self.strangers) < MOST_REMEMBERED:
            self.strangers.setdefault(user.id, user.login)
        if self._logins or bot:
            self._note(native_id, 0, _BEGINNING, Account(identity=key, bot=bot))
        return key

    def profile(self, user: User, emails: tuple[str, ...] = ()) -> str:
        """The key of an account whose own profile was read.

        :param emails: addresses that the organisation has verified.
        """
        key = self.login(user.login)
        self._named.add(user.id)
        addresses = tuple(dict.fromkeys(email.lower() for email in (*emails, user.email or "") if "@" in email))
        account = Account(identity=key, name=user.name or None, emails=addresses, bot=_is_bot(user))
        at = user.updated_at or _BEGINNING
        self._note(str(user.id), version_of(at) if user.updated_at else 1, at, account)
        return key

    def signature(self, name: str | None, email: str | None, user: User | None, at: datetime) -> str | None:
        """The key of who signed a commit: the account that GitHub found, or else the address.

        Where it found one, the address is another name of that account.
        """
        email = (email or "").strip()
        key = self.key(user)
        if "@" not in email:
            return key
        if self.is_platform(email):
            return key if user is not None and not _is_bot(user) and user.login != "web-flow" else None
        own = identity_key("email", email)
        if own == key:
            return key
        if own.partition(":")[0] != "email":  # a "noreply" address names a login
            return key or own
        same_as = (key,) if key is not None else ()
        account = Account(identity=own, name=(name or "").strip() or None, same_as=same_as)
        self._note(own, version_of(at), at, account)
        return key or own

    def is_platform(self, email: str | None) -> bool:
        """Whether an address is the code host's own."""
        return (email or "").strip().lower() in _PLATFORM | {f"noreply@{self.system}"}

    def seen(self) -> Iterator[Upsert]:
        """The accounts seen since this was last asked, each once."""
        for native_id in sorted(self._seen):
            version, at, account = self._seen[native_id]
            self._told.add((native_id, version))
            yield Upsert(stream=ACCOUNTS, native_id=native_id, record=account, occurred_at=at, version=version)
        self._seen.clear()
        if len(self._told) > MOST_REMEMBERED:
            self._told.clear()

    def _note(self, native_id: str, version: int, at: datetime, account: Account) -> None:
        known = self._seen.get(native_id)
        if (native_id, version) in self._told or (known is not None and known.version >= version):
            return
        self._seen[native_id] = _Seen(version, at, account)


def _is_bot(user: User) -> bool:
    return user.type in _NO_PERSON or user.login.lower().endswith("[bot]")
