"""Deliveries: who sent them, when, and what follows."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from feishu_deliveries import ENCRYPT_KEY, SENT, VERIFICATION_TOKEN, delivery, encrypted, envelope
from feishu_stand_in import FeishuStandIn
from feishu_state import ANA, BO, CHAT, CY, LIST, PRIVATE_CHAT, SECRET_CHAT, calendar_of
from hypothesis import given
from hypothesis import strategies as some

from coachkit.sdk import (
    AclChange,
    AuthFailed,
    Delivery,
    Event,
    Interaction,
    Item,
    PayloadRejected,
    Reply,
    Tombstone,
    Upsert,
    WorkItem,
)
from coachkit.sdk.testing import Response
from coachkit_feishu.connector import Feishu
from coachkit_feishu.events import decrypted

Connect = Callable[..., Feishu]


def event_of(connector: Feishu, sent: Delivery) -> Event:
    event = connector.verify(sent)
    assert isinstance(event, Event)
    return event


def handled(connector: Feishu, name: str, event: dict[str, Any]) -> list[Item]:
    return list(connector.handle(event_of(connector, delivery(envelope(name, event, 1)))))


# who sent it


@pytest.mark.parametrize("seal", [True, False])
def test_a_challenge_is_answered_at_once(feishu: FeishuStandIn, connect: Connect, seal: bool) -> None:
    asked = {"challenge": "ajls384kdj", "token": VERIFICATION_TOKEN, "type": "url_verification"}
    body = encrypted(json.dumps(asked).encode()) if seal else json.dumps(asked).encode()
    reply = connect().verify(Delivery(headers={}, body=body, received_at=SENT))
    assert isinstance(reply, Reply)
    assert json.loads(reply.body) == {"challenge": "ajls384kdj"}
    assert reply.status == 200
    assert feishu.requests == []


def test_a_challenge_without_the_token_is_not_answered(connect: Connect) -> None:
    body = json.dumps({"challenge": "x", "token": "guess", "type": "url_verification"}).encode()
    with pytest.raises(AuthFailed, match="Verification Token"):
        connect().verify(Delivery(headers={}, body=body, received_at=SENT))


def test_a_body_in_plain_is_believed_if_it_is_signed(connect: Connect) -> None:
    sent = delivery(envelope("contact.user.updated_v3", {"object": {"open_id": BO}}, 1), seal=False)
    assert event_of(connect(), sent).id == "event-1"
    with pytest.raises(AuthFailed, match="not signed"):
        connect().verify(replace(sent, headers={}))


@pytest.mark.parametrize("off", [timedelta(minutes=6), -timedelta(minutes=6)])
def test_an_old_delivery_is_refused(connect: Connect, off: timedelta) -> None:
    sent = delivery(envelope("contact.user.updated_v3", {"object": {"open_id": BO}}, 1))
    assert isinstance(connect().verify(replace(sent, received_at=SENT + off * 0.5)), Event)
    with pytest.raises(AuthFailed, match="seconds off"):
        connect().verify(replace(sent, received_at=SENT + off))


def test_another_key_or_token_is_refused(connect: Connect) -> None:
    event = envelope("contact.user.updated_v3", {"object": {"open_id": BO}}, 1)
    with pytest.raises(AuthFailed, match="signature"):
        connect().verify(delivery(event, key="another"))
    event["header"]["token"] = "another"
    with pytest.raises(AuthFailed, match="Verification Token"):
        connect().verify(delivery(event))


def test_without_an_encrypt_key_nothing_is_believed(connect: Connect) -> None:
    with pytest.raises(AuthFailed, match="Encrypt Key"):
        connect(encrypt_key=None).verify(delivery(envelope("contact.user.updated_v3", {}, 1)))


def test_the_older_form_is_understood_and_says_when(connect: Connect) -> None:
    body = {
        "uuid": "41b5f371157e3d5341b38b20396e77e3",
        "token": VERIFICATION_TOKEN,
        "ts": "1777968000.123",
        "type": "event_callback",
        "event": {"type": "user_update", "open_id": BO, "app_id": "cli_a1b2c3"},
    }
    event = event_of(connect(), delivery(body))
    assert (event.id, event.name) == ("41b5f371157e3d5341b38b20396e77e3", "user_update")
    assert event.sent_at is not None
    assert event.sent_at.year == 2026
    assert VERIFICATION_TOKEN not in json.dumps(event.payload)
    accounts = [item for item in connect().handle(event) if isinstance(item, Upsert) and item.stream == "accounts"]
    assert [item.native_id for item in accounts] == [BO]


@given(some.binary(max_size=200))
def test_what_was_encrypted_is_read_again(plain: bytes) -> None:
    assert decrypted(json.loads(encrypted(plain))["encrypt"], ENCRYPT_KEY) == plain


@given(some.text(max_size=100))
def test_what_was_not_encrypted_is_a_value_error(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        decrypted(text, ENCRYPT_KEY)


# what follows


def test_a_task_is_read_anew_and_a_deleted_one_goes(feishu: FeishuStandIn, connect: Connect) -> None:
    guid = feishu.state.task(LIST, "Heard of", ANA, BO)
    event = {"task_id": guid, "object_type": "task", "event_type": "task_create"}
    [item] = handled(connect(), "task.task.update_tenant_v1", event)
    assert isinstance(item, Upsert)
    assert isinstance(item.record, WorkItem)
    assert item.record.title == "Heard of"
    del feishu.state.tasks[guid]
    assert handled(connect(), "task.task.updated_v1", {"task_id": guid}) == [Tombstone(stream="tasks", native_id=guid)]


def test_a_task_beside_the_lists_is_refused(feishu: FeishuStandIn, connect: Connect) -> None:
    guid = feishu.state.task(LIST, "Elsewhere", ANA, BO, tasklists=[])
    with pytest.raises(PayloadRejected, match="no list"):
        handled(connect(), "task.task.updated_v1", {"task_id": guid})


def test_a_message_of_an_open_group_is_read_anew(feishu: FeishuStandIn, connect: Connect) -> None:
    message = feishu.state.message(CHAT, CY, "What stands at the source")
    event = {
        "sender": {"sender_id": {"open_id": CY}, "sender_type": "user"},
        "message": {"message_id": message, "chat_id": CHAT, "chat_type": "group", "content": '{"text": "a forgery"}'},
    }
    [item] = handled(connect(), "im.message.receive_v1", event)
    assert isinstance(item, Upsert)
    assert isinstance(item.record, Interaction)
    assert item.record.text == "What stands at the source"
    gone = handled(connect(), "im.message.recalled_v1", {"message_id": message, "chat_id": CHAT})
    assert gone == [Tombstone(stream="messages", native_id=message)]


@pytest.mark.parametrize(("chat", "kind"), [(PRIVATE_CHAT, "p2p"), (SECRET_CHAT, "group"), (CHAT, "p2p")])
def test_private_and_closed_chats_are_refused_unread(
    feishu: FeishuStandIn, connect: Connect, chat: str, kind: str
) -> None:
    message = {"message_id": "om_1", "chat_id": chat, "chat_type": kind, "content": '{"text": "secret"}'}
    event = {"sender": {"sender_id": {"open_id": CY}}, "message": message}
    with pytest.raises(PayloadRejected, match=r"private chat|did not agree"):
        handled(connect(), "im.message.receive_v1", event)
    assert feishu.requests == []


@pytest.mark.parametrize("kind", ["p2p", "group"])
def test_what_is_said_is_not_kept_with_an_event(connect: Connect, kind: str) -> None:
    """A delivery waits in the store until it is handled, private chats among them."""
    message = {"message_id": "om_1", "chat_id": CHAT, "chat_type": kind, "content": "secret words", "mentions": []}
    event = {"sender": {"sender_id": {"open_id": CY}}, "message": message}
    kept = event_of(connect(), delivery(envelope("im.message.receive_v1", event, 1)))
    assert "secret words" not in json.dumps(kept.payload)
    older = {
        "type": "message",
        "chat_type": kind,
        "open_chat_id": CHAT,
        "open_message_id": "om_1",
        "text": "secret words",
    }
    body = {"uuid": "u", "token": VERIFICATION_TOKEN, "ts": "1777968000", "type": "event_callback", "event": older}
    assert "secret words" not in json.dumps(event_of(connect(), delivery(body)).payload)


def test_no_telephone_number_is_kept_with_an_event(feishu: FeishuStandIn, connect: Connect) -> None:
    event = {"object": feishu.state.users[BO], "old_object": {"mobile": "+8613000000000"}}
    kept = event_of(connect(), delivery(envelope("contact.user.updated_v3", event, 1)))
    assert "13000000000" in json.dumps(event)
    assert "13000000000" not in json.dumps(kept.payload)


def test_a_recorded_private_chat_is_refused() -> None:
    message = {"message_id": "om_1", "chat_id": CHAT, "chat_type": "p2p", "content": "secret"}
    line = {"event": "im.message.receive_v1", "payload": {"message": message, "sender": {"sender_id": {"open_id": CY}}}}
    with closing(Feishu.for_recordings()) as recordings:
        items = recordings.recorded(line, None)
        with pytest.raises(PayloadRejected, match="private chat"):
            list(items)


def test_who_leaves_a_group_no_longer_reads_it(feishu: FeishuStandIn, connect: Connect) -> None:
    feishu.state.members[CHAT] = [ANA]
    told = handled(connect(), "im.chat.member.user.deleted_v1", {"chat_id": CHAT, "users": []})
    assert told == [AclChange(group=f"feishu:work:{CHAT}", members=(f"feishu:{ANA}",))]


def test_meetings_of_others_are_refused(feishu: FeishuStandIn, connect: Connect) -> None:
    own = next(iter(feishu.state.events[calendar_of(BO)]))
    event = {"calendar_id": calendar_of(BO), "calendar_event_id": own, "change_type": "update"}
    assert [item.native_id for item in handled(connect(), "calendar.calendar.event.changed_v4", event)] == [
        f"{BO}/{own}"
    ]
    other = feishu.state.event(ANA, "Not agreed")
    event = {"calendar_id": calendar_of(ANA), "calendar_event_id": other, "change_type": "create"}
    with pytest.raises(PayloadRejected, match="nobody's who agreed"):
        handled(connect(), "calendar.calendar.event.changed_v4", event)


def test_minutes_are_read_when_an_event_tells(connect: Connect) -> None:
    [item] = handled(connect(minutes=()), "minutes.minute.generated_v1", {"minute_token": "min1"})
    assert isinstance(item, Upsert)
    assert item.audience.members == (f"feishu:{BO}",)


def test_somebody_who_left_goes(feishu: FeishuStandIn, connect: Connect) -> None:
    del feishu.state.users[BO]
    gone = handled(connect(), "contact.user.deleted_v3", {"object": {"open_id": BO}})
    assert {(item.stream, item.native_id) for item in gone if isinstance(item, Tombstone)} == {
        ("accounts", BO),
        ("reporting", BO),
    }


def test_somebody_outside_the_range_is_refused_with_the_reason(feishu: FeishuStandIn, connect: Connect) -> None:
    feishu.fail_next(Response.of({"code": 41050, "msg": "no user authority error"}, 400), after=1)
    with pytest.raises(PayloadRejected, match="41050"):
        handled(connect(), "contact.user.updated_v3", {"object": {"open_id": BO}})


def test_departments_follow_events(feishu: FeishuStandIn, connect: Connect) -> None:
    feishu.state.department("od_new", "新部门", "od_tech")
    event = {"object": {"open_department_id": "od_new"}}
    [item] = handled(connect(), "contact.department.created_v3", event)
    assert (item.stream, item.native_id) == ("teams", "od_new")
    with pytest.raises(PayloadRejected, match="not read by this connection"):
        handled(connect(directory=False), "contact.department.created_v3", event)
