"""``Directory.viewer`` against the table in ``domain.audience``, evaluated by hand on random organisations."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import count

import pytest
import sqlalchemy as sa
from examples import examples
from hypothesis import given, settings
from hypothesis import strategies as st

from coachkit.domain.audience import Audience, AudienceKind
from coachkit.domain.identity import identity_id, stable_id
from coachkit.store.relational import schema as t
from coachkit.store.relational.access import SqlDirectory
from coachkit.store.relational.database import Database, upsert

ZONE = "Asia/Shanghai"
NOW = datetime(2026, 5, 20, 17, tzinfo=UTC)
TODAY = date(2026, 5, 21)
"""In Shanghai it is already tomorrow."""

PEOPLE = range(1, 8)
IDENTITIES = {f"hris:{n}": n for n in PEOPLE} | {f"github:u{n}": n for n in PEOPLE} | {"github:unknown": None}
KEYS = sorted(IDENTITIES)
TEAMS = ["search", "pay", "ops"]
GROUPS = ["repo", "board"]
NEAR_TODAY = st.one_of(st.none(), st.integers(-2, 2).map(lambda d: TODAY + timedelta(days=d)))


@dataclass
class Organisation:
    left_on: dict[int, date | None]
    inactive: set[int]
    memberships: list[tuple[str, str, date | None, date | None]]
    lines: list[tuple[str, str, date | None, date | None]]
    groups: list[tuple[str, str]]
    grants: list[tuple[int, str, bool]]
    audiences: list[Audience]


@st.composite
def organisations(draw: st.DrawFn) -> Organisation:
    key = st.sampled_from(KEYS)
    audiences = [Audience.org(), Audience.nobody()]
    audiences += [Audience.team(*x) for x in draw(st.lists(st.lists(st.sampled_from(TEAMS), min_size=1, max_size=2)))]
    audiences += [Audience.people(*x) for x in draw(st.lists(st.lists(key, min_size=1, max_size=3)))]
    audiences += [Audience.subject(x) for x in draw(st.lists(key))]
    audiences += [Audience.group(x) for x in draw(st.lists(st.sampled_from(GROUPS)))]
    audiences = sorted(set(audiences), key=lambda a: a.key)
    grantable = [a.key for a in audiences if a.kind is not AudienceKind.NOBODY] + [f"subject:{k}" for k in KEYS] + [""]
    return Organisation(
        left_on=draw(st.dictionaries(st.sampled_from(PEOPLE), NEAR_TODAY, max_size=3)),
        inactive=draw(st.sets(st.sampled_from(PEOPLE), max_size=2)),
        memberships=draw(st.lists(st.tuples(st.sampled_from(TEAMS), key, NEAR_TODAY, NEAR_TODAY), max_size=8)),
        lines=draw(st.lists(st.tuples(key, key, NEAR_TODAY, NEAR_TODAY), max_size=10)),
        groups=draw(st.lists(st.tuples(st.sampled_from(GROUPS), key), unique=True, max_size=5)),
        grants=draw(
            st.lists(st.tuples(st.sampled_from(PEOPLE), st.sampled_from(grantable), st.booleans()), max_size=4)
        ),
        audiences=audiences,
    )


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    made = Database(f"sqlite:///{tmp_path_factory.mktemp('viewer')}/v.db")
    with made.write() as connection:
        t.metadata.create_all(connection)
    yield made
    made.close()


def write(database: Database, org: Organisation) -> None:
    number = count(1)
    with database.write() as connection:
        for table in reversed(t.metadata.sorted_tables):
            connection.execute(sa.delete(table))
        upsert(
            connection,
            t.people,
            [
                {"id": n, "name": f"P{n}", "other_names": [], "active": n not in org.inactive}
                | {"left_on": org.left_on.get(n)}
                for n in PEOPLE
            ],
        )
        upsert(
            connection,
            t.identities,
            [
                {"id": identity_id(k), "key": k, "system": "x", "bot": False, "connection": "x", "person_id": p}
                for k, p in IDENTITIES.items()
            ],
        )
        scopes = [{"id": stable_id("scope", a.key), "kind": str(a.kind), "key": a.key} for a in org.audiences]
        upsert(connection, t.scopes, scopes)
        members = []
        for a in org.audiences:
            noun = "identity" if a.kind in (AudienceKind.PEOPLE, AudienceKind.SUBJECT) else str(a.kind)
            members += [
                {"scope_id": stable_id("scope", a.key), "member": m, "member_id": stable_id(noun, m)} for m in a.members
            ]
        upsert(connection, t.scope_members, members)

        def record() -> int:
            row = dict.fromkeys(("tenant", "source", "connection", "stream", "key", "title", "text", "sensitivity"), "")
            row |= {"id": next(number), "kind": "x", "occurred_at": NOW, "observed_at": NOW, "content_hash": ""}
            scope = stable_id("scope", "org")
            connection.execute(sa.insert(t.records).values(**row, scope_id=scope, native_id=str(row["id"])))
            return int(row["id"])

        for team, who, first, last in org.memberships:
            dates = {"starts_on": first, "ends_on": last}
            row = {"record_id": record(), "team": team, "identity_id": identity_id(who), "role": "member"}
            upsert(connection, t.memberships, [row | dates])
        for who, manager, first, last in org.lines:
            dates = {"starts_on": first, "ends_on": last}
            row = {"record_id": record(), "identity_id": identity_id(who), "manager_id": identity_id(manager)}
            upsert(connection, t.reporting_lines, [row | dates])
        upsert(connection, t.groups, [{"key": g, "identity_id": identity_id(k)} for g, k in org.groups])
        for person, key, revoked in org.grants:
            row = {"person_id": person, "role": "hr", "scope_key": key, "granted_by": "x", "reason": "x"}
            row |= {"granted_at": NOW + timedelta(seconds=next(number)), "revoked_at": NOW if revoked else None}
            upsert(connection, t.grants, [row])


class ByHand:
    """The same rules, one record at a time, without SQL."""

    def __init__(self, org: Organisation) -> None:
        self.org = org

    def here(self, person: int | None) -> bool:
        if person is None or person in self.org.inactive:
            return False
        last = self.org.left_on.get(person)
        return last is None or last >= TODAY

    @staticmethod
    def holds(first: date | None, last: date | None) -> bool:
        return (first is None or first <= TODAY) and (last is None or last >= TODAY)

    def managers(self, person: int) -> set[int]:
        lines = [(IDENTITIES[a], IDENTITIES[b]) for a, b, first, last in self.org.lines if self.holds(first, last)]
        return {m for who, m in lines if who == person and m is not None and m != person}

    def above(self, person: int) -> set[int]:
        found: set[int] = set()
        todo = [person]
        while todo:
            for manager in self.managers(todo.pop()) - found:
                found.add(manager)
                todo.append(manager)
        return found

    def members(self, team: str) -> set[int]:
        rows = [(IDENTITIES[w], first, last) for key, w, first, last in self.org.memberships if key == team]
        return {p for p, first, last in rows if p is not None and self.here(p) and self.holds(first, last)}

    def may_read(self, viewer: int, audience: Audience) -> bool:
        if not self.here(viewer):
            return False
        owners = {IDENTITIES.get(member) for member in audience.members} - {None}
        granted = {key for person, key, revoked in self.org.grants if person == viewer and not revoked}
        if audience.key in granted:
            return True
        match audience.kind:
            case AudienceKind.ORG:
                return True
            case AudienceKind.TEAM:
                members = set().union(*(self.members(team) for team in audience.members))
                return viewer in members or any(viewer in self.above(member) for member in members)
            case AudienceKind.PEOPLE:
                return viewer in owners
            case AudienceKind.SUBJECT:
                opened = {IDENTITIES[k.partition(":")[2]] for k in granted if k.startswith("subject:")} - {None}
                direct = any(self.here(o) and viewer in self.managers(o) for o in owners if o is not None)
                return viewer in owners or direct or bool(owners & opened)
            case AudienceKind.GROUP:
                return any((audience.members[0], key) in self.org.groups for key in KEYS if IDENTITIES[key] == viewer)
            case _:
                return False


@settings(max_examples=examples(30), deadline=None)
@given(organisations())
def test_a_viewer_gets_exactly_the_scopes_of_the_table(database: Database, org: Organisation) -> None:
    write(database, org)
    directory = SqlDirectory(database, ZONE, lambda: NOW)
    by_hand = ByHand(org)
    for person in PEOPLE:
        expected = {a.key for a in org.audiences if by_hand.may_read(person, a)}
        names = {stable_id("scope", a.key): a.key for a in org.audiences}
        assert {names[scope] for scope in directory.viewer(person, NOW).scopes} == expected
        reports = {p for p in PEOPLE if by_hand.here(p) and person in by_hand.managers(p)}
        assert {entry.id for entry in directory.reports_of(person)} == reports
        assert {p for p in PEOPLE if directory.is_manager_of(person, p, TODAY)} == reports
    assert directory.today(NOW) == TODAY
