"""What people say beside views of their contribution, and pilots with their baselines."""

from __future__ import annotations

import sqlalchemy as sa

from coachkit.store.relational.schema.base import metadata
from coachkit.store.relational.types import BigId, Document, Instant

__all__ = ["contribution_notes", "pilots"]

contribution_notes = sa.Table(
    "contribution_notes",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("person_id", BigId, nullable=False, index=True, comment="who wrote it, about their own part"),
    sa.Column("kind", sa.Text, nullable=False, comment="adds, differs"),
    sa.Column("help", sa.Text, nullable=False, comment="kind of help; empty: none was named"),
    sa.Column("statement", sa.Text, nullable=False, comment="the sentence that it contests; empty: it adds"),
    sa.Column("day", sa.Date, nullable=False, comment="when what it adds was done; otherwise the day it was written"),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("at", Instant, nullable=False),
    sa.Column("withdrawn_at", Instant, comment="taken back by its author; null: it stands"),
    comment="what no system saw, and what somebody sees differently, beside the view of their contribution",
)

pilots = sa.Table(
    "pilots",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("teams", Document, nullable=False, comment="keys of the teams"),
    sa.Column("started_by_id", BigId, nullable=False, index=True),
    sa.Column("started_at", Instant, nullable=False),
    sa.Column("baseline", Document, nullable=False, comment="figures of weeks before it; none of a person"),
    sa.Column("stopped_at", Instant, comment="null: it runs"),
    comment="a trial in some teams, and the figures with which it began",
)
