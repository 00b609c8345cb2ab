"""What two people prepare for their check-in, each one's private notes, and the cards of key conversations."""

from __future__ import annotations

import sqlalchemy as sa

from coachkit.store.relational.schema.base import metadata
from coachkit.store.relational.types import BigId, Document, Instant

__all__ = [
    "conversation_answers",
    "conversation_looks",
    "conversation_offers",
    "conversation_settings",
    "own_notes",
    "point_marks",
    "talking_points",
]

talking_points = sa.Table(
    "talking_points",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("report_id", BigId, nullable=False, index=True),
    sa.Column("manager_id", BigId, nullable=False),
    sa.Column("author_id", BigId, nullable=False, comment="one of the two"),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("added_at", Instant, nullable=False),
    sa.Column("removed_at", Instant, comment="taken back by its author; null: it stands"),
    comment="agenda points that somebody put down here, read by the two alone",
)

point_marks = sa.Table(
    "point_marks",
    metadata,
    sa.Column("report_id", BigId, primary_key=True),
    sa.Column("manager_id", BigId, primary_key=True),
    sa.Column(
        "point_id", sa.Text, primary_key=True, comment="put down here, or from a source: by its author and words"
    ),
    sa.Column("done_at", Instant, comment="ticked off; null: open"),
    sa.Column("place", sa.Integer, comment="where the two moved it; null: in order of time"),
    sa.Column("by_person_id", BigId, nullable=False),
    sa.Column("at", Instant, nullable=False),
    comment="agenda points ticked off or moved here, over what their source says",
)

own_notes = sa.Table(
    "own_notes",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("author_id", BigId, nullable=False, index=True),
    sa.Column("about_id", BigId, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("at", Instant, nullable=False),
    sa.Column("removed_at", Instant),
    comment="private notes, read by their author and nothing else: no draft, no search, no export",
)

conversation_offers = sa.Table(
    "conversation_offers",
    metadata,
    sa.Column("card_id", sa.Text, primary_key=True),
    sa.Column("offered_on", sa.Date, primary_key=True),
    sa.Column("manager_id", BigId, nullable=False, index=True),
    sa.Column("subject_id", BigId, nullable=False, index=True),
    sa.Column("team", sa.Text, nullable=False, comment="of the subject, on that day"),
    sa.Column("rule", sa.Text, nullable=False),
    sa.Column("version", sa.Text, nullable=False),
    sa.Column("about", sa.Text, nullable=False, comment="which matter: its words are found anew each time"),
    comment="key conversations that were suggested to a manager",
)

conversation_answers = sa.Table(
    "conversation_answers",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("card_id", sa.Text, nullable=False, index=True),
    sa.Column("manager_id", BigId, nullable=False),
    sa.Column("subject_id", BigId, nullable=False),
    sa.Column("team", sa.Text, nullable=False, index=True),
    sa.Column("rule", sa.Text, nullable=False),
    sa.Column("by_person_id", BigId, nullable=False),
    sa.Column("kind", sa.Text, nullable=False, comment="prepare, snooze, not_relevant, wrong"),
    sa.Column("at", Instant, nullable=False),
    sa.Column("until", sa.Date, comment="of a snooze"),
    sa.Column("undone_at", Instant, comment="null: it counts"),
)

conversation_settings = sa.Table(
    "conversation_settings",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("team", sa.Text, nullable=False, index=True),
    sa.Column("rule", sa.Text, nullable=False),
    sa.Column("at", Instant, nullable=False),
    sa.Column("by", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("setting", Document, nullable=False, comment="what was set; of a reset, nothing"),
    comment="how a team's rules were tuned by hand; nothing is overwritten",
)

conversation_looks = sa.Table(
    "conversation_looks",
    metadata,
    sa.Column("manager_id", BigId, primary_key=True),
    sa.Column("day", sa.Date, nullable=False),
    sa.Column("held", Document, nullable=False, comment="what was due and held back, and why: ids and rules, no words"),
    comment="when the rules last looked at everybody who reports to a manager",
)
