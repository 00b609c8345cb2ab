"""Resolution and the identity queue on both databases."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa

from coachkit.domain.identity import identity_id, stable_id
from coachkit.errors import BadInput, NotFound
from coachkit.ingest.identity_queue import IdentityQueue
from coachkit.store.relational import schema as t
from coachkit.store.relational.database import Database, upsert
from coachkit.store.relational.identities import SqlIdentityStore
from coachkit.store.relational.resolution import resolve_identities

NOW = datetime(2026, 5, 20, 9, tzinfo=UTC)


@dataclass
class Source:
    """Writes what the sync engine writes, in one transaction with the resolution."""

    database: Database

    def write(
        self,
        profiles: dict[str, tuple[str, list[str]]] | None = None,
        accounts: Iterable[tuple[str, str, list[str]]] = (),
    ) -> None:
        """``profiles``: key → (name, claimed keys); ``accounts``: (key, name, same_as)."""
        records, nodes, stored, aliases = [], {}, [], []
        for key, (name, claimed) in (profiles or {}).items():
            record = self._record(f"profile {key}", records)
            mails = [k.removeprefix("email:") for k in claimed if k.startswith("email:")]
            stored.append(
                {
                    "record_id": record,
                    "identity_id": identity_id(key),
                    "profile": {"name": name, "emails": mails, "started_on": "2024-02-01", "active": True},
                }
            )
            self._join(record, key, None, claimed, nodes, aliases)
        for key, name, same in accounts:
            self._join(self._record(f"account {key}", records), key, name, same, nodes, aliases)
        with self.database.write() as connection:
            upsert(connection, t.scopes, [{"id": 1, "kind": "org", "key": "org"}], update=())
            upsert(connection, t.records, records)
            upsert(connection, t.identities, nodes.values(), update=())
            upsert(connection, t.profiles, stored)
            upsert(connection, t.identity_aliases, aliases)
            resolve_identities(connection, {row["id"] for row in nodes.values()}, NOW)

    def remove_profile(self, key: str) -> None:
        record = stable_id("record", f"profile {key}")
        with self.database.write() as connection:
            a = t.identity_aliases.c
            ends = connection.execute(sa.select(a.identity_id, a.alias_id).where(a.record_id == record)).all()
            connection.execute(sa.delete(t.identity_aliases).where(a.record_id == record))
            connection.execute(sa.delete(t.profiles).where(t.profiles.c.record_id == record))
            resolve_identities(connection, {identity_id(key), *(i for row in ends for i in row)}, NOW)

    def owner(self, key: str) -> int | None:
        with self.database.read() as connection:
            return connection.scalar(sa.select(t.identities.c.person_id).where(t.identities.c.key == key))

    def person(self, person: int) -> sa.Row[tuple[object, ...]]:
        with self.database.read() as connection:
            return connection.execute(sa.select(t.people).where(t.people.c.id == person)).one()

    @staticmethod
    def _record(native: str, records: list[dict[str, object]]) -> int:
        record = stable_id("record", native)
        row: dict[str, object] = dict.fromkeys(
            ("tenant", "source", "connection", "stream", "key", "title", "text"), "x"
        )
        row |= {"id": record, "native_id": native, "kind": "x", "occurred_at": NOW, "observed_at": NOW}
        records.append(row | {"scope_id": 1, "sensitivity": "work", "content_hash": ""})
        return record

    @staticmethod
    def _join(record: int, key: str, name: str | None, others: list[str], nodes: dict, aliases: list) -> None:
        for k in (key, *others):
            nodes.setdefault(
                k,
                {
                    "id": identity_id(k),
                    "key": k,
                    "system": k.split(":")[0],
                    "name": None,
                    "bot": False,
                    "connection": "x",
                },
            )
        nodes[key]["name"] = name
        aliases += [
            {"identity_id": identity_id(key), "alias_id": identity_id(o), "record_id": record, "method": "x"}
            for o in others
        ]


@pytest.fixture
def source(database: Database) -> Source:
    return Source(database)


@pytest.fixture
def queue(database: Database) -> IdentityQueue:
    return IdentityQueue(SqlIdentityStore(database, "UTC"))


@pytest.fixture
def answer() -> Callable[[int], dict[str, object]]:
    return lambda minute: {"by": "hr", "reason": "asked them", "now": NOW + timedelta(minutes=minute)}


def test_a_person_has_the_fields_of_their_profile_and_stays_when_it_vanishes(source: Source) -> None:
    source.write({"hris:1": ("Maria Gomez", ["email:M@a.org", "github:maria"])})
    person = source.owner("hris:1")
    assert person == stable_id("person", "hris:1")
    row = source.person(person)
    assert (row.name, row.email, row.started_on, row.active) == ("Maria Gomez", "m@a.org", date(2024, 2, 1), True)
    source.remove_profile("hris:1")
    assert not source.person(person).active
    assert source.owner("github:maria") == person
    source.write({"hris:1": ("Maria G. Gomez", ["email:M@a.org", "github:maria"])})
    assert (source.person(person).name, source.person(person).active) == ("Maria G. Gomez", True)


def test_contested_identities_are_in_the_queue_at_once(source: Source, queue: IdentityQueue, answer) -> None:
    source.write({"hris:1": ("Maria", ["email:desk@a.org"]), "hris:2": ("Wei", ["email:desk@a.org"])})
    (question,) = queue.list()
    assert (question.key, question.contested) == ("email:desk@a.org", True)
    assert {c.name for c in question.candidates} == {"Maria", "Wei"}
    wei = source.owner("hris:2")
    assert wei is not None
    decision = queue.accept(question.identity, wei, **answer(0))
    assert source.owner("email:desk@a.org") == wei
    assert queue.list() == ()
    undone = queue.undo(decision.public_id, by="hr", now=NOW)
    assert undone.undone_by == "hr"
    assert source.owner("email:desk@a.org") is None
    assert {c.name for c in queue.list()[0].candidates} == {"Maria", "Wei"}
    with pytest.raises(NotFound):
        queue.undo(decision.id, by="hr", now=NOW)


def test_what_is_no_longer_contested_leaves_the_queue(source: Source, queue: IdentityQueue, database: Database) -> None:
    source.write({"hris:1": ("Maria", ["email:desk@a.org"]), "hris:2": ("Wei", ["email:desk@a.org"])})
    source.remove_profile("hris:2")
    assert source.owner("email:desk@a.org") == source.owner("hris:1")
    with database.read() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(t.identity_suggestions)) == 0


def test_suggestions_carry_evidence_and_never_match_by_themselves(source: Source, queue: IdentityQueue) -> None:
    source.write(
        {
            "hris:1": ("Maria Gomez", ["email:maria.gomez@a.org"]),
            "hris:2": ("Wei Li", ["email:wei.li@a.org"]),
            "hris:3": ("Wei Li", ["email:wei.li2@a.org"]),
            "hris:4": ("李薇", ["email:liwei@a.org"]),
        },
        [
            ("github:mgomez", "María Gómez", []),
            ("email:weili@home.example", "Wei Li", []),
            ("github:stranger", "Nobody Known", []),
            ("github:gomez-bot", "Gomez bot", []),
            ("email:x9@b.example", "李 薇", []),
        ],
    )
    assert queue.suggest(NOW) == 3
    found = {q.key: q for q in queue.list()}
    assert found.keys() == {"github:mgomez", "email:weili@home.example", "email:x9@b.example"}
    maria = found["github:mgomez"].candidates
    assert [c.name for c in maria] == ["Maria Gomez"]
    assert {clue.kind for clue in maria[0].evidence_for} == {"same-name", "handle-of-name"}
    namesakes = found["email:weili@home.example"].candidates
    assert [c.name for c in namesakes] == ["Wei Li", "Wei Li"]
    assert all("namesake" in {clue.kind for clue in c.evidence_against} for c in namesakes)
    texts = [clue.text(language) for clue in namesakes[0].evidence_against for language in ("en", "zh")]
    assert "2 people have this name" in texts
    assert "同名者有 2 人" in texts
    assert [source.owner(key) for key in found] == [None, None, None], "suggesting matches nobody"
    assert queue.suggest(NOW) == 3, "looking again finds the same"


def test_refused_is_not_suggested_again_until_undone(source: Source, queue: IdentityQueue, answer) -> None:
    source.write({"hris:1": ("Maria Gomez", ["email:m@a.org"])}, [("github:mgomez", "Maria Gomez", [])])
    queue.suggest(NOW)
    (question,) = queue.list()
    decision = queue.refuse(question.identity, question.candidates[0].person, **answer(0))
    queue.suggest(NOW)
    assert queue.list() == ()
    assert [q.key for q in queue.list(everything=True)] == ["github:mgomez"]
    queue.undo(decision.id, by="hr", now=NOW)
    assert [q.key for q in queue.list()] == ["github:mgomez"]
    queue.assign_nobody(question.identity, **answer(1))
    queue.suggest(NOW)
    assert queue.list(everything=True) == ()


def test_where_they_work_speaks_for_a_candidate(source: Source, queue: IdentityQueue, database: Database) -> None:
    source.write(
        {"hris:1": ("Maria Gomez", ["email:m@a.org"]), "hris:2": ("Tom Becker", ["github:tom"])},
        [("github:mgomez", "Maria Gomez", [])],
    )
    with database.write() as connection:
        for number, (key, actor) in enumerate((("a", "github:tom"), ("b", "github:mgomez"))):
            rows: list[dict[str, object]] = []
            record = Source._record(f"item {key}", rows)
            upsert(connection, t.records, rows)
            upsert(connection, t.work_items, [{"record_id": record, "container": "org/search", "areas": []}])
            act = {"record_id": record, "ordinal": 0, "kind": "authored", "actor_id": identity_id(actor), "at": NOW}
            upsert(connection, t.interactions, [act])
            rows = []
            member = Source._record(f"membership {number}", rows)
            upsert(connection, t.records, rows)
            who = identity_id(("hris:1", "hris:2")[number])
            row = {"record_id": member, "team": "search", "identity_id": who, "role": "member"}
            upsert(connection, t.memberships, [row])
    queue.suggest(NOW)
    (question,) = queue.list()
    assert question.acts == 1
    clues = {clue.kind: clue.value for clue in question.candidates[0].evidence_for}
    assert clues["same-place"] == "org/search"


def test_two_people_can_be_made_one_and_two_again(source: Source, queue: IdentityQueue, answer) -> None:
    source.write(
        {"hris:1": ("Maria Gomez", ["email:m@a.org"]), "hris:2": ("Maria G.", ["github:maria"])},
        [("email:home@b.org", "Maria", ["github:maria"])],
    )
    one, two = source.owner("hris:1"), source.owner("hris:2")
    assert one is not None
    assert two is not None
    decision = queue.accept(queue.identity("hris:2"), one, **answer(0))
    assert [source.owner(k) for k in ("hris:2", "github:maria", "email:home@b.org")] == [one] * 3
    assert not source.person(two).active
    assert source.person(one).name == "Maria Gomez", "their own record names them, not the one that joined"
    queue.undo(decision.id, by="hr", now=NOW)
    assert [source.owner(k) for k in ("hris:2", "github:maria", "email:home@b.org")] == [two] * 3
    assert source.person(two).active


def test_one_person_can_be_split_and_joined_again(source: Source, queue: IdentityQueue, answer) -> None:
    source.write({"hris:1": ("Maria", ["hris:2", "email:m@a.org"]), "hris:2": ("Tom", ["email:t@a.org"])})
    joined = source.owner("hris:1")
    assert source.owner("hris:2") == joined
    decision = queue.separate(queue.identity("hris:2"), **answer(0))
    tom = source.owner("hris:2")
    assert tom not in (None, joined)
    assert source.owner("email:t@a.org") == tom
    assert source.person(tom or 0).name == "Tom"
    queue.undo(decision.id, by="hr", now=NOW)
    assert source.owner("hris:2") == source.owner("email:t@a.org") == joined
    with pytest.raises(BadInput):
        queue.separate(queue.identity("email:t@a.org"), **answer(1))


def test_undo_restores_a_person_who_had_moved_from_one_hr_source_to_another(
    source: Source, queue: IdentityQueue, answer
) -> None:
    source.write({"hris:1": ("Maria Gomez", ["email:m@a.org"]), "hris:9": ("Other", [])})
    maria, other = source.owner("hris:1"), source.owner("hris:9")
    source.remove_profile("hris:1")
    source.write({"scim:a": ("Maria Gomez", ["email:m@a.org"])})
    assert source.owner("scim:a") == maria
    assert source.person(maria or 0).active
    first = queue.accept(queue.identity("scim:a"), other or 0, **answer(0))
    second = queue.assign_nobody(queue.identity("scim:a"), **answer(1))
    queue.undo(first.id, by="hr", now=NOW)
    assert source.owner("scim:a") is None
    queue.undo(second.id, by="hr", now=NOW)
    assert source.owner("scim:a") == maria
    assert source.owner("email:m@a.org") == maria


def test_joining_somebody_new_to_somebody_gone_can_be_undone(source: Source, queue: IdentityQueue, answer) -> None:
    source.write({"hris:1": ("Maria Gomez", ["email:m@a.org"])})
    source.remove_profile("hris:1")
    source.write(
        {"scim:a": ("M. Costa", ["email:m@a.org", "email:costa@a.org"])}, [("github:m", "M", ["email:costa@a.org"])]
    )
    maria, costa = source.owner("hris:1"), source.owner("scim:a")
    mail, theirs = "email:m@a.org", ["email:costa@a.org", "github:m"]

    def check() -> None:
        assert maria != costa
        assert [source.owner(key) for key in ("hris:1", "scim:a", mail)] == [maria, costa, None]
        assert [source.owner(key) for key in theirs] == [costa, costa]

    check()
    with source.database.write() as connection:
        resolve_identities(connection, {identity_id(mail)}, NOW)
    check()
    decision = queue.accept(queue.identity("scim:a"), maria or 0, **answer(0))
    assert {source.owner(key) for key in ("hris:1", "scim:a", mail, *theirs)} == {maria}
    assert source.person(maria or 0).name == "M. Costa"
    queue.undo(decision.id, by="hr", now=NOW)
    check()


def test_a_decision_needs_a_reason_and_things_that_exist(source: Source, queue: IdentityQueue) -> None:
    source.write({"hris:1": ("Maria", ["email:m@a.org"])})
    maria, mail = source.owner("hris:1") or 0, queue.identity("email:m@a.org")
    with pytest.raises(BadInput, match="reason"):
        queue.accept(mail, maria, by="hr", reason=" ", now=NOW)
    with pytest.raises(NotFound):
        queue.accept(mail, 12345, by="hr", reason="x", now=NOW)
    with pytest.raises(NotFound):
        queue.accept(12345, maria, by="hr", reason="x", now=NOW)
    with pytest.raises(BadInput, match="makes the person"):
        queue.refuse(queue.identity("hris:1"), maria, by="hr", reason="x", now=NOW)
    with pytest.raises(NotFound):
        queue.identity("github:never-seen")


@pytest.mark.slow
def test_ten_thousand_identities_at_once(source: Source, database: Database) -> None:
    source.write(
        {f"hris:{n}": (f"Person {n}", [f"email:p{n}@a.org", "email:all@a.org"]) for n in range(2500)},
        [(f"github:u{n}", f"u{n}", [f"email:p{n}@a.org"]) for n in range(2500)],
    )
    assert source.owner("github:u77") == source.owner("hris:77")
    assert source.owner("email:all@a.org") is None
    began = time.perf_counter()
    with counted(database) as many:
        source.write(accounts=[(f"email:new{n}@b.org", f"n{n}", [f"github:u{n % 2500}"]) for n in range(10_000)])
    seconds = time.perf_counter() - began
    assert source.owner("email:new9999@b.org") == source.owner("hris:2499")
    assert len(many) < 100, "identities are resolved together, not one by one"
    times = []
    for _ in range(3):
        began = time.perf_counter()
        with database.write() as connection:
            resolve_identities(connection, {identity_id("github:u5")}, NOW)
        times.append(time.perf_counter() - began)
    assert min(times) < seconds / 10, "one identity must not cost a walk through the company"


@contextmanager
def counted(database: Database) -> Iterator[list[str]]:
    """The statements that are executed in the block."""
    found: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        found.append(statement)

    sa.event.listen(database.engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        sa.event.remove(database.engine, "before_cursor_execute", note)
