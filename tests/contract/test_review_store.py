"""The store of self-reviews, on both databases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from coachkit.domain.drafts import Draft, DraftKind, Section, Statement
from coachkit.domain.reviews import OwnWords, SentenceChange, Submission
from coachkit.store.relational import schema as t
from coachkit.store.relational.database import Database
from coachkit.store.relational.reviews import SqlReviewStore

NOW = datetime(2026, 5, 20, 9, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
MARIA, TOM, ANA = 1, 2, 3
PERIOD, OTHER = "2026-H1", "2025-H2"


@pytest.fixture
def store(database: Database) -> SqlReviewStore:
    return SqlReviewStore(database)


def draft(words: str = "I did it.") -> Draft:
    return Draft(
        id="d1",
        kind=DraftKind.SELF_REVIEW,
        language="en",
        subject="s",
        viewer="s",
        actor="s",
        purpose="test",
        window_start=NOW - timedelta(days=183),
        window_end=NOW,
        created_at=NOW,
        title="Maria",
        sections=(Section(name="moved", title="?", statements=(Statement(text=words, data={"id": "f1"}),)),),
    )


def submission(number: int = 1, at: datetime = NOW, words: str = "I did it.") -> Submission:
    return Submission(id=f"s{number}", person=MARIA, period=PERIOD, manager=ANA, at=at, draft=draft(words))


def test_what_is_left_out_is_so_for_one_person_and_one_period(store: SqlReviewStore) -> None:
    store.pick(MARIA, PERIOD, [10, 11], "exclude", NOW)
    assert store.excluded(MARIA, PERIOD) == {10, 11}
    assert store.excluded(TOM, PERIOD) == frozenset()
    assert store.excluded(MARIA, OTHER) == frozenset()
    store.pick(MARIA, PERIOD, [10], "keep", LATER)
    assert store.excluded(MARIA, PERIOD) == {11}
    assert store.picked_at(MARIA, PERIOD) == LATER
    assert store.picked_at(TOM, PERIOD) is None


def test_own_words_are_removed_by_their_person_alone(store: SqlReviewStore) -> None:
    words = OwnWords(id="w1", period=PERIOD, section="helped", text="我教了两位新同事", url="", at=NOW)
    store.add_words(MARIA, words)
    assert store.words(MARIA, PERIOD) == (words,)
    assert store.words(TOM, PERIOD) == ()
    assert not store.remove_words(TOM, "w1")
    assert store.remove_words(MARIA, "w1")
    assert store.words(MARIA, PERIOD) == ()


def test_of_a_sentence_the_last_change_counts_in_its_language(store: SqlReviewStore) -> None:
    for action, text in (("edit", "We did it."), ("remove", ""), ("edit", "We did it together.")):
        store.change(MARIA, PERIOD, "en", SentenceChange(statement="f1", action=action, text=text, at=NOW))
    assert store.changes(MARIA, PERIOD, "en")["f1"].text == "We did it together."
    assert store.changes(MARIA, PERIOD, "zh") == {}
    assert store.changes(TOM, PERIOD, "en") == {}


def test_a_second_submission_takes_the_first_back(store: SqlReviewStore) -> None:
    store.submit(submission())
    store.submit(submission(2, LATER, "We did it."))
    (found,) = store.submitted(person=MARIA)
    assert (found.id, found.draft) == ("s2", draft("We did it."))
    assert store.submitted(manager=ANA, period=PERIOD) == (found,)
    assert store.submitted(manager=TOM) == ()


def test_taken_back_its_words_are_gone_and_that_it_was_submitted_stays(
    store: SqlReviewStore, database: Database
) -> None:
    store.submit(submission())
    assert store.withdraw(MARIA, PERIOD, LATER)
    assert not store.withdraw(MARIA, PERIOD, LATER)
    assert store.submitted(person=MARIA) == ()
    with database.read() as connection:
        (row,) = connection.execute(sa.select(t.review_submissions)).all()
    assert (row.draft, row.withdrawn_at) == (None, LATER)


def test_no_source_reaches_anywhere_where_nothing_was_read(store: SqlReviewStore) -> None:
    assert store.reach(frozenset({1, 2})) is None
