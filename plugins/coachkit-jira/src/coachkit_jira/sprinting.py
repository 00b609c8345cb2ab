"""Sprints of all Scrum boards: all of them once, afterwards those that have not ended and those that just did."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pydantic import ValidationError

from coachkit.sdk import Checkpoint, Cursor, Failure, Item, NotThere, Refused, SourceError, Tombstone
from coachkit_jira.cursors import SprintsPlace
from coachkit_jira.models import Board, Named, Project, Sprint
from coachkit_jira.plans import SPRINTS, read_sprint, sprint_record
from coachkit_jira.rest import told
from coachkit_jira.session import Session

__all__ = ["Sprints"]


class Sprints:
    """Reads sprints.

    :ivar present: ids of all of them, if all were listed.
    """

    def __init__(self, session: Session, cursor: Cursor | None, now: int) -> None:
        self.present: dict[str, None] = {}
        self.sweeps: set[str] = set()
        self._session = session
        self._now = now
        self._listed = True
        self._place = SprintsPlace.read(cursor, connection=session.connection)
        self._projects: dict[str, str | None] = {}

    def items(self, projects: Mapping[str, Project]) -> Iterator[Item]:
        """What is new. Without Jira Software, or the right to see boards, there are none."""
        place = self._place or SprintsPlace(open=[], swept_at=0)
        due = self._now - place.swept_at >= 3600 * self._session.config.sweep_every_hours
        state = None if due else "active,future"
        still_open: list[str] = []
        try:
            boards = self._boards()
        except SourceError as error:
            if not told(error):
                raise
            yield Checkpoint(stream=SPRINTS, cursor=place.cursor())
            return
        for board in boards.values():
            for raw in self._of_board(board, state):
                sprint = read_sprint(raw)
                if isinstance(sprint, Failure):
                    yield sprint
                elif sprint.id not in self.present and (sprint.board in (None, board.id) or sprint.board not in boards):
                    yield from self._one(sprint, projects, still_open)
        for sprint_id in place.open:
            if sprint_id not in self.present:
                yield from self.again(sprint_id, projects, still_open)
        self.sweeps = {SPRINTS} if due and self._listed else set()
        place = SprintsPlace(open=sorted(still_open), swept_at=self._now if self.sweeps else place.swept_at)
        yield Checkpoint(stream=SPRINTS, cursor=place.cursor())

    def again(
        self, sprint_id: str, projects: Mapping[str, Project] | None, still_open: list[str] | None = None
    ) -> Iterator[Item]:
        """One sprint as it is now."""
        try:
            sprint = read_sprint(self._session.rest.sprint(sprint_id))
        except NotThere:
            yield Tombstone(stream=SPRINTS, native_id=sprint_id)
            return
        if isinstance(sprint, Failure):
            yield sprint
        else:
            yield from self._one(sprint, projects, still_open)

    def _one(
        self, sprint: Sprint, projects: Mapping[str, Project] | None, still_open: list[str] | None
    ) -> Iterator[Item]:
        project = self._project_of(sprint.board)
        if projects is not None and project is not None and project not in projects:
            return
        self.present[sprint.id] = None
        if still_open is not None and (sprint.state or "").lower() != "closed":
            still_open.append(sprint.id)
        known = projects.get(project) if projects and project else None
        named = Named(id=project, key=known.key if known else None)
        audience = self._session.audiences.of_project(named)
        yield sprint_record(sprint, audience, self._session.issues.web)

    def _boards(self) -> dict[str, Board]:
        found: dict[str, Board] = {}
        for raw in self._session.rest.boards():
            try:
                board = Board.model_validate(raw)
            except ValidationError:
                continue
            if board.kind == "kanban":
                continue
            found[board.id] = board
            if board.location and board.location.project:
                self._projects[board.id] = board.location.project
        return found

    def _of_board(self, board: Board, state: str | None) -> Iterator[Mapping[str, object]]:
        """Sprints of a board; none, where Jira says that it has none (400) or gives us none."""
        try:
            yield from self._session.rest.sprints(board.id, state=state)
        except SourceError as error:
            if not told(error):
                raise
            self._listed = self._listed and isinstance(error, Refused) and error.status == 400

    def _project_of(self, board: str | None) -> str | None:
        """The one project whose work a board shows; none, if it shows several: who may see it is then not known."""
        if board is None:
            return None
        if board not in self._projects:
            try:
                found = [str(raw.get("id")) for raw in self._session.rest.board_projects(board)]
            except SourceError as error:
                if not told(error):
                    raise
                found = []
            self._projects[board] = found[0] if len(found) == 1 else None
        return self._projects[board]
