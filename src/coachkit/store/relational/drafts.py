"""Drafts with what explains them, in the relational store."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import sqlalchemy as sa
from pydantic import TypeAdapter

from coachkit.domain.drafts import Draft, DraftKind
from coachkit.domain.identity import unpublic_id
from coachkit.drafting.ports import StoredDraft
from coachkit.store.relational.database import Database
from coachkit.store.relational.schema import draft_evidence, drafts

__all__ = ["SqlDraftStore"]

_DRAFT = TypeAdapter(Draft)


class SqlDraftStore:
    """Keeps each draft as one document, and beside it which records it rests on, so that erasure finds it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def save(self, draft: Draft, *, viewer: int, subject: int, explanation: Mapping[str, object]) -> None:
        """Keep a draft; the same id replaces what was there."""
        document = _DRAFT.dump_python(draft, mode="json", exclude={"stale"})
        with self._database.write() as connection:
            connection.execute(sa.delete(drafts).where(drafts.c.id == draft.id))
            connection.execute(
                sa.insert(drafts).values(
                    id=draft.id,
                    kind=str(draft.kind),
                    subject_id=subject,
                    viewer_id=viewer,
                    language=draft.language,
                    created_at=draft.created_at,
                    model=draft.model,
                    draft=document,
                    explanation=dict(explanation),
                )
            )
            rows = [
                {"draft_id": draft.id, "record_id": unpublic_id(public), "content_hash": hashed}
                for public, (_, hashed) in draft.evidence.items()
            ]
            if rows:
                connection.execute(sa.insert(draft_evidence), rows)

    def get(self, draft_id: str) -> StoredDraft | None:
        return self._one(sa.select(drafts).where(drafts.c.id == draft_id))

    def latest(
        self,
        kind: DraftKind,
        *,
        viewer: int,
        subject: int,
        language: str | None = None,
        model: str | None = None,
        on: date | None = None,
    ) -> StoredDraft | None:
        day = sa.type_coerce(drafts.c.draft, sa.JSON)["on"].as_string()
        query = sa.select(drafts).where(
            drafts.c.kind == str(kind),
            drafts.c.viewer_id == viewer,
            drafts.c.subject_id == subject,
            day == on.isoformat() if on else day.is_(None),
        )
        if language is not None:
            query = query.where(drafts.c.language == language)
        if model is not None:
            query = query.where(drafts.c.model == model)
        return self._one(query.order_by(drafts.c.created_at.desc(), drafts.c.id).limit(1))

    def _one(self, query: sa.Select[Any]) -> StoredDraft | None:
        with self._database.read() as connection:
            row = connection.execute(query).one_or_none()
        return StoredDraft(draft=_DRAFT.validate_python(row.draft), explanation=row.explanation) if row else None
