"""Goals, key results, work items and interactions."""

from __future__ import annotations

import sqlalchemy as sa

from coachkit.store.relational.schema.base import identity_column, metadata, record_key
from coachkit.store.relational.types import BigId, Document, Instant

__all__ = ["goal_owners", "goals", "interactions", "key_results", "measurements", "work_items"]

goals = sa.Table(
    "goals",
    metadata,
    record_key(),
    sa.Column("key", sa.Text, nullable=False, index=True),
    sa.Column("level", sa.Text),
    sa.Column("commitment", sa.Text),
    sa.Column("team", sa.Text, index=True),
    sa.Column("other_teams", Document, nullable=False),
    sa.Column("parents", Document, nullable=False),
    sa.Column("starts_on", sa.Date),
    sa.Column("due_on", sa.Date),
    sa.Column("state", sa.Text),
    sa.Column("state_category", sa.Text),
)

key_results = sa.Table(
    "key_results",
    metadata,
    record_key(),
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("ordinal", sa.Integer, nullable=False),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("start", sa.Float),
    sa.Column("target", sa.Float),
    sa.Column("unit", sa.Text),
    sa.Column("due_on", sa.Date),
)

goal_owners = sa.Table(
    "goal_owners",
    metadata,
    record_key(),
    sa.Column("key_result", sa.Text, primary_key=True, comment="empty: owner of the goal itself"),
    sa.Column("identity_id", BigId, primary_key=True, index=True),
)

measurements = sa.Table(
    "measurements",
    metadata,
    record_key(),
    sa.Column("key_result", sa.Text, primary_key=True),
    sa.Column("at", Instant, primary_key=True),
    sa.Column("value", sa.Float, nullable=False),
    identity_column("by_id", nullable=True),
    sa.Column("note", sa.Text),
)

work_items = sa.Table(
    "work_items",
    metadata,
    record_key(),
    sa.Column("container", sa.Text),
    sa.Column("areas", Document, nullable=False),
    sa.Column("team", sa.Text),
    sa.Column("state", sa.Text),
    sa.Column("state_category", sa.Text),
    sa.Column("created_at", Instant),
    sa.Column("closed_at", Instant),
    sa.Column("due_on", sa.Date),
    sa.Column("size", sa.Integer),
)

interactions = sa.Table(
    "interactions",
    metadata,
    record_key(),
    sa.Column("ordinal", sa.Integer, primary_key=True),
    sa.Column("kind", sa.Text, nullable=False),
    identity_column("actor_id"),
    identity_column("target_id", nullable=True),
    sa.Column("item", sa.Text, comment="human key of the item, when the record is not the item itself"),
    sa.Column("at", Instant, nullable=False),
    sa.Index("ix_interactions_actor_id_at", "actor_id", "at"),
    sa.Index("ix_interactions_target_id_at", "target_id", "at"),
    sa.Index("ix_interactions_item", "item"),
)
