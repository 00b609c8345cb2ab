"""What retrieval stands on: postings, vectors, and what is still to be embedded."""

from __future__ import annotations

import sqlalchemy as sa

from coachkit.store.relational.schema.base import metadata
from coachkit.store.relational.types import BigId, Document, Instant

__all__ = ["embeddings", "index_outbox", "index_state", "postings", "record_terms", "vector_removals"]

postings = sa.Table(
    "postings",
    metadata,
    sa.Column("term_id", BigId, primary_key=True, autoincrement=False, comment="stable id of the term: no dictionary"),
    sa.Column("scope_id", BigId, primary_key=True, autoincrement=False),
    sa.Column("day", sa.Integer, primary_key=True, autoincrement=False, comment="days since 1970"),
    sa.Column("record_id", BigId, primary_key=True, autoincrement=False),
    sa.Column("tf", sa.Integer, nullable=False),
    sa.Column("length", sa.Integer, nullable=False),
    sqlite_with_rowid=False,
)

record_terms = sa.Table(
    "record_terms",
    metadata,
    sa.Column("record_id", BigId, primary_key=True, autoincrement=False),
    sa.Column("scope_id", BigId, nullable=False),
    sa.Column("day", sa.Integer, nullable=False),
    sa.Column("terms", sa.LargeBinary, nullable=False, comment="int64 each: under which keys the postings lie"),
    comment="finds the postings of a record again, at a tenth of what an index over them would cost",
)

embeddings = sa.Table(
    "embeddings",
    metadata,
    sa.Column(
        "record_id", BigId, sa.ForeignKey("records.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    ),
    sa.Column("model", sa.Text, nullable=False),
    sa.Column("content_hash", sa.Text, nullable=False, index=True, comment="of the text that was embedded"),
    sa.Column("language", sa.Text, nullable=False, comment="zh or en"),
    sa.Column("vector", sa.LargeBinary, nullable=False, comment="float32, unit length"),
    sa.Column(
        "version", BigId, nullable=False, index=True, comment="rises with each change; what the vector index holds"
    ),
)

vector_removals = sa.Table(
    "vector_removals",
    metadata,
    sa.Column("record_id", BigId, primary_key=True, autoincrement=False),
    sa.Column("version", BigId, nullable=False, index=True, comment="counted with embeddings.version; 0: none yet"),
    comment="vectors that are gone, for a vector index that may still hold them",
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
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("value", Document, nullable=False),
)
