"""Places where somebody's words come into a record, each with how to put a text there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from coachkit.domain.conversations import ActionItem, CheckIn, Feedback
from coachkit.domain.goals import Goal
from coachkit.domain.work import Interaction, Link, WorkItem, WorkItemKind

__all__ = ["SITES"]


def _line(text: str) -> str:
    return " ".join(text.split())


def _work(kind: WorkItemKind | None, change: Callable[[WorkItem, str], WorkItem]) -> Callable[[Any, str], Any]:
    def site(noun: Any, text: str) -> Any:
        fits = isinstance(noun, WorkItem) and noun.kind is not WorkItemKind.COMMIT and kind in (None, noun.kind)
        return change(noun, text) if fits else None

    return site


def _reason(item: WorkItem, text: str) -> WorkItem:
    *before, last = item.history or (None,)
    return replace(item, history=(*before, replace(last, reason=text))) if last else item


def _agenda(noun: Any, text: str) -> Any:
    if not isinstance(noun, CheckIn) or not noun.agenda:
        return None
    *before, last = noun.agenda
    return replace(noun, agenda=(*before, replace(last, text=text)))


def _result(noun: Any, text: str) -> Any:
    if not isinstance(noun, Goal) or not noun.key_results:
        return None
    first, *others = noun.key_results
    return replace(noun, key_results=(replace(first, title=text), *others))


def _unit(noun: Any, text: str) -> Any:
    if not isinstance(noun, Goal) or not noun.key_results:
        return None
    return replace(noun, key_results=tuple(replace(one, unit=_line(text)) for one in noun.key_results))


def _note(noun: Any, text: str) -> Any:
    if not isinstance(noun, Goal) or not any(one.measurements for one in noun.key_results):
        return None
    results = tuple(
        replace(one, measurements=tuple(replace(m, note=text) for m in one.measurements)) for one in noun.key_results
    )
    return replace(noun, key_results=results)


def _of(kind: type, change: Callable[[Any, str], Any]) -> Callable[[Any, str], Any]:
    return lambda noun, text: change(noun, text) if isinstance(noun, kind) else None


def _ended(item: Interaction, text: str) -> Interaction:
    return replace(item, text=f"{item.text} {text}") if item.text else item


def _customer(said: Feedback, text: str) -> Feedback:
    return said if said.author else replace(said, author_name=_line(text))


def _blocked(item: WorkItem, text: str) -> WorkItem:
    return replace(item, links=(*item.links, Link(rel="blocked_by", target=_line(text))))


SITES: Mapping[str, Callable[[Any, str], Any]] = {
    "ticket title": _work(WorkItemKind.ISSUE, lambda item, text: replace(item, title=text)),
    "ticket body": _work(WorkItemKind.ISSUE, lambda item, text: replace(item, body=f"{item.body or ''}\n\n{text}")),
    "document title": _work(WorkItemKind.DOCUMENT, lambda item, text: replace(item, title=text)),
    "meeting title": _work(WorkItemKind.MEETING, lambda item, text: replace(item, title=text)),
    "reason of a wait": _work(None, _reason),
    "state": _work(None, lambda item, text: replace(item, state=_line(text))),
    "key": _work(WorkItemKind.ISSUE, lambda item, text: replace(item, key=_line(text))),
    "project, branch": _work(None, lambda item, text: replace(item, container=_line(text), areas=(_line(text),))),
    "link": _work(None, _blocked),
    "comment": _of(Interaction, lambda noun, text: replace(noun, text=text) if noun.text else None),
    "end of a comment": _of(Interaction, _ended),
    "feedback": _of(Feedback, lambda noun, text: replace(noun, text=text)),
    "end of feedback": _of(Feedback, lambda noun, text: replace(noun, text=f"{noun.text} {text}")),
    "customer's name": _of(Feedback, _customer),
    "agenda point": _agenda,
    "action": _of(ActionItem, lambda noun, text: replace(noun, title=text)),
    "goal title": _of(Goal, lambda noun, text: replace(noun, title=text)),
    "key result": _result,
    "measurement": _note,
    "unit": _unit,
}  # fmt: skip
"""Site → the record's noun with a text there; ``None`` where the noun has no such place."""
