"""Projects and sprints as records: pages that say what work is for, and until when."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from pydantic import ValidationError

from coachkit.sdk import Audience, Failure, StateCategory, StateChange, Upsert, WorkItem, WorkItemKind
from coachkit_jira.audiences import Audiences
from coachkit_jira.issues import read_text, reason_of
from coachkit_jira.links import sprint_key
from coachkit_jira.models import Named, Project, Sprint

__all__ = ["PROJECTS", "SPRINTS", "project_record", "read_project", "read_sprint", "sprint_record"]

PROJECTS, SPRINTS = "projects", "sprints"

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
"""Jira does not tell when a project was made or changed."""

_SPRINT = {"future": StateCategory.TODO, "active": StateCategory.DOING, "closed": StateCategory.DONE}


def read_project(raw: Any) -> Project | Failure:
    """A project, or why it is none."""
    try:
        return Project.model_validate(raw)
    except ValidationError as error:
        return _failure(PROJECTS, raw, error)


def project_record(project: Project, audiences: Audiences, web: str) -> Upsert:
    """A project: its name and what it says about itself."""
    record = WorkItem(
        kind=WorkItemKind.DOCUMENT,
        key=project.key,
        title=(project.name or "").strip() or project.key,
        body=read_text(project.description).text or None,
        state=None if project.archived is None else ("archived" if project.archived else "live"),
    )
    return Upsert(
        stream=PROJECTS,
        native_id=project.id,
        record=record,
        occurred_at=_EPOCH,
        url=f"{web}/browse/{project.key}",
        audience=audiences.of_project(Named(id=project.id, key=project.key)),
    )


def read_sprint(raw: Any) -> Sprint | Failure:
    """A sprint, or why it is none."""
    try:
        return Sprint.model_validate(raw)
    except ValidationError as error:
        return _failure(SPRINTS, raw, error)


def sprint_record(sprint: Sprint, audience: Audience, web: str) -> Upsert:
    """A sprint: its goal, and from when to when. Issues name it by ``sprint:ID``, its key."""
    state = (sprint.state or "").lower()
    steps = [
        (sprint.starts_at if state in ("active", "closed") else None, "active"),
        (sprint.completed_at if state == "closed" else None, "closed"),
    ]
    history = tuple(StateChange(at=at, state=name, category=_SPRINT[name]) for at, name in steps if at)
    at = sprint.completed_at or sprint.starts_at or sprint.created_at or _EPOCH
    record = WorkItem(
        kind=WorkItemKind.DOCUMENT,
        key=sprint_key(sprint.id),
        title=(sprint.name or "").strip() or f"Sprint {sprint.id}",
        body=(sprint.goal or "").strip() or None,
        state=state or None,
        state_category=_SPRINT.get(state),
        created_at=sprint.starts_at or sprint.created_at,
        closed_at=sprint.completed_at if state == "closed" else None,
        due_on=sprint.ends_at.date() if sprint.ends_at else None,
        history=history,
    )
    return Upsert(
        stream=SPRINTS,
        native_id=sprint.id,
        record=record,
        occurred_at=at,
        url=f"{web}/secure/GHGoToBoard.jspa?sprintId={sprint.id}",
        audience=audience,
    )


def _failure(stream: str, raw: Any, error: ValidationError) -> Failure:
    native_id = str(raw.get("id") or "without id") if isinstance(raw, dict) else "without id"
    return Failure(
        stream=stream,
        native_id=native_id,
        reason=reason_of(error),
        payload=raw if isinstance(raw, dict) else {"value": raw},
    )
