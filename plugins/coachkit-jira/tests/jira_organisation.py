"""A small Jira as data: people, projects, issues with their history. Written as either deployment would answer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

__all__ = ["Issue", "Organisation", "Person", "document"]

_EAST = timezone(timedelta(hours=8))

STATUSES = {
    "1": ("To Do", "2", "new"),
    "3": ("In Progress", "4", "indeterminate"),
    "10": ("Blocked", "4", "indeterminate"),
    "11": ("In Review", "4", "indeterminate"),
    "6": ("Done", "3", "done"),
}
RESOLUTIONS = {"10000": "Done", "10001": "Won't Do"}
LINKS = {"Blocks": ("is blocked by", "blocks"), "Relates": ("relates to", "relates to")}


def document(text: str, *mentions: tuple[str, str]) -> dict[str, Any]:
    """A document of one paragraph a line, mentions at its end."""
    paragraphs: list[dict[str, Any]] = [
        {"type": "paragraph", "content": [{"type": "text", "text": line}]} for line in text.split("\n") if line
    ]
    for account, name in mentions:
        paragraphs[-1]["content"].append({"type": "mention", "attrs": {"id": account, "text": f"@{name}"}})
    return {"type": "doc", "version": 1, "content": paragraphs}


@dataclass(slots=True)
class Person:
    """Known by account id on Cloud, by key and name on Data Center."""

    account: str
    name: str
    email: str
    active: bool = True
    kind: str = "atlassian"


@dataclass(slots=True)
class Issue:
    id: str
    project: str
    number: int
    summary: str
    created: datetime
    updated: datetime
    reporter: str
    status: str = "1"
    assignee: str | None = None
    resolution: str | None = None
    text: str = ""
    level: str | None = None
    parent: str | None = None
    due: str | None = None
    labels: list[str] = field(default_factory=list)
    sprints: list[str] = field(default_factory=list)
    links: list[tuple[str, str, bool]] = field(default_factory=list)
    comments: list[dict[str, Any]] = field(default_factory=list)
    worklogs: list[dict[str, Any]] = field(default_factory=list)
    changes: list[dict[str, Any]] = field(default_factory=list)
    spoilt: bool = False


class Organisation:
    """State and what people do. Every change takes place a minute and a bit after the one before."""

    def __init__(self, *, cloud: bool) -> None:
        self.cloud = cloud
        self.now = datetime(2026, 5, 4, 1, 0, 0, 123_000, UTC)
        self.people: dict[str, Person] = {}
        self.projects: dict[str, dict[str, Any]] = {}
        self.groups: dict[str, list[str]] = {}
        self.roles: dict[str, dict[str, list[dict[str, Any]]]] = {}
        self.schemes: dict[str, list[dict[str, Any]]] = {}
        self.levels: dict[str, list[dict[str, Any]]] = {}
        self.issues: dict[str, Issue] = {}
        self.boards: dict[str, dict[str, Any]] = {}
        self.sprints: dict[str, dict[str, Any]] = {}
        self._next = 10_000

    def number(self) -> str:
        self._next += 1
        return str(self._next)

    def tick(self, **span: float) -> datetime:
        self.now += timedelta(**(span or {"seconds": 61, "milliseconds": 7}))
        return self.now

    def add_person(self, account: str, name: str, **more: Any) -> Person:
        person = Person(account, name, f"{account.split(':')[-1]}@example.org", **more)
        self.people[account] = person
        return person

    def add_project(self, key: str, name: str, lead: str, grants: list[dict[str, Any]]) -> str:
        project_id = self.number()
        self.projects[project_id] = {
            "id": project_id,
            "key": key,
            "name": name,
            "lead": lead,
            "about": f"About {name}.",
        }
        self.schemes[project_id] = grants
        return project_id

    def add_issue(self, project: str, summary: str, reporter: str, **more: Any) -> Issue:
        at = self.tick()
        number = 1 + max((one.number for one in self.issues.values() if one.project == project), default=0)
        issue = Issue(self.number(), project, number, summary, at, at, reporter, **more)
        self.issues[issue.id] = issue
        return issue

    def key(self, issue: Issue) -> str:
        return f"{self.projects[issue.project]['key']}-{issue.number}"

    def move(self, issue: Issue, by: str, status: str, resolution: str | None = None) -> None:
        items = [self._item("status", issue.status, STATUSES[issue.status][0], status, STATUSES[status][0])]
        if resolution != issue.resolution:
            before, after = issue.resolution, resolution
            names = [RESOLUTIONS[one] if one else None for one in (before, after)]
            items.append(self._item("resolution", before, names[0], after, names[1]))
        issue.status, issue.resolution = status, resolution
        self.change(issue, by, items)

    def assign(self, issue: Issue, by: str, to: str | None) -> None:
        names = [self.people[one].name if one else None for one in (issue.assignee, to)]
        self.change(issue, by, [self._item("assignee", issue.assignee, names[0], to, names[1])])
        issue.assignee = to

    def flag(self, issue: Issue, by: str, on: bool) -> None:
        before, after = (None, "Impediment") if on else ("Impediment", None)
        item = {"field": "Flagged", "fieldtype": "custom", "fieldId": "customfield_10021"}
        self.change(issue, by, [{**item, "from": None, "fromString": before, "to": None, "toString": after}])

    def link(self, issue: Issue, kind: str, other: Issue, by: str) -> None:
        """``issue`` blocks (relates to …) ``other``."""
        inward, outward = LINKS[kind]
        issue.links.append((kind, other.id, True))
        other.links.append((kind, issue.id, False))
        at = self.tick()
        for one, phrase, target in ((issue, outward, other), (other, inward, issue)):
            text = f"This issue {phrase} {self.key(target)}"
            item = {"field": "Link", "fieldtype": "jira", "from": None, "fromString": None}
            self.change(one, by, [{**item, "to": self.key(target), "toString": text}], at=at)

    def change(self, issue: Issue, by: str, items: list[dict[str, Any]], *, at: datetime | None = None) -> None:
        at = at or self.tick()
        issue.changes.append({"id": self.number(), "author": by, "created": at, "items": items})
        issue.updated = at

    def comment(self, issue: Issue, by: str, text: str, *mentions: str, **more: Any) -> str:
        at = issue.updated = self.tick()
        comment = {"id": self.number(), "author": by, "created": at, "updated": at, "text": text, **more}
        issue.comments.append({**comment, "mentions": mentions})
        return str(comment["id"])

    def delete_comment(self, issue: Issue, comment_id: str, by: str) -> None:
        gone = next(one for one in issue.comments if one["id"] == comment_id)
        issue.comments.remove(gone)
        item = {"field": "Comment", "fieldtype": "jira", "from": comment_id, "fromString": gone["text"]}
        self.change(issue, by, [{**item, "to": None, "toString": None}])

    @staticmethod
    def _item(name: str, before: Any, before_text: Any, after: Any, after_text: Any) -> dict[str, Any]:
        values = {"from": before, "fromString": before_text, "to": after, "toString": after_text}
        return {"field": name, "fieldtype": "jira", "fieldId": name, **values}

    # as Jira writes it

    def moment(self, at: datetime) -> str:
        return at.astimezone(_EAST).strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}+0800"

    def person(self, account: str | None) -> dict[str, Any] | None:
        if account is None:
            return None
        one = self.people[account]
        common = {"displayName": one.name, "active": one.active, "timeZone": "Asia/Shanghai", "emailAddress": one.email}
        if self.cloud:
            return {"accountId": account, "accountType": one.kind, **common, "self": "https://jira.example.org/user"}
        return {"key": account, "name": f"login.{account.lower()}", **common, "self": "https://jira.example.org/user"}

    def text(self, text: str, mentions: tuple[str, ...] = ()) -> Any:
        if self.cloud:
            return document(text, *((one, self.people[one].name) for one in mentions))
        return text + "".join(f" [~login.{one.lower()}]" for one in mentions)

    def status(self, status: str) -> dict[str, Any]:
        name, category, key = STATUSES[status]
        return {"id": status, "name": name, "statusCategory": {"id": int(category), "key": key, "name": name}}

    def project(self, project_id: str) -> dict[str, Any]:
        one = self.projects[project_id]
        about = {"description": one["about"], "lead": self.person(one["lead"]), "projectTypeKey": "software"}
        return {"id": project_id, "key": one["key"], "name": one["name"], **about, "style": "classic"}

    def comment_json(self, one: dict[str, Any]) -> dict[str, Any]:
        made = {
            "id": one["id"],
            "author": self.person(one["author"]),
            "body": self.text(one["text"], one["mentions"]),
            "created": self.moment(one["created"]),
            "updated": self.moment(one["updated"]),
        }
        return made | {name: one[name] for name in ("visibility", "jsdPublic") if name in one}

    def worklog_json(self, issue: Issue, one: dict[str, Any]) -> dict[str, Any]:
        at = self.moment(one["at"])
        text = {"comment": self.text(one["text"]), "author": self.person(one["author"]), "timeSpentSeconds": 7200}
        return {"id": one["id"], "issueId": issue.id, **text, "started": at, "created": at, "updated": at}

    def changes(self, issue: Issue) -> list[dict[str, Any]]:
        return [
            {**one, "author": self.person(one["author"]), "created": self.moment(one["created"])}
            for one in issue.changes
        ]

    def issue(self, issue: Issue, fields: list[str] | None = None, *, most_comments: int = 1_000) -> dict[str, Any]:
        values = {"summary": issue.summary} if issue.spoilt else dict(self._fields(issue, most_comments))
        if fields and "*all" not in fields:
            values = {name: value for name, value in values.items() if name in fields}
        made = {"id": issue.id, "key": self.key(issue), "self": f"https://jira.example.org/issue/{issue.id}"}
        return made if fields == ["id"] else {**made, "fields": values}

    def _fields(self, issue: Issue, most_comments: int) -> Iterator[tuple[str, Any]]:
        project = self.project(issue.project)
        yield "summary", issue.summary
        yield "description", self.text(issue.text) if issue.text else None
        yield "status", self.status(issue.status)
        yield (
            "resolution",
            {"id": issue.resolution, "name": RESOLUTIONS[issue.resolution]} if issue.resolution else None,
        )
        yield "created", self.moment(issue.created)
        yield "updated", self.moment(issue.updated)
        yield "duedate", issue.due
        yield "issuetype", {"id": "10001", "name": "Story", "subtask": False, "hierarchyLevel": 0}
        yield "project", {name: project[name] for name in ("id", "key", "name")}
        yield "reporter", self.person(issue.reporter)
        yield "creator", self.person(issue.reporter)
        yield "assignee", self.person(issue.assignee)
        yield "labels", issue.labels
        yield "components", [{"id": "1", "name": "billing"}]
        yield "issuelinks", [self._link(one) for one in issue.links]
        yield "security", {"id": issue.level, "name": "Secret"} if issue.level else None
        if issue.parent:
            yield "parent", {"id": issue.parent, "key": self.key(self.issues[issue.parent])}
        comments = [self.comment_json(one) for one in issue.comments]
        page = {"startAt": 0, "maxResults": most_comments, "total": len(comments)}
        yield "comment", {**page, "comments": comments[:most_comments]}
        worklogs = [self.worklog_json(issue, one) for one in issue.worklogs]
        yield "worklog", {"startAt": 0, "maxResults": 20, "total": len(worklogs), "worklogs": worklogs}
        yield "customfield_10020", [self._sprint_of(issue_sprint) for issue_sprint in issue.sprints] or None

    def _sprint_of(self, sprint_id: str) -> Any:
        one = self.sprints[sprint_id]
        if self.cloud:
            return {**{name: value for name, value in one.items() if name != "originBoardId"}, "boardId": 1}
        values = ",".join(f"{name}={value}" for name, value in one.items() if name not in ("originBoardId", "self"))
        return f"com.atlassian.greenhopper.service.sprint.Sprint@1f[rapidViewId=1,{values},sequence=7]"

    def _link(self, link: tuple[str, str, bool]) -> dict[str, Any]:
        kind, other, outward = link
        phrases = dict(zip(("inward", "outward"), LINKS[kind], strict=True))
        place = "outwardIssue" if outward else "inwardIssue"
        return {"id": "7", "type": {"name": kind, **phrases}, place: {"id": other, "key": self.key(self.issues[other])}}
