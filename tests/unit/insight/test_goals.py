"""Goals: what moved, what nobody measures, what ended."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from story import MARIA, TOM, WEI, Story, at

from coachkit.insight.goals import finished, moved, stale


def test_a_new_value_against_the_last_one_before_the_window() -> None:
    story = Story()
    story.goal("O1", (at(1), 40), (at(5), 50), (at(9), 55), (at(12), 58))
    (one,) = moved(story.material())
    assert (one.old, one.old_at, one.new.value, one.new.at) == (50, at(5), 58, at(12))
    assert not one.reached


def test_the_first_value_moves_from_the_start() -> None:
    story = Story()
    story.goal("O1", (at(9), 5), start=2)
    (one,) = moved(story.material())
    assert (one.old, one.old_at) == (2, None)


def test_the_same_value_again_is_no_change_and_others_goals_are_not_mine() -> None:
    story = Story()
    story.goal("O1", (at(1), 40), (at(9), 40))
    story.goal("O2", (at(9), 41), owners=(WEI,))
    assert not moved(story.material())


@pytest.mark.parametrize(
    ("start", "target", "value", "reached"),
    [(0, 80, 80, True), (0, 80, 79, False), (700, 400, 400, True), (700, 400, 401, False), (None, 3, 4, True)],
)
def test_reached_in_the_direction_of_the_target(
    start: float | None, target: float, value: float, reached: bool
) -> None:
    story = Story()
    story.goal("O1", (at(9), value), start=start, target=target)
    assert [one.reached for one in moved(story.material())] == [reached]


@pytest.mark.parametrize(("day", "found"), [(14, 36), (15, 0), (16, 0)])
def test_stale_after_more_than_five_weeks(day: int, found: int) -> None:
    story = Story()
    story.goal("O1", (at(day, month=4), 40), owners=(MARIA, WEI, TOM))
    assert sum(one.days for one in stale(story.material())) == found


def test_with_whom_a_stale_result_is_shared() -> None:
    story = Story()
    story.goal("O1", (at(1, month=4), 40), owners=(MARIA, WEI, TOM))
    (one,) = stale(story.material())
    assert (set(one.others), one.teams[0], set(one.teams)) == ({WEI, TOM}, "Search", {"Search", "Payments"})


def test_nothing_is_stale_that_is_reached_ended_or_was_never_measured() -> None:
    story = Story()
    story.goal("O1", (at(1, month=3), 100))
    story.goal("O2")
    story.goal("O3", (at(1, month=3), 10), ended=("missed", at(9)))
    assert not stale(story.material())


def test_goals_that_ended_in_the_window() -> None:
    story = Story()
    story.goal("O1", ended=("done", at(9)))
    story.goal("O2", ended=("missed", at(12)))
    story.goal("O3", ended=("done", at(2)))
    story.goal("O4", ended=("done", at(9)), owners=(WEI,))
    assert [(one.goal.key, one.category) for one in finished(story.material())] == [("O2", "missed"), ("O1", "done")]


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(1, 20), st.floats(-1e6, 1e6)), max_size=6))
def test_what_moved_is_really_new(values: list[tuple[int, float]]) -> None:
    story = Story()
    story.goal("O1", *[(at(day, 5), value) for day, value in sorted(values)])
    for one in moved(story.material()):
        assert story.start <= one.new.at <= story.end
        assert one.new.value != one.old
        assert one.old_at is None or one.old_at < story.start
