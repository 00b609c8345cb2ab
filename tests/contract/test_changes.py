"""Marks of change: set by every transaction that changes what people see, by no other, on both databases."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from coachkit.store.relational import schema as t
from coachkit.store.relational.bulk import insert_rows, upsert_rows
from coachkit.store.relational.changes import ANSWERS, MEANING, QUIET, RECORDS, mark_of
from coachkit.store.relational.database import Database


def marks(database: Database) -> tuple[str, str, str]:
    with database.read() as connection:
        return mark_of(connection, RECORDS), mark_of(connection, ANSWERS), mark_of(connection, MEANING)


def changed(database: Database, before: tuple[str, str, str]) -> tuple[bool, bool, bool]:
    records, answers, meaning = (now != then for now, then in zip(marks(database), before, strict=True))
    return records, answers, meaning


@pytest.mark.parametrize("statement", ["UPDATE {} SET {}={}", "DELETE FROM {}"])
def test_every_table_has_its_mark(database: Database, statement: str) -> None:
    for table in t.metadata.sorted_tables:
        before = marks(database)
        column = f'"{table.columns[0].name}"'
        with database.write() as connection:
            connection.exec_driver_sql(statement.format(f'"{table.name}"', column, column))
        special = {"goal_answers": (False, True, False), "embeddings": (False, False, True)}
        loud = special.get(table.name, (True, False, False))
        expected = (False, False, False) if table.name in QUIET - {"changes"} else loud
        assert table.name == "changes" or changed(database, before) == expected, table.name


def test_rows_that_go_in_past_the_toolkit_are_noted(database: Database) -> None:
    row = {"id": 7, "key": "k", "system": "s", "name": None, "bot": False, "connection": "c"}
    values = [tuple(row.get(column.name) for column in t.identities.columns)]
    for write in (insert_rows, upsert_rows):
        before = marks(database)
        with database.write() as connection:
            write(connection, t.identities, values)
        assert changed(database, before) == (True, False, False)


def test_what_was_not_kept_leaves_the_mark(database: Database) -> None:
    before = marks(database)
    with database.engine.connect() as connection, connection.begin() as transaction:
        connection.execute(sa.delete(t.records))
        transaction.rollback()
    with database.write() as connection:
        connection.execute(sa.delete(t.reads))
    assert changed(database, before) == (False, False, False)


def test_a_mark_is_seen_with_its_rows_and_not_before(database: Database) -> None:
    before = marks(database)
    with database.write() as connection:
        connection.execute(sa.delete(t.records))
        assert changed(database, before) == (False, False, False), "another reader, while it is being written"
    assert changed(database, before) == (True, False, False)
