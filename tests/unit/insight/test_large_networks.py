"""Large networks: what is followed of them, who is named all the same, and that chance of the draw names nobody."""

from __future__ import annotations

from collections.abc import Iterator
from unittest import mock

import numpy as np
import polars as pl
import pytest

from coachkit.insight.network import graph
from coachkit.insight.network.graph import _betweenness, _drawn, between

BRIDGES = (9_001, 9_002)


def rows(pairs: list[tuple[int, int]], strength: int = 3) -> pl.DataFrame:
    return pl.DataFrame(pairs, schema={"actor": pl.Int64, "target": pl.Int64}, orient="row").with_columns(
        strength=pl.lit(strength, pl.Int64)
    )


def teams(count: int, *, bridges: bool) -> tuple[pl.DataFrame, dict[int, str]]:
    """Teams of ten, two halves of the company; the halves meet through two people, or through everybody."""
    draw = np.random.default_rng(3)
    people = np.arange(count * 10)
    pairs = [(int(one), int(one) // 10 * 10 + int(other)) for one in people for other in draw.integers(0, 10, 3)]
    half = count // 2
    for one in people:
        low, high = (0, half) if one // 10 < half else (half, count)
        pairs += [(int(one), int(draw.integers(low, high) * 10 + draw.integers(0, 10))) for _ in range(3)]
    if bridges:
        pairs += [(bridge, int(one)) for bridge in BRIDGES for one in draw.choice(people, 40, replace=False)]
    else:
        pairs += [(int(one), int(other)) for one, other in draw.integers(0, len(people), (len(people), 2))]
    team_of = {int(one): f"t{one // 10}" for one in people} | dict.fromkeys(BRIDGES, "bridge")
    return rows([pair for pair in pairs if pair[0] != pair[1]]), team_of


@pytest.fixture
def _sampled() -> Iterator[None]:
    """Small enough for a test, large enough for a sample."""
    with mock.patch.multiple(graph, LARGE=100, VISITS=1, FEWEST_BEGUN=128):
        yield


@pytest.mark.usefixtures("_sampled")
def test_who_ties_halves_together_is_found_from_a_sample() -> None:
    ties, team_of = teams(60, bridges=True)
    assert set(between(ties, team_of)) >= set(BRIDGES)
    assert between(ties, team_of) == between(ties.sample(fraction=1, shuffle=True, seed=1), team_of)


@pytest.mark.usefixtures("_sampled")
def test_where_nobody_stands_out_the_draw_names_nobody() -> None:
    ties, team_of = teams(60, bridges=False)
    whole = np.array(graph.graph(ties).betweenness(directed=False))
    assert whole.max() < 6 * np.median(whole)
    assert between(ties, team_of) == []


@pytest.mark.usefixtures("_sampled")
def test_the_estimate_is_as_near_as_it_says() -> None:
    made = graph.graph(teams(60, bridges=True)[0])
    shares, errors = (np.array(values) for values in _betweenness(made))
    whole = np.array(made.betweenness(directed=False))
    assert 0.8 < np.mean(np.abs(shares - whole) <= 3 * errors) <= 1
    assert shares.sum() == pytest.approx(whole.sum(), rel=0.1)


def test_all_paths_are_followed_where_that_is_little() -> None:
    made = graph.graph(teams(12, bridges=True)[0])
    shares, errors = _betweenness(made)
    assert set(errors) == {0.0}
    made.es["length"] = [1 / strength for strength in made.es["strength"]]
    assert shares == made.betweenness(directed=False, weights="length")


def test_who_comes_changes_little_of_the_draw() -> None:
    people = list(range(1, 4_001))
    before = {people[place] for place in _drawn(people, 256)}
    more = [*people, *range(50_000, 50_100)]
    after = {more[place] for place in _drawn(more, 256)}
    assert len(before) == len(after) == 256
    assert len(before - after) < 20
    assert 0.3 < np.mean([one > 2_000 for one in before]) < 0.7, "from everywhere"
