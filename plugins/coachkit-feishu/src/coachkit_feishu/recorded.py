"""Recorded lines, taken at their word: answers told by their address, and events."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import unquote, urlsplit

from coachkit.sdk import Item, PayloadRejected
from coachkit_feishu.documents import Documents
from coachkit_feishu.goals import Goals, KeyResultParts, ObjectiveParts
from coachkit_feishu.handling import Told
from coachkit_feishu.meetings import Meetings
from coachkit_feishu.messages import Messages
from coachkit_feishu.people import People
from coachkit_feishu.raw import Raw, part, parts, word
from coachkit_feishu.tasks import Tasks

__all__ = ["Recorded"]

_REASONS = (
    (r"/vc/v1/reports/", "how many meetings somebody had is a figure that ranks people; it is not read"),
    (r"/okr/v2/(cycles$|categories)", "a cycle alone says nothing; its objectives do"),
    (r"/okr/v2/(objectives|key_results)/[^/]+/", "it belongs to an objective, which this line does not hold"),
    (r"/okr/v1/(periods|progress_records)", "it belongs to an objective, which this line does not hold"),
    (r"/auth/v3/", "it is about signing in"),
)
"""Addresses that are of no stream, and why."""

_LISTS = ("items", "okr_list", "files", "calendars")


class Recorded:
    """Reads lines of a recorded file."""

    def __init__(
        self,
        people: People,
        goals: Goals,
        tasks: Tasks,
        meetings: Meetings,
        documents: Documents,
        messages: Messages,
        told: Told,
    ) -> None:
        self._people = people
        self._goals = goals
        self._tasks = tasks
        self._meetings = meetings
        self._documents = documents
        self._messages = messages
        self._told = told
        one: Callable[[Raw, str], Iterator[Item]]
        self._places: list[tuple[str, str, Callable[[Raw, str], Iterator[Item]]]] = []
        for stream, pattern, one in (
            ("accounts", r"/contact/v3/users(/find_by_department|/batch|/([^/]+))?$", self._user),
            ("teams", r"/contact/v3/departments(/[^/]+(/children)?)?$", self._department),
            ("goals", r"/okr/v1/users/([^/]+)/okrs$", self._old_okr),
            ("goals", r"/okr/v1/okrs/batch_get$", self._old_okr),
            ("goals", r"/okr/v2/(?:cycles/[^/]+/objectives|objectives/[^/]+)$", self._objective),
            ("tasks", r"/task/v2/tasks(/[^/]+)?$", self._task),
            ("meetings", r"/calendar/v4/calendars/([^/]+)/events(?:/[^/]+)?$", self._meeting),
            ("messages", r"/im/v1/messages(/[^/]+)?$", self._message),
            ("documents", r"/wiki/v2/spaces/([^/]+)/nodes$", self._file),
            ("documents", r"/drive/v1/files$", self._file),
            ("minutes", r"/minutes/v1/minutes/([^/]+)$", self._minute),
        ):
            self._places.append((stream, pattern, one))

    def items(self, line: Mapping[str, Any], stream: str | None) -> Iterator[Item]:
        """
        :raises PayloadRejected: if the line is of no stream, with the reason.
        """
        if "event" in line:
            yield from self._told.items(line["event"], line.get("payload"))
            return
        url, data = line.get("url"), line.get("data")
        if not isinstance(url, str) or not isinstance(data, Mapping | list):
            raise PayloadRejected("the line holds neither an event nor an answer with its address.")
        path = unquote(urlsplit(url).path).rstrip("/")
        reason = next((why for pattern, why in _REASONS if re.search(pattern, path)), None)
        if reason:
            raise PayloadRejected(f"{reason}.")
        for name, pattern, read in self._places:
            found = re.search(pattern, path)
            if found and stream in (None, name):
                place = next((one for one in found.groups() if one and not one.startswith("/")), "")
                for raw in _rows(data):
                    yield from read(raw, place)
                return
        raise PayloadRejected("no stream is read from this address.")

    def _user(self, raw: Raw, place: str) -> Iterator[Item]:
        yield from self._people.of_user(part(raw, "user") or raw)

    def _department(self, raw: Raw, place: str) -> Iterator[Item]:
        yield from self._people.of_department(part(raw, "department") or raw)

    def _old_okr(self, raw: Raw, owner: str) -> Iterator[Item]:
        yield from self._goals.of_okr(raw, owner if owner.startswith("ou_") else "", {})

    def _objective(self, raw: Raw, place: str) -> Iterator[Item]:
        objective = part(raw, "objective") or raw
        key_results = [KeyResultParts(raw=one) for one in parts(objective, "key_results")]
        yield from self._goals.of_objective(ObjectiveParts(raw=objective, key_results=key_results))

    def _task(self, raw: Raw, place: str) -> Iterator[Item]:
        yield from self._tasks.of_task(part(raw, "task") or raw)

    def _meeting(self, raw: Raw, place: str) -> Iterator[Item]:
        yield from self._meetings.of_event(part(raw, "event") or raw, "", [])

    def _message(self, raw: Raw, place: str) -> Iterator[Item]:
        self._messages.check(word(raw, "chat_id"), word(raw, "chat_type", "chat_mode"))
        yield from self._messages.of_message(raw)

    def _file(self, raw: Raw, place: str) -> Iterator[Item]:
        yield from self._documents.of_file(raw, place, None)

    def _minute(self, raw: Raw, place: str) -> Iterator[Item]:
        yield from self._documents.of_minute(part(raw, "minute") or raw)


def _rows(data: Any) -> Iterator[Raw]:
    """The records of an answer: itself, those of a list, or those of a page; with or without what stands around it."""
    if isinstance(data, Mapping) and isinstance(data.get("data"), Mapping | list):
        if data.get("code") not in (None, 0):
            raise PayloadRejected(f"the answer is an error (code {str(data.get('code'))[:20]}).")
        data = data["data"]
    if isinstance(data, Mapping):
        name = next((name for name in _LISTS if isinstance(data.get(name), list)), None)
        rows: list[Any] = data[name] if name else [data]
    else:
        rows = data
    for row in rows:
        if not isinstance(row, Mapping):
            raise PayloadRejected("a record of the answer is no object.")
        yield row
