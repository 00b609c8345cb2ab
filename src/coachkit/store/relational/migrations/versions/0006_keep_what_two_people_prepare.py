"""Keep what two people prepare and which conversations were suggested"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from coachkit.store.relational.types import BigId, Document, Instant

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table(
        "conversation_answers",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("card_id", sa.Text(), nullable=False),
        sa.Column("manager_id", BigId, nullable=False),
        sa.Column("subject_id", BigId, nullable=False),
        sa.Column("team", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("by_person_id", BigId, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False, comment="prepare, snooze, not_relevant, wrong"),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True, comment="of a snooze"),
        sa.Column("undone_at", Instant(), nullable=True, comment="null: it counts"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conversation_answers")),
    )
    op.create_index(op.f("ix_conversation_answers_card_id"), "conversation_answers", ["card_id"], unique=False)
    op.create_index(op.f("ix_conversation_answers_team"), "conversation_answers", ["team"], unique=False)
    op.create_table(
        "conversation_looks",
        sa.Column("manager_id", BigId, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column(
            "held", Document, nullable=False, comment="what was due and held back, and why: ids and rules, no words"
        ),
        sa.PrimaryKeyConstraint("manager_id", name=op.f("pk_conversation_looks")),
        comment="when the rules last looked at everybody who reports to a manager",
    )
    op.create_table(
        "conversation_offers",
        sa.Column("card_id", sa.Text(), nullable=False),
        sa.Column("offered_on", sa.Date(), nullable=False),
        sa.Column("manager_id", BigId, nullable=False),
        sa.Column("subject_id", BigId, nullable=False),
        sa.Column("team", sa.Text(), nullable=False, comment="of the subject, on that day"),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("about", sa.Text(), nullable=False, comment="which matter: its words are found anew each time"),
        sa.PrimaryKeyConstraint("card_id", "offered_on", name=op.f("pk_conversation_offers")),
        comment="key conversations that were suggested to a manager",
    )
    op.create_index(op.f("ix_conversation_offers_manager_id"), "conversation_offers", ["manager_id"], unique=False)
    op.create_index(op.f("ix_conversation_offers_subject_id"), "conversation_offers", ["subject_id"], unique=False)
    op.create_table(
        "conversation_settings",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("team", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("setting", Document, nullable=False, comment="what was set; of a reset, nothing"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conversation_settings")),
        comment="how a team's rules were tuned by hand; nothing is overwritten",
    )
    op.create_index(op.f("ix_conversation_settings_team"), "conversation_settings", ["team"], unique=False)
    op.create_table(
        "own_notes",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("author_id", BigId, nullable=False),
        sa.Column("about_id", BigId, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("removed_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_own_notes")),
        comment="private notes, read by their author and nothing else: no draft, no search, no export",
    )
    op.create_index(op.f("ix_own_notes_author_id"), "own_notes", ["author_id"], unique=False)
    op.create_table(
        "point_marks",
        sa.Column("report_id", BigId, nullable=False),
        sa.Column("manager_id", BigId, nullable=False),
        sa.Column(
            "point_id", sa.Text(), nullable=False, comment="put down here, or from a source: by its author and words"
        ),
        sa.Column("done_at", Instant(), nullable=True, comment="ticked off; null: open"),
        sa.Column("place", sa.Integer(), nullable=True, comment="where the two moved it; null: in order of time"),
        sa.Column("by_person_id", BigId, nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("report_id", "manager_id", "point_id", name=op.f("pk_point_marks")),
        comment="agenda points ticked off or moved here, over what their source says",
    )
    op.create_table(
        "talking_points",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("report_id", BigId, nullable=False),
        sa.Column("manager_id", BigId, nullable=False),
        sa.Column("author_id", BigId, nullable=False, comment="one of the two"),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("added_at", Instant(), nullable=False),
        sa.Column("removed_at", Instant(), nullable=True, comment="taken back by its author; null: it stands"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_talking_points")),
        comment="agenda points that somebody put down here, read by the two alone",
    )
    op.create_index(op.f("ix_talking_points_report_id"), "talking_points", ["report_id"], unique=False)
