"""Contribution summaries: what they are about, to whom each was shown first, and what these said."""

from __future__ import annotations

import sqlalchemy as sa

from coachkit.store.relational.schema.base import metadata, record_key
from coachkit.store.relational.types import BigId, Document, Instant

__all__ = ["annotations_beside", "contribution_targets", "quote_consents", "showing_answers", "showings"]

contribution_targets = sa.Table(
    "contribution_targets",
    metadata,
    sa.Column("id", BigId, primary_key=True, autoincrement=False, comment="stable id of kind and key"),
    sa.Column("kind", sa.Text, nullable=False, comment="goal, key_result, project, epic, team"),
    sa.Column("key", sa.Text, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("team", sa.Text, comment="key of the team whose it is"),
    comment="what a summary was asked for about, so that a draft can be opened again",
)

showings = sa.Table(
    "showings",
    metadata,
    sa.Column("draft_id", sa.Text, sa.ForeignKey("drafts.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("target_id", BigId, nullable=False, index=True),
    sa.Column("viewer_id", BigId, nullable=False, comment="who asked for it"),
    sa.Column("shown_at", Instant, nullable=False),
    sa.Column("opens_at", Instant, nullable=False, comment="when it opens if those named have not all answered"),
    sa.Column("named", Document, nullable=False, comment="public id of a person: ids of the statements that name them"),
    comment="a summary is shown to those whom it names before anybody else",
)

showing_answers = sa.Table(
    "showing_answers",
    metadata,
    sa.Column("draft_id", sa.Text, sa.ForeignKey("showings.draft_id", ondelete="CASCADE"), primary_key=True),
    sa.Column("person_id", BigId, primary_key=True, index=True),
    sa.Column("seen_at", Instant, comment="opened what is said about them"),
    sa.Column("answered_at", Instant, comment="agreed, or annotated"),
    sa.Column("how", sa.Text, comment="agreed, annotated, before: had answered to the same statements before"),
)

annotations_beside = sa.Table(
    "annotations",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("draft_id", sa.Text, sa.ForeignKey("showings.draft_id", ondelete="CASCADE"), nullable=False),
    sa.Column("target_id", BigId, nullable=False, index=True),
    sa.Column("statement", sa.Text, nullable=False, comment="id of the statement; empty: beside the whole summary"),
    sa.Column("person_id", BigId, nullable=False, index=True),
    sa.Column("kind", sa.Text, nullable=False, comment="remark, adds, differs"),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("at", Instant, nullable=False),
    sa.Column("withdrawn_at", Instant, comment="taken back by its author"),
)

quote_consents = sa.Table(
    "quote_consents",
    metadata,
    record_key(),
    sa.Column("person_id", BigId, primary_key=True, comment="the author of the feedback"),
    sa.Column("agreed_at", Instant, primary_key=True),
    sa.Column("withdrawn_at", Instant),
    comment="the author of feedback agreed that it is quoted in contribution summaries; without a row it is not",
)
