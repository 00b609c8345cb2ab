"""What a connector declares and yields; and that memory and requests stay bounded (point 13)."""

from __future__ import annotations

import dataclasses
import inspect
import math
import tracemalloc
from collections.abc import Callable
from contextlib import closing
from datetime import datetime
from typing import cast, get_args

from coachkit.domain.work import Link
from coachkit.sdk.connector import CheckReport, Connector
from coachkit.sdk.items import Failure, Progress, Record, Tombstone, Upsert
from coachkit.sdk.rate import requests_made
from coachkit.sdk.rules import broken_rules
from coachkit.sdk.testing.givens import Givens, MakeConnector, given, items_of
from coachkit.sdk.testing.sink import ReferenceSink

__all__ = ["RecordRules"]

import pytest

LONGEST_GAP = 10_000
NOUNS = get_args(Record)
NO_SIZES = "no larger source is given"


class RecordRules(Givens):
    """Declarations, records, failures of single records, bounds."""

    def test_class_keeps_the_rules(self, make_connector: MakeConnector) -> None:
        assert broken_rules(type(make_connector())) == []

    def test_check_finds_the_source(self, make_connector: MakeConnector) -> None:
        with closing(make_connector()) as connector:
            report = connector.check()
        assert isinstance(report, CheckReport)
        assert report.ok, report.findings

    def test_reads_only_what_it_declares(self, make_connector: MakeConnector) -> None:
        declared = {stream.name for stream in make_connector().streams}
        for item in items_of(make_connector()):
            stream = getattr(item, "stream", None)
            assert stream is None or stream in declared, f"{item} is of no declared stream"

    def test_pull_reads_lazily(self, make_connector: MakeConnector) -> None:
        with closing(make_connector()) as connector:
            assert inspect.isgenerator(connector.pull({})), "make pull a generator, so that memory stays flat"

    def test_records_are_well_formed(self, make_connector: MakeConnector) -> None:
        for item in items_of(make_connector()):
            if isinstance(item, Upsert):
                assert isinstance(item.record, NOUNS), f"{type(item.record).__name__} is no noun of the SDK"
                assert item.native_id, "a record without a native id"
                _well_formed(item, f"{item.stream}/{item.native_id}")

    def test_native_ids_are_unique_and_stable(self, make_connector: MakeConnector) -> None:
        seen: list[list[Upsert]] = [[i for i in items_of(make_connector()) if isinstance(i, Upsert)] for _ in range(2)]
        assert seen[0], "the source of this test has no records"
        assert seen[0] == seen[1], "two pulls of the same source differ"
        if not self.ids_repeat:
            keys = [(item.stream, item.native_id) for item in seen[0] if item.version is None]
            assert len(keys) == len(set(keys)), "two records have one native id"

    def test_unreadable_record_is_put_aside(
        self, make_connector: MakeConnector, spoil_source: Callable[[], object] | None
    ) -> None:
        spoil = given(spoil_source, "no record of this source can be unreadable")
        before = ReferenceSink()
        before.run(make_connector())
        spoil()
        sink = ReferenceSink()
        sink.run(make_connector())
        assert sink.failures.keys() - before.failures.keys(), "the unreadable record left no trace"
        assert all(reason.strip() for reason in sink.failures.values())
        assert before.records.keys() <= sink.records.keys() | sink.failures.keys(), "one bad record took others along"
        sink.run(make_connector())

    def test_refetch_takes_any_failure(self, make_connector: MakeConnector) -> None:
        with closing(make_connector()) as connector:
            strange = [Failure(stream=s.name, native_id="no such record", reason="?") for s in connector.streams]
            for item in connector.refetch(strange):
                assert isinstance(item, Upsert | Tombstone | Failure)

    # 13 bounded memory and requests

    def test_memory_does_not_grow_with_the_source(
        self, make_sized_connector: Callable[[int], Connector] | None
    ) -> None:
        make = given(make_sized_connector, NO_SIZES)
        small, large = (make(size) for size in self.sizes)
        _peak(make(self.sizes[0]))  # imports and caches
        least, most = _peak(small), _peak(large)
        assert most < least * 1.5 + 500_000, f"{least:,} bytes at {self.sizes[0]} records, {most:,} at {self.sizes[1]}"

    def test_checkpoints_come_often(self, make_sized_connector: Callable[[int], Connector] | None) -> None:
        run = ReferenceSink().run(given(make_sized_connector, NO_SIZES)(self.sizes[1]))
        assert run.longest_gap <= LONGEST_GAP

    def test_requests_grow_with_the_source_and_no_faster(
        self, make_sized_connector: Callable[[int], Connector] | None
    ) -> None:
        make = given(make_sized_connector, NO_SIZES)
        few, many = (_requests(make(size)) for size in self.sizes)
        if not few:
            pytest.skip("this source is not read over the SDK's HTTP")
        bound = 1.2 * few * self.sizes[1] / self.sizes[0] + 20
        assert many <= bound, f"{few} requests for {self.sizes[0]} records, {many} for {self.sizes[1]}"


def _requests(connector: Connector) -> int:
    before = requests_made()
    for _ in items_of(connector):
        pass
    return requests_made() - before


def _peak(connector: Connector) -> int:
    tracemalloc.start()
    try:
        for item in items_of(connector):
            assert not isinstance(item, Progress) or item.done >= 0
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def _well_formed(value: object, where: str) -> None:
    """Moments have a zone, numbers are finite, identities name a system; all the way down."""
    if isinstance(value, datetime):
        assert value.tzinfo is not None, f"{where}: {value} has no time zone"
    elif isinstance(value, float):
        assert math.isfinite(value), f"{where}: {value} is no number"
    elif isinstance(value, tuple):
        for part in value:
            _well_formed(part, where)
    elif dataclasses.is_dataclass(value):
        for field in dataclasses.fields(value):
            inner = getattr(value, field.name)
            if field.name in _IDENTITIES and inner is not None and not isinstance(value, Link) and not _measures(inner):
                for key in inner if isinstance(inner, tuple) else (inner,):
                    system, _, name = cast(str, key).partition(":")
                    assert all((system, name.strip())), f"{where}: {field.name} {key!r} is no identity key"
            _well_formed(inner, f"{where}.{field.name}")


def _measures(inner: object) -> bool:
    """A key result's target is a number, and nobody's key."""
    return isinstance(inner, float)


_IDENTITIES = frozenset(
    {"identity", "accounts", "same_as", "person", "manager", "actor", "target", "owner", "owners", "subject", "author"}
    | {"about", "report", "by"}
)
