"""A BambooHR company that remembers: employees, the table of jobs, and when each was last changed."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any, ClassVar

from coachkit.sdk.testing import Request, Response, StandIn

KINDS = {"workEmail": "email", "hireDate": "date", "terminationDate": "date", "status": "status"}
_BEGAN = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)


class BambooStandIn(StandIn):
    """One company.

    :ivar hidden: fields that the key may not read; ``forbidden``: paths that it may not ask.
    :ivar nulls: empty values are null, as the company answers; the published description knows text alone.
    """

    strange_values: ClassVar[Mapping[str, Any]] = {"status": "On the moon", "action": "Teleported", "date": "soon"}
    limits = ((Response(503, {"Retry-After": "9"}), 9.0),)

    def __init__(self) -> None:
        super().__init__()
        self.employees: dict[str, dict[str, str | None]] = {}
        self.jobs: list[dict[str, str]] = []
        self.changed: dict[str, tuple[str, datetime]] = {}
        self.hidden: set[str] = set()
        self.forbidden: dict[str, int] = {}
        self.nulls = True
        self.now = _BEGAN

    # what happens there

    def hire(self, number: int, name: str, *, tick: bool = True, **fields: str | None) -> str:
        """Somebody new, with a first job; returns their id."""
        who = str(len(self.employees) + 1)
        given, _, family = name.partition(" ")
        self.employees[who] = {
            "employeeNumber": str(number),
            "displayName": name,
            "firstName": given,
            "lastName": family or None,
            "workEmail": f"n{number}@example.org",
            "status": "Active",
            "hireDate": "2022-05-01",
            "terminationDate": "0000-00-00",
            **fields,
        }
        self.put_job(who, self.employees[who]["hireDate"] or "2022-05-01", tick=tick)
        self.note(who, "Inserted", tick=False)
        return who

    def edit(self, who: str, **fields: str | None) -> None:
        self.employees[who].update(fields)
        self.note(who)

    def put_job(self, who: str, day: str | date, *, tick: bool = True) -> None:
        """From that day on, what the employee has now."""
        above = self.employees.get(self.employees[who].get("supervisorEId") or "", {})
        said = {name: self.employees[who].get(name) or "" for name in ("department", "division", "jobTitle")}
        number = str(len(self.jobs) + 1)
        row = {"id": number, "employeeId": who, "date": str(day), "reportsTo": above.get("displayName") or "", **said}
        self.jobs.append(row)
        self.note(who, tick=tick)

    def delete(self, who: str) -> None:
        del self.employees[who]
        self.note(who, "Deleted")

    def note(self, who: str, action: str = "Updated", *, tick: bool = True) -> None:
        """It was changed now; a moment later it is later, unless ``tick`` is false."""
        self.now += timedelta(seconds=tick)
        self.changed[who] = (action, self.now)

    # what it answers

    def authorized(self, request: Request) -> bool:
        kind, _, pair = request.headers.get("authorization", "").partition(" ")
        try:
            return (kind, base64.b64decode(pair).decode()) == ("Basic", f"{self.token}:x")
        except (binascii.Error, UnicodeDecodeError):
            return False

    def respond(self, request: Request) -> Response:
        path = request.path.removeprefix("/api/v1/")
        if path in self.forbidden:
            return Response(self.forbidden[path])
        if (request.method, path) == ("POST", "reports/custom"):
            return self._report(request)
        if path == "employees/changed":
            return self._changes(request)
        if path == "employees/all/tables/jobInfo":
            return Response.of(self.jobs)
        return Response(404)

    def _report(self, request: Request) -> Response:
        asked = request.json()
        fields = [name for name in asked["fields"] if name not in self.hidden]
        empty = None if self.nulls else ""
        employees = [
            {"id": who, **{name: one.get(name) or empty for name in fields}} for who, one in self.employees.items()
        ]
        heads = [{"id": name, "type": KINDS.get(name, "text"), "name": name} for name in fields]
        return Response.of({"title": asked["title"], "fields": heads, "employees": employees})

    def _changes(self, request: Request) -> Response:
        since = datetime.fromisoformat(request.query["since"])
        found = {
            who: {"id": who, "action": action, "lastChanged": at.isoformat()}
            for who, (action, at) in self.changed.items()
            if at >= since
        }
        latest = max((entry["lastChanged"] for entry in found.values()), default=since.isoformat())
        return Response.of({"latest": latest, "employees": found})


def small_company(company: BambooStandIn) -> None:
    """Nine people in three departments."""
    boss = company.hire(1000, "陆清和", department="Leadership", hireDate="2019-03-04", jobTitle="CTO")
    maria = company.hire(1001, "Maria Gomez", department="Search", supervisorEId=boss, jobTitle="Lead")
    company.hire(1002, "李薇", department="Payments", supervisorEId=boss, preferredName="Vivian")
    for number in range(1003, 1009):
        company.hire(number, f"Person {number}", department="Search", supervisorEId=maria)
