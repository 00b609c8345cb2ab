"""The envelope of every record, its audience, links and state history."""

from __future__ import annotations

import sqlalchemy as sa

from coachkit.store.relational.schema.base import identity_column, metadata, record_key
from coachkit.store.relational.types import BigId, Instant

__all__ = ["groups", "record_links", "records", "scope_members", "scopes", "state_changes"]

scopes = sa.Table(
    "scopes",
    metadata,
    sa.Column("id", BigId, primary_key=True, comment="stable id of the audience's key"),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("key", sa.Text, nullable=False, unique=True),
)

scope_members = sa.Table(
    "scope_members",
    metadata,
    sa.Column("scope_id", BigId, sa.ForeignKey("scopes.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("member", sa.Text, primary_key=True, comment="identity key, team key or group key, as the audience says"),
    sa.Column(
        "member_id", BigId, nullable=False, index=True, comment="identity id for people and subject, else stable id"
    ),
)

groups = sa.Table(
    "groups",
    metadata,
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("identity_id", BigId, primary_key=True, index=True),
)

records = sa.Table(
    "records",
    metadata,
    sa.Column("id", BigId, primary_key=True, autoincrement=False),
    sa.Column("tenant", sa.Text, nullable=False),
    sa.Column("source", sa.Text, nullable=False, comment="connector name"),
    sa.Column("connection", sa.Text, nullable=False),
    sa.Column("stream", sa.Text, nullable=False),
    sa.Column("native_id", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False, comment="work item kind, or the noun"),
    sa.Column("key", sa.Text, nullable=False, comment="what people call it"),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("url", sa.Text),
    sa.Column("occurred_at", Instant, nullable=False),
    sa.Column("observed_at", Instant, nullable=False),
    sa.Column("version", BigId, comment="the source's own, where it has one"),
    sa.Column("scope_id", BigId, sa.ForeignKey("scopes.id"), nullable=False),
    sa.Column("sensitivity", sa.Text, nullable=False),
    sa.Column("content_hash", sa.Text, nullable=False),
    sa.Column("deleted_at", Instant),
    sa.UniqueConstraint("connection", "stream", "native_id"),
    sa.Index("ix_records_live", "scope_id", "deleted_at", "occurred_at"),
    sa.Index("ix_records_key", "key"),
)

record_links = sa.Table(
    "record_links",
    metadata,
    record_key(),
    sa.Column("rel", sa.Text, primary_key=True),
    sa.Column("target", sa.Text, primary_key=True, index=True, comment="human key of what is linked"),
    sa.Column("since", Instant),
    sa.Column("until", Instant),
)

state_changes = sa.Table(
    "state_changes",
    metadata,
    record_key(),
    sa.Column("ordinal", sa.Integer, primary_key=True),
    sa.Column("at", Instant, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("category", sa.Text),
    identity_column("by_id", nullable=True),
    sa.Column("reason", sa.Text),
)
