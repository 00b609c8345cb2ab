"""Drafts with what explains them, and what people did with them, in the relational store."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from pydantic import TypeAdapter

from coachkit.domain.drafts import Decided, Decision, Draft, DraftKind, Edit, EditAction
from coachkit.domain.identity import public_id, unpublic_id
from coachkit.drafting.ports import StoredDraft
from coachkit.store.relational.database import Database
from coachkit.store.relational.schema import draft_decisions, draft_edits, draft_evidence, drafts

__all__ = ["SqlDraftStore"]

_DRAFT = TypeAdapter(Draft)
_READ_LATER = {"stale", "edits", "removed", "decided"}
"""What is known of a draft only when it is opened."""


class SqlDraftStore:
    """Keeps each draft as one document, and beside it which records it rests on, so that erasure finds it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def save(self, draft: Draft, *, viewer: int, subject: int, explanation: Mapping[str, object]) -> None:
        """Keep a draft; the same id replaces what was there."""
        document = _DRAFT.dump_python(draft, mode="json", exclude=_READ_LATER)
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

    def add_edit(self, draft_id: str, edit: Edit) -> None:
        """Note what somebody did with a statement; what was noted before stays."""
        with self._database.write() as connection:
            connection.execute(
                sa.insert(draft_edits).values(
                    draft_id=draft_id,
                    statement=edit.statement,
                    action=str(edit.action),
                    text=edit.text,
                    by_id=unpublic_id(edit.by),
                    at=edit.at,
                )
            )

    def add_decision(self, draft_id: str, decided: Decided) -> None:
        """Note what somebody decided about a draft; what was noted before stays."""
        with self._database.write() as connection:
            connection.execute(
                sa.insert(draft_decisions).values(
                    draft_id=draft_id, decision=str(decided.decision), by_id=unpublic_id(decided.by), at=decided.at
                )
            )

    def answer(self, kind: DraftKind, *, viewer: int, subject: int, asked: str) -> Mapping[str, Any] | None:
        """What was kept of a model's answer to what has this hash, in a draft of this viewer about this subject."""
        hashed = sa.type_coerce(drafts.c.draft, sa.JSON)["settings"]["usage"]["asked"].as_string()
        query = (
            sa.select(drafts.c.explanation)
            .where(drafts.c.kind == str(kind), drafts.c.viewer_id == viewer, drafts.c.subject_id == subject)
            .where(hashed == asked)
            .order_by(drafts.c.created_at.desc(), drafts.c.id)
            .limit(1)
        )
        with self._database.read() as connection:
            found = connection.execute(query).scalar()
        return dict(found.get("draft", {})) if found else None

    def spent(self, since: datetime) -> float:
        """What documents since then have cost at hosted models, in US dollars, as far as prices are known."""
        cost = sa.type_coerce(drafts.c.draft, sa.JSON)["settings"]["usage"]["cost"].as_float()
        with self._database.read() as connection:
            found = connection.execute(sa.select(sa.func.sum(cost)).where(drafts.c.created_at > since)).scalar()
        return float(found or 0.0)

    def _one(self, query: sa.Select[Any]) -> StoredDraft | None:
        with self._database.read() as connection:
            row = connection.execute(query).one_or_none()
            if row is None:
                return None
            return StoredDraft(
                draft=_DRAFT.validate_python(row.draft),
                explanation=row.explanation,
                edits=_edits(connection, row.id),
                decisions=_decisions(connection, row.id),
            )


def _edits(connection: sa.Connection, draft_id: str) -> tuple[Edit, ...]:
    query = sa.select(draft_edits).where(draft_edits.c.draft_id == draft_id).order_by(draft_edits.c.id)
    return tuple(
        Edit(statement=row.statement, action=EditAction(row.action), text=row.text, by=public_id(row.by_id), at=row.at)
        for row in connection.execute(query)
    )


def _decisions(connection: sa.Connection, draft_id: str) -> tuple[Decided, ...]:
    query = sa.select(draft_decisions).where(draft_decisions.c.draft_id == draft_id).order_by(draft_decisions.c.id)
    return tuple(
        Decided(decision=Decision(row.decision), by=public_id(row.by_id), at=row.at)
        for row in connection.execute(query)
    )
