"""Recorded lines, at their word: events and answers, with or without what stands around them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
from feishu_state import ANA, BO, CHAT, State, calendar_of, small

from coachkit.sdk import Audience, Goal, Interaction, Item, PayloadRejected, Tombstone, Upsert, WorkItem
from coachkit_feishu.connector import Feishu

HOST = "https://open.feishu.cn/open-apis"


@pytest.fixture
def recordings(monkeypatch: pytest.MonkeyPatch) -> Iterator[Feishu]:
    """One that needs neither a source nor its secrets."""
    monkeypatch.delenv("NOT_NEEDED_FOR_RECORDINGS", raising=False)
    with closing(Feishu.for_recordings()) as connector:
        yield connector


@pytest.fixture
def state() -> State:
    return small()


def answer(recordings: Feishu, path: str, data: Any, stream: str | None = None) -> list[Item]:
    return list(recordings.recorded({"url": f"{HOST}{path}", "data": data}, stream))


def test_answers_are_told_by_their_address(recordings: Feishu, state: State) -> None:
    objective, task = next(iter(state.objectives.values())), next(iter(state.tasks.values()))
    event = next(iter(state.events[calendar_of(BO)].values()))
    message, node = next(iter(state.messages.values())), next(iter(state.nodes.values()))
    lines = (
        ("/contact/v3/users/find_by_department?department_id=od_tech", {"items": [state.users[ANA]]}, "accounts"),
        (f"/contact/v3/users/{BO}", {"user": state.users[BO]}, "accounts"),
        ("/contact/v3/departments/0/children", {"items": list(state.departments.values())}, "teams"),
        ("/okr/v2/cycles/1/objectives", {"items": [objective]}, "goals"),
        (f"/okr/v2/objectives/{objective['id']}", {"objective": objective}, "goals"),
        (f"/task/v2/tasks/{task['guid']}", {"task": task}, "tasks"),
        (f"/calendar/v4/calendars/{calendar_of(BO)}/events", {"items": [event]}, "meetings"),
        (f"/im/v1/messages?container_id={CHAT}", {"items": [message]}, "messages"),
        ("/wiki/v2/spaces/space-open/nodes", {"items": [node]}, "documents"),
        ("/minutes/v1/minutes/min1", {"minute": state.minutes["min1"]}, "minutes"),
    )
    for path, data, stream in lines:
        for told in (data, {"code": 0, "msg": "success", "data": data}):
            upserts = [item for item in answer(recordings, path, told) if isinstance(item, Upsert)]
            assert stream in {item.stream for item in upserts}, path
            assert answer(recordings, path, told, stream) == answer(recordings, path, told)


def test_a_single_row_is_a_record_too(recordings: Feishu, state: State) -> None:
    [item, *_] = answer(recordings, "/contact/v3/users/find_by_department", state.users[BO])
    assert item.native_id == BO


def test_whose_okr_stands_in_the_address(recordings: Feishu) -> None:
    objective = {"id": "71", "permission": 1, "content": "需求", "kr_list": [{"id": "72", "content": "1111"}]}
    okr = {"id": "o1", "permission": 1, "name": "2022", "objective_list": [objective]}
    [item] = answer(recordings, f"/okr/v1/users/{BO}/okrs?offset=0", {"okr_list": [okr], "total": 1})
    assert isinstance(item.record, Goal)
    assert item.record.owners == (f"feishu:{BO}",)


def test_a_meeting_of_nobody_who_agreed_is_for_nobody(recordings: Feishu, state: State) -> None:
    event = next(iter(state.events[calendar_of(BO)].values()))
    [item] = answer(recordings, "/calendar/v4/calendars/x/events", {"items": [event]})
    assert item.audience == Audience.nobody()
    assert isinstance(item.record, WorkItem)
    assert item.record.body is None


@pytest.mark.parametrize(
    ("path", "data", "reason"),
    [
        (
            "/vc/v1/reports/get_top_user?limit=100",
            {"id": "ou_1", "meeting_count": "9", "name": "用户A"},
            "ranks people",
        ),
        ("/okr/v2/objectives/1/key_results", {"items": []}, "belongs to an objective"),
        ("/okr/v2/cycles?user_id=ou_1", {"items": []}, "cycle alone"),
        ("/auth/v3/tenant_access_token/internal", {"tenant_access_token": "t"}, "signing in"),
        ("/bitable/v1/apps/x", {}, "no stream"),
        ("/task/v2/tasks/x", {"code": 1470403, "msg": "?", "data": {}}, "is an error"),
        ("/task/v2/tasks", [3], "no object"),
        ("/im/v1/messages/om_1", {"items": [{"message_id": "om_1", "chat_id": "oc_1", "chat_type": "p2p"}]}, "private"),
    ],
)
def test_what_is_not_read_is_refused_with_the_reason(recordings: Feishu, path: str, data: Any, reason: str) -> None:
    with pytest.raises(PayloadRejected, match=reason):
        answer(recordings, path, data)


def test_a_stream_that_is_asked_for_is_the_only_one(recordings: Feishu, state: State) -> None:
    with pytest.raises(PayloadRejected, match="no stream"):
        answer(recordings, f"/contact/v3/users/{BO}", {"user": state.users[BO]}, "tasks")


def test_events_are_taken_at_their_word(recordings: Feishu) -> None:
    message = {
        "message_id": "om_1",
        "chat_id": CHAT,
        "chat_type": "group",
        "message_type": "text",
        "content": '{"text": "hello @_user_1"}',
        "create_time": "1767225600000",
        "mentions": [{"key": "@_user_1", "id": {"open_id": ANA}, "name": "陈安娜"}],
    }
    event = {"sender": {"sender_id": {"open_id": BO}, "sender_type": "user"}, "message": message}
    for payload in (event, {"schema": "2.0", "header": {"event_id": "1"}, "event": event}):
        [item] = recordings.recorded({"event": "im.message.receive_v1", "payload": payload}, None)
        assert isinstance(item, Upsert)
        assert isinstance(item.record, Interaction)
        assert (item.record.text, item.record.actor) == ("hello @陈安娜", f"feishu:{BO}")
    gone = {"object": {"open_id": BO}}
    assert Tombstone(stream="accounts", native_id=BO) in [
        *recordings.recorded({"event": "contact.user.deleted_v3", "payload": gone}, None)
    ]


@pytest.mark.parametrize("name", ["task.task.updated_v1", "calendar.calendar.event.changed_v4", "user_update"])
def test_a_hint_alone_is_refused(recordings: Feishu, name: str) -> None:
    items = recordings.recorded({"event": name, "payload": {"task_id": "t", "open_id": BO}}, None)
    with pytest.raises(PayloadRejected, match="says only"):
        list(items)
