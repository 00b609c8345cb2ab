"""Mark what changed"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from coachkit.store.relational.types import BigId

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.create_table(
        "changes",
        sa.Column("name", sa.Text(), nullable=False, comment="records, answers, meaning"),
        sa.Column("mark", BigId, nullable=False, comment="drawn anew by each transaction that changes them"),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_changes")),
        comment="what is worked out from records and kept in memory is shown while the mark is the same",
    )
