"""The sentences of a self-review as their person left them, and the copy of it that is handed to a manager."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from coachkit.domain.drafts import Draft, Origin, Statement
from coachkit.domain.reviews import OwnWords, SentenceChange
from coachkit.drafting.facts import Language

__all__ = ["OWN_WORDS", "PURPOSE", "action_on", "changed", "handed", "numbered", "own_words"]

PURPOSE = "reading a submitted self-review"

OWN_WORDS = "own.words"
"""The fact of a sentence that the person added."""


def action_on(statement: Statement, changes: Mapping[str, SentenceChange]) -> str:
    change = changes.get(str(statement.data.get("id", "")))
    return change.action if change else "keep"


def changed(statement: Statement, changes: Mapping[str, SentenceChange]) -> Statement:
    """The sentence as the person left it; what they wrote cites what the drafted one cited."""
    change = changes.get(str(statement.data.get("id", "")))
    if change is None or change.action != "edit":
        return statement
    return replace(statement, text=change.text, origin=Origin.EDITED, checks=())


def own_words(words: OwnWords, language: Language) -> Statement:
    said = f"本人补充：“{words.text}”" if language == "zh" else f"In my own words: “{words.text}”"
    return Statement(
        text=said,
        origin=Origin.EDITED,
        fact=OWN_WORDS,
        data={"id": words.id, "about": "own words", "url": words.url},
    )


def handed(draft: Draft) -> Draft:
    """What leaves the person: no prompts to them, no model's raw words, no notes on the drafting, no trace of what they
    left out or changed but that a sentence is their own."""
    sections = tuple(
        replace(
            section,
            statements=tuple(
                Statement(
                    text=one.text,
                    evidence=one.evidence,
                    origin=one.origin,
                    fact=one.fact,
                    data={name: value for name, value in one.data.items() if name in _SHOWN},
                )
                for one in section.statements
            ),
        )
        for section in draft.sections
        if section.statements
    )
    left = Draft(
        id=draft.id,
        kind=draft.kind,
        language=draft.language,
        subject=draft.subject,
        viewer=draft.viewer,
        actor=draft.actor,
        purpose=PURPOSE,
        window_start=draft.window_start,
        window_end=draft.window_end,
        created_at=draft.created_at,
        title=draft.title,
        sections=sections,
        header=draft.header,
        sources=draft.sources,
        on=draft.on,
    )
    resting = {public for section in sections for one in section.statements for public in _rests_on(one)}
    resting |= set(left.citations)
    return numbered(replace(left, evidence={one: draft.evidence[one] for one in draft.evidence if one in resting}))


_SHOWN = ("id", "rests_on", "about", "url", "months")


def _rests_on(statement: Statement) -> set[str]:
    listed = statement.data.get("rests_on")
    return {str(one) for one in listed} if isinstance(listed, list) else set()


def numbered(draft: Draft) -> Draft:
    """With the list of sources in the order in which the sentences that are left cite them."""
    numbers = draft.citations
    return replace(
        draft, sources=tuple(sorted((s for s in draft.sources if s.id in numbers), key=lambda s: numbers[s.id]))
    )
