"""Identities, audiences and groups: what records refer to, written before them and only where it is missing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import sqlalchemy as sa

from coachkit.domain.audience import Audience, AudienceKind
from coachkit.domain.identity import stable_id, system_of
from coachkit.store.relational import schema as t
from coachkit.store.relational.bulk import insert_rows, upsert_rows
from coachkit.store.relational.idset import among
from coachkit.store.relational.writing_values import identity

__all__ = ["forget_accounts", "scope_id", "write_accounts", "write_groups", "write_identities", "write_scopes"]


def scope_id(audience: Audience) -> int:
    return stable_id("scope", audience.key)


def write_scopes(connection: sa.Connection, audiences: Mapping[int, Audience]) -> None:
    """Insert the audiences (by scope id) that are not there yet, with their members."""
    known = set(connection.scalars(sa.select(t.scopes.c.id).where(among(connection, t.scopes.c.id, audiences))))
    missing = {found: audiences[found] for found in sorted(audiences.keys() - known)}
    rows = [(found, str(audience.kind), audience.key) for found, audience in missing.items()]
    upsert_rows(connection, t.scopes, rows, ())
    members = [
        (found, member, _member_id(audience.kind, member))
        for found, audience in missing.items()
        for member in audience.members
    ]
    upsert_rows(connection, t.scope_members, members, ())


def _member_id(kind: AudienceKind, member: str) -> int:
    if kind in (AudienceKind.PEOPLE, AudienceKind.SUBJECT):
        return identity(member)[0]
    return stable_id(str(kind), member)


def write_identities(connection: sa.Connection, source: str, keys: Mapping[int, str]) -> set[int]:
    """Insert the identities (id → key) that are not there yet; returns their ids."""
    known = set(connection.scalars(sa.select(t.identities.c.id).where(among(connection, t.identities.c.id, keys))))
    missing = sorted(keys.keys() - known)
    rows = [(found, keys[found], system_of(keys[found]), None, False, source, None, None) for found in missing]
    upsert_rows(connection, t.identities, rows, ())
    return set(missing)


def write_accounts(connection: sa.Connection, accounts: Mapping[int, tuple[str | None, bool]]) -> set[int]:
    """Write what sources say of accounts, identity id → (name, is a bot); returns those whose bot mark changed."""
    if not accounts:
        return set()
    c = t.identities.c
    stored = connection.execute(sa.select(c.id, c.name, c.bot).where(among(connection, c.id, accounts))).all()
    changed = [row for row in stored if (row.name, row.bot) != accounts[row.id]]
    if changed:
        connection.execute(
            sa.update(t.identities)
            .where(c.id == sa.bindparam("found"))
            .values(name=sa.bindparam("called"), bot=sa.bindparam("is_bot")),
            [{"found": r.id, "called": accounts[r.id][0], "is_bot": accounts[r.id][1]} for r in changed],
        )
    return {row.id for row in changed if row.bot != accounts[row.id][1]}


def forget_accounts(connection: sa.Connection, identities: Iterable[int]) -> None:
    """Empty the names of accounts that no record describes any more."""
    gone = set(identities)
    if not gone:
        return
    described = sa.exists().where(
        t.records.c.key == t.identities.c.key,
        t.records.c.kind.in_(("account", "person_profile")),
        t.records.c.deleted_at.is_(None),
    )
    connection.execute(
        sa.update(t.identities).where(among(connection, t.identities.c.id, gone), ~described).values(name=None)
    )


def write_groups(connection: sa.Connection, groups: Mapping[str, Sequence[str]]) -> dict[int, str]:
    """Make the members of each group exactly these; returns the identities named, id → key."""
    named: dict[int, str] = {}
    for key, members in groups.items():
        wanted = dict(identity(member) for member in members)
        named |= wanted
        column = t.groups.c.identity_id
        stored = set(connection.scalars(sa.select(column).where(t.groups.c.key == key)))
        if gone := stored - wanted.keys():
            connection.execute(sa.delete(t.groups).where(t.groups.c.key == key, among(connection, column, gone)))
        insert_rows(connection, t.groups, [(key, found) for found in sorted(wanted.keys() - stored)])
    return named
