"""What Jira's states mean for flow."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from coachkit.sdk import StateCategory
from coachkit_jira.models import Status

__all__ = ["States"]

_CATEGORY = {"new": StateCategory.TODO, "indeterminate": StateCategory.DOING, "done": StateCategory.DONE}
_CATEGORY_ID = {"2": "new", "3": "done", "4": "indeterminate"}
_BUILT_IN = {"1": "new", "3": "indeterminate", "4": "new", "5": "done", "6": "done"}
"""Categories of the states that every Jira came with: open, in progress, reopened, resolved, closed."""

_WAITS = re.compile(
    r"\b(?:blocked|blocking|waiting|on[ -]hold|pending|paused|suspended|stalled|impeded)\b"
    r"|阻塞|受阻|等待|挂起|暂停|搁置",
    re.IGNORECASE,
)


class States:
    """Says which category a state is of: as configured, by its name if it says that it waits, else Jira's own."""

    def __init__(self, configured: Mapping[str, StateCategory], dropped_resolutions: Iterable[str]) -> None:
        self._configured = {name.casefold(): category for name, category in configured.items()}
        self._dropped = {name.casefold() for name in dropped_resolutions}
        self._known: dict[str, str] = dict(_BUILT_IN)

    def learn(self, status: Status) -> None:
        """Remember Jira's own category of a state."""
        category = _own(status)
        if status.id and category:
            self._known[status.id] = category

    def category(self, status: Status | None, resolution: str | None) -> StateCategory | None:
        """What a state means for an issue with this resolution; ``None`` if nobody says."""
        if status is None:
            return None
        for name in (status.name, status.id):
            if name and (found := self._configured.get(name.casefold())):
                return found
        own = _own(status) or self._known.get(status.id or "")
        if own == "done" and resolution and resolution.casefold() in self._dropped:
            return StateCategory.DROPPED
        if own != "done" and status.name and _WAITS.search(status.name):
            return StateCategory.WAITING
        return _CATEGORY.get(own or "")


def _own(status: Status) -> str | None:
    """Jira's category: its key; its fixed id, where the key is missing."""
    category = status.category
    if category is None:
        return None
    return category.key or _CATEGORY_ID.get(category.id or "")
