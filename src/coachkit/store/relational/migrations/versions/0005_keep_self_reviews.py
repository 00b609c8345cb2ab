"""Keep self-reviews"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from coachkit.store.relational.types import BigId, Document, Instant

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "review_picks",
        sa.Column("person_id", BigId, nullable=False),
        sa.Column("period", sa.Text(), nullable=False, comment="2026-H1"),
        sa.Column("record_id", BigId, nullable=False),
        sa.Column("choice", sa.Text(), nullable=False, comment="keep, exclude"),
        sa.Column("at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("person_id", "period", "record_id", name=op.f("pk_review_picks")),
        comment="which records somebody leaves out of their self-review",
    )
    op.create_index(op.f("ix_review_picks_record_id"), "review_picks", ["record_id"], unique=False)
    op.create_table(
        "review_words",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("person_id", BigId, nullable=False),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("section", sa.Text(), nullable=False, comment="the answer it belongs to"),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_words")),
        comment="what somebody adds to their self-review in their own words",
    )
    op.create_index(op.f("ix_review_words_person_id"), "review_words", ["person_id"], unique=False)
    op.create_table(
        "review_changes",
        sa.Column(
            "id", BigId, sa.Identity(always=False), nullable=False, comment="in the order in which they were made"
        ),
        sa.Column("person_id", BigId, nullable=False),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("statement", sa.Text(), nullable=False),
        sa.Column(
            "action", sa.Text(), nullable=False, comment="keep, edit, remove; the last one of a statement counts"
        ),
        sa.Column("text", sa.Text(), nullable=False, comment="of an edit: what stands there instead"),
        sa.Column("at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_changes")),
        comment="what somebody does with the sentences of their self-review",
    )
    op.create_index(op.f("ix_review_changes_person_id"), "review_changes", ["person_id"], unique=False)
    op.create_table(
        "review_submissions",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("person_id", BigId, nullable=False),
        sa.Column("manager_id", BigId, nullable=False, comment="to whom it was submitted"),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("withdrawn_at", Instant(), nullable=True, comment="null: the manager may read it"),
        sa.Column("draft", Document, nullable=True, comment="as it was submitted; gone once it is withdrawn"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_submissions")),
        comment="self-reviews that were handed to a manager",
    )
    op.create_index(op.f("ix_review_submissions_manager_id"), "review_submissions", ["manager_id"], unique=False)
    op.create_index(op.f("ix_review_submissions_person_id"), "review_submissions", ["person_id"], unique=False)
