"""The sample tracker, broken in one way at a time; :func:`breaks` names the rules that must see it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any, ClassVar

import httpx2
from tracker import ISSUES, NOW, Place, Tracker, Traded

from coachkit.sdk import (
    Answer,
    Audience,
    AuthFailed,
    Capability,
    Checkpoint,
    CheckReport,
    Cursor,
    Failure,
    HttpSource,
    Item,
    PayloadRejected,
    SourceError,
    Tombstone,
    Upsert,
    clock,
)

__all__ = ["BROKEN", "Unnarrowed", "breaks"]

Row = dict[str, Any]
BROKEN: list[tuple[type[Tracker], str]] = []


def breaks(*rules: str) -> Callable[[type[Tracker]], type[Tracker]]:
    """The connector is sound but for one thing, which these rules must see."""

    def remember(kind: type[Tracker]) -> type[Tracker]:
        BROKEN.extend((kind, rule) for rule in rules)
        return kind

    return remember


# 1 killed after every item


@breaks("test_killed_anywhere_it_ends_in_the_same_state", "test_killed_anywhere_after_a_change")
class SavesItsPlaceTooSoon(Tracker):
    def pull(self, cursors: Mapping[str, Cursor]) -> Iterator[Item]:
        items = list(super().pull(cursors))
        yield from (item for item in items if isinstance(item, Checkpoint))
        yield from (item for item in items if not isinstance(item, Checkpoint))
        yield items[-1]


# 2 a second run without a change


@breaks("test_second_pull_changes_nothing")
class DatesByItsOwnClock(Tracker):
    def upsert(self, row: Row) -> Upsert:
        found = super().upsert(row)
        return replace(found, occurred_at=clock().now(), version=None)


# 3 changes while reading


@breaks("test_change_between_two_requests_is_not_lost", "test_change_while_items_are_read_is_not_lost")
class TakesItsPlaceFromTheEnd(Tracker):
    def pull(self, cursors: Mapping[str, Cursor]) -> Iterator[Item]:
        yield from super().pull(cursors)
        yield self.checkpoint(int(self.source.get("newest").json()["updated"]) + 1)


@breaks("test_equal_moments_at_the_edge_of_a_page_are_not_lost")
class SkipsEqualMoments(Tracker):
    def pages(self, since: int) -> Iterator[list[Row]]:
        return super().pages(since + 1 if since else 0)


# 4 odd pages


@breaks("test_odd_pages_end_and_lose_nothing[repeated-token]")
class BelievesEveryToken(Tracker):
    def pages(self, since: int) -> Iterator[list[Row]]:
        answer = self.source.get("issues", {"since": since})
        yield answer.json()["issues"]
        while (following := answer.next_link) is not None:
            answer = self.source.get(following)
            yield answer.json()["issues"]


@breaks("test_odd_pages_end_and_lose_nothing[empty-page]")
class StopsAtAnEmptyPage(Tracker):
    def pages(self, since: int) -> Iterator[list[Row]]:
        for rows in super().pages(since):
            if not rows:
                return
            yield rows


@breaks("test_odd_pages_end_and_lose_nothing[no-last-mark]")
class WaitsForTheLastMark(Tracker):
    def pages(self, since: int) -> Iterator[list[Row]]:
        answer = self.source.get("issues", {"since": since})
        yield answer.json()["issues"]
        while not answer.json().get("last"):
            answer = self.source.get(answer.next_link or answer.url)
            yield answer.json()["issues"]


# 5 the credential stays at its host


class GoesAnywhere(HttpSource):
    def get(self, path_or_url: str, params: Any = None, **more: Any) -> Any:
        while True:
            whole = path_or_url if "://" in path_or_url else f"{self._base}/{path_or_url}"
            headers = dict(self._auth.headers())
            raw = httpx2.get(whole, params=params, headers=headers, follow_redirects=True, timeout=5)
            if raw.status_code != 401:
                break
            self._auth.refresh()
        answer = Answer(who="", status=raw.status_code, headers=raw.headers, url=str(raw.url), body=raw.content)
        return _Trusting(answer)


class _Trusting:
    def __init__(self, answer: Answer) -> None:
        self.json, self.url = answer.json, answer.url
        links = httpx2.Response(200, headers=answer.headers).links
        self.next_link = links.get("next", {}).get("url")


@breaks("test_nothing_is_sent_to_another_host[foreign-redirect]", "test_nothing_is_sent_to_another_host[foreign-next]")
class FollowsAnyLink(Tracker):
    def make_source(self, connection: str) -> HttpSource:
        auth = Traded(connection, self.config.base_url, self.config.key, self.limit)
        return GoesAnywhere(connection, self.config.base_url, auth=auth)


# 6 limits, stale credentials, failures that pass


@breaks("test_limits_are_waited_for")
class KnowsNoLimit(Tracker):
    @staticmethod
    def limit(answer: Answer) -> float | None:
        return None


@breaks("test_limits_are_waited_for")
class AsksAgainAtOnce(Tracker):
    @staticmethod
    def limit(answer: Answer) -> float | None:
        return 0.0 if answer.status in (400, 429) else None


@breaks("test_a_stale_credential_is_had_anew_once")
class KeepsItsToken(Tracker):
    def make_source(self, connection: str) -> HttpSource:
        source = super().make_source(connection)
        source._auth.refresh = lambda: False  # type: ignore[method-assign]
        return source


@breaks(
    "test_a_failure_that_passes_is_not_seen[broken]",
    "test_a_failure_that_passes_is_not_seen[truncated]",
    "test_a_failure_that_passes_is_not_seen[slow]",
)
class TriesOnce(Tracker):
    def make_source(self, connection: str) -> HttpSource:
        source = super().make_source(connection)
        source._attempts = 1
        return source


@breaks("test_a_refused_credential_is_not_tried_over_and_over[403]")
class Insists(Tracker):
    def pull(self, cursors: Mapping[str, Cursor]) -> Iterator[Item]:
        for _ in range(20):
            with suppress(AuthFailed):
                self.source.get("members")
        yield from super().pull(cursors)


# 7 cursors


@breaks("test_damaged_cursor_is_refused", "test_newer_cursor_is_refused")
class ReadsAnyCursor(Tracker):
    def place(self, cursors: Mapping[str, Cursor]) -> Place | None:
        found = cursors[ISSUES].state.get("since") if ISSUES in cursors else None
        return Place(since=found) if isinstance(found, int) else None


# 8 deleted, refused and down


@breaks("test_removed_record_goes")
class NeverRemoves(Tracker):
    def sweep(self, stream: str) -> Iterator[str] | None:
        return None


@breaks("test_outage_removes_nothing", "test_access_lost_while_reading_removes_nothing")
class TakesFailuresForTheEnd(Tracker):
    def listed(self) -> Iterator[str]:
        with suppress(SourceError):
            yield from super().listed()


@breaks("test_revoked_access_removes_nothing[401]", "test_revoked_access_removes_nothing[403]")
class TakesRefusalForDeletion(Tracker):
    def pull(self, cursors: Mapping[str, Cursor]) -> Iterator[Item]:
        try:
            yield from super().pull(cursors)
        except AuthFailed:
            yield Tombstone(stream="people", native_id="ana")
            yield self.checkpoint(0)


@breaks("test_a_mass_vanishing_is_not_believed")
class BuriesTheMissing(Tracker):
    def pull(self, cursors: Mapping[str, Cursor]) -> Iterator[Item]:
        here = set(self.listed())
        for item in super().pull(cursors):
            if isinstance(item, Checkpoint) and ISSUES in cursors:
                wanted = [f"m{number:06}" for number in range(40)]
                yield from (Tombstone(stream=ISSUES, native_id=key) for key in wanted if key not in here)
            yield item


# 9 a narrowed audience


@breaks("test_access_is_tried_where_it_is_declared")
class Unnarrowed(Tracker):
    """Its plugin narrows nothing; the test leaves the fixture out."""


@breaks("test_a_narrowed_audience_holds_at_once")
class OpensEverything(Tracker):
    def audience(self, row: Row) -> Audience:
        return Audience.org()


@breaks("test_a_narrowed_audience_holds_at_once")
class NarrowsTooEarlyToLast(Tracker):
    """Tells of it only once, before the cursor moves: killed in between, it is forgotten."""

    told: ClassVar[set[tuple[str, int]]] = set()

    def upsert(self, row: Row) -> Upsert:
        found = super().upsert(row)
        key = (self.config.base_url + row["id"], row["updated"])
        if row["private"] and key in self.told:
            return replace(found, audience=Audience.org(), version=None)
        self.told.add(key)
        return found


# 11 what the documentation does not know


@breaks("test_unknown_fields_change_nothing")
class KnowsAllFields(Tracker):
    def item(self, row: Row) -> Item:
        if set(row) - {"id", "title", "state", "private", "updated"}:
            raise PayloadRejected("a field is not known.")
        return super().item(row)


@breaks("test_unknown_values_lose_no_record")
class KnowsAllStates(Tracker):
    def pages(self, since: int) -> Iterator[list[Row]]:
        for rows in super().pages(since):
            yield [row for row in rows if row["state"] in ("open", "closed")]


# 12 secrets and addresses


@breaks("test_secrets_stay_secret")
class LogsItsKey(Tracker):
    def members(self) -> Iterator[Item]:
        logging.getLogger("tracker").debug("asking with %s", self.config.key.read())
        return super().members()


@breaks("test_secrets_stay_secret")
class PrintsAddresses(Tracker):
    def members(self) -> Iterator[Item]:
        for item in super().members():
            if isinstance(item, Upsert):
                print("read", item.record)
            yield item


@breaks("test_secrets_stay_secret")
class SaysItsKeyWhenItFails(Tracker):
    def members(self) -> Iterator[Item]:
        try:
            yield from super().members()
        except SourceError as error:
            raise SourceError(f"{error}: asked with {self.config.key.read()}") from error


class Wordy(Place):
    who: str = ""


@breaks("test_secrets_stay_secret")
class KeepsItsKeyInTheCursor(Tracker):
    def checkpoint(self, since: int) -> Checkpoint:
        return Checkpoint(stream=ISSUES, cursor=Wordy(since=since, who=self.config.secret.read()).cursor())


@breaks("test_secrets_stay_secret")
class KeepsPeopleInTheCursor(Tracker):
    def checkpoint(self, since: int) -> Checkpoint:
        return Checkpoint(stream=ISSUES, cursor=Wordy(since=since, who="ana@example.org").cursor())


# 13 bounds


@breaks("test_memory_does_not_grow_with_the_source")
class ReadsAllFirst(Tracker):
    def pages(self, since: int) -> Iterator[list[Row]]:
        return iter([row for row in list(super().pages(since)) for _ in [0]])


@breaks("test_requests_grow_with_the_source_and_no_faster")
class BeginsAnewForEachPage(Tracker):
    def pages(self, since: int) -> Iterator[list[Row]]:
        for number, rows in enumerate(super().pages(since)):
            for _, _ in zip(range(number // 8), super().pages(0), strict=False):
                pass
            yield rows


# what every connector keeps to


@breaks("test_change_is_read")
class NeverLooksAgain(Tracker):
    def checkpoint(self, since: int) -> Checkpoint:
        return super().checkpoint(10**15)


@breaks("test_check_finds_the_source")
class FindsNothing(Tracker):
    def check(self) -> CheckReport:
        return CheckReport(ok=False, findings=("nobody there",))


@breaks("test_class_keeps_the_rules")
class PromisesToListen(Tracker):
    capabilities = Tracker.capabilities | {Capability.LISTEN}


@breaks("test_cursors_are_json")
class KeepsATuple(Tracker):
    def checkpoint(self, since: int) -> Checkpoint:
        return Checkpoint(stream=ISSUES, cursor=Cursor(version=1, state={"since": (since,)}))


@breaks("test_native_ids_are_unique_and_stable")
class CallsAllTheSame(Tracker):
    def upsert(self, row: Row) -> Upsert:
        return replace(super().upsert(row), native_id="issue", version=None)


@breaks("test_nothing_follows_the_last_checkpoint")
class AddsAWord(Tracker):
    def pull(self, cursors: Mapping[str, Cursor]) -> Iterator[Item]:
        yield from super().pull(cursors)
        yield from self.members()


@breaks("test_pull_reads_lazily")
class ReadsAtOnce(Tracker):
    def pull(self, cursors: Mapping[str, Cursor]) -> Iterator[Item]:
        return iter(list(super().pull(cursors)))


@breaks("test_reads_only_what_it_declares")
class ReadsMore(Tracker):
    def upsert(self, row: Row) -> Upsert:
        return replace(super().upsert(row), stream="secrets")


@breaks("test_records_are_well_formed")
class ForgetsTheZone(Tracker):
    def upsert(self, row: Row) -> Upsert:
        return replace(super().upsert(row), occurred_at=NOW.replace(tzinfo=None))


@breaks("test_refetch_takes_any_failure")
class ChecksPointsInBetween(Tracker):
    def refetch(self, failures: Iterable[Failure]) -> Iterator[Item]:
        yield self.checkpoint(0)


@breaks("test_unreadable_record_is_put_aside")
class ThrowsAway(Tracker):
    def pull(self, cursors: Mapping[str, Cursor]) -> Iterator[Item]:
        yield from (item for item in super().pull(cursors) if not isinstance(item, Failure))
