"""Questions nobody answered, and reviews that hang on one person."""

from __future__ import annotations

import pytest
from story import BOT, JONAS, MARIA, TOM, WEI, Story, at

from coachkit.insight.questions import open_questions
from coachkit.insight.reviews import review_dependency, reviewer_share


def asked(*days: int, asker: int = MARIA, target: int | None = WEI) -> Story:
    story = Story()
    story.issue("PAY-9", WEI)
    for day in days:
        story.act("asked", asker, at(day), target=target, item="PAY-9")
    return story


def test_asked_three_times_without_an_answer() -> None:
    (one,) = open_questions(asked(3, 8, 15).material())
    assert (one.asker, one.whom, one.key, one.times) == (MARIA, WEI, "PAY-9", 3)
    assert (one.first, one.last, len(one.records)) == (at(3), at(15), 3)


def test_once_is_not_repeatedly_and_the_last_must_be_recent() -> None:
    assert not open_questions(asked(15).material())
    assert not open_questions(asked(2, 3, 4).material())


@pytest.mark.parametrize(("kind", "actor", "target", "closes"), [
    ("answered", WEI, MARIA, True),
    ("answered", TOM, None, True),
    ("unblocked", WEI, MARIA, True),
    ("answered", WEI, TOM, False),
    ("answered", MARIA, None, False),
    ("commented", WEI, MARIA, False),
])  # fmt: skip
def test_what_counts_as_an_answer(kind: str, actor: int, target: int | None, closes: bool) -> None:
    story = asked(8, 12)
    story.act(kind, actor, at(14), target=target, item="PAY-9")
    assert bool(open_questions(story.material())) is not closes


def test_asking_again_after_an_answer_counts_anew() -> None:
    story = asked(7, 8, 12, 13)
    story.act("answered", WEI, at(9), target=MARIA, item="PAY-9")
    assert [one.times for one in open_questions(story.material())] == [2]


def test_questions_to_the_subject_are_seen_and_others_are_not() -> None:
    (one,) = open_questions(asked(8, 9, asker=WEI, target=MARIA).material())
    assert (one.asker, one.whom) == (WEI, MARIA)
    assert not open_questions(asked(8, 9, asker=WEI, target=TOM).material())


def reviewed(*reviewers: int, author: int = MARIA) -> Story:
    story = Story()
    for place, reviewer in enumerate(reviewers):
        item = story.commit(author, at(7 + place), f"Change {place}", kind="change_request")
        story.act("reviewed", reviewer, at(7 + place, 12), target=author, record=item.record)
    return story


@pytest.mark.parametrize(("reviewers", "share"), [
    ((TOM, TOM, TOM, WEI), (TOM, 3, 4)),
    ((TOM, TOM, WEI, WEI), None),
    ((TOM, TOM, TOM), None),
    ((BOT, BOT, BOT, BOT), None),
    ((MARIA, MARIA, MARIA, MARIA), None),
])  # fmt: skip
def test_one_reviewer_of_most_changes(reviewers: tuple[int, ...], share: tuple[int, int, int] | None) -> None:
    found = reviewer_share(reviewed(*reviewers).material())
    assert (found and (found.reviewer, found.changes, found.of)) == share


def hanging(mine: int, others: int, *, authors: tuple[int, ...] = (TOM, WEI)) -> Story:
    story = Story()
    for place in range(mine):
        story.review(MARIA, authors[place % len(authors)], at(1 + place, month=4))
    for place in range(others):
        story.review(JONAS, TOM, at(1 + place, month=4))
    return story


def test_a_part_of_the_work_that_hangs_on_one_reviewer() -> None:
    found = review_dependency(hanging(9, 1).material())
    assert found is not None
    assert (found.changes, found.of, found.authors) == (9, 10, 2)
    assert (found.first, found.last) == (at(1, month=4), at(9, month=4))


@pytest.mark.parametrize(("mine", "others"), [(6, 4), (7, 0), (0, 9)])
def test_too_few_or_too_shared_to_say_so(mine: int, others: int) -> None:
    assert review_dependency(hanging(mine, others).material()) is None


def test_a_second_reviewer_is_no_dependency_and_one_author_is_no_pattern() -> None:
    story = hanging(10, 0)
    for row in list(story.reviews):
        story.review(JONAS, row.author or TOM, row.at, record=row.record)
    assert review_dependency(story.material()) is None
    assert review_dependency(hanging(10, 0, authors=(TOM,)).material()) is None
