"""Meetings in the calendars of people who agreed to it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

from coachkit.sdk import (
    Audience,
    Checkpoint,
    Failure,
    Interaction,
    InteractionKind,
    Item,
    NotAllowed,
    NotThere,
    Sensitivity,
    StateCategory,
    Tombstone,
    Upsert,
    WorkItem,
    WorkItemKind,
    clock,
)
from coachkit_feishu.api import Api
from coachkit_feishu.config import FeishuConfig
from coachkit_feishu.cursors import MeetingsPlace
from coachkit_feishu.goals import BEIJING
from coachkit_feishu.people import People
from coachkit_feishu.raw import Raw, flag, millis, part, parts, seconds, word

__all__ = ["MEETINGS", "Meetings", "MeetingsRead"]

MEETINGS = "meetings"

_PAGE = 500
_FIRST = timedelta(days=180)
_GONE = "cancelled"
_HIDDEN = "private"


class Meetings:
    """From Feishu's words about events of a calendar to ours."""

    def __init__(self, config: FeishuConfig, people: People) -> None:
        self._config = config
        self._people = people

    def of_event(self, raw: Raw, owner: str, attendees: list[Raw]) -> Iterator[Item]:
        """An event in somebody's calendar. What was cancelled, or marked as private, is not there.

        :param owner: open_id of whose calendar it is; empty, where that is not known: then nobody may read it.
        """
        event_id = word(raw, "event_id")
        starts = _moment(part(raw, "start_time"))
        if not event_id or (starts is None and word(raw, "status") != _GONE):
            reason = "the event has no start" if event_id else "the event has no id"
            native = f"{owner}/{event_id or 'without an id'}"
            yield Failure(stream=MEETINGS, native_id=native, reason=reason, payload=self._kept(raw, owner))
            return
        native = f"{owner}/{event_id}"
        if starts is None or not is_there(raw):
            yield Tombstone(stream=MEETINGS, native_id=native)
            return
        ends = _moment(part(raw, "end_time"))
        me = self._people.key(owner)
        going = sorted({key for one in attendees if (key := self._goes(one))})
        created = millis(raw, "create_time")
        yield Upsert(
            stream=MEETINGS,
            native_id=native,
            record=WorkItem(
                kind=WorkItemKind.MEETING,
                key=event_id,
                title=word(raw, "summary") or "?",
                body=None if self._config.titles_only else word(raw, "description") or None,
                state=word(raw, "status") or None,
                state_category=StateCategory.DONE if ends is not None and ends < clock().now() else StateCategory.TODO,
                created_at=created,
                closed_at=ends,
                size=max(0, round((ends - starts).total_seconds() / 60)) if ends else None,
                interactions=tuple(self._acts(raw, starts, going, me)),
            ),
            occurred_at=starts,
            url=word(raw, "app_link") or None,
            audience=Audience.people(*{me, *going}) if me else Audience.nobody(),
            sensitivity=Sensitivity.PERSONAL,
        )

    def _acts(self, raw: Raw, at: datetime, going: list[str], me: str | None) -> Iterator[Interaction]:
        organiser = self._people.key(word(part(raw, "event_organizer"), "user_id"))
        if organiser:
            yield Interaction(kind=InteractionKind.AUTHORED, actor=organiser, at=at)
        for key in going or [one for one in (me,) if one]:
            yield Interaction(kind=InteractionKind.ATTENDED, actor=key, at=at)

    def _goes(self, raw: Raw) -> str | None:
        """Somebody of the organisation who did not decline."""
        if word(raw, "type") not in ("user", "") or word(raw, "rsvp_status") in ("decline", "removed"):
            return None
        return None if flag(raw, "is_external") else self._people.key(word(raw, "user_id"))

    def _kept(self, raw: Raw, owner: str) -> dict[str, object]:
        """Of an event that cannot be read, no more than would have been read."""
        return {"event_id": raw.get("event_id"), "owner": owner}


class MeetingsRead:
    """Reads calendars. :ivar incomplete: one could not be read, so nothing is known to have gone."""

    def __init__(self, api: Api, config: FeishuConfig, meetings: Meetings) -> None:
        self._api = api
        self._config = config
        self._meetings = meetings
        self._since = 0
        self._calendars: dict[str, str] | None = None
        self.incomplete = False

    def items(self, place: MeetingsPlace | None) -> Iterator[Item]:
        """Every meeting that ends after the first day, from each calendar."""
        self._since = self._first(place)
        for owner in self._config.calendars:
            try:
                yield from self._of(owner)
            except (NotAllowed, NotThere) as error:
                yield self._unread(owner, error.message)
            yield Checkpoint(stream=MEETINGS, cursor=MeetingsPlace(since=self._since).cursor())

    def ids(self) -> Iterator[str]:
        """Ids of all meetings that are read."""
        for owner in self._primary():
            for raw in self._events(owner):
                if is_there(raw) and word(raw, "event_id"):
                    yield f"{owner}/{word(raw, 'event_id')}"

    def one(self, calendar_id: str, event_id: str) -> Iterator[Item]:
        """An event as it is now; nothing, where its calendar is nobody's who agreed."""
        owner = next((person for person, one in self._primary().items() if one == calendar_id), "")
        if not owner:
            return
        try:
            raw = part(self._api.get(f"calendar/v4/calendars/{calendar_id}/events/{event_id}"), "event")
        except NotThere:
            yield Tombstone(stream=MEETINGS, native_id=f"{owner}/{event_id}")
            return
        attendees = self._attendees(raw, owner) if is_there(raw) else []
        yield from self._meetings.of_event(raw, owner, attendees)

    def _of(self, owner: str) -> Iterator[Item]:
        if owner not in self._primary():
            yield self._unread(owner, "there is no such person within the app's range, or they have no calendar")
            return
        for raw in self._events(owner):
            if is_there(raw):
                yield from self._meetings.of_event(raw, owner, self._attendees(raw, owner))

    def _unread(self, owner: str, reason: str) -> Failure:
        self.incomplete = True
        return Failure(stream=MEETINGS, native_id=f"calendar/{owner}", reason=reason)

    def _first(self, place: MeetingsPlace | None) -> int:
        if self._config.meetings_since is not None:
            return seconds(datetime.combine(self._config.meetings_since, datetime.min.time(), UTC))
        return place.since if place is not None else seconds(clock().now() - _FIRST)

    def _events(self, owner: str) -> Iterator[Raw]:
        path = f"calendar/v4/calendars/{self._primary()[owner]}/events"
        return self._api.rows(path, size=_PAGE, anchor_time=str(self._since))

    def _attendees(self, raw: Raw, owner: str) -> list[Raw]:
        if self._config.titles_only or not word(raw, "event_id"):
            return []
        path = f"calendar/v4/calendars/{self._primary()[owner]}/events/{word(raw, 'event_id')}/attendees"
        return list(self._api.rows(path, size=100))

    def _primary(self) -> dict[str, str]:
        """The calendar of each person who agreed, by open_id."""
        if self._calendars is None:
            found: dict[str, str] = {}
            wanted = list(self._config.calendars)
            for start in range(0, len(wanted), 10):
                asked = {"user_ids": wanted[start : start + 10]}
                for one in parts(self._api.post("calendar/v4/calendars/primarys", asked), "calendars"):
                    found[word(one, "user_id")] = word(part(one, "calendar"), "calendar_id")
            self._calendars = {person: one for person, one in found.items() if person and one}
        return self._calendars


def is_there(raw: Raw) -> bool:
    """Neither cancelled nor marked as private."""
    return word(raw, "status") != _GONE and word(raw, "visibility") != _HIDDEN


def _moment(raw: Raw) -> datetime | None:
    """A moment, or the beginning of a whole day."""
    moment = millis(raw, "timestamp")
    if moment is not None:
        return moment
    try:
        day = date.fromisoformat(word(raw, "date"))
    except ValueError:
        return None
    return datetime.combine(day, datetime.min.time(), BEIJING)
