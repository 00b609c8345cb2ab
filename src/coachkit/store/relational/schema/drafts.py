"""Drafts: each as it was made, which records it rests on, and what people did with it, which is only ever added to."""

from __future__ import annotations

import sqlalchemy as sa

from coachkit.store.relational.schema.base import metadata
from coachkit.store.relational.types import BigId, Document, Instant

__all__ = ["draft_decisions", "draft_edits", "draft_evidence", "drafts"]

drafts = sa.Table(
    "drafts",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("subject_id", BigId, nullable=False, index=True),
    sa.Column("viewer_id", BigId, nullable=False, index=True),
    sa.Column("language", sa.Text, nullable=False),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("model", sa.Text, nullable=False),
    sa.Column("draft", Document, nullable=False),
    sa.Column("explanation", Document, nullable=False, comment="input and output of each step"),
)

draft_evidence = sa.Table(
    "draft_evidence",
    metadata,
    sa.Column("draft_id", sa.Text, sa.ForeignKey("drafts.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("record_id", BigId, primary_key=True, index=True),
    sa.Column("content_hash", sa.Text, nullable=False),
)

draft_edits = sa.Table(
    "draft_edits",
    metadata,
    sa.Column("id", BigId, sa.Identity(), primary_key=True, comment="in the order in which they were made"),
    sa.Column("draft_id", sa.Text, sa.ForeignKey("drafts.id", ondelete="CASCADE"), nullable=False, index=True),
    sa.Column("statement", sa.Text, nullable=False, comment="id of the statement in its draft"),
    sa.Column("action", sa.Text, nullable=False, comment="keep, edit, remove; the last one of a statement counts"),
    sa.Column("text", sa.Text, nullable=False, comment="of an edit: what stands there instead"),
    sa.Column("by_id", BigId, nullable=False, comment="the person"),
    sa.Column("at", Instant, nullable=False),
    comment="what people changed in a draft",
)

draft_decisions = sa.Table(
    "draft_decisions",
    metadata,
    sa.Column("id", BigId, sa.Identity(), primary_key=True, comment="in the order in which they were made"),
    sa.Column("draft_id", sa.Text, sa.ForeignKey("drafts.id", ondelete="CASCADE"), nullable=False, index=True),
    sa.Column("decision", sa.Text, nullable=False, comment="accepted, rejected, submitted, withdrawn"),
    sa.Column("by_id", BigId, nullable=False, comment="the person"),
    sa.Column("at", Instant, nullable=False),
    comment="what people decided about a draft",
)
