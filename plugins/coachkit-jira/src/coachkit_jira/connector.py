"""The connector: what of Jira is read, how it is checked, and what a delivery or a recorded line means."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any, ClassVar, Self

from coachkit.sdk import (
    Capability,
    CheckReport,
    Configuration,
    Connector,
    Cursor,
    Delivery,
    Event,
    Failure,
    Item,
    Reply,
    SecretRef,
    SourceError,
)
from coachkit_jira.config import JiraConfig
from coachkit_jira.issues import ISSUES
from coachkit_jira.models import Project, User
from coachkit_jira.plans import read_project
from coachkit_jira.pulling import Pull
from coachkit_jira.recorded import UNKNOWN, Recorded
from coachkit_jira.rest import told
from coachkit_jira.session import Session
from coachkit_jira.streams import STREAMS
from coachkit_jira.webhooks import Handler, verify

__all__ = ["Jira"]

PROJECTS_CHECKED = 20
"""Permission schemes that a check reads; a sync reads all."""

_ISSUE = re.compile(r"\d{1,18}")


class Jira(Connector):
    """Issues with their history, comments, sprints, projects and accounts, from Cloud or Data Center."""

    name = "jira"
    title = ("Jira", "Jira")
    streams = STREAMS
    Config: ClassVar[type[Configuration]] = JiraConfig
    capabilities = frozenset(
        {Capability.BACKFILL, Capability.POLL, Capability.SWEEP, Capability.WEBHOOK, Capability.ACCESS}
    )

    config: JiraConfig

    def __init__(self, connection: str, config: Configuration) -> None:
        super().__init__(connection, config)
        self._session = Session(connection, self.config)
        self._pull: Pull | None = None

    @classmethod
    def for_recordings(cls) -> Self:
        return cls("recorded", JiraConfig(base_url=UNKNOWN, token=SecretRef("env:NOT_NEEDED_FOR_RECORDINGS")))

    def check(self) -> CheckReport:
        """Signs in, lists projects, and reads who may browse the first of them."""
        try:
            self._session.rest.myself()
            projects = {one.id: one for one in self._projects()}
            findings = [*self._missing(projects), *self._directory(), *self._access(projects), *self._boards()]
        except SourceError as error:
            return CheckReport(ok=False, findings=(str(error),))
        kind = "Cloud" if self._session.rest.cloud else "Data Center"
        return CheckReport(ok=bool(projects), findings=(f"Jira {kind}: {len(projects)} projects.", *findings))

    def pull(self, cursors: Mapping[str, Cursor]) -> Iterator[Item]:
        self._pull = Pull(self._session, cursors)
        yield from self._pull.items()

    def refetch(self, failures: Iterable[Failure]) -> Iterator[Item]:
        """Issues are read anew; the rest is read again with what it hangs on."""
        for failure in failures:
            if failure.stream == ISSUES and _ISSUE.fullmatch(failure.native_id):
                yield from self._handler.again(failure.native_id)

    def sweep(self, stream: str) -> Iterator[str] | None:
        return self._pull.swept(stream) if self._pull and stream in self._pull.sweeps else None

    def verify(self, delivery: Delivery) -> Event | Reply:
        return verify(self.config, self.connection, delivery)

    def handle(self, event: Event) -> Iterator[Item]:
        yield from self._handler.items(event)

    def recorded(self, line: Mapping[str, Any], stream: str | None) -> Iterator[Item]:
        yield from self._recorded.items(line, stream)

    def close(self) -> None:
        self._session.close()

    @cached_property
    def _handler(self) -> Handler:
        return Handler(self._session)

    @cached_property
    def _recorded(self) -> Recorded:
        return Recorded(Session(self.connection, self.config, online=False).issues)

    def _projects(self) -> Iterator[Project]:
        for raw in self._session.rest.projects():
            project = read_project(raw)
            if isinstance(project, Project) and (not self.config.projects or project.key in self.config.projects):
                yield project

    def _missing(self, projects: Mapping[str, Project]) -> Iterator[str]:
        there = {project.key for project in projects.values()}
        for key in self.config.projects:
            if key not in there:
                yield f"There is no project {key}, or the account may not browse it."
        if not projects and not self.config.projects:
            yield "The account may browse no project: add it to a role or group that may."

    def _directory(self) -> Iterator[str]:
        try:
            for raw in self._session.rest.users():
                self._session.everyone.add(User.model_validate(raw))
            self._session.everyone.finish()
        except SourceError as error:
            if not told(error):
                raise
            yield "The directory cannot be read: give the account the permission to browse users and groups."

    def _access(self, projects: Mapping[str, Project]) -> Iterator[str]:
        access = self._session.access
        for project in list(projects.values())[:PROJECTS_CHECKED]:
            if project.key not in self.config.open_projects and "*" not in self.config.open_projects:
                access.may_browse(project)
        yield from access.findings

    def _boards(self) -> Iterator[str]:
        try:
            next(iter(self._session.rest.boards()), None)
        except SourceError as error:
            if not told(error):
                raise
            yield "Boards cannot be read, so there are no sprints: this Jira has no Jira Software, or hides it."
