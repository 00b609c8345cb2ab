"""Resolving identities as records come and go ends where resolving everything at once ends."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache

import pytest
import sqlalchemy as sa
from examples import examples
from hypothesis import given, settings
from hypothesis import strategies as st

from coachkit.domain.identity import identity_id, stable_id
from coachkit.store.relational import schema as t
from coachkit.store.relational.database import Database, upsert
from coachkit.store.relational.resolution import resolve_identities

NOW = datetime(2026, 5, 20, 9, tzinfo=UTC)
PROFILES = [f"hris:{n}" for n in range(5)]
EMAILS = [f"email:{letter}@example.org" for letter in "abcdef"]
ACCOUNTS = [f"github:u{n}" for n in range(4)] + ["github:robot[bot]"]
KEYS = [*PROFILES, *EMAILS, *ACCOUNTS]


@dataclass(frozen=True)
class Said:
    """One record that says something about identities: an HR profile or an account."""

    native: str
    identity: str
    aliases: tuple[str, ...]
    profile: bool


@dataclass
class World:
    """The records as a source has them, with the decisions of humans."""

    said: list[Said] = field(default_factory=list)
    decisions: list[tuple[str, str, str | None]] = field(default_factory=list)


@st.composite
def worlds(draw: st.DrawFn, *, linked_profiles: bool) -> World:
    claimable = [*EMAILS, *ACCOUNTS, *(PROFILES if linked_profiles else [])]
    world = World()
    for key in draw(st.lists(st.sampled_from(PROFILES), unique=True, max_size=5)):
        aliases = draw(st.lists(st.sampled_from(claimable), unique=True, max_size=3))
        world.said.append(Said(f"profile {key}", key, tuple(a for a in aliases if a != key), True))
    for number in range(draw(st.integers(0, 5))):
        key = draw(st.sampled_from([*EMAILS, *ACCOUNTS]))
        aliases = draw(st.lists(st.sampled_from([*EMAILS, *ACCOUNTS]), unique=True, max_size=2))
        world.said.append(Said(f"account {number}", key, tuple(a for a in aliases if a != key), False))
    return world


@cache
def database() -> Database:
    made = Database("sqlite://")
    with made.write() as connection:
        t.metadata.create_all(connection)
        upsert(connection, t.scopes, [{"id": 1, "kind": "org", "key": "org"}])
    return made


@contextmanager
def empty_database() -> Iterator[sa.Connection]:
    """A transaction on an empty database, rolled back at the end."""
    with database().engine.connect() as connection:
        yield connection
        connection.rollback()


@pytest.fixture(scope="module", autouse=True)
def closed() -> Iterator[None]:
    yield
    database().close()


def write(connection: sa.Connection, said: Iterable[Said]) -> set[int]:
    """What the sync engine writes for these records; returns the identities it then names."""
    touched: set[int] = set()
    for one in said:
        record = stable_id("record", one.native)
        keys = [one.identity, *one.aliases]
        at = NOW - timedelta(days=sum(map(ord, one.native)) % 50)
        row = dict.fromkeys(("tenant", "source", "connection", "stream", "key", "title", "text", "sensitivity"), "x")
        row |= {"id": record, "native_id": one.native, "kind": "x", "occurred_at": at, "observed_at": at}
        upsert(connection, t.records, [row | {"scope_id": 1, "content_hash": "x", "deleted_at": None}])
        upsert(
            connection,
            t.identities,
            [
                {"id": identity_id(k), "key": k, "system": k.split(":")[0], "bot": False, "connection": "x"}
                for k in keys
            ],
            update=(),
        )
        if one.profile:
            profile = {"name": f"Person {one.identity}", "emails": [a[6:] for a in one.aliases if a[:6] == "email:"]}
            upsert(
                connection,
                t.profiles,
                [{"record_id": record, "identity_id": identity_id(one.identity), "profile": profile}],
            )
        aliases = [
            {"identity_id": identity_id(one.identity), "alias_id": identity_id(a), "record_id": record, "method": "x"}
            for a in one.aliases
        ]
        upsert(connection, t.identity_aliases, aliases)
        touched |= {identity_id(key) for key in keys}
    return touched


def remove(connection: sa.Connection, said: Said) -> set[int]:
    record = stable_id("record", said.native)
    connection.execute(sa.delete(t.profiles).where(t.profiles.c.record_id == record))
    connection.execute(sa.delete(t.identity_aliases).where(t.identity_aliases.c.record_id == record))
    return {identity_id(key) for key in (said.identity, *said.aliases)}


def owners(connection: sa.Connection) -> dict[str, tuple[int | None, str | None]]:
    c = t.identities.c
    return {
        key: (person, method) for key, person, method in connection.execute(sa.select(c.key, c.person_id, c.method))
    }


def grouped(connection: sa.Connection) -> set[frozenset[str]]:
    groups: dict[int, set[str]] = defaultdict(set)
    for key, (person, _) in owners(connection).items():
        if person is not None:
            groups[person].add(key)
    return set(map(frozenset, groups.values()))


def people(connection: sa.Connection) -> dict[int, tuple[object, ...]]:
    return {row.id: tuple(row) for row in connection.execute(sa.select(t.people).where(t.people.c.active))}


@settings(max_examples=examples(30), deadline=None)
@given(worlds(linked_profiles=False), st.randoms(use_true_random=False), st.integers(1, 4))
def test_any_order_in_any_batches_gives_the_same_owners_and_people(world, random, size) -> None:
    with empty_database() as connection:
        resolve_identities(connection, write(connection, world.said), NOW)
        expected = owners(connection), people(connection)
    shuffled = list(world.said)
    random.shuffle(shuffled)
    with empty_database() as connection:
        for start in range(0, len(shuffled), size):
            resolve_identities(connection, write(connection, shuffled[start : start + size]), NOW)
        assert (owners(connection), people(connection)) == expected
        resolve_identities(connection, {identity_id(key) for key in KEYS}, NOW)
        assert (owners(connection), people(connection)) == expected


@settings(max_examples=examples(30), deadline=None)
@given(worlds(linked_profiles=True), st.randoms(use_true_random=False))
def test_profiles_that_name_each_other_group_alike_in_any_order(world, random) -> None:
    """Which of their ids such a person keeps depends on who came first; who belongs together does not."""
    with empty_database() as connection:
        resolve_identities(connection, write(connection, world.said), NOW)
        expected = grouped(connection)
    shuffled = list(world.said)
    random.shuffle(shuffled)
    with empty_database() as connection:
        for one in shuffled:
            resolve_identities(connection, write(connection, [one]), NOW)
        assert grouped(connection) == expected


@settings(max_examples=examples(30), deadline=None)
@given(worlds(linked_profiles=False), st.randoms(use_true_random=False), st.data())
def test_accounts_that_vanish_leave_no_trace(world, random, data) -> None:
    accounts = [one for one in world.said if not one.profile]
    gone = data.draw(st.lists(st.sampled_from(accounts), unique=True)) if accounts else []
    with empty_database() as connection:
        write(connection, world.said)
        for one in gone:
            remove(connection, one)
        resolve_identities(connection, {identity_id(key) for key in KEYS}, NOW)
        expected = owners(connection), people(connection)
    shuffled = list(world.said)
    random.shuffle(shuffled)
    with empty_database() as connection:
        for one in shuffled:
            resolve_identities(connection, write(connection, [one]), NOW)
        for one in gone:
            resolve_identities(connection, remove(connection, one), NOW)
        assert (owners(connection), people(connection)) == expected


@settings(max_examples=examples(30), deadline=None)
@given(st.booleans().flatmap(lambda linked: worlds(linked_profiles=linked)), st.data())
def test_whatever_came_and_went_resolving_everything_again_changes_nothing(world: World, data: st.DataObject) -> None:
    steps = data.draw(st.lists(st.sampled_from(world.said), max_size=12)) if world.said else []
    present: set[str] = set()
    with empty_database() as connection:
        for one in steps:
            touched = remove(connection, one) if one.native in present else write(connection, [one])
            present ^= {one.native}
            resolve_identities(connection, touched, NOW)
        stored = owners(connection), people(connection)
        for keys in (KEYS, KEYS[::2]):
            resolve_identities(connection, {identity_id(key) for key in keys}, NOW)
            assert (owners(connection), people(connection)) == stored
        living = {one.identity for one in world.said if one.profile and one.native in present}
        assert {stored[0][key][1] for key in living} <= {"profile"}
        assert {stored[0][key][0] for key in living} == stored[1].keys()


VERDICTS = st.lists(
    st.tuples(st.sampled_from([*EMAILS, *ACCOUNTS, *PROFILES]), st.sampled_from(["is", "nobody", "not"])), max_size=4
)


@settings(max_examples=examples(30), deadline=None)
@given(st.booleans().flatmap(lambda linked: worlds(linked_profiles=linked)), VERDICTS, st.data())
def test_decisions_win_and_undoing_them_restores_what_was(world: World, verdicts, data: st.DataObject) -> None:
    with empty_database() as connection:
        resolve_identities(connection, write(connection, world.said), NOW)
        before = owners(connection), people(connection)
        known = sorted(before[1])
        if not known:
            return
        made = []
        for number, (key, verdict) in enumerate(verdicts, 1):
            if key not in before[0] or (key in PROFILES and verdict == "not"):
                continue
            person = None if verdict == "nobody" else data.draw(st.sampled_from(known))
            row = {"id": number, "identity_id": identity_id(key), "verdict": verdict, "person_id": person}
            row |= {"decided_by": "hr", "decided_at": NOW + timedelta(seconds=number), "reason": "seen"}
            upsert(connection, t.identity_decisions, [row])
            resolve_identities(connection, {identity_id(key)}, NOW)
            made.append((number, key, verdict, person))
        latest = {key: person for _, key, verdict, person in made if verdict != "not"}
        now = owners(connection), people(connection)
        assert all(now[0][key] == (person, "human") for key, person in latest.items())
        refused = {(key, person) for _, key, verdict, person in made if verdict == "not"}
        assert not [key for key, person in refused if key not in latest and now[0][key][0] == person]
        resolve_identities(connection, {identity_id(key) for key in KEYS}, NOW)
        assert (owners(connection), people(connection)) == now, "an increment differs from resolving everything"
        d = t.identity_decisions
        for number, key, _, _ in data.draw(st.permutations(made)):
            connection.execute(sa.update(d).where(d.c.id == number).values(undone_at=NOW))
            resolve_identities(connection, {identity_id(key)}, NOW)
        assert (owners(connection), people(connection)) == before
