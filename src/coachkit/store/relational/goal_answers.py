"""What people answered about the goals of items, in SQL; and the links that follow for whoever reads links."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from coachkit.insight.linking.answers import GoalAnswer, Verdict
from coachkit.store.relational import schema as t
from coachkit.store.relational.database import Database
from coachkit.store.relational.idset import among

__all__ = ["SqlGoalAnswers", "confirmed"]


def confirmed(*wanted: sa.ColumnElement[bool]) -> sa.Select[Any]:
    """``record_id, target, since`` of items that people confirmed for a goal, as a source would have linked them."""
    c = t.goal_answers.c
    return sa.select(c.item_id.label("record_id"), c.goal.label("target"), c.at.label("since")).where(
        c.verdict == str(Verdict.GOAL), c.replaced_by.is_(None), c.undone_at.is_(None), *wanted
    )


class SqlGoalAnswers:
    """The :class:`~coachkit.insight.linking.answers.AnswerStore` over the relational store."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, answer: GoalAnswer) -> None:
        a = t.goal_answers
        row = {
            "id": answer.id,
            "item_id": answer.item,
            "verdict": str(answer.verdict),
            "goal": answer.goal,
            "proposed": answer.proposed,
            "by_person_id": answer.by,
            "at": answer.at,
        }
        with self._database.write() as connection:
            connection.execute(
                sa.update(a)
                .where(a.c.item_id == answer.item, a.c.replaced_by.is_(None), a.c.undone_at.is_(None))
                .values(replaced_by=answer.id)
            )
            connection.execute(sa.insert(a).values(row))

    def answer(self, answer_id: str) -> GoalAnswer | None:
        with self._database.read() as connection:
            row = connection.execute(sa.select(t.goal_answers).where(t.goal_answers.c.id == answer_id)).one_or_none()
        return _answer(row) if row else None

    def undo(self, answer_id: str, by: int, at: datetime) -> None:
        a = t.goal_answers
        with self._database.write() as connection:
            done = connection.execute(
                sa.update(a)
                .where(a.c.id == answer_id, a.c.undone_at.is_(None), a.c.replaced_by.is_(None))
                .values(undone_at=at, undone_by_id=by)
            )
            if done.rowcount:
                connection.execute(sa.update(a).where(a.c.replaced_by == answer_id).values(replaced_by=None))

    def in_force(self, until: datetime) -> Sequence[GoalAnswer]:
        c = t.goal_answers.c
        query = sa.select(t.goal_answers).where(c.replaced_by.is_(None), c.undone_at.is_(None), c.at <= until)
        with self._database.read() as connection:
            return [_answer(row) for row in connection.execute(query.order_by(c.at, c.id))]

    def latest(
        self, *, by: int | None = None, items: Collection[int] | None = None, limit: int
    ) -> Sequence[GoalAnswer]:
        c = t.goal_answers.c
        with self._database.read() as connection:
            query = sa.select(t.goal_answers).order_by(c.at.desc(), c.id).limit(limit)
            query = query if by is None else query.where(c.by_person_id == by)
            query = query if items is None else query.where(among(connection, c.item_id, items))
            return [_answer(row) for row in connection.execute(query)]


def _answer(row: sa.Row[Any]) -> GoalAnswer:
    values = row._mapping
    return GoalAnswer(
        id=values["id"],
        item=values["item_id"],
        verdict=Verdict(values["verdict"]),
        goal=values["goal"],
        proposed=values["proposed"],
        by=values["by_person_id"],
        at=values["at"],
        replaced_by=values["replaced_by"],
        undone_at=values["undone_at"],
        undone_by=values["undone_by_id"],
    )
