"""What is kept between two syncs. Most lists know no "changed since" and are compared whole each time."""

from __future__ import annotations

from coachkit.sdk import CursorState

__all__ = ["GoalsPlace", "MeetingsPlace", "MessagesPlace", "WholePlace"]


class WholePlace(CursorState):
    """A list that is read whole each time. ``done`` is how many it had."""

    done: int


class GoalsPlace(CursorState):
    """:ivar read_at: seconds since 1970 when all goals were last read; cycles that were closed then are not read again.
    :ivar reading: what decides what a goal becomes; when it changes, all are read again.
    """

    read_at: int
    reading: str


class MeetingsPlace(CursorState):
    """:ivar since: seconds since 1970; meetings that ended before are not read."""

    since: int


class MessagesPlace(CursorState):
    """:ivar chats: by chat, seconds since 1970 of the newest message that was read."""

    chats: dict[str, int]
