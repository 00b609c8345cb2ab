"""Composing: each fact of a plan becomes a statement in our own words."""

from __future__ import annotations

from datetime import date

from coachkit.domain.drafts import Origin, Statement
from coachkit.domain.identity import public_id
from coachkit.drafting.facts import Fact
from coachkit.drafting.voice import Voice
from coachkit.drafting.wording import word

__all__ = ["compose"]

_ENDED = (
    "goals.",
    "agenda.",
    "actions.",
    "across.",
    "plan.",
    "card.talk",
    "card.seen",
    "card.opening",
    "contribution.",
)
"""Kinds that stand as lines of a list, without a full stop."""


def compose(fact: Fact, voice: Voice) -> Statement:
    """``fact`` as a statement in composed words."""
    worded = word(fact, voice)
    return Statement(
        text=_ended(voice.spaced(worded.text), fact, voice),
        evidence=fact.evidence,
        origin=Origin.COMPOSED,
        fact=fact.kind,
        question=voice.spaced(worded.question),
        data=_data(fact),
    )


def _ended(text: str, fact: Fact, voice: Voice) -> str:
    if fact.kind.startswith(_ENDED) or text.endswith((".", "?", "!", "。", "？", "！", "…”")):
        return text
    return text + ("。" if voice.zh else ".")


def _data(fact: Fact) -> dict[str, object]:
    data: dict[str, object] = {"id": fact.id}
    if set(fact.counted) - set(fact.evidence):
        data["rests_on"] = list(fact.counted)
    if fact.uncited:
        data["about"] = "sources" if fact.section in ("unknowns", "coverage") else "question"
    if months := fact.several("months"):
        data["months"] = [
            [month.isoformat(), records, dots]
            for month, records, dots in zip(months, fact.several("records"), fact.several("dots"), strict=True)
            if isinstance(month, date)
        ]
    if fact.kind.startswith("contribution."):
        data["people"] = [public_id(party.who) for party in fact.people]
    if fact.kind.startswith("actions."):
        owner, title = fact.roles["owner"], fact.quote("title")
        due, done = fact.day("due"), fact.day("done")
        data |= {
            "action": fact.evidence[0],
            "owner": owner.name,
            "owned_by_subject": owner.who == fact.roles["subject"].who,
            "title": title.text if title else "",
            "due_on": due.isoformat() if due else None,
            "done_on": done.isoformat() if done else None,
            "days_over": fact.number("late"),
            "done": fact.kind == "actions.done",
        }
    return data
