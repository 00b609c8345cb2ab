"""Tasks of the lists that the app is in."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime

from coachkit.sdk import (
    Audience,
    Failure,
    Interaction,
    InteractionKind,
    Item,
    Link,
    NotAllowed,
    NotThere,
    StateCategory,
    StateChange,
    Tombstone,
    Upsert,
    WorkItem,
    WorkItemKind,
)
from coachkit_feishu.api import Api
from coachkit_feishu.config import FeishuConfig
from coachkit_feishu.goals import BEIJING
from coachkit_feishu.people import People, people_in
from coachkit_feishu.raw import Raw, flag, millis, part, parts, version_of, word

__all__ = ["TASKS", "Tasks", "TasksRead"]

TASKS = "tasks"

_STATES = {"todo": StateCategory.TODO, "done": StateCategory.DONE}


class Tasks:
    """From Feishu's words about tasks to ours."""

    def __init__(self, config: FeishuConfig, people: People) -> None:
        self._config = config
        self._people = people

    def of_task(self, raw: Raw) -> Iterator[Item]:
        """A task, with who made it and who does it."""
        guid, title, changed = word(raw, "guid"), word(raw, "summary"), millis(raw, "updated_at", "created_at")
        if not guid or changed is None:
            what = "no guid" if not guid else "no date"
            reason = f"the task has {what}"
            yield Failure(stream=TASKS, native_id=guid or "without an id", reason=reason)
            return
        created, done = millis(raw, "created_at"), millis(raw, "completed_at")
        state = word(raw, "status") or ("done" if done else "todo")
        yield Upsert(
            stream=TASKS,
            native_id=guid,
            record=WorkItem(
                kind=WorkItemKind.TASK,
                key=word(raw, "task_id") or guid,
                title=title or "?",
                body=word(raw, "description") or None,
                container=next((word(one, "tasklist_guid") for one in parts(raw, "tasklists")), None) or None,
                state=state,
                state_category=StateCategory.DONE if done else _STATES.get(state),
                created_at=created,
                closed_at=done,
                due_on=_due(part(raw, "due")),
                interactions=tuple(self._acts(raw, created or changed)),
                history=(StateChange(at=done, state="done", category=StateCategory.DONE),) if done else (),
                links=tuple(_links(raw)),
            ),
            occurred_at=changed,
            version=version_of(changed),
            url=word(raw, "url") or None,
            audience=self._audience(raw),
        )

    def _acts(self, raw: Raw, at: datetime) -> Iterator[Interaction]:
        creator = self._person(part(raw, "creator"))
        if creator:
            yield Interaction(kind=InteractionKind.REPORTED, actor=creator, at=at)
        assigned = (one for one in parts(raw, "members") if word(one, "role") != "follower")
        for assignee in people_in(assigned, self._people):
            yield Interaction(kind=InteractionKind.ASSIGNED, actor=creator or assignee, target=assignee, at=at)
        finished = {self._person(one): millis(one, "completed_at") for one in parts(raw, "assignee_related")}
        for key, moment in sorted((key, moment) for key, moment in finished.items() if key and moment):
            yield Interaction(kind=InteractionKind.AUTHORED, actor=key, at=moment)

    def _person(self, raw: Raw) -> str | None:
        return next(iter(people_in([raw], self._people)), None) if raw else None

    def _audience(self, raw: Raw) -> Audience:
        """Everyone, where its list is said to be open; else who is named on it."""
        lists = {word(one, "tasklist_guid") for one in parts(raw, "tasklists")}
        if "*" in self._config.open_tasklists or lists & set(self._config.open_tasklists):
            return Audience.org()
        named = {*people_in(parts(raw, "members"), self._people), self._person(part(raw, "creator"))} - {None}
        keys = [key for key in named if key]
        return Audience.people(*keys) if keys else Audience.nobody()


class TasksRead:
    """Lists and reads tasks. :ivar incomplete: some could not be listed, so nothing is known to have gone."""

    def __init__(self, api: Api, config: FeishuConfig, tasks: Tasks) -> None:
        self._api = api
        self._config = config
        self._tasks = tasks
        self.incomplete = False

    def items(self) -> Iterator[Item]:
        """Every task of every list, once."""
        seen: set[str] = set()
        for tasklist in self._lists():
            try:
                for raw in self._listed(tasklist):
                    guid = word(raw, "guid")
                    if guid not in seen:
                        seen.add(guid)
                        yield from self.one(guid) if guid else self._tasks.of_task(raw)
            except (NotAllowed, NotThere) as error:
                self.incomplete = True
                yield Failure(stream=TASKS, native_id=f"tasklist/{tasklist}", reason=error.message)

    def ids(self) -> Iterator[str]:
        """Ids of all tasks there are, each at least once."""
        for tasklist in self._lists():
            yield from (word(raw, "guid") for raw in self._listed(tasklist))

    def one(self, guid: str) -> Iterator[Item]:
        """A task as it is now."""
        yield from self.of(guid, self.read(guid))

    def read(self, guid: str) -> Raw | None:
        """What Feishu says of a task; nothing, where there is none."""
        try:
            return part(self._api.get(f"task/v2/tasks/{guid}"), "task")
        except NotThere:
            return None

    def of(self, guid: str, raw: Raw | None) -> Iterator[Item]:
        """The records of what :meth:`read` found."""
        if raw is None:
            yield Tombstone(stream=TASKS, native_id=guid)
        else:
            yield from self._tasks.of_task(raw)

    def belongs(self, raw: Raw) -> bool:
        """Whether a task is in a list that is read; Feishu names those that the app may see."""
        lists = {word(one, "tasklist_guid") for one in parts(raw, "tasklists")} - {""}
        return bool(lists & set(self._config.tasklists) if self._config.tasklists else lists)

    def _lists(self) -> Iterator[str]:
        if self._config.tasklists:
            yield from self._config.tasklists
            return
        for raw in self._api.rows("task/v2/tasklists"):
            if word(raw, "guid"):
                yield word(raw, "guid")

    def _listed(self, tasklist: str) -> Iterator[Raw]:
        return self._api.rows(f"task/v2/tasklists/{tasklist}/tasks")


def _due(raw: Raw) -> date | None:
    """The day that it is due; days as such are told as midnight UTC."""
    moment = millis(raw, "timestamp")
    if moment is None:
        return None
    return moment.astimezone(UTC if flag(raw, "is_all_day") else BEIJING).date()


def _links(raw: Raw) -> Iterator[Link]:
    parent = word(raw, "parent_task_guid")
    if parent:
        yield Link(rel="parent", target=parent)
    for one in parts(raw, "dependencies"):
        rel = {"prev": "blocked_by", "next": "blocks"}.get(word(one, "type"), "relates")
        if word(one, "task_guid"):
            yield Link(rel=rel, target=word(one, "task_guid"))
