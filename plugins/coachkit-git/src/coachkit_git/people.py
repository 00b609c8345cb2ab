"""Who acts in a history: the canonical identity of everybody, and the accounts under which they were seen."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from typing import NamedTuple

from coachkit.sdk import Account, Upsert, identity_key
from coachkit_git.mailmap import Mailmap

__all__ = ["ACCOUNTS", "People", "Somebody"]

ACCOUNTS = "accounts"

_MOST_REMEMBERED = 50_000
_ACTED = 1 << 40
_PLATFORM = frozenset(["noreply@github.com", "noreply@gitlab.com"])
"""Committers of changes made on a code host's pages."""
_BOT = re.compile(r"\[bot\](@|$)", re.IGNORECASE)


class Somebody(NamedTuple):
    """A name and address as git shows them, and what they mean here."""

    key: str | None
    bot: bool


class _Seen(NamedTuple):
    version: int
    at: int
    account: Account


class People:
    """Turns names and addresses into identity keys, and collects the accounts seen until the next checkpoint.

    An account's version is the time of its newest commit, so that whatever part of a history is read in whatever order,
    the newest name stays. A name under which somebody acted goes before one that others wrote of them in a trailer.

    :param bots: patterns such as ``*-robot`` on name or address, without case.
    """

    def __init__(self, mailmap: Mailmap, bots: Sequence[str]) -> None:
        self._mailmap = mailmap
        self._bots = [pattern.lower() for pattern in bots]
        self._known: dict[tuple[str, str], tuple[Somebody, tuple[Account, ...]]] = {}
        self._seen: dict[str, _Seen] = {}

    def who(self, name: str, email: str, at: int | None = None, *, acted: bool = True) -> Somebody:
        """Whose ``name <email>`` is; with ``at`` (seconds since 1970), they acted then, or were named to have."""
        known = self._known.get((name, email))
        if known is None:
            if len(self._known) >= _MOST_REMEMBERED:
                self._known.clear()
            known = self._known[name, email] = self._look(name, email)
        if at is not None:
            version = at + _ACTED if acted else at
            for account in known[1]:
                seen = self._seen.get(account.identity)
                if seen is None or (version, account.name or "") > (seen.version, seen.account.name or ""):
                    self._seen[account.identity] = _Seen(version, at, account)
        return known[0]

    def seen(self) -> Iterator[Upsert]:
        """The accounts seen since this was last asked."""
        for key in sorted(self._seen):
            version, at, account = self._seen[key]
            when = datetime.fromtimestamp(at, UTC)
            yield Upsert(stream=ACCOUNTS, native_id=key, record=account, occurred_at=when, version=version)
        self._seen.clear()

    def _look(self, raw_name: str, raw_email: str) -> tuple[Somebody, tuple[Account, ...]]:
        name, email = self._mailmap.canonical(raw_name.strip(), raw_email.strip())
        key = _key(name, email)
        if key is None:
            return Somebody(None, False), ()
        bot = self._is_bot(name, email) or self._is_bot(raw_name, raw_email)
        accounts = [Account(identity=key, name=name, bot=bot)] if name else []
        raw_key = _key(raw_name.strip(), raw_email.strip())
        if raw_key is not None and raw_key != key and not self._mailmap.is_shared(raw_email.strip()):
            accounts.append(Account(identity=raw_key, name=raw_name.strip() or None, same_as=(key,), bot=bot))
        return Somebody(key, bot), tuple(accounts)

    def _is_bot(self, name: str, email: str) -> bool:
        name, email = name.strip().lower(), email.strip().lower()
        if email in _PLATFORM or _BOT.search(name) or _BOT.search(email):
            return True
        return any(fnmatchcase(name, pattern) or fnmatchcase(email, pattern) for pattern in self._bots)


def _key(name: str, email: str) -> str | None:
    """By address; without one, by name in git; somebody without either is nobody."""
    if email:
        return identity_key("email", email)
    return identity_key("git", name) if name else None
