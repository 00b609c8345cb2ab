"""Nobody who adds and subtracts published totals learns what fewer than five people did."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from coachkit.insight.small_groups import SMALLEST, withheld

Groups = dict[str, set[int]]

people = st.sets(st.integers(0, 17), max_size=18)
tables = st.dictionaries(st.sampled_from([f"g{n}" for n in range(9)]), people, max_size=9)


def parts(sizes: list[int]) -> Groups:
    """A whole organisation and its teams."""
    found: Groups = {}
    start = 0
    for number, size in enumerate(sizes):
        found[f"team {number}"] = set(range(start, start + size))
        start += size
    return {**found, "all": set(range(start))}


def shown(groups: Groups) -> dict[str, set[int]]:
    hidden = withheld(groups)
    return {name: members for name, members in groups.items() if name not in hidden}


@given(tables)
def test_no_published_group_and_no_difference_of_two_is_about_fewer_than_five(groups: Groups) -> None:
    published = shown(groups)
    assert all(not members or len(members) >= SMALLEST for members in published.values())
    for one, other in combinations(published.values(), 2):
        if one and other and one & other:
            assert len(one ^ other) == 0 or len(one ^ other) >= SMALLEST
        for whole, part in ((one, other), (other, one)):
            if part and part < whole:
                assert len(whole - part) >= SMALLEST


@given(tables)
def test_nobody_can_be_singled_out_by_any_combination(groups: Groups) -> None:
    published = [members for members in shown(groups).values() if members]
    everybody = sorted(set().union(*published)) if published else []
    for count in (1, 2):
        for few in combinations(everybody, count):
            alike = [who for who in everybody if _same_groups(who, few, published)]
            if len(alike) == count:
                assert not _within(few, everybody, published)


@given(st.lists(st.integers(1, 9), min_size=2, max_size=8))
def test_what_is_withheld_of_a_whole_is_never_few(sizes: list[int]) -> None:
    groups = parts(sizes)
    published = shown(groups)
    if "all" in published:
        told = set().union(*(members for name, members in published.items() if name != "all"), set())
        left = groups["all"] - told
        assert not left or len(left) >= SMALLEST


@settings(max_examples=50)
@given(tables)
def test_the_answer_depends_on_the_groups_alone(groups: Groups) -> None:
    named = {name: {who + 100 for who in members} for name, members in groups.items()}
    assert withheld(groups) == withheld(named)


def test_a_small_team_takes_one_other_with_it() -> None:
    hidden = withheld(parts([8, 7, 3]))
    assert "all" not in hidden
    assert "team 2" in hidden
    assert len(hidden) == 2


def test_two_small_teams_hide_each_other() -> None:
    assert withheld(parts([8, 7, 3, 3])) == {"team 2", "team 3"}


def test_everything_large_is_shown() -> None:
    assert withheld(parts([8, 7, 5])) == frozenset()


def test_what_was_published_before_counts() -> None:
    whole = set(range(10))
    assert withheld({"all but one": whole - {0}}) == frozenset()
    assert withheld({"all but one": whole - {0}}, published=[whole]) == {"all but one"}


def test_three_overlapping_totals_do_not_give_away_one_person() -> None:
    left, middle, right = set(range(6)), set(range(6, 12)), {99}
    groups = {"a": left | right, "b": middle | right, "c": left | middle}
    published = shown(groups)
    assert len(published) == 2  # a + b - c is twice what the one person did


def _same_groups(who: int, few: tuple[int, ...], published: list[set[int]]) -> bool:
    return any([who in group for group in published] == [one in group for group in published] for one in few)


def _within(few: tuple[int, ...], everybody: list[int], published: list[set[int]]) -> bool:
    """Whether a combination of the published totals holds people of ``few`` and nobody else."""
    rest = [who for who in everybody if who not in few]
    return _rank(published, rest) < _rank(published, everybody)


def _rank(published: list[set[int]], columns: list[int]) -> int:
    rows = [[Fraction(who in group) for who in columns] for group in published]
    rank = 0
    for column in range(len(columns)):
        pivot = next((n for n in range(rank, len(rows)) if rows[n][column]), None)
        if pivot is None:
            continue
        rows[rank], rows[pivot] = rows[pivot], rows[rank]
        for n in range(len(rows)):
            if n != rank and rows[n][column]:
                times = rows[n][column] / rows[rank][column]
                rows[n] = [a - times * b for a, b in zip(rows[n], rows[rank], strict=True)]
        rank += 1
    return rank
