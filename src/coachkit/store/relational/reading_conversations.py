"""Reading what two people said to each other: check-ins, agendas, action items, feedback."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from coachkit.insight.rows import ActionRow, AgendaRow, CheckInRow, FeedbackRow
from coachkit.store.relational.reading_base import Scope
from coachkit.store.relational.reading_people import Whos
from coachkit.store.relational.schema import action_items, agenda_points, check_ins, feedback, records, ticks

__all__ = ["read_actions", "read_check_ins", "read_feedback", "read_feedback_on"]


def read_check_ins(
    scope: Scope, whos: Whos, own: Collection[int], other: Collection[int], since: datetime
) -> tuple[CheckInRow, ...]:
    """The check-ins of these two, old and planned, from old to new."""
    if not own or not other:
        return ()
    rows = scope.rows(
        sa.select(check_ins, records.c.native_id, records.c.connection)
        .join(records, records.c.id == check_ins.c.record_id)
        .where(
            scope.within(check_ins.c.report_id, own),
            scope.within(check_ins.c.manager_id, other),
            check_ins.c.scheduled_at >= since,
            scope.live(),
        )
        .order_by(check_ins.c.scheduled_at, check_ins.c.record_id)
    )
    points: dict[int, list[AgendaRow]] = defaultdict(list)
    asked = scope.rows(
        sa.select(agenda_points)
        .where(scope.within(agenda_points.c.record_id, [row.record_id for row in rows]))
        .order_by(agenda_points.c.record_id, agenda_points.c.ordinal)
    )
    whos.learn({row.author_id for row in asked})
    for row in asked:
        points[row.record_id].append(
            AgendaRow(author=whos[row.author_id], text=row.text, added_at=row.added_at, done=row.done)
        )
    return tuple(
        CheckInRow(
            record=row.record_id,
            native_id=row.native_id,
            connection=row.connection,
            scheduled_at=row.scheduled_at,
            state=row.state,
            every_days=row.every_days,
            agenda=tuple(points.get(row.record_id, ())),
        )
        for row in rows
    )


def read_actions(
    scope: Scope, whos: Whos, own: Collection[int], other: Collection[int], met: Collection[CheckInRow], until: datetime
) -> tuple[ActionRow, ...]:
    """Action items that these two agreed with each other, and the subject's own that belong to no check-in."""
    rows = scope.rows(
        sa.select(
            action_items,
            records.c.title,
            records.c.connection,
            ticks.c.done_at.label("ticked_done_at"),
            ticks.c.at.label("ticked_at"),
        )
        .join(records, records.c.id == action_items.c.record_id)
        .outerjoin(ticks, ticks.c.record_id == action_items.c.record_id)
        .where(scope.within(action_items.c.owner_id, [*own, *other]), action_items.c.created_at <= until, scope.live())
        .order_by(action_items.c.created_at, action_items.c.record_id)
    )
    agreed = {(check_in.connection, check_in.native_id) for check_in in met}
    mine = frozenset(own)
    return tuple(
        ActionRow(
            record=row.record_id,
            title=row.title,
            owner=whos[row.owner_id],
            created_at=row.created_at,
            due_on=row.due_on,
            done_at=_done_at(row, until),
        )
        for row in rows
        if (row.connection, row.check_in) in agreed or (row.check_in is None and row.owner_id in mine)
    )


def _done_at(row: Any, until: datetime) -> datetime | None:
    """When it was done, as was known ``until`` then: what people ticked goes before what its source says."""
    ticked = row.ticked_at is not None and row.ticked_at <= until
    found: datetime | None = row.ticked_done_at if ticked else row.done_at
    return found if found is not None and found <= until else None


def read_feedback(
    scope: Scope, whos: Whos, own: Collection[int], since: datetime, until: datetime
) -> tuple[FeedbackRow, ...]:
    """What was said about somebody's work."""
    return _feedback(scope, whos, scope.within(feedback.c.subject_id, own), since, until)


def read_feedback_on(
    scope: Scope, whos: Whos, keys: Collection[str], since: datetime, until: datetime
) -> tuple[FeedbackRow, ...]:
    """What was said about these items, whosever work it was."""
    return _feedback(scope, whos, scope.within(feedback.c.item, keys), since, until)


def _feedback(
    scope: Scope, whos: Whos, which: sa.ColumnElement[bool], since: datetime, until: datetime
) -> tuple[FeedbackRow, ...]:
    rows = scope.rows(
        sa.select(feedback, records.c.text, records.c.occurred_at)
        .join(records, records.c.id == feedback.c.record_id)
        .where(which, records.c.occurred_at.between(since, until), scope.live())
        .order_by(records.c.occurred_at, records.c.id)
    )
    whos.learn({row.author_id for row in rows if row.author_id is not None} | {row.subject_id for row in rows})
    return tuple(
        FeedbackRow(
            record=row.record_id,
            subject=whos[row.subject_id],
            kind=row.kind,
            relation=row.relation,
            text=row.text,
            at=row.occurred_at,
            author=whos.get(row.author_id),
            author_name=row.author_name,
            item=row.item,
        )
        for row in rows
    )
