"""What vanishes, what is refused, what is down, and who may read (points 8 and 9)."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

import pytest

from coachkit.domain.audience import AudienceKind
from coachkit.domain.people import PersonProfile
from coachkit.errors import AuthFailed, SourceError, SourceUnavailable
from coachkit.sdk.connector import Capability
from coachkit.sdk.testing.givens import Givens, MakeConnector, given, stops, whole
from coachkit.sdk.testing.sink import REMOVED_SHARE, REMOVED_WITHOUT_ASKING, Key, ReferenceSink
from coachkit.sdk.testing.stand_in import Fault, StandIn

__all__ = ["AccessRules"]

NO_STAND_IN = "this source is not read over HTTP"


class AccessRules(Givens):
    """Only what the source removed goes, and a narrowed audience holds at once."""

    # 8 deleted, refused and down are three things

    def test_removed_record_goes(
        self, make_connector: MakeConnector, remove_from_source: Callable[[], Key] | None
    ) -> None:
        remove = given(remove_from_source, "nothing can be removed from this source")
        sink = whole(make_connector)
        key = remove()
        assert key in sink.records, f"{key} was never read"
        sink.run(make_connector())
        assert key not in sink.records

    @pytest.mark.parametrize("status", [401, 403])
    def test_revoked_access_removes_nothing(
        self, make_connector: MakeConnector, stand_in: StandIn | None, status: int
    ) -> None:
        source: StandIn = given(stand_in, NO_STAND_IN)
        sink = whole(make_connector)
        before = dict(sink.records)
        source.refused = status
        with pytest.raises(AuthFailed):
            sink.run(make_connector())
        assert sink.records == before, "a credential that is refused says nothing about records"
        source.heal()
        sink.run(make_connector())
        assert sink.records == before

    def test_access_lost_while_reading_removes_nothing(
        self, make_connector: MakeConnector, stand_in: StandIn | None
    ) -> None:
        self._fails_while_reading(make_connector, stand_in, lambda source: source.fail_next(Fault.FORBIDDEN), None)

    def test_outage_removes_nothing(self, make_connector: MakeConnector, stand_in: StandIn | None) -> None:
        self._fails_while_reading(
            make_connector, stand_in, lambda source: setattr(source, "down", True), SourceUnavailable
        )

    def _fails_while_reading(
        self,
        make_connector: MakeConnector,
        stand_in: StandIn | None,
        fail: Callable[[StandIn], object],
        error: type[SourceError] | None,
    ) -> None:
        """The source fails before each request of a second pull in turn; ``error`` must be told, where it is given."""
        source: StandIn = given(stand_in, NO_STAND_IN)
        first = whole(make_connector)
        before = len(source.requests)
        first.copied().run(make_connector())
        for place in stops(len(source.requests) - before, self.changes_at_most):
            sink = first.copied()
            _before_request(source, place, fail)
            with pytest.raises(error) if error is not None else suppress(SourceError):
                sink.run(make_connector())
            source.heal()
            lost = first.records.keys() - sink.records.keys()
            assert not lost, f"it failed at request {place}, and {sorted(lost)[:3]} were taken to be removed"
            sink.run(make_connector())
            assert sink.state() == first.state()

    def test_a_mass_vanishing_is_not_believed(
        self, make_connector: MakeConnector, lose_most: Callable[[], object] | None
    ) -> None:
        lose = given(lose_most, "this source cannot lose most of its records")
        sink = whole(make_connector)
        before = dict(sink.records)
        lose()
        with suppress(SourceError):
            sink.run(make_connector())
        gone = [key for key, item in before.items() if _is_here(item.record) and not _still_here(sink, key)]
        bound = max(REMOVED_WITHOUT_ASKING, REMOVED_SHARE * len(before))
        assert len(gone) <= bound, f"{len(gone)} of {len(before)} records were taken to be removed at once"

    # 9 a narrowed audience

    def test_access_is_tried_where_it_is_declared(
        self, make_connector: MakeConnector, narrow_audience: Callable[[], Key] | None
    ) -> None:
        if Capability.ACCESS not in make_connector().capabilities:
            pytest.skip("this source does not say who may read a record")
        assert narrow_audience is not None, "it knows who may read: give the fixture narrow_audience"

    def test_a_narrowed_audience_holds_at_once(
        self, make_connector: MakeConnector, narrow_audience: Callable[[], Key] | None
    ) -> None:
        narrow = given(narrow_audience, "this source does not say who may read a record")
        sink = whole(make_connector)
        before = sink.copied()
        key = narrow()
        assert key in sink.records, f"{key} was never read"
        items = sink.run(make_connector()).items
        expected = sink.readers(key)
        assert expected != before.readers(key), "the narrowed audience was not seen"
        assert expected[0].kind is not AudienceKind.ORG, "everyone may still read it"
        assert expected == whole(make_connector).readers(key)
        for stop in stops(items):
            killed = before.copied()
            killed.run(make_connector(), stop_after=stop)
            killed.run(make_connector())
            assert killed.readers(key) == expected, f"killed after item {stop}, the wide audience stays"


def _before_request(source: StandIn, place: int, fail: Callable[[StandIn], object]) -> None:
    """From the ``place``-th request on, fail."""
    if place == 1:
        fail(source)
        return
    last = len(source.requests) + place - 1
    source.on_answer = lambda asked: asked == last and fail(source)


def _is_here(record: object) -> bool:
    return not isinstance(record, PersonProfile) or record.active


def _still_here(sink: ReferenceSink, key: Key) -> bool:
    return key in sink.records and _is_here(sink.records[key].record)
