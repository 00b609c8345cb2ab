"""To whom contribution summaries were shown, what these answered and wrote, and whose words may be quoted, in SQL."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from coachkit.domain.identity import public_id, unpublic_id
from coachkit.drafting.showing_kinds import Annotation, AnnotationKind, Answer, Showing
from coachkit.store.relational import schema as t
from coachkit.store.relational.database import Database, upsert
from coachkit.store.relational.reading_base import within

__all__ = ["SqlShowingStore"]

MOST_LISTED = 200


class SqlShowingStore:
    """The :class:`~coachkit.drafting.showing.ShowingStore` over the relational store."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def begin(self, showing: Showing) -> None:
        row = {
            "draft_id": showing.draft,
            "target_id": showing.target,
            "viewer_id": showing.viewer,
            "shown_at": showing.shown_at,
            "opens_at": showing.opens_at,
            "named": {public_id(person): list(statements) for person, statements in showing.named.items()},
        }
        people = [
            {"draft_id": showing.draft, "person_id": person, "seen_at": None}
            | (
                {"answered_at": answer.answered_at, "how": answer.how}
                if (answer := showing.answers.get(person)) is not None
                else {"answered_at": None, "how": None}
            )
            for person in showing.named
        ]
        with self._database.write() as connection:
            upsert(connection, t.showings, [row], update=())
            upsert(connection, t.showing_answers, people, update=())

    def get(self, draft: str) -> Showing | None:
        return next(iter(self._read(t.showings.c.draft_id == draft)), None)

    def of_target(self, target: int) -> tuple[Showing, ...]:
        return self._read(t.showings.c.target_id == target)

    def of_person(self, person: int) -> tuple[Showing, ...]:
        naming = sa.select(t.showing_answers.c.draft_id).where(t.showing_answers.c.person_id == person)
        found = self._read(sa.or_(t.showings.c.draft_id.in_(naming), t.showings.c.viewer_id == person), newest=True)
        return tuple(reversed(found))

    def _read(self, which: sa.ColumnElement[bool], *, newest: bool = False) -> tuple[Showing, ...]:
        order = (t.showings.c.shown_at.desc(), t.showings.c.draft_id)
        query = sa.select(t.showings).where(which).order_by(*order)
        with self._database.read() as connection:
            rows = list(connection.execute(query.limit(MOST_LISTED) if newest else query))
            answers: dict[str, dict[int, Answer]] = defaultdict(dict)
            listed = within(connection, t.showing_answers.c.draft_id, [row.draft_id for row in rows])
            for one in connection.execute(sa.select(t.showing_answers).where(listed)):
                answers[one.draft_id][one.person_id] = Answer(
                    person=one.person_id, seen_at=one.seen_at, answered_at=one.answered_at, how=one.how or ""
                )
        return tuple(_showing(row, answers[row.draft_id]) for row in reversed(rows))

    def see(self, draft: str, person: int, at: datetime) -> None:
        c = t.showing_answers.c
        first = sa.and_(c.draft_id == draft, c.person_id == person, c.seen_at.is_(None))
        with self._database.read() as connection:
            if connection.scalar(sa.select(sa.literal(1)).where(first)) is None:
                return
        with self._database.write() as connection:
            connection.execute(sa.update(t.showing_answers).where(first).values(seen_at=at))

    def answer(self, draft: str, person: int, how: str, at: datetime) -> None:
        c = t.showing_answers.c
        with self._database.write() as connection:
            connection.execute(
                sa.update(t.showing_answers)
                .where(c.draft_id == draft, c.person_id == person)
                .values(
                    answered_at=at, how=how, seen_at=sa.func.coalesce(c.seen_at, sa.bindparam(None, at, c.seen_at.type))
                )
            )

    def annotate(self, annotation: Annotation) -> None:
        row = {
            "id": annotation.id,
            "draft_id": annotation.draft,
            "target_id": annotation.target,
            "statement": annotation.statement,
            "person_id": annotation.person,
            "kind": str(annotation.kind),
            "text": annotation.text,
            "at": annotation.at,
            "withdrawn_at": None,
        }
        with self._database.write() as connection:
            upsert(connection, t.annotations_beside, [row], update=())

    def annotations(self, target: int) -> tuple[Annotation, ...]:
        c = t.annotations_beside.c
        query = (
            sa.select(t.annotations_beside).where(c.target_id == target, c.withdrawn_at.is_(None)).order_by(c.at, c.id)
        )
        with self._database.read() as connection:
            return tuple(_annotations(connection.execute(query)))

    def withdraw(self, annotation: str, person: int, at: datetime) -> bool:
        c = t.annotations_beside.c
        with self._database.write() as connection:
            done = connection.execute(
                sa.update(t.annotations_beside)
                .where(c.id == annotation, c.person_id == person, c.withdrawn_at.is_(None))
                .values(withdrawn_at=at)
            )
        return bool(done.rowcount)

    def consent(self, record: int, person: int, agreed: bool, at: datetime) -> bool:
        c = t.quote_consents.c
        with self._database.write() as connection:
            author = connection.scalar(
                sa.select(t.identities.c.person_id)
                .join(t.feedback, t.feedback.c.author_id == t.identities.c.id)
                .join(t.records, t.records.c.id == t.feedback.c.record_id)
                .where(t.feedback.c.record_id == record, t.records.c.deleted_at.is_(None))
            )
            if author is None or author != person:
                return False
            standing = sa.and_(c.record_id == record, c.person_id == person, c.withdrawn_at.is_(None))
            there = (
                connection.scalar(sa.select(sa.literal(1)).select_from(t.quote_consents).where(standing)) is not None
            )
            if agreed and not there:
                row = {"record_id": record, "person_id": person, "agreed_at": at, "withdrawn_at": None}
                upsert(connection, t.quote_consents, [row])
            elif not agreed and there:
                connection.execute(sa.update(t.quote_consents).where(standing).values(withdrawn_at=at))
        return True

    def words_of(self, person: int, scopes: Iterable[int]) -> tuple[Any, ...]:
        """Feedback that somebody wrote and may read, the newest first, and whether they let it be quoted."""
        c = t.quote_consents.c
        with self._database.read() as connection:
            query = (
                sa.select(
                    t.records.c.id,
                    t.records.c.text,
                    t.records.c.occurred_at,
                    t.feedback.c.item,
                    c.agreed_at,
                    t.scopes.c.kind,
                )
                .join(t.feedback, t.feedback.c.record_id == t.records.c.id)
                .join(t.identities, t.identities.c.id == t.feedback.c.author_id)
                .join(t.scopes, t.scopes.c.id == t.records.c.scope_id)
                .join(
                    t.quote_consents,
                    sa.and_(c.record_id == t.records.c.id, c.person_id == person, c.withdrawn_at.is_(None)),
                    isouter=True,
                )
                .where(
                    t.identities.c.person_id == person,
                    t.records.c.deleted_at.is_(None),
                    within(connection, t.records.c.scope_id, scopes),
                )
                .order_by(t.records.c.occurred_at.desc(), t.records.c.id)
                .limit(MOST_LISTED)
            )
            return tuple(connection.execute(query))


def _showing(row: Any, answers: dict[int, Answer]) -> Showing:
    return Showing(
        draft=row.draft_id,
        target=row.target_id,
        viewer=row.viewer_id,
        shown_at=row.shown_at,
        opens_at=row.opens_at,
        named={unpublic_id(person): tuple(statements) for person, statements in row.named.items()},
        answers=answers,
    )


def _annotations(rows: Iterable[Any]) -> Iterable[Annotation]:
    for row in rows:
        yield Annotation(
            id=row.id,
            draft=row.draft_id,
            target=row.target_id,
            statement=row.statement,
            person=row.person_id,
            kind=AnnotationKind(row.kind),
            text=row.text,
            at=row.at,
            withdrawn_at=row.withdrawn_at,
        )
