"""Intervals, differences and tests against scipy, statsmodels and the formulas written out with matrices."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from statsmodels.regression.linear_model import OLS
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.power import TTestPower
from statsmodels.stats.proportion import proportion_confint

from coachkit.evaluation.power import cases_needed, minimal_detectable, power_of
from coachkit.evaluation.statistics import (
    Spread,
    difference,
    holm,
    mean_interval,
    rate_interval,
    share_interval,
    sign_flip,
    spread,
)

DRAWN = np.random.default_rng(7)
UNEQUAL = [f"org-{place}" for place, size in enumerate((1, 2, 3, 5, 8, 13)) for _ in range(size)]
VALUES = DRAWN.normal(2, 3, len(UNEQUAL))


def by_matrices(values: np.ndarray, clusters: list[str]) -> tuple[float, float]:
    """CR2 and its degrees of freedom as Bell and McCaffrey write them, for any design: here a column of ones."""
    number, names = len(values), sorted(set(clusters))
    design = np.ones((number, 1))
    bread = np.linalg.inv(design.T @ design)
    hat = design @ bread @ design.T
    left = np.eye(number) - hat
    residuals, variance, columns = left @ values, 0.0, []
    for name in names:
        own = np.array([one == name for one in clusters])
        roots, vectors = np.linalg.eigh(left[np.ix_(own, own)])
        adjust = vectors @ np.diag(1 / np.sqrt(roots)) @ vectors.T
        weights = bread @ design[own].T @ adjust
        variance += float((weights @ residuals[own]).item() ** 2)
        columns.append((weights @ left[own]).ravel())
    crossed = np.array(columns) @ np.array(columns).T
    return math.sqrt(variance), float(np.trace(crossed) ** 2 / (crossed**2).sum())


def test_the_error_and_its_freedom_are_those_of_the_matrices() -> None:
    error, freedom = by_matrices(VALUES, UNEQUAL)
    found = spread(VALUES, UNEQUAL)
    assert found.error == pytest.approx(error)
    assert found.freedom == pytest.approx(freedom)
    assert found.freedom < found.clusters - 1


def test_with_clusters_of_one_size_it_is_what_statsmodels_calls_cluster_robust() -> None:
    clusters = np.repeat(np.arange(9), 4)
    values = DRAWN.normal(size=9)[clusters] + DRAWN.normal(size=36)
    fitted = OLS(values, np.ones(36)).fit(cov_type="cluster", cov_kwds={"groups": clusters}, use_t=True)
    found = spread(values, list(clusters))
    assert found.error == pytest.approx(fitted.bse[0])
    assert found.freedom == pytest.approx(8)
    interval = mean_interval(values, list(clusters))
    assert [interval.low, interval.high] == pytest.approx(fitted.conf_int()[0].tolist())


def test_without_clusters_it_is_students_interval_and_test() -> None:
    before, after = DRAWN.normal(size=20), DRAWN.normal(0.4, 1, 20)
    told = stats.ttest_rel(after, before)
    found = difference(before, after)
    low, high = told.confidence_interval(0.95)
    assert (found.p, found.interval.low, found.interval.high) == pytest.approx((told.pvalue, low, high))
    assert found.estimate == pytest.approx(found.after - found.before)


@pytest.mark.parametrize(("yes", "number"), [(0, 40), (1, 40), (13, 40), (39, 40), (40, 40)])
def test_a_rate_without_clusters_is_wilsons_with_the_quantile_of_t(yes: int, number: int) -> None:
    found = rate_interval([1.0] * yes + [0.0] * (number - yes))
    level = 1 - 2 * stats.norm.sf(stats.t.ppf(0.975, number - 1))
    # a spread over one less than the values makes the design effect of a rate N / (N - 1)
    worth = number if yes in (0, number) else number - 1
    low, high = proportion_confint(yes / number * worth, worth, alpha=1 - level, method="wilson")
    assert (found.low, found.high) == pytest.approx((low, high), abs=1e-9)


def test_rates_are_worth_less_where_organisations_agree_with_themselves() -> None:
    clusters = [place // 10 for place in range(100)]
    alike = [float(place // 10 < 5) for place in range(100)]
    mixed = [float(place % 2) for place in range(100)]
    one, other = rate_interval(alike, clusters), rate_interval(mixed, clusters)
    assert one.estimate == other.estimate == 0.5
    assert one.high - one.low > 2 * (other.high - other.low)


def test_nothing_wrong_in_a_few_organisations_is_no_proof_that_nothing_is() -> None:
    few = rate_interval([0.0] * 40, [place // 10 for place in range(40)])
    many = rate_interval([0.0] * 400, [place // 10 for place in range(400)])
    assert few.low == many.low == 0
    assert few.high > 3 * many.high > 0


def test_shares_near_one_are_bounded_there_and_longer_on_the_other_side() -> None:
    clusters = [place // 4 for place in range(32)]
    values = np.clip(0.95 + 0.1 * np.random.default_rng(3).normal(size=32), 0, 1)
    found, plain = share_interval(values, clusters), mean_interval(values, clusters)
    assert found.low < plain.low < found.estimate < found.high <= 1
    assert found.estimate - found.low > found.high - found.estimate
    same = share_interval([1.0] * 32, clusters)
    assert same == rate_interval([1.0] * 32, clusters)
    assert same.low < 1


def test_one_cluster_says_nothing_about_others() -> None:
    found = difference([0.0, 0.0], [1.0, 3.0], ["only", "only"])
    assert (found.estimate, found.p) == (2.0, 1.0)
    assert (found.interval.low, found.interval.high) == (-math.inf, math.inf)
    assert (rate_interval([1.0, 1.0], ["a", "a"]).low, rate_interval([1.0, 1.0], ["a", "a"]).high) == (0.0, 1.0)
    assert minimal_detectable(found.spread) == math.inf
    assert power_of(9.0, found.spread) == 0.0


def test_where_nothing_changed_nothing_is_found() -> None:
    found = difference([0.3, 0.9, 1.0], [0.3, 0.9, 1.0], ["a", "b", "c"])
    assert (found.estimate, found.p, found.flips) == (0.0, 1.0, 1.0)
    assert (found.interval.low, found.interval.high) == (0.0, 0.0)


def test_where_all_changed_by_the_same_the_number_of_clusters_says_how_sure_it_is() -> None:
    clusters = [place // 3 for place in range(30)]
    found = difference([1.0] * 30, [0.9] * 30, clusters)
    assert found.spread.error == 0
    assert found.p == found.flips == pytest.approx(2 / 2**10)


def test_the_sign_flips_are_scipys() -> None:
    values = DRAWN.normal(0.5, 1, 11)

    def sums(one: np.ndarray, axis: int = -1) -> np.ndarray:
        return one.sum(axis=axis)

    told = stats.permutation_test((values,), sums, permutation_type="samples", n_resamples=np.inf, vectorized=True)
    assert sign_flip(values) == pytest.approx(told.pvalue)
    clusters = [place // 2 for place in range(22)]
    assert sign_flip(np.repeat(values, 2) / 2, clusters) == pytest.approx(told.pvalue)


def test_many_clusters_are_drawn_and_always_alike() -> None:
    values = DRAWN.normal(0.4, 1, 40)
    assert sign_flip(values) == sign_flip(values)
    assert sign_flip(values) == pytest.approx(stats.ttest_1samp(values, 0).pvalue, abs=0.02)


def test_few_clusters_cannot_be_sure_by_flips() -> None:
    assert sign_flip([1.0, 2.0, 3.0, 4.0]) == 2 / 2**4


@pytest.mark.parametrize("values", [[0.01], [0.04, 0.001, 0.03, 0.03], [0.6, 0.2, 0.9], [0.012, 0.011, 0.5, 1.0, 0.0]])
def test_adjusted_values_are_statsmodels(values: list[float]) -> None:
    assert holm(values) == pytest.approx(multipletests(values, method="holm")[1].tolist())
    assert holm([]) == []


@given(st.lists(st.floats(0, 1), min_size=1, max_size=12))
@settings(max_examples=60, deadline=None)
def test_adjusting_keeps_the_order_and_never_makes_surer(values: list[float]) -> None:
    adjusted = holm(values)
    assert all(one <= other for one, other in zip(values, adjusted, strict=True))
    assert max(adjusted) <= 1
    pairs = sorted(zip(values, adjusted, strict=True))
    assert [one for _, one in pairs] == sorted(adjusted)


@given(
    st.lists(st.tuples(st.floats(-5, 5), st.floats(-5, 5), st.integers(0, 4)), min_size=1, max_size=30),
    st.floats(0.5, 0.99),
)
@settings(max_examples=60, deadline=None)
def test_a_difference_holds_its_estimate_and_turns_with_its_sides(
    rows: list[tuple[float, float, int]], level: float
) -> None:
    before, after, clusters = ([row[place] for row in rows] for place in range(3))
    there = difference(before, after, clusters, level=level)
    back = difference(after, before, clusters, level=level)
    assert there.interval.low <= there.estimate <= there.interval.high
    assert there.estimate == pytest.approx(-back.estimate)
    assert there.p == pytest.approx(back.p)
    assert there.flips == pytest.approx(back.flips)
    assert 0 <= there.p <= 1
    assert 0 < there.flips <= 1


def test_power_is_that_of_statsmodels() -> None:
    values = DRAWN.normal(size=25)
    found = spread(values)
    effect = 0.6
    told = TTestPower().power(effect / values.std(ddof=1), 25, 0.05)
    assert power_of(effect, found) == pytest.approx(told)
    needed = TTestPower().solve_power(nobs=25, alpha=0.05, power=0.8) * values.std(ddof=1)
    assert minimal_detectable(found) == pytest.approx(needed, rel=1e-4)


def test_power_is_known_where_the_series_of_scipy_is_not() -> None:
    for freedom in (1.0, 2.0, 4.5, 30.0):
        found = Spread(mean=0.0, error=1.0, freedom=freedom, values=9, clusters=9)
        for alpha in (0.05, 0.01, 0.0005):
            powers = [power_of(effect / 4, found, alpha=alpha) for effect in range(0, 160, 3)]
            assert powers[0] == pytest.approx(alpha / 2, rel=1e-3)
            assert powers == sorted(powers)
            assert power_of(minimal_detectable(found, alpha=alpha), found, alpha=alpha) == pytest.approx(0.8, abs=1e-3)


def test_the_cases_that_would_do_find_it() -> None:
    number = cases_needed(0.1, 0.5)
    assert number == pytest.approx(TTestPower().solve_power(0.1 / 0.5, alpha=0.05, power=0.8), abs=2.5)
    assert cases_needed(0.1, 0.5, cluster_size=11, likeness=0.1) == pytest.approx(2 * number, abs=1)


@pytest.mark.parametrize("wrong", [([], None), ([1.0, 2.0], ["a"])])
def test_what_cannot_be_counted_is_said(wrong: tuple[list[float], list[str] | None]) -> None:
    with pytest.raises(ValueError, match="value"):
        spread(*wrong)
    with pytest.raises(ValueError, match="same cases"):
        difference([1.0], [1.0, 2.0])
