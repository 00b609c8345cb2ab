"""Marks that differ after every transaction that changed what people see, so that nothing worked out before is shown.

A mark is set in the transaction that changes the rows, so it is never early or late, whichever process wrote. It is
drawn anew and not counted on: a database that was put back to an older state has none of the marks given since.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

__all__ = ["ANSWERS", "MEANING", "QUIET", "RECORDS", "follow", "mark_of", "noted"]

RECORDS = "records"
"""Everything that came from sources, whose it is, and who may read it."""
ANSWERS = "answers"
"""Which goals items are for, as people say."""
MEANING = "meaning"
"""How near records are to each other in meaning."""

_OF_ITS_OWN: Mapping[str, str] = {"goal_answers": ANSWERS, "embeddings": MEANING}

QUIET = frozenset(
    (
        *("reads", "sessions", "sign_in_links", "notices", "jobs", "schedules", "deliveries", "delivery_refusals"),
        *("postings", "record_terms", "vector_removals", "index_outbox", "index_state"),
        *("sync_runs", "cursors", "quarantine", "conversation_looks", "conversation_offers", "changes"),
        *("contribution_notes", "pilots", "drafts", "draft_evidence", "draft_edits", "draft_decisions"),
        *("showings", "showing_answers", "annotations_beside", "quote_consents", "contribution_targets"),
    )
)
"""Tables of which nothing that is kept is made: work in the background, the index, and what is read anew each time."""

_WRITES = re.compile(
    r"\b(?:INSERT\s+(?:OR\s+\w+\s+)?INTO|REPLACE\s+INTO|UPDATE|DELETE\s+FROM|TRUNCATE(?:\s+TABLE)?)\s+\"?(\w+)", re.I
)
_KEPT = "coachkit_changes"


def follow(engine: sa.Engine) -> None:
    """From now on, every transaction of ``engine`` that changes what people see sets the marks that this concerns."""
    sa.event.listen(engine, "begin", _forget)
    sa.event.listen(engine, "before_cursor_execute", _statement)
    sa.event.listen(engine, "commit", _committed)
    sa.event.listen(engine, "rollback", _forget)


def noted(connection: sa.Connection, table: sa.Table) -> None:
    """Says that rows of ``table`` change in this transaction, for writers that go past SQLAlchemy."""
    if found := _realm(table.name):
        connection.info.setdefault(_KEPT, set()).add(found)


def mark_of(connection: sa.Connection, *realms: str) -> str:
    """The mark of everything in these realms. Read it first and the rows after it: on PostgreSQL each statement sees
    what was committed before it, and rows that are newer than their mark are read again, older ones would stay."""
    found = {row.name: row.mark for row in connection.execute(sa.text("SELECT name, mark FROM changes"))}
    return "|".join(str(found.get(realm, 0)) for realm in realms)


def _forget(connection: sa.Connection) -> None:
    connection.info.pop(_KEPT, None)


def _statement(
    connection: sa.Connection, _cursor: Any, statement: str, _parameters: Any, _context: Any, _many: bool
) -> None:
    if realms := _touched(statement):
        connection.info.setdefault(_KEPT, set()).update(realms)


def _committed(connection: sa.Connection) -> None:
    touched = connection.info.pop(_KEPT, None)
    if touched and _MIGRATES not in touched:
        for realm in sorted(touched):
            mark = secrets.randbelow(1 << 62)
            connection.exec_driver_sql(
                f"INSERT INTO changes (name, mark) VALUES ('{realm}', {mark})"  # noqa: S608 - a name and a number of ours
                " ON CONFLICT (name) DO UPDATE SET mark = excluded.mark"
            )


_MIGRATES = "alembic"


@lru_cache(maxsize=2048)
def _touched(statement: str) -> frozenset[str]:
    """The realms that a statement changes."""
    return frozenset(realm for table in _WRITES.findall(statement) if (realm := _realm(table.lower())))


def _realm(table: str) -> str | None:
    from coachkit.store.relational.schema import metadata

    if table == "alembic_version":
        return _MIGRATES  # its tables may be older than ours, and whoever reads starts anew after it
    if table in QUIET or table not in metadata.tables:
        return None
    return _OF_ITS_OWN.get(table, RECORDS)
