"""Notes beside contribution views, and customers' words, in SQL."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from coachkit.insight.contributing.notes import ContributionNote, NoteKind
from coachkit.insight.contributing.view import CustomerWord
from coachkit.store.relational import schema as t
from coachkit.store.relational.database import Database, upsert
from coachkit.store.relational.reading_base import Scope

__all__ = ["SqlContributionNotes", "contested_statements", "customer_words"]


class SqlContributionNotes:
    """The :class:`~coachkit.insight.contributing.notes.NoteStore` over the relational store."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, note: ContributionNote) -> None:
        row = {
            "id": note.id,
            "person_id": note.person,
            "kind": str(note.kind),
            "help": note.help,
            "statement": note.statement,
            "day": note.day,
            "text": note.text,
            "at": note.at,
            "withdrawn_at": note.withdrawn_at,
        }
        with self._database.write() as connection:
            upsert(connection, t.contribution_notes, [row], update=())

    def of(self, person: int) -> tuple[ContributionNote, ...]:
        c = t.contribution_notes.c
        query = sa.select(t.contribution_notes).where(c.person_id == person).order_by(c.at, c.id)
        with self._database.read() as connection:
            return tuple(
                ContributionNote(
                    id=row.id,
                    person=row.person_id,
                    kind=NoteKind(row.kind),
                    text=row.text,
                    day=row.day,
                    at=row.at,
                    help=row.help,
                    statement=row.statement,
                    withdrawn_at=row.withdrawn_at,
                )
                for row in connection.execute(query)
            )

    def contested(self) -> frozenset[tuple[int, str]]:
        c = t.contribution_notes.c
        query = sa.select(c.person_id, c.statement).where(c.statement != "", c.withdrawn_at.is_(None))
        with self._database.read() as connection:
            return frozenset((row.person_id, row.statement) for row in connection.execute(query))

    def withdraw(self, note: str, person: int, at: datetime | None) -> bool:
        c = t.contribution_notes.c
        with self._database.write() as connection:
            done = connection.execute(
                sa.update(t.contribution_notes).where(c.id == note, c.person_id == person).values(withdrawn_at=at)
            )
        return bool(done.rowcount)


def customer_words(database: Database, scopes: frozenset[int], until: datetime) -> tuple[CustomerWord, ...]:
    """What customers said that may be read in ``scopes``, from old to new."""
    f, r, i = t.feedback.c, t.records.c, t.identities.c
    with database.read() as connection:
        scope = Scope(connection, scopes, until)
        rows = scope.rows(
            sa.select(
                r.id,
                sa.func.coalesce(i.person_id, i.id).label("subject"),
                f.kind,
                r.occurred_at,
                f.author_name,
                f.item,
            )
            .join(t.feedback, f.record_id == r.id)
            .join(t.identities, i.id == f.subject_id)
            .where(f.relation == "customer", scope.live())
            .order_by(r.occurred_at, r.id)
        )
    return tuple(
        CustomerWord(
            record=row.id,
            subject=row.subject,
            kind=row.kind,
            at=row.occurred_at,
            customer=row.author_name,
            item=row.item,
        )
        for row in rows
    )


def contested_statements(database: Database) -> tuple[tuple[str, frozenset[str]], ...]:
    """Drafts of contribution summaries with statements that somebody sees differently, the newest first, and which."""
    a, s = t.annotations_beside.c, t.showings.c
    query = (
        sa.select(a.draft_id, a.statement)
        .join(t.showings, s.draft_id == a.draft_id)
        .where(a.kind == "differs", a.statement != "", a.withdrawn_at.is_(None))
        .order_by(s.shown_at.desc(), a.draft_id)
    )
    found: dict[str, set[str]] = {}
    with database.read() as connection:
        for row in connection.execute(query):
            found.setdefault(row.draft_id, set()).add(row.statement)
    return tuple((draft, frozenset(statements)) for draft, statements in found.items())
