"""What fades, and what was known of a goal's life at a moment."""

from __future__ import annotations

import numpy as np
import pytest
from goal_tables import ms

from coachkit.insight.linking.cards import GoalCard
from coachkit.insight.linking.recent import FADES_DAYS, FADES_UNDATED, Lives, RecentWork

ONE, OTHER = np.array([0]), np.array([1])
FULL = np.array([1.0])


def told(recent: RecentWork, at: int | None) -> dict[int, float]:
    places, work = recent.at(at)
    return dict(zip(places.tolist(), work.tolist(), strict=True))


def test_work_fades_with_time_whichever_is_told_first() -> None:
    forth, back = RecentWork(), RecentWork()
    for recent, order in ((forth, ((ONE, 100), (OTHER, 40))), (back, ((OTHER, 40), (ONE, 100)))):
        for place, days in order:
            recent.add(place, FULL, ms(days))
    assert told(forth, ms(40)) == pytest.approx(told(back, ms(40)))
    assert told(forth, ms(40)) == pytest.approx({0: np.exp(-1), 1: 1.0})
    assert told(forth, ms(40 - FADES_DAYS))[1] == pytest.approx(np.exp(-1))
    assert told(forth, ms(50))[1] < 1, "work shortly after tells as much as work shortly before"


def test_without_dates_each_item_makes_the_earlier_ones_count_less() -> None:
    recent = RecentWork()
    assert told(recent, None) == {}
    recent.add(ONE, FULL, None)
    recent.add(OTHER, FULL, None)
    assert told(recent, None) == pytest.approx({0: FADES_UNDATED**2, 1: FADES_UNDATED})


def test_work_for_the_same_goal_adds_up_and_what_is_faint_is_forgotten() -> None:
    recent = RecentWork()
    recent.add(np.array([0, 1]), np.array([0.5, 0.001]), ms(300))
    recent.add(ONE, FULL, ms(300))
    assert told(recent, ms(300)) == pytest.approx({0: 1.5, 1: 0.001})
    recent.add(OTHER[:0], FULL[:0], ms(100))
    assert told(recent, ms(100)) == pytest.approx({0: 1.5 * np.exp(-200 / FADES_DAYS)})


def test_a_life_is_told_by_what_was_known_then() -> None:
    goals = [
        GoalCard(record=1, key="A", title="A", created_at=ms(300), ended=((ms(200), True), (ms(100), False))),
        GoalCard(record=2, key="B", title="B", created_at=ms(90)),
        GoalCard(record=3, key="C", title="C"),
    ]
    lives = Lives(goals)
    assert lives.over(ms(250)).tolist() == [0, 0, 0]
    assert lives.over(ms(150)).tolist() == [1, 0, 0]
    assert lives.over(ms(50)).tolist() == [0, 0, 0], "it was taken up again"
    assert lives.months_old(ms(240)).tolist() == [2, 0, 12]
    assert lives.months_old(ms(60)) == pytest.approx([40 / 30, 1, 12])
