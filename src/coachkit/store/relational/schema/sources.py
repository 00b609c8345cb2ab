"""Connections, where each stream was left, what a sync did, and records that could not be read."""

from __future__ import annotations

import sqlalchemy as sa

from coachkit.store.relational.schema.base import metadata
from coachkit.store.relational.types import BigId, Document, Instant

__all__ = ["connections", "cursors", "quarantine", "sync_runs"]

connections = sa.Table(
    "connections",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("connector", sa.Text, nullable=False),
    sa.Column("config", Document, nullable=False),
    sa.Column("enabled", sa.Boolean, nullable=False, default=True),
    sa.Column("every_minutes", sa.Integer),
    sa.Column("created_at", Instant, nullable=False),
)

cursors = sa.Table(
    "cursors",
    metadata,
    sa.Column("connection", sa.Text, sa.ForeignKey("connections.name", ondelete="CASCADE"), primary_key=True),
    sa.Column("stream", sa.Text, primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("state", Document, nullable=False),
    sa.Column("committed_at", Instant, nullable=False),
)

sync_runs = sa.Table(
    "sync_runs",
    metadata,
    sa.Column("id", BigId, primary_key=True),
    sa.Column("connection", sa.Text, nullable=False, index=True),
    sa.Column("started_at", Instant, nullable=False),
    sa.Column("finished_at", Instant),
    sa.Column("state", sa.Text, nullable=False, comment="running, done, failed, cancelled"),
    sa.Column("holder", sa.Text, nullable=False, comment="the process that runs it, in words"),
    sa.Column("counts", Document, nullable=False, comment="by stream: read, written, unchanged, removed, quarantined"),
    sa.Column("error", sa.Text),
)

quarantine = sa.Table(
    "quarantine",
    metadata,
    sa.Column("id", BigId, primary_key=True, comment="stable id of connection, stream, native id"),
    sa.Column("connection", sa.Text, nullable=False, index=True),
    sa.Column("stream", sa.Text, nullable=False),
    sa.Column("native_id", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("payload", Document, nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("first_at", Instant, nullable=False),
    sa.Column("last_at", Instant, nullable=False),
)
