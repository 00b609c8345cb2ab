"""What people answered about the goals of items."""

from __future__ import annotations

import sqlalchemy as sa

from coachkit.store.relational.schema.base import metadata
from coachkit.store.relational.types import BigId, Instant

__all__ = ["goal_answers"]

goal_answers = sa.Table(
    "goal_answers",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("item_id", BigId, nullable=False, index=True, comment="record of the item"),
    sa.Column("verdict", sa.Text, nullable=False, comment="goal, none, unsure"),
    sa.Column("goal", sa.Text, index=True, comment="key of the goal; null unless the verdict is goal"),
    sa.Column("proposed", sa.Text, comment="key of the goal that was proposed; null: nothing was"),
    sa.Column("by_person_id", BigId, nullable=False, index=True),
    sa.Column("at", Instant, nullable=False),
    sa.Column("replaced_by", sa.Text, comment="id of the later answer that counts instead; null: none"),
    sa.Column("undone_at", Instant, comment="taken back; null: it stands"),
    sa.Column("undone_by_id", BigId),
    comment="which goal an item is for, as people said; nothing is overwritten",
)
