"""The dataset connector on small tables of the published shape: the contract, each table, and odd rows."""

from __future__ import annotations

import csv
import importlib.metadata
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from coachkit.sdk import (
    Connector,
    Goal,
    Link,
    Membership,
    PersonProfile,
    ReportingLine,
    SourceError,
    Team,
    Upsert,
    WorkItem,
    WorkItemKind,
)
from coachkit.sdk.testing import ConnectorContract, ReferenceSink
from coachkit_dataset import Dataset, connectors
from coachkit_dataset import connector as connector_module
from coachkit_dataset.connector import DatasetConfig

DAY = 86_400
T0 = 1_600_000_000  # 13 September 2020
SCHEMA = {
    "event_id": pl.String, "org": pl.String, "repo": pl.String, "type": pl.String, "actor_id": pl.String,
    "target_id": pl.String, "ts": pl.Int64, "known_at": pl.Int64, "ref": pl.String, "pr": pl.Int64,
    "nfiles": pl.Int64, "areas": pl.String, "roster_edit": pl.Boolean, "text": pl.String,
}  # fmt: skip


class Organisation:
    """Tables in a folder; rows are added and written again."""

    def __init__(self, root: Path) -> None:
        root.mkdir()
        self.root = root
        self.events: list[dict[str, Any]] = []
        self.tables: dict[str, list[dict[str, Any]]] = {}

    def event(self, type_: str, actor: str, ref: str, /, day: float = 0, **more: Any) -> None:
        ts = T0 + int(day * DAY)
        row = {"event_id": f"o-e{len(self.events)}", "org": "o", "repo": "a/b", "type": type_, "actor_id": f"o-{actor}"}
        row |= {"target_id": "", "ts": ts, "known_at": ts, "ref": ref, "pr": None, "nfiles": 1, "areas": "src|."}
        row |= {"roster_edit": False, "text": "", **more}
        self.events.append(row)

    def add(self, table: str, **row: Any) -> None:
        self.tables.setdefault(table, []).append(row)

    def write(self) -> None:
        pl.DataFrame(self.events, schema=SCHEMA).write_parquet(self.root / "events.parquet")
        for name, rows in self.tables.items():
            with (self.root / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
                writer = csv.DictWriter(file, list(rows[0]))
                writer.writeheader()
                writer.writerows(rows)

    def person(self, key: str, day: int = 0) -> None:
        self.add("people", person_id=f"o-{key}", org="o", first_ts=T0 + day * DAY, n_events=1, n_commits=1)

    def member(self, team: str, key: str, role: str, start: int, end: int | None = None) -> None:
        times = {"start": T0 + start * DAY, "end": "" if end is None else T0 + end * DAY}
        self.add("memberships", org="o", team=team, person_id=f"o-{key}", role=role, **times)

    def goal(self, key: str, day: int = 0, **more: Any) -> None:
        row = {"set": "s", "goal_id": key, "title": f"Title of {key}", "summary": "Words", "team": "t1"}
        row |= {"other_teams": "t1|t2", "created_ts": T0 + day * DAY, "owners": "o-ana|o-wei", **more}
        self.add("goals", **row)

    def state(self, key: str, status: str, day: int, stage: str = "None", minor: str = "") -> None:
        told = {"status": status, "stage": stage, "target_minor": minor}
        self.add("goal_transitions", goal_id=key, team="t1", ts=T0 + day * DAY, **told)

    def item(self, key: str, day: int | None, **more: Any) -> None:
        row = {"set": "s", "item_id": key, "release": "1.20", "text": "A change\nin detail", "author": "o-ana"}
        row |= {
            "teams": "t1",
            "kinds": "bug",
            "areas": "test",
            "ts": "" if day is None else f"{T0 + day * DAY}.0",
            **more,
        }
        self.add("items", **row)


@pytest.fixture
def org(tmp_path: Path) -> Organisation:
    org = Organisation(tmp_path / "o")
    for key in ("ana", "wei", "tom"):
        org.person(key)
    org.add("teams", org="o", team="t1", kind="sigs", parent="", repo="", description="Does things", top_level=True)
    org.member("t1", "ana", "chair", 0)
    org.member("t1", "wei", "member", 3, 40)
    org.goal("G-1")
    org.state("G-1", "provisional", 1)
    org.item("pr-1", 5)
    org.event("commit", "ana", "aaaaaaaaaaa1", 1, text="Add it", known_at=T0 + 2 * DAY)
    org.event("integrate", "wei", "aaaaaaaaaaa1", 2, target_id="o-ana")
    org.event("review", "tom", "aaaaaaaaaaa1", 2, target_id="o-ana")
    org.event("pr_merged", "ana", "bbbbbbbbbbb2", 3, pr=7, text="Merge it", nfiles=0, areas="")
    org.event("merge", "wei", "bbbbbbbbbbb2", 3, pr=7, target_id="o-ana", nfiles=0, areas="")
    org.write()
    return org


def _open(org: Organisation, **more: Any) -> Dataset:
    return Dataset("data", DatasetConfig(path=org.root, **more))


def _read(org: Organisation, **more: Any) -> ReferenceSink:
    sink = ReferenceSink()
    sink.run(_open(org, **more))
    return sink


def _records(sink: ReferenceSink, stream: str) -> dict[str, Any]:
    return {native_id: upsert.record for (of, native_id), upsert in sink.records.items() if of == stream}


def _at(day: float) -> datetime:
    return datetime.fromtimestamp(T0 + day * DAY, UTC)


class TestContract(ConnectorContract):
    sizes = (2_000, 8_000)

    @pytest.fixture(autouse=True)
    def _small_steps(self, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
        if "make_sized_connector" not in request.fixturenames:
            monkeypatch.setattr(connector_module, "CHECKPOINT_EVERY", 1)

    @pytest.fixture
    def make_connector(self, org: Organisation) -> Callable[[], Connector]:
        return lambda: _open(org, managers="leads")

    @pytest.fixture
    def change_source(self, org: Organisation) -> Callable[[], object]:
        def change() -> None:
            org.event("commit", "tom", "ccccccccccc3", 9, text="More")
            org.state("G-1", "implementable", 9)
            org.write()

        return change

    @pytest.fixture
    def remove_from_source(self, org: Organisation) -> Callable[[], tuple[str, str]]:
        def remove() -> tuple[str, str]:
            org.events = [event for event in org.events if event["ref"] != "bbbbbbbbbbb2"]
            org.write()
            return "work", "a/b@bbbbbbbbbbb2"

        return remove

    @pytest.fixture
    def lose_most(self, org: Organisation) -> Callable[[], object]:
        for number in range(40):
            org.event("commit", "tom", f"{number:012x}", 9, text=f"Change {number}")
        org.write()

        def lose() -> None:
            org.events = org.events[:2]
            org.write()

        return lose

    @pytest.fixture
    def spoil_source(self, org: Organisation) -> Callable[[], object]:
        def spoil() -> None:
            org.event("dance", "tom", "ccccccccccc3")
            org.write()

        return spoil

    @pytest.fixture
    def make_sized_connector(self, tmp_path: Path) -> Callable[[int], Connector]:
        def make(size: int) -> Connector:
            org = Organisation(tmp_path / str(size)) if not (tmp_path / str(size)).exists() else None
            if org is not None:
                org.person("ana")
                for number in range(size):
                    org.event("commit", "ana", f"{number:012x}", number / 100, text=f"Change {number}")
                org.write()
            return Dataset("data", DatasetConfig(path=tmp_path / str(size)))

        return make


def test_entry_point_names_the_connector() -> None:
    (entry,) = [e for e in importlib.metadata.entry_points(group="coachkit") if e.name == "dataset"]
    assert entry.load().connectors() == connectors() == [Dataset]


# what becomes what


def test_people_get_a_neutral_label(org: Organisation) -> None:
    org.person("0032664b31")
    org.write()
    profile = _records(_read(org), "people")["o-0032664b31"]
    assert profile == PersonProfile(identity="dataset:o-0032664b31", name="o 0032664b")


def test_people_named_only_elsewhere_are_people_too(org: Organisation) -> None:
    org.member("t1", "max", "member", 8)
    org.goal("G-2", 4, owners="o-lea")
    org.item("pr-2", 6, author="o-kim")
    org.write()
    sink = _read(org)
    assert {"o-max", "o-lea", "o-kim"} <= _records(sink, "people").keys()
    assert sink.records["people", "o-kim"].occurred_at == _at(6)


def test_team_and_membership(org: Organisation) -> None:
    sink = _read(org)
    assert _records(sink, "teams") == {"t1": Team(key="t1", name="t1", kind="sigs", description="Does things")}
    wei = Membership(team="t1", person="dataset:o-wei", starts_on=date(2020, 9, 16), ends_on=date(2020, 10, 23))
    assert _records(sink, "memberships")[f"t1/o-wei/member/{T0 + 3 * DAY}"] == wei


def test_commit_is_one_record_of_all_its_events(org: Organisation) -> None:
    upsert = _read(org).records["work", "a/b@aaaaaaaaaaa1"]
    record = upsert.record
    assert isinstance(record, WorkItem)
    assert (record.kind, record.key, record.title) == (WorkItemKind.COMMIT, "aaaaaaaaaaa1", "Add it")
    assert (record.areas, record.size, record.container) == (("src", "."), 1, "a/b")
    assert (upsert.occurred_at, record.created_at, record.closed_at) == (_at(1), _at(1), _at(2))
    assert [(str(i.kind), i.actor, i.target, i.at) for i in record.interactions] == [
        ("authored", "dataset:o-ana", None, _at(1)),
        ("committed", "dataset:o-wei", "dataset:o-ana", _at(2)),
        ("reviewed", "dataset:o-tom", "dataset:o-ana", _at(2)),
    ]


def test_merged_change_request(org: Organisation) -> None:
    record = _records(_read(org), "work")["a/b@bbbbbbbbbbb2"]
    assert (record.kind, record.key, record.title) == (WorkItemKind.CHANGE_REQUEST, "a/b#7", "Merge it")
    assert (record.state, record.state_category, record.closed_at) == ("merged", "done", _at(3))
    assert sorted((str(i.kind), i.actor, i.target) for i in record.interactions) == [
        ("authored", "dataset:o-ana", None),
        ("merged", "dataset:o-wei", "dataset:o-ana"),
    ]


@pytest.mark.parametrize(
    ("type_", "kind"),
    [("co_author", "co_authored"), ("ack", "approved"), ("test", "tested"), ("merge", "merged")],
)
def test_kinds_of_events(org: Organisation, type_: str, kind: str) -> None:
    org.event(type_, "tom", "ddddddddddd4", target_id="o-tom")
    org.write()
    record = _records(_read(org), "work")["a/b@ddddddddddd4"]
    assert [(str(i.kind), i.target) for i in record.interactions] == [(kind, None)]
    assert record.title == ("Merge ddddddddddd4" if type_ == "merge" else "Commit ddddddddddd4")


def test_squashed_request_is_a_commit_that_names_it(org: Organisation) -> None:
    org.event("commit", "tom", "ddddddddddd4", pr=9, text="Squashed (#9)")
    org.write()
    record = _records(_read(org), "work")["a/b@ddddddddddd4"]
    assert (record.kind, record.links) == (WorkItemKind.COMMIT, (Link(rel="relates", target="a/b#9"),))


def test_goal_with_history(org: Organisation) -> None:
    org.state("G-1", "implementable", 9, "alpha", "20.0")
    org.state("G-1", "implementable", 10, "alpha", "20.0")
    org.state("G-1", "implementable", 20, "alpha", "21.0")
    org.state("G-1", "imlpemented", 30, "stable")
    org.write()
    upsert = _read(org).records["goals", "G-1"]
    goal = upsert.record
    assert isinstance(goal, Goal)
    assert (goal.owners, goal.team, goal.other_teams) == (("dataset:o-ana", "dataset:o-wei"), "t1", ("t2",))
    assert [(change.at, change.state, change.category, change.reason) for change in goal.history] == [
        (_at(1), "provisional", "draft", None),
        (_at(9), "implementable · alpha", "active", "target release 1.20"),
        (_at(20), "implementable · alpha", "active", "target release 1.21"),
        (_at(30), "imlpemented · stable", "done", None),
    ]
    assert (goal.state, goal.state_category, upsert.occurred_at) == ("imlpemented · stable", "done", _at(30))


def test_item_is_a_change_request(org: Organisation) -> None:
    upsert = _read(org).records["change_requests", "pr-1"]
    record = upsert.record
    assert isinstance(record, WorkItem)
    assert (record.title, record.body, record.team) == ("A change", "in detail", "t1")
    assert record.areas == ("test", "bug", "release 1.20")
    assert [(str(i.kind), i.actor) for i in record.interactions] == [("authored", "dataset:o-ana")]
    assert upsert.occurred_at == _at(5)


def test_item_without_a_date_is_read_as_undated_unless_a_moment_is_asked_about(org: Organisation) -> None:
    org.item("pr-2", None, release="")
    org.write()
    upsert = _read(org).records["change_requests", "pr-2"]
    assert isinstance(upsert.record, WorkItem)
    assert upsert.occurred_at == datetime(1970, 1, 1, tzinfo=UTC)
    assert upsert.record.closed_at is None
    assert "neither a date" in _read(org, as_of=_at(50)).failures["change_requests", "pr-2"]


def test_item_that_names_a_release_is_dated_by_it(org: Organisation, tmp_path: Path) -> None:
    org.item("pr-2", None)
    org.write()
    sink = _read(org, as_of=_at(50))
    assert "only release 1.20" in sink.failures["change_requests", "pr-2"]
    releases = tmp_path / "releases.csv"
    releases.write_text("release,date\n1.20,2020-12-08\n", "utf-8")
    sink.run(_open(org, releases=releases))
    assert not sink.failures
    assert sink.records["change_requests", "pr-2"].occurred_at == datetime(2020, 12, 8, tzinfo=UTC)


# reporting lines


def _lines(sink: ReferenceSink) -> list[tuple[str, str, date | None, date | None]]:
    lines = [record for record in _records(sink, "reporting_lines").values() if isinstance(record, ReportingLine)]
    return sorted((line.person[10:], line.manager[10:], line.starts_on, line.ends_on) for line in lines)


def test_there_are_no_reporting_lines_unless_asked_for(org: Organisation) -> None:
    assert _lines(_read(org)) == []


def test_leads_stand_in_as_managers(org: Organisation) -> None:
    org.member("t1", "tom", "member", 0)
    org.member("t2", "tom", "member", 20)
    org.member("t2", "max", "maintainer", 25)
    org.member("t1", "max", "member", 0)
    org.write()
    assert _lines(_read(org, managers="leads")) == [
        ("tom", "ana", date(2020, 9, 13), date(2020, 10, 7)),
        ("tom", "max", date(2020, 10, 8), None),
        ("wei", "ana", date(2020, 9, 16), date(2020, 10, 23)),
    ]  # max leads t2, and so reports to nobody, though a member of t1


def test_roles_may_come_from_another_table(org: Organisation, tmp_path: Path) -> None:
    roles = tmp_path / "roles.csv"
    roles.write_text(f"org,team,person_id,role,start,end\no,t1,o-tom,reviewer,{T0},\n", "utf-8")
    sink = _read(org, managers="leads", roles=roles)
    assert ("tom", "ana", date(2020, 9, 13), None) in _lines(sink)
    assert f"t1/o-tom/reviewer/{T0}" in _records(sink, "memberships")


# what was known when


def test_as_of_shows_only_what_was_known(org: Organisation) -> None:
    org.person("late", 60)
    org.goal("G-2", 60)
    org.state("G-1", "implemented", 60)
    org.member("t1", "tom", "member", 60)
    org.item("pr-2", 60)
    org.event("commit", "tom", "eeeeeeeeeee5", 1, text="Old, merged late", known_at=T0 + 60 * DAY)
    org.event("review", "wei", "bbbbbbbbbbb2", 60, target_id="o-ana")
    org.write()
    whole, early = _read(org, managers="leads"), _read(org, managers="leads", as_of=_at(30))
    assert {key for key in whole.records if key not in early.records} == {
        ("people", "o-late"),
        ("goals", "G-2"),
        ("memberships", f"t1/o-tom/member/{T0 + 60 * DAY}"),
        ("reporting_lines", "o-tom/o-ana/2020-11-12"),
        ("change_requests", "pr-2"),
        ("work", "a/b@eeeeeeeeeee5"),
    }
    wei = _records(early, "memberships")[f"t1/o-wei/member/{T0 + 3 * DAY}"]
    assert wei.ends_on is None, "an end that is yet to come is not known"
    assert _records(early, "goals")["G-1"].state == "provisional"
    assert len(_records(early, "work")["a/b@bbbbbbbbbbb2"].interactions) == 2
    assert max(upsert.occurred_at for upsert in early.records.values()) <= _at(30)


def test_as_of_may_be_a_day(org: Organisation) -> None:
    assert _open(org, as_of="2020-09-20").config.as_of == datetime(2020, 9, 20, tzinfo=UTC)


def test_moving_as_of_on_reads_what_became_known(org: Organisation) -> None:
    sink = _read(org, as_of=_at(2))
    sink.run(_open(org, as_of=_at(30)))
    assert sink.state() == _read(org, as_of=_at(30)).state()


# odd rows


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"type": "dance"}, "events of type 'dance' are not known"),
        ({"actor_id": ""}, "it lacks its actor"),
        ({"ref": None}, "it lacks its actor, its ref or its repository"),
        ({"ts": None}, "it has no ts"),
        ({"ts": -1}, "ts is no time between 1970 and 2100"),
        ({"known_at": 2**60}, "known_at is no time between 1970 and 2100"),
    ],
)
def test_event_that_cannot_be_used_is_put_aside_alone(
    org: Organisation, change: Mapping[str, Any], reason: str
) -> None:
    org.event("commit", "tom", "fffffffffff6", text="Good")
    org.event("review", "wei", "fffffffffff6", **{"target_id": "o-tom", "actor_id": "o-wei", **change})
    bad = org.events[-1]["event_id"]
    org.write()
    sink = _read(org)
    assert reason in sink.failures["work", bad]
    assert len(_records(sink, "work")["a/b@fffffffffff6"].interactions) == 1


def test_odd_rows_of_tables(org: Organisation) -> None:
    org.person("odd")
    org.tables["people"][-1]["first_ts"] = "soon"
    org.member("t1", "tom", "member", 9, 8)
    org.goal("G-2", created_ts="")
    org.goal("T-0")
    org.state("T-0", "provisional|implementable", 1)
    org.state("G-9", "provisional", 1)
    org.item("pr-2", 5, text=" ")
    org.write()
    sink = _read(org)
    assert sink.failures == {
        ("people", "o-odd"): "first_ts is no time",
        ("memberships", f"t1/o-tom/member/{T0 + 9 * DAY}"): "it ends before it starts",
        ("goals", "G-2"): "it has no created_ts",
        ("goals", "T-0"): "it is a template: its state names every state there is",
        ("goals", "G-9"): "its states are listed, but not the goal itself",
        ("change_requests", "pr-2"): "it lacks its id or its text",
    }


# what cannot be read


def test_missing_tables_are_said(tmp_path: Path) -> None:
    org = Organisation(tmp_path / "small")
    org.person("ana")
    org.event("commit", "ana", "aaaaaaaaaaa1", text="x")
    org.write()
    report = _open(org).check()
    assert report.ok
    assert "has no teams.csv, memberships.csv, goals.csv" in report.findings[0]
    assert set(_read(org).records) == {("people", "o-ana"), ("work", "a/b@aaaaaaaaaaa1")}


def test_wrong_folders_files_and_columns(org: Organisation, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="there is no folder"):
        list(Dataset("data", DatasetConfig(path=tmp_path / "nowhere")).pull({}))
    with pytest.raises(SourceError, match=r"no people\.csv and events\.parquet"):
        list(Dataset("data", DatasetConfig(path=tmp_path)).pull({}))
    with pytest.raises(SourceError, match="Check `roles`"):
        list(_open(org, roles=tmp_path / "nowhere.csv").pull({}))
    assert "releases" in _open(org, releases=tmp_path / "nowhere.csv").check().findings[0]
    (org.root / "teams.csv").write_text("name\nx\n", "utf-8")
    assert "teams.csv has no column kind, team" in _open(org).check().findings[0]
    (org.root / "teams.csv").write_bytes(b"team,kind\n\xff\xfe,x\n")
    assert "teams.csv cannot be read" in _open(org).check().findings[0]


def test_columns_that_some_organisations_do_not_have(org: Organisation) -> None:
    (org.root / "goals.csv").write_text("goal_id,title\nG-1,First\nG-2,Second\n", "utf-8")
    (org.root / "goal_transitions.csv").write_text(f"goal_id,ts,status,target\nG-1,{T0},approved,train\n", "utf-8")
    (org.root / "items.csv").write_text(f"item_id,text,ts\nc-1,Do it,{T0 + DAY}\n", "utf-8")
    sink = _read(org)
    goal = _records(sink, "goals")["G-1"]
    assert (goal.title, goal.starts_on, goal.owners) == ("First", _at(0).date(), ())
    assert [(one.state, one.category, one.reason) for one in goal.history] == [
        ("approved", "active", "target release train")
    ]
    assert _records(sink, "change_requests")["c-1"].closed_at == _at(1)
    assert "G-2" not in _records(sink, "goals"), "nobody says since when there is this one"


def test_damaged_events(org: Organisation) -> None:
    pl.read_parquet(org.root / "events.parquet").drop("known_at").write_parquet(org.root / "events.parquet")
    assert "events.parquet has no column known_at" in _open(org).check().findings[0]
    (org.root / "events.parquet").write_bytes(b"no parquet")
    report = _open(org).check()
    assert not report.ok
    assert "events.parquet cannot be read" in report.findings[0]


def test_a_small_change_of_one_file_writes_only_what_differs(org: Organisation) -> None:
    sink = _read(org)
    org.tables["teams"][0]["description"] = "Does other things"
    org.write()
    changed = sink.run(_open(org)).changed
    assert changed == [("teams", "t1")]
    assert not [item for item in _open(org).pull(sink.cursors) if isinstance(item, Upsert)]
