"""What an issue is tied to: other issues, its epic and parent, sprints, goals."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from coachkit.sdk import Link
from coachkit_jira.config import JiraConfig
from coachkit_jira.models import Fields, Linked, Sprint

__all__ = ["links_of", "rel_of", "sprint_key", "sprints_in"]

_RELS = {
    "blocks": "blocks",
    "is blocked by": "blocked_by",
    "relates to": "relates",
    "duplicates": "duplicates",
    "is duplicated by": "duplicated_by",
    "clones": "clones",
    "is cloned by": "cloned_by",
    "causes": "causes",
    "is caused by": "caused_by",
    "depends on": "blocked_by",
    "is depended on by": "blocks",
    "阻塞": "blocks",
    "被阻塞": "blocked_by",
    "被阻止": "blocked_by",
    "阻止": "blocks",
    "相关": "relates",
    "关联到": "relates",
}
_PLAIN = re.compile(r"\W+")
_GREENHOPPER = re.compile(r"\[(?P<parts>.*)\]\s*\Z", re.DOTALL)
_PART = re.compile(r"(?:^|,)(id|rapidViewId|state|name|goal|startDate|endDate|completeDate|activatedDate|sequence)=")


def rel_of(phrase: str | None) -> str:
    """Our word for how a link's type puts it; unknown ones in their own words."""
    said = (phrase or "").strip().casefold()
    return _RELS.get(said) or _PLAIN.sub("_", said).strip("_")[:40] or "relates"


def sprint_key(sprint_id: str) -> str:
    """What a sprint is called in links: its name may be another board's too."""
    return f"sprint:{sprint_id}"


def links_of(
    fields: Fields,
    config: JiraConfig,
    epic_field: str,
    linked: Mapping[tuple[str, str], tuple[datetime | None, datetime | None]],
    sprinted: Mapping[str, tuple[datetime | None, datetime | None]],
) -> tuple[Link, ...]:
    """All links, each once.

    :param linked: since when, and until when, by relation and key, as far as the history says.
    :param sprinted: the same by sprint id.
    """
    found: dict[tuple[str, str], Link] = {}

    def add(rel: str, target: str, since: datetime | None = None, until: datetime | None = None) -> None:
        found.setdefault((rel, target), Link(rel=rel, target=target, since=since, until=until))

    for rel, target in _issue_links(fields.links):
        add(rel, target, linked.get((rel, target), (None, None))[0])
    for (rel, target), (since, until) in linked.items():
        if until is not None and rel in ("blocks", "blocked_by"):
            add(rel, target, since, until)  # it waited then
    parent = fields.parent.key if fields.parent else None
    if parent:
        add("parent", parent)
    epic = _epic(fields, epic_field)
    if epic and epic != parent:
        add("epic", epic)
    for goal in _goals(fields, config, (epic, parent)):
        add("goal", goal)
    current = {sprint.id for sprint in sprints_in(fields)}
    for sprint_id in sorted(current | sprinted.keys(), key=_number):
        since, until = sprinted.get(sprint_id, (None, None))
        add("sprint", sprint_key(sprint_id), since, None if sprint_id in current else until)
    return tuple(found.values())


def _issue_links(links: list[Linked]) -> Iterator[tuple[str, str]]:
    for link in links:
        kind = link.kind
        if link.inward and link.inward.key:
            yield rel_of(kind.inward if kind else None), link.inward.key
        if link.outward and link.outward.key:
            yield rel_of(kind.outward if kind else None), link.outward.key


def _epic(fields: Fields, epic_field: str) -> str | None:
    if fields.epic and fields.epic.key:
        return fields.epic.key
    value = fields.others.get(epic_field) if epic_field else None
    return value.strip() or None if isinstance(value, str) else None


def _goals(fields: Fields, config: JiraConfig, above: tuple[str | None, ...]) -> Iterator[str]:
    """Goals named by a field, or that an epic above stands for."""
    if config.goal_field:
        yield from _words(fields.others.get(config.goal_field))
    for key in above:
        if key and key in config.goals:
            yield config.goals[key]


def _words(value: Any) -> Iterator[str]:
    """A custom field's values: text, an option, or a list of either."""
    if isinstance(value, list):
        for one in value:
            yield from _words(one)
    elif isinstance(value, Mapping):
        yield from _words(value.get("key") or value.get("value") or value.get("name"))
    elif isinstance(value, str):
        yield from (word for part in re.split(r"[,;\n]", value) if (word := part.strip()))


def sprints_in(fields: Fields) -> Iterator[Sprint]:
    """Sprints that the issue is or was in: objects (Cloud), or text (Data Center), in whatever field they stand."""
    seen: set[str] = set()
    for value in fields.others.values():
        for one in value if isinstance(value, list) else [value]:
            sprint = _sprint(one)
            if sprint and sprint.id not in seen:
                seen.add(sprint.id)
                yield sprint


def _sprint(value: Any) -> Sprint | None:
    if isinstance(value, str):
        value = _from_text(value)
    if not isinstance(value, Mapping) or not {"id", "name", "state"} <= value.keys():
        return None
    if not {"boardId", "originBoardId", "rapidViewId", "startDate", "goal"} & value.keys():
        return None
    board = value.get("originBoardId") or value.get("boardId") or value.get("rapidViewId")
    try:
        return Sprint.model_validate({**value, "originBoardId": board})
    except ValidationError:
        return None


def _from_text(text: str) -> dict[str, str] | None:
    """``com.atlassian.greenhopper.service.sprint.Sprint@1f[id=7,rapidViewId=8,state=CLOSED,name=A, B,…]``."""
    if "greenhopper" not in text or (found := _GREENHOPPER.search(text)) is None:
        return None
    parts, marks = found["parts"], list(_PART.finditer(found["parts"]))
    ends = [mark.start() for mark in marks[1:]] + [len(parts)]
    values = {mark[1]: parts[mark.end() : end] for mark, end in zip(marks, ends, strict=True)}
    return {name: value for name, value in values.items() if value not in ("<null>", "")}


def _number(text: str) -> tuple[int, str]:
    return (int(text), "") if text.isascii() and text.isdecimal() else (0, text)
