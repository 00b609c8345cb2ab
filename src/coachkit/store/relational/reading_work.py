"""Reading work: who did what, on which items, what waits for what."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from coachkit.insight.rows import Act, ItemRow, RecordRow, ReviewRow, Step, Tie
from coachkit.store.relational.goal_answers import confirmed
from coachkit.store.relational.reading_base import Scope
from coachkit.store.relational.reading_people import Whos
from coachkit.store.relational.schema import (
    goal_answers,
    interactions,
    record_links,
    records,
    state_changes,
    work_items,
)

__all__ = [
    "acts_about",
    "acts_of",
    "ids_by_key",
    "open_items_of",
    "read_items",
    "read_records",
    "read_reviews",
    "read_steps",
    "read_ties",
    "records_tied_to",
]

MOST_ACTS = 20_000
MOST_REVIEWS = 10_000
SPOKEN = ("interaction", "check_in", "feedback", "action_item")
"""Records whose own words a document may quote; the text of others is fetched only when they are cited."""

_ACT = (
    interactions.c.record_id,
    interactions.c.kind,
    interactions.c.actor_id,
    interactions.c.target_id,
    interactions.c.item,
    interactions.c.at,
)


def acts_of(scope: Scope, whos: Whos, own: Collection[int], since: datetime, until: datetime) -> tuple[list[Act], bool]:
    """What somebody did, and what was done to their work, from old to new; and whether there was too much of it."""
    rows: set[tuple[Any, ...]] = set()
    for column in (interactions.c.actor_id, interactions.c.target_id):
        found = scope.rows(
            sa.select(*_ACT)
            .join(records, records.c.id == interactions.c.record_id)
            .where(scope.within(column, own), interactions.c.at.between(since, until), scope.live())
            .order_by(interactions.c.at.desc(), interactions.c.record_id)
            .limit(MOST_ACTS)
        )
        rows |= {tuple(row) for row in found}
    return _acts(whos, rows), len(rows) >= MOST_ACTS


def acts_about(scope: Scope, whos: Whos, ids: Collection[int], keys: Collection[str], until: datetime) -> list[Act]:
    """Everything that was done on these items."""
    rows: set[tuple[Any, ...]] = set()
    for about in (scope.within(interactions.c.record_id, ids), scope.within(interactions.c.item, keys)):
        found = scope.rows(
            sa.select(*_ACT)
            .join(records, records.c.id == interactions.c.record_id)
            .where(about, interactions.c.at <= until, scope.live())
            .limit(MOST_ACTS)
        )
        rows |= {tuple(row) for row in found}
    return _acts(whos, rows)


def _acts(whos: Whos, rows: Iterable[tuple[Any, ...]]) -> list[Act]:
    rows = list(rows)
    whos.learn({row[2] for row in rows} | {row[3] for row in rows if row[3] is not None})
    made = (
        Act(record=record, kind=kind, actor=whos[actor], target=whos.get(target), item=item, at=at)
        for record, kind, actor, target, item, at in rows
    )
    return sorted(made, key=lambda act: (act.at, act.record, act.kind, act.actor))


def read_records(scope: Scope, ids: Collection[int]) -> dict[int, RecordRow]:
    said = sa.case((records.c.kind.in_(SPOKEN), sa.func.substr(records.c.text, 1, 600)), else_="")
    columns = [
        getattr(records.c, name)
        for name in ("id", "kind", "key", "title", "connection", "stream", "native_id", "occurred_at")
    ]
    rows = scope.rows(sa.select(*columns, said.label("said")).where(scope.within(records.c.id, ids), scope.live()))
    return {
        row.id: RecordRow(
            id=row.id,
            kind=row.kind,
            key=row.key,
            title=row.title,
            text=row.said,
            connection=row.connection,
            stream=row.stream,
            native_id=row.native_id,
            occurred_at=row.occurred_at,
        )
        for row in rows
    }


def read_items(scope: Scope, ids: Collection[int]) -> dict[int, ItemRow]:
    rows = scope.rows(
        sa.select(work_items, records.c.key, records.c.title, records.c.kind)
        .join(records, records.c.id == work_items.c.record_id)
        .where(scope.within(work_items.c.record_id, ids), scope.live())
    )
    return {
        row.record_id: ItemRow(
            record=row.record_id,
            key=row.key,
            title=row.title,
            kind=row.kind,
            container=row.container,
            areas=tuple(row.areas or ()),
            team=row.team,
            state=row.state,
            category=row.state_category,
            created_at=row.created_at,
            closed_at=row.closed_at,
            due_on=row.due_on,
        )
        for row in rows
    }


def open_items_of(scope: Scope, own: Collection[int], since: datetime, until: datetime) -> set[int]:
    """Items that are open and that somebody wrote or was assigned, also when nothing happened in the window."""
    found: set[int] = set()
    for column in (interactions.c.actor_id, interactions.c.target_id):
        rows = scope.rows(
            sa.select(interactions.c.record_id)
            .join(work_items, work_items.c.record_id == interactions.c.record_id)
            .join(records, records.c.id == interactions.c.record_id)
            .where(
                scope.within(column, own),
                interactions.c.at.between(since, until),
                interactions.c.kind.in_(("authored", "assigned")),
                work_items.c.state_category.in_(("todo", "doing", "waiting")),
                scope.live(),
            )
            .limit(500)
        )
        found |= {row.record_id for row in rows}
    return found


def ids_by_key(scope: Scope, keys: Collection[str]) -> set[int]:
    """Work items that people call by these keys."""
    if not keys:
        return set()
    rows = scope.rows(
        sa.select(records.c.id)
        .join(work_items, work_items.c.record_id == records.c.id)
        .where(scope.within(records.c.key, keys), scope.live())
        .limit(2000)
    )
    return {row.id for row in rows}


def records_tied_to(scope: Scope, keys: Collection[str], rels: Collection[str]) -> set[int]:
    """Records that link to one of these keys."""
    if not keys:
        return set()
    rows = scope.rows(
        sa.select(record_links.c.record_id)
        .join(records, records.c.id == record_links.c.record_id)
        .where(scope.within(record_links.c.target, keys), record_links.c.rel.in_(list(rels)), scope.live())
        .limit(2000)
    )
    if "goal" in rels:
        rows += scope.rows(
            confirmed(scope.within(goal_answers.c.goal, keys))
            .join(records, records.c.id == goal_answers.c.item_id)
            .where(scope.live())
            .limit(2000)
        )
    return {row.record_id for row in rows}


def read_ties(scope: Scope, ids: Collection[int]) -> tuple[Tie, ...]:
    rows = scope.rows(
        sa.select(record_links)
        .where(scope.within(record_links.c.record_id, ids))
        .order_by(record_links.c.record_id, record_links.c.rel, record_links.c.target)
    )
    ties = [Tie(record=row.record_id, rel=row.rel, target=row.target, since=row.since, until=row.until) for row in rows]
    known = {(tie.record, tie.target) for tie in ties if tie.rel == "goal"}
    answered = scope.rows(confirmed(scope.within(goal_answers.c.item_id, ids)).order_by(goal_answers.c.item_id))
    ties += [
        Tie(record=row.record_id, rel="goal", target=row.target, since=row.since)
        for row in answered
        if (row.record_id, row.target) not in known and (scope.until is None or row.since <= scope.until)
    ]
    return tuple(ties)


def read_steps(scope: Scope, whos: Whos, ids: Collection[int], until: datetime) -> dict[int, tuple[Step, ...]]:
    rows = scope.rows(
        sa.select(state_changes)
        .where(scope.within(state_changes.c.record_id, ids), state_changes.c.at <= until)
        .order_by(state_changes.c.record_id, state_changes.c.at, state_changes.c.ordinal)
    )
    whos.learn({row.by_id for row in rows if row.by_id is not None})
    found: dict[int, list[Step]] = defaultdict(list)
    for row in rows:
        found[row.record_id].append(
            Step(
                record=row.record_id,
                at=row.at,
                state=row.state,
                category=row.category,
                by=whos.get(row.by_id),
                reason=row.reason,
            )
        )
    return {record: tuple(steps) for record, steps in found.items()}


def read_reviews(
    scope: Scope, whos: Whos, authors: Collection[int], since: datetime, until: datetime
) -> tuple[ReviewRow, ...]:
    """Reviews of changes that these identities made."""
    if not authors:
        return ()
    columns = (
        interactions.c.record_id,
        interactions.c.actor_id,
        interactions.c.target_id,
        interactions.c.at,
        work_items.c.container,
        work_items.c.areas,
    )
    rows = scope.rows(
        sa.select(*columns)
        .join(work_items, work_items.c.record_id == interactions.c.record_id)
        .join(records, records.c.id == interactions.c.record_id)
        .where(
            scope.within(interactions.c.target_id, authors),
            interactions.c.at.between(since, until),
            interactions.c.kind.in_(("reviewed", "approved")),
            scope.live(),
        )
        .order_by(interactions.c.at.desc(), interactions.c.record_id, interactions.c.actor_id)
        .limit(MOST_REVIEWS)
    )
    whos.learn({row.actor_id for row in rows} | {row.target_id for row in rows})
    return tuple(
        ReviewRow(
            record=row.record_id,
            reviewer=whos[row.actor_id],
            author=whos[row.target_id],
            at=row.at,
            container=row.container,
            areas=tuple(row.areas or ()),
        )
        for row in reversed(rows)
    )
