"""Who an account is."""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

from coachkit.sdk import Account, Upsert, identity_key
from coachkit_jira.models import User

__all__ = ["ACCOUNTS", "People"]

ACCOUNTS = "accounts"

REMEMBERED = 50_000
"""Accounts and names that are kept in mind; others may be told twice, which writes nothing, or asked for again."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
"""Jira does not tell when an account was made or changed."""

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")


class People:
    """Turns users of Jira into identity keys, and remembers whom nobody has been told of yet.

    :ivar ask: says who has a name that was never met (Data Center, where names change and keys stay).
    """

    def __init__(self, system: str, ask: Callable[[str], User | None] = lambda _: None) -> None:
        self.system = system
        self.ask = ask
        self._new: dict[str, User] = {}
        self._told: OrderedDict[str, None] = OrderedDict()
        self._names: OrderedDict[str, str] = OrderedDict()

    def key(self, user: User | None) -> str | None:
        """The identity key of a user; nobody's where there is none."""
        native = self.native_id(user) if user else None
        if user is None or native is None:
            return None
        self.learn(user)
        known = self._new.get(native)
        better = known is None or (user.email and not known.email)
        if native not in self._told and better and len(self._new) < REMEMBERED:  # others: when they are met again
            self._new[native] = user
        return identity_key(self.system, native)

    def key_of(self, native: str | None) -> str | None:
        """The identity key for an account id (Cloud) or user key (Data Center) that stands alone."""
        return identity_key(self.system, native) if native and native.strip() else None

    def key_of_name(self, name: str) -> str | None:
        """The identity key of whom a text or a role names: by account id on Cloud, by user name on Data Center."""
        name = name.strip()
        if name and name not in self._names:
            user = self.ask(name)
            self._keep(name, (self.native_id(user) if user else None) or name)
        return self.key_of(self._names.get(name))

    @staticmethod
    def native_id(user: User) -> str | None:
        """What stays: the account id on Cloud, the key on Data Center."""
        for value in (user.account_id, user.key, user.name):
            if value and value.strip() and value != "unknown":
                return value.strip()
        return None

    def learn(self, user: User) -> None:
        """Remember whose a name is."""
        native = self.native_id(user)
        if native and user.name and user.account_id is None:
            self._keep(user.name.strip(), native)

    def is_told(self, native: str) -> bool:
        """Whether the account's record has been given out."""
        return native in self._told

    def seen(self) -> Iterator[Upsert]:
        """Accounts met since it was last asked."""
        for native, user in list(self._new.items()):
            yield self.account(native, user)
        self._new.clear()

    def account(self, native: str, user: User) -> Upsert:
        """The record of an account."""
        self.learn(user)
        self._new.pop(native, None)
        self._told[native] = None
        if len(self._told) > REMEMBERED:
            self._told.popitem(last=False)
        email = user.email.strip().lower() if user.email and _EMAIL.fullmatch(user.email.strip()) else None
        others = [user.name.strip()] if user.name and user.name.strip() and user.name.strip() != native else []
        record = Account(
            identity=identity_key(self.system, native),
            name=(user.display_name or "").strip() or None,
            emails=(email,) if email else (),
            same_as=tuple(identity_key(self.system, other) for other in others),
            bot=user.account_type == "app",
        )
        return Upsert(stream=ACCOUNTS, native_id=native, record=record, occurred_at=_EPOCH)

    def _keep(self, name: str, native: str) -> None:
        self._names[name] = native
        self._names.move_to_end(name)
        if len(self._names) > REMEMBERED:
            self._names.popitem(last=False)
