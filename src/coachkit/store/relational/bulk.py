"""Many rows at once, as fast as the driver goes: executemany on SQLite, COPY and unnest on PostgreSQL.

Rows are tuples in the order of the table's columns, of what both drivers take as it is: numbers, text, JSON as text,
days as ISO text, moments as milliseconds.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from coachkit.store.relational.changes import noted

__all__ = ["Row", "insert_rows", "upsert_rows"]

Row = tuple[Any, ...]


def insert_rows(connection: sa.Connection, table: sa.Table, rows: Sequence[Row]) -> None:
    """Insert rows whose keys are not there yet."""
    if not rows:
        return
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(_sqlite(table, None), list(rows))
        return
    noted(connection, table)
    driver: Any = connection.connection.driver_connection
    with driver.cursor() as cursor, cursor.copy(f"COPY {_name(table)} ({_columns(table)}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def upsert_rows(
    connection: sa.Connection, table: sa.Table, rows: Sequence[Row], update: Sequence[str] | None = None
) -> None:
    """Insert rows; where the key exists, set ``update``.

    :param update: columns to set; ``None`` sets all but the key, an empty sequence leaves the existing row alone.
    """
    if not rows:
        return
    if update is None:
        update = [column.name for column in table.columns if not column.primary_key]
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(_sqlite(table, tuple(update)), list(rows))
        return
    noted(connection, table)
    driver: Any = connection.connection.driver_connection
    with driver.cursor() as cursor:
        cursor.execute(_postgres(table, tuple(update)), [list(values) for values in zip(*rows, strict=True)])


@lru_cache(maxsize=256)
def _sqlite(table: sa.Table, update: tuple[str, ...] | None) -> str:
    marks = ", ".join("?" * len(table.columns))
    conflict = "" if update is None else _conflict(table, update)
    return f"INSERT INTO {_name(table)} ({_columns(table)}) VALUES ({marks}){conflict}"  # noqa: S608 - names of our own tables


@lru_cache(maxsize=256)
def _postgres(table: sa.Table, update: tuple[str, ...]) -> str:
    """``unnest`` takes one array a column, so that there is one statement however many rows there are."""
    from sqlalchemy.dialects import postgresql

    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
    kinds = [column.type.compile(dialect) for column in table.columns]
    plain = ["TEXT" if kind in ("JSONB", "DATE") else kind for kind in kinds]
    arrays = ", ".join(f"%s::{kind}[]" for kind in plain)
    names = [f"c{index}" for index in range(len(kinds))]
    values = ", ".join(f"{name}::{kind}" for name, kind in zip(names, kinds, strict=True))
    source = f"unnest({arrays}) AS given ({', '.join(names)})"
    into = f"INSERT INTO {_name(table)} ({_columns(table)})"
    return f"{into} SELECT {values} FROM {source}{_conflict(table, update)}"  # noqa: S608 - names of our own tables


def _conflict(table: sa.Table, update: tuple[str, ...]) -> str:
    keys = ", ".join(f'"{column.name}"' for column in table.primary_key)
    if not update:
        return f" ON CONFLICT ({keys}) DO NOTHING"
    return f" ON CONFLICT ({keys}) DO UPDATE SET " + ", ".join(f'"{name}" = excluded."{name}"' for name in update)


def _columns(table: sa.Table) -> str:
    return ", ".join(f'"{column.name}"' for column in table.columns)


def _name(table: sa.Table) -> str:
    return f'"{table.name}"'
