"""Engines over the tables of a whole organisation; what lies in the future moves nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import polars as pl
import pytest
from examples import examples
from hypothesis import given, settings
from hypothesis import strategies as st

from coachkit.insight.organisation.answering import TASKS
from coachkit.insight.organisation.asking import Asked
from coachkit.insight.organisation.central import dependence
from coachkit.insight.organisation.newcomers import first_days
from coachkit.insight.organisation.own_rhythm import Rhythms, dropped, own_acts
from coachkit.insight.organisation.tables import DAY, Tables, moment

NOW = datetime(2026, 6, 1, tzinfo=UTC)
ANA, TOM, WEI, MIA = 1, 2, 3, 4

Act = tuple[int, str, int, int | None, float]
"""Record, kind, actor, target, days before now."""


def tables(acts: list[Act], areas: dict[int, list[str]] | None = None, late: dict[int, int] | None = None) -> Tables:
    """:param late: record → how many days before now it was taken in."""
    at = [moment(NOW - timedelta(days=act[4])) for act in acts]
    known = [
        moment(NOW - timedelta(days=late[act[0]])) if late and act[0] in late else then
        for act, then in zip(acts, at, strict=True)
    ]
    records = sorted({act[0] for act in acts})
    empty: dict[str, pl.DataFrame] = {
        "goals": pl.DataFrame(schema={"record": pl.Int64, "created_at": pl.Int64}),
        "owners": pl.DataFrame(schema={"record": pl.Int64, "person": pl.Int64}),
        "states": pl.DataFrame(schema={"record": pl.Int64, "at": pl.Int64}),
        "links": pl.DataFrame(schema={"record": pl.Int64, "target": pl.String, "since": pl.Int64}),
    }
    return Tables(
        acts=pl.DataFrame(
            [(*act[:4], then, seen) for act, then, seen in zip(acts, at, known, strict=True)],
            schema={"record": pl.Int64, "kind": pl.String, "actor": pl.Int64, "target": pl.Int64}
            | {"at": pl.Int64, "known_at": pl.Int64},
            orient="row",
        ),
        items=pl.DataFrame(
            {"record": records, "areas": [(areas or {}).get(record, []) for record in records]},
            schema={"record": pl.Int64, "areas": pl.List(pl.String)},
        ).with_columns(known_at=pl.lit(0, pl.Int64), kind=pl.lit("commit"), closed_at=pl.lit(None, pl.Int64)),
        accounts={who: f"dataset:o-{who}" for who in range(1, 8)},
        **empty,
    )


def test_distinct_people_helped_count_and_not_how_often() -> None:
    acts: list[Act] = [(n, "reviewed", ANA, TOM, 10 + n / 50) for n in range(50)]
    acts += [(100, "reviewed", WEI, TOM, 5), (101, "reviewed", WEI, ANA, 5), (102, "authored", TOM, None, 5)]
    found = {row["person"]: row for row in dependence(tables(acts), NOW).iter_rows(named=True)}
    assert (found[ANA]["helped"], found[WEI]["helped"], found[TOM]["helped"]) == (1, 2, 0)
    assert max(found, key=lambda person: found[person]["place"]) == WEI


def test_areas_are_theirs_in_which_most_acts_are() -> None:
    acts: list[Act] = [(1, "authored", ANA, None, 3), (2, "authored", ANA, None, 2), (3, "authored", TOM, None, 1)]
    found = dependence(tables(acts, {1: ["src"], 2: ["src", "docs"], 3: ["src"]}), NOW)
    counted = {row["person"]: (row["areas"], row["mainly_theirs"]) for row in found.iter_rows(named=True)}
    assert counted == {ANA: (2, 2), TOM: (1, 0)}


def test_who_was_not_active_for_a_year_is_left_out() -> None:
    acts: list[Act] = [(1, "reviewed", ANA, TOM, 400), (2, "authored", TOM, None, 3)]
    assert dependence(tables(acts), NOW)["person"].to_list() == [TOM]


def test_first_days_of_those_who_came() -> None:
    acts: list[Act] = [
        (1, "authored", MIA, None, 60),
        (2, "authored", MIA, None, 58.9),
        (3, "reviewed", ANA, MIA, 59),
        (4, "reviewed", MIA, TOM, 20),
        (5, "authored", ANA, None, 400),
    ]
    (mia,) = first_days(tables(acts), NOW).iter_rows(named=True)
    assert (mia["person"], mia["days"], mia["people"]) == (MIA, 3, 2)
    assert mia["since_last"] == pytest.approx(20)


_PEOPLE = st.integers(1, 6)
_ACT = st.tuples(
    st.integers(1, 30),
    st.sampled_from(["authored", "reviewed", "merged", "committed"]),
    _PEOPLE,
    st.none() | _PEOPLE,
    st.integers(-300, 800),
)


@settings(max_examples=examples(40))
@given(
    st.lists(_ACT, min_size=1, max_size=60),
    st.integers(1, 500),
    st.dictionaries(st.integers(1, 30), st.integers(-50, -1)),
)
def test_what_is_not_known_yet_moves_nothing(acts: list[Act], shift: int, late: dict[int, int]) -> None:
    """The rows after the moment are shifted, and rows not taken in by then dropped: everything stays as it was."""
    areas = {n: [f"area{n % 4}"] for n in range(31)}
    shifted = [(*act[:4], act[4] - shift) if act[4] < 0 else act for act in acts]
    dropped = [act for act in shifted if act[0] not in late and act[4] >= 0]
    one = tables(acts, areas, late).as_of(NOW)
    other = tables(shifted, areas, late).as_of(NOW)
    third = tables(dropped or [(99, "authored", 99, None, -9.0)], areas).as_of(NOW)
    for engine in (dependence, first_days):
        assert engine(one, NOW).equals(engine(other, NOW))
        assert engine(one, NOW).equals(engine(third, NOW))


@settings(max_examples=examples(10))
@given(
    st.lists(_ACT, min_size=5, max_size=80),
    st.integers(1, 500),
    st.dictionaries(st.integers(1, 30), st.integers(-50, -1), max_size=4),
)
def test_no_task_that_is_scored_answers_by_what_came_later(acts: list[Act], shift: int, late: dict[int, int]) -> None:
    """Each is asked at new year; one store has what came later, shifted, and what was taken in late, the other not."""
    asked_at = datetime(NOW.year, 1, 1, tzinfo=UTC)
    since, cut = (NOW - asked_at).days, int(asked_at.timestamp())
    areas = {n: [f"area{n % 4}"] for n in range(31)}
    kept = [act for act in acts if act[4] >= since and act[0] not in late]
    later = [(*act[:4], act[4] - shift if act[4] < since else act[4]) for act in acts if act not in kept]
    ends: list[Act] = [(90, "authored", 7, None, 900), (91, "authored", 7, None, -900)]
    names = [f"o-{who}" for who in range(1, 7)]
    keys = pl.DataFrame({"person_id": names, "cut": cut, "year": NOW.year, "score_at": cut})
    for task in TASKS:
        one = Asked(org="o", tables=tables([*kept, *later, *ends], areas, late), keys=keys)
        other = Asked(org="o", tables=tables([*kept, *ends], areas), keys=keys)
        assert task.predict(one).sort("person_id").equals(task.predict(other).sort("person_id")), task.name


def test_tasks_answer_on_the_grid_where_nobody_says_when() -> None:
    acts: list[Act] = [(n, "authored", ANA, None, 7 * n) for n in range(1, 160)]
    acts += [(200 + n, "reviewed", TOM, ANA, 14 * n) for n in range(1, 60)]
    for task in TASKS:
        rows = task.predict(Asked(org="o", tables=tables(acts)))
        assert rows.height > 0, task.name
        assert rows["score"].is_finite().all()
        assert set(rows["person_id"]) <= {"o-1", "o-2"}


def test_who_did_less_than_their_own_year_comes_before_who_did_as_always() -> None:
    steady: list[Act] = [(n, "authored", ANA, None, 5 * n + 1) for n in range(150)]
    faded: list[Act] = [(200 + n, "authored", TOM, None, 30 + 5 * n) for n in range(144)]
    found = dict(Rhythms(tables([*steady, *faded])).changes(NOW).select("person", "change").iter_rows())
    assert found[TOM] > found[ANA]


def test_a_question_that_still_reaches_somebody_comes_before_one_that_comes_too_late() -> None:
    acts: list[Act] = [(n, "authored", who, None, 5 * n + who / 2) for n in range(100) for who in range(3, 11)]
    gone: list[Act] = [(200 + n, "authored", ANA, None, 40 + 5 * n) for n in range(100)]
    less: list[Act] = [(300 + n, "authored", TOM, None, day) for n, day in enumerate([4, *range(50, 500, 3)])]
    order = Rhythms(tables([*acts, *gone, *less])).changes(NOW).sort("change", descending=True)["person"].to_list()
    assert order[:2] == [TOM, ANA]


def test_of_those_whose_rhythm_changed_some_are_seen_again_before() -> None:
    past = [(n, "authored", who, None, 200 + 3 * n) for n in range(100) for who in (ANA, TOM, WEI)]
    later: list[Act] = [(300, "authored", TOM, None, 150)]
    later += [(400 + n, "authored", WEI, None, 199 - 5 * n) for n in range(20)]
    found = dropped(Rhythms(tables([*past, *later])).days, NOW - timedelta(days=200)).sort("person")
    assert found.rows() == [(ANA, True, False), (TOM, True, True), (WEI, False, False)]


def test_of_somebody_asked_about_by_name_little_is_told_rather_than_nothing() -> None:
    acts: list[Act] = [(n, "authored", ANA, None, 5 * n + 1) for n in range(100)]
    acts += [(200, "authored", TOM, None, 20)]
    (task,) = (one for one in TASKS if one.name == "disengage")
    keys = pl.DataFrame({"person_id": ["o-1", "o-2"], "cut": moment(NOW) // 1000})
    assert task.predict(Asked(org="o", tables=tables(acts), keys=keys))["person_id"].to_list() == ["o-1", "o-2"]
    assert task.predict(Asked(org="o", tables=tables(acts), keys=None))["person_id"].unique().to_list() == ["o-1"]


def test_who_is_gone_already_has_no_rhythm_that_could_change() -> None:
    acts: list[Act] = [(n, "authored", ANA, None, 120 + 5 * n) for n in range(100)]
    assert Rhythms(tables(acts)).changes(NOW).is_empty()


def test_a_request_that_others_closed_is_no_act_of_its_author() -> None:
    made = tables([(1, "authored", ANA, None, 10), (2, "authored", ANA, None, 5)])
    closed = moment(NOW - timedelta(days=5))
    items = made.items.with_columns(
        kind=pl.lit("change_request"), closed_at=pl.when(pl.col("record") == 2).then(closed)
    )
    assert own_acts(replace(made, items=items))["at"].to_list() == [moment(NOW - timedelta(days=10))]


def test_how_common_changes_were_is_counted_from_the_past_alone() -> None:
    acts: list[Act] = [(n, "authored", ANA, None, 400 + 5 * n) for n in range(200)]
    assert Rhythms(tables(acts)).common(NOW) > Rhythms(tables(acts)).common(NOW - timedelta(days=600))


def test_a_day_is_a_day() -> None:
    assert moment(NOW + timedelta(days=1)) - moment(NOW) == DAY
