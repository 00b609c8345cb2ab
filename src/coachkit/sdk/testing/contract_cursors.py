"""Interruptions, second runs, changes while reading, damaged cursors (points 1, 2, 3 and 7)."""

from __future__ import annotations

import collections
import json
from collections.abc import Callable
from contextlib import suppress

import pytest

from coachkit.errors import CoachkitError, SourceError
from coachkit.sdk.items import Checkpoint, Cursor
from coachkit.sdk.testing.givens import Givens, MakeConnector, given, items_of, last_cursors, pull_with, stops, whole
from coachkit.sdk.testing.sink import Key, ReferenceSink
from coachkit.sdk.testing.stand_in import StandIn

__all__ = ["CursorRules"]


class CursorRules(Givens):
    """Whatever happens between two checkpoints, the end state is the same."""

    def test_cursors_are_json(self, make_connector: MakeConnector) -> None:
        cursors = [item.cursor for item in items_of(make_connector()) if isinstance(item, Checkpoint)]
        assert cursors, "no checkpoint"
        for cursor in cursors:
            state = dict(cursor.state)
            assert json.loads(json.dumps(state, allow_nan=False)) == state, "a cursor's state must be plain JSON"

    def test_nothing_follows_the_last_checkpoint(self, make_connector: MakeConnector) -> None:
        ReferenceSink().run(make_connector())

    # 1 killed after every item

    def test_killed_anywhere_it_ends_in_the_same_state(self, make_connector: MakeConnector) -> None:
        all_of_it = ReferenceSink()
        total = all_of_it.run(make_connector()).items
        for stop in stops(total):
            sink = ReferenceSink()
            sink.run(make_connector(), stop_after=stop)
            sink.run(make_connector())
            assert sink.state() == all_of_it.state(), f"killed after item {stop} of {total}, it ends differently"

    def test_killed_anywhere_after_a_change(
        self, make_connector: MakeConnector, change_source: Callable[[], object]
    ) -> None:
        first = whole(make_connector)
        before = first.copied()
        change_source()
        now = whole(make_connector)
        for stop in stops(first.run(make_connector()).items):
            sink = before.copied()
            sink.run(make_connector(), stop_after=stop)
            sink.run(make_connector())
            assert sink.records == now.records, f"killed after item {stop}, it ends differently"

    # 2 a second run without a change

    def test_second_pull_changes_nothing(self, make_connector: MakeConnector) -> None:
        sink = ReferenceSink()
        assert sink.run(make_connector()).changed
        assert sink.run(make_connector()).changed == []

    # 3 changes while reading

    def test_change_is_read(self, make_connector: MakeConnector, change_source: Callable[[], object]) -> None:
        sink = whole(make_connector)
        before = dict(sink.cursors)
        change_source()
        assert sink.run(make_connector()).changed, "the change of the source was not seen"
        assert sink.state() == whole(make_connector).state(), "read in two parts it differs from what is read at once"
        assert sink.cursors != before or sink.run(make_connector()).changed == []

    def test_change_while_items_are_read_is_not_lost(
        self, make_connector: MakeConnector, change_source: Callable[[], object]
    ) -> None:
        for step in range(self.changes_at_most):
            total = ReferenceSink().run(make_connector()).items
            back, side = divmod(step, 2)
            stop = max(1, min(total, (1 + back, total - back)[side]))
            sink = ReferenceSink()
            _run_until_it_notices(sink, make_connector, _at(stop, change_source))
            sink.run(make_connector())
            assert sink.state() == whole(make_connector).state(), f"changed after item {stop} of {total}: it is lost"

    def test_change_between_two_requests_is_not_lost(
        self, make_connector: MakeConnector, change_source: Callable[[], object], stand_in: StandIn | None
    ) -> None:
        """At the first and last requests of a pull, and of the sweep after it: there pages end and places are kept."""
        source: StandIn = given(stand_in, "this source is not read over HTTP")
        for step in range(self.changes_at_most):
            before = len(source.requests)
            collections.deque(items_of(make_connector()), maxlen=0)
            pulled = len(source.requests) - before
            expected = whole(make_connector)
            total = len(source.requests) - before - pulled
            back, side = divmod(step, 4)
            stop = max(1, min(total, (1 + back, pulled - back, pulled + 1 + back, total - back)[side]))
            sink = expected.copied() if side > 1 else ReferenceSink()
            source.on_answer = _at(len(source.requests) + stop, change_source)
            _run_until_it_notices(sink, make_connector, None)
            source.on_answer = None
            sink.run(make_connector())
            expected = whole(make_connector)
            assert sink.state() == expected.state(), f"changed after request {stop} of {total}: the change is lost"

    def test_equal_moments_at_the_edge_of_a_page_are_not_lost(
        self, make_connector: MakeConnector, crowd_one_moment: Callable[[], set[Key]] | None
    ) -> None:
        crowd = given(crowd_one_moment, "this source has no pages, or no moments of change")
        sink = whole(make_connector)
        before = sink.copied()
        keys = crowd()
        sink.run(make_connector())
        assert keys <= sink.records.keys(), "records that changed at the same moment are lost"
        assert sink.state() == whole(make_connector).state()
        for stop in stops(before.copied().run(make_connector()).items, 30):
            killed = before.copied()
            killed.run(make_connector(), stop_after=stop)
            killed.run(make_connector())
            assert killed.state() == sink.state(), f"killed after item {stop} of those, it ends differently"

    # 7 cursors that are damaged, or of a newer version

    def test_damaged_cursor_is_refused(self, make_connector: MakeConnector) -> None:
        for stream, cursor in last_cursors(make_connector()).items():
            for state in ({}, {"\0": 1}, *({**cursor.state, name: object} for name in cursor.state)):
                # `object` is of no JSON type: no field can take it
                with pytest.raises(CoachkitError):
                    pull_with(make_connector(), stream, Cursor(version=cursor.version, state=state))

    def test_newer_cursor_is_refused(self, make_connector: MakeConnector) -> None:
        for stream, cursor in last_cursors(make_connector()).items():
            newer = Cursor(version=cursor.version + 1, state=cursor.state)
            with pytest.raises(CoachkitError) as caught:
                pull_with(make_connector(), stream, newer)
            assert caught.value.hint, "say what to do"


def _at(place: int, change: Callable[[], object]) -> Callable[[int], object]:
    """Changes the source when so many items or requests have been counted."""
    return lambda count: change() if count == place else None


def _run_until_it_notices(
    sink: ReferenceSink, make_connector: MakeConnector, between: Callable[[int], object] | None
) -> None:
    """A run during which the source changes: it goes on, or stops with an error of the source; both are right."""
    with suppress(SourceError):
        sink.run(make_connector(), between=between)
