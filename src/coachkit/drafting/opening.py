"""Opening a draft again: with what people changed in it, without what rests on records that are gone."""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import replace

from coachkit.domain.drafts import Draft, Edit, EditAction, Origin, Section, Statement

__all__ = ["edited", "without"]


def edited(draft: Draft, edits: Sequence[Edit]) -> Draft:
    """The draft with what people did with its statements; of one statement the last thing counts.

    What a person wrote is theirs: it is shown as it stands, checked by nobody, and marked as edited.
    """
    last = {edit.statement: edit for edit in edits}
    removed: list[Statement] = []

    def changed(statement: Statement) -> Statement | None:
        edit = last.get(statement.id)
        if edit is None or edit.action is EditAction.KEEP:
            return statement
        if edit.action is EditAction.REMOVE:
            removed.append(statement)
            return None
        return replace(statement, text=edit.text, origin=Origin.EDITED, checks=())

    sections = tuple(
        replace(section, statements=tuple(one for one in map(changed, section.statements) if one is not None))
        for section in draft.sections
    )
    return replace(draft, sections=_told(sections), edits=tuple(edits), removed=tuple(removed))


def without(draft: Draft, gone: Set[str], *, stale: bool) -> Draft:
    """The draft without the statements that rest on evidence which is gone or not permitted any more."""

    def stands(statement: Statement) -> bool:
        return not gone & {*statement.evidence, *_listed(statement.data.get("rests_on"))}

    sections = tuple(
        replace(section, statements=tuple(statement for statement in section.statements if stands(statement)))
        for section in draft.sections
    )
    raw = "" if gone else draft.raw_output  # a model's words could repeat what is gone
    left = {statement.id for section in sections for statement in section.statements}
    removed = tuple(statement for statement in draft.removed if stands(statement))
    kept_ids = left | {statement.id for statement in removed}
    kept = replace(
        draft,
        sections=_told(sections),
        removed=removed,
        edits=tuple(edit for edit in draft.edits if edit.statement in kept_ids),
        stale=stale,
        raw_output=raw,
    )
    numbers = kept.citations
    return replace(
        kept, sources=tuple(sorted((s for s in draft.sources if s.id in numbers), key=lambda s: numbers[s.id]))
    )


def _told(sections: tuple[Section, ...]) -> tuple[Section, ...]:
    return tuple(section for section in sections if section.statements)


def _listed(value: object) -> list[object]:
    return value if isinstance(value, list) else []
