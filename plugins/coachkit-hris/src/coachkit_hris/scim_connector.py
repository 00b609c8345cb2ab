"""``hris-scim``: people, teams and reporting lines from a SCIM 2.0 service."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from fnmatch import fnmatchcase
from typing import Any, ClassVar, Literal

from pydantic import Field, field_validator

from coachkit.sdk import (
    Capability,
    Checkpoint,
    CheckReport,
    Configuration,
    Connector,
    Cursor,
    Item,
    PayloadRejected,
    Progress,
    SecretRef,
    SourceError,
    checked_url,
)
from coachkit_hris.history import History, Known
from coachkit_hris.roster import PEOPLE
from coachkit_hris.scim_http import ScimService
from coachkit_hris.scim_roster import ScimRoster
from coachkit_hris.streams import STREAMS, findings_of

__all__ = ["HrisScim", "HrisScimConfig"]

OVERLAP = timedelta(minutes=5)
"""Clocks of a service's machines differ; what changed shortly before the mark is read again."""


class HrisScimConfig(Configuration):
    base_url: str = Field(description="Where /Users lies: https://host/scim/v2. http only on loopback.")
    token: SecretRef = Field(description="Where the bearer token lies: env:NAME, file:/path or keyring:service/name.")
    page_size: int = Field(100, ge=1, le=1000, description="How many to ask for at once; the service may give fewer.")
    teams: Literal["groups", "departments", "none"] = Field(
        "groups", description="What is a team: groups, the departments of users, or neither."
    )
    groups: tuple[str, ...] = Field(
        ("*",),
        description="Which groups are teams, by display name with * and ?. Others may be access lists and the like.",
    )
    changed_only: bool = Field(
        True, description="Read only users changed since last time, where the service can filter by that."
    )

    @field_validator("base_url")
    @classmethod
    def _safe(cls, value: str) -> str:
        return checked_url(value)

    @field_validator("groups", mode="before")
    @classmethod
    def _one_or_many(cls, value: Any) -> Any:
        return (value,) if isinstance(value, str) else value


class HrisScim(Connector):
    """People from a SCIM 2.0 service: users with the enterprise extension, groups as teams.

    A service knows today. Moves are dated by when the service last changed the user or group, at the latest by the day
    of the sync that saw them.
    """

    name = "hris-scim"
    title = ("HR or identity service (SCIM 2.0)", "人事或身份系统（SCIM 2.0）")
    streams = STREAMS
    Config: ClassVar[type[Configuration]] = HrisScimConfig
    capabilities = frozenset({Capability.BACKFILL, Capability.POLL, Capability.SWEEP})

    config: HrisScimConfig

    def __init__(self, connection: str, config: Configuration) -> None:
        super().__init__(connection, config)
        self._history: History | None = None
        self._opened: ScimService | None = None

    @property
    def _service(self) -> ScimService:
        if self._opened is None:
            config = self.config
            self._opened = ScimService(self.connection, config.base_url, config.token, page_size=config.page_size)
        return self._opened

    def check(self) -> CheckReport:
        """Reads the first page of users and of groups."""
        try:
            users = self._service.page("Users")
            read = ScimRoster(None, users.at)
            read.take_users(users.resources)
            if self.config.teams == "groups":
                read.take_groups(self._service.page("Groups").resources, self._is_team)
            read.finish(departments=self.config.teams == "departments", whole=False)
        except SourceError as error:
            return CheckReport(ok=False, findings=(str(error),))
        report = findings_of(read.roster)
        size = f"The service has {users.total} users; of the first {len(users.resources)}:"
        filters = "by filter" if self._can_filter() else "not by filter: everybody is read each time"
        return CheckReport(ok=report.ok, findings=(size, *report.findings, f"What changed can be asked for {filters}."))

    def pull(self, cursors: Mapping[str, Cursor]) -> Iterator[Item]:
        known = Known.read(cursors.get(PEOPLE), connection=self.connection)
        yield Progress(stream=PEOPLE, done=0)
        read = ScimRoster(known, datetime.now(UTC))
        yield from self._read_users(read, known)
        self._read_groups(read)
        read.finish(departments=self.config.teams == "departments", whole=True)
        roster = read.roster
        history = History(known, roster, allow_removals=self.allow_removals)
        yield from history.items()
        aside = [problem for problem in roster.problems if problem.aside]
        for problem in aside:
            yield problem.failure()
        mark = "" if aside else read.newest  # what was put aside is read again until it is repaired
        yield Checkpoint(stream=PEOPLE, cursor=history.known(mark).cursor())
        yield Progress(stream=PEOPLE, done=len(roster.present), total=len(roster.present))
        self._history = history

    def sweep(self, stream: str) -> Iterator[str] | None:
        return self._history.present(stream) if self._history else None

    def close(self) -> None:
        if self._opened is not None:
            self._opened.close()

    def _is_team(self, name: str) -> bool:
        return any(fnmatchcase(name, pattern) for pattern in self.config.groups)

    def _can_filter(self) -> bool:
        said = {str(key).lower(): value for key, value in self._service.configuration().items()}.get("filter")
        return isinstance(said, dict) and said.get("supported") is True

    def _read_users(self, read: ScimRoster, known: Known | None) -> Iterator[Progress]:
        """Everybody; or the ids of everybody, and in full those who changed."""
        if known is not None and known.mark and self.config.changed_only and self._can_filter():
            since = (datetime.fromisoformat(known.mark) - OVERLAP).isoformat().replace("+00:00", "Z")
            try:
                for page in self._service.pages("Users", filter=f'meta.lastModified ge "{since}"'):
                    read.take_users(page.resources)
                for page in self._service.pages("Users", attributes="id"):
                    read.take_ids(page)
                    yield Progress(stream=PEOPLE, done=len(read.roster.present), total=page.total)
                return
            except PayloadRejected:  # it advertises filters, and does not take this one
                read.forget()
        for page in self._service.pages("Users"):
            read.take_ids(page)
            read.take_users(page.resources)
            yield Progress(stream=PEOPLE, done=len(read.roster.present), total=page.total)

    def _read_groups(self, read: ScimRoster) -> None:
        if self.config.teams == "groups":
            try:
                for page in self._service.pages("Groups"):
                    read.take_groups(page.resources, self._is_team)
            except PayloadRejected as error:
                error.hint = "If this service has no groups, set teams=departments or teams=none."
                raise
