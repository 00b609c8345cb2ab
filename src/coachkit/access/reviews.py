"""Who may write a self-review, and who may read one."""

from __future__ import annotations

from datetime import datetime

from coachkit.access.directory import Directory
from coachkit.access.viewer import Viewer
from coachkit.errors import AccessDenied

__all__ = ["may_write_self_review", "reads_self_review"]


def may_write_self_review(directory: Directory, viewer: Viewer, subject: int, now: datetime) -> None:
    """It is drafted for the person alone: no manager, no HR, no administrator, no grant.

    :raises AccessDenied: for everybody else, and for who has left.
    """
    if viewer.person != subject or not directory.person(viewer.person, directory.today(now)).active:
        raise AccessDenied(
            "a self-review is drafted for the person it is about, and for nobody else.",
            subject=viewer.name,
            hint="What they submit to their manager, the manager reads.",
            chinese=("自评只为本人起草，别人都看不到。", "本人提交给主管之后，主管可以看到所提交的内容。"),
        )


def reads_self_review(directory: Directory, viewer: Viewer, subject: int, submitted_to: int, now: datetime) -> bool:
    """Whether the viewer may read what ``subject`` submitted: the manager to whom it was submitted, as long as the
    person reports to them."""
    today = directory.today(now)
    return (
        viewer.person == submitted_to
        and directory.person(viewer.person, today).active
        and directory.is_manager_of(viewer.person, subject, today)
    )
