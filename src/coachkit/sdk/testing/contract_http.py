"""What a source over HTTP does wrong, with a stand-in (points 4, 5, 6, 11 and 12)."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Iterator
from contextlib import closing, suppress

import pytest
from structlog.testing import capture_logs

from coachkit.errors import AuthFailed, CoachkitError, SourceError
from coachkit.sdk.items import Checkpoint
from coachkit.sdk.testing.givens import Givens, MakeConnector, addresses_in, given, items_of, stops, whole
from coachkit.sdk.testing.sink import ReferenceSink
from coachkit.sdk.testing.stand_in import RETRY_AFTER, Fault, Response, StandIn
from coachkit.sdk.testing.time import FakeClock

__all__ = ["HttpRules"]

NO_STAND_IN = "this source is not read over HTTP"
PLACES = 12
"""A fault comes at so many different requests of a pull."""
ENDING = (Fault.REPEATED_TOKEN, Fault.EMPTY_PAGE, Fault.NO_LAST_MARK)


class HttpRules(Givens):
    """Faults of a source that is read over HTTP."""

    # 4 pages that would never end, or end too soon

    @pytest.mark.parametrize("fault", ENDING)
    def test_odd_pages_end_and_lose_nothing(
        self, make_connector: MakeConnector, stand_in: StandIn | None, fault: Fault
    ) -> None:
        source: StandIn = given(stand_in, NO_STAND_IN)
        if fault not in source.knows:
            pytest.skip(f"pages of this source know no {fault}")
        expected = whole(make_connector)
        for place in _places(source, make_connector):
            for known in (False, True):  # the first sync, and a later one
                sink = expected.copied() if known else ReferenceSink()
                source.most_requests = len(source.requests) + 20 * PLACES + 10 * len(expected.records)
                begin = source.fail_next if fault is Fault.EMPTY_PAGE else source.fail_always
                begin(fault, after=place - 1)
                with suppress(SourceError):
                    sink.run(make_connector())
                assert not source.endless, f"{fault} at request {place}: the connector does not end"
                source.heal()
                if known:
                    assert sink.records == expected.records, f"{fault} at request {place}: what is there was changed"
                sink.run(make_connector())
                assert sink.state() == expected.state(), f"after {fault} at request {place} something stays lost"

    # 5 the credential stays at its host

    @pytest.mark.parametrize("fault", [Fault.FOREIGN_REDIRECT, Fault.FOREIGN_NEXT])
    def test_nothing_is_sent_to_another_host(
        self, make_connector: MakeConnector, stand_in: StandIn | None, fault: Fault
    ) -> None:
        source: StandIn = given(stand_in, NO_STAND_IN)
        if fault is Fault.FOREIGN_NEXT and fault not in source.knows:
            pytest.skip("pages of this source do not say where the next one is")
        refused = 0
        expected = whole(make_connector)
        for place in _places(source, make_connector):
            sink = ReferenceSink()
            source.fail_next(fault, after=place - 1)
            try:
                sink.run(make_connector())
            except SourceError:
                refused += 1
            finally:
                assert source.foreign == [], f"{fault} at request {place} was followed to another host"
            source.heal()
            sink.run(make_connector())
            assert sink.state() == expected.state(), f"after {fault} at request {place} something stays lost"
        assert refused, "what leads to another host is an error that somebody should hear of"

    # 6 limits, stale credentials, failures that pass

    @pytest.mark.parametrize("fault", [Fault.BROKEN, Fault.TRUNCATED, Fault.SLOW])
    def test_a_failure_that_passes_is_not_seen(
        self, make_connector: MakeConnector, stand_in: StandIn | None, nobody_waits: FakeClock, fault: Fault
    ) -> None:
        source: StandIn = given(stand_in, NO_STAND_IN)
        expected = whole(make_connector)
        places = _places(source, make_connector)
        if fault is Fault.SLOW:
            nobody_waits.longest_patience = 0.3
            places = sorted({places[0], places[-1]})
        for place in places:
            sink = ReferenceSink()
            source.fail_next(fault, after=place - 1)
            sink.run(make_connector())
            assert sink.state() == expected.state(), f"{fault} at request {place}: something is lost"
            source.heal()

    def test_limits_are_waited_for(
        self, make_connector: MakeConnector, stand_in: StandIn | None, nobody_waits: FakeClock
    ) -> None:
        source: StandIn = given(stand_in, NO_STAND_IN)
        expected = whole(make_connector)
        limited = Response(429, {"Retry-After": str(RETRY_AFTER)})
        for answer, seconds in ((limited, float(RETRY_AFTER)), *source.limits):
            for place in _places(source, make_connector):
                sink = ReferenceSink()
                waited = sum(nobody_waits.waited)
                source.fail_next(answer, after=place - 1)
                sink.run(make_connector())
                source.heal()
                waited = sum(nobody_waits.waited) - waited
                assert waited >= 0.9 * seconds, f"{answer.status} at request {place}: waited {waited}, not {seconds}"
                assert sink.state() == expected.state(), f"a limit at request {place}: something is lost"

    def test_a_stale_credential_is_had_anew_once(self, make_connector: MakeConnector, stand_in: StandIn | None) -> None:
        source: StandIn = given(stand_in, NO_STAND_IN)
        expected = whole(make_connector)
        for place in _places(source, make_connector):
            sink = ReferenceSink()
            first = len(source.requests)
            source.fail_next(Fault.UNAUTHORIZED, after=place - 1)
            try:
                sink.run(make_connector())
            except AuthFailed:
                final = not self.refreshes or source.requests[first + place - 1].path in source.trades
                assert final, f"401 at request {place}: the credential was not had anew"
            else:
                assert sink.state() == expected.state(), f"401 at request {place}: something is lost"
            source.heal()
            sink.run(make_connector())
            assert sink.state() == expected.state()

    @pytest.mark.parametrize("status", [401, 403])
    def test_a_refused_credential_is_not_tried_over_and_over(
        self, make_connector: MakeConnector, stand_in: StandIn | None, status: int
    ) -> None:
        source: StandIn = given(stand_in, NO_STAND_IN)
        source.refused = status
        with pytest.raises(AuthFailed) as caught:
            ReferenceSink().run(make_connector())
        assert caught.value.hint, "say what to do"
        assert len(source.requests) <= 10, f"{len(source.requests)} requests with a credential that is refused"
        with closing(make_connector()) as connector:
            report = connector.check()
        assert not report.ok
        assert report.findings, "say what is wrong"

    # 11 what the documentation does not know

    def test_unknown_fields_change_nothing(self, make_connector: MakeConnector, stand_in: StandIn | None) -> None:
        source: StandIn = given(stand_in, NO_STAND_IN)
        expected = whole(make_connector)
        source.unknown_fields = True
        assert whole(make_connector).state() == expected.state()

    def test_unknown_values_lose_no_record(self, make_connector: MakeConnector, stand_in: StandIn | None) -> None:
        source: StandIn = given(stand_in, NO_STAND_IN)
        if not source.strange_values:
            pytest.skip("the stand-in has no strange_values")
        expected = whole(make_connector)
        source.unknown_values = source.unknown_fields = True
        sink = whole(make_connector)
        lost = expected.records.keys() - sink.records.keys() - sink.failures.keys()
        assert not lost, f"lost because of a value that is not documented: {sorted(lost)[:5]}"

    # 12 secrets and addresses

    def test_secrets_stay_secret(
        self,
        make_connector: MakeConnector,
        stand_in: StandIn | None,
        caplog: pytest.LogCaptureFixture,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        caplog.set_level(logging.DEBUG)
        with capture_logs() as structured:
            shown = list(_shown(make_connector))
            addresses = addresses_in(whole(make_connector))
            told = list(_told_by_errors(make_connector, stand_in)) if stand_in is not None else []
        told += [caplog.text, repr(structured), *capsys.readouterr()]
        cursors = [repr(item) for item in items_of(make_connector()) if isinstance(item, Checkpoint)]
        secrets = [*self.secrets, *([stand_in.token] if stand_in is not None else [])]
        for text in (*shown, *told, *cursors):
            assert not [secret for secret in secrets if secret in text], f"a secret is shown in {text[:200]!r}"
        for text in (*told, *(cursors if not self.remembers_people else ())):
            found = [address for address in addresses if address.lower() in text.lower()]
            assert not found, f"{len(found)} e-mail addresses are shown in {_around(text, found)!r}"


def _places(source: StandIn, make_connector: MakeConnector) -> list[int]:
    """Requests of a pull at which something can go wrong, counted from 1."""
    before = len(source.requests)
    whole(make_connector)
    return stops(len(source.requests) - before, PLACES)


def _shown(make_connector: MakeConnector) -> Iterator[str]:
    connector = make_connector()
    yield from (repr(connector), repr(connector.config), connector.config.model_dump_json())
    yield from (repr(item) for item in items_of(connector))


def _told_by_errors(make_connector: MakeConnector, source: StandIn) -> Iterator[str]:
    """What is said when a pull fails in each way, as a reader of a log sees it."""
    for fault in (Fault.LIMITED, Fault.BROKEN, Fault.TRUNCATED, Fault.FOREIGN_REDIRECT, 401, 403):
        if isinstance(fault, Fault):
            source.fail_always(fault)
        else:
            source.refused = fault
        try:
            ReferenceSink().run(make_connector())
        except CoachkitError as error:
            yield from (str(error), repr(error), repr(vars(error)), "".join(traceback.format_exception(error)))
        source.heal()


def _around(text: str, found: list[str]) -> str:
    at = text.lower().find(found[0].lower()) if found else 0
    return text[max(0, at - 60) : at]
