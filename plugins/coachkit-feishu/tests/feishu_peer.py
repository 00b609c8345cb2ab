"""Feishu's own client, run where it is installed: asks the stand-in, opens deliveries, and says what it saw.

Reads one JSON object from its input and writes one to its output. It knows nothing of coachkit.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from typing import Any

import lark_oapi as lark
from lark_oapi.api.calendar.v4 import (
    ListCalendarEventRequest,
    PrimarysCalendarRequest,
    PrimarysCalendarRequestBody,
)
from lark_oapi.api.contact.v3 import ChildrenDepartmentRequest, FindByDepartmentUserRequest, ListScopeRequest
from lark_oapi.api.docx.v1 import RawContentDocumentRequest
from lark_oapi.api.im.v1 import GetChatMembersRequest, ListMessageRequest
from lark_oapi.api.minutes.v1 import GetMinuteRequest
from lark_oapi.api.okr.v2 import (
    ListOkrCycleObjectiveRequest,
    ListOkrCycleRequest,
    ListOkrKeyResultIndicatorRequest,
    ListOkrKeyResultProgressRequest,
    ListOkrObjectiveAlignmentRequest,
    ListOkrObjectiveKeyResultRequest,
)
from lark_oapi.api.task.v2 import GetTaskRequest, ListTasklistRequest, TasksTasklistRequest
from lark_oapi.api.wiki.v2 import ListSpaceNodeRequest, ListSpaceRequest
from lark_oapi.core.model import RawRequest
from lark_oapi.core.utils import AESCipher
from lark_oapi.ws.pb.pbbp2_pb2 import Frame


def data_of(response: Any) -> Any:
    assert response.success(), (response.code, response.msg)
    return response.data


def every(ask: Callable[[Any], Any], builder: Callable[[], Any]) -> list[Any]:
    """All rows of a list, as its pages lead on."""
    rows: list[Any] = []
    token = None
    while True:
        request = builder()
        if token:
            request.page_token(token)
        page = data_of(ask(request.build()))
        rows += page.items or []
        token = page.page_token
        if not page.has_more:
            return rows


def seen(asked: dict[str, Any]) -> dict[str, Any]:
    client = (
        lark.Client.builder().app_id(asked["app_id"]).app_secret(asked["app_secret"]).domain(asked["url"])
    ).build()
    contact, okr, task = client.contact.v3, client.okr.v2, client.task.v2
    scope = data_of(contact.scope.list(ListScopeRequest.builder().user_id_type("open_id").build()))
    departments = [
        one.open_department_id
        for root in scope.department_ids
        for one in every(
            contact.department.children,
            lambda root=root: ChildrenDepartmentRequest.builder().department_id(root).fetch_child(True),
        )
    ]
    users = [
        one
        for department in [*scope.department_ids, *departments]
        for one in every(
            contact.user.find_by_department,
            lambda department=department: FindByDepartmentUserRequest.builder().department_id(department),
        )
    ]
    goals: dict[str, Any] = {}
    for user in users:
        cycles = every(
            okr.okr_cycle.list,
            lambda user=user: ListOkrCycleRequest.builder().user_id(user.open_id).user_id_type("open_id"),
        )
        for cycle in cycles:
            objectives = every(
                okr.okr_cycle_objective.list,
                lambda cycle=cycle: ListOkrCycleObjectiveRequest.builder().cycle_id(cycle.id),
            )
            for objective in objectives:
                goals[str(objective.id)] = objective_of(okr, objective)
    tasks = {}
    for tasklist in every(task.tasklist.list, ListTasklistRequest.builder):
        listed = every(task.tasklist.tasks, lambda one=tasklist: TasksTasklistRequest.builder().tasklist_guid(one.guid))
        for row in listed:
            found = data_of(task.task.get(GetTaskRequest.builder().task_guid(row.guid).build())).task
            tasks[found.guid] = [found.summary, found.status, sorted(one.id for one in found.members)]
    return {
        "departments": sorted(departments),
        "users": {one.open_id: [one.name, one.enterprise_email] for one in users},
        "goals": goals,
        "tasks": tasks,
        **rest(client, asked),
    }


def objective_of(okr: Any, objective: Any) -> dict[str, Any]:
    key_results = every(
        okr.okr_objective_key_result.list,
        lambda: ListOkrObjectiveKeyResultRequest.builder().objective_id(objective.id),
    )
    alignments = every(
        okr.okr_objective_alignment.list,
        lambda: ListOkrObjectiveAlignmentRequest.builder().objective_id(objective.id),
    )
    found = {}
    for one in key_results:
        indicator = data_of(
            okr.okr_key_result_indicator.list(ListOkrKeyResultIndicatorRequest.builder().key_result_id(one.id).build())
        ).indicator
        progress = every(
            okr.okr_key_result_progress.list,
            lambda one=one: ListOkrKeyResultProgressRequest.builder().key_result_id(one.id),
        )
        values = [report.progress_rate.progress_percent for report in progress]
        found[words_of(one.content)] = [indicator.start_value, indicator.target_value, values]
    parents = [str(one.to_entity_id) for one in alignments if str(one.from_entity_id) == str(objective.id)]
    return {"title": words_of(objective.content), "key_results": found, "parents": parents}


def words_of(content: Any) -> str:
    return "".join(one.text_run.text for block in content.blocks for one in block.paragraph.elements)


def rest(client: Any, asked: dict[str, Any]) -> dict[str, Any]:
    body = PrimarysCalendarRequestBody.builder().user_ids([asked["calendar"]]).build()
    primary = data_of(
        client.calendar.v4.calendar.primarys(PrimarysCalendarRequest.builder().request_body(body).build())
    )
    calendar = primary.calendars[0].calendar.calendar_id
    events = every(
        client.calendar.v4.calendar_event.list,
        lambda: ListCalendarEventRequest.builder().calendar_id(calendar).anchor_time("1735689600"),
    )
    documents = {}
    for space in every(client.wiki.v2.space.list, ListSpaceRequest.builder):
        nodes = every(
            client.wiki.v2.space_node.list, lambda one=space: ListSpaceNodeRequest.builder().space_id(one.space_id)
        )
        for node in nodes:
            request = RawContentDocumentRequest.builder().document_id(node.obj_token).build()
            documents[node.title] = data_of(client.docx.v1.document.raw_content(request)).content
    chat = asked["chat"]
    messages = every(
        client.im.v1.message.list,
        lambda: ListMessageRequest.builder().container_id_type("chat").container_id(chat).start_time("0"),
    )
    members = every(client.im.v1.chat_members.get, lambda: GetChatMembersRequest.builder().chat_id(chat))
    minute = data_of(client.minutes.v1.minute.get(GetMinuteRequest.builder().minute_token("min1").build())).minute
    return {
        "events": {one.event_id: [one.summary, one.status] for one in events},
        "documents": documents,
        "messages": [one.message_id for one in messages],
        "members": sorted(one.member_id for one in members),
        "minute": [minute.title, minute.owner_id],
    }


def opened(asked: dict[str, Any]) -> list[Any]:
    """What the dispatcher makes of each delivery: the event that it hands on, or nothing and its status."""
    results: list[Any] = []
    for one in asked["deliveries"]:
        got: list[Any] = []
        handler = (
            lark.EventDispatcherHandler.builder(asked["encrypt_key"], asked["verification_token"])
            .register_p2_contact_user_updated_v3(lambda event, got=got: got.append(event.event.object.open_id))
            .register_p2_im_message_receive_v1(lambda event, got=got: got.append(event.event.message.message_id))
            .register_p1_customized_event("user_update", lambda event, got=got: got.append(event.event["open_id"]))
            .build()
        )
        request = RawRequest()
        request.uri, request.body = "/webhook", one["body"].encode()
        request.headers = one["headers"]
        answer = handler.do(request)
        results.append([answer.status_code, got, answer.content.decode() if answer.status_code == 200 else ""])
    return results


def reframed(asked: dict[str, Any]) -> list[Any]:
    """Each frame read, and written again by their code."""
    results = []
    for text in asked["frames"]:
        frame = Frame()
        frame.ParseFromString(bytes.fromhex(text))
        headers = {one.key: one.value for one in frame.headers}
        results.append([frame.service, frame.method, headers, frame.payload.hex(), frame.SerializeToString().hex()])
    return results


def main() -> None:
    asked = json.load(sys.stdin)
    cipher = AESCipher(asked["encrypt_key"])
    said = {
        "seen": seen(asked),
        "opened": opened(asked),
        "decrypted": [cipher.decrypt_str(text) for text in asked["encrypted"]],
        "frames": reframed(asked),
    }
    sys.stdout.write("\n" + json.dumps(said))


main()
