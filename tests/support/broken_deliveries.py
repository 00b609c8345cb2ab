"""The sample tracker, broken in how it takes deliveries, in one way at a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import Any

from broken_trackers import breaks
from tracker import Tracker

from coachkit.sdk import (
    AuthFailed,
    Delivery,
    Event,
    Item,
    PayloadRejected,
    Reply,
    Upsert,
    clock,
)

__all__ = ["Undelivered"]

Row = dict[str, Any]

# 10 webhooks


@breaks("test_webhooks_are_tried_where_they_are_declared")
class Undelivered(Tracker):
    """Its plugin gives no deliveries; the test leaves the fixture out."""


@breaks("test_a_changed_body_is_not_believed")
class BelievesAnybody(Tracker):
    def believe(self, delivery: Delivery) -> None:
        if "x-signature" not in delivery.headers:
            raise AuthFailed("there is no signature.")


@breaks("test_a_signature_is_not_believed_unless_it_is_right")
class BelievesWhatIsUnsigned(Tracker):
    def believe(self, delivery: Delivery) -> None:
        if delivery.headers.get("x-signature"):
            super().believe(delivery)


@breaks("test_a_delivery_sent_again_is_the_same_and_another_is_not", "test_a_delivery_twice_changes_nothing")
class CountsDeliveries(Tracker):
    def delivery_id(self, delivery: Delivery) -> str:
        return str(clock().seconds())


@breaks("test_a_delivery_sent_again_is_the_same_and_another_is_not")
class TakesAllForOne(Tracker):
    def delivery_id(self, delivery: Delivery) -> str:
        return "delivery"


@breaks("test_a_stale_delivery_is_not_believed")
class TakesOldNews(Tracker):
    def recent(self, sent_at: datetime, received_at: datetime) -> None:
        pass


@breaks("test_verifying_asks_nobody_and_is_quick")
class AsksBeforeItAnswers(Tracker):
    def verify(self, delivery: Delivery) -> Event | Reply:
        self.source.get("members")
        return super().verify(delivery)


@breaks("test_no_secret_is_kept_with_an_event")
class KeepsWhatProvesTheSender(Tracker):
    def verify(self, delivery: Delivery) -> Event | Reply:
        event = super().verify(delivery)
        assert isinstance(event, Event)
        return Event(id=event.id, name=event.name, payload={**event.payload, "token": self.config.secret.read()})


@breaks("test_deliveries_in_any_order_end_in_one_state")
class TakesPayloadsWithoutVersion(Tracker):
    def upsert(self, row: Row) -> Upsert:
        return replace(super().upsert(row), version=None)

    def handle(self, event: Event) -> Iterator[Item]:
        yield self.upsert(self.row_of(event.name, event.payload))


@breaks("test_poll_and_webhook_end_in_one_state")
class KnowsHalfOfIt(Tracker):
    def handle(self, event: Event) -> Iterator[Item]:
        yield self.upsert({**self.row_of(event.name, event.payload), "private": False})


@breaks("test_poll_and_webhook_end_in_one_state")
class ForgetsToRead(Tracker):
    def handle(self, event: Event) -> Iterator[Item]:
        self.row_of(event.name, event.payload)
        yield from ()


@breaks("test_an_unknown_event_is_refused_with_a_reason")
class DropsInSilence(Tracker):
    def handle(self, event: Event) -> Iterator[Item]:
        with suppress(PayloadRejected):
            yield from super().handle(event)


@breaks("test_known_events_with_strange_content_are_refused_or_put_aside")
class Stumbles(Tracker):
    def row_of(self, name: object, payload: Any) -> Row:
        if name != "issue":
            raise PayloadRejected("it is no event of an issue.")
        return dict(payload["issue"])


@breaks("test_strange_recorded_lines_are_refused_with_a_reason")
class StumblesOverLines(Tracker):
    def recorded(self, line: Mapping[str, Any], stream: str | None) -> Iterator[Item]:
        yield self.item(self.row_of(line["event"], line["payload"]))


@breaks("test_a_recorded_delivery_is_read_without_asking")
class AsksForWhatIsRecorded(Tracker):
    def recorded(self, line: Mapping[str, Any], stream: str | None) -> Iterator[Item]:
        row = self.row_of(line.get("event"), line.get("payload"))
        yield self.item(self.source.get(f"issues/{row['id']}").json())
