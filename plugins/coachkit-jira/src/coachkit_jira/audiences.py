"""Who may read what, as keys of groups. Who is in a group is told by :mod:`coachkit_jira.access`.

Everything of a project is for the project's group, or for a part of it; never for the whole organisation, unless
somebody said so in the configuration. So whoever loses the right to browse it loses it everywhere at once.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from coachkit.sdk import Audience
from coachkit_jira.models import Comment, Named, Worklog

__all__ = ["Audiences", "Part"]


@dataclass(frozen=True, slots=True, order=True)
class Part:
    """A part of those who may browse a project.

    :ivar kind: ``level`` (issue security), ``role`` or ``group`` (a comment's visibility); empty for all of them.
    :ivar name: the level's id, the role's name, the group's id or name.
    """

    project: str
    kind: str = ""
    name: str = ""


class Audiences:
    """Names groups, and remembers the parts that were met, so that their members can be told."""

    def __init__(self, connection: str, open_projects: Iterable[str] = ()) -> None:
        self._connection = connection
        self._open = frozenset(open_projects)
        self.met: dict[Part, None] = {}

    def group(self, part: Part) -> str:
        """The key of a group: unique in the organisation, as the connection's name is."""
        tail = f":{part.kind}:{part.name}" if part.kind else ""
        return f"jira:{self._connection}:{part.project}{tail}".replace("|", "/")

    def of_project(self, project: Named | None) -> Audience:
        """Who may browse a project; nobody, where it is not known which."""
        if project is None or not project.id:
            return Audience.nobody()
        return self._of(project, Part(project.id))

    def of_issue(self, project: Named | None, security: Named | None) -> Audience:
        """Who may see an issue: those of its security level, where it has one."""
        if project is None or not project.id:
            return Audience.nobody()
        if security is None:
            return self.of_project(project)
        return self._part(Part(project.id, "level", security.id or "?"))

    def of_remark(self, project: Named | None, issue: Audience, remark: Comment | Worklog) -> Audience:
        """Who may see a comment: those of its issue, or of them those of a role or group.

        A remark with a visibility of its own on an issue with a security level is for nobody: both would have to hold.
        """
        visibility = remark.visibility
        if visibility is None or not (visibility.kind or visibility.value or visibility.identifier):
            return issue
        if project is None or not project.id or ":level:" in issue.key:
            return Audience.nobody()
        if visibility.kind == "role" and visibility.value:
            return self._part(Part(project.id, "role", visibility.value))
        name = visibility.identifier or visibility.value
        if visibility.kind == "group" and name:
            return self._part(Part(project.id, "group", name))
        return Audience.nobody()

    def _of(self, project: Named, part: Part) -> Audience:
        if "*" in self._open or (project.key and project.key in self._open):
            return Audience.org()
        return Audience.group(self.group(part))

    def _part(self, part: Part) -> Audience:
        self.met[part] = None
        return Audience.group(self.group(part))
