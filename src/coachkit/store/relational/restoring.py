"""Records as the lines of a JSON Lines source that would write them again: what was stored, back as it could have come.

What a record's own text was merged from (what people said in a work item, the points of an agenda) comes back as the
one text it became.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from coachkit.store.relational import schema as t
from coachkit.store.relational.database import Database
from coachkit.store.relational.reading_base import Scope

__all__ = ["Restored", "restore"]

Line = dict[str, Any]


class Restored:
    """Lines of records, and of the people in them.

    :ivar lines: a line a record: people, teams, memberships and reporting lines first.
    :ivar people: ids of the people that the records name.
    """

    def __init__(self, lines: list[Line], people: frozenset[int]) -> None:
        self.lines = lines
        self.people = people


def restore(database: Database, ids: Collection[int], people: Iterable[int], scopes: frozenset[int]) -> Restored:
    """These records as far as the scopes let them be read, with everybody in them and ``people`` besides."""
    with database.read() as connection:
        scope = Scope(connection, scopes)
        wanted = {*ids, *_check_ins(scope, ids)}
        rows = {
            row.id: row
            for row in scope.rows(
                sa.select(t.records)
                .where(scope.within(t.records.c.id, wanted), scope.live())
                .order_by(t.records.c.occurred_at, t.records.c.id)
            )
        }
        reading = _Reading(scope, rows)
        lines = [line for row in rows.values() if (line := reading.line(row)) is not None]
        named = reading.named | {
            row.id
            for row in scope.rows(sa.select(t.identities.c.id).where(scope.within(t.identities.c.person_id, people)))
        }
        known = _identities(scope, named)
        found = frozenset(one.person_id for one in known.values() if one.person_id is not None)
        keys = {number: one.key for number, one in known.items()}
        return Restored([*_people(scope, found), *(_keyed(line, keys) for line in lines)], found)


def _check_ins(scope: Scope, ids: Collection[int]) -> set[int]:
    """The check-ins at which action items among these records were agreed: without them, nobody knows between whom."""
    held, at = t.records.alias("held"), t.records.alias("at")
    statement = (
        sa.select(at.c.id)
        .select_from(t.action_items)
        .join(held, held.c.id == t.action_items.c.record_id)
        .join(at, sa.and_(at.c.connection == held.c.connection, at.c.native_id == t.action_items.c.check_in))
        .where(scope.within(t.action_items.c.record_id, ids))
    )
    return {row.id for row in scope.rows(statement)}


class _Id(int):
    """An identity by its number, until its key is known."""


class _Reading:
    """Typed rows of some records, by table and record."""

    def __init__(self, scope: Scope, rows: Mapping[int, Any]) -> None:
        self._held: dict[str, dict[int, list[Any]]] = {}
        self.named: set[int] = set()
        for table in (
            t.work_items,
            t.interactions,
            t.state_changes,
            t.record_links,
            t.goals,
            t.key_results,
            t.goal_owners,
            t.measurements,
            t.feedback,
            t.check_ins,
            t.agenda_points,
            t.action_items,
        ):
            by_record: dict[int, list[Any]] = defaultdict(list)
            order = [table.c.ordinal] if "ordinal" in table.c else []
            for row in scope.rows(sa.select(table).where(scope.within(table.c.record_id, rows)).order_by(*order)):
                by_record[row.record_id].append(row)
            self._held[table.name] = by_record

    def line(self, row: Any) -> Line | None:
        """``None`` of what is no work: people, teams and private notes."""
        for name, make in (
            ("work_items", self._work_item),
            ("goals", self._goal),
            ("feedback", self._feedback),
            ("check_ins", self._check_in),
            ("action_items", self._action_item),
        ):
            typed = self._of(name, row)
            if typed:
                return _line(row, make(row, typed[0]))
        spoken = self._of("interactions", row)
        return _line(row, self._interaction(row, spoken[0], noun="interaction")) if spoken else None

    def _of(self, table: str, row: Any) -> list[Any]:
        return self._held[table].get(row.id, [])

    def _who(self, identity: int | None) -> _Id | None:
        if identity is None:
            return None
        self.named.add(identity)
        return _Id(identity)

    def _work_item(self, row: Any, one: Any) -> Line:
        return {
            "noun": "work_item",
            "kind": row.kind,
            "key": row.key,
            "title": row.title,
            "body": row.text,
            "container": one.container,
            "areas": one.areas,
            "team": one.team,
            "state": one.state,
            "state_category": one.state_category,
            "created_at": one.created_at,
            "closed_at": one.closed_at,
            "due_on": one.due_on,
            "size": one.size,
            "interactions": [self._interaction(row, part) for part in self._of("interactions", row)],
            "history": self._history(row),
            "links": [
                {"rel": link.rel, "target": link.target, "since": link.since, "until": link.until}
                for link in self._of("record_links", row)
            ],
        }

    def _interaction(self, row: Any, part: Any, noun: str = "") -> Line:
        said = {
            "kind": part.kind,
            "actor": self._who(part.actor_id),
            "at": part.at,
            "target": self._who(part.target_id),
        }
        return {"noun": noun, **said, "item": part.item, "text": row.text} if noun else said

    def _history(self, row: Any) -> list[Line]:
        return [
            {
                "at": one.at,
                "state": one.state,
                "category": one.category,
                "by": self._who(one.by_id),
                "reason": one.reason,
            }
            for one in self._of("state_changes", row)
        ]

    def _goal(self, row: Any, one: Any) -> Line:
        owners: dict[str, list[_Id | None]] = defaultdict(list)
        for owner in self._of("goal_owners", row):
            owners[owner.key_result].append(self._who(owner.identity_id))
        measured: dict[str, list[Line]] = defaultdict(list)
        for m in self._of("measurements", row):
            said = {"at": m.at, "value": m.value, "by": self._who(m.by_id), "note": m.note}
            measured[m.key_result].append(said)
        return {
            "noun": "goal",
            "key": row.key,
            "title": row.title,
            "level": one.level,
            "commitment": one.commitment,
            "team": one.team,
            "other_teams": one.other_teams,
            "parents": one.parents,
            "starts_on": one.starts_on,
            "due_on": one.due_on,
            "state": one.state,
            "state_category": one.state_category,
            "owners": owners[""],
            "key_results": [
                {
                    "key": result.key,
                    "title": result.title,
                    "start": result.start,
                    "target": result.target,
                    "unit": result.unit,
                    "due_on": result.due_on,
                    "owners": owners[result.key],
                    "measurements": measured[result.key],
                }
                for result in self._of("key_results", row)
            ],
            "history": self._history(row),
        }

    def _feedback(self, row: Any, one: Any) -> Line:
        return {
            "noun": "feedback",
            "subject": self._who(one.subject_id),
            "kind": one.kind,
            "relation": one.relation,
            "text": row.text,
            "at": row.occurred_at,
            "author": self._who(one.author_id),
            "author_name": one.author_name,
            "item": one.item,
        }

    def _check_in(self, row: Any, one: Any) -> Line:
        agenda = [
            {"author": self._who(part.author_id), "text": part.text, "added_at": part.added_at, "done": part.done}
            for part in self._of("agenda_points", row)
        ]
        return {
            "noun": "check_in",
            "manager": self._who(one.manager_id),
            "report": self._who(one.report_id),
            "scheduled_at": one.scheduled_at,
            "state": one.state,
            "outcome": one.outcome,
            "every_days": one.every_days,
            "agenda": agenda,
        }

    def _action_item(self, row: Any, one: Any) -> Line:
        return {
            "noun": "action_item",
            "title": row.title,
            "owner": self._who(one.owner_id),
            "created_at": one.created_at,
            "due_on": one.due_on,
            "done_at": one.done_at,
            "check_in": one.check_in,
            "item": one.item,
        }


def _line(row: Any, record: Line) -> Line:
    return {
        "native_id": row.native_id,
        "stream": row.stream,
        "occurred_at": row.occurred_at,
        "sensitivity": row.sensitivity,
        "record": record,
    }


def _identities(scope: Scope, numbers: Iterable[int]) -> dict[int, Any]:
    """Identity → its row; one of a person has the key of that person's first profile, so that one stands for all."""
    c = t.identities.c
    rows = {row.id: row for row in scope.rows(sa.select(t.identities).where(scope.within(c.id, numbers)))}
    people = {row.person_id for row in rows.values() if row.person_id is not None}
    first = _first_identities(scope, people)
    return {number: first.get(row.person_id, row) if row.person_id else row for number, row in rows.items()}


def _first_identities(scope: Scope, people: Collection[int]) -> dict[int, Any]:
    statement = (
        sa.select(t.identities)
        .join(t.profiles, t.profiles.c.identity_id == t.identities.c.id)
        .where(scope.within(t.identities.c.person_id, people))
        .order_by(t.identities.c.key.desc())
    )
    return {row.person_id: row for row in scope.rows(statement)}


def _people(scope: Scope, people: Collection[int]) -> list[Line]:
    """Profiles, teams, memberships and reporting lines of these people, one line each."""
    first = _first_identities(scope, people)
    at = datetime.fromisoformat("2000-01-01T00:00:00+00:00")

    def line(native_id: str, record: Line) -> Line:
        return {"native_id": native_id, "occurred_at": _plain(at), "record": _told(record)}

    found = []
    for row in scope.rows(sa.select(t.people).where(scope.within(t.people.c.id, people))):
        if row.id not in first:
            continue
        profile = {"noun": "person_profile", "identity": first[row.id].key, "name": row.name, "title": row.title}
        profile |= {"other_names": row.other_names, "emails": [row.email] if row.email else [], "locale": row.locale}
        profile |= {"started_on": row.started_on, "left_on": row.left_on}
        found.append(line(f"person/{first[row.id].key}", profile))
    numbers = {row.id: row.person_id for row in scope.rows(_of_people(scope, people))}
    teams: set[str] = set()
    for row in _standing(scope, t.memberships, t.memberships.c.identity_id, numbers):
        key = first[numbers[row.identity_id]].key if numbers[row.identity_id] in first else ""
        if key:
            teams.add(row.team)
            record = {"noun": "membership", "team": row.team, "person": key, "role": row.role}
            record |= {"starts_on": row.starts_on, "ends_on": row.ends_on}
            found.append(line(f"member/{key}/{row.team}/{row.starts_on}", record))
    for row in _standing(scope, t.reporting_lines, t.reporting_lines.c.identity_id, numbers):
        if row.manager_id in numbers and {numbers[row.identity_id], numbers[row.manager_id]} <= first.keys():
            key, manager = first[numbers[row.identity_id]].key, first[numbers[row.manager_id]].key
            record = {"noun": "reporting_line", "person": key, "manager": manager}
            record |= {"starts_on": row.starts_on, "ends_on": row.ends_on}
            found.append(line(f"line/{key}/{manager}/{row.starts_on}", record))
    for row in _standing(scope, t.teams, t.teams.c.key, teams):
        record = {"noun": "team", "key": row.key, "name": row.name, "other_names": row.other_names, "kind": row.kind}
        found.append(line(f"team/{row.key}", record))
    return found


def _of_people(scope: Scope, people: Collection[int]) -> sa.Select[Any]:
    c = t.identities.c
    return sa.select(c.id, c.person_id).where(scope.within(c.person_id, people))


def _standing(scope: Scope, table: sa.Table, column: Any, values: Any) -> list[Any]:
    statement = (
        sa.select(table)
        .join(t.records, t.records.c.id == table.c.record_id)
        .where(scope.within(column, values), scope.standing())
        .order_by(table.c.record_id)
    )
    return scope.rows(statement)


def _keyed(value: Any, keys: Mapping[int, str]) -> Any:
    """With keys in place of the numbers of identities, as JSON knows it, and without what is not there."""
    if isinstance(value, _Id):
        return keys[value]
    if isinstance(value, dict):
        return _told({name: _keyed(part, keys) for name, part in value.items()})
    if isinstance(value, list):
        return [_keyed(part, keys) for part in value]
    return _plain(value)


def _told(record: Line) -> Line:
    return {name: _plain(part) for name, part in record.items() if part is not None and part not in ("", [])}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    return value.isoformat() if isinstance(value, date) else value
