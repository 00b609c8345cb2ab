"""Identities, audiences and groups: what records refer to, written before them and only where it is missing."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

import sqlalchemy as sa

from coachkit.domain.audience import Audience, AudienceKind
from coachkit.domain.identity import stable_id, system_of
from coachkit.store.relational import schema as t
from coachkit.store.relational.bulk import insert_rows, upsert_rows
from coachkit.store.relational.idset import among
from coachkit.store.relational.writing_values import identity

__all__ = ["describe_identities", "identities_of", "scope_id", "write_groups", "write_identities", "write_scopes"]


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


def identities_of(connection: sa.Connection, record_ids: Collection[int]) -> tuple[set[int], set[int]]:
    """The identities that these records link with each other, and those that they describe."""
    a = t.identity_aliases.c
    linked = connection.execute(sa.select(a.identity_id, a.alias_id).where(among(connection, a.record_id, record_ids)))
    described = (
        connection.scalars(sa.select(table.c.identity_id).where(among(connection, table.c.record_id, record_ids)))
        for table in (t.accounts, t.profiles)
    )
    return {found for row in linked for found in row}, {found for ids in described for found in ids}


def describe_identities(connection: sa.Connection, ids: Iterable[int]) -> set[int]:
    """Bring name and bot mark of identities to what the newest record says that describes each.

    Returns those whose bot mark changed. Where no record describes one any more, its name goes.
    """
    wanted: dict[int, tuple[str | None, bool]] = dict.fromkeys(ids, (None, False))
    if not wanted:
        return set()
    a, p, r, i = t.accounts.c, t.profiles.c, t.records.c, t.identities.c
    for columns, table in (
        ((a.identity_id, a.name, a.bot), t.accounts),
        ((p.identity_id, p.profile["name"].as_string(), sa.false()), t.profiles),  # after accounts: they know better
    ):
        rows = connection.execute(
            sa.select(*columns)
            .join(t.records, r.id == table.c.record_id)
            .where(among(connection, table.c.identity_id, wanted))
            .order_by(r.occurred_at, r.id)
        )
        for found, name, bot in rows:
            wanted[found] = name, bool(bot)
    stored = connection.execute(sa.select(i.id, i.key, i.name, i.bot).where(among(connection, i.id, wanted))).all()
    changed = {}
    for row in stored:
        name, bot = wanted[row.id]
        if (name, bot or row.key.endswith("[bot]")) != (row.name, row.bot):
            changed[row.id] = {"found": row.id, "called": name, "is_bot": bot or row.key.endswith("[bot]")}
    if changed:
        connection.execute(
            sa.update(t.identities)
            .where(i.id == sa.bindparam("found"))
            .values(name=sa.bindparam("called"), bot=sa.bindparam("is_bot")),
            list(changed.values()),
        )
    return {row.id for row in stored if row.id in changed and changed[row.id]["is_bot"] != row.bot}


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
