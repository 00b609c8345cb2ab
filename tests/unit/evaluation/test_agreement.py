"""Krippendorff's alpha against published figures, and its interval against what must hold of any."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coachkit.evaluation.judging.agreement import Scale, alpha, alpha_interval

_ = None
FOUR_OBSERVERS = [
    [1, 2, 3, 3, 2, 1, 4, 1, 2, _, _, _],
    [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, _, 3],
    [_, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, _],
    [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, _],
]
"""Krippendorff (2011), example C: any number of observers, missing data."""

MEG = [0, 1, 0, 0, 0, 0, 0, 0, 1, 0]
OWEN = [1, 1, 1, 0, 0, 1, 0, 0, 0, 0]
"""The same, example A: two observers, two values."""


def units(raters: list[list[float | None]]) -> list[tuple[float | None, ...]]:
    return list(zip(*raters, strict=True))


@pytest.mark.parametrize(("scale", "published"), [("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849)])
def test_the_published_figures(scale: Scale, published: float) -> None:
    assert alpha(units(FOUR_OBSERVERS), scale) == pytest.approx(published, abs=0.0005)


def test_two_observers_and_two_values() -> None:
    found = alpha_interval(units([MEG, OWEN]), seed=3)
    assert found.alpha == pytest.approx(0.095, abs=0.0005)
    assert (found.units, found.same) == (10, 6)
    assert found.low is not None
    assert found.high is not None
    assert found.low < 0.095 < found.high


def test_where_nothing_varies_there_is_no_alpha() -> None:
    assert alpha([(1, 1), (1, 1)]) is None
    assert alpha([]) is None
    assert alpha([(1, None), (None, 2)]) is None
    assert alpha_interval([(1, 1), (1, 1)]).low is None


def test_statements_of_one_document_are_drawn_together() -> None:
    """Ten copies of each unit say nothing new: drawn as groups the interval stays, drawn alone it shrinks."""
    once = units([MEG, OWEN])
    often = [unit for unit in once for _copy in range(10)]
    groups = [place for place in range(len(once)) for _copy in range(10)]
    alone, grouped, plain = alpha_interval(often), alpha_interval(often, groups), alpha_interval(once)
    width = [one.high - one.low for one in (alone, grouped, plain) if one.high is not None and one.low is not None]
    assert width[0] < width[1] / 2
    assert width[1] == pytest.approx(width[2], rel=0.2)
    assert alpha_interval(often, groups) == grouped, "the same seed, the same interval"


@given(st.lists(st.tuples(*[st.sampled_from([0, 1, 2, None])] * 3), min_size=2, max_size=30))
def test_raters_have_no_order_and_alpha_no_more_than_one(found: list[tuple[float | None, ...]]) -> None:
    first = alpha(found)
    turned = alpha([tuple(reversed(unit)) for unit in found])
    assert (first is None) == (turned is None)
    if first is not None and turned is not None:
        assert first == pytest.approx(turned)
        assert first <= 1 + 1e-12
    same = [(unit[0], unit[0]) for unit in found if unit[0] is not None]
    assert alpha(same) in (None, pytest.approx(1.0))
