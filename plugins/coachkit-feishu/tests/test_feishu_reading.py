"""What Feishu's words become, and what is kept out."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import closing
from typing import Any

import pytest
from feishu_stand_in import APP_ID, FeishuStandIn
from feishu_state import ANA, BO, CHAT, CY, LIST, OTHER_LIST, PRIVATE_CHAT, START, calendar_of

from coachkit.sdk import (
    Account,
    Audience,
    AuthFailed,
    Failure,
    Goal,
    Interaction,
    InteractionKind,
    Membership,
    NotAllowed,
    NotThere,
    ReportingLine,
    StateCategory,
    Team,
    Upsert,
    WorkItem,
)
from coachkit.sdk.testing import ReferenceSink, Response, fake_clock
from coachkit_feishu.connector import Feishu

Connect = Callable[..., Feishu]


def read(connector: Feishu) -> ReferenceSink:
    sink = ReferenceSink()
    sink.run(connector)
    return sink


def of(sink: ReferenceSink, stream: str) -> dict[str, Upsert]:
    return {key: item for (name, key), item in sink.records.items() if name == stream}


def goal(sink: ReferenceSink, text: str) -> tuple[Upsert, Goal]:
    for item in of(sink, "goals").values():
        assert isinstance(item.record, Goal)
        if item.record.title == text:
            return item, item.record
    raise AssertionError(f"no goal {text!r}")


# people


def test_accounts_carry_what_the_source_vouches_for(connect: Connect) -> None:
    sink = read(connect())
    assert of(sink, "accounts")[ANA].record == Account(
        identity=f"feishu:{ANA}",
        name="陈安娜",
        emails=("ana@example.org",),
        same_as=("feishu:uana", "feishu:on_ana"),
    )
    assert of(sink, "accounts").keys() == {ANA, BO, CY}
    assert "13000000000" not in repr(sink.records), "nobody asked for telephone numbers"


def test_the_directory_is_read_only_where_it_is_one(connect: Connect) -> None:
    sink = read(connect())
    assert of(sink, "teams")["od_pay"].record == Team(
        key="feishu:od_pay", name="支付组", other_names=("支付组 (en)",), parent="feishu:od_tech"
    )
    assert of(sink, "memberships")[f"od_pay/{BO}"].record == Membership(team="feishu:od_pay", person=f"feishu:{BO}")
    assert of(sink, "reporting")[BO].record == ReportingLine(person=f"feishu:{BO}", manager=f"feishu:{ANA}")
    streams = {stream for stream, _ in read(connect(directory=False)).records}
    assert not streams & {"teams", "memberships", "reporting"}


def test_who_leaves_goes_with_all_that_was_said_of_them(feishu: FeishuStandIn, connect: Connect) -> None:
    sink = read(connect())
    feishu.state.users[BO]["status"]["is_resigned"] = True
    sink.run(connect())
    assert not [key for key in sink.records if BO in key[1] and key[0] in ("accounts", "memberships", "reporting")]


# OKR


def test_an_objective_with_what_belongs_to_it(connect: Connect) -> None:
    sink = read(connect())
    above, _ = goal(sink, "Payments that never fail")
    item, own = goal(sink, "退款在一天内完成")
    assert own.parents == (f"O-{above.native_id}",)
    assert own.owners == (f"feishu:{BO}",)
    assert (own.state, own.state_category, own.commitment) == ("normal", "active", None)
    assert own.description == "Why it matters."
    [result] = own.key_results
    assert (result.title, result.start, result.target, result.unit) == ("95 % within a day", 0.0, 95.0, "%")
    assert [(one.value, one.note, one.by) for one in result.measurements] == [(20.0, "开始测量", f"feishu:{BO}")]
    assert item.audience == Audience.org()
    assert item.native_id.isdecimal(), "ids are texts with all their digits"
    assert len(item.native_id) == 19


def test_goals_may_be_for_owner_and_manager_alone(connect: Connect) -> None:
    item, _ = goal(read(connect(open_goals=False)), "退款在一天内完成")
    assert item.audience == Audience.subject(f"feishu:{BO}")


def test_hidden_cycles_are_not_read_and_closed_ones_once(feishu: FeishuStandIn, connect: Connect) -> None:
    state = feishu.state
    state.objective(state.cycle(BO, status=3), "Hidden")
    closed = state.objective(state.cycle(BO, ends=START + 1), "Closed")
    state.cycles[state.objectives[closed]["cycle_id"]]["start_time"] = str(START)
    sink = read(connect())
    assert "Hidden" not in repr(sink.records)
    goal(sink, "Closed")
    before = len(feishu.requests)
    sink.run(connect())
    asked = [one.path for one in feishu.requests[before:]]
    assert f"/open-apis/okr/v2/objectives/{closed}/key_results" not in asked
    goal(sink, "Closed")
    del state.objectives[closed]
    sink.run(connect())
    assert ("goals", closed) not in sink.records


def test_v1_is_read_where_there_is_no_v2(feishu: FeishuStandIn, connect: Connect) -> None:
    feishu.without_v2 = True
    feishu.state.periods["p1"] = {"id": "p1", "period_start_time": str(START), "period_end_time": "4070908800000"}
    progress = {"percent": 60, "status": "1"}
    key_result = {
        "id": "72",
        "content": "1111@张三",
        "deadline": "1648656000000",
        "progress_rate": progress,
        "progress_rate_percent_last_updated_time": "1646907176099",
    }
    objective = {
        "id": "71",
        "permission": 1,
        "content": "需求@刘三",
        "kr_list": [key_result],
        "progress_report": "备注",
        "aligning_objective_list": [{"id": "70", "okr_id": "1", "owner": {"open_id": ANA}}],
    }
    closed = {"id": "73", "permission": 0}
    okr = {
        "id": "o1",
        "permission": 1,
        "period_id": "p1",
        "name": "2022 年 3 月",
        "objective_list": [objective, closed],
    }
    feishu.state.okrs[BO] = [okr, {"id": "o2", "permission": 0}, {**okr, "id": "o3", "objective_list": []}]
    sink = read(connect())
    assert of(sink, "goals").keys() == {"71"}
    _, found = goal(sink, "需求@刘三")
    assert (found.parents, found.description, found.state_category) == (("O-70",), "备注", "active")
    [result] = found.key_results
    assert [(one.value, one.at.year) for one in result.measurements] == [(60.0, 2022)]
    assert read(connect(okr="v1")).records == sink.records
    objective["permission"] = 0
    sink.run(connect())
    assert of(sink, "goals") == {}, "what the app may see no more, nobody sees"


def test_an_interface_that_is_not_there_is_no_person_without_okr(feishu: FeishuStandIn, connect: Connect) -> None:
    sink = read(connect())
    feishu.without_v2 = True
    with pytest.raises(NotThere):
        sink.run(connect(okr="v2"))
    assert len(of(sink, "goals")) == 2


def test_somebody_without_okr_is_no_failure_and_a_refusal_is_one(feishu: FeishuStandIn, connect: Connect) -> None:
    sink = read(connect(okr="v2"))
    kept = of(sink, "goals")
    place = [one.path for one in feishu.requests].index("/open-apis/okr/v2/cycles")
    for code, refused in ((1001003, False), (1001002, True)):
        feishu.fail_next(Response.of({"code": code, "msg": "?"}, 400), after=place)
        again = sink.copied()
        again.run(connect(okr="v2"))
        assert any(stream == "goals" for stream, _ in again.failures) is refused
        assert of(again, "goals") == kept


# tasks


def test_a_task_says_who_gave_it_to_whom_and_when_it_was_done(feishu: FeishuStandIn, connect: Connect) -> None:
    guid = next(guid for guid, one in feishu.state.tasks.items() if one["status"] == "done")
    item = of(read(connect()), "tasks")[guid]
    task = item.record
    assert isinstance(task, WorkItem)
    assert (task.title, task.state, task.state_category) == ("Rotate keys", "done", StateCategory.DONE)
    assert [(one.kind, one.actor, one.target) for one in task.interactions] == [
        (InteractionKind.REPORTED, f"feishu:{BO}", None),
        (InteractionKind.ASSIGNED, f"feishu:{BO}", f"feishu:{BO}"),
        (InteractionKind.AUTHORED, f"feishu:{BO}", None),
    ]
    assert task.due_on is not None
    assert task.due_on.isoformat() == "2026-01-01"
    assert item.audience == Audience.people(f"feishu:{BO}")


def test_lists_may_be_chosen_and_opened(connect: Connect) -> None:
    sink = read(connect(tasklists=(OTHER_LIST,), open_tasklists=(OTHER_LIST,)))
    [item] = of(sink, "tasks").values()
    assert item.audience == Audience.org()


def test_a_member_taken_off_a_task_no_longer_reads_it(feishu: FeishuStandIn, connect: Connect) -> None:
    sink = read(connect())
    guid, task = next(iter(feishu.state.tasks.items()))
    assert f"feishu:{CY}" in of(sink, "tasks")[guid].audience.members
    task["members"] = [one for one in task["members"] if one["id"] != CY]
    task["updated_at"] = feishu.state.now()
    sink.run(connect())
    assert f"feishu:{CY}" not in of(sink, "tasks")[guid].audience.members


# calendars


def test_of_meetings_only_titles_unless_more_is_wanted(feishu: FeishuStandIn, connect: Connect) -> None:
    sink = read(connect())
    meetings = [item.record for item in of(sink, "meetings").values()]
    assert sorted(one.title for one in meetings if isinstance(one, WorkItem)) == ["Planning", "Weekly"]
    assert "Bring the figures" not in repr(sink.records)
    assert all(item.audience == Audience.people(f"feishu:{BO}") for item in of(sink, "meetings").values())
    assert not [one for one in feishu.requests if one.path.endswith("/attendees")]
    sink.run(connect(titles_only=False))
    [planning] = [one for one in of(sink, "meetings").values() if "Planning" in repr(one)]
    assert isinstance(planning.record, WorkItem)
    assert planning.record.body == "Bring the figures."
    assert planning.record.size == 30
    went = [one.actor for one in planning.record.interactions if one.kind is InteractionKind.ATTENDED]
    assert went == [f"feishu:{BO}"], "who declined did not come"


def test_no_calendar_is_read_without_consent(feishu: FeishuStandIn, connect: Connect) -> None:
    feishu.state.event(ANA, "Not agreed")
    sink = read(connect())
    sink.run(connect(calendars=()))
    assert of(sink, "meetings") == {}
    assert not [one for one in feishu.requests if calendar_of(ANA) in one.path]


def test_a_calendar_no_longer_shared_keeps_what_was_read(feishu: FeishuStandIn, connect: Connect) -> None:
    sink = read(connect())
    kept = of(sink, "meetings")
    place = next(n for n, one in enumerate(feishu.requests) if one.path.endswith("/events"))
    feishu.fail_next(Response.of({"code": 191002, "msg": "no calendar access_role"}, 403), after=place)
    sink.run(connect())
    assert of(sink, "meetings") == kept
    assert [key for key in sink.failures if key[0] == "meetings"] == [("meetings", f"calendar/{BO}")]
    sink.run(connect())
    assert sink.failures == {}


# documents and minutes


def test_documents_are_for_everyone_only_where_the_source_says_so(connect: Connect) -> None:
    sink = read(connect())
    by_title = {item.record.title: item for item in of(sink, "documents").values() if isinstance(item.record, WorkItem)}
    assert by_title.keys() == {"Refunds", "Refunds in a day", "Draft"}
    assert by_title["Refunds in a day"].audience == Audience.org()
    assert by_title["Draft"].audience == Audience.people(f"feishu:{ANA}")
    refunds = by_title["Refunds"].record
    assert isinstance(refunds, WorkItem)
    assert refunds.body == "How refunds work."
    assert read(connect(spaces=("space-own",), open_documents=("space-own",))).records[
        ("documents", by_title["Draft"].native_id)
    ].audience == (Audience.org())


def test_folders_are_followed(feishu: FeishuStandIn, connect: Connect) -> None:
    rows = (("f2", "folder", "f1"), ("d1", "docx", "f2"), ("s1", "sheet", "f1"), ("x", "shortcut", "f1"))
    for token, kind, parent in rows:
        feishu.state.files[token] = {
            "token": token,
            "name": token,
            "type": kind,
            "parent_token": parent,
            "owner_id": BO,
            "created_time": "1767225600",
            "modified_time": "1767225660",
            "url": f"https://x.feishu.cn/{token}",
        }
    feishu.state.words["d1"] = "Words."
    found = of(read(connect(spaces=(), folders=("f1",))), "documents")
    assert {key: item.record.body for key, item in found.items() if isinstance(item.record, WorkItem)} == {
        "d1": "Words.",
        "s1": None,
    }


# groups


def test_messages_are_remarks_for_who_is_in_the_group(connect: Connect) -> None:
    sink = read(connect())
    said = {item.record.text: item for item in of(sink, "messages").values() if isinstance(item.record, Interaction)}
    assert said.keys() == {"Who can look at refunds?", "I can, @陈安娜"}
    [first, *_] = said.values()
    assert first.audience == Audience.group(f"feishu:work:{CHAT}")
    assert sink.groups[f"feishu:work:{CHAT}"] == tuple(sorted(f"feishu:{one}" for one in (ANA, BO, CY)))


def test_a_private_chat_is_not_read_even_where_it_is_named(feishu: FeishuStandIn, connect: Connect) -> None:
    feishu.state.message(PRIVATE_CHAT, ANA, "between us")
    sink = read(connect(chats=(PRIVATE_CHAT,)))
    assert of(sink, "messages") == {}
    assert list(sink.failures) == [("messages", f"chat/{PRIVATE_CHAT}")]
    assert not [one for one in feishu.requests if one.path == "/open-apis/im/v1/messages"]


def test_groups_are_named_one_by_one(connect: Connect) -> None:
    with pytest.raises(ValueError, match="oc_"):
        connect(chats=("*",))


def test_a_group_that_no_longer_agrees_nobody_reads(connect: Connect) -> None:
    sink = read(connect())
    sink.run(connect(chats=()))
    assert sink.groups[f"feishu:work:{CHAT}"] == ()


@pytest.mark.parametrize(
    ("kind", "content", "text"),
    [
        (
            "post",
            {"title": "Plan", "content": [[{"tag": "text", "text": "first"}, {"tag": "a", "text": "link"}]]},
            "Plan first link",
        ),
        ("image", {"image_key": "img_1"}, "[image]"),
        ("hologram", {"deep": {"text": "words"}}, "[hologram] words"),
    ],
)
def test_other_kinds_of_messages(
    feishu: FeishuStandIn, connect: Connect, kind: str, content: dict[str, Any], text: str
) -> None:
    more = {"msg_type": kind, "body": {"content": json.dumps(content)}}
    message = feishu.state.message(CHAT, BO, "", **more)
    record = read(connect()).records[("messages", message)].record
    assert isinstance(record, Interaction)
    assert record.text == text


def test_what_apps_say_is_nobodys(feishu: FeishuStandIn, connect: Connect) -> None:
    sender = {"id": APP_ID, "id_type": "app_id", "sender_type": "app"}
    message = feishu.state.message(CHAT, "", "I am a bot")
    feishu.state.messages[message]["sender"] = sender
    assert ("messages", message) not in read(connect()).records


# tokens, codes


def test_a_token_that_ended_is_had_anew(feishu: FeishuStandIn, connect: Connect) -> None:
    expected = read(connect())
    feishu.on_answer = lambda asked: feishu.expire() if asked % 20 == 0 else None
    before = len(feishu.requests)
    assert read(connect()).state() == expected.state()
    traded = [one for one in feishu.requests[before:] if one.path.endswith("/internal")]
    assert len(traded) > 2


def test_a_wrong_secret_says_where_to_look(connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FEISHU_SECRET_UNDER_TEST", "another")
    with pytest.raises(AuthFailed, match="10014") as caught:
        read(connect())
    assert "env:FEISHU_SECRET_UNDER_TEST" in caught.value.hint
    report = connect().check()
    assert not report.ok


def test_a_missing_scope_is_told_and_nothing_of_the_answer_is(feishu: FeishuStandIn, connect: Connect) -> None:
    feishu.fail_next(Response.of({"code": 99991672, "msg": "canary-words"}, 400), after=1)
    with pytest.raises(NotAllowed, match="lacks a scope") as caught:
        read(connect(chats=()))
    assert "release" in caught.value.hint
    assert "canary-words" not in repr(vars(caught.value)["message"])


def test_a_limit_without_a_word_is_a_minute(feishu: FeishuStandIn, connect: Connect) -> None:
    with fake_clock() as clock:
        feishu.fail_next(Response.of({"code": 99991400, "msg": "limit"}, 400), after=2)
        read(connect())
    assert sum(clock.waited) == pytest.approx(60, abs=1)


def test_what_cannot_be_read_keeps_no_more_than_would_have_been(feishu: FeishuStandIn, connect: Connect) -> None:
    feishu.state.event(BO, "Secret title", start_time={})
    with closing(connect()) as connector:
        failures = [item for item in connector.pull({}) if isinstance(item, Failure)]
    assert len(failures) == 1
    assert "Secret title" not in repr(failures)


def test_a_task_names_its_list(connect: Connect) -> None:
    tasks = [item.record for item in of(read(connect()), "tasks").values()]
    assert {one.container for one in tasks if isinstance(one, WorkItem)} == {LIST, OTHER_LIST}
