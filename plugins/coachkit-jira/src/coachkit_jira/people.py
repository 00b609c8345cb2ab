"""Who an account is."""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Iterator
from datetime import UTC, datetime

from coachkit.sdk import Account, Upsert, identity_key
from coachkit_jira.models import User

__all__ = ["ACCOUNTS", "People"]

ACCOUNTS = "accounts"

REMEMBERED = 50_000
"""Accounts already told in this sync; others may be told twice, which writes nothing."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")


class People:
    """Turns users of Jira into identity keys, and remembers whom nobody has been told of yet."""

    def __init__(self, system: str) -> None:
        self.system = system
        self._new: dict[str, User] = {}
        self._told: OrderedDict[str, None] = OrderedDict()

    def key(self, user: User | None) -> str | None:
        """The identity key of a user; nobody's where there is none."""
        native = self.native_id(user) if user else None
        if user is None or native is None:
            return None
        if native not in self._told:
            self._new[native] = user
        return identity_key(self.system, native)

    def key_of(self, native: str | None) -> str | None:
        """The identity key for an account id (Cloud) or user key (Data Center) that stands alone."""
        return identity_key(self.system, native) if native and native.strip() else None

    @staticmethod
    def native_id(user: User) -> str | None:
        """What stays: the account id on Cloud, the key on Data Center."""
        for value in (user.account_id, user.key, user.name):
            if value and value.strip() and value != "unknown":
                return value.strip()
        return None

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
