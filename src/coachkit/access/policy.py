"""The rules about whole documents. What fits none of them is denied."""

from __future__ import annotations

from datetime import datetime

from coachkit.access.directory import Directory, PersonEntry
from coachkit.access.viewer import Viewer
from coachkit.errors import AccessDenied

__all__ = ["HR", "may_open_brief", "may_open_conversation", "opens_brief", "opens_conversation"]

HR = "hr"


def opens_brief(directory: Directory, viewer: Viewer, subject: PersonEntry | int, now: datetime) -> bool:
    """Whether the viewer may open the brief about ``subject``.

    It is open to the subject, to the manager whom they report to today (directly: not the manager's manager, not
    yesterday's), and to HR with a grant for this person. Who has left opens nothing.
    """
    subject_id = subject if isinstance(subject, int) else subject.id
    today = directory.today(now)
    if not directory.person(viewer.person, today).active:
        return False
    return (
        viewer.person == subject_id
        or directory.is_manager_of(viewer.person, subject_id, today)
        or directory.is_granted(viewer.person, HR, subject_id)
    )


def may_open_brief(directory: Directory, viewer: Viewer, subject: PersonEntry | int, now: datetime) -> None:
    """:raises AccessDenied: unless :func:`opens_brief`."""
    if not opens_brief(directory, viewer, subject, now):
        raise AccessDenied(
            "this brief is open to the person it is about, to whom they report to today, and to HR with a grant.",
            subject=viewer.name,
            hint="If the reporting line has changed, ask HR to correct it.",
            chinese=(
                "这份简报只对本人、本人现在的直属主管和获得授权的人力资源人员开放。",
                "如果汇报关系有变动，请人力资源部门更正。",
            ),
        )


def opens_conversation(directory: Directory, viewer: Viewer, subject: PersonEntry | int, now: datetime) -> bool:
    """Whether the viewer is one of the two who talk: the person, or the manager whom they report to today.

    What two people prepare for each other is nobody else's, HR with a grant included.
    """
    subject_id = subject if isinstance(subject, int) else subject.id
    today = directory.today(now)
    if not directory.person(viewer.person, today).active:
        return False
    return viewer.person == subject_id or directory.is_manager_of(viewer.person, subject_id, today)


def may_open_conversation(directory: Directory, viewer: Viewer, subject: PersonEntry | int, now: datetime) -> None:
    """:raises AccessDenied: unless :func:`opens_conversation`."""
    if not opens_conversation(directory, viewer, subject, now):
        raise AccessDenied(
            "this is open to the two who talk: the person, and to whom they report to today.",
            subject=viewer.name,
            hint="If the reporting line has changed, ask HR to correct it.",
            chinese=("这里只对谈话的双方开放：本人和本人现在的直属主管。", "如果汇报关系有变动，请人力资源部门更正。"),
        )
