"""The tables.

Every record that came from a source has one row in ``records`` (its envelope, what can be searched and cited) and
rows in the table of its noun. People are known by ``identities``; ``identities.person_id`` says whose they are, and is the only
place that changes when people are merged or split: nothing else is rewritten, so both can be undone.

Ids are derived from content (:func:`coachkit.domain.identity.stable_id`), never counted.
"""

from __future__ import annotations

import sqlalchemy as sa

from coachkit.store.relational.types import BigId, Document, Instant

__all__ = ["metadata"]

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

Text = sa.Text


def _record_key() -> sa.Column[int]:
    return sa.Column("record_id", BigId, sa.ForeignKey("records.id", ondelete="CASCADE"), primary_key=True)


def _identity(name: str, *, nullable: bool = False, index: bool = False) -> sa.Column[int]:
    return sa.Column(name, BigId, nullable=nullable, index=index)


# --- connections and their syncs -------------------------------------------------------------------------------------

connections = sa.Table(
    "connections",
    metadata,
    sa.Column("name", Text, primary_key=True),
    sa.Column("connector", Text, nullable=False),
    sa.Column("config", Document, nullable=False),
    sa.Column("enabled", sa.Boolean, nullable=False, default=True),
    sa.Column("every_minutes", sa.Integer),
    sa.Column("created_at", Instant, nullable=False),
)

cursors = sa.Table(
    "cursors",
    metadata,
    sa.Column("connection", Text, sa.ForeignKey("connections.name", ondelete="CASCADE"), primary_key=True),
    sa.Column("stream", Text, primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("state", Document, nullable=False),
    sa.Column("committed_at", Instant, nullable=False),
)

sync_runs = sa.Table(
    "sync_runs",
    metadata,
    sa.Column("id", BigId, primary_key=True),
    sa.Column("connection", Text, nullable=False, index=True),
    sa.Column("started_at", Instant, nullable=False),
    sa.Column("finished_at", Instant),
    sa.Column("state", Text, nullable=False, comment="running, done, failed"),
    sa.Column("counts", Document, nullable=False, comment="by stream: read, written, unchanged, removed, quarantined"),
    sa.Column("error", Text),
)

quarantine = sa.Table(
    "quarantine",
    metadata,
    sa.Column("id", BigId, primary_key=True, comment="stable id of connection, stream, native id"),
    sa.Column("connection", Text, nullable=False, index=True),
    sa.Column("stream", Text, nullable=False),
    sa.Column("native_id", Text, nullable=False),
    sa.Column("reason", Text, nullable=False),
    sa.Column("payload", Document, nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("first_at", Instant, nullable=False),
    sa.Column("last_at", Instant, nullable=False),
)

# --- records ---------------------------------------------------------------------------------------------------------

scopes = sa.Table(
    "scopes",
    metadata,
    sa.Column("id", BigId, primary_key=True, comment="stable id of the audience's key"),
    sa.Column("kind", Text, nullable=False),
    sa.Column("key", Text, nullable=False, unique=True),
)

scope_members = sa.Table(
    "scope_members",
    metadata,
    sa.Column("scope_id", BigId, sa.ForeignKey("scopes.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("member", Text, primary_key=True, comment="identity key, team key or group key, as the audience says"),
    sa.Column(
        "member_id", BigId, nullable=False, index=True, comment="identity id for people and subject, else stable id"
    ),
)

groups = sa.Table(
    "groups",
    metadata,
    sa.Column("key", Text, primary_key=True),
    sa.Column("identity_id", BigId, primary_key=True, index=True),
)

records = sa.Table(
    "records",
    metadata,
    sa.Column("id", BigId, primary_key=True, autoincrement=False),
    sa.Column("tenant", Text, nullable=False),
    sa.Column("source", Text, nullable=False, comment="connector name"),
    sa.Column("connection", Text, nullable=False),
    sa.Column("stream", Text, nullable=False),
    sa.Column("native_id", Text, nullable=False),
    sa.Column("kind", Text, nullable=False, comment="work item kind, or the noun"),
    sa.Column("key", Text, nullable=False, comment="what people call it"),
    sa.Column("title", Text, nullable=False),
    sa.Column("text", Text, nullable=False),
    sa.Column("url", Text),
    sa.Column("occurred_at", Instant, nullable=False),
    sa.Column("observed_at", Instant, nullable=False),
    sa.Column("version", BigId, comment="the source's own, where it has one"),
    sa.Column("scope_id", BigId, sa.ForeignKey("scopes.id"), nullable=False),
    sa.Column("sensitivity", Text, nullable=False),
    sa.Column("content_hash", Text, nullable=False),
    sa.Column("deleted_at", Instant),
    sa.UniqueConstraint("connection", "stream", "native_id"),
    sa.Index("ix_records_scope_id_occurred_at", "scope_id", "occurred_at"),
    sa.Index("ix_records_key", "key"),
)

record_links = sa.Table(
    "record_links",
    metadata,
    _record_key(),
    sa.Column("rel", Text, primary_key=True),
    sa.Column("target", Text, primary_key=True, index=True, comment="human key of what is linked"),
    sa.Column("since", Instant),
    sa.Column("until", Instant),
)

state_changes = sa.Table(
    "state_changes",
    metadata,
    _record_key(),
    sa.Column("ordinal", sa.Integer, primary_key=True),
    sa.Column("at", Instant, nullable=False),
    sa.Column("state", Text, nullable=False),
    sa.Column("category", Text),
    _identity("by_id", nullable=True),
    sa.Column("reason", Text),
)

# --- people ----------------------------------------------------------------------------------------------------------

people = sa.Table(
    "people",
    metadata,
    sa.Column("id", BigId, primary_key=True, autoincrement=False, comment="stable id of the first HR identity"),
    sa.Column("name", Text, nullable=False, index=True),
    sa.Column("other_names", Document, nullable=False),
    sa.Column("title", Text),
    sa.Column("locale", Text),
    sa.Column("email", Text, index=True),
    sa.Column("started_on", sa.Date),
    sa.Column("left_on", sa.Date),
    sa.Column("active", sa.Boolean, nullable=False),
)

profiles = sa.Table(
    "profiles",
    metadata,
    _record_key(),
    _identity("identity_id", index=True),
    sa.Column("profile", Document, nullable=False, comment="the PersonProfile as it came"),
)

identities = sa.Table(
    "identities",
    metadata,
    sa.Column("id", BigId, primary_key=True, autoincrement=False, comment="stable id of the key"),
    sa.Column("key", Text, nullable=False, unique=True),
    sa.Column("system", Text, nullable=False),
    sa.Column("name", Text),
    sa.Column("bot", sa.Boolean, nullable=False, default=False),
    sa.Column("connection", Text, nullable=False),
    sa.Column("person_id", BigId, sa.ForeignKey("people.id"), index=True),
    sa.Column("method", Text, comment="why it is this person's: profile, email, noreply, same_as, human …"),
)

identity_aliases = sa.Table(
    "identity_aliases",
    metadata,
    sa.Column("identity_id", BigId, primary_key=True),
    sa.Column("alias_id", BigId, primary_key=True, index=True),
    sa.Column("record_id", BigId, sa.ForeignKey("records.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("method", Text, nullable=False, comment="who says that both are one: email, account, mailmap, noreply"),
)

identity_decisions = sa.Table(
    "identity_decisions",
    metadata,
    sa.Column("id", BigId, primary_key=True),
    _identity("identity_id", index=True),
    sa.Column("person_id", BigId, comment="whose it is; null: of nobody here"),
    sa.Column("previous_person_id", BigId),
    sa.Column("decided_by", Text, nullable=False),
    sa.Column("decided_at", Instant, nullable=False),
    sa.Column("undone_at", Instant),
    sa.Column("reason", Text, nullable=False),
)

identity_suggestions = sa.Table(
    "identity_suggestions",
    metadata,
    _identity("identity_id"),
    sa.Column("person_id", BigId, nullable=False),
    sa.Column("evidence_for", Document, nullable=False),
    sa.Column("evidence_against", Document, nullable=False),
    sa.Column("state", Text, nullable=False, comment="open, accepted, refused"),
    sa.Column("suggested_at", Instant, nullable=False),
    sa.PrimaryKeyConstraint("identity_id", "person_id"),
)

teams = sa.Table(
    "teams",
    metadata,
    _record_key(),
    sa.Column("key", Text, nullable=False, index=True),
    sa.Column("name", Text, nullable=False),
    sa.Column("other_names", Document, nullable=False),
    sa.Column("parent", Text),
    sa.Column("kind", Text),
    sa.Column("description", Text),
)

memberships = sa.Table(
    "memberships",
    metadata,
    _record_key(),
    sa.Column("team", Text, nullable=False, index=True),
    _identity("identity_id", index=True),
    sa.Column("role", Text, nullable=False),
    sa.Column("starts_on", sa.Date),
    sa.Column("ends_on", sa.Date),
)

reporting_lines = sa.Table(
    "reporting_lines",
    metadata,
    _record_key(),
    _identity("identity_id", index=True),
    _identity("manager_id", index=True),
    sa.Column("starts_on", sa.Date),
    sa.Column("ends_on", sa.Date),
)

# --- goals and work --------------------------------------------------------------------------------------------------

goals = sa.Table(
    "goals",
    metadata,
    _record_key(),
    sa.Column("key", Text, nullable=False, index=True),
    sa.Column("level", Text),
    sa.Column("commitment", Text),
    sa.Column("team", Text, index=True),
    sa.Column("other_teams", Document, nullable=False),
    sa.Column("parents", Document, nullable=False),
    sa.Column("starts_on", sa.Date),
    sa.Column("due_on", sa.Date),
    sa.Column("state", Text),
    sa.Column("state_category", Text),
)

key_results = sa.Table(
    "key_results",
    metadata,
    _record_key(),
    sa.Column("key", Text, primary_key=True),
    sa.Column("ordinal", sa.Integer, nullable=False),
    sa.Column("title", Text, nullable=False),
    sa.Column("start", sa.Float),
    sa.Column("target", sa.Float),
    sa.Column("unit", Text),
    sa.Column("due_on", sa.Date),
)

goal_owners = sa.Table(
    "goal_owners",
    metadata,
    _record_key(),
    sa.Column("key_result", Text, primary_key=True, comment="empty: owner of the goal itself"),
    sa.Column("identity_id", BigId, primary_key=True, index=True),
)

measurements = sa.Table(
    "measurements",
    metadata,
    _record_key(),
    sa.Column("key_result", Text, primary_key=True),
    sa.Column("at", Instant, primary_key=True),
    sa.Column("value", sa.Float, nullable=False),
    _identity("by_id", nullable=True),
    sa.Column("note", Text),
)

work_items = sa.Table(
    "work_items",
    metadata,
    _record_key(),
    sa.Column("container", Text),
    sa.Column("areas", Document, nullable=False),
    sa.Column("team", Text),
    sa.Column("state", Text),
    sa.Column("state_category", Text),
    sa.Column("created_at", Instant),
    sa.Column("closed_at", Instant),
    sa.Column("due_on", sa.Date),
    sa.Column("size", sa.Integer),
)

interactions = sa.Table(
    "interactions",
    metadata,
    _record_key(),
    sa.Column("ordinal", sa.Integer, primary_key=True),
    sa.Column("kind", Text, nullable=False),
    _identity("actor_id"),
    _identity("target_id", nullable=True),
    sa.Column("item", Text, comment="human key of the item, when the record is not the item itself"),
    sa.Column("at", Instant, nullable=False),
    sa.Index("ix_interactions_actor_id_at", "actor_id", "at"),
    sa.Index("ix_interactions_target_id_at", "target_id", "at"),
    sa.Index("ix_interactions_item", "item"),
)

# --- conversations ---------------------------------------------------------------------------------------------------

feedback = sa.Table(
    "feedback",
    metadata,
    _record_key(),
    _identity("subject_id", index=True),
    _identity("author_id", nullable=True),
    sa.Column("author_name", Text),
    sa.Column("kind", Text, nullable=False),
    sa.Column("relation", Text, nullable=False),
    sa.Column("item", Text),
)

check_ins = sa.Table(
    "check_ins",
    metadata,
    _record_key(),
    _identity("manager_id", index=True),
    _identity("report_id", index=True),
    sa.Column("scheduled_at", Instant, nullable=False),
    sa.Column("state", Text, nullable=False),
    sa.Column("outcome", Text),
    sa.Column("every_days", sa.Integer),
)

agenda_points = sa.Table(
    "agenda_points",
    metadata,
    _record_key(),
    sa.Column("ordinal", sa.Integer, primary_key=True),
    _identity("author_id"),
    sa.Column("text", Text, nullable=False),
    sa.Column("added_at", Instant, nullable=False),
    sa.Column("done", sa.Boolean, nullable=False),
)

action_items = sa.Table(
    "action_items",
    metadata,
    _record_key(),
    _identity("owner_id", index=True),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("due_on", sa.Date),
    sa.Column("done_at", Instant),
    sa.Column("check_in", Text, comment="native id of the check-in, in the same connection"),
    sa.Column("item", Text),
)

ticks = sa.Table(
    "ticks",
    metadata,
    _record_key(),
    sa.Column("done_at", Instant, comment="null: ticked off by mistake, open again"),
    sa.Column("by_person_id", BigId, nullable=False),
    sa.Column("at", Instant, nullable=False),
    comment="what people ticked off here, over what the action item's source says",
)

notes = sa.Table(
    "notes",
    metadata,
    _record_key(),
    _identity("author_id", index=True),
    _identity("about_id", index=True),
)

# --- finding ---------------------------------------------------------------------------------------------------------

postings = sa.Table(
    "postings",
    metadata,
    sa.Column("term_id", BigId, primary_key=True, autoincrement=False, comment="stable id of the term: no dictionary"),
    sa.Column("scope_id", BigId, primary_key=True, autoincrement=False),
    sa.Column("day", sa.Integer, primary_key=True, autoincrement=False, comment="days since 1970"),
    sa.Column("record_id", BigId, primary_key=True, autoincrement=False, index=True),
    sa.Column("tf", sa.Integer, nullable=False),
    sa.Column("length", sa.Integer, nullable=False),
    sqlite_with_rowid=False,
)

embeddings = sa.Table(
    "embeddings",
    metadata,
    sa.Column(
        "record_id", BigId, sa.ForeignKey("records.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    ),
    sa.Column("model", Text, nullable=False),
    sa.Column("content_hash", Text, nullable=False, comment="of the text that was embedded"),
    sa.Column("language", Text, nullable=False, comment="zh or en"),
    sa.Column("vector", sa.LargeBinary, nullable=False, comment="float32, unit length"),
    sa.Column("version", BigId, nullable=False, comment="rises with each change; what the vector index holds"),
)

index_outbox = sa.Table(
    "index_outbox",
    metadata,
    sa.Column("record_id", BigId, primary_key=True, autoincrement=False),
    sa.Column("queued_at", Instant, nullable=False),
    comment="records whose text, audience or existence changed and whose vector is not up to date",
)

index_state = sa.Table(
    "index_state",
    metadata,
    sa.Column("name", Text, primary_key=True),
    sa.Column("value", Document, nullable=False),
)

# --- documents, access, work in the background -----------------------------------------------------------------------

drafts = sa.Table(
    "drafts",
    metadata,
    sa.Column("id", Text, primary_key=True),
    sa.Column("kind", Text, nullable=False),
    sa.Column("subject_id", BigId, nullable=False, index=True),
    sa.Column("viewer_id", BigId, nullable=False, index=True),
    sa.Column("language", Text, nullable=False),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("model", Text, nullable=False),
    sa.Column("draft", Document, nullable=False),
    sa.Column("explanation", Document, nullable=False, comment="input and output of each step"),
)

draft_evidence = sa.Table(
    "draft_evidence",
    metadata,
    sa.Column("draft_id", Text, sa.ForeignKey("drafts.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("record_id", BigId, primary_key=True, index=True),
    sa.Column("content_hash", Text, nullable=False),
)

reads = sa.Table(
    "reads",
    metadata,
    sa.Column("id", BigId, sa.Identity(), primary_key=True),
    sa.Column("at", Instant, nullable=False),
    sa.Column("viewer_id", BigId, nullable=False, index=True),
    sa.Column("subject_id", BigId, nullable=False, index=True),
    sa.Column("what", Text, nullable=False),
    sa.Column("purpose", Text, nullable=False),
    comment="each read of another person's record, shown to that person",
)

grants = sa.Table(
    "grants",
    metadata,
    sa.Column("person_id", BigId, primary_key=True),
    sa.Column("role", Text, primary_key=True, comment="hr, admin"),
    sa.Column("scope_key", Text, primary_key=True, comment="audience key that it opens; empty for a role alone"),
    sa.Column("granted_by", Text, nullable=False),
    sa.Column("granted_at", Instant, nullable=False),
    sa.Column("reason", Text, nullable=False),
)

sign_in_links = sa.Table(
    "sign_in_links",
    metadata,
    sa.Column("token_hash", Text, primary_key=True),
    sa.Column("person_id", BigId, nullable=False),
    sa.Column("expires_at", Instant, nullable=False),
    sa.Column("used_at", Instant),
    sa.Column("kind", Text, nullable=False, comment="link (once) or token (API)"),
)

sessions = sa.Table(
    "sessions",
    metadata,
    sa.Column("token_hash", Text, primary_key=True),
    sa.Column("person_id", BigId, nullable=False, index=True),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("expires_at", Instant, nullable=False),
)

notices = sa.Table(
    "notices",
    metadata,
    sa.Column("id", Text, primary_key=True),
    sa.Column("person_id", BigId, nullable=False, index=True),
    sa.Column("kind", Text, nullable=False),
    sa.Column("at", Instant, nullable=False),
    sa.Column("text", Text, nullable=False),
    sa.Column("data", Document, nullable=False),
    sa.Column("read_at", Instant),
)

jobs = sa.Table(
    "jobs",
    metadata,
    sa.Column("id", Text, primary_key=True),
    sa.Column("kind", Text, nullable=False),
    sa.Column("arguments", Document, nullable=False),
    sa.Column("lock", Text, index=True, comment="at most one running job for each lock"),
    sa.Column("state", Text, nullable=False, comment="waiting, running, done, failed, cancelled"),
    sa.Column("run_at", Instant, nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("max_attempts", sa.Integer, nullable=False),
    sa.Column("worker", Text),
    sa.Column("lease_until", Instant),
    sa.Column("progress", Document),
    sa.Column("error", Text),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("finished_at", Instant),
    sa.Index("ix_jobs_state_run_at", "state", "run_at"),
)

schedules = sa.Table(
    "schedules",
    metadata,
    sa.Column("name", Text, primary_key=True),
    sa.Column("kind", Text, nullable=False),
    sa.Column("arguments", Document, nullable=False),
    sa.Column("every_seconds", sa.Integer, nullable=False),
    sa.Column("next_at", Instant, nullable=False),
    sa.Column("enabled", sa.Boolean, nullable=False),
)
