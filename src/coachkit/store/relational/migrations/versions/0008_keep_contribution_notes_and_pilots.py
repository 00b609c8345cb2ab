"""Keep contribution notes and pilots"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from coachkit.store.relational.types import BigId, Document, Instant

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.create_table(
        "contribution_notes",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("person_id", BigId, nullable=False, comment="who wrote it, about their own part"),
        sa.Column("kind", sa.Text(), nullable=False, comment="adds, differs"),
        sa.Column("help", sa.Text(), nullable=False, comment="kind of help; empty: none was named"),
        sa.Column("statement", sa.Text(), nullable=False, comment="the sentence that it contests; empty: it adds"),
        sa.Column(
            "day", sa.Date(), nullable=False, comment="when what it adds was done; otherwise the day it was written"
        ),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("withdrawn_at", Instant(), nullable=True, comment="taken back by its author; null: it stands"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contribution_notes")),
        comment="what no system saw, and what somebody sees differently, beside the view of their contribution",
    )
    op.create_index(op.f("ix_contribution_notes_person_id"), "contribution_notes", ["person_id"], unique=False)
    op.create_table(
        "pilots",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("teams", Document, nullable=False, comment="keys of the teams"),
        sa.Column("started_by_id", BigId, nullable=False),
        sa.Column("started_at", Instant(), nullable=False),
        sa.Column("baseline", Document, nullable=False, comment="figures of weeks before it; none of a person"),
        sa.Column("stopped_at", Instant(), nullable=True, comment="null: it runs"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pilots")),
        comment="a trial in some teams, and the figures with which it began",
    )
    op.create_index(op.f("ix_pilots_started_by_id"), "pilots", ["started_by_id"], unique=False)
