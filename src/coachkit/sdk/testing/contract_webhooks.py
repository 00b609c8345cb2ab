"""Webhooks: who sent it, once, in any order; poll and webhook end in one state (point 10)."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import timedelta

import pytest

from coachkit.errors import AuthFailed, PayloadRejected
from coachkit.sdk.connector import Capability, Connector
from coachkit.sdk.items import AclChange, Checkpoint, Failure, Item, Progress, Tombstone, Upsert
from coachkit.sdk.testing.givens import Givens, MakeConnector, Sign, given, whole
from coachkit.sdk.testing.stand_in import StandIn
from coachkit.sdk.webhooks import Delivery, Event, Reply

__all__ = ["WebhookRules"]

NO_WEBHOOKS = "this source sends no webhooks"
LONGEST_VERIFY = 0.05
UNKNOWN = "no.such_event-7f3d"

Deliver = Callable[[], Delivery] | None


class WebhookRules(Givens):
    """Deliveries of the source, and of everybody else."""

    def test_webhooks_are_tried_where_they_are_declared(
        self, make_connector: MakeConnector, deliver: Deliver, sign: Sign | None
    ) -> None:
        if Capability.WEBHOOK not in make_connector().capabilities:
            pytest.skip(NO_WEBHOOKS)
        assert deliver is not None, "it takes webhooks: give the fixture deliver"
        assert sign is not None, "it takes webhooks: give the fixture sign"

    def test_a_changed_body_is_not_believed(self, make_connector: MakeConnector, deliver: Deliver) -> None:
        delivery: Delivery = given(deliver, NO_WEBHOOKS)()
        connector = make_connector()
        assert isinstance(connector.verify(delivery), Event), "the delivery itself is not believed"
        size = len(delivery.body)
        bodies = [
            delivery.body[:at] + bytes([delivery.body[at] ^ 1]) + delivery.body[at + 1 :]
            for at in range(0, size, max(1, size // 40))
        ]
        for body in (*bodies, delivery.body + b" ", delivery.body[:-1], b"", b"{}", b"\xff\x00"):
            with pytest.raises(AuthFailed):
                connector.verify(replace(delivery, body=body))
        connector.close()

    def test_a_signature_is_not_believed_unless_it_is_right(
        self, make_connector: MakeConnector, deliver: Deliver
    ) -> None:
        delivery: Delivery = given(deliver, NO_WEBHOOKS)()
        connector = make_connector()
        event = connector.verify(delivery)
        refused = 0
        for name, value in delivery.headers.items():
            without = {key: text for key, text in delivery.headers.items() if key != name}
            for headers in (without, {**without, name: ""}, {**without, name: _altered(value)}):
                refused += _refused_or_the_same(connector, replace(delivery, headers=headers), event)
        assert refused, "no header matters: whoever knows the address can send anything"
        with pytest.raises(AuthFailed):
            connector.verify(replace(delivery, headers={"content-type": "application/json"}, query={}))
        connector.close()

    def test_a_delivery_sent_again_is_the_same_and_another_is_not(
        self, make_connector: MakeConnector, deliver: Deliver
    ) -> None:
        make = given(deliver, NO_WEBHOOKS)
        connector = make_connector()
        first, second = make(), make()
        one, again, other = (connector.verify(delivery) for delivery in (first, first, second))
        assert isinstance(one, Event)
        assert isinstance(again, Event)
        assert isinstance(other, Event)
        assert one.id == again.id, "the same delivery has two ids: it would be handled twice"
        assert one.id != other.id, "two deliveries have one id: the second would be lost"
        connector.close()

    def test_a_stale_delivery_is_not_believed(self, make_connector: MakeConnector, deliver: Deliver) -> None:
        delivery: Delivery = given(deliver, NO_WEBHOOKS)()
        if not self.signs_time:
            pytest.skip("this source does not sign when it sent; a delivery sent again is known by its id")
        for off in (timedelta(hours=1), timedelta(days=400), -timedelta(hours=1)):
            with closing(make_connector()) as connector, pytest.raises(AuthFailed):
                connector.verify(replace(delivery, received_at=delivery.received_at + off))

    def test_verifying_asks_nobody_and_is_quick(
        self, make_connector: MakeConnector, deliver: Deliver, stand_in: StandIn | None
    ) -> None:
        delivery: Delivery = given(deliver, NO_WEBHOOKS)()
        asked = len(stand_in.requests) if stand_in is not None else 0
        times = []
        for _ in range(5):
            with closing(make_connector()) as connector:
                began = time.perf_counter()
                connector.verify(delivery)
                times.append(time.perf_counter() - began)
        assert min(times) < LONGEST_VERIFY, f"verify takes {min(times):.3f} seconds; the sender waits"
        assert stand_in is None or len(stand_in.requests) == asked, "verify asks the source"

    def test_no_secret_is_kept_with_an_event(
        self, make_connector: MakeConnector, deliver: Deliver, stand_in: StandIn | None
    ) -> None:
        """Point 12: an event is stored until it is handled."""
        delivery: Delivery = given(deliver, NO_WEBHOOKS)()
        secrets = [*self.secrets, *([stand_in.token] if stand_in is not None else [])]
        with closing(make_connector()) as connector:
            event = connector.verify(delivery)
            assert isinstance(event, Event)
            with pytest.raises(AuthFailed) as caught:
                connector.verify(replace(delivery, body=delivery.body + b" "))
        kept = (event.id, event.name, json.dumps(event.payload, ensure_ascii=False), repr(caught.value))
        found = [secret for secret in secrets for text in kept if secret in text]
        assert not found, "leave out of the payload what proves the sender"

    def test_poll_and_webhook_end_in_one_state(self, make_connector: MakeConnector, deliver: Deliver) -> None:
        make = given(deliver, NO_WEBHOOKS)
        sink = whole(make_connector)
        run = sink.deliver(make_connector(), make())
        assert not run.refused, f"a delivery of the source is refused: {run.refused}"
        assert run.changed, "a delivery tells of a change, and nothing changes"
        polled = whole(make_connector)
        for key in run.changed:
            assert sink.records.get(key) == polled.records.get(key), f"{key}: webhook and poll see it differently"
        touched = set(run.changed)
        assert not touched & set(sink.run(make_connector()).changed), "the next poll undoes what the webhook told"
        assert sink.state() == polled.state()

    def test_a_delivery_twice_changes_nothing(self, make_connector: MakeConnector, deliver: Deliver) -> None:
        make = given(deliver, NO_WEBHOOKS)
        sink = whole(make_connector)
        delivery = make()
        sink.deliver(make_connector(), delivery)
        before = sink.copied()
        assert sink.deliver(make_connector(), delivery).duplicate
        with closing(make_connector()) as connector:
            event = connector.verify(delivery)
            assert isinstance(event, Event)
            items = list(connector.handle(event))  # handled again all the same, as after a kill
        for item in items:
            assert isinstance(item, Upsert | Tombstone | AclChange | Failure | Progress | Checkpoint)
            if isinstance(item, Upsert):
                assert before.records.get((item.stream, item.native_id)) == item

    def test_deliveries_in_any_order_end_in_one_state(self, make_connector: MakeConnector, deliver: Deliver) -> None:
        make = given(deliver, NO_WEBHOOKS)
        first = whole(make_connector)
        deliveries = [make() for _ in range(3)]
        expected = whole(make_connector)
        for order in ((0, 1, 2), (2, 1, 0), (1, 2, 0), (2, 0, 1)):
            sink = first.copied()
            for index in order:
                sink.deliver(make_connector(), deliveries[index])
            assert sink.records == expected.records, f"delivered in the order {order}, it ends differently"
            late = expected.copied()
            for index in order:
                late.deliver(make_connector(), deliveries[index])
            assert late.records == expected.records, f"delivered late in the order {order}, old news replaces new"

    def test_an_unknown_event_is_refused_with_a_reason(self, make_connector: MakeConnector, sign: Sign | None) -> None:
        delivery: Delivery = given(sign, NO_WEBHOOKS)(UNKNOWN, {"nothing": {"is": ["known"]}})
        with closing(make_connector()) as connector:
            items, reason = _taken(connector, delivery)
        assert items == []
        assert reason, "it is dropped without a reason"

    def test_known_events_with_strange_content_are_refused_or_put_aside(
        self, make_connector: MakeConnector, sign: Sign | None
    ) -> None:
        signed: Sign = given(sign, NO_WEBHOOKS)
        names = {event for stream in make_connector().streams for event in stream.events}
        for name in sorted(names):
            for payload in ({}, {"action": None}, {"action": ["x"], "issue": 3, "event": "?", "header": []}):
                with closing(make_connector()) as connector:
                    items, reason = _taken(connector, signed(name, payload))
                assert items or reason, f"{name} with strange content is dropped without a reason"
                assert all(isinstance(item, Failure | AclChange | Progress) for item in items), f"{name}: {items}"

    def test_a_recorded_delivery_is_read_without_asking(
        self, make_connector: MakeConnector, deliver: Deliver, stand_in: StandIn | None
    ) -> None:
        delivery: Delivery = given(deliver, NO_WEBHOOKS)()
        with closing(make_connector()) as connector:
            event = connector.verify(delivery)
            assert isinstance(event, Event)
            asked = len(stand_in.requests) if stand_in is not None else 0
            items = list(connector.recorded({"event": event.name, "payload": event.payload}, None))
            assert items, "a recorded delivery brings nothing"
            assert stand_in is None or len(stand_in.requests) == asked, "a recorded delivery is taken at its word"
            declared = {stream.name for stream in connector.streams}
            assert {item.stream for item in items if isinstance(item, Upsert)} <= declared

    def test_strange_recorded_lines_are_refused_with_a_reason(
        self, make_connector: MakeConnector, deliver: Deliver
    ) -> None:
        given(deliver, NO_WEBHOOKS)
        lines: list[dict[str, object]] = [
            {},
            {"event": UNKNOWN, "payload": {}},
            {"event": 3, "payload": []},
            {"url": "https://example.org/no/such/address", "data": {"id": 1}},
            {"url": None, "data": None},
        ]
        for line in lines:
            with closing(make_connector()) as connector, pytest.raises(PayloadRejected) as caught:
                list(connector.recorded(line, None))
            assert caught.value.message.strip()


def _taken(connector: Connector, delivery: Delivery) -> tuple[list[Item], str]:
    """What a delivery brings, and why it is refused."""
    try:
        event = connector.verify(delivery)
        return (list(connector.handle(event)), "") if isinstance(event, Event) else ([], "answered at once")
    except PayloadRejected as error:
        return [], error.message.strip()


def _altered(value: str) -> str:
    return value[:-1] + ("0" if value[-1:] != "0" else "1")


def _refused_or_the_same(connector: Connector, delivery: Delivery, event: Event | Reply) -> bool:
    """Whether it is refused; where it is not, what it says must not have changed."""
    try:
        said = connector.verify(delivery)
    except (AuthFailed, PayloadRejected):
        return True
    assert isinstance(said, Event)
    assert isinstance(event, Event)
    assert said.payload == event.payload
    return False
