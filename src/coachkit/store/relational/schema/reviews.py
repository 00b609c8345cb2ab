"""Self-reviews: what people leave out and add, what they change, what they handed to their manager."""

from __future__ import annotations

import sqlalchemy as sa

from coachkit.store.relational.schema.base import metadata
from coachkit.store.relational.types import BigId, Document, Instant

__all__ = ["review_changes", "review_picks", "review_submissions", "review_words"]

review_picks = sa.Table(
    "review_picks",
    metadata,
    sa.Column("person_id", BigId, primary_key=True),
    sa.Column("period", sa.Text, primary_key=True, comment="2026-H1"),
    sa.Column("record_id", BigId, primary_key=True, index=True),
    sa.Column("choice", sa.Text, nullable=False, comment="keep, exclude"),
    sa.Column("at", Instant, nullable=False),
    comment="which records somebody leaves out of their self-review",
)

review_words = sa.Table(
    "review_words",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("person_id", BigId, nullable=False, index=True),
    sa.Column("period", sa.Text, nullable=False),
    sa.Column("section", sa.Text, nullable=False, comment="the answer it belongs to"),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("url", sa.Text, nullable=False),
    sa.Column("at", Instant, nullable=False),
    comment="what somebody adds to their self-review in their own words",
)

review_changes = sa.Table(
    "review_changes",
    metadata,
    sa.Column("id", BigId, sa.Identity(), primary_key=True, comment="in the order in which they were made"),
    sa.Column("person_id", BigId, nullable=False, index=True),
    sa.Column("period", sa.Text, nullable=False),
    sa.Column("language", sa.Text, nullable=False),
    sa.Column("statement", sa.Text, nullable=False),
    sa.Column("action", sa.Text, nullable=False, comment="keep, edit, remove; the last one of a statement counts"),
    sa.Column("text", sa.Text, nullable=False, comment="of an edit: what stands there instead"),
    sa.Column("at", Instant, nullable=False),
    comment="what somebody does with the sentences of their self-review",
)

review_submissions = sa.Table(
    "review_submissions",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("person_id", BigId, nullable=False, index=True),
    sa.Column("manager_id", BigId, nullable=False, index=True, comment="to whom it was submitted"),
    sa.Column("period", sa.Text, nullable=False),
    sa.Column("at", Instant, nullable=False),
    sa.Column("withdrawn_at", Instant, comment="null: the manager may read it"),
    sa.Column("draft", Document, comment="as it was submitted; gone once it is withdrawn"),
    comment="self-reviews that were handed to a manager",
)
