"""The contract of a connector, as tests that a plugin inherits.

::

    from coachkit.sdk.testing import ConnectorContract

    class TestMyConnector(ConnectorContract):
        @pytest.fixture
        def make_connector(self, tmp_path):
            prepare(tmp_path)
            return lambda: MyConnector("mine", MyConnector.Config(path=tmp_path))

        @pytest.fixture
        def change_source(self, tmp_path):
            return lambda: add_a_record(tmp_path)

A fixture that a source has no use for stays as it is, and its tests are skipped with the reason. Keep the source small
(some dozen records): it is interrupted after every single item.
"""

from __future__ import annotations

import dataclasses
import inspect
import json
import math
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import datetime
from typing import ClassVar, cast, get_args

import pytest

from coachkit.domain.work import Link
from coachkit.errors import CoachkitError
from coachkit.sdk.connector import CheckReport, Connector
from coachkit.sdk.items import Checkpoint, Cursor, Failure, Item, Progress, Record, Tombstone, Upsert
from coachkit.sdk.rules import broken_rules
from coachkit.sdk.testing.sink import Key, ReferenceSink

__all__ = ["ConnectorContract"]

MakeConnector = Callable[[], Connector]

MOST_INTERRUPTIONS = 150
LONGEST_GAP = 10_000
NOUNS = get_args(Record)


class ConnectorContract:
    """Subclass it, give the fixtures, and every rule of a connector is tested."""

    secrets: ClassVar[tuple[str, ...]] = ()
    """Secrets that the connector under test is given; none may be seen in what it keeps or prints."""
    ids_repeat: ClassVar[bool] = False
    """One pull may bring the same record twice, the later one replacing the earlier (a log of changes)."""
    sizes: ClassVar[tuple[int, int]] = (1_500, 6_000)
    """Records in the two sources whose memory is compared."""

    @pytest.fixture
    def make_connector(self) -> MakeConnector:
        """Makes a new connector over one and the same source, which has several records in it. Required."""
        raise NotImplementedError("give the fixture make_connector")

    @pytest.fixture
    def change_source(self) -> Callable[[], object]:
        """Changes the source: adds a record, or changes one. Required, and may be called more than once."""
        raise NotImplementedError("give the fixture change_source")

    @pytest.fixture
    def remove_from_source(self) -> Callable[[], Key] | None:
        """Removes a record from the source and returns its stream and native id."""
        return None

    @pytest.fixture
    def spoil_source(self) -> Callable[[], object] | None:
        """Adds a record that cannot be read."""
        return None

    @pytest.fixture
    def make_sized_connector(self) -> Callable[[int], Connector] | None:
        """Makes a connector over another source, with the given number of records in it."""
        return None

    # what it declares

    def test_class_keeps_the_rules(self, make_connector: MakeConnector) -> None:
        assert broken_rules(type(make_connector())) == []

    def test_check_finds_the_source(self, make_connector: MakeConnector) -> None:
        with closing(make_connector()) as connector:
            report = connector.check()
        assert isinstance(report, CheckReport)
        assert report.ok, report.findings

    def test_reads_only_what_it_declares(self, make_connector: MakeConnector) -> None:
        declared = {stream.name for stream in make_connector().streams}
        for item in _items(make_connector()):
            stream = getattr(item, "stream", None)
            assert stream is None or stream in declared, f"{item} is of no declared stream"

    def test_pull_reads_lazily(self, make_connector: MakeConnector) -> None:
        assert inspect.isgenerator(make_connector().pull({})), "make pull a generator, so that memory stays flat"

    # records

    def test_records_are_well_formed(self, make_connector: MakeConnector) -> None:
        for item in _items(make_connector()):
            if isinstance(item, Upsert):
                assert isinstance(item.record, NOUNS), f"{type(item.record).__name__} is no noun of the SDK"
                assert item.native_id, "a record without a native id"
                _well_formed(item, f"{item.stream}/{item.native_id}")

    def test_native_ids_are_unique_and_stable(self, make_connector: MakeConnector) -> None:
        seen: list[list[Upsert]] = [[i for i in _items(make_connector()) if isinstance(i, Upsert)] for _ in range(2)]
        assert seen[0], "the source of this test has no records"
        assert seen[0] == seen[1], "two pulls of the same source differ"
        if not self.ids_repeat:
            keys = [(item.stream, item.native_id) for item in seen[0] if item.version is None]
            assert len(keys) == len(set(keys)), "two records have one native id"

    # cursors and interruptions

    def test_cursors_are_json(self, make_connector: MakeConnector) -> None:
        cursors = [item.cursor for item in _items(make_connector()) if isinstance(item, Checkpoint)]
        assert cursors, "no checkpoint"
        for cursor in cursors:
            state = dict(cursor.state)
            assert json.loads(json.dumps(state, allow_nan=False)) == state, "a cursor's state must be plain JSON"

    def test_nothing_follows_the_last_checkpoint(self, make_connector: MakeConnector) -> None:
        ReferenceSink().run(make_connector())

    def test_second_pull_changes_nothing(self, make_connector: MakeConnector) -> None:
        sink = ReferenceSink()
        assert sink.run(make_connector()).changed
        assert sink.run(make_connector()).changed == []

    def test_killed_anywhere_it_ends_in_the_same_state(self, make_connector: MakeConnector) -> None:
        whole = ReferenceSink()
        total = whole.run(make_connector()).items
        for stop in _stops(total):
            sink = ReferenceSink()
            sink.run(make_connector(), stop_after=stop)
            sink.run(make_connector())
            assert sink.state() == whole.state(), f"killed after item {stop} of {total}, it ends differently"

    def test_change_is_read(self, make_connector: MakeConnector, change_source: Callable[[], object]) -> None:
        sink = ReferenceSink()
        sink.run(make_connector())
        before = sink.cursors
        change_source()
        assert sink.run(make_connector()).changed, "the change of the source was not seen"
        fresh = ReferenceSink()
        fresh.run(make_connector())
        assert sink.state() == fresh.state(), "what was read in two parts differs from what is read at once"
        assert sink.cursors != before or sink.run(make_connector()).changed == []

    def test_killed_anywhere_after_a_change(
        self, make_connector: MakeConnector, change_source: Callable[[], object]
    ) -> None:
        first = ReferenceSink()
        first.run(make_connector())
        cursors, records = dict(first.cursors), dict(first.records)
        change_source()
        whole = ReferenceSink()
        whole.run(make_connector())
        for stop in _stops(first.run(make_connector()).items):
            sink = ReferenceSink()
            sink.cursors, sink.records = dict(cursors), dict(records)
            sink.run(make_connector(), stop_after=stop)
            sink.run(make_connector())
            assert sink.records == whole.records, f"killed after item {stop}, it ends differently"

    def test_removed_record_goes(
        self, make_connector: MakeConnector, remove_from_source: Callable[[], Key] | None
    ) -> None:
        if remove_from_source is None:
            pytest.skip("nothing can be removed from this source")
        sink = ReferenceSink()
        sink.run(make_connector())
        key = remove_from_source()
        assert key in sink.records, f"{key} was never read"
        sink.run(make_connector())
        assert key not in sink.records

    def test_damaged_cursor_is_refused(self, make_connector: MakeConnector) -> None:
        for stream, cursor in _last_cursors(make_connector()).items():
            for state in ({}, {"\0": 1}, *({**cursor.state, name: object} for name in cursor.state)):
                # `object` is of no JSON type: no field can take it
                with pytest.raises(CoachkitError):
                    _pull_with(make_connector(), stream, Cursor(version=cursor.version, state=state))

    def test_newer_cursor_is_refused(self, make_connector: MakeConnector) -> None:
        for stream, cursor in _last_cursors(make_connector()).items():
            newer = Cursor(version=cursor.version + 1, state=cursor.state)
            with pytest.raises(CoachkitError) as caught:
                _pull_with(make_connector(), stream, newer)
            assert caught.value.hint, "say what to do"

    # what can go wrong

    def test_unreadable_record_is_put_aside(
        self, make_connector: MakeConnector, spoil_source: Callable[[], object] | None
    ) -> None:
        if spoil_source is None:
            pytest.skip("no record of this source can be unreadable")
        before = ReferenceSink()
        before.run(make_connector())
        spoil_source()
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

    def test_secrets_stay_secret(self, make_connector: MakeConnector) -> None:
        shown = [repr(make_connector()), repr(make_connector().config), make_connector().config.model_dump_json()]
        shown += [repr(item) for item in _items(make_connector())]
        for secret in self.secrets:
            assert not [text for text in shown if secret in text], "a secret is shown"

    def test_memory_does_not_grow_with_the_source(
        self, make_sized_connector: Callable[[int], Connector] | None
    ) -> None:
        if make_sized_connector is None:
            pytest.skip("no larger source is given")
        small, large = (make_sized_connector(size) for size in self.sizes)
        _peak(make_sized_connector(self.sizes[0]))  # imports and caches
        least, most = _peak(small), _peak(large)
        assert most < least * 1.5 + 500_000, f"{least:,} bytes at {self.sizes[0]} records, {most:,} at {self.sizes[1]}"

    def test_checkpoints_come_often(self, make_sized_connector: Callable[[int], Connector] | None) -> None:
        if make_sized_connector is None:
            pytest.skip("no larger source is given")
        run = ReferenceSink().run(make_sized_connector(self.sizes[1]))
        assert run.longest_gap <= LONGEST_GAP


def _items(connector: Connector) -> Iterator[Item]:
    with closing(connector):
        yield from connector.pull({})


def _last_cursors(connector: Connector) -> dict[str, Cursor]:
    return {item.stream: item.cursor for item in _items(connector) if isinstance(item, Checkpoint)}


def _pull_with(connector: Connector, stream: str, cursor: Cursor) -> None:
    with closing(connector):
        for _ in connector.pull({stream: cursor}):
            pass


def _stops(total: int) -> range:
    return range(1, total + 1, max(1, math.ceil(total / MOST_INTERRUPTIONS)))


def _peak(connector: Connector) -> int:
    tracemalloc.start()
    try:
        for item in _items(connector):
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
            if field.name in _IDENTITIES and inner is not None and not isinstance(value, Link):
                for key in inner if isinstance(inner, tuple) else (inner,):
                    system, _, name = cast(str, key).partition(":")
                    assert all((system, name.strip())), f"{where}: {field.name} {key!r} is no identity key"
            _well_formed(inner, f"{where}.{field.name}")


_IDENTITIES = frozenset(
    {"identity", "accounts", "same_as", "person", "manager", "actor", "target", "owner", "owners", "subject", "author"}
    | {"about", "report", "by"}
)
