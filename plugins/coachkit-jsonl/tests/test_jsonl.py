"""JSON Lines: the contract, the three forms of a line, and files that grow, change and vanish."""

from __future__ import annotations

import dataclasses
import importlib.metadata
import json
import re
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coachkit.sdk import (
    AclChange,
    AgendaPoint,
    Audience,
    Connector,
    Failure,
    GoalLevel,
    Interaction,
    InteractionKind,
    KeyResult,
    Link,
    Measurement,
    Record,
    Sensitivity,
    SourceError,
    StateChange,
    Tombstone,
    Upsert,
    WorkItem,
)
from coachkit.sdk.testing import ConnectorContract, ReferenceSink
from coachkit_jsonl import JsonLines, connectors
from coachkit_jsonl import files as files_module
from coachkit_jsonl.connector import JsonLinesConfig
from coachkit_jsonl.lines import NOUNS, STREAM_OF, Unreadable, read_line

README = Path(__file__).resolve().parents[1] / "README.md"
AT = "2026-05-02T09:30:00+02:00"


def _team(key: str, name: str = "Team") -> dict[str, Any]:
    return {"native_id": key, "occurred_at": AT, "record": {"noun": "team", "key": key, "name": name}}


def _write(path: Path, lines: Sequence[object]) -> None:
    path.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), "utf-8")


def _append(path: Path, *lines: object) -> None:
    with path.open("a", encoding="utf-8") as file:
        file.writelines(json.dumps(line) + "\n" for line in lines)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "exports"
    folder.mkdir()
    _write(folder / "a.jsonl", [_team(f"t{i}", f"小组 {i}") for i in range(12)])
    _write(folder / "b.jsonl", [{"group": "g", "members": ["email:a@b.c"]}, _team("t3", "renamed"), _team("x")])
    return folder


def _open(path: Path, **more: Any) -> JsonLines:
    return JsonLines("tracker", JsonLinesConfig(path=path, **more))


def _sized(tmp_path: Path) -> Callable[[int], Connector]:
    def make(size: int) -> Connector:
        path = tmp_path / f"{size}.jsonl"
        if not path.exists():
            _write(path, [_team(f"t{i}") for i in range(size)])
        return _open(path)

    return make


class TestContract(ConnectorContract):
    ids_repeat = True

    @pytest.fixture
    def make_connector(self, folder: Path) -> Callable[[], Connector]:
        return lambda: _open(folder)

    @pytest.fixture
    def change_source(self, folder: Path) -> Callable[[], object]:
        return lambda: _append(folder / "a.jsonl", _team("new"), _team("t1", "changed"))

    @pytest.fixture
    def remove_from_source(self, folder: Path) -> Callable[[], tuple[str, str]]:
        def remove() -> tuple[str, str]:
            _append(folder / "b.jsonl", {"stream": "teams", "native_id": "t2", "tombstone": True})
            return "teams", "t2"

        return remove

    @pytest.fixture
    def narrow_audience(self, folder: Path) -> Callable[[], tuple[str, str]]:
        def narrow() -> tuple[str, str]:
            _append(folder / "a.jsonl", {**_team("t1"), "audience": "people:email:ana@example.org"})
            return "teams", "t1"

        return narrow

    @pytest.fixture
    def spoil_source(self, folder: Path) -> Callable[[], object]:
        return lambda: _append(folder / "a.jsonl", "no object", {**_team("t5"), "record": {"noun": "team"}})

    @pytest.fixture
    def make_sized_connector(self, tmp_path: Path) -> Callable[[int], Connector]:
        return _sized(tmp_path)


class TestCompleteContract(TestContract):
    @pytest.fixture
    def make_connector(self, folder: Path) -> Callable[[], Connector]:
        return lambda: _open(folder, complete=True)

    @pytest.fixture
    def remove_from_source(self, folder: Path) -> Callable[[], tuple[str, str]]:
        def remove() -> tuple[str, str]:
            _write(folder / "b.jsonl", [])
            return "teams", "x"

        return remove

    @pytest.fixture
    def lose_most(self, folder: Path) -> Callable[[], object]:
        _write(folder / "many.jsonl", [_team(f"m{number}") for number in range(40)])
        return lambda: _write(folder / "many.jsonl", [])


def test_entry_point_names_the_connector() -> None:
    (entry,) = [e for e in importlib.metadata.entry_points(group="coachkit") if e.name == "jsonl"]
    assert entry.load().connectors() == connectors() == [JsonLines]


# one line


def test_record_line_becomes_the_noun() -> None:
    line = {
        "native_id": "PAY-17",
        "occurred_at": AT,
        "url": "https://t.example.org/PAY-17",
        "version": 3,
        "audience": "team:payments",
        "sensitivity": "personal",
        "record": {
            "noun": "work_item",
            "kind": "issue",
            "key": "PAY-17",
            "title": "Page the export",
            "due_on": "2026-06-30",
            "interactions": [{"kind": "reported", "actor": "email:maria@example.org", "at": AT}],
            "links": [{"rel": "blocks", "target": "SRCH-91"}],
        },
    }
    item = read_line(json.dumps(line).encode())
    assert isinstance(item, Upsert)
    at = datetime(2026, 5, 2, 7, 30, tzinfo=UTC)
    assert (item.stream, item.native_id, item.occurred_at, item.version) == ("work_items", "PAY-17", at, 3)
    assert item.audience == Audience.team("payments")
    assert item.sensitivity is Sensitivity.PERSONAL
    assert isinstance(item.record, WorkItem)
    assert item.record.due_on == date(2026, 6, 30)
    assert item.record.links == (Link(rel="blocks", target="SRCH-91"),)
    (reported,) = item.record.interactions
    assert reported == Interaction(kind=InteractionKind.REPORTED, actor="email:maria@example.org", at=at)


@pytest.mark.parametrize(
    ("audience", "wanted"),
    [
        ("org", Audience.org()),
        ("nobody", Audience.nobody()),
        ("team:pay", Audience.team("pay")),
        ("group:g", Audience.group("g")),
        ("people:email:a@b|hris:1", Audience.people("email:a@b", "hris:1")),
        ("subject:hris:1", Audience.subject("hris:1")),
    ],
)
def test_audiences(audience: str, wanted: Audience) -> None:
    item = read_line(json.dumps({**_team("t"), "audience": audience}).encode())
    assert isinstance(item, Upsert)
    assert item.audience == wanted


def test_tombstone_and_group_lines() -> None:
    gone = {"stream": "goals", "native_id": "KR-2", "tombstone": True, "at": AT}
    at = datetime(2026, 5, 2, 7, 30, tzinfo=UTC)
    assert read_line(json.dumps(gone).encode()) == Tombstone(stream="goals", native_id="KR-2", at=at)
    group = {"group": "g", "members": ["github:a", "github:b"]}
    assert read_line(json.dumps(group).encode()) == AclChange(group="g", members=("github:a", "github:b"))


WORK = {"noun": "work_item", "kind": "issue", "key": "K", "title": "T"}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"record": {**WORK, "assignee": "x"}}, "record.assignee: unknown field"),
        ({"record": {**WORK, "links": [{"rel": "r", "target": "t", "to": 1}]}}, "record.links.0.to: unknown field"),
        ({"record": {"noun": "work_item", "kind": "issue", "key": "K"}}, "record.title: missing"),
        ({"record": {**WORK, "size": "12"}}, "record.size: Input should be a valid integer"),
        ({"record": {**WORK, "kind": "epic"}}, "record.kind: Input should be 'issue', "),
        ({"record": {**WORK, "noun": "ticket"}}, "record.noun: must be one of person_profile, "),
        ({"record": {**WORK, "created_at": "2026-05-02T09:30:00"}}, "record.created_at: has no offset"),
        ({"record": {**WORK, "created_at": "2026"}}, "record.created_at: not an ISO 8601 date"),
        ({"record": {**WORK, "due_on": 20260502}}, "record.due_on: "),
        ({"record": None}, "record: missing"),
        ({"occurred_at": 1746171000}, "occurred_at: "),
        ({"occurred_at": "yesterday"}, "occurred_at: "),
        ({"native_id": ""}, "native_id: "),
        ({"native_id": 17}, "native_id: Input should be a valid string"),
        ({"stream": "tickets"}, "stream: must be one of accounts, "),
        ({"audience": "everyone"}, "audience: must be org, nobody, team:KEY"),
        ({"audience": "team"}, "audience: must be org, "),
        ({"autdience": "org"}, "autdience: unknown field"),
        ({"tombstone": False, "record": None}, "record: unknown field"),
    ],
)
def test_reason_names_what_is_wrong(change: dict[str, Any], reason: str) -> None:
    line = {"native_id": "1", "occurred_at": AT, "stream": "work_items", "record": WORK, **change}
    with pytest.raises(Unreadable, match=f"(^|; ){re.escape(reason)}"):
        read_line(json.dumps(line).encode())


def test_reason_does_not_repeat_what_the_line_says() -> None:
    line = {"native_id": "1", "occurred_at": AT, "record": {**WORK, "size": "a private word"}}
    with pytest.raises(Unreadable) as caught:
        read_line(json.dumps(line).encode())
    assert "private" not in str(caught.value)


@given(st.binary(max_size=200) | st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4)
    | st.dictionaries(
        st.sampled_from(["native_id", "record", "noun", "group", "tombstone", "stream", "members", "at", "key"]),
        inner | st.sampled_from(["team", "work_item", "goal", AT]),
        max_size=6,
    ),
    max_leaves=20,
).map(lambda value: json.dumps(value).encode()))  # fmt: skip
def test_any_line_is_read_or_refused(line: bytes) -> None:
    try:
        item = read_line(line)
    except Unreadable:
        return
    assert isinstance(item, Upsert | Tombstone | AclChange)


# files


def _run(sink: ReferenceSink, path: Path, **more: Any) -> list[tuple[str, str]]:
    return sink.run(_open(path, **more)).changed


def test_appended_lines_are_read_from_where_it_ended(folder: Path) -> None:
    sink = ReferenceSink()
    _run(sink, folder)
    _append(folder / "b.jsonl", _team("y"))
    read = [i for i in _open(folder).pull(sink.cursors) if isinstance(i, Upsert)]
    assert [i.native_id for i in read] == ["y"]


def test_rewritten_file_is_read_again_and_only_differences_count(folder: Path) -> None:
    sink = ReferenceSink()
    _run(sink, folder)
    lines = (folder / "a.jsonl").read_text("utf-8").replace("小组 7", "小组 7b")
    (folder / "a.jsonl").write_text(lines, "utf-8")
    # "t3" goes to what a.jsonl says of it and back to what b.jsonl does, which is read again after it
    assert _run(sink, folder) == [("teams", "t3"), ("teams", "t7"), ("teams", "t3")]
    fresh = ReferenceSink()
    _run(fresh, folder)
    assert sink.state() == fresh.state()


def test_unfinished_last_line_waits(folder: Path) -> None:
    sink = ReferenceSink()
    whole = json.dumps(_team("late"))
    with (folder / "b.jsonl").open("a") as file:
        file.write(whole[:20])
    _run(sink, folder)
    assert not sink.failures
    with (folder / "b.jsonl").open("a") as file:
        file.write(whole[20:] + "\n")
    assert _run(sink, folder) == [("teams", "late")]


def test_vanished_file_takes_its_records_only_if_complete(folder: Path) -> None:
    sink = ReferenceSink()
    _run(sink, folder)
    (folder / "b.jsonl").unlink()
    assert _run(sink, folder) == []
    assert _run(sink, folder, complete=True) == [("teams", "x")]


def test_complete_keeps_what_came_back_after_a_tombstone(tmp_path: Path) -> None:
    gone = {"stream": "teams", "native_id": "a", "tombstone": True}
    _write(tmp_path / "f.jsonl", [_team("a"), gone, _team("a"), _team("b"), {**gone, "native_id": "b"}])
    sink = ReferenceSink()
    _run(sink, tmp_path, complete=True)
    assert [key for _, key in sink.records] == ["a"]


def test_windows_line_ends_byte_order_mark_and_empty_lines(tmp_path: Path) -> None:
    text = "\ufeff" + json.dumps(_team("a")) + "\r\n\r\n  \r\n" + json.dumps(_team("b")) + "\r\n"
    (tmp_path / "f.jsonl").write_bytes(text.encode())
    sink = ReferenceSink()
    _run(sink, tmp_path)
    assert [key for _, key in sink.records] == ["a", "b"]
    assert not sink.failures


def test_line_that_is_too_long_is_put_aside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files_module, "LONGEST_LINE", 1_000)
    _write(tmp_path / "f.jsonl", [_team("a"), _team("b", "x" * 5_000), _team("c")])
    sink = ReferenceSink()
    _run(sink, tmp_path)
    assert [key for _, key in sink.records] == ["a", "c"]
    assert list(sink.failures) == [("files", "f.jsonl:2")]
    assert _run(sink, tmp_path) == []


def test_repaired_line_leaves_quarantine(tmp_path: Path) -> None:
    _write(tmp_path / "f.jsonl", [_team("a"), "broken", {**_team("b"), "record": {"noun": "team", "key": "b"}}])
    sink = ReferenceSink()
    _run(sink, tmp_path)
    assert list(sink.failures) == [("files", "f.jsonl:2"), ("teams", "b")]
    assert sink.failures["teams", "b"] == "f.jsonl, line 3: record.name: missing"
    _write(tmp_path / "f.jsonl", [_team("a"), _team("c"), _team("b")])
    _run(sink, tmp_path)
    assert sink.failures == {}
    assert sorted(key for _, key in sink.records) == ["a", "b", "c"]


def test_deleted_line_or_file_leaves_quarantine(tmp_path: Path) -> None:
    _write(tmp_path / "f.jsonl", [_team("a"), "broken"])
    _write(tmp_path / "g.jsonl", ["broken", _team("b")])
    sink = ReferenceSink()
    _run(sink, tmp_path)
    assert len(sink.failures) == 2
    (tmp_path / "g.jsonl").unlink()
    _write(tmp_path / "f.jsonl", [_team("a")])
    _run(sink, tmp_path)
    assert sink.failures == {}


def test_missing_path_says_what_to_do(tmp_path: Path) -> None:
    connector = _open(tmp_path / "nowhere")
    assert not connector.check().ok
    with pytest.raises(SourceError, match=r"no file or folder .*nowhere.*Check `path`"):
        list(connector.pull({}))


def test_progress_ends_at_the_total(folder: Path) -> None:
    last = [item for item in _open(folder).pull({}) if hasattr(item, "done")][-1]
    assert (last.done, last.total) == (15, 15)


# the published format


def _documented() -> dict[str, tuple[str, list[str], set[str]]]:
    rows = re.findall(r"^\| `(\w+)` \| `(\w+)` \| (.+) \|$", README.read_text("utf-8"), re.MULTILINE)
    return {n: (s, re.findall(r"\w+", f), set(re.findall(r"\*\*(\w+)\*\*", f))) for n, s, f in rows}


@pytest.mark.parametrize("noun", NOUNS)
def test_readme_lists_every_field(noun: str) -> None:
    stream, names, required = _documented()[noun]
    fields = dataclasses.fields(NOUNS[noun])
    assert stream == STREAM_OF[noun]
    assert sorted(names) == sorted(field.name for field in fields)
    assert required == {
        f.name for f in fields if f.default is dataclasses.MISSING and f.default_factory is dataclasses.MISSING
    }


def test_every_noun_of_the_sdk_can_be_written() -> None:
    assert set(NOUNS.values()) == set(get_args(Record))


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("key_results", KeyResult),
        ("measurements", Measurement),
        ("history", StateChange),
        ("links", Link),
        ("agenda", AgendaPoint),
    ],
)
def test_readme_lists_every_part(name: str, part: Any) -> None:
    said = re.search(rf"`{name}`: ([^;.]+)", README.read_text("utf-8").replace("\n", " "))
    assert said is not None
    assert re.findall(r"\w+", said[1]) == [field.name for field in dataclasses.fields(part)]


def test_examples_of_the_readme_can_be_read() -> None:
    examples = re.findall(r"```json\n(.*?)```", README.read_text("utf-8"), re.DOTALL)
    assert len(examples) == 3
    for example in examples:
        assert not isinstance(read_line(json.dumps(json.loads(example)).encode()), Failure)


def test_enumerations_are_read_as_ours() -> None:
    record = {"noun": "goal", "key": "G", "title": "T", "level": "team"}
    item = read_line(json.dumps({"native_id": "G", "occurred_at": AT, "record": record}).encode())
    assert isinstance(item, Upsert)
    assert getattr(item.record, "level", None) is GoalLevel.TEAM
