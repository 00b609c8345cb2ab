"""The store of answers about the goals of items, on both databases, and the links that follow from it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from coachkit.insight.linking.answers import GoalAnswer, Verdict, by_item
from coachkit.store.relational.database import Database
from coachkit.store.relational.goal_answers import SqlGoalAnswers, confirmed
from coachkit.store.relational.reading_organisation import SqlOrganisationReader

NOW = datetime(2026, 5, 20, 9, tzinfo=UTC)
MARIA, TOM = 1, 2
ITEM, OTHER = 11, 12


@pytest.fixture
def store(database: Database) -> SqlGoalAnswers:
    return SqlGoalAnswers(database)


def said(number: int, goal: str | None = "G-1", *, item: int = ITEM, by: int = MARIA) -> GoalAnswer:
    return GoalAnswer(
        id=f"a{number}",
        item=item,
        verdict=Verdict.GOAL if goal else Verdict.NONE,
        by=by,
        at=NOW + timedelta(minutes=number),
        goal=goal,
        proposed="G-9",
    )


def links(database: Database) -> list[tuple[int, str]]:
    with database.read() as connection:
        return sorted((row.record_id, row.target) for row in connection.execute(confirmed()))


def test_an_answer_is_kept_as_it_was_given(store: SqlGoalAnswers) -> None:
    store.add(said(1))
    assert store.answer("a1") == said(1)
    assert store.answer("a2") is None
    assert store.in_force(NOW) == []
    assert store.in_force(NOW + timedelta(hours=1)) == [said(1)]


def test_a_later_answer_counts_and_undoing_it_brings_the_earlier_back(
    store: SqlGoalAnswers, database: Database
) -> None:
    store.add(said(1))
    store.add(said(2, "G-2", by=TOM))
    store.add(said(3, item=OTHER))
    later = NOW + timedelta(hours=1)
    assert links(database) == [(ITEM, "G-2"), (OTHER, "G-1")]
    store.undo("a2", TOM, later)
    assert links(database) == [(ITEM, "G-1"), (OTHER, "G-1")]
    assert by_item(store.in_force(later)).keys() == {ITEM, OTHER}
    undone = store.answer("a2")
    assert undone is not None
    assert (undone.undone_at, undone.undone_by, undone.in_force) == (later, TOM, False)


def test_undoing_what_was_replaced_changes_nothing(store: SqlGoalAnswers, database: Database) -> None:
    store.add(said(1))
    store.add(said(2, None))
    store.undo("a1", MARIA, NOW)
    assert links(database) == [], "no goal stands"
    first = store.answer("a1")
    assert first is not None
    assert first.undone_at is None


def test_the_latest_answers_of_somebody_and_about_items(store: SqlGoalAnswers) -> None:
    store.add(said(1))
    store.add(said(2, item=OTHER))
    store.add(said(3, item=13, by=TOM))
    assert [one.id for one in store.latest(by=MARIA, limit=5)] == ["a2", "a1"]
    assert [one.id for one in store.latest(items=[ITEM, 13], limit=5)] == ["a3", "a1"]
    assert [one.id for one in store.latest(limit=1)] == ["a3"]


def test_the_mark_differs_after_each_change(store: SqlGoalAnswers, database: Database) -> None:
    mark_of_changes = SqlOrganisationReader(database).mark
    marks = [mark_of_changes()]
    store.add(said(1))
    marks.append(mark_of_changes())
    store.undo("a1", MARIA, NOW + timedelta(hours=2))
    marks.append(mark_of_changes())
    assert len(set(marks)) == 3
    assert mark_of_changes() == marks[-1]


def test_one_answer_has_one_id(store: SqlGoalAnswers) -> None:
    store.add(said(1))
    with pytest.raises(sa.exc.IntegrityError):
        store.add(said(1))
