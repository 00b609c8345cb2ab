"""What the reading queries share: membership in a set of any size, and live records in permitted scopes."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from coachkit.store.relational.schema import records

__all__ = ["Scope", "within"]


def within(
    connection: sa.Connection, column: sa.ColumnElement[Any], values: Iterable[int] | Iterable[str]
) -> sa.ColumnElement[bool]:
    """``column`` is one of ``values``: one bound parameter, however many there are."""
    listed = sorted(set(values), key=str)
    text = isinstance(column.type, sa.Text)
    if connection.dialect.name == "postgresql":
        kind = postgresql.ARRAY(sa.Text() if text else sa.BigInteger())
        return column == sa.any_(sa.bindparam(None, listed, type_=kind, unique=True))
    each = sa.func.json_each(sa.bindparam(None, json.dumps(listed), type_=sa.Text(), unique=True)).table_valued("value")
    return column.in_(sa.select(each.c.value))


class Scope:
    """What may be read: a connection, and the scopes that go into every query made through it.

    :param until: nothing that happened or last changed later; without it, everything there is.
    """

    def __init__(self, connection: sa.Connection, scopes: frozenset[int], until: datetime | None = None) -> None:
        self.connection = connection
        self.scopes = scopes
        self.until = until

    def live(self) -> sa.ColumnElement[bool]:
        """The record exists, is in a permitted scope, and is not later than what is asked for."""
        return self.standing() if self.until is None else sa.and_(self.standing(), records.c.occurred_at <= self.until)

    def standing(self) -> sa.ColumnElement[bool]:
        """The record exists and is in a permitted scope, however late it came: for what carries days of its own.

        The scope column is wrapped so that SQLite looks records up by what else is asked, never by walking a scope.
        """
        scope = sa.type_coerce(sa.func.coalesce(records.c.scope_id, 0), sa.BigInteger())
        return sa.and_(records.c.deleted_at.is_(None), within(self.connection, scope, self.scopes))

    def within(self, column: sa.ColumnElement[Any], values: Iterable[int] | Iterable[str]) -> sa.ColumnElement[bool]:
        return within(self.connection, column, values)

    def rows(self, statement: sa.Executable) -> list[sa.Row[Any]]:
        return list(self.connection.execute(statement))
