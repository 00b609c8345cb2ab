"""Feedback, check-ins, action items and notes."""

from __future__ import annotations

import sqlalchemy as sa

from coachkit.store.relational.schema.base import identity_column, metadata, record_key
from coachkit.store.relational.types import BigId, Instant

__all__ = ["action_items", "agenda_points", "check_ins", "feedback", "notes", "ticks"]

feedback = sa.Table(
    "feedback",
    metadata,
    record_key(),
    identity_column("subject_id", index=True),
    identity_column("author_id", nullable=True),
    sa.Column("author_name", sa.Text),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("relation", sa.Text, nullable=False),
    sa.Column("item", sa.Text),
)

check_ins = sa.Table(
    "check_ins",
    metadata,
    record_key(),
    identity_column("manager_id", index=True),
    identity_column("report_id", index=True),
    sa.Column("scheduled_at", Instant, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("outcome", sa.Text),
    sa.Column("every_days", sa.Integer),
)

agenda_points = sa.Table(
    "agenda_points",
    metadata,
    record_key(),
    sa.Column("ordinal", sa.Integer, primary_key=True),
    identity_column("author_id"),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("added_at", Instant, nullable=False),
    sa.Column("done", sa.Boolean, nullable=False),
)

action_items = sa.Table(
    "action_items",
    metadata,
    record_key(),
    identity_column("owner_id", index=True),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("due_on", sa.Date),
    sa.Column("done_at", Instant),
    sa.Column("check_in", sa.Text, comment="native id of the check-in, in the same connection"),
    sa.Column("item", sa.Text),
)

ticks = sa.Table(
    "ticks",
    metadata,
    record_key(),
    sa.Column("done_at", Instant, comment="null: ticked off by mistake, open again"),
    sa.Column("by_person_id", BigId, nullable=False),
    sa.Column("at", Instant, nullable=False),
    comment="what people ticked off here, over what the action item's source says",
)

notes = sa.Table(
    "notes",
    metadata,
    record_key(),
    identity_column("author_id", index=True),
    identity_column("about_id", index=True),
)
