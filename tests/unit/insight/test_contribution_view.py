"""The contribution view: whose goals were advanced, by which kind of help, between teams as of that day."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import polars as pl
import pytest
from org_tables import NOW, Org, ago

from coachkit.insight.contributing.given import given
from coachkit.insight.contributing.view import About, AboutKind, CustomerWord, Did, View, view
from coachkit.insight.linking.mapping import MappedGoal, StateRow
from coachkit.insight.organisation.chart import Chart
from coachkit.insight.organisation.tables import Tables, moment
from coachkit.insight.rows import KeyResultRow, MeasurementRow

SEARCH, PAY = (11, 12, 13), (21, 22, 23)
SINCE = ago(180)
GOAL = 900
ALL = frozenset({*SEARCH, *PAY})


def office() -> Org:
    org = Org({"search": SEARCH, "pay": PAY})
    org.item(1, kind="issue", team="pay", container="PAY", title="Export the ledger in parts", created=40, closed=10)
    org.act(1, "authored", 21, None, 40)
    org.act(1, "assigned", 21, 22, 39)
    org.state(1, "Done", "done", 10)
    org.act(1, "unblocked", 11, 22, 20)
    org.item(2, container="search-engine", title="Retry budget", created=30, closed=25)
    org.act(2, "authored", 12, None, 30)
    for days in (29, 28, 27):
        org.act(2, "reviewed", 13, 12, days)
        org.act(2, "reviewed", 21, 12, days)
    org.act(2, "reviewed", 12, 12, 26)
    return org


def tables(org: Org) -> Tables:
    found = org.tables()
    aim = {"record": GOAL, "key": "PAY-O1", "team": "pay", "title": "Pay by morning", "created_at": 0}
    links = pl.DataFrame({"record": [1], "target": ["PAY-O1"], "since": [moment(ago(38))]})
    return replace(found, goals=pl.DataFrame([aim]), links=links)


def seen(org: Org, about: About, *, chart: Chart | None = None, present: frozenset[int] = ALL, **more: Any) -> View:
    return view(tables(org), chart or org.chart(), about, SINCE, NOW, present=present, **more)


def person(one: int) -> About:
    return About(kind=AboutKind.PERSON, key=str(one), person=one)


def team(key: str) -> About:
    return About(kind=AboutKind.TEAM, key=key)


def told(found: View) -> set[tuple[str, tuple[int, ...], str | None, str | None, str | None]]:
    return {(one.kind, one.people, one.team, one.other, one.goal) for one in found.did}


def test_each_kind_of_help_is_told_with_both_teams_and_the_goal_behind_it() -> None:
    assert told(seen(office(), team("pay"))) == {
        ("delivered", (22,), "pay", "pay", "PAY-O1"),
        ("unblocked", (11,), "search", "pay", "PAY-O1"),
        ("reviewed", (21,), "pay", "search", None),
    }
    assert told(seen(office(), person(13))) == {("reviewed", (13,), "search", "search", None)}
    assert told(seen(office(), About(kind=AboutKind.PROJECT, key="PAY"))) == {
        ("delivered", (22,), "pay", "pay", "PAY-O1"),
        ("unblocked", (11,), "search", "pay", "PAY-O1"),
    }
    assert told(seen(office(), About(kind=AboutKind.GOAL, key="PAY-O1"))) == told(
        seen(office(), About(kind=AboutKind.PROJECT, key="PAY"))
    )
    assert {one.people for one in seen(office(), About(kind=AboutKind.BETWEEN, key="pay", other="search")).did} == {
        (11,),
        (21,),
    }


def test_how_often_somebody_helped_changes_no_sentence() -> None:
    org = office()
    before = seen(org, team("search"))
    for days in range(1, 9):
        org.act(2, "reviewed", 13, 12, days)
    after = seen(org, team("search"))
    assert told(after) == told(before)
    assert [one.id for one in after.did] == [one.id for one in before.did]


def test_what_was_dropped_is_not_delivered_and_what_came_back_is_not_done() -> None:
    org = office()
    org.state(1, "Reopened", "doing", 5)
    assert not [one for one in seen(org, team("pay")).did if one.kind == "delivered"]
    org.state(1, "Dropped", "dropped", 4)
    assert not [one for one in seen(org, team("pay")).did if one.kind == "delivered"]


def test_teams_are_those_of_the_day() -> None:
    org = office()
    org.moves += [(11, "search", 900, 22), (11, "pay", 22, None)]
    assert ("unblocked", (11,), "pay", "pay", "PAY-O1") in told(seen(org, team("pay")))
    org.moves[:] = [(11, "search", 900, 18), (11, "pay", 18, None)]
    assert ("unblocked", (11,), "search", "pay", "PAY-O1") in told(seen(org, team("pay")))


def test_programs_and_those_who_left_are_not_named() -> None:
    org = office()
    org.bots.add(13)
    assert not seen(org, person(13)).did
    found = seen(office(), team("pay"), present=ALL - {11})
    assert found.unnamed
    assert all(11 not in one.people for one in found.did)


def test_an_item_without_a_link_serves_the_goal_of_what_it_belongs_to() -> None:
    rows = given(tables(office()), office().chart(), SINCE, NOW, {2: frozenset({"PAY-O1"})})
    assert set(rows.filter(pl.col("item") == 2)["goal"]) == {"PAY-O1"}


def test_every_sentence_has_records_and_a_name_that_stays() -> None:
    found = seen(office(), team("pay"))
    assert all(one.records and set(one.items) <= {1, 2} for one in found.did)
    later = view(tables(office()), office().chart(), team("pay"), ago(30), NOW, present=ALL)
    names = {one.id for one in found.did}
    assert {one.id for one in later.did} <= names
    assert len(names) == len(found.did)


def test_what_came_of_it_and_customers_stand_beside() -> None:
    result = KeyResultRow(
        key="KR-1",
        title="Paid by ten",
        start=80,
        target=99,
        unit="%",
        measurements=(MeasurementRow(at=ago(400), value=85), MeasurementRow(at=ago(9), value=96)),
    )
    ran = (StateRow(at=ago(300), state="Active", category="doing"), StateRow(at=ago(3), state="Done", category="done"))
    goal = MappedGoal(record=GOAL, key="PAY-O1", title="Pay by morning", team="pay", results=(result,), history=ran)
    word = CustomerWord(record=70, subject=22, kind="praise", at=ago(5), customer="Teehaus", item="I-1")
    found = seen(office(), person(11), goals=[goal], words=[word])
    assert [(one.old, one.new.value) for one in found.came if one.new] == [(85, 96)]
    assert [(one.before, one.now) for one in found.came if one.now] == [("Active", "Done")]
    assert found.voices == ()
    for about in (person(22), team("pay"), About(kind=AboutKind.PROJECT, key="PAY")):
        assert [one.word for one in seen(office(), about, goals=[goal], words=[word]).voices] == [word]


@pytest.mark.parametrize("order", [1, -1])
def test_the_order_of_rows_changes_nothing(order: int) -> None:
    base = tables(office())
    turned = replace(base, acts=base.acts[::order], items=base.items[::order], states=base.states)
    found = view(turned, office().chart(), team("pay"), SINCE, NOW, present=ALL)
    assert [replace(one, records=(), items=()) for one in found.did] == [
        replace(one, records=(), items=()) for one in seen(office(), team("pay")).did
    ]


def test_nothing_later_moves_what_was_told() -> None:
    at, org = ago(15), office()

    def then(org: Org) -> tuple[Did, ...]:
        return view(tables(org).as_of(at), org.chart().as_of(at), team("pay"), SINCE, at, present=ALL).did

    before = then(org)
    org.act(1, "reviewed", 12, 22, 3)
    org.moves += [(11, "search", 900, 2), (11, "pay", 2, None)]
    assert then(org) == before
