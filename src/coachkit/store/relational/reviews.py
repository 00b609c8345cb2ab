"""Self-reviews in the relational store: each row is its person's alone until they submit."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from pydantic import TypeAdapter

from coachkit.domain.drafts import Draft
from coachkit.domain.reviews import OwnWords, SentenceChange, Submission
from coachkit.store.relational import schema as t
from coachkit.store.relational.database import Database, upsert
from coachkit.store.relational.reading_base import Scope

__all__ = ["SqlReviewStore"]

_DRAFT = TypeAdapter(Draft)
_WORK = ("issue", "change_request", "commit", "document", "interaction", "meeting", "task", "goal", "feedback")


class SqlReviewStore:
    """The :class:`~coachkit.drafting.self_review_shapes.ReviewStore` over the relational store."""

    def __init__(self, database: Database) -> None:
        self._database = database

    # --- evidence ----------------------------------------------------------------------------------------------------

    def reach(self, scopes: frozenset[int]) -> datetime | None:
        """When the oldest record of work was made that any source gave and these scopes hold."""
        with self._database.read() as connection:
            scope = Scope(connection, scopes)
            found: datetime | None = connection.scalar(
                sa.select(sa.func.min(t.records.c.occurred_at)).where(scope.live(), t.records.c.kind.in_(_WORK))
            )
        return found

    def excluded(self, person: int, period: str) -> frozenset[int]:
        """Records that the person leaves out."""
        p = t.review_picks.c
        with self._database.read() as connection:
            return frozenset(
                connection.scalars(
                    sa.select(p.record_id).where(p.person_id == person, p.period == period, p.choice == "exclude")
                )
            )

    def pick(self, person: int, period: str, records: Collection[int], choice: str, now: datetime) -> None:
        rows = [
            {"person_id": person, "period": period, "record_id": record, "choice": choice, "at": now}
            for record in records
        ]
        with self._database.write() as connection:
            upsert(connection, t.review_picks, rows)

    def picked_at(self, person: int, period: str) -> datetime | None:
        """When the person last left something out or took it in again."""
        p = t.review_picks.c
        with self._database.read() as connection:
            found: datetime | None = connection.scalar(
                sa.select(sa.func.max(p.at)).where(p.person_id == person, p.period == period)
            )
        return found

    # --- own words and sentences -------------------------------------------------------------------------------------

    def words(self, person: int, period: str) -> tuple[OwnWords, ...]:
        w = t.review_words.c
        with self._database.read() as connection:
            rows = connection.execute(
                sa.select(t.review_words).where(w.person_id == person, w.period == period).order_by(w.at, w.id)
            ).all()
        return tuple(
            OwnWords(id=row.id, period=row.period, section=row.section, text=row.text, url=row.url, at=row.at)
            for row in rows
        )

    def add_words(self, person: int, words: OwnWords) -> None:
        with self._database.write() as connection:
            connection.execute(
                sa.insert(t.review_words).values(
                    id=words.id,
                    person_id=person,
                    period=words.period,
                    section=words.section,
                    text=words.text,
                    url=words.url,
                    at=words.at,
                )
            )

    def remove_words(self, person: int, words_id: str) -> bool:
        """Whether the person had such words."""
        w = t.review_words.c
        with self._database.write() as connection:
            gone = connection.execute(sa.delete(t.review_words).where(w.id == words_id, w.person_id == person))
        return gone.rowcount > 0

    def changes(self, person: int, period: str, language: str) -> dict[str, SentenceChange]:
        """The last change of each statement."""
        c = t.review_changes.c
        with self._database.read() as connection:
            rows = connection.execute(
                sa.select(t.review_changes)
                .where(c.person_id == person, c.period == period, c.language == language)
                .order_by(c.id)
            ).all()
        return {
            row.statement: SentenceChange(statement=row.statement, action=row.action, text=row.text, at=row.at)
            for row in rows
        }

    def change(self, person: int, period: str, language: str, change: SentenceChange) -> None:
        with self._database.write() as connection:
            connection.execute(
                sa.insert(t.review_changes).values(
                    person_id=person,
                    period=period,
                    language=language,
                    statement=change.statement,
                    action=change.action,
                    text=change.text,
                    at=change.at,
                )
            )

    # --- submitting --------------------------------------------------------------------------------------------------

    def submit(self, submission: Submission) -> None:
        """Keep what was submitted; an earlier one of the same period is withdrawn by it."""
        s = t.review_submissions.c
        with self._database.write() as connection:
            _withdraw(connection, submission.person, submission.period, submission.at)
            connection.execute(sa.delete(t.review_submissions).where(s.id == submission.id))
            connection.execute(
                sa.insert(t.review_submissions).values(
                    id=submission.id,
                    person_id=submission.person,
                    manager_id=submission.manager,
                    period=submission.period,
                    at=submission.at,
                    withdrawn_at=None,
                    draft=_DRAFT.dump_python(submission.draft, mode="json", exclude={"stale"}),
                )
            )

    def withdraw(self, person: int, period: str, now: datetime) -> bool:
        """Whether there was something to take back. That it was submitted stays on record; its words do not."""
        with self._database.write() as connection:
            return _withdraw(connection, person, period, now)

    def submitted(
        self, *, person: int | None = None, manager: int | None = None, period: str | None = None
    ) -> tuple[Submission, ...]:
        """What stands submitted, the newest first."""
        s = t.review_submissions.c
        query = sa.select(t.review_submissions).where(s.withdrawn_at.is_(None), s.draft.is_not(None))
        for column, value in ((s.person_id, person), (s.manager_id, manager), (s.period, period)):
            if value is not None:
                query = query.where(column == value)
        with self._database.read() as connection:
            rows = connection.execute(query.order_by(s.at.desc(), s.id)).all()
        return tuple(_submission(row) for row in rows)


def _withdraw(connection: sa.Connection, person: int, period: str, now: datetime) -> bool:
    s = t.review_submissions.c
    done = connection.execute(
        sa.update(t.review_submissions)
        .where(s.person_id == person, s.period == period, s.withdrawn_at.is_(None))
        .values(withdrawn_at=now, draft=sa.null())
    )
    return done.rowcount > 0


def _submission(row: Any) -> Submission:
    return Submission(
        id=row.id,
        person=row.person_id,
        period=row.period,
        manager=row.manager_id,
        at=row.at,
        draft=_DRAFT.validate_python(row.draft),
        withdrawn_at=row.withdrawn_at,
    )
