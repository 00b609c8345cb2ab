"""Hashes of links, tokens and sessions, in SQL."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from coachkit.access.sign_in import LINK, SESSION, TOKEN, Secret
from coachkit.domain.identity import identity_id
from coachkit.store.relational import schema as t
from coachkit.store.relational.access_rules import here
from coachkit.store.relational.database import Database

__all__ = ["SqlSignInStore"]

VOUCHED = ("profile", "email", "account", "human")
"""Reasons of ``identities.method`` that are HR's word or a human's; ``same_as`` is only an account's."""


class SqlSignInStore:
    """The :class:`~coachkit.access.sign_in.SignInStore` over the relational store."""

    def __init__(self, database: Database, timezone: str) -> None:
        self._database = database
        self._zone = ZoneInfo(timezone)

    def add(self, secret: Secret) -> None:
        row: dict[str, Any] = {
            "token_hash": secret.hash,
            "person_id": secret.person,
            "created_at": secret.created_at,
            "expires_at": secret.expires_at,
        }
        table = _table(secret.kind)
        if table is t.sign_in_links:
            row |= {"kind": secret.kind, "label": secret.label}
        with self._database.write() as connection:
            connection.execute(sa.insert(table).values(row))

    def find(self, kind: str, digest: str, now: datetime) -> Secret | None:
        table = _table(kind)
        statement = (
            sa.select(table)
            .join(t.people, t.people.c.id == table.c.person_id)
            .where(table.c.token_hash == digest, table.c.expires_at > now, self._here(now))
        )
        if table is t.sign_in_links:
            statement = statement.where(table.c.kind == kind)
        with self._database.read() as connection:
            row = connection.execute(statement).one_or_none()
        return None if row is None else _secret(kind, row)

    def use_up(self, digest: str, now: datetime) -> Secret | None:
        c = t.sign_in_links.c
        works_here = sa.select(t.people.c.id).where(t.people.c.id == c.person_id, self._here(now)).exists()
        statement = (
            sa.update(t.sign_in_links)
            .where(c.token_hash == digest, c.kind == LINK, c.used_at.is_(None), c.expires_at > now, works_here)
            .values(used_at=now)
            .returning(*c)
        )
        with self._database.write() as connection:
            row = connection.execute(statement).one_or_none()
        return None if row is None else _secret(LINK, row)

    def note_use(self, digest: str, now: datetime) -> None:
        with self._database.write() as connection:
            connection.execute(
                sa.update(t.sign_in_links)
                .where(t.sign_in_links.c.token_hash == digest, t.sign_in_links.c.kind == TOKEN)
                .values(used_at=now)
            )

    def remove(self, kind: str, digest: str) -> bool:
        table = _table(kind)
        statement = sa.delete(table).where(table.c.token_hash == digest)
        if table is t.sign_in_links:
            statement = statement.where(table.c.kind == kind)
        with self._database.write() as connection:
            return bool(connection.execute(statement).rowcount)

    def remove_all(self, kinds: tuple[str, ...], person: int) -> int:
        removed = 0
        with self._database.write() as connection:
            for kind in kinds:
                table = _table(kind)
                statement = sa.delete(table).where(table.c.person_id == person)
                if table is t.sign_in_links:
                    statement = statement.where(table.c.kind == kind)
                removed += connection.execute(statement).rowcount
        return removed

    def tokens_of(self, person: int) -> tuple[Secret, ...]:
        c = t.sign_in_links.c
        statement = (
            sa.select(t.sign_in_links)
            .where(c.person_id == person, c.kind == TOKEN)
            .order_by(c.created_at, c.token_hash)
        )
        with self._database.read() as connection:
            return tuple(_secret(TOKEN, row) for row in connection.execute(statement))

    def remove_expired(self, now: datetime) -> int:
        with self._database.write() as connection:
            return sum(
                connection.execute(sa.delete(table).where(table.c.expires_at <= now)).rowcount
                for table in (t.sign_in_links, t.sessions)
            )

    def person_here(self, person: int, now: datetime) -> bool:
        statement = sa.select(t.people.c.id).where(t.people.c.id == person, self._here(now))
        with self._database.read() as connection:
            return connection.scalar(statement) is not None

    def owner_vouched_for(self, identity_key: str, now: datetime) -> int | None:
        c = t.identities.c
        statement = (
            sa.select(c.person_id)
            .join(t.people, t.people.c.id == c.person_id)
            .where(c.id == identity_id(identity_key), c.method.in_(VOUCHED), self._here(now))
        )
        with self._database.read() as connection:
            return connection.scalar(statement)

    def _here(self, now: datetime) -> sa.ColumnElement[bool]:
        return here(now.astimezone(self._zone).date())


def _table(kind: str) -> sa.Table:
    return t.sessions if kind == SESSION else t.sign_in_links


def _secret(kind: str, row: sa.Row[Any]) -> Secret:
    return Secret(
        hash=row.token_hash,
        kind=kind,
        person=row.person_id,
        created_at=row.created_at,
        expires_at=row.expires_at,
        label=getattr(row, "label", ""),
        used_at=getattr(row, "used_at", None),
    )
