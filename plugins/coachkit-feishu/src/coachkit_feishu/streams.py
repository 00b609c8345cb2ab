"""The streams, what each needs, and what Feishu cannot tell."""

from __future__ import annotations

from coachkit.sdk import Stream
from coachkit_feishu.handling import EVENTS

__all__ = ["STREAMS"]

_CONTACTS = ("contact:contact.base:readonly", "contact:user.base:readonly")

STREAMS = (
    Stream(
        name="accounts",
        title=("Accounts", "账号"),
        cannot_tell=(
            "People outside the app's range of contacts; when an entry changed.",
            "不在应用通讯录权限范围内的人员；信息的修改时间。",
        ),
        scopes=(*_CONTACTS, "contact:user.email:readonly", "contact:user.employee_id:readonly"),
        events=EVENTS["accounts"],
    ),
    Stream(
        name="teams",
        title=("Departments", "部门"),
        cannot_tell=("When a department was made or changed.", "部门的创建和修改时间。"),
        scopes=("contact:department.base:readonly", "contact:department.organize:readonly"),
        events=EVENTS["teams"],
    ),
    Stream(
        name="memberships",
        title=("Members of departments", "部门成员"),
        cannot_tell=("Since when somebody is in a department.", "成员何时加入部门。"),
        scopes=("contact:user.department:readonly",),
    ),
    Stream(
        name="reporting",
        title=("Reporting lines", "汇报关系"),
        cannot_tell=("Since when somebody reports to whom; dotted lines.", "汇报关系从何时开始；虚线汇报。"),
        scopes=("contact:user.department:readonly",),
    ),
    Stream(
        name="goals",
        title=("OKR", "OKR"),
        cannot_tell=(
            "Whether a goal is committed or aspirational, or was reached; changes in cycles that closed long ago.",
            "目标是承诺型还是挑战型、是否达成；早已结束的周期中的修改。",
        ),
        scopes=(
            *("okr:okr:readonly", "okr:okr.content:readonly", "okr:okr.period:readonly"),
            "okr:okr.progress:readonly",
        ),
    ),
    Stream(
        name="tasks",
        title=("Tasks", "任务"),
        cannot_tell=(
            "Tasks in no list that the app is in, subtasks beside a list, and when a task was begun or reopened.",
            "不在应用所在清单中的任务、未加入清单的子任务，以及任务何时开始或重新打开。",
        ),
        scopes=("task:task:read", "task:tasklist:read"),
        events=EVENTS["tasks"],
    ),
    Stream(
        name="meetings",
        title=("Meetings", "会议"),
        cannot_tell=(
            "Who really came; single days of a series that nobody changed; private events; other people's calendars.",
            "实际到会的人；重复日程中未改动的各次会议；私密日程；未同意者的日历。",
        ),
        scopes=("calendar:calendar:readonly",),
        events=EVENTS["meetings"],
    ),
    Stream(
        name="documents",
        title=("Documents", "文档"),
        cannot_tell=(
            "The words of sheets and bases; who besides the owner may read a document; earlier versions.",
            "表格和多维表格的内容；除所有者外谁可以阅读；历史版本。",
        ),
        scopes=("wiki:wiki:readonly", "drive:drive:readonly", "docx:document:readonly"),
    ),
    Stream(
        name="minutes",
        title=("Minutes", "妙记"),
        cannot_tell=(
            "What was said; minutes that nobody named and no event told of.",
            "会议内容；未指定且无事件通知的妙记。",
        ),
        scopes=("minutes:minutes.basic:read",),
        events=EVENTS["minutes"],
    ),
    Stream(
        name="messages",
        title=("Group messages", "群消息"),
        cannot_tell=(
            "Private chats, groups that did not agree, pictures and files; edits and deletions while events were lost.",
            "单聊、未同意的群、图片和文件；事件丢失期间的编辑和撤回。",
        ),
        scopes=("im:message.group_msg", "im:message:readonly", "im:chat:readonly"),
        events=EVENTS["messages"],
    ),
)
