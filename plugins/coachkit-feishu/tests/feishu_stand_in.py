"""Feishu on loopback, as far as coachkit reads it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any, ClassVar

from feishu_state import Row, State, calendar_of, small

from coachkit.sdk.testing import Fault, Request, Response, StandIn

__all__ = ["APP_ID", "APP_SECRET", "LIMITED", "FeishuStandIn"]

APP_ID = "cli_a1b2c3"
APP_SECRET = "canary-app-secret-9f31"
TRADE = "/open-apis/auth/v3/tenant_access_token/internal"
ENDPOINT = "/callback/ws/endpoint"

LIMITED = b'{"code": 99991400, "msg": "request trigger frequency limit"}'


def said(data: Any) -> Response:
    return Response.of({"code": 0, "msg": "success", "data": data})


def refused(code: int, status: int = 400) -> Response:
    return Response.of({"code": code, "msg": "words of the source, canary-words-of-an-error"}, status)


class FeishuStandIn(StandIn):
    """:ivar served: number of the token that is good now. :ivar listed: most tasks of any list; none is no bound.
    :ivar without_v2: OKR has no newer interface. :ivar socket_url: where long connections are to be had.
    """

    knows = frozenset({Fault.REPEATED_TOKEN, Fault.EMPTY_PAGE, Fault.NO_LAST_MARK})
    trades = frozenset({TRADE})
    limits = (
        (Response(400, {"x-ogw-ratelimit-reset": "7"}, LIMITED), 7.0),
        (Response(429, {"x-ogw-ratelimit-reset": "9"}, LIMITED), 9.0),
        (Response(200, {}, LIMITED), 60.0),
    )
    strange_values: ClassVar[dict[str, Any]] = {
        "status": "quantum",
        "cycle_status": 99,
        "role": "shaman",
        "msg_type": "hologram",
        "visibility": "??",
        "block_element_type": "sculpture",
        "unit_type": 9,
        "rsvp_status": "perhaps",
        "node_type": "ghost",
    }

    def __init__(self, state: State | None = None, most_rows: int = 2) -> None:
        super().__init__()
        self.state = state or small()
        self.most_rows = most_rows
        self.served = 0
        self.listed: int | None = None
        self.without_v2 = False
        self.socket_url = ""
        self._routes: list[tuple[re.Pattern[str], Callable[..., Response]]] = [
            (re.compile(pattern + "$"), answer)
            for pattern, answer in (
                (r"contact/v3/scopes", self._scopes),
                (r"contact/v3/departments/([^/]+)/children", self._children),
                (r"contact/v3/departments/([^/]+)", self._department),
                (r"contact/v3/users/find_by_department", self._of_department),
                (r"contact/v3/users/([^/]+)", self._user),
                (r"okr/v2/cycles", self._cycles),
                (r"okr/v2/cycles/([^/]+)/objectives", self._objectives),
                (r"okr/v2/objectives/([^/]+)/key_results", self._key_results),
                (r"okr/v2/objectives/([^/]+)/alignments", self._alignments),
                (r"okr/v2/key_results/([^/]+)/indicators", self._indicator),
                (r"okr/v2/key_results/([^/]+)/progresses", self._progress),
                (r"okr/v1/periods", self._periods),
                (r"okr/v1/users/([^/]+)/okrs", self._okrs),
                (r"task/v2/tasklists", self._tasklists),
                (r"task/v2/tasklists/([^/]+)/tasks", self._listed_tasks),
                (r"task/v2/tasks/([^/]+)", self._task),
                (r"calendar/v4/calendars/primarys", self._primarys),
                (r"calendar/v4/calendars/([^/]+)/events", self._events),
                (r"calendar/v4/calendars/([^/]+)/events/([^/]+)", self._event),
                (r"calendar/v4/calendars/([^/]+)/events/([^/]+)/attendees", self._attendees),
                (r"wiki/v2/spaces/([^/]+)", self._space),
                (r"wiki/v2/spaces", self._spaces),
                (r"wiki/v2/spaces/([^/]+)/nodes", self._nodes),
                (r"drive/v1/files", self._files),
                (r"docx/v1/documents/([^/]+)/raw_content", self._words),
                (r"minutes/v1/minutes/([^/]+)", self._minute),
                (r"im/v1/chats/([^/]+)", self._chat),
                (r"im/v1/chats/([^/]+)/members", self._members),
                (r"im/v1/messages", self._messages),
                (r"im/v1/messages/([^/]+)", self._message),
            )
        ]

    def authorized(self, request: Request) -> bool:
        return request.path in (TRADE, ENDPOINT) or request.carried_secret

    def respond(self, request: Request) -> Response:
        if request.path == TRADE:
            return self._trade(request)
        if request.path == ENDPOINT:
            return said({"URL": self.socket_url, "ClientConfig": {"PingInterval": 120, "ReconnectCount": -1}})
        if request.headers.get("authorization") != f"Bearer {self._token()}":
            return refused(99991663)
        path = request.path.removeprefix("/open-apis/")
        for pattern, answer in self._routes:
            found = pattern.match(path)
            if found and not (self.without_v2 and path.startswith("okr/v2/")):
                return answer(request, *found.groups())
        return Response(404, {"content-type": "text/plain"}, b"404 page not found")

    def expire(self) -> None:
        """The token that was given is good no more."""
        self.served += 1

    def _token(self) -> str:
        return f"t-{self.token}-{self.served}"

    def _trade(self, request: Request) -> Response:
        asked = request.json()
        if (asked.get("app_id"), asked.get("app_secret")) != (APP_ID, APP_SECRET):
            return Response.of({"code": 10014, "msg": "app secret invalid"})
        return Response.of({"code": 0, "msg": "ok", "tenant_access_token": self._token(), "expire": 7200})

    def _paged(self, request: Request, found: Iterable[Row], name: str = "items") -> Response:
        rows = list(found)
        asked = request.query.get("page_token", "")
        start = int(asked.removesuffix("e") or 0)
        size = min(int(request.query.get("page_size", "20")), self.most_rows)
        if request.suffers(Fault.EMPTY_PAGE):
            return said({name: [], "has_more": True, "page_token": f"{start}e"})
        end = start + size
        data: Row = {name: rows[start:end], "has_more": end < len(rows)}
        if data["has_more"] or request.suffers(Fault.NO_LAST_MARK):
            data["page_token"] = str(min(end, len(rows)))
        if request.suffers(Fault.NO_LAST_MARK):
            del data["has_more"]
        if request.suffers(Fault.REPEATED_TOKEN) and asked:
            data |= {"has_more": True, "page_token": asked}
        return said(data)

    def _one(self, name: str, row: Row | None, code: int) -> Response:
        return refused(code, 404 if code > 1_000_000 else 400) if row is None else said({name: row})

    # people

    def _scopes(self, request: Request) -> Response:
        state = self.state
        return said({"department_ids": state.range_departments, "user_ids": state.range_users, "has_more": False})

    def _children(self, request: Request, parent: str) -> Response:
        departments = self.state.departments.values()
        return self._paged(request, (one for one in departments if one["parent_department_id"] == parent))

    def _department(self, request: Request, department: str) -> Response:
        return self._one("department", self.state.departments.get(department), 43007)

    def _of_department(self, request: Request) -> Response:
        wanted = request.query["department_id"]
        return self._paged(request, (one for one in self.state.users.values() if wanted in one["department_ids"]))

    def _user(self, request: Request, user: str) -> Response:
        return self._one("user", self.state.users.get(user), 41012)

    # OKR

    def _cycles(self, request: Request) -> Response:
        wanted = request.query["user_id"]
        return self._paged(request, (one for one in self.state.cycles.values() if one["owner"]["user_id"] == wanted))

    def _objectives(self, request: Request, cycle: str) -> Response:
        return self._paged(request, (one for one in self.state.objectives.values() if one["cycle_id"] == cycle))

    def _key_results(self, request: Request, objective: str) -> Response:
        rows = (one for one in self.state.key_results.values() if one["objective_id"] == objective)
        return self._paged(request, rows)

    def _alignments(self, request: Request, objective: str) -> Response:
        rows = self.state.alignments.values()
        return self._paged(request, (one for one in rows if objective in (one["from_entity_id"], one["to_entity_id"])))

    def _indicator(self, request: Request, key_result: str) -> Response:
        return said({"indicator": self.state.indicators[key_result]})

    def _progress(self, request: Request, key_result: str) -> Response:
        return self._paged(request, (one for one in self.state.progress.values() if one["entity_id"] == key_result))

    def _periods(self, request: Request) -> Response:
        return self._paged(request, self.state.periods.values())

    def _okrs(self, request: Request, user: str) -> Response:
        rows, start = self.state.okrs.get(user, []), int(request.query["offset"])
        return said({"total": len(rows), "okr_list": rows[start : start + self.most_rows]})

    # tasks

    def _tasklists(self, request: Request) -> Response:
        return self._paged(request, self.state.tasklists.values())

    def _listed_tasks(self, request: Request, tasklist: str) -> Response:
        rows = [
            {name: one[name] for name in ("guid", "summary", "completed_at")}
            for one in self.state.tasks.values()
            if any(place["tasklist_guid"] == tasklist for place in one["tasklists"])
        ]
        return self._paged(request, rows[: self.listed])

    def _task(self, request: Request, guid: str) -> Response:
        return self._one("task", self.state.tasks.get(guid), 1470404)

    # meetings

    def _primarys(self, request: Request) -> Response:
        asked = [one for one in request.json()["user_ids"] if one in self.state.users]
        found = [{"user_id": one, "calendar": {"calendar_id": calendar_of(one), "type": "primary"}} for one in asked]
        return said({"calendars": found})

    def _events(self, request: Request, calendar: str) -> Response:
        since = int(request.query["anchor_time"])
        rows = self.state.events.get(calendar, {}).values()
        return self._paged(request, (one for one in rows if int(one["end_time"]["timestamp"]) >= since))

    def _event(self, request: Request, calendar: str, event: str) -> Response:
        found = self.state.events.get(calendar, {}).get(event)
        return refused(193001, 404) if found is None else said({"event": found})

    def _attendees(self, request: Request, calendar: str, event: str) -> Response:
        return self._paged(request, self.state.attendees.get(event, []))

    # documents

    def _space(self, request: Request, space: str) -> Response:
        return said({"space": self.state.spaces[space]})

    def _spaces(self, request: Request) -> Response:
        return self._paged(request, self.state.spaces.values())

    def _nodes(self, request: Request, space: str) -> Response:
        parent = request.query.get("parent_node_token", "")
        rows = self.state.nodes.values()
        return self._paged(
            request, (one for one in rows if one["space_id"] == space and one["parent_node_token"] == parent)
        )

    def _files(self, request: Request) -> Response:
        folder = request.query["folder_token"]
        rows = (one for one in self.state.files.values() if one["parent_token"] == folder)
        answer = self._paged(request, rows, "files")
        return Response(answer.status, answer.headers, answer.body.replace(b'"page_token"', b'"next_page_token"'))

    def _words(self, request: Request, token: str) -> Response:
        return said({"content": self.state.words[token]}) if token in self.state.words else refused(1770002, 404)

    def _minute(self, request: Request, token: str) -> Response:
        return self._one("minute", self.state.minutes.get(token), 2091004)

    # groups

    def _chat(self, request: Request, chat: str) -> Response:
        return said(self.state.chats[chat]) if chat in self.state.chats else refused(230002)

    def _members(self, request: Request, chat: str) -> Response:
        rows = [{"member_id": one, "member_id_type": "open_id"} for one in self.state.members[chat]]
        return self._paged(request, rows)

    def _messages(self, request: Request) -> Response:
        chat, since = request.query["container_id"], int(request.query["start_time"])
        rows = [
            one
            for one in self.state.messages.values()
            if one["chat_id"] == chat and int(one["create_time"]) // 1000 >= since
        ]
        return self._paged(request, sorted(rows, key=lambda one: int(one["create_time"])))

    def _message(self, request: Request, message: str) -> Response:
        found = self.state.messages.get(message)
        return refused(230011) if found is None else said({"items": [found]})
