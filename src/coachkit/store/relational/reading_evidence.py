"""Reading records as evidence: what a document cites and a reader opens."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from typing import Any

import sqlalchemy as sa

from coachkit.domain.audience import Sensitivity
from coachkit.domain.evidence import Actor, Evidence
from coachkit.domain.identity import content_hash, public_id
from coachkit.store.relational.reading_base import Scope
from coachkit.store.relational.schema import (
    action_items,
    check_ins,
    feedback,
    goals,
    identities,
    interactions,
    people,
    records,
    work_items,
)

__all__ = ["digest_accounts", "read_evidence"]

_FACTS = {
    work_items: ("container", "team", "state", "state_category", "created_at", "closed_at", "due_on", "size"),
    goals: ("level", "commitment", "team", "starts_on", "due_on", "state", "state_category"),
    feedback: ("kind", "relation", "author_name", "item"),
    check_ins: ("scheduled_at", "state", "every_days"),
    action_items: ("created_at", "due_on", "done_at"),
}
"""Typed columns that stand with a piece of evidence, by the table of its noun."""

_ROLES = {
    feedback: {"subject": "subject_id", "author": "author_id"},
    check_ins: {"manager": "manager_id", "report": "report_id"},
    action_items: {"owner": "owner_id"},
}


def read_evidence(scope: Scope, ids: Collection[int]) -> list[Evidence]:
    """These records as evidence, without those that are gone or outside the scopes; in the order of ``ids``."""
    rows = {row.id: row for row in scope.rows(sa.select(records).where(scope.within(records.c.id, ids), scope.live()))}
    if not rows:
        return []
    facts = _facts(scope, rows)
    roles = _roles(scope, rows)
    named = _named(scope, {identity for found in roles.values() for _, identity in found})
    return [
        _evidence(rows[number], facts.get(number, {}), roles.get(number, []), named) for number in ids if number in rows
    ]


def digest_accounts(scope: Scope, persons: Collection[int], ids: Collection[int]) -> str:
    """The same as long as these people have the same accounts, and the same people act in these records."""
    live = [row.id for row in scope.rows(sa.select(records.c.id).where(scope.within(records.c.id, ids), scope.live()))]
    acting = {identity for found in _roles(scope, live).values() for _, identity in found}
    theirs = sa.or_(scope.within(identities.c.person_id, persons), scope.within(identities.c.id, acting))
    rows = scope.rows(sa.select(identities.c.id, identities.c.person_id).where(theirs).order_by(identities.c.id))
    return content_hash(*(f"{row.id} {row.person_id}" for row in rows))


def _evidence(
    row: Any, facts: dict[str, object], roles: list[tuple[str, int]], named: dict[int, tuple[str, int | None, str]]
) -> Evidence:
    actors = []
    for role, identity in dict.fromkeys(roles):
        key, person, name = named.get(identity, ("", None, ""))
        actors.append(Actor(role=role, identity=key, person=public_id(person) if person else None, name=name or None))
    return Evidence(
        id=public_id(row.id),
        kind=row.kind,
        key=row.key,
        title=row.title,
        text=row.text,
        source=row.source,
        connection=row.connection,
        stream=row.stream,
        occurred_at=row.occurred_at,
        version=str(row.version) if row.version is not None else "",
        content_hash=row.content_hash,
        scope=row.scope_id,
        url=row.url,
        sensitivity=Sensitivity(row.sensitivity),
        actors=tuple(actors),
        fields=facts,
    )


def _facts(scope: Scope, ids: Collection[int]) -> dict[int, dict[str, object]]:
    found: dict[int, dict[str, object]] = {}
    for table, names in _FACTS.items():
        columns = [table.c[name] for name in names]
        for row in scope.rows(sa.select(table.c.record_id, *columns).where(scope.within(table.c.record_id, ids))):
            values = row._mapping
            found[row.record_id] = {name: values[name] for name in names if values[name] is not None}
    return found


def _roles(scope: Scope, ids: Collection[int]) -> dict[int, list[tuple[str, int]]]:
    found: dict[int, list[tuple[str, int]]] = defaultdict(list)
    for row in scope.rows(
        sa.select(interactions.c.record_id, interactions.c.kind, interactions.c.actor_id, interactions.c.target_id)
        .where(scope.within(interactions.c.record_id, ids))
        .order_by(interactions.c.record_id, interactions.c.ordinal)
    ):
        found[row.record_id].append((row.kind, row.actor_id))
        if row.target_id is not None:
            found[row.record_id].append(("target", row.target_id))
    for table, columns in _ROLES.items():
        for row in scope.rows(sa.select(table).where(scope.within(table.c.record_id, ids))):
            values = row._mapping
            found[row.record_id] += [(role, values[name]) for role, name in columns.items() if values[name] is not None]
    return found


def _named(scope: Scope, ids: Collection[int]) -> dict[int, tuple[str, int | None, str]]:
    rows = scope.rows(
        sa.select(
            identities.c.id, identities.c.key, identities.c.person_id, identities.c.name, people.c.name.label("person")
        )
        .outerjoin(people, people.c.id == identities.c.person_id)
        .where(scope.within(identities.c.id, ids))
    )
    return {row.id: (row.key, row.person_id, row.person or row.name or row.key.partition(":")[2]) for row in rows}
