"""Reading what each connection gives about one person, and whether it still answers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from coachkit.insight.rows import SourceRow
from coachkit.store.relational.reading_base import Scope
from coachkit.store.relational.schema import connections, identities, interactions, records, sync_runs

__all__ = ["read_sources"]


def read_sources(
    scope: Scope, about: Iterable[tuple[str, datetime]], mates: Collection[int], since: datetime, until: datetime
) -> tuple[SourceRow, ...]:
    """Connections that have something both sides may read about the subject or the people they work with.

    :param about: connection and time of every record that was read about the subject.
    :param mates: people of the subject's team.
    """
    seen: dict[str, list[datetime]] = defaultdict(list)
    for connection, at in about:
        seen[connection].append(at)
    beside = _team(scope, mates, since, until)
    names = seen.keys() | beside.keys()
    if not names:
        return ()
    known = scope.rows(sa.select(connections.c.name, connections.c.connector).where(connections.c.name.in_(names)))
    connectors = {row.name: row.connector for row in known}
    runs = _runs(scope, names, until)
    return tuple(
        SourceRow(
            connection=name,
            connector=connectors.get(name, ""),
            records=len(seen.get(name, ())),
            newest=max(seen.get(name, ()), default=None),
            team_people=len(beside[name].people) if name in beside else 0,
            team_kinds=frozenset(beside[name].kinds) if name in beside else frozenset(),
            **_health(runs.get(name, [])),
        )
        for name in sorted(names)
    )


@dataclass(frozen=True, slots=True)
class _Beside:
    """What a connection knows of the people around the subject."""

    people: set[int] = field(default_factory=set)
    kinds: set[str] = field(default_factory=set)


def _team(scope: Scope, mates: Collection[int], since: datetime, until: datetime) -> dict[str, _Beside]:
    """Connection → which of these people it has records of, and of which kinds."""
    if not mates:
        return {}
    accounts = scope.rows(
        sa.select(identities.c.id, identities.c.person_id).where(scope.within(identities.c.person_id, mates))
    )
    person_of = {row.id: row.person_id for row in accounts}
    rows = scope.rows(
        sa.select(records.c.connection, records.c.kind, interactions.c.actor_id)
        .distinct()
        .join(records, records.c.id == interactions.c.record_id)
        .where(scope.within(interactions.c.actor_id, person_of), interactions.c.at.between(since, until), scope.live())
    )
    found: dict[str, _Beside] = defaultdict(_Beside)
    for row in rows:
        found[row.connection].people.add(person_of[row.actor_id])
        found[row.connection].kinds.add(row.kind)
    return found


def _runs(scope: Scope, names: Collection[str], until: datetime) -> dict[str, list[Any]]:
    rows = scope.rows(
        sa.select(sync_runs.c.connection, sync_runs.c.started_at, sync_runs.c.finished_at, sync_runs.c.state)
        .where(sync_runs.c.connection.in_(names), sync_runs.c.started_at <= until)
        .order_by(sync_runs.c.started_at)
    )
    found: dict[str, list[Any]] = defaultdict(list)
    for row in rows:
        found[row.connection].append(row)
    return found


def _health(runs: list[Any]) -> dict[str, Any]:
    done = [run for run in runs if run.state == "done"]
    read_at = done[-1].finished_at or done[-1].started_at if done else None
    failed = [run.started_at for run in runs if run.state == "failed" and (read_at is None or run.started_at > read_at)]
    return {
        "read_at": read_at,
        "failing_since": failed[0] if failed else None,
        "syncing": bool(runs) and runs[-1].state == "running",
    }
