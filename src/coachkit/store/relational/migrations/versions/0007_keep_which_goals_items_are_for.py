"""Keep which goals items are for"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from coachkit.store.relational.types import BigId, Instant

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.create_table(
        "goal_answers",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("item_id", BigId, nullable=False, comment="record of the item"),
        sa.Column("verdict", sa.Text(), nullable=False, comment="goal, none, unsure"),
        sa.Column("goal", sa.Text(), nullable=True, comment="key of the goal; null unless the verdict is goal"),
        sa.Column("proposed", sa.Text(), nullable=True, comment="key of the goal that was proposed; null: nothing was"),
        sa.Column("by_person_id", BigId, nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column(
            "replaced_by", sa.Text(), nullable=True, comment="id of the later answer that counts instead; null: none"
        ),
        sa.Column("undone_at", Instant(), nullable=True, comment="taken back; null: it stands"),
        sa.Column("undone_by_id", BigId, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_goal_answers")),
        comment="which goal an item is for, as people said; nothing is overwritten",
    )
    op.create_index(op.f("ix_goal_answers_by_person_id"), "goal_answers", ["by_person_id"], unique=False)
    op.create_index(op.f("ix_goal_answers_goal"), "goal_answers", ["goal"], unique=False)
    op.create_index(op.f("ix_goal_answers_item_id"), "goal_answers", ["item_id"], unique=False)
