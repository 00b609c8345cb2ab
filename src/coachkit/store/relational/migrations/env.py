"""How Alembic runs inside coachkit: on the connection, and in the transaction, that ``migrate`` hands over."""

from __future__ import annotations

from typing import Any, Literal

import sqlalchemy as sa
from alembic import context

from coachkit.store.relational.schema import metadata
from coachkit.store.relational.types import BigId, Document, Instant


def _type_by_name(kind: str, value: Any, _context: Any) -> str | Literal[False]:
    """Our column types keep their names in a migration; everything else is spelt as Alembic does."""
    if kind != "type":
        return False
    if isinstance(value, Instant):
        return "Instant()"
    if isinstance(value, sa.BigInteger) and "sqlite" in value._variant_mapping:
        return "BigId"
    return "Document" if isinstance(value, type(Document)) else False


assert isinstance(BigId, sa.BigInteger)

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_item=_type_by_name,
    render_as_batch=False,
    transactional_ddl=False,
)
context.run_migrations()
