"""A BambooHR company: who is there, what changed, and the table of jobs. Three lists, one answer each."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from coachkit.sdk import BearerToken, HttpSource, NotAllowed, NotThere, PayloadRejected, SecretRef

__all__ = ["FIELDS", "BambooService", "Changes", "Report"]

FIELDS = (
    "employeeNumber",
    "displayName",
    "firstName",
    "lastName",
    "preferredName",
    "workEmail",
    "jobTitle",
    "department",
    "division",
    "supervisorEId",
    "hireDate",
    "terminationDate",
    "status",
)
"""What is asked of people, and nothing else: who they are, where, reporting to whom, since when."""

OVERLAP = timedelta(minutes=5)
"""What changed shortly before the last known change is looked at again: it may have been written late."""

_EVER = "1970-01-01T00:00:00Z"


class _ApiKey:
    """The key as the user of Basic authentication, with any password."""

    def __init__(self, key: SecretRef) -> None:
        self._key = BearerToken(key, scheme="")

    @property
    def where(self) -> str:
        return self._key.where

    @property
    def fingerprint(self) -> str:
        return self._key.fingerprint

    def headers(self) -> Mapping[str, str]:
        pair = f"{self._key.headers()['Authorization']}:x".encode()
        return {"Authorization": f"Basic {base64.b64encode(pair).decode('ascii')}"}

    def refresh(self) -> bool:
        return self._key.refresh()


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Everybody, also those who left.

    :ivar told: which of ``FIELDS`` the key may read. :ivar at: the source's own clock.
    """

    employees: tuple[Mapping[str, Any], ...]
    told: frozenset[str]
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """When employees were last changed, by id: of all that changed since the moment asked for."""

    by_id: Mapping[str, datetime] = field(default_factory=dict)
    at: datetime

    @property
    def mark(self) -> str:
        """The newest change, and a digest of those around it: equal, if nothing was changed since. Empty for none."""
        if not self.by_id:
            return ""
        newest = max(self.by_id.values())
        around = sorted(f"{who} {at.isoformat()}" for who, at in self.by_id.items() if at >= newest - OVERLAP)
        return f"{newest.isoformat()} {hashlib.sha256('|'.join(around).encode()).hexdigest()[:16]}"


class BambooService:
    """Reads the lists of one company.

    :param base_url: under which ``/v1`` lies.
    """

    def __init__(self, connection: str, base_url: str, key: SecretRef) -> None:
        self._connection = connection
        self._source = HttpSource(connection, base_url, auth=_ApiKey(key), attempts=4)

    def close(self) -> None:
        self._source.close()

    def report(self) -> Report:
        """Everybody the key may see, in one answer.

        The one list of BambooHR with employee numbers, last days and those who left. Fields that are unknown or not
        permitted are left out of it without a word; ``told`` says which those are not.

        :raises PayloadRejected: if it is no report.
        """
        asked = {"title": "coachkit", "fields": list(FIELDS)}
        answer = self._source.post("v1/reports/custom", asked, params={"format": "json", "onlyCurrent": True})
        body = answer.json()
        employees = body.get("employees") if isinstance(body, dict) else None
        if not isinstance(employees, list):
            raise PayloadRejected("the report is no list of employees.", subject=self._connection, hint=_HINT)
        found = tuple(one for one in employees if isinstance(one, dict))
        heads = body.get("fields")
        named = {str(one.get("id")) for one in heads if isinstance(one, dict)} if isinstance(heads, list) else set()
        told = named or {key for one in found for key in one}
        return Report(employees=found, told=frozenset(told & set(FIELDS)), at=answer.at)

    def changes(self, mark: str = "") -> Changes | None:
        """Who was changed since shortly before ``mark``, or ever; ``None``, if the key may not ask."""
        since = _EVER
        if mark:
            newest = datetime.fromisoformat(mark.partition(" ")[0])
            since = (newest - OVERLAP).astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        try:
            answer = self._source.get("v1/employees/changed", {"since": since})
        except (NotAllowed, NotThere):
            return None
        body = answer.json()
        entries = body.get("employees") if isinstance(body, dict) else None
        found = {}
        for who, entry in entries.items() if isinstance(entries, dict) else ():
            at = _moment(entry.get("lastChanged")) if isinstance(entry, dict) else None
            if at is not None:
                found[str(who)] = at
        return Changes(by_id=found, at=answer.at)

    def jobs(self) -> tuple[Mapping[str, Any], ...] | None:
        """The rows of the table ``jobInfo`` of everybody, in no order; ``None``, if the key may not read it."""
        try:
            body = self._source.get("v1/employees/all/tables/jobInfo").json()
        except (NotAllowed, NotThere):
            return None
        return tuple(row for row in body if isinstance(row, dict)) if isinstance(body, list) else ()


def _moment(text: object) -> datetime | None:
    try:
        at = datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None
    return at.replace(tzinfo=UTC) if at is not None and at.tzinfo is None else at


_HINT = "Is base_url the address under which /v1 lies, such as https://company.bamboohr.com/api?"
