"""A draft as one JSON value: every statement with what it cites and what each check said, and the records themselves.

One statement with its citations and the evidence is what ``coachkit verify`` takes, as it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from coachkit.delivery.document import document
from coachkit.domain.drafts import Draft, Statement
from coachkit.domain.explanations import PackedRecord

__all__ = ["drafted"]


def drafted(draft: Draft, records: Sequence[PackedRecord], timezone: str) -> dict[str, Any]:
    """``draft`` for programs.

    :param records: the evidence pack: what could be cited, as it was quoted.
    :param timezone: whose days stand in the headline.
    """
    shown = document(draft, timezone)
    return {
        "id": draft.id,
        "kind": str(draft.kind),
        "language": draft.language,
        "subject": draft.subject,
        "viewer": draft.viewer,
        "purpose": draft.purpose,
        "headline": shown.headline,
        "lines": list(shown.lines),
        "window": {"start": draft.window_start.isoformat(), "end": draft.window_end.isoformat()},
        "on": draft.on.isoformat() if draft.on else None,
        "created_at": draft.created_at.isoformat(),
        "model": draft.model,
        "prompt": draft.prompt,
        "settings": dict(draft.settings),
        "notes": list(draft.notes),
        "stale": draft.stale,
        "decision": str(draft.decided.decision) if draft.decided else None,
        "statements": [
            {"section": section.name, "section_title": section.title, **_statement(statement)}
            for section in draft.sections
            for statement in section.statements
        ],
        "evidence": [_record(record) for record in records],
        "versions": {public: {"version": v, "hash": h} for public, (v, h) in draft.evidence.items()},
    }


def _statement(statement: Statement) -> dict[str, Any]:
    rests_on = statement.data.get("rests_on")
    return {
        "id": statement.id,
        "statement": statement.text,
        "question": statement.question,
        "citations": list(statement.evidence),
        "rests_on": list(rests_on) if isinstance(rests_on, list | tuple) else list(statement.evidence),
        "fact": statement.fact,
        "origin": str(statement.origin),
        "checks": [{"name": check.name, "passed": check.passed, "reason": check.reason} for check in statement.checks],
    }


def _record(record: PackedRecord) -> dict[str, Any]:
    return {
        "id": record.id,
        "kind": record.kind,
        "key": record.key,
        "day": record.day,
        "title": record.title,
        "text": record.text,
        "actors": [{"role": role, "name": name} for role, name in record.actors],
        "fields": dict(record.fields),
        "findings": [{"kind": kind, "said": said, "names": list(names)} for kind, said, names in record.findings],
    }
