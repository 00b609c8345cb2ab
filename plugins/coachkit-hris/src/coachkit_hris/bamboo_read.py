"""Rows of BambooHR as employees and jobs, read generously: empty dates in each notation, unknown parts ignored."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from coachkit.sdk import PersonProfile, identity_key
from coachkit_hris.csv_values import parse_day
from coachkit_hris.scim_read import Unreadable

__all__ = ["Employee", "Job", "Jobs", "read_employee", "read_jobs"]

_EMAIL = re.compile(r"[^\s@,;|<>]+@[^\s@,;|<>]+")
_CJK = re.compile(r"[\u4e00-\u9fff]")
_NEVER = "0000-00-00"


@dataclass(frozen=True, slots=True, kw_only=True)
class Employee:
    """An employee. :ivar supervisor: id of whom they report to; :ivar left_out: parts that could not be read."""

    id: str
    profile: PersonProfile
    supervisor: str | None
    department: str | None
    division: str | None
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A row of the table of jobs: from ``day`` on. :ivar manager: by name, as the table has it."""

    day: date
    department: str | None
    division: str | None
    manager: str | None


class Jobs:
    """The jobs that somebody has had, in the order of time; those that begin later than the given day are left out."""

    def __init__(self, jobs: Iterable[Job]) -> None:
        self._jobs = list(jobs)

    def since(self, part: str, *values: str) -> date | None:
        """The day since which ``department``, ``division`` or ``manager`` has been one of ``values`` without a break.

        ``None``, if the last job says something else: the table and the employee do not agree.
        """
        wanted = {_key(value) for value in values}
        found = None
        for job in reversed(self._jobs):
            if _key(getattr(job, part) or "") not in wanted:
                break
            found = job.day
        return found


def read_employee(raw: Mapping[str, Any]) -> Employee:
    """An employee.

    :raises Unreadable: if it has no id, or no name of any kind.
    """
    native_id = _text(raw, "id")
    if native_id is None:
        raise Unreadable("it has no id")
    names = _names(raw)
    if not names:
        raise Unreadable("it has no name")
    left_out: list[str] = []
    address = _text(raw, "workEmail")
    if address is not None and not _EMAIL.fullmatch(address):
        left_out.append(f"workEmail {address[:60]!r} is no e-mail address; left out")
        address = None
    started, left = (_day(raw, name, left_out) for name in ("hireDate", "terminationDate"))
    active = (_text(raw, "status") or "").casefold() != "inactive"
    profile = PersonProfile(
        identity=identity_key("hris", _text(raw, "employeeNumber") or native_id),
        name=names[0],
        other_names=tuple(names[1:]),
        emails=(address.lower(),) if address else (),
        title=_text(raw, "jobTitle"),
        started_on=started,
        left_on=None if active else left,  # a last day to come is nobody's business yet
        active=active,
    )
    return Employee(
        id=native_id,
        profile=profile,
        supervisor=_text(raw, "supervisorEId"),
        department=_text(raw, "department"),
        division=_text(raw, "division"),
        left_out=tuple(left_out),
    )


def read_jobs(rows: Iterable[Mapping[str, Any]], today: date) -> dict[str, Jobs]:
    """By employee, the jobs that have begun; rows that say no day or nobody are left out."""
    found: dict[str, list[tuple[date, int, Job]]] = {}
    for raw in rows:
        who, day = _text(raw, "employeeId"), _day(raw, "date", [])
        if who is None or day is None or day > today:
            continue
        number = _text(raw, "id") or ""
        job = Job(
            day=day,
            department=_text(raw, "department"),
            division=_text(raw, "division"),
            manager=_text(raw, "reportsTo"),
        )
        found.setdefault(who, []).append((day, int(number) if number.isdecimal() else 0, job))
    return {who: Jobs(job for _, _, job in sorted(several, key=lambda one: one[:2])) for who, several in found.items()}


def _names(raw: Mapping[str, Any]) -> list[str]:
    """As they are called first, then every other form, each once."""
    given, family, preferred = (_text(raw, name) for name in ("firstName", "lastName", "preferredName"))
    found = (_text(raw, "displayName"), _whole(preferred, family), _whole(given, family))
    return list(dict.fromkeys(one for one in found if one)) or [one for one in (preferred or given or family,) if one]


def _whole(given: str | None, family: str | None) -> str | None:
    if not given or not family:
        return None
    return f"{family}{given}" if _CJK.search(family) and _CJK.search(given) else f"{given} {family}"


def _key(name: str) -> tuple[str, ...]:
    """The same for ``Ana Lima`` and ``Lima, Ana``."""
    return tuple(sorted(name.casefold().replace(",", " ").split()))


def _text(raw: Mapping[str, Any], name: str) -> str | None:
    value = raw.get(name)
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    return value.strip() or None if isinstance(value, str) else None


def _day(raw: Mapping[str, Any], name: str, left_out: list[str]) -> date | None:
    text = _text(raw, name)
    if text is None or text.startswith(_NEVER):
        return None
    try:
        return parse_day(text, "ymd")[0]
    except ValueError as error:
        left_out.append(f"{name} {text[:40]!r} cannot be read: {error}; left out")
        return None
