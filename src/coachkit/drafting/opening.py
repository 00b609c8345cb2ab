"""Opening a draft again: what it loses when records it rests on are gone or may not be read any more."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import replace

from coachkit.domain.drafts import Draft, Section, Statement

__all__ = ["without"]


def without(draft: Draft, gone: Set[str], *, stale: bool) -> Draft:
    """The draft without the statements that rest on evidence which is gone or not permitted any more."""

    def stands(statement: Statement) -> bool:
        return not gone & {*statement.evidence, *_listed(statement.data.get("rests_on"))}

    sections = tuple(
        Section(
            name=section.name,
            title=section.title,
            statements=tuple(statement for statement in section.statements if stands(statement)),
        )
        for section in draft.sections
    )
    raw = "" if gone else draft.raw_output  # a model's words could repeat what is gone
    kept = replace(
        draft, sections=tuple(section for section in sections if section.statements), stale=stale, raw_output=raw
    )
    numbers = kept.citations
    return replace(
        kept, sources=tuple(sorted((s for s in draft.sources if s.id in numbers), key=lambda s: numbers[s.id]))
    )


def _listed(value: object) -> list[object]:
    return value if isinstance(value, list) else []
