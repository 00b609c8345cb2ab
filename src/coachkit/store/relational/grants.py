"""Recorded permissions, in SQL."""

from __future__ import annotations

import builtins
from datetime import datetime

import sqlalchemy as sa

from coachkit.access.directory import Grant
from coachkit.domain.audience import Audience, AudienceKind
from coachkit.errors import BadInput, NotFound
from coachkit.store.relational import schema as t
from coachkit.store.relational.database import Database

__all__ = ["ROLES", "SqlGrants"]

ROLES = ("hr", "admin")


class SqlGrants:
    """The :class:`~coachkit.access.directory.Grants` over the relational store."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, person: int, role: str, scope_key: str, *, by: str, reason: str, now: datetime) -> Grant:
        _check(role, scope_key, reason)
        c = t.grants.c
        with self._database.write() as connection:
            if connection.scalar(sa.select(t.people.c.id).where(t.people.c.id == person)) is None:
                raise NotFound("there is no such person.")
            existing = connection.execute(
                sa.select(t.grants).where(
                    c.person_id == person, c.role == role, c.scope_key == scope_key, c.revoked_at.is_(None)
                )
            ).one_or_none()
            if existing is not None:
                return _grant(existing)
            row = {"person_id": person, "role": role, "scope_key": scope_key, "granted_by": by}
            connection.execute(sa.insert(t.grants).values(**row, granted_at=now, reason=reason.strip()))
        return Grant(
            person=person, role=role, scope_key=scope_key, granted_by=by, granted_at=now, reason=reason.strip()
        )

    def remove(self, person: int, role: str, scope_key: str, *, by: str, reason: str, now: datetime) -> None:
        if not reason.strip():
            raise BadInput("a grant is removed for a reason.", hint="Say why.")
        c = t.grants.c
        with self._database.write() as connection:
            done = connection.execute(
                sa.update(t.grants)
                .where(c.person_id == person, c.role == role, c.scope_key == scope_key, c.revoked_at.is_(None))
                .values(revoked_at=now, revoked_by=by, revoked_reason=reason.strip())
            )
        if not done.rowcount:
            raise NotFound("no such grant is in force.")

    def list(self, person: int | None = None, *, revoked: bool = False) -> tuple[Grant, ...]:
        c = t.grants.c
        statement = sa.select(t.grants).order_by(c.granted_at, c.person_id, c.role, c.scope_key)
        if person is not None:
            statement = statement.where(c.person_id == person)
        if not revoked:
            statement = statement.where(c.revoked_at.is_(None))
        with self._database.read() as connection:
            rows: builtins.list[Grant] = [_grant(row) for row in connection.execute(statement)]
        return tuple(rows)


def _check(role: str, scope_key: str, reason: str) -> None:
    if role not in ROLES:
        raise BadInput(f"there is no role {role!r}.", hint=f"Roles: {', '.join(ROLES)}.")
    if not reason.strip():
        raise BadInput("a grant needs a reason, which the people it concerns can read.", hint="Say why.")
    if not scope_key:
        return
    try:
        audience = Audience.from_key(scope_key)
    except ValueError as error:
        raise BadInput(
            f"{scope_key!r} is no audience.", hint="Try team:KEY, group:KEY or subject:IDENTITY (subject:hris:1001)."
        ) from error
    if audience.kind is AudienceKind.NOBODY:
        raise BadInput("what is for nobody cannot be opened.")
    if audience.key != scope_key:
        raise BadInput(f"{scope_key!r} is not in its usual form.", hint=f"Write {audience.key!r}.")


def _grant(row: sa.Row[tuple[object, ...]]) -> Grant:
    found = dict(row._mapping)
    return Grant(person=found.pop("person_id"), **found)
