"""Column types that mean the same on SQLite and PostgreSQL."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

__all__ = ["BigId", "Document", "Instant", "from_milliseconds", "milliseconds"]

BigId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
"""63-bit ids; on SQLite ``INTEGER``, so that a primary key is the row's own id."""

Document = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def milliseconds(at: datetime) -> int:
    """Milliseconds since 1970, UTC.

    :raises ValueError: if ``at`` has no time zone.
    """
    if at.tzinfo is None:
        raise ValueError("a time without a zone cannot be stored")
    return round(at.timestamp() * 1000)


def from_milliseconds(value: int) -> datetime:
    return datetime.fromtimestamp(value / 1000, UTC)


class Instant(sa.types.TypeDecorator[datetime]):
    """An aware moment, stored as milliseconds since 1970 in UTC: exact, sortable and fast on both databases."""

    impl = sa.BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> int | None:
        return None if value is None else milliseconds(value)

    def process_result_value(self, value: Any, dialect: Any) -> datetime | None:
        return None if value is None else from_milliseconds(value)
