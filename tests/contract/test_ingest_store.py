"""The contract of the ingest store, on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from coachkit.domain.identity import identity_id, record_id
from coachkit.errors import ContractViolation, NotFound, StoreBusy, StoreError
from coachkit.ingest.ports import Source, Storable
from coachkit.ingest.reports import SyncState
from coachkit.sdk import (
    Account,
    AclChange,
    ActionItem,
    AgendaPoint,
    Audience,
    CheckIn,
    Checkpoint,
    Commitment,
    Cursor,
    Failure,
    Feedback,
    FeedbackKind,
    Goal,
    GoalLevel,
    Interaction,
    InteractionKind,
    KeyResult,
    Link,
    Measurement,
    Membership,
    Note,
    PersonProfile,
    Record,
    Relation,
    ReportingLine,
    Sensitivity,
    StateChange,
    Team,
    Tombstone,
    Upsert,
    WorkItem,
    WorkItemKind,
)
from coachkit.store.relational import schema as t
from coachkit.store.relational.database import Database
from coachkit.store.relational.syncs import SqlIngestStore

SOURCE = Source(connection="source", connector="scripted")
ANA, WEI = "email:ana@example.org", "tracker:wei.li"

Contents = Callable[[Database], dict[str, list[tuple[Any, ...]]]]


@pytest.fixture
def store(database: Database, connected: Callable[..., SqlIngestStore]) -> SqlIngestStore:
    return connected(database, "source", "other")


def thing(native_id: str, record: Record, at: datetime, **more: Any) -> Upsert:
    return Upsert(stream="things", native_id=native_id, record=record, occurred_at=at, **more)


def issue(key: str = "PAY-17", title: str = "Page the export", **more: Any) -> WorkItem:
    return WorkItem(kind=WorkItemKind.ISSUE, key=key, title=title, **more)


def rows(database: Database, table: sa.Table, **where: Any) -> list[dict[str, Any]]:
    with database.read() as connection:
        statement = sa.select(table).where(*(table.c[name] == value for name, value in where.items()))
        return sorted((dict(row) for row in connection.execute(statement).mappings()), key=repr)


def one(database: Database, table: sa.Table, native_id: str = "1", stream: str = "things") -> dict[str, Any]:
    key = "id" if table is t.records else "record_id"
    (row,) = rows(database, table, **{key: record_id("source", stream, native_id)})
    return row


# every noun


def test_work_item_becomes_rows_of_work(store: SqlIngestStore, now: datetime) -> None:
    before = now - timedelta(days=3)
    record = issue(
        body="Time-outs above two million rows 分页",
        container="PAY",
        areas=("export", "ledger"),
        team="payments",
        state="In Progress",
        state_category="doing",
        created_at=before,
        due_on=date(2026, 6, 1),
        size=7,
        interactions=(
            Interaction(kind=InteractionKind.AUTHORED, actor=ANA, at=before),
            Interaction(kind=InteractionKind.ASKED, actor=WEI, target=ANA, at=now, text="How long do we wait?"),
        ),
        history=(StateChange(at=before, state="Blocked", category="waiting", by=WEI, reason="waiting for PAY-3"),),
        links=(Link(rel="blocked_by", target="PAY-3", since=before), Link(rel="goal", target="KR-2")),
    )
    store.write(SOURCE, [thing("1", record, now, url="https://tracker/PAY-17", version=4)], now=now)
    envelope = one(store.database, t.records)
    assert (envelope["kind"], envelope["key"], envelope["title"]) == ("issue", "PAY-17", "Page the export")
    assert envelope["text"] == "Time-outs above two million rows 分页\n\nHow long do we wait?"
    assert (envelope["source"], envelope["connection"], envelope["stream"]) == ("scripted", "source", "things")
    assert (envelope["version"], envelope["url"], envelope["deleted_at"]) == (4, "https://tracker/PAY-17", None)
    assert (envelope["occurred_at"], envelope["observed_at"]) == (now, now)
    item = one(store.database, t.work_items)
    del item["record_id"]
    assert item == {
        "container": "PAY",
        "areas": ["export", "ledger"],
        "team": "payments",
        "state": "In Progress",
        "state_category": "doing",
        "created_at": before,
        "closed_at": None,
        "due_on": date(2026, 6, 1),
        "size": 7,
    }
    acted = rows(store.database, t.interactions)
    assert [(a["ordinal"], a["kind"], a["actor_id"], a["target_id"], a["item"], a["at"]) for a in acted] == [
        (0, "authored", identity_id(ANA), None, None, before),
        (1, "asked", identity_id(WEI), identity_id(ANA), None, now),
    ]
    (change,) = rows(store.database, t.state_changes)
    assert (change["state"], change["by_id"], change["reason"]) == ("Blocked", identity_id(WEI), "waiting for PAY-3")
    assert [(link["rel"], link["target"], link["since"]) for link in rows(store.database, t.record_links)] == [
        ("blocked_by", "PAY-3", before),
        ("goal", "KR-2", None),
    ]


def test_goal_becomes_rows_of_goals(store: SqlIngestStore, now: datetime) -> None:
    key_result = KeyResult(
        key="KR-2",
        title="p95 query latency",
        start=710.0,
        target=400.0,
        unit="ms",
        owners=(ANA, WEI),
        due_on=date(2026, 6, 30),
        measurements=(Measurement(at=now, value=620.5, by=ANA, note="after the index"),),
    )
    record = Goal(
        key="O-1",
        title="Search answers at once",
        description="For every customer",
        level=GoalLevel.TEAM,
        commitment=Commitment.COMMITTED,
        owners=(ANA, ANA),
        team="search",
        other_teams=("payments",),
        parents=("O-0", "O-9"),
        starts_on=date(2026, 4, 1),
        state="open",
        state_category="active",
        key_results=(key_result,),
        history=(StateChange(at=now, state="open"),),
    )
    store.write(SOURCE, [thing("1", record, now)], now=now)
    assert one(store.database, t.records)["text"] == "For every customer\np95 query latency"
    goal = one(store.database, t.goals)
    assert (goal["key"], goal["level"], goal["commitment"], goal["team"]) == ("O-1", "team", "committed", "search")
    assert (goal["other_teams"], goal["parents"]) == (["payments"], ["O-0", "O-9"])
    assert (goal["starts_on"], goal["due_on"], goal["state_category"]) == (date(2026, 4, 1), None, "active")
    result = one(store.database, t.key_results)
    assert (result["start"], result["target"], result["unit"]) == (710.0, 400.0, "ms")
    owners = {(row["key_result"], row["identity_id"]) for row in rows(store.database, t.goal_owners)}
    assert owners == {("", identity_id(ANA)), ("KR-2", identity_id(ANA)), ("KR-2", identity_id(WEI))}
    measured = one(store.database, t.measurements)
    assert (measured["value"], measured["at"], measured["by_id"]) == (620.5, now, identity_id(ANA))
    assert one(store.database, t.state_changes)["state"] == "open"


def test_conversations_become_rows(store: SqlIngestStore, now: datetime) -> None:
    said = Feedback(
        subject=ANA,
        kind=FeedbackKind.PRAISE,
        relation=Relation.CUSTOMER,
        text="当天就有人来处理",
        at=now,
        author_name="华东物流",
    )
    point = AgendaPoint(author=ANA, text="How long for paging?", added_at=now)
    met = CheckIn(manager=WEI, report=ANA, scheduled_at=now, agenda=(point,), outcome="Split it", every_days=14)
    action = ActionItem(title="Ask for a date", owner=WEI, created_at=now, due_on=date(2026, 5, 13), check_in="c1")
    note = Note(author=WEI, about=ANA, text="remember the talk", at=now)
    own = Audience.people(WEI)
    items = [
        thing("f", said, now, audience=Audience.subject(ANA), sensitivity=Sensitivity.PERSONAL),
        thing("c", met, now, audience=Audience.people(ANA, WEI)),
        thing("a", action, now),
        thing("n", note, now, audience=own, sensitivity=Sensitivity.PRIVATE),
    ]
    store.write(SOURCE, items, now=now)
    texts = {row["native_id"]: (row["kind"], row["title"], row["text"]) for row in rows(store.database, t.records)}
    assert texts == {
        "f": ("feedback", "", "当天就有人来处理"),
        "c": ("check_in", "", "How long for paging?\nSplit it"),
        "a": ("action_item", "Ask for a date", ""),
        "n": ("note", "", "remember the talk"),
    }
    feedback = one(store.database, t.feedback, "f")
    assert (feedback["author_id"], feedback["author_name"], feedback["relation"]) == (None, "华东物流", "customer")
    check_in = one(store.database, t.check_ins, "c")
    assert (check_in["manager_id"], check_in["state"], check_in["every_days"]) == (identity_id(WEI), "planned", 14)
    assert one(store.database, t.agenda_points, "c")["done"] is False
    assert one(store.database, t.action_items, "a")["due_on"] == date(2026, 5, 13)
    assert one(store.database, t.notes, "n")["about_id"] == identity_id(ANA)
    assert one(store.database, t.records, "n")["sensitivity"] == "private"
    scopes = {row["key"]: row["id"] for row in rows(store.database, t.scopes)}
    members = {(row["scope_id"], row["member"], row["member_id"]) for row in rows(store.database, t.scope_members)}
    assert (scopes[own.key], WEI, identity_id(WEI)) in members
    assert scopes.keys() == {"org", own.key, Audience.subject(ANA).key, Audience.people(ANA, WEI).key}


def test_people_become_identities_without_searchable_text(store: SqlIngestStore, now: datetime) -> None:
    profile = PersonProfile(
        identity="hris:1001",
        name="李薇",
        other_names=("Li Wei",),
        emails=("Wei.Li@Example.org",),
        accounts=(WEI,),
        started_on=date(2024, 1, 8),
    )
    items = [
        Upsert(stream="people", native_id="1001", record=profile, occurred_at=now),
        thing("acc", Account(identity="github:WeiLi", name="wei", emails=("wei.li@example.org",)), now),
        thing("bot", Account(identity="github:ci[bot]", name="ci", bot=True), now),
        thing("team", Team(key="data", name="数据平台", other_names=("Data",), description="Reports"), now),
        thing("m", Membership(team="data", person="hris:1001", role="lead", starts_on=date(2024, 1, 8)), now),
        thing("r", ReportingLine(person="hris:1001", manager="hris:1", ends_on=date(2026, 1, 1)), now),
    ]
    store.write(SOURCE, items, now=now)
    text = {row["native_id"]: row["title"] + row["text"] for row in rows(store.database, t.records)}
    assert text == {"1001": "", "acc": "", "bot": "", "team": "数据平台Reports", "m": "", "r": ""}
    identities = {row["key"]: row for row in rows(store.database, t.identities)}
    assert identities.keys() == {
        "hris:1001", "hris:1", "email:wei.li@example.org", WEI, "github:weili", "github:ci[bot]",
    }  # fmt: skip
    assert (identities["github:weili"]["name"], identities["hris:1001"]["name"]) == ("wei", "李薇")
    assert [key for key, row in identities.items() if row["bot"]] == ["github:ci[bot]"]
    assert {row["method"] for row in rows(store.database, t.identity_aliases)} == {"profile", "account"}
    (person,) = rows(store.database, t.people)
    assert person["name"] == "李薇"
    mine = {key for key, row in identities.items() if row["person_id"] == person["id"]}
    assert mine == {"hris:1001", "email:wei.li@example.org", WEI, "github:weili"}
    stored = one(store.database, t.profiles, "1001", "people")["profile"]
    assert (stored["started_on"], stored["other_names"]) == ("2024-01-08", ["Li Wei"])
    assert one(store.database, t.memberships, "m")["role"] == "lead"
    assert one(store.database, t.reporting_lines, "r")["ends_on"] == date(2026, 1, 1)


def test_interaction_alone_is_a_record(store: SqlIngestStore, now: datetime) -> None:
    said = Interaction(
        kind=InteractionKind.ANSWERED, actor=WEI, target=ANA, item="SRCH-91", at=now, text="Use 登录 pages"
    )
    silent = Interaction(kind=InteractionKind.REVIEWED, actor=WEI, at=now)
    store.write(SOURCE, [thing("1", said, now), thing("2", silent, now)], now=now)
    first, second = one(store.database, t.records), one(store.database, t.records, "2")
    assert (first["kind"], first["key"], first["text"]) == ("interaction", "SRCH-91", "Use 登录 pages")
    assert (second["key"], second["text"]) == ("2", "")
    assert one(store.database, t.interactions)["item"] == "SRCH-91"
    indexed = {row["record_id"] for row in rows(store.database, t.postings)}
    assert indexed == {first["id"]}


# what is written, and what is not


def test_the_same_again_writes_nothing(store: SqlIngestStore, contents: Contents, now: datetime) -> None:
    items: list[Storable] = [thing(str(n), issue(f"A-{n}"), now, version=n or None) for n in range(5)]
    assert store.write(SOURCE, items, now=now).counts["things"].created == 5
    before = contents(store.database)
    counts = store.write(SOURCE, items, now=now + timedelta(hours=1)).counts["things"]
    assert (counts.unchanged, counts.written) == (5, 0)
    assert contents(store.database) == before


@pytest.mark.parametrize(
    "change",
    [
        {"record": issue(title="Other")},
        {"url": "https://elsewhere"},
        {"audience": Audience.nobody()},
        {"sensitivity": Sensitivity.PERSONAL},
        {"occurred_at": datetime.fromisoformat("2026-05-20T09:00:01+00:00")},
    ],
    ids=lambda change: next(iter(change)),
)
def test_any_change_is_written(store: SqlIngestStore, now: datetime, change: dict[str, Any]) -> None:
    first: dict[str, Any] = {"stream": "things", "native_id": "1", "record": issue(), "occurred_at": now}
    store.write(SOURCE, [Upsert(**first)], now=now)
    old = one(store.database, t.records)
    assert store.write(SOURCE, [Upsert(**first | change)], now=now).counts["things"].changed == 1
    assert one(store.database, t.records)["content_hash"] != old["content_hash"]


def test_the_same_moment_in_another_zone_is_no_change(store: SqlIngestStore, now: datetime) -> None:
    zone = datetime.fromisoformat("2026-05-20T17:00:00+08:00")
    assert zone == now
    store.write(SOURCE, [thing("1", issue(created_at=now), now)], now=now)
    assert store.write(SOURCE, [thing("1", issue(created_at=zone), zone)], now=now).counts["things"].unchanged == 1


def test_a_change_replaces_all_rows_of_the_record(store: SqlIngestStore, now: datetime) -> None:
    def with_parts(count: int) -> Upsert:
        parts = tuple(Interaction(kind=InteractionKind.COMMENTED, actor=ANA, at=now) for _ in range(count))
        links = tuple(Link(rel="relates", target=f"A-{n}") for n in range(count))
        return thing("1", issue(interactions=parts, links=links), now)

    store.write(SOURCE, [with_parts(3)], now=now)
    store.write(SOURCE, [with_parts(1)], now=now)
    assert len(rows(store.database, t.interactions)) == 1
    assert len(rows(store.database, t.record_links)) == 1


def test_a_record_may_become_another_noun(store: SqlIngestStore, now: datetime) -> None:
    store.write(SOURCE, [thing("1", Goal(key="O-1", title="Goal"), now)], now=now)
    store.write(SOURCE, [thing("1", issue(), now)], now=now)
    assert rows(store.database, t.goals) == []
    assert one(store.database, t.records)["kind"] == "issue"


def test_an_older_version_never_overwrites_a_newer(store: SqlIngestStore, now: datetime) -> None:
    store.write(SOURCE, [thing("1", issue(title="new"), now, version=7)], now=now)
    counts = store.write(SOURCE, [thing("1", issue(title="old"), now, version=6)], now=now).counts["things"]
    assert (counts.outdated, counts.written) == (1, 0)
    assert one(store.database, t.records)["title"] == "new"


def test_a_newer_version_of_the_same_content_is_remembered(store: SqlIngestStore, now: datetime) -> None:
    store.write(SOURCE, [thing("1", issue(title="same"), now, version=5)], now=now)
    assert store.write(SOURCE, [thing("1", issue(title="same"), now, version=9)], now=now).counts["things"].unchanged
    store.write(SOURCE, [thing("1", issue(title="late"), now, version=8)], now=now)
    assert one(store.database, t.records)["title"] == "same"
    assert one(store.database, t.records)["version"] == 9


# removal


def test_a_tombstone_leaves_nothing_but_the_key(store: SqlIngestStore, now: datetime) -> None:
    record = issue(
        title="secretword",
        body="secretword",
        interactions=(Interaction(kind=InteractionKind.AUTHORED, actor=ANA, at=now),),
        history=(StateChange(at=now, state="secretword"),),
        links=(Link(rel="goal", target="secretword"),),
    )
    store.write(SOURCE, [thing("1", record, now, url="https://x/secretword")], now=now)
    found = one(store.database, t.records)["id"]
    with store.database.write() as connection:
        connection.execute(
            sa.insert(t.embeddings).values(
                record_id=found, model="m", content_hash="h", language="en", vector=b"0", version=1
            )
        )
        connection.execute(sa.delete(t.index_outbox))
    gone_at = now + timedelta(hours=2)
    written = store.write(SOURCE, [Tombstone(stream="things", native_id="1", at=gone_at)], now=now)
    assert written.counts["things"].removed == 1
    envelope = one(store.database, t.records)
    assert (envelope["key"], envelope["deleted_at"], envelope["url"]) == ("PAY-17", gone_at, None)
    with store.database.read() as connection:
        for table in t.metadata.sorted_tables:
            held = [row for row in connection.execute(sa.select(table)) if "secretword" in str(row)]
            assert not held, table.name
            if "record_id" in table.c and table not in (t.index_outbox, t.vector_removals):
                assert not connection.execute(sa.select(table)).all(), table.name
    assert [row["record_id"] for row in rows(store.database, t.index_outbox)] == [found]
    assert [row["record_id"] for row in rows(store.database, t.vector_removals)] == [found]


def test_a_removed_record_comes_back(store: SqlIngestStore, contents: Contents, now: datetime) -> None:
    item = thing("1", issue(body="body"), now, version=3)
    store.write(SOURCE, [item], now=now)
    before = contents(store.database)
    store.write(SOURCE, [Tombstone(stream="things", native_id="1")], now=now)
    assert store.write(SOURCE, [item], now=now).counts["things"].created == 1
    assert contents(store.database) == before


def test_a_late_event_does_not_revive(store: SqlIngestStore, now: datetime) -> None:
    store.write(SOURCE, [thing("1", issue(), now, version=3), Tombstone(stream="things", native_id="1")], now=now)
    assert store.write(SOURCE, [thing("1", issue(), now, version=2)], now=now).counts["things"].outdated == 1
    assert one(store.database, t.records)["deleted_at"] == now


def test_a_tombstone_for_nothing_does_nothing(store: SqlIngestStore, contents: Contents, now: datetime) -> None:
    before = contents(store.database)
    counts = store.write(SOURCE, [Tombstone(stream="things", native_id="never")], now=now).counts["things"]
    assert counts.removed == 0
    assert contents(store.database) == before


def test_a_removed_account_loses_its_name_and_its_person(store: SqlIngestStore, now: datetime) -> None:
    profile = PersonProfile(identity="hris:1", name="Ana Costa", emails=("ana@example.org",))
    account = Account(identity="github:ana", name="Ana C.", emails=("ana@example.org",))
    store.write(SOURCE, [thing("p", profile, now), thing("a", account, now)], now=now)
    (before,) = rows(store.database, t.identities, key="github:ana")
    assert before["person_id"] is not None
    store.write(SOURCE, [Tombstone(stream="things", native_id="a")], now=now)
    (after,) = rows(store.database, t.identities, key="github:ana")
    assert (after["name"], after["person_id"]) == (None, None)
    (person,) = rows(store.database, t.people)
    assert person["active"]
    store.write(SOURCE, [Tombstone(stream="things", native_id="p")], now=now)
    (person,) = rows(store.database, t.people)
    assert not person["active"]


# audience


def test_an_audience_changes_alone(store: SqlIngestStore, now: datetime) -> None:
    item = thing("1", issue(body="words"), now)
    store.write(SOURCE, [item], now=now)
    group = Audience.group("repo:secret")
    change = AclChange(stream="things", native_id="1", audience=group)
    assert store.write(SOURCE, [change], now=now).counts["things"].changed == 1
    (scope,) = rows(store.database, t.scopes, key=group.key)
    assert one(store.database, t.records)["scope_id"] == scope["id"]
    assert {row["scope_id"] for row in rows(store.database, t.postings)} == {scope["id"]}
    assert one(store.database, t.records)["text"] == "words"
    assert not store.write(SOURCE, [change], now=now).counts["things"].written
    assert store.write(SOURCE, [item], now=now).counts["things"].changed == 1, "the source says: everyone, again"


def test_a_group_is_replaced_as_a_whole(store: SqlIngestStore, now: datetime) -> None:
    def members() -> set[int]:
        return {row["identity_id"] for row in rows(store.database, t.groups, key="repo:x")}

    store.write(SOURCE, [AclChange(group="repo:x", members=(ANA, WEI)), AclChange(group="y", members=(ANA,))], now=now)
    assert members() == {identity_id(ANA), identity_id(WEI)}
    store.write(SOURCE, [AclChange(group="repo:x", members=(WEI, "hris:9"))], now=now)
    assert members() == {identity_id(WEI), identity_id("hris:9")}
    store.write(SOURCE, [AclChange(group="repo:x")], now=now)
    assert members() == set()
    assert len(rows(store.database, t.groups, key="y")) == 1


def test_access_to_an_unknown_record_is_ignored(store: SqlIngestStore, contents: Contents, now: datetime) -> None:
    before = contents(store.database)
    store.write(SOURCE, [AclChange(stream="things", native_id="?", audience=Audience.nobody())], now=now)
    assert contents(store.database) == before


# bad records

NAIVE = datetime.fromisoformat("2026-05-20T09:00:00")


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        (issue(title=None), "title is NoneType, not text"),  # type: ignore[arg-type]
        (issue(created_at=NAIVE), "has no time zone"),
        (issue(due_on=NAIVE.astimezone()), "a day is datetime"),
        (issue(size=2**40), "the size is"),
        (issue(body="half a \ud83d"), "surrogate"),
        (issue(interactions=(Interaction(kind="liked", actor=ANA, at=NAIVE),)), "time zone"),  # type: ignore[arg-type]
        (Interaction(kind="liked", actor=ANA, at=NAIVE.astimezone()), "'liked' is none of"),  # type: ignore[arg-type]
        (Interaction(kind=InteractionKind.ASKED, actor="nobody", at=NAIVE.astimezone()), "system:name"),
        (Interaction(kind=InteractionKind.ASKED, actor="email: ", at=NAIVE.astimezone()), "system:name"),
        (Goal(key="O", title="o", key_results=(KeyResult(key="K", title="k", start=float("nan")),)), "not a number"),
        (Goal(key="O", title="o", key_results=(KeyResult(key="K", title="k"),) * 2), "two key results"),
        (Goal(key="O", title="o", key_results=(KeyResult(key="", title="k"),)), "has no key"),
        (issue(areas=("a", {1, 2})), "set"),  # type: ignore[arg-type]
    ],
    ids=lambda value: value if isinstance(value, str) else type(value).__name__,
)
def test_a_bad_record_is_kept_aside_and_the_others_are_written(
    store: SqlIngestStore, now: datetime, record: Record, reason: str
) -> None:
    items = [thing("ok", issue(), now), thing("bad", record, now), thing("ok2", issue(), now)]
    counts = store.write(SOURCE, items, now=now).counts["things"]
    assert (counts.read, counts.created, counts.quarantined) == (3, 2, 1)
    (kept,) = rows(store.database, t.quarantine)
    assert reason in kept["reason"]
    assert (kept["stream"], kept["native_id"], kept["attempts"]) == ("things", "bad", 1)
    assert kept["payload"]["noun"]
    assert {row["native_id"] for row in rows(store.database, t.records)} == {"ok", "ok2"}


def test_odd_text_is_stored_on_both_databases(store: SqlIngestStore, now: datetime) -> None:
    odd = "nul \0 tab \t quote ' \" backslash \\N \\. 𠮷 \u202e %s :x {} \r\n"
    record = issue(title=odd, body=odd, areas=(odd,), links=(Link(rel="x", target=odd),))
    profile = PersonProfile(identity="hris:7", name=odd, other_names=(odd,))
    store.write(SOURCE, [thing(odd.replace("\0", ""), record, now), thing("p", profile, now)], now=now)
    clean = odd.replace("\0", "\ufffd")
    (item,) = rows(store.database, t.records, kind="issue")
    assert (item["title"], item["text"]) == (clean, clean)
    assert rows(store.database, t.work_items)[0]["areas"] == [clean]
    assert rows(store.database, t.profiles)[0]["profile"]["name"] == clean


def test_a_failure_is_kept_and_cleared_by_success(store: SqlIngestStore, now: datetime) -> None:
    payload = {"raw": "x\0\ud800", "n": float("inf"), "deep": [{"at": now}], 7: {1}}
    failure = Failure(stream="things", native_id="1", reason="no title", payload=payload)
    assert store.write(SOURCE, [failure], now=now).counts["things"].quarantined == 1
    (offered,) = store.quarantined("source", before=now + timedelta(seconds=1))
    assert (offered.native_id, offered.reason) == ("1", "no title")
    assert offered.payload["deep"] == [{"at": "2026-05-20T09:00:00+00:00"}]
    assert list(store.quarantined("source", before=now)) == []
    later = now + timedelta(days=1)
    store.write(SOURCE, [failure], now=later, retry=True)
    (kept,) = rows(store.database, t.quarantine)
    assert (kept["attempts"], kept["first_at"], kept["last_at"]) == (2, now, later)
    store.write(SOURCE, [thing("1", issue(), now)], now=later, retry=True)
    assert rows(store.database, t.quarantine) == []


def test_a_failure_does_not_touch_what_is_stored(store: SqlIngestStore, now: datetime) -> None:
    store.write(SOURCE, [thing("1", issue(title="kept"), now)], now=now)
    store.write(SOURCE, [Failure(stream="things", native_id="1", reason="broken")], now=now)
    assert one(store.database, t.records)["title"] == "kept"
    store.write(SOURCE, [thing("1", issue(title="kept"), now)], now=now)
    assert rows(store.database, t.quarantine) == [], "read again, though unchanged"


def test_a_mistake_in_code_is_no_bad_record(store: SqlIngestStore, contents: Contents, now: datetime) -> None:
    before = contents(store.database)
    with pytest.raises(ContractViolation, match="no noun"):
        store.write(SOURCE, [thing("1", issue(), now), thing("2", "text", now)], now=now)  # type: ignore[arg-type]
    assert contents(store.database) == before, "all or nothing"


# order and parts


def test_items_take_effect_in_order(store: SqlIngestStore, now: datetime) -> None:
    gone = Tombstone(stream="things", native_id="1")
    items: list[Storable] = [
        thing("1", issue(title="a"), now),
        gone,
        thing("1", issue(title="b"), now),
        AclChange(stream="things", native_id="1", audience=Audience.nobody()),
        thing("2", issue(title="c"), now),
        Tombstone(stream="things", native_id="2"),
        thing("3", issue(title="d"), now),
        thing("3", issue(title="e"), now),
    ]
    store.write(SOURCE, items, now=now)
    state = {row["native_id"]: (row["title"], row["deleted_at"] is None) for row in rows(store.database, t.records)}
    assert state == {"1": ("b", True), "2": ("", False), "3": ("e", True)}
    (nobody,) = rows(store.database, t.scopes, key="nobody")
    assert one(store.database, t.records)["scope_id"] == nobody["id"]


def test_many_items_go_through_in_batches(store: SqlIngestStore, now: datetime) -> None:
    items = [thing(str(n), issue(f"A-{n}", interactions=()), now) for n in range(4_500)]
    assert store.write(SOURCE, [*items, *items[:10]], now=now).counts["things"].created == 4_500
    with store.database.read() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(t.records)) == 4_500


def test_cursors_are_committed_with_what_came_before(store: SqlIngestStore, now: datetime) -> None:
    def reached(page: int) -> Checkpoint:
        return Checkpoint(stream="things", cursor=Cursor(version=2, state={"page": page}))

    store.write(SOURCE, [reached(1), thing("1", issue(), now), reached(2)], now=now)
    assert store.cursors("source") == {"things": Cursor(version=2, state={"page": 2})}
    with pytest.raises(ContractViolation):
        store.write(SOURCE, [reached(3), thing("2", "text", now)], now=now)  # type: ignore[arg-type]
    assert store.cursors("source")["things"].state == {"page": 2}
    assert store.cursors("other") == {}
    store.forget_cursors("source")
    assert store.cursors("source") == {}


def test_a_damaged_cursor_says_what_to_do(store: SqlIngestStore, now: datetime) -> None:
    store.write(SOURCE, [Checkpoint(stream="things", cursor=Cursor(version=1, state={}))], now=now)
    with store.database.write() as connection:
        connection.execute(sa.update(t.cursors).values(state=["no", "cursor"]))
    with pytest.raises(StoreError, match="damaged") as refused:
        store.cursors("source")
    assert "coachkit sync source --restart" in refused.value.hint


# dry run


def test_a_dry_run_tells_and_changes_nothing(store: SqlIngestStore, contents: Contents, now: datetime) -> None:
    line = ReportingLine(person="hris:1", manager="hris:2")
    profile = PersonProfile(identity="hris:1", name="Ana", title="Engineer")
    items = [thing("l", line, now), thing("p", profile, now), thing("g", issue(key="X-1"), now)]
    store.write(SOURCE, items, now=now)
    before = contents(store.database)
    planned: list[Storable] = [
        thing("l", ReportingLine(person="hris:1", manager="hris:3"), now),
        thing("p", PersonProfile(identity="hris:1", name="Ana", title="Lead"), now),
        Tombstone(stream="things", native_id="g"),
        thing("new", issue(key="X-2"), now),
        Failure(stream="things", native_id="f", reason="no"),
        Checkpoint(stream="things", cursor=Cursor(version=1, state={})),
    ]
    told = store.write(SOURCE, planned, now=now + timedelta(hours=1), dry_run=True)
    assert contents(store.database) == before
    found = {change.native_id: change for change in told.changes}
    assert {name: change.action for name, change in found.items()} == {
        "l": "changed", "p": "changed", "g": "removed", "new": "created",
    }  # fmt: skip
    assert [(f.field, f.old, f.new) for f in found["l"].fields] == [("manager", "hris:2", "hris:3")]
    assert [(f.field, f.old, f.new) for f in found["p"].fields] == [("title", "Engineer", "Lead")]
    assert found["new"].key == "X-2"
    real = store.write(SOURCE, planned, now=now + timedelta(hours=1))
    assert real.counts == told.counts
    assert real.changes == ()


# what the source no longer has


def test_vanished_records_are_found(store: SqlIngestStore, now: datetime) -> None:
    things = [thing(str(n), issue(f"A-{n}"), now) for n in range(2_500)]
    person = PersonProfile(identity="hris:1", name="Ana")
    left = PersonProfile(identity="hris:2", name="Tom", active=False)
    others = [
        Upsert(stream="people", native_id="a", record=person, occurred_at=now),
        Upsert(stream="people", native_id="b", record=left, occurred_at=now),
        Failure(stream="things", native_id="bad", reason="no"),
        Failure(stream="things", native_id="gone", reason="no"),
    ]
    store.write(SOURCE, [*things, *others], now=now)
    present = [str(n) for n in range(0, 2_500, 2)]
    with store.vanished("source", "things", iter([*present, "bad", *present, "unknown"])) as gone:
        assert (gone.count, gone.total, gone.people, gone.people_total) == (1_250, 2_500, 0, 0)
        listed = [native for page in gone.pages() for native in page]
    assert sorted(listed, key=int) == [str(n) for n in range(1, 2_500, 2)]
    assert [row["native_id"] for row in rows(store.database, t.quarantine)] == ["bad"]
    with store.vanished("source", "people", iter(()), dry_run=True) as gone:
        assert (gone.count, gone.total, gone.people, gone.people_total) == (2, 2, 1, 1)
    with store.vanished("other", "things", iter(())) as gone:
        assert (gone.count, list(gone.pages())) == (0, [])


# one at a time


def test_a_second_holder_is_told_who_holds_it(store: SqlIngestStore, now: datetime) -> None:
    with store.hold("source"):
        run = store.start_run("source", "process 7 on there", now)
        with pytest.raises(StoreBusy, match="process 7 on there since 2026-05-20 09:00 UTC"), store.hold("source"):
            pytest.fail("two held it")
        with store.hold("other"):
            pass
        store.finish_run(run, SyncState.DONE, {}, None, now)
    with store.hold("source"):
        pass


def test_an_unknown_connection_cannot_be_held(store: SqlIngestStore) -> None:
    with pytest.raises(NotFound), store.hold("nowhere"):
        pytest.fail("it does not exist")


def test_a_run_that_was_cut_off_is_noted_so(store: SqlIngestStore, now: datetime) -> None:
    store.start_run("source", "a", now)
    second = store.start_run("source", "b", now)
    store.finish_run(second, SyncState.DONE, {}, None, now)
    states = [(row["holder"], row["state"], row["error"]) for row in rows(store.database, t.sync_runs)]
    assert sorted(states) == [("a", "failed", "cut off: its process ended"), ("b", "done", None)]


def test_what_a_webhook_brought_while_the_source_was_listed_has_not_vanished(
    database: Database, connected: Callable[..., SqlIngestStore], now: datetime
) -> None:
    store, source = connected(database), Source(connection="source", connector="scripted")
    for native_id, at in (("old", now), ("new", now + timedelta(seconds=2))):
        item = Upsert(
            stream="things",
            native_id=native_id,
            record=WorkItem(kind=WorkItemKind.ISSUE, key=native_id, title="A thing"),
            occurred_at=now,
        )
        store.write(source, [item], now=at)
    with store.vanished("source", "things", [], before=now + timedelta(seconds=1)) as gone:
        assert gone.count == 1
        assert [name for page in gone.pages() for name in page] == ["old"]
