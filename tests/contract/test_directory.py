"""The directory, the policy, grants and the log of reads, on both databases."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from itertools import count

import pytest
import sqlalchemy as sa

from coachkit.access import Viewer, may_open_brief
from coachkit.domain.audience import Audience, AudienceKind
from coachkit.domain.identity import identity_id, public_id, stable_id
from coachkit.errors import AccessDenied, Ambiguous, BadInput, NotFound
from coachkit.store.relational import schema as t
from coachkit.store.relational.access import SqlDirectory, SqlReadLog
from coachkit.store.relational.database import Database, upsert
from coachkit.store.relational.grants import SqlGrants

NOW = datetime(2026, 5, 20, 9, tzinfo=UTC)
TODAY = date(2026, 5, 20)
DAY = timedelta(days=1)
ANA, MARIA, WEI, LIWEI, GONE, BOSS, HR = range(1, 8)


class Organisation:
    """Rows written straight into the tables."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.numbers = count(1)
        with database.write() as connection:
            upsert(connection, t.scopes, [{"id": stable_id("scope", "org"), "kind": "org", "key": "org"}])

    def person(self, person: int, name: str, *others: str, keys: tuple[str, ...] = (), **fields: object) -> None:
        row = {"id": person, "name": name, "other_names": list(others), "active": True, "left_on": None, "email": None}
        keys = (f"hris:{person}", *keys)
        with self.database.write() as connection:
            upsert(connection, t.people, [row | fields])
            upsert(
                connection,
                t.identities,
                [
                    {"id": identity_id(k), "key": k, "system": k.split(":")[0], "bot": False, "connection": "x"}
                    | {"person_id": person, "method": "profile"}
                    for k in keys
                ],
            )

    def _row(self, table: sa.Table, **fields: object) -> None:
        number = next(self.numbers)
        row: dict[str, object] = dict.fromkeys(("tenant", "source", "connection", "stream", "key", "title", "text"), "")
        row |= {"id": number, "native_id": str(number), "kind": "x", "occurred_at": NOW, "observed_at": NOW}
        row |= {"scope_id": stable_id("scope", "org"), "sensitivity": "work", "content_hash": ""}
        with self.database.write() as connection:
            connection.execute(sa.insert(t.records).values(row))
            connection.execute(sa.insert(table).values(record_id=number, **fields))

    def reports(self, person: int, manager: int, first: date | None = None, last: date | None = None) -> None:
        ids = {"identity_id": identity_id(f"hris:{person}"), "manager_id": identity_id(f"hris:{manager}")}
        self._row(t.reporting_lines, **ids, starts_on=first, ends_on=last)

    def member(self, person: int, team: str, first: date | None = None, last: date | None = None) -> None:
        fields = {"team": team, "identity_id": identity_id(f"hris:{person}"), "role": "member"}
        self._row(t.memberships, **fields, starts_on=first, ends_on=last)

    def team(self, key: str, name: str) -> None:
        self._row(t.teams, key=key, name=name, other_names=[])


@pytest.fixture
def organisation(database: Database) -> Organisation:
    made = Organisation(database)
    made.person(BOSS, "Ana Costa", email="boss@a.org", title="Director")
    made.person(ANA, "Ana Costa", email="ana@a.org", keys=("email:ana@a.org",), title="Engineer")
    made.person(MARIA, "María Gómez", "玛丽亚", email="maria@a.org", keys=("email:maria@a.org", "github:maria"))
    made.person(WEI, "Wei Li", "李伟", email="wei@a.org")
    made.person(LIWEI, "李薇", "Wei Li", email="liwei@a.org")
    made.person(GONE, "Tom Becker", email="tom@a.org", left_on=TODAY - DAY)
    made.person(HR, "Hanna Rask", email="hanna@a.org")
    made.team("search", "Search 搜索")
    made.member(MARIA, "pay", None, TODAY - DAY)
    made.member(MARIA, "search", TODAY)
    made.reports(MARIA, WEI, None, TODAY - DAY)
    made.reports(MARIA, ANA, TODAY, None)
    made.reports(ANA, BOSS)
    made.reports(GONE, ANA)
    return made


@pytest.fixture
def directory(organisation: Organisation) -> SqlDirectory:
    return SqlDirectory(organisation.database, "UTC", lambda: NOW)


def test_an_entry_is_as_of_a_day(directory: SqlDirectory) -> None:
    entry = directory.person(MARIA)
    assert (entry.team, entry.team_name, entry.manager, entry.active) == ("search", "Search 搜索", ANA, True)
    before = directory.person(MARIA, TODAY - DAY)
    assert (before.team, before.team_name, before.manager) == ("pay", "pay", WEI)
    manager = directory.manager_of(MARIA)
    assert manager is not None
    assert manager.id == ANA
    assert directory.manager_of(BOSS) is None
    assert [entry.id for entry in directory.reports_of(ANA)] == [MARIA], "who has left reports to nobody"
    assert [entry.id for entry in directory.reports_of(ANA, TODAY - DAY)] == [GONE], "their last day counts"
    assert GONE not in {entry.id for entry in directory.people()}
    assert GONE in {entry.id for entry in directory.people(left=True)}
    assert len(directory.people()) == 6
    assert entry.public_id == public_id(MARIA)
    with pytest.raises(NotFound):
        directory.person(999)


@pytest.mark.parametrize(
    "text",
    ["maria@a.org", "MARIA@a.org", "github:Maria", "hris:2", "Maria Gomez", "gómez, maría", "玛丽亚", public_id(MARIA)],
)
def test_a_person_is_found_by_whatever_names_them(directory: SqlDirectory, text: str) -> None:
    assert directory.find_person(text).id == MARIA


def test_two_people_of_one_name_are_told_apart(directory: SqlDirectory) -> None:
    with pytest.raises(Ambiguous) as caught:
        directory.find_person("Li Wei")
    assert len(caught.value.candidates) == 2
    assert any("liwei@a.org" in candidate for candidate in caught.value.candidates)
    assert directory.find_person("李薇").id == LIWEI
    with pytest.raises(Ambiguous):
        directory.find_person("ana costa")


def test_who_is_not_found_is_named_with_who_comes_near(directory: SqlDirectory) -> None:
    viewer = directory.viewer(MARIA, NOW)
    with pytest.raises(NotFound) as caught:
        directory.find_person("Hana Rask", viewer)
    assert "Hanna Rask" in caught.value.hint
    assert directory.find_person("Tom Becker").id == GONE
    with pytest.raises(NotFound) as caught:
        directory.find_person("Tom Becker", viewer)
    assert "Becker" not in caught.value.hint, "a viewer learns nothing of who has left"


def test_who_may_open_a_brief(directory: SqlDirectory, organisation: Organisation) -> None:
    def denied(person: int, subject: int = MARIA, now: datetime = NOW) -> bool:
        try:
            may_open_brief(directory, directory.viewer(person, now), subject, now)
        except AccessDenied:
            return True
        return False

    assert [denied(ANA), denied(MARIA)] == [False, False]
    assert denied(WEI), "yesterday's manager"
    assert denied(BOSS), "the manager's manager"
    assert denied(LIWEI)
    assert denied(HR)
    assert not denied(WEI, now=NOW - DAY)
    assert denied(GONE, GONE)
    assert not denied(GONE, GONE, NOW - DAY), "their last day is still theirs"
    grants = SqlGrants(organisation.database)
    grants.add(HR, "hr", "", by="root", reason="joins HR", now=NOW)
    assert denied(HR), "the role alone opens nothing"
    grants.add(HR, "hr", "subject:github:maria", by="root", reason="calibration", now=NOW)
    assert not denied(HR), "a grant for one identity is for the person"
    assert denied(HR, WEI)
    assert directory.viewer(HR, NOW).roles == {"hr"}
    grants.remove(HR, "hr", "subject:github:maria", by="root", reason="is over", now=NOW)
    assert denied(HR)
    grants.add(BOSS, "admin", "subject:github:maria", by="root", reason="wrong role", now=NOW)
    assert denied(BOSS), "only HR"


def test_who_has_left_reads_nothing(directory: SqlDirectory) -> None:
    assert directory.viewer(GONE, NOW).scopes == frozenset()
    assert directory.viewer(GONE, NOW - DAY).scopes
    with pytest.raises(NotFound):
        directory.viewer(999, NOW)


def test_grants_have_reasons_and_stay_on_record(organisation: Organisation) -> None:
    grants = SqlGrants(organisation.database)
    first = grants.add(HR, "hr", "team:search", by="root", reason=" review ", now=NOW)
    assert first.reason == "review"
    assert grants.add(HR, "hr", "team:search", by="other", reason="again", now=NOW + DAY) == first
    grants.remove(HR, "hr", "team:search", by="root", reason="done", now=NOW + DAY)
    assert grants.list(HR) == ()
    (kept,) = grants.list(HR, revoked=True)
    assert (kept.revoked_by, kept.revoked_reason, kept.revoked_at) == ("root", "done", NOW + DAY)
    grants.add(HR, "hr", "team:search", by="root", reason="next", now=NOW + 2 * DAY)
    assert [grant.reason for grant in grants.list(revoked=True)] == ["review", "next"]
    for role, key, reason in (
        ("king", "", "x"),
        ("hr", "team:", "x"),
        ("hr", "nobody", "x"),
        ("hr", "", " "),
        ("hr", "?", "x"),
    ):
        with pytest.raises(BadInput):
            grants.add(HR, role, key, by="root", reason=reason, now=NOW)
    with pytest.raises(NotFound):
        grants.add(999, "hr", "", by="root", reason="x", now=NOW)
    with pytest.raises(NotFound):
        grants.remove(HR, "admin", "", by="root", reason="x", now=NOW)


def test_reads_of_others_are_shown_to_them_and_ones_own_are_not(organisation: Organisation) -> None:
    log = SqlReadLog(organisation.database)
    ana = Viewer(person=ANA, name="Ana Costa", at=NOW, scopes=frozenset())
    maria = Viewer(person=MARIA, name="María Gómez", at=NOW, scopes=frozenset())
    log.record(ana, MARIA, "brief", "check-in", NOW)
    log.record(ana, MARIA, "evidence PAY-17", "check-in", NOW + DAY)
    log.record(maria, MARIA, "brief", "check-in", NOW)
    reads = log.reads_of(MARIA)
    assert [(read.viewer_name, read.what, read.at) for read in reads] == [
        ("Ana Costa", "evidence PAY-17", NOW + DAY),
        ("Ana Costa", "brief", NOW),
    ]
    assert log.reads_of(ANA) == ()
    assert len(log.reads_of(MARIA, limit=1)) == 1


@pytest.fixture
def crowd(organisation: Organisation) -> Callable[[int], int]:
    """A hundred thousand scopes of others; and a person with so many of their own."""

    def make(mine: int) -> int:
        person = 1000 + mine
        organisation.person(person, f"Viewer {mine}")
        keys = [f"people:hris:{900_000 + n}" for n in range(100_000)]
        keys += [Audience(AudienceKind.PEOPLE, (f"hris:{person}", f"x:{n}")).key for n in range(mine)]
        with organisation.database.write() as connection:
            scopes = [{"id": stable_id("scope", key), "kind": "people", "key": key} for key in keys]
            members = [
                {"scope_id": stable_id("scope", key), "member": member, "member_id": identity_id(member)}
                for key in keys
                for member in Audience.from_key(key).members
            ]
            upsert(connection, t.scopes, scopes, update=())
            upsert(connection, t.scope_members, members, update=())
            if connection.dialect.name == "postgresql":
                connection.execute(sa.text("ANALYZE"))
        return person

    return make


@pytest.mark.slow
@pytest.mark.parametrize("mine", [10, 1000])
def test_a_viewer_takes_no_walk_through_a_hundred_thousand_scopes(
    crowd: Callable[[int], int], organisation: Organisation, directory: SqlDirectory, mine: int
) -> None:
    person = crowd(mine)
    assert len(directory.viewer(person, NOW).scopes) == mine + 1
    times = []
    for _ in range(7):
        began = time.perf_counter()
        directory.viewer(person, NOW)
        times.append(time.perf_counter() - began)
    began = time.perf_counter()
    with organisation.database.read() as connection:
        assert len(connection.execute(sa.select(t.scope_members.c.scope_id, t.scope_members.c.member)).all()) > 100_000
    all_of_them = time.perf_counter() - began
    print(f"{mine} scopes: {min(times) * 1000:.1f} ms; to read all of them: {all_of_them * 1000:.1f} ms")
    assert min(times) < all_of_them / 2
