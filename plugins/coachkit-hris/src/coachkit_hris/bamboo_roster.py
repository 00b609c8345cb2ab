"""A report of BambooHR, with its table of jobs, as a roster."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any, Literal

from coachkit.sdk import Team
from coachkit_hris.bamboo_http import FIELDS, Report
from coachkit_hris.bamboo_read import Employee, Jobs, read_employee, read_jobs
from coachkit_hris.hierarchy import check_managers
from coachkit_hris.history import Known
from coachkit_hris.keys import settled_identities
from coachkit_hris.roster import MEMBERSHIPS, PEOPLE, REPORTING_LINES, Person, Place, Roster
from coachkit_hris.scim_read import Unreadable

__all__ = ["Teams", "read_roster"]

Teams = Literal["departments", "divisions", "none"]

_NO_JOBS = Jobs(())


def read_roster(
    report: Report,
    known: Known | None,
    changed: Mapping[str, datetime],
    jobs: tuple[Mapping[str, Any], ...] | None,
    teams: Teams,
) -> Roster:
    """Who is there, where, and under whom.

    :param changed: by id, when somebody was last changed; empty, where the key may not ask.
    :param jobs: the rows of the table of jobs; ``None``, where the key may not read it.
    """
    roster = Roster(day=report.at.astimezone().date(), at=report.at)
    _tell_what_is_missing(roster, report, jobs)
    employees = _read(roster, report)
    told = {one.id: one.profile.identity for one in employees.values()}
    had = read_jobs(jobs or (), roster.day)
    for native_id, identity in settled_identities(known, roster, told).items():
        employee, at = employees[native_id], changed.get(native_id)
        roster.people[native_id] = Person(profile=replace(employee.profile, identity=identity), changed_at=at)
        mine = had.get(native_id, _NO_JOBS)
        noticed = at.astimezone().date() if at else None
        if "supervisorEId" in report.told:
            roster.managers[native_id] = _manager(employee, employees, mine, noticed)
        if teams != "none" and teams.removesuffix("s") in report.told:
            _place(roster, employee, teams.removesuffix("s"), mine, at)
    check_managers(roster)
    return roster


def _tell_what_is_missing(roster: Roster, report: Report, jobs: object) -> None:
    missing = [name for name in FIELDS if name not in report.told]
    if missing:
        roster.note(PEOPLE, "", f"the key may not read {', '.join(missing)}: what is missing stays unknown.")
    if jobs is None:
        roster.note(
            MEMBERSHIPS,
            "",
            "the key may not read the table jobInfo: moves are dated by the day on which they are seen.",
        )
    if "supervisorEId" not in report.told:
        roster.note(REPORTING_LINES, "", "without supervisorEId nobody's manager is known; those known so far stay.")


def _read(roster: Roster, report: Report) -> dict[str, Employee]:
    found: dict[str, Employee] = {}
    for at, raw in enumerate(report.employees):
        native_id = str(raw.get("id") or "").strip()
        if native_id:
            roster.present.add(native_id)
        else:
            roster.tells_leavers = False
        try:
            employee = found[native_id] = read_employee(raw)
        except Unreadable as error:
            who = native_id or f"employee {at + 1} of the report"
            roster.put_aside(PEOPLE, who, f"{who} cannot be read: {error}.")
            continue
        for part in employee.left_out:
            roster.put_aside(PEOPLE, f"{native_id} ({part.split()[0]})", f"the employee {native_id}: {part}.")
    return found


def _manager(employee: Employee, employees: Mapping[str, Employee], jobs: Jobs, noticed: date | None) -> Place | None:
    if employee.supervisor is None:
        return None
    above = employees.get(employee.supervisor)
    names = (above.profile.name, *above.profile.other_names) if above else ()
    return Place(target=employee.supervisor, since=jobs.since("manager", *names), noticed=noticed)


def _place(roster: Roster, employee: Employee, kind: str, jobs: Jobs, at: datetime | None) -> None:
    name: str | None = getattr(employee, kind)
    if name is None:
        roster.places[employee.id] = ()
        return
    noticed = at.astimezone().date() if at else None
    roster.places[employee.id] = (Place(target=name, since=jobs.since(kind, name), noticed=noticed),)
    roster.teams[name] = Team(key=name, name=name)
    if at is not None:
        roster.teams_changed[name] = min(roster.teams_changed.get(name, at), at)
