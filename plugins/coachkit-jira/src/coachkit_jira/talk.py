"""Comments as what people did for each other: remarks, questions to somebody, and their answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from coachkit.sdk import Interaction, InteractionKind
from coachkit_jira.models import Comment
from coachkit_jira.people import People
from coachkit_jira.written import Written

__all__ = ["Remark", "interactions_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """A comment, read. ``owner`` is whose issue it was at that moment."""

    comment: Comment
    at: datetime
    actor: str
    written: Written
    owner: str | None


def interactions_of(remarks: Sequence[Remark], key: str, people: People) -> list[Interaction]:
    """What each remark is, in the order given.

    A remark that names one person and asks something is a question to them; the next remark of that person on the same
    issue is the answer. Any other is a comment: to the one person that it names, else to whose issue it is.
    """
    open_questions: dict[str, list[str]] = {}
    found = []
    for remark in remarks:
        named = [one for name in remark.written.mentions if (one := people.key_of_name(name)) and one != remark.actor]
        askers = open_questions.pop(remark.actor, [])
        kind, target = InteractionKind.COMMENTED, remark.owner if remark.owner != remark.actor else None
        if len(named) == 1:
            target = named[0]
        if len(named) == 1 and remark.written.asks:
            kind = InteractionKind.ASKED
            open_questions.setdefault(named[0], []).append(remark.actor)
        elif askers:
            kind, target = InteractionKind.ANSWERED, target if target in askers else askers[-1]
        text = remark.written.text or None
        found.append(Interaction(kind=kind, actor=remark.actor, at=remark.at, target=target, item=key, text=text))
    return found
