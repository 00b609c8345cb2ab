"""No period of the heat map, and no difference of two that are shown, is about fewer than five people."""

from __future__ import annotations

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st
from org_tables import NOW, Org

from coachkit.insight.network.teams import team_map
from coachkit.insight.periods import PERIODS, open_periods

people = st.frozensets(st.integers(1, 12), max_size=9)


@given(st.lists(people, min_size=1, max_size=5))
def test_neither_alone_nor_by_subtraction(slices: list[frozenset[int]]) -> None:
    shown = sorted(open_periods(slices))
    for last in shown:
        whole = frozenset().union(*slices[: last + 1])
        assert not whole or len(whole) >= 5
    for short, long in combinations(shown, 2):
        between = frozenset().union(*slices[short + 1 : long + 1])
        assert not between or len(between) >= 5


@given(st.lists(people.filter(lambda some: len(some) >= 5 or not some), min_size=1, max_size=5))
def test_nothing_is_withheld_without_need(slices: list[frozenset[int]]) -> None:
    assert open_periods(slices) == set(range(len(slices)))


acts = st.lists(st.tuples(st.integers(1, 8), st.integers(9, 16), st.integers(1, 400)), max_size=60)


@given(acts)
def test_what_is_told_of_two_teams_has_five_people_behind_it(told: list[tuple[int, int, int]]) -> None:
    org = Org({"one": tuple(range(1, 9)), "two": tuple(range(9, 17))})
    for number, (actor, target, days) in enumerate(told):
        org.act(number, "reviewed", actor, target, days)
    tables, chart = org.tables(), org.chart()
    cells = [team_map(tables, chart, NOW, months) for months in PERIODS]
    for found in cells:
        since, until = (found.since.timestamp() * 1000, found.until.timestamp() * 1000)
        inside = [act for act in org.acts if since < act[4] <= until]
        behind = {act[2] for act in inside} | {act[3] for act in inside}
        for one in found.ties:
            assert one.withheld == (one.strength is None)
            assert one.withheld or len(behind) >= 5
            assert not one.withheld or not one.records
