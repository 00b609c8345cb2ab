"""What all tables share: the metadata and the columns that many have."""

from __future__ import annotations

import sqlalchemy as sa

from coachkit.store.relational.types import BigId

__all__ = ["identity_column", "metadata", "record_key"]

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def record_key() -> sa.Column[int]:
    """The key of a noun's table: the record it belongs to, and goes with."""
    return sa.Column("record_id", BigId, sa.ForeignKey("records.id", ondelete="CASCADE"), primary_key=True)


def identity_column(name: str, *, nullable: bool = False, index: bool = False) -> sa.Column[int]:
    """An identity id. No foreign key: a record may name somebody whose account was never read."""
    return sa.Column(name, BigId, nullable=nullable, index=index)
