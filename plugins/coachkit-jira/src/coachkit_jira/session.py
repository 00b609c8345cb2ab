"""Everything that reads one Jira, made when it is first needed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

from coachkit.sdk import Failure, Item, NotThere, SourceError
from coachkit_jira.access import Access, Everyone
from coachkit_jira.audiences import Audiences
from coachkit_jira.config import JiraConfig
from coachkit_jira.issues import COMMENTS, Issues
from coachkit_jira.models import Change, Issue, Status, User
from coachkit_jira.people import People
from coachkit_jira.rest import Rest, told
from coachkit_jira.states import States

__all__ = ["Session"]

_FIELDS = (
    *("summary", "description", "status", "resolution", "resolutiondate", "created", "updated", "duedate"),
    *("issuetype", "project", "reporter", "creator", "assignee", "parent", "labels", "components", "issuelinks"),
    *("security", "comment"),
)
_SPRINT = "com.pyxis.greenhopper.jira:gh-sprint"
_EPIC = "com.pyxis.greenhopper.jira:gh-epic-link"


class Session:
    """One connection for one sync or one event.

    :ivar rest: answers questions; ``issues`` makes records of the answers.
    """

    def __init__(self, connection: str, config: JiraConfig, *, online: bool = True) -> None:
        self.connection = connection
        self.config = config
        self._online = online
        self._opened: Rest | None = None

    def close(self) -> None:
        if self._opened is not None:
            self._opened.close()

    @property
    def rest(self) -> Rest:
        if self._opened is None:
            self._opened = Rest(self.connection, self.config)
        return self._opened

    @cached_property
    def people(self) -> People:
        people = People(self.config.account_system or self._system())
        if self._online and not self.rest.cloud:
            people.ask = self._named
        return people

    @cached_property
    def everyone(self) -> Everyone:
        return Everyone(self.people)

    @cached_property
    def audiences(self) -> Audiences:
        return Audiences(self.connection, self.config.open_projects)

    @cached_property
    def access(self) -> Access:
        return Access(self.rest, self.audiences, self.everyone)

    @cached_property
    def issues(self) -> Issues:
        states = States(self.config.states, self.config.dropped_resolutions)
        for raw in self.rest.statuses() if self._online else ():
            states.learn(Status.model_validate(raw))
        return Issues(
            config=self.config,
            people=self.people,
            states=states,
            audiences=self.audiences,
            web=self.config.web.rstrip("/") or self.config.base_url,
            epic_field=self.config.epic_field or (self._custom.get(_EPIC, "") if self._online else ""),
        )

    @cached_property
    def fields(self) -> list[str]:
        """Names of the fields to ask for."""
        wanted = [*_FIELDS, *(["worklog"] if self.config.worklogs else [])]
        own = [self._custom.get(_SPRINT), self.config.epic_field or self._custom.get(_EPIC), self.config.goal_field]
        return [*wanted, *(name for name in own if name)]

    def records(self, raws: Sequence[Any]) -> Iterator[Item]:
        """All records of issues as Jira gave them; what is missing of them is asked for."""
        read = [self.issues.read(raw) for raw in raws]
        found = [one for one in read if isinstance(one, Issue)]
        changes = self.rest.changes([issue.id for issue in found]) if self.rest.cloud else {}
        for one in read:
            if isinstance(one, Failure):
                yield one
            else:
                yield from self._of_issue(one, changes.get(one.id))

    def _of_issue(self, issue: Issue, raw_changes: list[Any] | None) -> Iterator[Item]:
        if raw_changes is not None:
            history = [Change.model_validate(raw) for raw in raw_changes if isinstance(raw, Mapping)]
        else:
            history = self._history(issue)
        comments = self.comments(issue) if COMMENTS in self.config.streams else []
        worklogs = self._worklogs(issue) if self.config.worklogs else []
        yield from self.issues.items(issue, history, comments, worklogs)

    def comments(self, issue: Issue) -> list[Any]:
        """All comments of an issue, raw."""
        page = issue.fields.comment
        return self._all(issue, "comment", page.comments if page else None, page.total if page else None)

    def _worklogs(self, issue: Issue) -> list[Any]:
        page = issue.fields.worklog
        return self._all(issue, "worklog", page.worklogs if page else None, page.total if page else None)

    def _history(self, issue: Issue) -> list[Change]:
        """The changes that came with an issue; asked for, if they did not come or not all of them."""
        given = issue.changelog
        if given is None or (given.total or 0) > len(given.histories):
            with suppress(NotThere):  # deleted in this moment: the next sweep tells
                again = self.issues.read(self.rest.issue(issue.key, ["created", "updated"]))
                given = again.changelog if isinstance(again, Issue) else given
        return given.histories if given else []

    def _all(self, issue: Issue, what: str, given: list[Any] | None, total: int | None) -> list[Any]:
        """An issue comes with the first few of its comments; or, from some that stand for Jira, with none."""
        if given is None or (total is not None and total > len(given)):
            with suppress(NotThere):  # deleted in this moment: the next sweep tells
                return self.rest.remarks(issue.key, what)
        return given or []

    @cached_property
    def _custom(self) -> dict[str, str]:
        """Ids of custom fields by what they are."""
        found: dict[str, str] = {}
        for raw in self.rest.fields():
            schema = raw.get("schema")
            kind = schema.get("custom") if isinstance(schema, Mapping) else None
            if isinstance(kind, str) and isinstance(raw.get("id"), str):
                found.setdefault(kind, raw["id"])
        return found

    def _named(self, name: str) -> User | None:
        """Who has a user name; nobody, if it was changed or removed."""
        try:
            return User.model_validate(self.rest.get("user", username=name))
        except SourceError as error:
            if not told(error):
                raise
            return None

    def _system(self) -> str:
        """Cloud accounts are the same everywhere; those of a Data Center are its own."""
        host = urlsplit(self.config.base_url).hostname or "jira"
        if self.config.deployment == "auto":
            cloud = self.rest.cloud if self._online else not self.config.user
        else:
            cloud = self.config.deployment == "cloud"
        return "jira" if cloud else host
