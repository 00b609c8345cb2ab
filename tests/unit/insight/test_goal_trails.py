"""What fades, and what was known of a goal's life at a moment."""

from __future__ import annotations

import numpy as np
import pytest
from goal_tables import ms

from coachkit.insight.linking.cards import GoalCard
from coachkit.insight.linking.trails import FADES_DAYS, FADES_UNDATED, Lives, Trail

ONE, OTHER = np.array([1.0, 0.0]), np.array([0.0, 1.0])


def test_work_fades_with_time_whichever_is_told_first() -> None:
    forth, back = Trail(2), Trail(2)
    for trail, order in ((forth, ((ONE, 100), (OTHER, 40))), (back, ((OTHER, 40), (ONE, 100)))):
        for work, days in order:
            trail.add(work, ms(days))
    assert forth.at(ms(40)) == pytest.approx(back.at(ms(40)))
    assert forth.at(ms(40)) == pytest.approx([np.exp(-1), 1.0])
    assert forth.at(ms(40 - FADES_DAYS))[1] == pytest.approx(np.exp(-1))
    assert forth.at(ms(50))[1] < 1, "work shortly after tells as much as work shortly before"


def test_without_dates_each_item_makes_the_earlier_ones_count_less() -> None:
    trail = Trail(2)
    assert trail.at(None).tolist() == [0.0, 0.0]
    trail.add(ONE, None)
    trail.add(OTHER, None)
    assert trail.at(None) == pytest.approx([FADES_UNDATED**2, FADES_UNDATED])


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
