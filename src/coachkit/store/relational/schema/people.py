"""People, the identities by which systems know them, teams, memberships and reporting lines."""

from __future__ import annotations

import sqlalchemy as sa

from coachkit.store.relational.schema.base import identity_column, metadata, record_key
from coachkit.store.relational.types import BigId, Document, Instant

__all__ = [
    "accounts",
    "identities",
    "identity_aliases",
    "identity_decisions",
    "identity_suggestions",
    "kept_identities",
    "memberships",
    "people",
    "profiles",
    "reporting_lines",
    "teams",
]

people = sa.Table(
    "people",
    metadata,
    sa.Column("id", BigId, primary_key=True, autoincrement=False, comment="stable id of the first HR identity"),
    sa.Column("name", sa.Text, nullable=False, index=True),
    sa.Column("other_names", Document, nullable=False),
    sa.Column("title", sa.Text),
    sa.Column("locale", sa.Text),
    sa.Column("email", sa.Text, index=True),
    sa.Column("started_on", sa.Date),
    sa.Column("left_on", sa.Date),
    sa.Column("active", sa.Boolean, nullable=False),
)

profiles = sa.Table(
    "profiles",
    metadata,
    record_key(),
    identity_column("identity_id", index=True),
    sa.Column("profile", Document, nullable=False, comment="the PersonProfile as it came"),
)

accounts = sa.Table(
    "accounts",
    metadata,
    record_key(),
    identity_column("identity_id", index=True),
    sa.Column("name", sa.Text),
    sa.Column("bot", sa.Boolean, nullable=False),
    comment="what a source says of an account; identities.name and bot follow from these and from profiles",
)

identities = sa.Table(
    "identities",
    metadata,
    sa.Column("id", BigId, primary_key=True, autoincrement=False, comment="stable id of the key"),
    sa.Column("key", sa.Text, nullable=False, unique=True),
    sa.Column("system", sa.Text, nullable=False),
    sa.Column("name", sa.Text),
    sa.Column("bot", sa.Boolean, nullable=False, default=False),
    sa.Column("connection", sa.Text, nullable=False),
    sa.Column("person_id", BigId, sa.ForeignKey("people.id"), index=True),
    sa.Column("method", sa.Text, comment="why it is this person's: profile, email, noreply, same_as, human …"),
)

identity_aliases = sa.Table(
    "identity_aliases",
    metadata,
    sa.Column("identity_id", BigId, primary_key=True),
    sa.Column("alias_id", BigId, primary_key=True, index=True),
    sa.Column("record_id", BigId, sa.ForeignKey("records.id", ondelete="CASCADE"), primary_key=True, index=True),
    sa.Column(
        "method", sa.Text, nullable=False, comment="who says that both are one: email, account, mailmap, noreply"
    ),
)

identity_decisions = sa.Table(
    "identity_decisions",
    metadata,
    sa.Column("id", BigId, primary_key=True),
    identity_column("identity_id", index=True),
    sa.Column(
        "verdict", sa.Text, nullable=False, comment="is (this person's), nobody (of nobody here), not (this person's)"
    ),
    sa.Column("person_id", BigId, comment="whose it is, or is not; null for nobody"),
    sa.Column("previous_person_id", BigId),
    sa.Column("decided_by", sa.Text, nullable=False),
    sa.Column("decided_at", Instant, nullable=False),
    sa.Column("undone_at", Instant),
    sa.Column("undone_by", sa.Text),
    sa.Column("reason", sa.Text, nullable=False),
)

identity_suggestions = sa.Table(
    "identity_suggestions",
    metadata,
    identity_column("identity_id"),
    sa.Column("person_id", BigId, nullable=False),
    sa.Column("evidence_for", Document, nullable=False),
    sa.Column("evidence_against", Document, nullable=False),
    sa.Column("state", sa.Text, nullable=False, comment="open, accepted, refused"),
    sa.Column("suggested_at", Instant, nullable=False),
    sa.PrimaryKeyConstraint("identity_id", "person_id"),
)

kept_identities = sa.Table(
    "kept_identities",
    metadata,
    sa.Column("identity_id", BigId, primary_key=True, autoincrement=False),
    sa.Column("person_id", BigId, nullable=False, index=True),
    sa.Column("since", Instant, nullable=False),
    comment="whose an identity was when that person's HR record vanished: it stays theirs unless others claim it",
)

teams = sa.Table(
    "teams",
    metadata,
    record_key(),
    sa.Column("key", sa.Text, nullable=False, index=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("other_names", Document, nullable=False),
    sa.Column("parent", sa.Text),
    sa.Column("kind", sa.Text),
    sa.Column("description", sa.Text),
)

memberships = sa.Table(
    "memberships",
    metadata,
    record_key(),
    sa.Column("team", sa.Text, nullable=False, index=True),
    identity_column("identity_id", index=True),
    sa.Column("role", sa.Text, nullable=False),
    sa.Column("starts_on", sa.Date),
    sa.Column("ends_on", sa.Date),
)

reporting_lines = sa.Table(
    "reporting_lines",
    metadata,
    record_key(),
    identity_column("identity_id", index=True),
    identity_column("manager_id", index=True),
    sa.Column("starts_on", sa.Date),
    sa.Column("ends_on", sa.Date),
)
