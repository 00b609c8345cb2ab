"""What somebody who connects Feishu or Lark decides."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

from pydantic import Field, field_validator, model_validator

from coachkit.sdk import Configuration, SecretRef, checked_url

__all__ = ["DIRECTORY_STREAMS", "HOSTS", "STREAM_NAMES", "FeishuConfig"]

STREAM_NAMES = (
    *("accounts", "teams", "memberships", "reporting", "goals"),
    *("tasks", "meetings", "documents", "minutes", "messages"),
)

DIRECTORY_STREAMS = ("teams", "memberships", "reporting")
"""Read only where Feishu is the organisation's directory."""

HOSTS = {"feishu": "https://open.feishu.cn", "lark": "https://open.larksuite.com"}


class FeishuConfig(Configuration):
    domain: Literal["feishu", "lark"] = Field(
        "feishu", description="`feishu` (open.feishu.cn) or `lark` (open.larksuite.com)."
    )
    base_url: str = Field("", description="Address of the API where it is another; http only on loopback.")
    app_id: str = Field(min_length=1, description="App ID of the custom app: cli_…")
    app_secret: SecretRef = Field(
        description="Where the App Secret lies: env:NAME, file:/path or keyring:service/name."
    )
    encrypt_key: SecretRef | None = Field(
        None, description="Where the Encrypt Key of events lies; without it no delivery is believed."
    )
    verification_token: SecretRef | None = Field(None, description="Where the Verification Token of events lies.")
    long_connection: bool = Field(
        False, description="Keep a connection open on which Feishu tells of events; needs no address of ours."
    )
    streams: tuple[str, ...] = Field(STREAM_NAMES, description="What to read.")
    directory: bool = Field(
        False,
        description="Feishu is the organisation's directory: departments are teams, and say who belongs and reports "
        "where. Leave it off where an HR source says that.",
    )
    team_prefix: str = Field("", description="Put before the keys of teams; empty: `feishu:`.")
    okr: Literal["auto", "v2", "v1"] = Field("auto", description="Which OKR interface to read; `auto` tries v2 first.")
    okr_closed_days: int = Field(
        60, ge=0, description="Cycles that ended so many days ago are read once, and then only looked at for deletions."
    )
    open_goals: bool = Field(
        True,
        description="OKR are open to everyone, as is usual; false: to their owner and who that person reports to.",
    )
    tasklists: tuple[str, ...] = Field((), description="GUIDs of task lists to read; empty: all that the app is in.")
    open_tasklists: tuple[str, ...] = Field(
        (), description="GUIDs of task lists whose tasks everyone may read; * for all. Others: a task's own members."
    )
    calendars: tuple[str, ...] = Field(
        (), description="open_id of each person who agreed that their calendar is read. Nobody else's is."
    )
    titles_only: bool = Field(
        True, description="Of meetings only title, time and organiser; false: also description and who takes part."
    )
    meetings_since: date | None = Field(
        None, description="Meetings before this day are not read; empty: 180 days before the first sync."
    )
    spaces: tuple[str, ...] = Field((), description="Ids of wiki spaces to read; * for all that the app is in.")
    folders: tuple[str, ...] = Field((), description="Tokens of folders to read with what lies in them.")
    open_documents: tuple[str, ...] = Field(
        (),
        description="Spaces and folders whose documents everyone may read; * for all. Others: the owner of a document.",
    )
    minutes: tuple[str, ...] = Field((), description="Tokens of minutes to read; others are read when events tell.")
    chats: tuple[str, ...] = Field(
        (), description="chat_id of each group that agreed to be read and has the app's bot in it. Never private chats."
    )
    messages_days: int = Field(90, ge=0, description="How far back a group is read the first time.")
    account_system: str = Field(
        "", pattern=r"^[a-z0-9.-]*$", description="By what name accounts are known; empty: `feishu`, or `lark`."
    )
    page_size: int = Field(50, ge=1, le=100, description="Records to ask for at once, where Feishu allows that many.")

    @field_validator(
        *("streams", "tasklists", "open_tasklists", "calendars", "spaces", "folders", "open_documents", "minutes"),
        "chats",
        mode="before",
    )
    @classmethod
    def _one_or_many(cls, value: Any) -> Any:
        return (value,) if isinstance(value, str) else value

    @field_validator("streams")
    @classmethod
    def _known(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        unknown = sorted(set(value) - set(STREAM_NAMES))
        if unknown:
            raise ValueError(f"no streams of Feishu: {', '.join(unknown)}; there are {', '.join(STREAM_NAMES)}")
        return value

    @field_validator("base_url")
    @classmethod
    def _safe(cls, value: str) -> str:
        return checked_url(value) if value else value

    @model_validator(mode="after")
    def _ids_of_chats(self) -> FeishuConfig:
        if not all(chat.startswith("oc_") for chat in self.chats):
            raise ValueError("chats are named by their chat_id, which begins with oc_")
        return self

    @property
    def host(self) -> str:
        """Scheme and host of the API."""
        return self.base_url or HOSTS[self.domain]

    @property
    def system(self) -> str:
        """The system part of identity keys."""
        return self.account_system or self.domain

    def reads(self, stream: str) -> bool:
        """Whether this connection reads a stream."""
        return stream in self.streams and (self.directory or stream not in DIRECTORY_STREAMS)
