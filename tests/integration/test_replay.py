"""Recorded payloads through a connector: every line is ingested, refused with a reason, or named as failed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from signed_source import SignedConfig, SignedSource, note

from coachkit.bootstrap import replay_recorded
from coachkit.errors import ConfigError
from coachkit.ingest.replay import PART_LINES, ReplayReport, StreamReplay
from coachkit.sdk import Failure, Item, Upsert

Replayed = Callable[..., ReplayReport]


@pytest.fixture
def replayed(tmp_path: Path, now: datetime) -> Replayed:
    """``replayed(lines, connector=, stream=)``: values as JSON, bytes as they are."""

    def replay(lines: list[object], connector: type[SignedSource] = SignedSource, stream: str | None = None) -> Any:
        path = tmp_path / "recorded.jsonl"
        path.write_bytes(
            b"".join((line if isinstance(line, bytes) else json.dumps(line).encode()) + b"\n" for line in lines)
        )

        def read() -> Iterator[bytes]:
            with path.open("rb") as opened:
                yield from opened

        report = replay_recorded(connector, read, stream, lambda: now)
        for name, found in report.streams.items():
            assert found.read == found.ingested + sum(found.refused.values()) + found.failed, name
        assert report.lines == sum(found.read for found in report.streams.values())
        return report

    return replay


def test_deliveries_and_answers_become_records(replayed: Replayed) -> None:
    report = replayed(
        [
            {"event": "note", "payload": note(1)},
            {"url": "https://notes.example.org/notes?page=1", "data": [note(2), note(3)]},
            {"url": "https://notes.example.org/notes/4", "data": note(4)},
            {"event": "gone", "payload": {"key": "NOTE-2"}},
        ]
    )
    notes = report.streams["notes"]
    assert (notes.read, notes.ingested, notes.records.created, report.failed) == (4, 4, 3, 0)


def test_every_refusal_has_its_reason_and_every_failure_its_line(replayed: Replayed) -> None:
    report = replayed(
        [
            b"{broken",
            [1],
            {"neither": "nor"},
            {"event": "note", "payload": "text"},
            {"event": "wiki_page", "payload": {}},
            {"url": "https://notes.example.org/other", "data": []},
            {"url": "https://notes.example.org/notes", "data": []},
            b"",
            {"event": "note", "payload": {"key": "NOTE-1"}},
            {"event": "silent", "payload": {}},
            {"event": "undeclared", "payload": {}},
            {"event": "note", "payload": note(1)},
        ]
    )
    assert report.streams["-"].refused == {
        "the line is no JSON": 1,
        "the line is no JSON object": 1,
        'the line is neither {"event", "payload"} nor {"url", "data"}': 1,
        "the event wiki_page is of no stream": 1,
        "answers of https://notes.example.org/other are of no stream": 1,
        "the answer is empty": 1,
    }
    assert report.streams["notes"].refused == {'the line is neither {"event", "payload"} nor {"url", "data"}': 1}
    failures = {failure.line: failure.kind for found in report.streams.values() for failure in found.failures}
    assert failures == {9: "KeyError", 10: "Silence", 11: "ContractViolation"}
    (mistake,) = report.streams["notes"].failures
    assert mistake.reason.startswith("at signed_source.py:")
    assert report.streams["notes"].ingested == 1, "the others go on"


def test_one_line_that_the_store_refuses_takes_no_other_along(replayed: Replayed) -> None:
    class Loose(SignedSource):
        def recorded(self, line: Mapping[str, Any], stream: str | None) -> Iterator[Item]:
            for item in super().recorded(line, stream):
                if isinstance(item, Upsert) and item.native_id == "NOTE-2":
                    yield Upsert(
                        stream="notes",
                        native_id="NOTE-2",
                        record=item.record,
                        occurred_at=item.occurred_at.replace(tzinfo=None),
                    )
                else:
                    yield item

    lines: list[object] = [{"event": "note", "payload": note(number)} for number in (1, 2, 3)]
    report = replayed([*lines, {"event": "no-noun", "payload": {}}], Loose)
    assert {(f.line, f.kind) for f in report.streams["notes"].failures} == {(2, "Unstorable"), (4, "ContractViolation")}
    assert "zone" in next(f.reason for f in report.streams["notes"].failures if f.line == 2)
    assert (report.streams["notes"].ingested, report.streams["notes"].records.created) == (2, 2)


def test_single_records_that_cannot_be_read_are_told_with_their_reason(replayed: Replayed) -> None:
    class Picky(SignedSource):
        def recorded(self, line: Mapping[str, Any], stream: str | None) -> Iterator[Item]:
            for payload in line["data"]:
                if payload["title"]:
                    yield from super().recorded({"event": "note", "payload": payload}, stream)
                else:
                    yield Failure(stream="notes", native_id=payload["key"], reason="it has no title")

    nameless = {**note(2), "title": ""}
    address = "https://notes.example.org/notes"
    report = replayed([{"url": address, "data": [note(1), nameless]}, {"url": address, "data": [nameless]}], Picky)
    notes = report.streams["notes"]
    assert (notes.ingested, notes.set_aside, notes.refused) == (1, {"it has no title": 1}, {"it has no title": 1})


def test_a_second_replay_writes_nothing_where_states_have_versions(replayed: Replayed) -> None:
    lines: list[object] = [
        {"event": "note", "payload": note(number % 50, second=second, title=f"State {second}")}
        for second in (3, 1, 2)
        for number in range(PART_LINES)
    ]
    assert replayed(lines).second == 0


def test_a_second_replay_that_would_write_is_told(replayed: Replayed) -> None:
    class Unversioned(SignedSource):
        def recorded(self, line: Mapping[str, Any], stream: str | None) -> Iterator[Item]:
            for item in super().recorded(line, stream):
                assert isinstance(item, Upsert)
                yield Upsert(
                    stream=item.stream, native_id=item.native_id, record=item.record, occurred_at=item.occurred_at
                )

    first: list[object] = [{"event": "note", "payload": note(1, title="Old")}] * PART_LINES
    later: list[object] = [{"event": "note", "payload": note(1, second=1, title="New")}] * PART_LINES
    assert replayed([*first, *later], Unversioned).second > 0


def test_the_stream_that_is_named_is_the_one_that_counts(replayed: Replayed) -> None:
    report = replayed([b"{", {"url": "https://notes.example.org/notes", "data": [note(1)]}], stream="links")
    assert set(report.streams) == {"links", "notes"}
    assert isinstance(report.streams["links"], StreamReplay)
    assert (report.streams["links"].read, report.streams["notes"].records.created) == (2, 1)


def test_a_connector_that_needs_more_than_secrets_says_so(replayed: Replayed) -> None:
    class Needy(SignedConfig):
        address: str

    class NeedySource(SignedSource):
        Config = Needy

    with pytest.raises(ConfigError, match="for_recordings"):
        replayed([{"event": "note", "payload": note(1)}], NeedySource)
