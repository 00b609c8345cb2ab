"""``column in (many ids)`` as one prepared statement, however many there are."""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import lru_cache

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

__all__ = ["among"]


def among(
    connection: sa.Connection, column: sa.ColumnElement[int] | sa.ColumnElement[int | None], ids: Iterable[int]
) -> sa.ColumnElement[bool]:
    """Whether ``column`` is one of ``ids``: one bound value, so there is no limit and nothing to compile anew."""
    if connection.dialect.name == "postgresql":
        values = sorted(set(ids))
        return column == sa.any_(sa.cast(sa.bindparam(None, values, type_=ARRAY(sa.BigInteger)), ARRAY(sa.BigInteger)))
    each = sa.func.json_each(_written(frozenset(ids))).table_valued("value")
    return column.in_(sa.select(each.c.value))


@lru_cache(maxsize=32)
def _written(ids: frozenset[int]) -> str:
    """Kept, because the scopes of one viewer go into every statement of a search."""
    return json.dumps(sorted(ids))
