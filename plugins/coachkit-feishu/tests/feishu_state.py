"""An organisation as Feishu knows it, small and made up."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import count
from typing import Any

__all__ = ["ANA", "BO", "CHAT", "CY", "LIST", "State", "small"]

ANA, BO, CY = "ou_ana", "ou_bo", "ou_cy"
CHAT, SECRET_CHAT, PRIVATE_CHAT = "oc_open", "oc_closed", "oc_private"
LIST, OTHER_LIST = "list-payments", "list-ops"

START = 1_767_225_600_000
"""1 January 2026; moments count on from there."""
FAR = 4_070_908_800_000
"""1 January 2099: a cycle that ends there stays open."""

Row = dict[str, Any]


def block(text: str) -> Row:
    run = {"paragraph_element_type": "textRun", "text_run": {"text": text}}
    return {"blocks": [{"block_element_type": "paragraph", "paragraph": {"elements": [run]}}]}


@dataclass
class State:
    """What there is, by id, in the order in which it is listed."""

    range_departments: list[str] = field(default_factory=lambda: ["od_tech"])
    range_users: list[str] = field(default_factory=lambda: [CY])
    departments: dict[str, Row] = field(default_factory=dict)
    users: dict[str, Row] = field(default_factory=dict)
    cycles: dict[str, Row] = field(default_factory=dict)
    objectives: dict[str, Row] = field(default_factory=dict)
    key_results: dict[str, Row] = field(default_factory=dict)
    indicators: dict[str, Row] = field(default_factory=dict)
    progress: dict[str, Row] = field(default_factory=dict)
    alignments: dict[str, Row] = field(default_factory=dict)
    periods: dict[str, Row] = field(default_factory=dict)
    okrs: dict[str, list[Row]] = field(default_factory=dict)
    tasklists: dict[str, Row] = field(default_factory=dict)
    tasks: dict[str, Row] = field(default_factory=dict)
    events: dict[str, dict[str, Row]] = field(default_factory=dict)
    attendees: dict[str, list[Row]] = field(default_factory=dict)
    spaces: dict[str, Row] = field(default_factory=dict)
    nodes: dict[str, Row] = field(default_factory=dict)
    files: dict[str, Row] = field(default_factory=dict)
    words: dict[str, str] = field(default_factory=dict)
    minutes: dict[str, Row] = field(default_factory=dict)
    chats: dict[str, Row] = field(default_factory=dict)
    members: dict[str, list[str]] = field(default_factory=dict)
    messages: dict[str, Row] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._moments = count(START, 60_000)
        self._ids = count(7_000_000_000_000_000_001)

    def now(self) -> str:
        return str(next(self._moments))

    def new_id(self) -> str:
        return str(next(self._ids))

    def user(self, open_id: str, name: str, department: str, leader: str = "") -> Row:
        short = open_id.removeprefix("ou_")
        self.users[open_id] = {
            "open_id": open_id,
            "union_id": f"on_{short}",
            "user_id": f"u{short}",
            "name": name,
            "en_name": short.title(),
            "enterprise_email": f"{short}@example.org",
            "mobile": "+8613000000000",
            "department_ids": [department],
            "leader_user_id": leader,
            "status": {"is_frozen": False, "is_resigned": False, "is_activated": True, "is_exited": False},
        }
        return self.users[open_id]

    def department(self, open_id: str, name: str, parent: str) -> None:
        self.departments[open_id] = {
            "open_department_id": open_id,
            "department_id": f"d-{open_id}",
            "name": name,
            "parent_department_id": parent,
            "i18n_name": {"en_us": f"{name} (en)", "zh_cn": name},
            "status": {"is_deleted": False},
            "member_count": 3,
        }

    def cycle(self, owner: str, ends: int = FAR, status: int = 1) -> str:
        made = self.new_id()
        self.cycles[made] = {
            "id": made,
            "owner": {"owner_type": "user", "user_id": owner},
            "tenant_cycle_id": "1",
            "start_time": str(START),
            "end_time": str(ends),
            "cycle_status": status,
            "create_time": self.now(),
            "update_time": self.now(),
        }
        return made

    def objective(self, cycle: str, text: str, aligned_to: str = "") -> str:
        made, owner = self.new_id(), self.cycles[cycle]["owner"]
        self.objectives[made] = {
            "id": made,
            "cycle_id": cycle,
            "owner": owner,
            "content": block(text),
            "notes": block("Why it matters."),
            "position": 1,
            "weight": 0.5,
            "create_time": self.now(),
            "update_time": self.now(),
        }
        if aligned_to:
            link = self.new_id()
            self.alignments[link] = {
                "id": link,
                "from_entity_type": 2,
                "from_entity_id": made,
                "to_entity_type": 2,
                "to_entity_id": aligned_to,
                "create_time": self.now(),
            }
        return made

    def key_result(self, objective: str, text: str, target: float = 100.0) -> str:
        made, owner = self.new_id(), self.objectives[objective]["owner"]
        self.key_results[made] = {
            "id": made,
            "objective_id": objective,
            "owner": owner,
            "content": block(text),
            "deadline": str(FAR),
            "create_time": self.now(),
            "update_time": self.now(),
        }
        self.indicators[made] = {
            "id": self.new_id(),
            "entity_type": 3,
            "entity_id": made,
            "start_value": 0.0,
            "target_value": target,
            "current_value": 0.0,
            "indicator_status": 0,
            "unit": {"unit_type": 0, "unit_value": "PERCENT"},
            "update_time": self.now(),
        }
        return made

    def report(self, key_result: str, value: float, text: str) -> None:
        made, moment = self.new_id(), self.now()
        self.progress[made] = {
            "id": made,
            "entity_type": 3,
            "entity_id": key_result,
            "content": block(text),
            "owner": self.key_results[key_result]["owner"],
            "create_time": moment,
            "update_time": moment,
            "progress_rate": {"progress_percent": value, "progress_status": 0},
        }
        self.indicators[key_result] |= {"current_value": value, "update_time": moment}

    def task(self, tasklist: str, title: str, creator: str, *assignees: str, **more: Any) -> str:
        guid = f"task-{self.new_id()}"
        moment = self.now()
        self.tasks[guid] = {
            "guid": guid,
            "summary": title,
            "description": "所有步骤见文档。",
            "task_id": f"t{len(self.tasks) + 1}",
            "creator": {"id": creator, "type": "user", "role": "creator"},
            "members": [{"id": one, "type": "user", "role": "assignee"} for one in assignees],
            "tasklists": [{"tasklist_guid": tasklist, "section_guid": "s"}],
            "status": "todo",
            "completed_at": "0",
            "due": {"timestamp": str(START), "is_all_day": True},
            "created_at": moment,
            "updated_at": moment,
            "url": f"https://applink.feishu.cn/client/todo/detail?guid={guid}",
            **more,
        }
        return guid

    def finish(self, guid: str) -> None:
        moment = self.now()
        task = self.tasks[guid]
        task |= {"status": "done", "completed_at": moment, "updated_at": moment}
        task["assignee_related"] = [{"id": one["id"], "completed_at": moment} for one in task["members"]]

    def event(self, owner: str, title: str, **more: Any) -> str:
        made = f"{self.new_id()}_0"
        starts = int(self.now()) // 1000
        self.events.setdefault(calendar_of(owner), {})[made] = {
            "event_id": made,
            "summary": title,
            "description": "Bring the figures.",
            "status": "confirmed",
            "start_time": {"timestamp": str(starts)},
            "end_time": {"timestamp": str(starts + 1800)},
            "visibility": "default",
            "event_organizer": {"user_id": owner, "display_name": "?"},
            "create_time": str(starts),
            "app_link": f"https://applink.feishu.cn/client/calendar/{made}",
            **more,
        }
        return made

    def message(self, chat: str, sender: str, text: str, *, moment: str = "", **more: Any) -> str:
        made = f"om_{self.new_id()}"
        at = moment or self.now()
        self.messages[made] = {
            "message_id": made,
            "chat_id": chat,
            "msg_type": "text",
            "create_time": at,
            "update_time": at,
            "deleted": False,
            "updated": False,
            "body": {"content": f'{{"text": "{text}"}}'},
            "sender": {"id": sender, "id_type": "open_id", "sender_type": "user"},
            **more,
        }
        return made

    def node(self, space: str, title: str, owner: str, parent: str = "", words: str = "") -> str:
        token = f"doc{self.new_id()}"
        moment = str(int(self.now()) // 1000)
        self.nodes[token] = {
            "space_id": space,
            "node_token": f"n{token}",
            "obj_token": token,
            "obj_type": "docx",
            "title": title,
            "parent_node_token": parent,
            "node_type": "origin",
            "has_child": False,
            "owner": owner,
            "obj_create_time": moment,
            "obj_edit_time": moment,
        }
        self.words[token] = words or f"{title}."
        return token


def calendar_of(owner: str) -> str:
    return f"feishu.cn_{owner}@group.calendar.feishu.cn"


def small() -> State:
    """Three people, two departments, a little of everything."""
    state = State()
    state.department("od_tech", "技术部", "0")
    state.department("od_pay", "支付组", "od_tech")
    state.user(ANA, "陈安娜", "od_tech")
    state.user(BO, "Bo Larsen", "od_pay", ANA)
    state.user(CY, "赵晨", "od_other", ANA)
    above = state.objective(state.cycle(ANA), "Payments that never fail")
    own = state.objective(state.cycle(BO), "退款在一天内完成", aligned_to=above)
    state.report(state.key_result(above, "Failures under 1 %"), 40.0, "First week.")
    state.report(state.key_result(own, "95 % within a day", 95.0), 20.0, "开始测量")
    for guid, name in ((LIST, "Payments"), (OTHER_LIST, "Operations")):
        state.tasklists[guid] = {"guid": guid, "name": name, "creator": {"id": ANA, "type": "user"}}
    for number in range(7):
        state.task(LIST, f"Refund step {number}", ANA, BO, CY)
    state.finish(state.task(OTHER_LIST, "Rotate keys", BO, BO))
    state.event(BO, "Weekly")
    state.event(BO, "Dentist", visibility="private")
    state.event(BO, "Cancelled", status="cancelled")
    state.attendees[state.event(BO, "Planning")] = [
        {"type": "user", "user_id": BO, "rsvp_status": "accept"},
        {"type": "user", "user_id": ANA, "rsvp_status": "decline"},
        {"type": "resource", "user_id": "", "rsvp_status": "accept"},
    ]
    state.spaces = {
        "space-open": {"space_id": "space-open", "name": "Handbook", "visibility": "public"},
        "space-own": {"space_id": "space-own", "name": "Drafts", "visibility": "private"},
    }
    top = state.node("space-open", "Refunds", BO, words="How refunds work.")
    state.nodes[top]["has_child"] = True
    state.node("space-open", "Refunds in a day", BO, parent=state.nodes[top]["node_token"])
    state.node("space-own", "Draft", ANA)
    state.minutes["min1"] = {
        "token": "min1",
        "owner_id": BO,
        "title": "Planning",
        "create_time": str(START),
        "duration": "1800000",
        "url": "https://example.feishu.cn/minutes/min1",
    }
    for chat, mode in ((CHAT, "group"), (SECRET_CHAT, "group"), (PRIVATE_CHAT, "p2p")):
        state.chats[chat] = {"name": chat, "chat_mode": mode, "chat_type": "private"}
        state.members[chat] = [ANA, BO, CY]
    state.message(CHAT, ANA, "Who can look at refunds?")
    state.message(CHAT, BO, "I can, @_user_1", mentions=[{"key": "@_user_1", "id": ANA, "name": "陈安娜"}])
    state.message(SECRET_CHAT, ANA, "not for anybody else")
    return state
