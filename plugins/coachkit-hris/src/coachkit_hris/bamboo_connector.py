"""``hris-bamboohr``: people, teams and reporting lines from BambooHR."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import ClassVar
from urllib.parse import urlsplit

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
from coachkit_hris.bamboo_http import BambooService, Changes, Report
from coachkit_hris.bamboo_roster import Teams, read_roster
from coachkit_hris.history import History, Known
from coachkit_hris.roster import MEMBERSHIPS, PEOPLE, REPORTING_LINES, Roster
from coachkit_hris.streams import STREAMS, findings_of

__all__ = ["HrisBamboo", "HrisBambooConfig"]

_CANNOT_TELL = {
    MEMBERSHIPS: (
        "Teams before the first sync: the table of jobs tells since when people are where they are, not more.",
        "首次同步之前的团队：现在的归属自何时起，可从任职表读出；更早在哪里则没有记录。",
    ),
    REPORTING_LINES: (
        "Managers before the first sync: the table of jobs tells since when people report as they do, not more.",
        "首次同步之前的上级：现在的汇报关系自何时起，可从任职表读出；更早向谁汇报则没有记录。",
    ),
}
_SCOPES = {PEOPLE: ("report", "employee:name", "employee:job")}


class HrisBambooConfig(Configuration):
    base_url: str = Field(
        description="Where /v1 lies: https://COMPANY.bamboohr.com/api; the path may be left out. http only on loopback."
    )
    key: SecretRef = Field(description="Where the API key lies: env:NAME, file:/path or keyring:service/name.")
    teams: Teams = Field("departments", description="What is a team: the departments, the divisions, or neither.")

    @field_validator("base_url")
    @classmethod
    def _safe(cls, value: str) -> str:
        url = checked_url(value)
        return url if urlsplit(url).path.strip("/") else f"{url.rstrip('/')}/api"


class HrisBamboo(Connector):
    """People from BambooHR, also those who left; their departments or divisions as teams.

    BambooHR knows today, and since when: moves are dated by its table of jobs where the key may read that, otherwise by
    the day on which somebody was last changed, at the latest by the day of the sync that saw it. A sync first asks what
    changed, and reads everybody anew only if something did, or once a day: what was entered ahead comes into force
    without a change.
    """

    name = "hris-bamboohr"
    title = ("HR (BambooHR)", "人事系统（BambooHR）")
    streams = tuple(
        replace(
            stream,
            cannot_tell=_CANNOT_TELL.get(stream.name, stream.cannot_tell),
            scopes=_SCOPES.get(stream.name, ("report", "employee:job")),
        )
        for stream in STREAMS
    )
    Config: ClassVar[type[Configuration]] = HrisBambooConfig
    capabilities = frozenset({Capability.BACKFILL, Capability.POLL, Capability.SWEEP})

    config: HrisBambooConfig

    def __init__(self, connection: str, config: Configuration) -> None:
        super().__init__(connection, config)
        self._history: History | None = None
        self._opened: BambooService | None = None

    @property
    def _service(self) -> BambooService:
        if self._opened is None:
            self._opened = BambooService(self.connection, self.config.base_url, self.config.key)
        return self._opened

    def check(self) -> CheckReport:
        """Reads everybody, and says what the key may not read."""
        try:
            report = self._readable(self._service.report())
            roster = read_roster(report, None, {}, self._service.jobs(), self.config.teams)
            asks = self._service.changes() is not None
        except SourceError as error:
            return CheckReport(ok=False, findings=(str(error),))
        found = findings_of(roster)
        often = "" if asks else "The key may not ask what changed: everybody is read each time."
        return CheckReport(ok=found.ok, findings=tuple(filter(None, (*found.findings, often))))

    def pull(self, cursors: Mapping[str, Cursor]) -> Iterator[Item]:
        known = Known.read(cursors.get(PEOPLE), connection=self.connection)
        yield Progress(stream=PEOPLE, done=0)
        changes = self._service.changes(known.mark if known else "")
        if known is not None and changes is not None and self._is_as_before(known, changes):
            yield Checkpoint(stream=PEOPLE, cursor=known.cursor())
            return
        roster, dated = self._read(known)
        history = History(known, roster, allow_removals=self.allow_removals)
        yield from history.items()
        aside = [problem for problem in roster.problems if problem.aside]
        for problem in aside:
            yield problem.failure()
        whole = dated and not aside and not history.withheld
        mark = changes.mark if changes is not None and whole else ""  # otherwise everybody is read again next time
        yield Checkpoint(stream=PEOPLE, cursor=history.known(mark).cursor())
        yield Progress(stream=PEOPLE, done=len(roster.present), total=len(roster.present))
        self._history = history

    def sweep(self, stream: str) -> Iterator[str] | None:
        return self._history.present(stream) if self._history else None

    def close(self) -> None:
        if self._opened is not None:
            self._opened.close()

    def _is_as_before(self, known: Known, changes: Changes) -> bool:
        """Nothing was changed since, it is still the same day, and nobody waits to be taken as having left."""
        today = changes.at.astimezone().date()
        return bool(known.mark) and changes.mark == known.mark and today <= known.day and not self.allow_removals

    def _read(self, known: Known | None) -> tuple[Roster, bool]:
        """Everybody, and whether the table of jobs was read; when somebody was changed is asked last, so that it tells
        of nobody less than the report does."""
        report = self._readable(self._service.report())
        jobs = self._service.jobs()
        changes = self._service.changes(known.mark if known else "")
        changed = changes.by_id if changes is not None else {}
        return read_roster(report, known, changed, jobs, self.config.teams), jobs is not None

    def _readable(self, report: Report) -> Report:
        if report.employees and "status" not in report.told:
            raise PayloadRejected(
                "the report does not say who has left: the key may not read the field status.",
                subject=self.connection,
                hint="Give the key's user an access level that sees status; leavers would look as if they worked here.",
            )
        return report
