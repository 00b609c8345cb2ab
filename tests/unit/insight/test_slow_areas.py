"""How long changes take, and which areas will be slow: from git or from change requests, never from the future."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl
import pytest

from coachkit.insight.flow.answering import slow_queues
from coachkit.insight.flow.changes import changes
from coachkit.insight.flow.slow_areas import FEWEST, compared, expected_slowness
from coachkit.insight.organisation.asking import Asked
from coachkit.insight.organisation.tables import DAY, Tables, moment

BEGAN = datetime(2024, 1, 1, tzinfo=UTC)
ANA, TOM = 1, 2


def at(day: float) -> int:
    return moment(BEGAN + timedelta(days=day))


def tables(items: list[dict[str, Any]], acts: list[tuple[int, str, int, int | None]]) -> Tables:
    """:param items: ``record, kind, opened, closed`` in days since ``BEGAN``, ``areas``."""
    whens = {one["record"]: at(one["closed"]) for one in items}
    nothing = pl.DataFrame(schema={"record": pl.Int64})
    return Tables(
        acts=pl.DataFrame(
            [(*act, whens[act[0]], whens[act[0]]) for act in acts],
            schema={"record": pl.Int64, "kind": pl.String, "actor": pl.Int64, "target": pl.Int64}
            | {"at": pl.Int64, "known_at": pl.Int64},
            orient="row",
        ),
        items=pl.DataFrame(
            [
                (
                    one["record"],
                    one["kind"],
                    one.get("container", "org/repo"),
                    one.get("areas", []),
                    None if one.get("opened") is None else at(one["opened"]),
                    at(one["closed"]),
                    at(one["closed"]),
                )
                for one in items
            ],
            schema={"record": pl.Int64, "kind": pl.String, "container": pl.String, "areas": pl.List(pl.String)}
            | {"created_at": pl.Int64, "closed_at": pl.Int64, "known_at": pl.Int64},
            orient="row",
        ),
        goals=pl.DataFrame(schema={"record": pl.Int64, "created_at": pl.Int64}),
        owners=nothing,
        states=pl.DataFrame(schema={"record": pl.Int64, "at": pl.Int64}),
        links=pl.DataFrame(schema={"record": pl.Int64, "since": pl.Int64}),
        accounts={},
    )


def test_a_commit_that_another_took_in_took_as_long_as_it_lay() -> None:
    found = changes(
        tables(
            [
                {"record": 1, "kind": "commit", "opened": 0, "closed": 9, "areas": ["drivers/usb/dwc3", "include"]},
                {"record": 2, "kind": "commit", "opened": 0, "closed": 5, "areas": ["drivers/usb"]},
            ],
            [(1, "authored", ANA, None), (1, "committed", TOM, ANA), (2, "authored", ANA, None)],
        )
    )
    assert found.select("record", "area", "days", "quarter").rows() == [(1, "drivers/usb", 9.0, "2024Q1")]


def test_a_change_request_without_dates_is_told_by_the_last_commit_that_went_into_it() -> None:
    items = [
        {"record": 1, "kind": "commit", "opened": 0, "closed": 1, "areas": ["docs"]},
        {"record": 2, "kind": "commit", "opened": 2, "closed": 3, "areas": ["src/store"]},
        {"record": 3, "kind": "change_request", "closed": 7},
        {"record": 4, "kind": "commit", "opened": 8, "closed": 8, "areas": ["docs"]},
        {"record": 5, "kind": "change_request", "closed": 9},
        {"record": 6, "kind": "change_request", "closed": 9.5, "opened": 9, "areas": ["own/area/deep"]},
    ]
    authored: list[tuple[int, str, int, int | None]] = [(n, "authored", ANA, None) for n in (1, 2, 3, 4, 5)]
    found = changes(tables(items, [*authored, (6, "authored", TOM, None)]))
    assert found.select("record", "area", "days").rows() == [
        (3, "src/store", 5.0),
        (5, "docs", 1.0),
        (6, "own/area", 0.5),
    ]


def slow_and_fast(quarters: int = 5) -> Tables:
    """Area ``slow`` takes ten days, ``fast`` one, each on twelve days of every quarter."""
    items, acts = [], []
    for number in range(quarters * 24):
        slow = number % 2 == 0
        closed = 20 + (number // 24) * 91 + number % 24 * 3
        record = number + 1
        items.append(
            {
                "record": record,
                "kind": "commit",
                "opened": closed - (10 if slow else 1),
                "closed": closed,
                "areas": ["slow" if slow else "fast"],
            }
        )
        acts += [(record, "authored", ANA, None), (record, "committed", TOM, ANA)]
    return tables(items, acts)


def test_the_slow_area_is_told_from_the_fast_one_and_few_changes_are_not_spoken_of() -> None:
    found = changes(slow_and_fast())
    told = expected_slowness(found, "2025Q1")
    assert told["area"].to_list() == ["slow", "fast"]
    assert 1 >= told["score"][0] > 0.5 > told["score"][1] >= 0
    thin = found.head(2 * (FEWEST - 1))
    assert expected_slowness(thin, "2024Q2").is_empty()


def test_an_area_with_few_changes_stays_nearer_the_middle_than_one_with_many() -> None:
    found = changes(slow_and_fast())
    fast = found.filter(pl.col("area") == "fast")
    thin = fast.with_columns(area=pl.lit("thin"), record=pl.col("record") + 500).gather_every(5)
    told = expected_slowness(pl.concat([found, thin]), "2025Q1")
    assert told["area"].to_list() == ["slow", "thin", "fast"]


def test_a_series_taken_in_on_one_day_counts_as_one_change() -> None:
    once = changes(slow_and_fast())
    series = pl.concat([once, *[once.head(1).with_columns(record=pl.lit(900 + n, pl.Int64)) for n in range(40)]])
    weights = compared(series).filter(pl.col("closed_at") == once["closed_at"][0])["weight"]
    assert weights.sum() == pytest.approx(1)


def test_later_quarters_move_no_answer() -> None:
    whole = slow_queues(Asked(org="one", tables=slow_and_fast(5)))
    early = slow_queues(Asked(org="one", tables=slow_and_fast(3)))
    assert set(early["quarter"]) < set(whole["quarter"])
    assert (
        whole.join(early, on=["quarter", "area"], how="semi")
        .sort("quarter", "area")
        .equals(early.sort("quarter", "area"))
    )


def test_a_future_that_is_known_only_later_moves_nothing_either() -> None:
    before = slow_and_fast()
    shifted = before.items.with_columns(
        created_at=pl.when(pl.col("closed_at") > at(300)).then(pl.col("created_at") - 200 * DAY).otherwise("created_at")
    )
    moved = slow_queues(Asked(org="one", tables=tables_with(before, shifted)))
    same = pl.col("quarter") <= "2024Q4"
    assert moved.filter(same).equals(slow_queues(Asked(org="one", tables=before)).filter(same))


def tables_with(before: Tables, items: pl.DataFrame) -> Tables:
    return replace(before, items=items)
