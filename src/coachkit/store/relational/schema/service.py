"""Access, sign-in, notices, work in the background, and marks of change."""

from __future__ import annotations

import sqlalchemy as sa

from coachkit.store.relational.schema.base import metadata
from coachkit.store.relational.types import BigId, Document, Instant

__all__ = ["changes", "grants", "jobs", "notices", "reads", "schedules", "sessions", "sign_in_links"]

reads = sa.Table(
    "reads",
    metadata,
    sa.Column("id", BigId, sa.Identity(), primary_key=True),
    sa.Column("at", Instant, nullable=False),
    sa.Column("viewer_id", BigId, nullable=False, index=True),
    sa.Column("subject_id", BigId, nullable=False, index=True),
    sa.Column("what", sa.Text, nullable=False),
    sa.Column("purpose", sa.Text, nullable=False),
    comment="each read of another person's record, shown to that person",
)

grants = sa.Table(
    "grants",
    metadata,
    sa.Column("person_id", BigId, primary_key=True),
    sa.Column("role", sa.Text, primary_key=True, comment="hr, admin"),
    sa.Column("scope_key", sa.Text, primary_key=True, comment="audience key that it opens; empty for a role alone"),
    sa.Column("granted_at", Instant, primary_key=True),
    sa.Column("granted_by", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("revoked_at", Instant, comment="null: in force"),
    sa.Column("revoked_by", sa.Text),
    sa.Column("revoked_reason", sa.Text),
)

sign_in_links = sa.Table(
    "sign_in_links",
    metadata,
    sa.Column("token_hash", sa.Text, primary_key=True),
    sa.Column("person_id", BigId, nullable=False, index=True),
    sa.Column("label", sa.Text, nullable=False, comment="what a token is for, in its owner's words"),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("expires_at", Instant, nullable=False),
    sa.Column("used_at", Instant, comment="a link is used up; a token was last used"),
    sa.Column("kind", sa.Text, nullable=False, comment="link (once) or token (API)"),
)

sessions = sa.Table(
    "sessions",
    metadata,
    sa.Column("token_hash", sa.Text, primary_key=True),
    sa.Column("person_id", BigId, nullable=False, index=True),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("expires_at", Instant, nullable=False),
)

notices = sa.Table(
    "notices",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("person_id", BigId, nullable=False, index=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("at", Instant, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("data", Document, nullable=False),
    sa.Column("read_at", Instant),
)

jobs = sa.Table(
    "jobs",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("arguments", Document, nullable=False),
    sa.Column("lock", sa.Text, index=True, comment="at most one running job for each lock"),
    sa.Column("state", sa.Text, nullable=False, comment="waiting, running, cancelling, done, failed, cancelled"),
    sa.Column("run_at", Instant, nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("max_attempts", sa.Integer, nullable=False),
    sa.Column("worker", sa.Text),
    sa.Column("lease_until", Instant),
    sa.Column("progress", Document),
    sa.Column("error", sa.Text),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("finished_at", Instant),
    sa.Index("ix_jobs_state_run_at", "state", "run_at"),
    sa.Index(
        "uq_jobs_lock_running",
        "lock",
        unique=True,
        sqlite_where=sa.text("state IN ('running', 'cancelling')"),
        postgresql_where=sa.text("state IN ('running', 'cancelling')"),
    ),
)

schedules = sa.Table(
    "schedules",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("arguments", Document, nullable=False),
    sa.Column("every_seconds", sa.Integer, nullable=False),
    sa.Column("next_at", Instant, nullable=False),
    sa.Column("enabled", sa.Boolean, nullable=False),
)

changes = sa.Table(
    "changes",
    metadata,
    sa.Column("name", sa.Text, primary_key=True, comment="records, answers, meaning"),
    sa.Column("mark", BigId, nullable=False, comment="drawn anew by each transaction that changes them"),
    comment="what is worked out from records and kept in memory is shown while the mark is the same",
)
