"""A Jira on loopback that remembers: Cloud (v3) or Data Center (v2), with faults on demand."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, ClassVar

from jira_organisation import STATUSES, Issue, Organisation

from coachkit.sdk.testing import Fault, Request, Response, StandIn

__all__ = ["EMAIL", "JiraStandIn", "small"]

EMAIL = "reader@example.org"

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_WITHIN = re.compile(r"project in \(([^)]+)\)")
_PROJECT = re.compile(r"project = \"?([A-Z][A-Z0-9]*)\"?", re.IGNORECASE)
_SINCE = re.compile(r"(updated|created) >= (\d+)")
_ORDER = re.compile(r"ORDER BY (updated|created) ASC, key ASC$")

Handler = Callable[[Request, re.Match[str]], Response]


class JiraStandIn(StandIn):
    """Answers like Jira.

    :ivar most_rows: rows of a page, however many are asked for.
    :ivar most_comments: comments that come with an issue in a list.
    :ivar listed: how many issues a search lists at most; a broken index lists few.
    :ivar scanty: lists of issues come without comments and changes, as from some that stand for Jira.
    :ivar closed: paths (of the API, without version) that are forbidden to the account.
    """

    knows = frozenset({Fault.REPEATED_TOKEN, Fault.EMPTY_PAGE, Fault.NO_LAST_MARK})
    limits = (
        (Response(429, {"Retry-After": "0"}), 1.0),
        (Response(503, {"Retry-After": "7"}), 7.0),
        (Response(429, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "9"}), 9.0),
    )
    strange_values: ClassVar[dict[str, Any]] = {
        "accountType": "quantum",
        "statusCategory": {"id": 77, "key": "quantum"},
        "projectTypeKey": 4,
        "state": "paused",
        "resolution": "Superposed",
        "labels": {"not": "a list"},
        "parent": 7,
        "priority": None,
    }

    def __init__(self, organisation: Organisation) -> None:
        super().__init__()
        self.jira = organisation
        self.most_rows = 4
        self.most_comments = 2
        self.listed = 1_000_000
        self.scanty = False
        self.closed: set[str] = set()
        self._routes: list[tuple[str, re.Pattern[str], Handler]] = [
            (method, re.compile(f"/{pattern}$"), handler) for method, pattern, handler in self._table()
        ]

    @property
    def api(self) -> str:
        return "rest/api/3" if self.jira.cloud else "rest/api/2"

    def authorized(self, request: Request) -> bool:
        pair = base64.b64encode(f"{EMAIL}:{self.token}".encode()).decode()
        wanted = f"Basic {pair}" if self.jira.cloud else f"Bearer {self.token}"
        return request.headers.get("authorization") == wanted

    def respond(self, request: Request) -> Response:
        if request.path.removeprefix(f"/{self.api}/") in self.closed:
            return Response.of({"errorMessages": ["You do not have permission."], "errors": {}}, 403)
        for method, pattern, handler in self._routes:
            if method == request.method and (found := pattern.match(request.path)):
                return handler(request, found)
        return _missing("no such route")

    def _table(self) -> list[tuple[str, str, Handler]]:
        api, agile = self.api, "rest/agile/1.0"
        both: list[tuple[str, str, Handler]] = [
            ("GET", "rest/api/2/serverInfo", self._server),
            ("GET", f"{api}/serverInfo", self._server),
            ("GET", f"{api}/myself", lambda request, found: Response.of({"emailAddress": EMAIL, "active": True})),
            ("GET", f"{api}/field", self._field),
            ("GET", f"{api}/status", lambda request, found: Response.of([self.jira.status(one) for one in STATUSES])),
            ("GET", f"{api}/project", lambda request, found: Response.of(self._projects())),
            ("GET", rf"{api}/project/(\w+)", self._one_project),
            ("GET", rf"{api}/project/(\w+)/permissionscheme", self._scheme),
            ("GET", rf"{api}/project/(\w+)/role", self._roles),
            ("GET", rf"{api}/project/(\w+)/role/(\d+)", self._role),
            ("GET", f"{api}/user", self._user),
            ("GET", f"{api}/group/member", self._members),
            ("GET", rf"{api}/issue/([\w-]+)", self._issue),
            ("GET", rf"{api}/issue/([\w-]+)/comment", self._comments),
            ("GET", f"{agile}/board", lambda request, found: self._paged(request, list(self.jira.boards.values()))),
            ("GET", rf"{agile}/board/(\d+)/project", self._board_projects),
            ("GET", rf"{agile}/board/(\d+)/sprint", self._board_sprints),
            ("GET", rf"{agile}/sprint/(\d+)", self._sprint),
        ]
        if not self.jira.cloud:
            return [
                ("GET", f"{api}/user/search", self._users),
                ("GET", f"{api}/search", self._search_by_number),
                *both,
            ]
        return [
            ("GET", f"{api}/project/search", lambda request, found: self._paged(request, self._projects())),
            ("GET", f"{api}/users/search", self._users),
            ("POST", f"{api}/search/jql", self._search_by_token),
            ("GET", f"{api}/search/jql", self._search_by_token),
            ("POST", f"{api}/search/approximate-count", self._count),
            ("POST", f"{api}/changelog/bulkfetch", self._changes),
            ("GET", f"{api}/issuesecurityschemes/level/member", self._level_members),
            *both,
        ]

    # who and what there is

    def _server(self, request: Request, found: re.Match[str]) -> Response:
        kind = "Cloud" if self.jira.cloud else "Server"
        return Response.of(
            {"baseUrl": self.url, "version": "9.12.0", "versionNumbers": [9, 12, 0], "deploymentType": kind}
        )

    def _field(self, request: Request, found: re.Match[str]) -> Response:
        custom = {"customfield_10020": "com.pyxis.greenhopper.jira:gh-sprint"}
        fields = [
            {"id": one, "name": one, "custom": True, "schema": {"type": "array", "custom": kind}}
            for one, kind in custom.items()
        ]
        return Response.of([{"id": "summary", "name": "Summary", "custom": False}, *fields])

    def _projects(self) -> list[Any]:
        return [self.jira.project(one) for one in self.jira.projects]

    def _project_id(self, name: str) -> str | None:
        return next((one["id"] for one in self.jira.projects.values() if name in (one["id"], one["key"])), None)

    def _one_project(self, request: Request, found: re.Match[str]) -> Response:
        project = self._project_id(found[1])
        return Response.of(self.jira.project(project)) if project else _missing("No project could be found.")

    def _scheme(self, request: Request, found: re.Match[str]) -> Response:
        project = self._project_id(found[1])
        if project is None:
            return _missing("No project could be found.")
        grants = [{"id": 1, "permission": "BROWSE_PROJECTS", "holder": one} for one in self.jira.schemes[project]]
        other = {"id": 2, "permission": "ADMINISTER", "holder": {"type": "anyone"}}
        return Response.of({"id": 10_000, "name": "Scheme", "permissions": [other, *grants]})

    def _roles(self, request: Request, found: re.Match[str]) -> Response:
        roles = self.jira.roles.get(found[1], {})
        return Response.of({f"role{one}": f"{self.url}/{self.api}/project/{found[1]}/role/{one}" for one in roles})

    def _role(self, request: Request, found: re.Match[str]) -> Response:
        actors = self.jira.roles.get(found[1], {}).get(found[2])
        if actors is None:
            return _missing("no such role")
        return Response.of({"id": int(found[2]), "name": f"role{found[2]}", "actors": actors})

    def _users(self, request: Request, found: re.Match[str]) -> Response:
        start, size = int(request.query.get("startAt", 0)), int(request.query.get("maxResults", 50))
        people = list(self.jira.people)[start : start + size]
        return Response.of([self.jira.person(one) for one in people if self.jira.people[one].kind != "hidden"])

    def _user(self, request: Request, found: re.Match[str]) -> Response:
        account = request.query.get("accountId") or request.query.get("key") or ""
        login = request.query.get("username", "")
        account = next((one for one in self.jira.people if f"login.{one.lower()}" == login), account)
        known = account in self.jira.people
        return Response.of(self.jira.person(account)) if known else _missing("no such user")

    def _members(self, request: Request, found: re.Match[str]) -> Response:
        members = self.jira.groups.get(request.query.get("groupname") or request.query.get("groupId") or "")
        if members is None:
            return _missing("no such group")
        active = [self.jira.person(one) for one in members if self.jira.people[one].active]
        return self._paged(request, active)

    def _level_members(self, request: Request, found: re.Match[str]) -> Response:
        rows = [
            {"id": f"{level}{at}", "issueSecurityLevelId": level, "issueSecuritySchemeId": "1", "holder": holder}
            for level, holders in self.jira.levels.items()
            for at, holder in enumerate(holders)
        ]
        return self._paged(request, rows)

    # issues

    def _found(self, jql: str, precise: bool) -> list[Issue] | None:
        """Issues that a query finds; ``None`` if it is none that is understood. Data Center compares seconds."""
        unit = 1 if precise else 1000

        def key(at: datetime) -> int:
            return int((at - _EPOCH).total_seconds() * 1000) // unit

        since, order = _SINCE.search(jql), _ORDER.search(jql)
        found = list(self.jira.issues.values())
        if within := _WITHIN.search(jql):
            ids = {self._project_id(one.strip(' "')) for one in within[1].split(",")}
            if None in ids:
                return None
            found = [one for one in found if one.project in ids]
        elif named := _PROJECT.search(jql):
            found = [one for one in found if self.jira.projects[one.project]["key"] == named[1].upper()]
        elif not since and precise:
            return None
        if since:
            found = [one for one in found if key(getattr(one, since[1])) >= int(since[2]) // unit]
        name = order[1] if order else "created"
        return sorted(found, key=lambda one: (key(getattr(one, name)), one.project, one.number))[: self.listed]

    def _search_by_token(self, request: Request, found: re.Match[str]) -> Response:
        """The token says behind which row to go on: an issue that leaves an earlier page moves nothing."""
        asked = request.json() or dict(request.query)
        asked["maxResults"] = int(asked.get("maxResults", 50))
        rows = self._found(asked.get("jql", ""), precise=True)
        if rows is None:
            return _refused("Unbounded JQL queries are not allowed here.")
        token = asked.get("nextPageToken")
        name = "created" if "ORDER BY created" in asked["jql"] else "updated"

        def place(issue: Issue) -> list[Any]:
            return [int((getattr(issue, name) - _EPOCH).total_seconds() * 1000), issue.project, issue.number]

        behind = json.loads(base64.urlsafe_b64decode(token)) if token else None
        rows = [one for one in rows if behind is None or place(one) > behind]
        size = min(asked["maxResults"], self.most_rows)
        if request.suffers(Fault.EMPTY_PAGE) and rows:
            return Response.of({"issues": [], "nextPageToken": _token(behind or [-1, "", 0], token), "isLast": False})
        page, last = rows[:size], len(rows) <= size
        body: dict[str, Any] = {
            "issues": [self.jira.issue(one, asked.get("fields"), most_comments=self.most_comments) for one in page]
        }
        if not last:
            body["nextPageToken"] = _token(place(page[-1]))
        if request.suffers(Fault.REPEATED_TOKEN) and token:
            body["nextPageToken"], last = token, False
        if not request.suffers(Fault.NO_LAST_MARK):
            body["isLast"] = last
        return Response.of(body)

    def _search_by_number(self, request: Request, found: re.Match[str]) -> Response:
        rows = self._found(request.query.get("jql", ""), precise=False)
        if rows is None:
            return _refused("The value does not exist for the field 'project'.")
        start, size = int(request.query.get("startAt", 0)), int(request.query.get("maxResults", 50))
        if request.suffers(Fault.REPEATED_TOKEN):
            start = max(0, start - self.most_rows)
        size = min(size, self.most_rows)
        fields = request.query["fields"].split(",") if "fields" in request.query else None
        page = [] if request.suffers(Fault.EMPTY_PAGE) else rows[start : start + size]
        issues = [self.jira.issue(one, fields) for one in page]
        for made in issues if self.scanty else ():
            made.get("fields", {}).pop("comment", None)
        if "changelog" in request.query.get("expand", "") and not self.scanty:
            for one, made in zip(page, issues, strict=True):
                changes = self.jira.changes(one)
                made["changelog"] = {"startAt": 0, "total": len(changes), "histories": changes}
        total = {} if request.suffers(Fault.NO_LAST_MARK) else {"total": len(rows)}
        return Response.of({"startAt": start, "maxResults": size, **total, "issues": issues})

    def _count(self, request: Request, found: re.Match[str]) -> Response:
        rows = self._found(request.json().get("jql", ""), precise=True)
        return _refused("bad query") if rows is None else Response.of({"count": len(rows)})

    def _changes(self, request: Request, found: re.Match[str]) -> Response:
        """Rows of all issues in one order, a few a page: an issue's changes can lie on several pages."""
        asked = request.json()
        rows = [
            (change, issue)
            for issue_id in asked["issueIdsOrKeys"]
            if (issue := self.jira.issues.get(issue_id))
            for change in self.jira.changes(issue)
        ]
        rows.sort(key=lambda row: (row[0]["created"], row[1].id))
        start = int(asked.get("nextPageToken") or 0)
        size = 0 if request.suffers(Fault.EMPTY_PAGE) else self.most_rows * 2
        logs: dict[str, list[Any]] = {}
        for change, issue in rows[start : start + size]:
            at = datetime.fromisoformat(change["created"])
            logs.setdefault(issue.id, []).append({**change, "created": int(at.timestamp() * 1000)})
        body: dict[str, Any] = {
            "issueChangeLogs": [{"issueId": one, "changeHistories": found} for one, found in logs.items()]
        }
        if start + size < len(rows):
            body["nextPageToken"] = str(start + size) if size else f"{start} "
        if request.suffers(Fault.REPEATED_TOKEN) and start:
            body["nextPageToken"] = asked["nextPageToken"]
        return Response.of(body)

    def issue_named(self, name: str) -> Issue | None:
        issues = self.jira.issues
        return issues.get(name) or next((one for one in issues.values() if self.jira.key(one) == name), None)

    def _issue(self, request: Request, found: re.Match[str]) -> Response:
        issue = self.issue_named(found[1])
        if issue is None:
            return _missing("Issue does not exist or you do not have permission to see it.")
        fields = request.query["fields"].split(",") if "fields" in request.query else None
        made = self.jira.issue(issue, fields)
        if "changelog" in request.query.get("expand", ""):
            changes = self.jira.changes(issue)
            made["changelog"] = {"startAt": 0, "total": len(changes), "histories": changes}
        return Response.of(made)

    def _comments(self, request: Request, found: re.Match[str]) -> Response:
        issue = self.issue_named(found[1])
        if issue is None:
            return _missing("Issue does not exist or you do not have permission to see it.")
        return self._paged(request, [self.jira.comment_json(one) for one in issue.comments], "comments")

    # boards

    def _board_projects(self, request: Request, found: re.Match[str]) -> Response:
        board = self.jira.boards.get(found[1])
        return self._paged(request, [self.jira.project(board["project"])]) if board else _missing("no such board")

    def _board_sprints(self, request: Request, found: re.Match[str]) -> Response:
        board = self.jira.boards[found[1]]
        if board["type"] == "kanban":
            return _refused("The board does not support sprints")
        states = request.query.get("state", "active,future,closed").split(",")
        rows = [one for one in self.jira.sprints.values() if one["state"] in states]
        return self._paged(request, rows)

    def _sprint(self, request: Request, found: re.Match[str]) -> Response:
        sprint = self.jira.sprints.get(found[1])
        return Response.of(sprint) if sprint else _missing("no such sprint")

    def _paged(self, request: Request, rows: list[Any], name: str = "values") -> Response:
        start, size = int(request.query.get("startAt", 0)), int(request.query.get("maxResults", 50))
        size = min(size, self.most_rows)
        page = [] if request.suffers(Fault.EMPTY_PAGE) else rows[start : start + size]
        last = start + size >= len(rows) and not (rows and request.suffers(Fault.EMPTY_PAGE))
        marks = {} if request.suffers(Fault.NO_LAST_MARK) else {"isLast": last}
        return Response.of({"startAt": start, "maxResults": size, "total": len(rows), **marks, name: page})


def _token(place: list[Any], unlike: str | None = None) -> str:
    """A token for going on behind a row, another one than ``unlike``."""
    text = json.dumps(place)
    made = base64.urlsafe_b64encode(text.encode()).decode()
    return made if made != unlike else base64.urlsafe_b64encode(f"{text} ".encode()).decode()


def _missing(what: str) -> Response:
    return Response.of({"errorMessages": [what], "errors": {}}, 404)


def _refused(what: str) -> Response:
    return Response.of({"errorMessages": [what], "errors": {}}, 400)


def small(*, cloud: bool) -> JiraStandIn:
    """Two projects, five people, nine issues with everything that issues have."""
    jira = Organisation(cloud=cloud)
    for account, name in (("a:ana", "Ana Silva"), ("b:bo", "Bo Lin"), ("c:chen", "陈晨"), ("d:dee", "Dee Ray")):
        jira.add_person(account.replace(":", "") if not cloud else account, name)
    jira.add_person("bot", "Automation for Jira", kind="app")
    ana, bo, chen, dee = list(jira.people)[:4]
    jira.groups = {"payments": [ana, bo], "risk": [chen]}
    role = {"type": "projectRole", "parameter": "10360", "value": "10360"}
    pay = jira.add_project("PAY", "Payments", ana, [role, {"type": "user", "parameter": dee, "value": dee}])
    group = {"displayName": "payments", "name": "payments"}
    actor = {"id": 1, "type": "atlassian-group-role-actor", "name": "payments", "actorGroup": group}
    jira.roles = {pay: {"10360": [actor, jira_user(jira, chen)]}}
    ops = jira.add_project("OPS", "Operations", chen, [{"type": "applicationRole"}])
    jira.levels = {"70": [{"type": "user", "parameter": chen, "value": chen}]}
    jira.boards["1"] = {
        "id": 1,
        "name": "PAY board",
        "type": "scrum",
        "project": pay,
        "location": {"projectId": int(pay)},
    }
    jira.boards["2"] = {"id": 2, "name": "Flow", "type": "kanban", "project": ops}
    for number, state in ((1, "closed"), (2, "active"), (3, "future")):
        times = {"startDate": "2026-04-20T01:00:00.000Z", "endDate": "2026-05-04T01:00:00.000Z"} if number < 3 else {}
        closed = {"completeDate": "2026-05-03T09:00:00.000Z"} if state == "closed" else {}
        known = {
            "id": number,
            "state": state,
            "name": f"PAY Sprint {number}",
            "goal": "Refunds work",
            "originBoardId": 1,
        }
        jira.sprints[str(number)] = {**known, **times, **closed}
    first = jira.add_issue(
        pay, "Refund fails for split payments", ana, text="Steps:\nPay, then refund.", due="2026-06-01"
    )
    jira.assign(first, ana, bo)
    jira.move(first, bo, "3")
    blocker = jira.add_issue(ops, "New certificate", chen, assignee=dee)
    jira.link(blocker, "Blocks", first, bo)
    jira.move(first, bo, "10")
    jira.comment(first, bo, "When will the certificate be there?", dee)
    jira.comment(blocker, ana, "Ours waits for this.")
    jira.comment(first, dee, "Tomorrow.")
    jira.comment(first, ana, "Thanks!", visibility={"type": "role", "value": "role10360"})
    jira.move(blocker, dee, "6", "10000")
    jira.move(first, bo, "3")
    first.sprints = ["1", "2"]
    secret = jira.add_issue(pay, "Fraud rule", chen, level="70", parent=first.id, labels=["risk"])
    jira.flag(secret, chen, on=True)
    dropped = jira.add_issue(ops, "Old cluster", dee)
    jira.move(dropped, dee, "6", "10001")
    for number in range(5):
        jira.add_issue(ops, f"Routine {number}", chen)
    first.worklogs.append({"id": jira.number(), "author": bo, "text": "Found it.", "at": jira.now})
    return JiraStandIn(jira)


def jira_user(jira: Organisation, account: str) -> dict[str, Any]:
    """A user in a role: an account id on Cloud, a name on Data Center."""
    made: dict[str, Any] = {"id": 2, "type": "atlassian-user-role-actor", "displayName": jira.people[account].name}
    return {**made, "actorUser": {"accountId": account}} if jira.cloud else {**made, "name": f"login.{account.lower()}"}
