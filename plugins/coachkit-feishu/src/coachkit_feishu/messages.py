"""What is said in groups that agreed to be read. Private chats are never read, whoever delivers them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta

from coachkit.sdk import (
    AclChange,
    Audience,
    Checkpoint,
    Failure,
    Interaction,
    InteractionKind,
    Item,
    NotAllowed,
    NotThere,
    PayloadRejected,
    Tombstone,
    Upsert,
    clock,
)
from coachkit_feishu.api import Api
from coachkit_feishu.config import FeishuConfig
from coachkit_feishu.cursors import MessagesPlace
from coachkit_feishu.people import People, people_in
from coachkit_feishu.raw import Raw, flag, millis, part, parts, seconds, version_of, word
from coachkit_feishu.texts import message_text

__all__ = ["MESSAGES", "Messages", "MessagesRead"]

MESSAGES = "messages"

_PAGE = 50


class Messages:
    """From Feishu's words about messages to ours."""

    def __init__(self, connection: str, config: FeishuConfig, people: People, *, recorded: bool = False) -> None:
        """
        :param recorded: whoever recorded a group had its word; private chats are refused all the same.
        """
        self._connection = connection
        self._config = config
        self._people = people
        self._recorded = recorded

    def group(self, chat: str) -> str:
        """The key of who is in a chat."""
        return f"{self._config.system}:{self._connection}:{chat}".replace("|", "/")

    def agreed(self, chat: str) -> bool:
        """Whether a group agreed to be read."""
        return bool(chat) and (self._recorded or chat in self._config.chats)

    def check(self, chat: str, kind: str) -> None:
        """
        :raises PayloadRejected: if the chat is private, or did not agree to be read.
        """
        if kind in ("p2p", "private") or not chat:
            raise PayloadRejected("a private chat is never read.", subject=self._connection)
        if not self.agreed(chat):
            hint = f"If it agreed to be read, add {chat} to chats."
            raise PayloadRejected("this group did not agree to be read.", subject=self._connection, hint=hint)

    def of_message(self, raw: Raw) -> Iterator[Item]:
        """A message of somebody. Those of apps and of Feishu itself are nobody's words, and nothing."""
        message_id, chat = word(raw, "message_id"), word(raw, "chat_id")
        if not self.agreed(chat):
            return
        at = millis(raw, "create_time")
        if not message_id or at is None:
            reason = "the message has no id" if not message_id else "the message has no moment"
            yield Failure(stream=MESSAGES, native_id=message_id or "without an id", reason=reason)
            return
        if flag(raw, "deleted"):
            yield Tombstone(stream=MESSAGES, native_id=message_id)
            return
        sender = part(raw, "sender")
        who = word(sender, "id") or word(part(sender, "sender_id"), "open_id")
        actor = self._people.key(who)
        if actor is None or word(sender, "sender_type") == "app" or word(sender, "id_type") == "app_id":
            return
        kind = word(raw, "msg_type", "message_type")
        content = part(raw, "body").get("content", raw.get("content"))
        changed = millis(raw, "update_time") or at
        yield Upsert(
            stream=MESSAGES,
            native_id=message_id,
            record=Interaction(
                kind=InteractionKind.COMMENTED,
                actor=actor,
                at=at,
                text=message_text(kind, content, _names(raw)) or f"[{kind or '?'}]",
            ),
            occurred_at=at,
            version=version_of(max(at, changed)),
            audience=Audience.group(self.group(chat)),
        )


class MessagesRead:
    """Reads groups."""

    def __init__(self, api: Api, config: FeishuConfig, messages: Messages, people: People) -> None:
        self._api = api
        self._config = config
        self._messages = messages
        self._people = people

    def items(self, place: MessagesPlace | None) -> Iterator[Item]:
        """Who is in each group; then what was said there since. A group that no longer agrees, nobody sees."""
        chats = dict(place.chats) if place is not None else {}
        for chat in sorted(chats.keys() - set(self._config.chats)):
            yield AclChange(group=self._messages.group(chat), members=())
            del chats[chat]
        for chat in self._config.chats:
            try:
                self.check(chat)
                yield self.members(chat)
                yield from self._since(chat, chats)
            except (NotAllowed, NotThere, PayloadRejected) as error:
                yield Failure(stream=MESSAGES, native_id=f"chat/{chat}", reason=error.message)
            yield Checkpoint(stream=MESSAGES, cursor=MessagesPlace(chats=chats).cursor())
        yield Checkpoint(stream=MESSAGES, cursor=MessagesPlace(chats=chats).cursor())

    def members(self, chat: str) -> AclChange:
        """Who is in a group now; nobody, where it is gone or the app is no longer in it."""
        try:
            rows = self._api.rows(f"im/v1/chats/{chat}/members", size=100, member_id_type="open_id")
            found = people_in(list(rows), self._people)
        except (NotThere, NotAllowed):
            found = ()
        return AclChange(group=self._messages.group(chat), members=found)

    def one(self, message_id: str, chat: str) -> Iterator[Item]:
        """A message as it is now."""
        try:
            found = list(parts(self._api.get(f"im/v1/messages/{message_id}"), "items"))
        except NotThere:
            found = []
        for raw in found[:1]:
            yield from self._messages.of_message({"chat_id": chat, **raw})
        if not found:
            yield Tombstone(stream=MESSAGES, native_id=message_id)

    def check_all(self) -> None:
        """Look at each group, as :meth:`check` does."""
        for chat in self._config.chats:
            self.check(chat)

    def check(self, chat: str) -> None:
        """
        :raises PayloadRejected: if the chat is a private one.
        :raises SourceError: if it is not there, or the app is not in it.
        """
        told = self._api.get(f"im/v1/chats/{chat}")
        if "p2p" in (word(told, "chat_mode"), word(told, "chat_type")):
            raise PayloadRejected(f"{chat} is a private chat, which is never read.")

    def _since(self, chat: str, chats: dict[str, int]) -> Iterator[Item]:
        """The place is the newest message that was read, and what came in that second is read again."""
        newest = chats.get(chat, seconds(clock().now() - timedelta(days=self._config.messages_days)))
        asked = {"container_id_type": "chat", "container_id": chat, "sort_type": "ByCreateTimeAsc"}
        for page in self._api.pages("im/v1/messages", size=_PAGE, start_time=str(newest), **asked):
            for raw in parts(page, "items"):
                yield from self._messages.of_message({"chat_id": chat, **raw})
                at = millis(raw, "create_time")
                newest = max(newest, seconds(at)) if at else newest
        chats[chat] = newest


def _names(raw: Raw) -> Mapping[str, str]:
    """The name behind each placeholder of a message."""
    return {word(one, "key"): word(one, "name") for one in parts(raw, "mentions") if word(one, "key")}
