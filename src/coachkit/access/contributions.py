"""Who may ask for a contribution summary, and what it may rest on."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Protocol

from coachkit.access.directory import PersonEntry
from coachkit.access.viewer import Viewer
from coachkit.domain.targets import Target
from coachkit.errors import AccessDenied

__all__ = ["Asking", "Resolved", "TargetDirectory", "asks_as", "leads_team", "may_ask_for"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolved:
    """What somebody's words mean. ``through`` is the person they named, if it is their team's or their own."""

    target: Target
    through: PersonEntry | None = None


class Asking:
    """As what somebody asks for a summary."""

    LEAD = "lead"
    """They lead the team, own the goal, or hold a grant: all opens to them when those named have had their look."""
    NAMED = "named"
    """For themselves: they see what is said about them, and never what names others alone."""


class TargetDirectory(Protocol):
    """Goals, projects and teams: how they are called, who leads them, and who reads what is said about them."""

    def find(self, text: str, viewer: Viewer | None) -> Resolved:
        """What ``text`` means: an address (``team:PAY``), a key, a name; a person, for their team or the goals they own
        or where they worked last.

        :raises Ambiguous: if several fit; the candidates are addresses.
        :raises NotFound: if nothing fits that the viewer may know of; the hint names what comes near.
        """

    def target(self, target_id: int) -> Target:
        """What an id means: of a person, their team or the goals they own.

        :raises NotFound: if nobody has asked for it before.
        """

    def leads(self, target: Target) -> tuple[PersonEntry, ...]:
        """Who leads its team or owns it today, by name."""

    def is_granted(self, viewer: int, target: Target) -> bool:
        """Whether HR's grant opens the team whose it is."""

    def takes_part(self, person: int, target: Target) -> bool:
        """Whether somebody is of its team, owns it, or worked on it of late."""

    def shared_scopes(self, viewer: Viewer, target: Target, others: Collection[int] = ()) -> frozenset[int]:
        """What the viewer, those who lead or own the target, its team and ``others`` may all read."""


def leads_team(targets: TargetDirectory, viewer: Viewer, team: str) -> bool:
    """Whether the viewer leads the team with this key today."""
    return any(lead.id == viewer.person for lead in targets.leads(Target.of_team(team)))


def asks_as(targets: TargetDirectory, viewer: Viewer, target: Target) -> str | None:
    """As what the viewer may ask for a summary; ``None``: not at all."""
    if not viewer.scopes:  # who has left
        return None
    leads = any(lead.id == viewer.person for lead in targets.leads(target))
    if leads or targets.is_granted(viewer.person, target):
        return Asking.LEAD
    return Asking.NAMED if targets.takes_part(viewer.person, target) else None


def may_ask_for(targets: TargetDirectory, viewer: Viewer, target: Target) -> str:
    """As what the viewer may ask for a summary of ``target``.

    :raises AccessDenied: unless they lead its team, own it, hold HR's grant for the team, or take part in it.
    """
    found = asks_as(targets, viewer, target)
    if found is None:
        raise AccessDenied(
            "a contribution summary is open to who leads the team or owns the goal, to HR with a grant for the team, "
            "and to those who take part, for what names themselves.",
            subject=viewer.name,
            hint="Ask whoever leads it; or HR, if the team or the ownership is wrong.",
            chinese=(
                "贡献小结只对团队负责人、目标负责人和获得该团队授权的人力资源人员开放；参与的人可以看写到自己的部分。",
                "可以请负责人来准备；如果团队或负责人有误，请人力资源部门更正。",
            ),
        )
    return found
