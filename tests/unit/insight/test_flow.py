"""Where work waits: lengths with intervals, chance, hand-offs and what waits now; the future and small teams."""

from __future__ import annotations

import math
from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from org_tables import NOW, Org, ago
from scipy import stats

from coachkit.insight.flow.findings import Flow, flow
from coachkit.insight.flow.statistics import box, chance, length, share, surprising

TEAMS = {"search": (11, 12, 13, 14, 15), "pay": (21, 22, 23, 24, 25), "risk": (31, 32, 33, 34, 35)}
SINCE = ago(200)
GOAL = 900


def office(slow: float = 6.0) -> Org:
    """Every team finishes an item a week; review takes a day, but ``slow`` days in ``pay``; pay waits long for risk."""
    org, record = Org(TEAMS), count(1)
    for team in TEAMS:
        for week in range(24):
            begun = 195 - week * 7
            review = slow if team == "pay" else 1.0
            item = org.item(next(record), kind="issue", team=team, created=begun + 2, closed=begun - 4 - review)
            org.state(item, "待办" if week % 2 else "To do", "todo", begun + 2)
            org.state(item, "In progress", "doing", begun)
            org.state(item, "评审中" if week % 2 else "In review", "doing", begun - 3 - (week % 3) / 4)
            org.state(item, "Done", "done", begun - 3 - (week % 3) / 4 - review)
            if week % 4 == 1:
                blocker = "risk" if team != "risk" else "search"
                other = org.item(1000 + item, kind="issue", team=blocker, created=begun)
                took = 9 if team == "pay" else 1.5 + week / 50
                org.wait(item, f"I-{other}", begun, begun - took)
    back = org.item(500, kind="issue", team="search", created=60, closed=20)
    for days, state, category in (
        (60, "Doing", "doing"),
        (50, "Done", "done"),
        (45, "Doing", "doing"),
        (20, "Done", "done"),
    ):
        org.state(back, state, category, days)
    open_item, blocker = (
        org.item(501, kind="issue", team="pay", created=30),
        org.item(502, kind="issue", team="risk", created=40),
    )
    org.state(open_item, "In progress", "doing", 28)
    org.wait(open_item, f"I-{blocker}", 12)
    org.aims.append((open_item, GOAL))
    return org


def seen(org: Org, at: float = 0) -> Flow:
    until = ago(at)
    return flow(org.tables().as_of(until), org.chart().as_of(until), SINCE, until)


def test_the_slow_step_and_the_slow_hand_off_stand_out_and_no_other() -> None:
    found = seen(office())
    assert {(one.kind, one.about, one.team, one.other) for one in found.outstanding} == {
        ("step", "review", "pay", None),
        ("wait", "", "pay", "risk"),
    }
    review = next(one for one in found.outstanding if one.kind == "step")
    assert review.length.median == pytest.approx(6)
    assert review.elsewhere == pytest.approx(1)
    assert review.p < 0.001
    assert review.held == len(review.quarters) >= 2
    assert review.records
    wait = next(one for one in found.outstanding if one.kind == "wait")
    assert wait.goals == (GOAL,)


def test_where_all_are_alike_nothing_stands_out() -> None:
    org = office(slow=1.0)
    org.waits = [wait for wait in org.waits if wait[3] is None]
    assert seen(org).outstanding == ()


def test_what_waits_now_is_told_with_its_days_and_goals() -> None:
    waiting = seen(office()).waiting
    assert [(one.key, one.target, one.team, one.other, one.days, one.goals) for one in waiting] == [
        ("I-501", "I-502", "pay", "risk", 12, (GOAL,))
    ]


def test_old_work_rework_and_flow_efficiency() -> None:
    found = seen(office())
    assert [(one.key, one.step, one.days) for one in found.aged] == [("I-501", "doing", 28)]
    rework = {one.team: one for one in found.rework}
    assert rework["search"].records == (500,)
    assert rework["pay"].value == 0
    efficiency = {one.team: one.value for one in found.efficiency}
    assert efficiency["pay"] < 0.5 < efficiency["risk"]


def test_teams_of_fewer_than_five_are_in_no_figure() -> None:
    org = office()
    org.teams = {**TEAMS, "risk": (31, 32, 33, 34)}
    found = seen(org)
    assert found.small == {"risk"}
    assert not [one for one in (*found.steps, *found.handoffs, *found.efficiency, *found.rework) if one.team == "risk"]
    assert not [one for one in found.handoffs if one.other == "risk"]


def test_nothing_later_moves_what_was_told() -> None:
    org = office()
    before = seen(org, at=40)
    org.waits = [
        (record, target, since, min(until, 10**15) if until else until) for record, target, since, until in org.waits
    ]
    for number in range(30):
        item = org.item(7000 + number, kind="issue", team="risk", created=39)
        org.state(item, "To do", "todo", 39)
        org.state(item, "In review", "doing", 38)
    assert seen(org, at=40) == before


def test_nobody_is_named() -> None:
    """No field of a finding holds a person: their numbers are below a hundred and occur nowhere."""
    found = seen(office())
    people = {person for team in TEAMS.values() for person in team}
    told = (*found.waiting, *found.aged, *found.outstanding)
    assert not people & {value for one in told for name in ("person", "owner") if (value := getattr(one, name, None))}


def test_a_series_taken_in_on_one_day_is_no_evidence_of_its_own() -> None:
    org, record = Org(TEAMS), count(1)
    for area, took in (("slow", 5.0), ("fast", 1.0), ("series", 1.0)):
        for day in range(20):
            for author in range(5 if area != "series" or day else 80):
                if area != "series" and author != day % 5:
                    continue
                closed = 10 + 5 * day
                length = 40.0 if area == "series" and day == 0 else took
                item = org.item(next(record), container="repo", areas=[area], created=closed + length, closed=closed)
                org.act(item, "authored", 11 + author % 5, None, closed + length)
    found = {one.about: one for one in seen(org).areas}
    assert found["repo · slow"].stands_out
    assert not found["repo · series"].stands_out
    assert found["repo · series"].length.n == 20


# --- statistics ------------------------------------------------------------------------------------------------------


def test_a_median_with_unfinished_work_is_kaplan_and_meiers() -> None:
    told = length([1, 2, 3, 4, 5, 6, 7, 8], [False, False, False, False, True, True, True, True])
    assert told.median == 4
    assert told.high is None
    assert (told.n, told.unfinished) == (8, 4)
    assert length([3, 4], [True, True]).median is None
    assert length([], []).n == 0


def test_chance_is_that_of_dealing_values_out() -> None:
    from itertools import combinations

    values, group = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0], [4.0, 6.0, 7.0]
    rest = [value for value in values if value not in group]
    drawn = [sum(some) >= sum(group) for some in combinations(values, 3)]  # the values are their own ranks
    assert chance({"one": group, "other": rest})["one"] == pytest.approx(sum(drawn) / len(drawn))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.floats(0, 500), min_size=1, max_size=60), st.data())
def test_intervals_hold_their_median(values: list[float], data: st.DataObject) -> None:
    unfinished = data.draw(st.lists(st.booleans(), min_size=len(values), max_size=len(values)))
    told = length(values, unfinished)
    if told.median is not None:
        assert told.low is None or told.low <= told.median
        assert told.high is None or told.median <= told.high
    drawn = box(values)
    assert drawn is not None
    assert drawn.low <= drawn.first + 1e-9 <= drawn.median + 2e-9 <= drawn.third + 3e-9
    assert drawn.n == len(values)
    part = share([value / 2 for value in values], values)
    assert part is None or (math.isclose(part[0], 0.5) and part[1] <= part[0] + 1e-9 and part[0] <= part[2] + 1e-9)


def test_of_many_comparisons_few_are_false() -> None:
    assert surprising({"a": 0.001, "b": 0.04, "c": 0.9}) == {"a", "b"}
    assert surprising({str(n): 0.04 for n in range(20)} | {"x": 0.9}) != set()
    assert surprising({"a": 0.2, "b": 0.5}) == frozenset()


def test_no_rows_are_no_findings() -> None:
    found = seen(Org(TEAMS))
    assert found.outstanding == found.steps == found.waiting == ()
    assert found.until == NOW


@given(st.dictionaries(st.sampled_from("abcdef"), st.lists(st.integers(0, 30), min_size=1, max_size=15), min_size=1))
def test_ranks_that_are_dealt_out_once_give_what_the_library_gives_for_each_group(groups: dict[str, list[int]]) -> None:
    told = chance(groups)
    for name, group in groups.items():
        rest = [value for key, values in groups.items() if key != name for value in values]
        if len(group) > 1 and rest and len({*group, *rest}) > 1:
            expected = stats.mannwhitneyu(group, rest, alternative="greater").pvalue
            assert told[name] == pytest.approx(float(expected), abs=1e-12)
        else:
            assert told[name] == 1.0
