"""Webhook deliveries on their way into the store, and what was turned away at the door."""

from __future__ import annotations

import sqlalchemy as sa

from coachkit.store.relational.schema.base import metadata
from coachkit.store.relational.types import BigId, Instant

__all__ = ["deliveries", "delivery_refusals"]

deliveries = sa.Table(
    "deliveries",
    metadata,
    sa.Column("id", BigId, sa.Identity(), primary_key=True, comment="in the order of arrival"),
    sa.Column("connection", sa.Text, sa.ForeignKey("connections.name", ondelete="CASCADE"), nullable=False),
    sa.Column("event_id", sa.Text, nullable=False, comment="the source's own; the same one is kept once"),
    sa.Column("name", sa.Text, nullable=False, comment="what happened, in the source's words"),
    sa.Column("payload", sa.Text, nullable=False, comment="JSON; empty once it is handled or refused"),
    sa.Column("size", sa.Integer, nullable=False, comment="characters of the payload"),
    sa.Column("state", sa.Text, nullable=False, comment="waiting, done, refused, failed"),
    sa.Column("reason", sa.Text, comment="why it was refused, or why the last attempt failed"),
    sa.Column("attempts", sa.Integer, nullable=False, comment="attempts that failed"),
    sa.Column("due_at", Instant, nullable=False, comment="of one that waits: not before this"),
    sa.Column("sent_at", Instant, comment="by the source's clock, where it tells"),
    sa.Column("received_at", Instant, nullable=False),
    sa.Column("settled_at", Instant),
    sa.UniqueConstraint("connection", "event_id"),
    sa.Index("ix_deliveries_connection_state_due_at", "connection", "state", "due_at"),
)

delivery_refusals = sa.Table(
    "delivery_refusals",
    metadata,
    sa.Column("connection", sa.Text, sa.ForeignKey("connections.name", ondelete="CASCADE"), primary_key=True),
    sa.Column("kind", sa.Text, primary_key=True, comment="signature, unreadable"),
    sa.Column("reason", sa.Text, nullable=False, comment="of the last one"),
    sa.Column("count", sa.Integer, nullable=False),
    sa.Column("first_at", Instant, nullable=False),
    sa.Column("last_at", Instant, nullable=False),
    comment="requests to the webhook door that were not let in; counted, never kept",
)
