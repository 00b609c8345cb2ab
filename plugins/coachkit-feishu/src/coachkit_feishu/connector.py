"""The connector: what of Feishu is read, how it is checked, and what a delivery or a recorded line means."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property
from typing import ClassVar, Self

from coachkit.sdk import (
    Capability,
    Checkpoint,
    CheckReport,
    Configuration,
    Connector,
    Cursor,
    Delivery,
    Event,
    Failure,
    Item,
    NotAllowed,
    Reply,
    SecretRef,
    SourceError,
    Tombstone,
    Upsert,
)
from coachkit_feishu.api import Api
from coachkit_feishu.config import FeishuConfig
from coachkit_feishu.cursors import GoalsPlace, MeetingsPlace, MessagesPlace, WholePlace
from coachkit_feishu.documents import Documents, DocumentsRead
from coachkit_feishu.events import verify
from coachkit_feishu.goals import Goals
from coachkit_feishu.handling import Handler, Told
from coachkit_feishu.listening import LongConnection
from coachkit_feishu.meetings import Meetings, MeetingsRead
from coachkit_feishu.messages import Messages, MessagesRead
from coachkit_feishu.okr import Okr
from coachkit_feishu.people import Directory, People, has_left
from coachkit_feishu.raw import word
from coachkit_feishu.recorded import Recorded
from coachkit_feishu.streams import STREAMS
from coachkit_feishu.tasks import Tasks, TasksRead

__all__ = ["Feishu"]

OF_PEOPLE = ("accounts", "memberships", "reporting")
"""Streams that are told by one list."""

OFTEN = 1_000
"""Items between two checkpoints at most, nearly."""

_PLACES = ("person/", "tasklist/", "calendar/", "place/", "chat/")
"""Beginnings of the ids under which a whole part is put aside that could not be read."""


class Feishu(Connector):
    """People, departments, OKR, tasks, meetings, documents, minutes and groups, from Feishu or Lark."""

    name = "feishu"
    title = ("Feishu / Lark", "飞书 / Lark")
    streams = STREAMS
    Config: ClassVar[type[Configuration]] = FeishuConfig
    capabilities = frozenset(
        {
            Capability.BACKFILL,
            Capability.POLL,
            Capability.SWEEP,
            Capability.WEBHOOK,
            Capability.LISTEN,
            Capability.ACCESS,
        }
    )

    config: FeishuConfig

    def __init__(self, connection: str, config: Configuration) -> None:
        super().__init__(connection, config)
        self._people = People(self.config)
        self._goals = Goals(self.config, self._people)
        self._of_tasks = Tasks(self.config, self._people)
        self._of_meetings = Meetings(self.config, self._people)
        self._of_documents = Documents(self.config, self._people)
        self._messages = Messages(connection, self.config, self._people)
        self._api = Api(connection, self.config)
        self._directory = Directory(self._api)
        self._okr = Okr(self._api, self.config, self._goals, self._open_ids)
        self._tasks = TasksRead(self._api, self.config, self._of_tasks)
        self._meetings = MeetingsRead(self._api, self.config, self._of_meetings)
        self._documents = DocumentsRead(self._api, self.config, self._of_documents)
        self._chats = MessagesRead(self._api, self.config, self._messages, self._people)
        self._long = LongConnection(connection, self.config)
        self._everyone: list[str] | None = None
        self._pulled: set[str] = set()
        self._troubles: set[tuple[str, str]] = set()

    @classmethod
    def for_recordings(cls) -> Self:
        nothing = SecretRef("env:NOT_NEEDED_FOR_RECORDINGS")
        made = cls("recorded", FeishuConfig(app_id="recorded", app_secret=nothing, directory=True))
        made._messages = Messages("recorded", made.config, made._people, recorded=True)
        return made

    def check(self) -> CheckReport:
        """Signs in and looks at the first page of each list that is to be read."""
        findings: list[str] = []
        ok = True
        for stream, ask in self._first_questions():
            if not self.config.reads(stream):
                continue
            try:
                ask()
            except NotAllowed as error:
                findings.append(f"{stream}: {error}")
                ok = False
            except SourceError as error:
                return CheckReport(ok=False, findings=(*findings, str(error)))
        if self.config.encrypt_key is None:
            findings.append("No Encrypt Key is set: changes are seen at the next sync, not at once.")
        return CheckReport(ok=ok, findings=tuple(findings))

    def pull(self, cursors: Mapping[str, Cursor]) -> Iterator[Item]:
        who = self.connection
        for name in (one.name for one in STREAMS if one.name not in ("goals", "meetings", "messages")):
            WholePlace.read(cursors.get(name), connection=who)
        goals = GoalsPlace.read(cursors.get("goals"), connection=who)
        meetings = MeetingsPlace.read(cursors.get("meetings"), connection=who)
        messages = MessagesPlace.read(cursors.get("messages"), connection=who)
        self._pulled, self._troubles = set(), set()
        yield from self._noted("messages", self._chats.items(messages))
        yield from self._noted("accounts", self._whole("accounts", self._users()), also=OF_PEOPLE)
        yield from self._noted("teams", self._whole("teams", self._departments()))
        yield from self._noted("goals", self._okr.items(goals))
        yield from self._noted("tasks", self._whole("tasks", self._tasks.items()))
        yield from self._noted("meetings", self._meetings.items(meetings))
        yield from self._noted("documents", self._whole("documents", self._documents.items()))
        yield from self._noted("minutes", self._whole("minutes", self._documents.minutes()))

    def refetch(self, failures: Iterable[Failure]) -> Iterator[Item]:
        """Single records are read at every sync anyway; a part that can be read again is no longer put aside."""
        for failure in failures:
            key = (failure.stream, failure.native_id)
            whole = failure.native_id.startswith(_PLACES)
            if whole and failure.stream in self._pulled and key not in self._troubles:
                yield Tombstone(stream=failure.stream, native_id=failure.native_id)

    def sweep(self, stream: str) -> Iterator[str] | None:
        if not self.config.reads(stream) or stream not in self._pulled:
            return None
        if stream in OF_PEOPLE:
            return iter(self._ids_of_people[stream])
        if stream == "teams":
            return (word(raw, "open_department_id") for raw in self._directory.departments())
        if stream == "goals" and not self._okr.incomplete:
            return self._okr.ids()
        if stream == "tasks" and not self._tasks.incomplete:
            return self._tasks.ids()
        if stream == "meetings" and not self._meetings.incomplete:
            return self._meetings.ids()
        if stream == "documents" and not self._documents.incomplete:
            return self._documents.ids()
        return None

    def verify(self, delivery: Delivery) -> Event | Reply:
        return verify(self.config, self.connection, delivery)

    def handle(self, event: Event) -> Iterator[Item]:
        yield from self._handler.items(event)

    def recorded(self, line: Mapping[str, object], stream: str | None) -> Iterator[Item]:
        yield from self._recorded.items(line, stream)

    def listen(self) -> Iterator[Event]:
        if not self.config.long_connection:
            yield from super().listen()
        yield from self._long.events()

    def close(self) -> None:
        self._long.close()
        self._api.close()

    @cached_property
    def _handler(self) -> Handler:
        return Handler(
            self.config.reads,
            self._people,
            self._directory,
            self._tasks,
            self._meetings,
            self._documents,
            self._messages,
            self._chats,
        )

    @cached_property
    def _recorded(self) -> Recorded:
        told = Told(self.config.reads, self._people, self._messages)
        return Recorded(
            self._people,
            self._goals,
            self._of_tasks,
            self._of_meetings,
            self._of_documents,
            self._messages,
            told,
        )

    def _first_questions(self) -> Iterator[tuple[str, Callable[[], object]]]:
        yield "accounts", lambda: next(self._directory.users(), None)
        yield "teams", lambda: next(self._directory.departments(), None)
        yield "goals", self._check_goals
        yield "tasks", lambda: next(self._tasks.ids(), None)
        yield "meetings", lambda: next(self._meetings.ids(), None)
        yield "documents", lambda: next(self._documents.ids(), None)
        yield "messages", self._chats.check_all

    def _check_goals(self) -> None:
        """Of the first person that is found."""
        raw = next(self._directory.users(), {})
        if word(raw, "open_id"):
            self._okr.check(word(raw, "open_id"))

    def _noted(self, stream: str, items: Iterator[Item], also: Iterable[str] = ()) -> Iterator[Item]:
        """The items of a stream, if it is read; parts that could not be read are remembered."""
        streams = {stream, *also}
        if not any(self.config.reads(one) for one in streams):
            return
        for item in items:
            if isinstance(item, Failure) and item.native_id.startswith(_PLACES):
                self._troubles.add((item.stream, item.native_id))
            yield item
        self._pulled |= streams

    def _whole(self, stream: str, items: Iterator[Item]) -> Iterator[Item]:
        """Items with a checkpoint from time to time and at the end."""
        done = 0
        for item in items:
            yield item
            done += 1
            if done % OFTEN == 0:
                yield Checkpoint(stream=stream, cursor=WholePlace(done=done).cursor())
        yield Checkpoint(stream=stream, cursor=WholePlace(done=done).cursor())

    def _users(self) -> Iterator[Item]:
        for raw in self._directory.users():
            if not has_left(raw):
                yield from self._people.of_user(raw)

    def _departments(self) -> Iterator[Item]:
        for raw in self._directory.departments():
            yield from self._people.of_department(raw)

    def _open_ids(self) -> Iterator[str]:
        """Whose OKR there are."""
        if self._everyone is None:
            found = (raw for raw in self._directory.users() if not has_left(raw))
            self._everyone = [open_id for raw in found if (open_id := word(raw, "open_id"))]
        yield from self._everyone

    @cached_property
    def _ids_of_people(self) -> Mapping[str, set[str]]:
        """Ids of the records that :meth:`People.of_user` makes, by stream."""
        ids: dict[str, set[str]] = {stream: set() for stream in OF_PEOPLE}
        for raw in self._directory.users():
            for item in () if has_left(raw) else self._people.of_user(raw):
                if isinstance(item, Upsert | Failure):
                    ids[item.stream].add(item.native_id)
        return ids
