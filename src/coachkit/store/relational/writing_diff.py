"""What a dry run tells: the fields of records before and after, read from the tables that were really written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from coachkit.ingest.reports import FieldChange, RecordChange
from coachkit.store.relational import schema as t
from coachkit.store.relational.idset import among
from coachkit.store.relational.writing_rows import TABLES
from coachkit.store.relational.writing_state import Change

__all__ = ["describe", "snapshot"]

_ENVELOPE = ("title", "text", "url", "occurred_at", "sensitivity")

_DERIVED = "identity_aliases"
"""Says again what a profile's addresses and accounts say."""

Fields = dict[str, str]


def snapshot(connection: sa.Connection, record_ids: Iterable[int]) -> dict[int, tuple[str, str, Fields]]:
    """Kind, key and fields of records that exist and are not deleted, by id."""
    ids = set(record_ids)
    r = t.records.c
    found: dict[int, tuple[str, str, Fields]] = {}
    for row in connection.execute(
        sa.select(t.records, t.scopes.c.key.label("audience"))
        .join(t.scopes, t.scopes.c.id == r.scope_id)
        .where(among(connection, r.id, ids), r.deleted_at.is_(None))
    ).mappings():
        fields = {name: shown for name in _ENVELOPE if (shown := _shown(row[name]))}
        found[row["id"]] = (row["kind"], row["key"], {**fields, "audience": row["audience"]})
    names = {name for kind, _, _ in found.values() for name in TABLES[kind]} - {_DERIVED}
    for name in sorted(names):
        _add_typed(connection, t.metadata.tables[name], found)
    return found


def _add_typed(connection: sa.Connection, table: sa.Table, found: dict[int, tuple[str, str, Fields]]) -> None:
    rows = connection.execute(sa.select(table).where(among(connection, table.c.record_id, found))).mappings().all()
    people = {n for n in (c.name for c in table.columns) if n.endswith("_id") and n != "record_id"}
    keys = _identity_keys(connection, {row[n] for row in rows for n in people if row[n] is not None})
    own = [c.name for c in table.primary_key if c.name != "record_id"]
    for row in rows:
        values = {n: keys.get(v, v) if n in people else v for n, v in row.items() if n != "record_id"}
        fields = found[row["record_id"]][2]
        if own:
            place = f"{table.name}[{', '.join(_shown(values.pop(n)) or '-' for n in own)}]"
            fields[place] = ", ".join(f"{n.removesuffix('_id')}={_shown(v)}" for n, v in values.items() if _shown(v))
        else:
            fields.update(_flat(values))


def _flat(values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in values.items():
        if isinstance(value, dict):
            yield from ((inner, shown) for inner, shown in _flat(value))
        elif shown := _shown(value):
            yield name.removesuffix("_id"), shown


def _identity_keys(connection: sa.Connection, ids: set[int]) -> dict[int, str]:
    i = t.identities.c
    return {row.id: row.key for row in connection.execute(sa.select(i.id, i.key).where(among(connection, i.id, ids)))}


def _shown(value: Any) -> str:
    if value is None or value == []:
        return ""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return str(value)


def describe(
    changes: Iterable[Change],
    before: Mapping[int, tuple[str, str, Fields]],
    after: Mapping[int, tuple[str, str, Fields]],
) -> Iterator[RecordChange]:
    """Say what became of each record."""
    for change in changes:
        old, new = before.get(change.record_id), after.get(change.record_id)
        action = "created" if old is None else "removed" if new is None else "changed"
        kind, key, told = new or old or ("", "", {})
        if not kind:
            continue  # came and went within the same sync
        fields = _compare(old[2], new[2]) if old and new else ()
        yield RecordChange(
            action=action,
            stream=change.stream,
            native_id=change.native_id,
            kind=kind,
            key=key,
            title=told.get("title") or told.get("name") or "",
            fields=tuple(fields),
        )


def _compare(old: Fields, new: Fields) -> Iterator[FieldChange]:
    for name in sorted(old.keys() | new.keys()):
        if old.get(name) != new.get(name):
            yield FieldChange(field=name, old=old.get(name), new=new.get(name))
