"""AUC and average precision against what they are by definition."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_samples import scored

from coachkit.evaluation.cases import EvalCase
from coachkit.evaluation.ranking import area_under_curve, average_precision
from coachkit.evaluation.record import Cell, Sample
from coachkit.evaluation.scoring.insight import INSIGHT


def test_known_values() -> None:
    assert area_under_curve([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]) == 0.75
    assert area_under_curve([1, 0], [1, 1]) == 0.5
    assert area_under_curve([1, 1], [1, 2]) is None
    assert average_precision([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]) == pytest.approx((1 / 1 + 2 / 3) / 2)
    assert average_precision([1, 0, 0, 0], [1, 1, 1, 1]) == 0.25
    assert average_precision([0, 0], [1, 2]) is None


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 5)), min_size=2, max_size=40))
def test_auc_is_the_share_of_pairs_in_order(rows: list[tuple[bool, int]]) -> None:
    yes, no = [s for o, s in rows if o], [s for o, s in rows if not o]
    found = area_under_curve([o for o, _ in rows], [s for _, s in rows])
    if not yes or not no:
        assert found is None
        return
    won = sum((a > b) + 0.5 * (a == b) for a in yes for b in no)
    assert found == pytest.approx(won / (len(yes) * len(no)))


def test_figures_become_scores_where_there_are_any() -> None:
    case = EvalCase(id="i", document="insight")
    sample = Sample(
        key="i",
        case="i",
        cell=Cell(document="insight", model="engine"),
        output={"auc": None, "ap": 0.25, "coverage": 1.0, "of": 4, "base": 0.25},
    )
    values = {one.name: score.value for one in INSIGHT if (score := scored(one, case, sample)) is not None}
    assert values == {"insight_average_precision": 0.25, "insight_coverage": 1.0}
