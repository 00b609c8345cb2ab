"""Recorded answers and deliveries, taken at their word: nothing is asked of Jira."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from coachkit.sdk import Failure, Interaction, Item, PayloadRejected, Tombstone, Upsert
from coachkit_jira.issues import COMMENTS, ISSUES, WORKLOGS, Issues
from coachkit_jira.models import Fields, Issue, Status, User
from coachkit_jira.people import ACCOUNTS
from coachkit_jira.plans import (
    PROJECTS,
    SPRINTS,
    project_record,
    read_project,
    read_sprint,
    sprint_record,
)

__all__ = ["UNKNOWN", "Recorded"]

UNKNOWN = "https://jira.invalid"
"""Where a Jira lies of which there are recordings only; the lines tell where it lay."""

_PLACES: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), what)
    for pattern, what in (
        (r"/changelog(/list|/bulkfetch)?$", "changelog"),
        (r"/(search|search/jql|issue|issue/[^/]+|issue/bulkfetch)$", ISSUES),
        (r"/board/[^/]+/(issue|backlog)$|/sprint/[^/]+/issue$|/epic/[^/]+/issue$", ISSUES),
        (r"/comment(/[^/]+)?$|/comment/list$", COMMENTS),
        (r"/worklog(/[^/]+)?$|/worklog/list$", WORKLOGS),
        (r"/(project|project/search|project/[^/]+)$", PROJECTS),
        (r"/(user|users|users/search|user/search|user/bulk|myself|group/member)$", ACCOUNTS),
        (r"/sprint(/[^/]+)?$", SPRINTS),
        (r"/status$|/statuses(/search)?$", "statuses"),
        (r"/issuetype(/[^/]+)?$", "issue types"),
        (r"/field$|/field/search$", "fields"),
        (r"/board(/[^/]+)?$", "boards"),
    )
)
_HOST = re.compile(r"(https?://[^/?#]+)/rest/")
_ON_ISSUE = re.compile(r"/issue/([^/?]+)/comment")
_KEY = re.compile(r"[A-Z][A-Z0-9_]*-\d+")
_LISTS = ("issues", "values", "comments", "worklogs", "histories", "users")

_NO_RECORDS = {
    "changelog": "changes are part of their issue's record, and come with it",
    "statuses": "states are no records of their own; they say what an issue's state means",
    "issue types": "types of issues are no records of their own",
    "fields": "fields are no records of their own",
    "boards": "boards are no records of their own; their sprints are",
}

_TAKEN = {
    "jira:issue_created": ISSUES,
    "jira:issue_updated": ISSUES,
    "comment_created": COMMENTS,
    "comment_updated": COMMENTS,
    "worklog_created": WORKLOGS,
    "worklog_updated": WORKLOGS,
    "project_created": PROJECTS,
    "project_updated": PROJECTS,
    "user_created": ACCOUNTS,
    "user_updated": ACCOUNTS,
    "sprint_created": SPRINTS,
    "sprint_updated": SPRINTS,
    "sprint_started": SPRINTS,
    "sprint_closed": SPRINTS,
}
_GONE = {
    "jira:issue_deleted": (ISSUES, "issue"),
    "comment_deleted": (COMMENTS, "comment"),
    "worklog_deleted": (WORKLOGS, "worklog"),
    "project_deleted": (PROJECTS, "project"),
    "sprint_deleted": (SPRINTS, "sprint"),
}


class Recorded:
    """Reads lines of a recorded file.

    :ivar issues: what turns issues into records.
    """

    def __init__(self, issues: Issues) -> None:
        self.issues = issues
        self._readers: dict[str, Callable[[Any], Iterator[Item]]] = {
            ISSUES: self._issue,
            PROJECTS: self._project,
            ACCOUNTS: self._account,
            SPRINTS: self._sprint,
        }

    def items(self, line: Mapping[str, Any], stream: str | None) -> Iterator[Item]:
        """The records of a line.

        :raises PayloadRejected: if it holds none, with the reason.
        """
        self._learn_where(line)
        if "event" in line:
            yield from self._event(line)
            return
        if "data" not in line:
            raise PayloadRejected("it is neither a delivery (event, payload) nor an answer (url, data).")
        what = _kind(str(line.get("url") or "")) or stream
        if what is None:
            raise PayloadRejected("its address is none of Jira's that is read here.")
        for one in _parts(line["data"]):
            yield from self._comment(one, str(line.get("url"))) if what == COMMENTS else self._one(what, one)
        yield from self.issues.people.seen()

    def _learn_where(self, line: Mapping[str, Any]) -> None:
        """The address of Jira, from that of an answer or of a part of a delivery."""
        if self.issues.config.base_url != UNKNOWN:
            return
        payload = line.get("payload")
        parts = payload.values() if isinstance(payload, Mapping) else ()
        for place in (line.get("url"), *(part.get("self") for part in parts if isinstance(part, Mapping))):
            found = _HOST.match(place) if isinstance(place, str) else None
            if found is not None:
                self.issues.web = found[1]
                return

    def _one(self, what: str, raw: Any) -> Iterator[Item]:
        if what == "statuses" and isinstance(raw, Mapping):
            self.issues.states.learn(Status.model_validate(raw))
        if what == WORKLOGS:
            raise PayloadRejected("work logged is read with its issue, where worklogs=true says so.")
        reader = self._readers.get(what)
        if reader is None:
            raise PayloadRejected(f"{_NO_RECORDS.get(what, 'it is of no stream')}.")
        yield from reader(raw)

    def _comment(self, raw: Any, url: str) -> Iterator[Item]:
        """A comment without its issue: who said what, when. Nobody knows who may read it, so nobody may."""
        found = _ON_ISSUE.search(url)
        place = found[1] if found else "?"
        issue = Issue(id=place, key=place, fields=Fields())
        for item in self.issues.items(issue, None, [raw], only=COMMENTS):
            if isinstance(item, Upsert) and isinstance(item.record, Interaction) and not _KEY.fullmatch(place):
                item = replace(item, record=replace(item.record, item=None), url=None)  # a number is no name
            yield item

    def _event(self, line: Mapping[str, Any]) -> Iterator[Item]:
        payload = line.get("payload")
        if not isinstance(payload, Mapping):
            raise PayloadRejected("the delivery has no payload.")
        name = str(payload.get("webhookEvent") or line["event"])
        if name in _GONE:
            gone, part = _GONE[name]
            yield Tombstone(stream=gone, native_id=_id(payload.get(part)))
            return
        if name.startswith("issuelink_"):
            raise PayloadRejected("a link is part of two issues' records; only reading them anew tells it.")
        what = _TAKEN.get(name)
        if what is None:
            raise PayloadRejected(f"the event {name[:80]!r} is of no stream.")
        if what in (COMMENTS, WORKLOGS):
            yield from self._remark(what, payload)
        else:
            part = {ISSUES: "issue", PROJECTS: "project", ACCOUNTS: "user", SPRINTS: "sprint"}[what]
            yield from self._one(what, payload.get(part))
        yield from self.issues.people.seen()

    def _issue(self, raw: Any) -> Iterator[Item]:
        read = self.issues.read(raw)
        if isinstance(read, Failure):
            yield read
            return
        changelog, comment, worklog = read.changelog, read.fields.comment, read.fields.worklog
        changes = changelog.histories if changelog else None
        yield from self.issues.items(
            read, changes, comment.comments if comment else (), worklog.worklogs if worklog else ()
        )

    def _remark(self, what: str, payload: Mapping[str, Any]) -> Iterator[Item]:
        """A comment or worklog; the delivery names its issue, with few of its fields."""
        part = "comment" if what == COMMENTS else "worklog"
        if what == WORKLOGS and not self.issues.config.worklogs:
            raise PayloadRejected("work logged is not read; worklogs=true would.")
        issue = payload.get("issue")
        if not isinstance(issue, Mapping):
            raise PayloadRejected(f"the {part} does not hold its issue; which it is, only reading it anew tells.")
        read = self.issues.read(issue)
        if isinstance(read, Failure):
            at = payload.get("timestamp")
            read = self.issues.read({**issue, "fields": {"updated": at, **_fields(issue)}})
        if not isinstance(read, Issue):
            raise PayloadRejected(f"the issue of the {part} cannot be read: {read.reason}.")
        comments, worklogs = ([payload.get(part)], []) if what == COMMENTS else ([], [payload.get(part)])
        yield from self.issues.items(read, None, comments, worklogs, only=what)

    def _project(self, raw: Any) -> Iterator[Item]:
        project = read_project(raw)
        if isinstance(project, Failure):
            yield project
        else:
            self.issues.people.key(project.lead)
            yield project_record(project, self.issues.audiences, self.issues.web)

    def _account(self, raw: Any) -> Iterator[Item]:
        user = User.model_validate(raw) if isinstance(raw, Mapping) else User()
        native = self.issues.people.native_id(user)
        if native is None:
            raise PayloadRejected("the user has no id.")
        yield self.issues.people.account(native, user)

    def _sprint(self, raw: Any) -> Iterator[Item]:
        sprint = read_sprint(raw)
        if isinstance(sprint, Failure):
            yield sprint
        else:
            yield sprint_record(sprint, self.issues.audiences.of_project(None), self.issues.web)


def _kind(url: str) -> str | None:
    path = url.partition("?")[0].rstrip("/")
    return next((what for pattern, what in _PLACES if pattern.search(path)), None)


def _parts(data: Any) -> Iterator[Any]:
    """The records of an answer: itself, those of a list, or those of a page."""
    if isinstance(data, list):
        yield from data
    elif isinstance(data, Mapping):
        lists = [data[name] for name in _LISTS if isinstance(data.get(name), list) and "id" not in data]
        yield from lists[0] if lists else [data]
    else:
        raise PayloadRejected("its data is neither an object nor a list.")


def _fields(issue: Mapping[str, Any]) -> Mapping[str, Any]:
    fields = issue.get("fields")
    return fields if isinstance(fields, Mapping) else {}


def _id(part: Any) -> str:
    value = part.get("id") if isinstance(part, Mapping) else None
    if not isinstance(value, str | int) or not str(value).strip():
        raise PayloadRejected("the delivery does not say what was deleted.")
    return str(value)
