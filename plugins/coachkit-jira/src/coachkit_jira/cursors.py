"""What is kept between two syncs."""

from __future__ import annotations

from coachkit.sdk import CursorState

__all__ = ["AccountsPlace", "IssuesPlace", "ProjectsPlace", "SprintsPlace"]


class AccountsPlace(CursorState):
    """The directory is read whole each time. ``count`` is how many it had."""

    count: int


class ProjectsPlace(CursorState):
    """Which projects there were, and which parts of them had an audience of their own.

    :ivar access_at: seconds since 1970 when permissions were read.
    """

    projects: list[str]
    parts: list[tuple[str, str, str]]
    access_at: int


class IssuesPlace(CursorState):
    """How far issues are read, in order of their last change.

    :ivar since: milliseconds since 1970: everything that changed before is read.
    :ivar whole: everything there was has been read once; until then, reading goes on exactly at ``since``.
    :ivar done: how many were read of the first reading.
    :ivar reading: digest of everything that decides what an issue becomes.
    :ivar swept_at: seconds since 1970 when ids were compared; ``comments_swept_at`` the same for comments.
    """

    since: int
    whole: bool
    done: int
    reading: str
    swept_at: int
    comments_swept_at: int


class SprintsPlace(CursorState):
    """Sprints that had not ended, and when (seconds since 1970) all of them were listed."""

    open: list[str]
    swept_at: int
