"""What an event is about, read anew; and taken at its word, where it was recorded."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from coachkit.sdk import AclChange, Event, Item, NotAllowed, NotThere, PayloadRejected, Tombstone
from coachkit_feishu.documents import MINUTES, DocumentsRead
from coachkit_feishu.meetings import MEETINGS, MeetingsRead
from coachkit_feishu.messages import MESSAGES, Messages, MessagesRead
from coachkit_feishu.people import Directory, People
from coachkit_feishu.raw import Raw, part, word
from coachkit_feishu.tasks import TASKS, TasksRead

__all__ = ["EVENTS", "Handler", "Told", "inner_of"]

EVENTS: dict[str, tuple[str, ...]] = {
    "accounts": (
        *("contact.user.created_v3", "contact.user.updated_v3", "contact.user.deleted_v3"),
        *("user_add", "user_update", "user_leave"),
    ),
    "teams": (
        *("contact.department.created_v3", "contact.department.updated_v3", "contact.department.deleted_v3"),
        *("dept_add", "dept_update", "dept_delete"),
    ),
    TASKS: ("task.task.updated_v1", "task.task.update_tenant_v1", "task.task.update_user_access_v2"),
    MEETINGS: ("calendar.calendar.event.changed_v4",),
    MINUTES: ("minutes.minute.generated_v1",),
    MESSAGES: (
        *("im.message.receive_v1", "im.message.recalled_v1"),
        *("im.chat.member.user.added_v1", "im.chat.member.user.deleted_v1", "im.chat.member.user.withdrawn_v1"),
        *("im.chat.member.bot.deleted_v1", "im.chat.disbanded_v1", "message"),
    ),
}
"""By stream: names of the events that feed it, in the newer form and in the older."""

_STREAM = {name: stream for stream, names in EVENTS.items() for name in names}


def inner_of(payload: Raw) -> Raw:
    """The event itself, in either form or alone."""
    return part(payload, "event") if isinstance(payload.get("event"), dict) else payload


def stream_of(name: object, reads: Callable[[str], bool]) -> str:
    """The stream that an event is about.

    :raises PayloadRejected: if it is of none that is read.
    """
    stream = _STREAM.get(name) if isinstance(name, str) else None
    if stream is None:
        raise PayloadRejected(f"the event {str(name)[:80]!r} is of no stream.")
    if not reads(stream):
        raise PayloadRejected(f"{stream} are not read by this connection.")
    return stream


class Handler:
    """Reads anew what an event is about."""

    def __init__(
        self,
        reads: Callable[[str], bool],
        people: People,
        directory: Directory,
        tasks: TasksRead,
        meetings: MeetingsRead,
        documents: DocumentsRead,
        messages: Messages,
        chats: MessagesRead,
    ) -> None:
        self._reads = reads
        self._people = people
        self._directory = directory
        self._tasks = tasks
        self._meetings = meetings
        self._documents = documents
        self._messages = messages
        self._chats = chats

    def items(self, event: Event) -> Iterator[Item]:
        """
        :raises PayloadRejected: if it is of no stream that is read, does not say what it is about, or the app may not
            read that.
        """
        try:
            yield from self._items(event)
        except NotAllowed as error:
            raise PayloadRejected(error.message, hint=error.hint) from error

    def _items(self, event: Event) -> Iterator[Item]:
        stream = stream_of(event.name, self._reads)
        said = inner_of(event.payload)
        if stream == "accounts":
            yield from self._user(_id(said, "open_id"))
        elif stream == "teams":
            yield from self._department(_id(said, "open_department_id"))
        elif stream == TASKS:
            yield from self._task(_needed(said, "task_guid", "task_id"))
        elif stream == MEETINGS:
            yield from self._meeting(said)
        elif stream == MINUTES:
            yield from self._documents.minute(_needed(said, "minute_token", "token"))
        else:
            yield from self._message(event.name, said)

    def _user(self, open_id: str) -> Iterator[Item]:
        try:
            yield from self._people.of_user(self._directory.user(open_id))
        except NotThere:
            yield from self._people.gone(open_id)

    def _department(self, department_id: str) -> Iterator[Item]:
        try:
            yield from self._people.of_department(self._directory.department(department_id))
        except NotThere:
            yield Tombstone(stream="teams", native_id=department_id)

    def _task(self, guid: str) -> Iterator[Item]:
        found = self._tasks.read(guid)
        if found is not None and not self._tasks.belongs(found):
            raise PayloadRejected("the task is in no list that is read.")
        yield from self._tasks.of(guid, found)

    def _meeting(self, said: Raw) -> Iterator[Item]:
        calendar, event_id = _needed(said, "calendar_id"), word(said, "calendar_event_id", "event_id")
        if not event_id:
            raise PayloadRejected("the event does not say which meeting it is about.")
        items = list(self._meetings.one(calendar, event_id))
        if not items:
            raise PayloadRejected("the calendar is nobody's who agreed to be read.")
        yield from items

    def _message(self, name: str, said: Raw) -> Iterator[Item]:
        if name == "message":
            self._messages.check(word(said, "open_chat_id"), word(said, "chat_type"))
            yield from self._chats.one(_needed(said, "open_message_id"), word(said, "open_chat_id"))
            return
        message = part(said, "message") if name == "im.message.receive_v1" else said
        chat = _needed(message, "chat_id")
        self._messages.check(chat, word(message, "chat_type"))
        if name == "im.message.receive_v1":
            yield from self._chats.one(_needed(message, "message_id"), chat)
        elif name == "im.message.recalled_v1":
            yield Tombstone(stream=MESSAGES, native_id=_needed(said, "message_id"))
        else:
            yield self._chats.members(chat)


class Told:
    """Takes an event at its word."""

    def __init__(self, reads: Callable[[str], bool], people: People, messages: Messages) -> None:
        self._reads = reads
        self._people = people
        self._messages = messages

    def items(self, name: object, payload: object) -> Iterator[Item]:
        """
        :raises PayloadRejected: if it is of no stream, or only a hint.
        """
        stream = stream_of(name, self._reads)
        said = inner_of(payload) if isinstance(payload, dict) else {}
        if stream == "accounts":
            yield from self._user(str(name), said)
        elif stream == "teams":
            yield from self._department(str(name), said)
        elif stream == MESSAGES:
            yield from self._message(str(name), said)
        else:
            raise PayloadRejected(f"the event {name} says only that something changed; {stream} hold what.")

    def _user(self, name: str, said: Raw) -> Iterator[Item]:
        open_id = _id(said, "open_id")
        if name in ("contact.user.deleted_v3", "user_leave"):
            yield from self._people.gone(open_id)
        elif not part(said, "object"):
            raise PayloadRejected(f"the event {name} says only who changed; accounts hold what.")
        else:
            yield from self._people.of_user(part(said, "object"))

    def _department(self, name: str, said: Raw) -> Iterator[Item]:
        department_id = _id(said, "open_department_id")
        if name in ("contact.department.deleted_v3", "dept_delete"):
            yield Tombstone(stream="teams", native_id=department_id)
        elif not part(said, "object"):
            raise PayloadRejected(f"the event {name} says only which department changed; teams hold what.")
        else:
            yield from self._people.of_department(part(said, "object"))

    def _message(self, name: str, said: Raw) -> Iterator[Item]:
        message = part(said, "message") or said
        chat = word(message, "chat_id", "open_chat_id")
        self._messages.check(chat, word(message, "chat_type"))
        if name == "im.message.receive_v1":
            yield from self._messages.of_message({**message, "sender": said.get("sender")})
        elif name == "im.message.recalled_v1":
            yield Tombstone(stream=MESSAGES, native_id=_needed(said, "message_id"))
        elif name in ("im.chat.disbanded_v1", "im.chat.member.bot.deleted_v1"):
            yield AclChange(group=self._messages.group(chat), members=())
        else:
            raise PayloadRejected(f"the event {name} says only who came or went; who is there must be read anew.")


def _id(said: Raw, name: str) -> str:
    """An id of the newer form (in ``object``) or the older."""
    return _needed(part(said, "object"), name, empty=True) or _needed(said, name)


def _needed(said: Raw, *names: str, empty: bool = False) -> str:
    found = word(said, *names)
    if not found and not empty:
        raise PayloadRejected(f"the event does not say which {names[0].rsplit('_', 1)[0].replace('_', ' ')}.")
    return found
