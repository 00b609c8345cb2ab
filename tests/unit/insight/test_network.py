"""Who works with whom: what counts, what hangs on one person, and what neither bots nor mass edits nor moves change."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from itertools import count

import pytest
from org_tables import NOW, Org, ago

from coachkit.insight.network.findings import Network, network
from coachkit.insight.network.teams import TeamMap, team_map
from coachkit.insight.network.ties import MASS, STRONGEST, helped, ties
from coachkit.insight.periods import PERIODS

SEARCH, PAY, RISK = (11, 12, 13, 14, 15, 16), (21, 22, 23, 24, 25, 26), (31, 32, 33, 34, 35, 36)
TEAMS = {"search": SEARCH, "pay": PAY, "risk": RISK}
BROKER, SOLE, MOVER = 11, 23, 34
SINCE = ago(180)


def office() -> Org:
    """Three teams that review among themselves; ``BROKER`` ties search to the others, ``SOLE`` reviews one area."""
    org, record = Org(TEAMS), count(1)
    for team in TEAMS.values():
        for place, one in enumerate(team):
            for step, other in enumerate((team[(place + 1) % 6], team[(place + 2) % 6])):
                for days in (20, 45, 70, 110):
                    org.act(next(record), "reviewed", one, other, days + place + step)
    for other in (*PAY[:3], *RISK[:3]):
        for days in (15, 44, 77, 120):
            org.act(next(record), "answered", BROKER, other, days + other % 10)
    for place in range(9):
        author = PAY[place % 2]
        item = org.item(next(record), container="ledger", areas=["ledger/export"], created=10 + 9 * place)
        org.act(item, "authored", author, None, 12 + 9 * place)
        org.act(item, "reviewed", SOLE, author, 10 + 9 * place)
    return org


def seen(org: Org, at: datetime = NOW) -> Network:
    return network(org.tables().as_of(at), org.chart().as_of(at), SINCE, at)


def mapped(org: Org, months: int = 6) -> TeamMap:
    return team_map(org.tables(), org.chart(), NOW, months)


def findings(found: Network) -> object:
    """What is told, without which records show it."""
    return (
        [(one.person, one.team, one.teams) for one in found.connectors],
        [replace(one.found, records=()) for one in found.depends],
        found.agreement.value if found.agreement else None,
        found.ties,
    )


def test_distinct_days_and_items_count_up_to_five() -> None:
    org = Org(TEAMS)
    for day in range(8):
        org.act(day, "reviewed", 11, 12, day + 1)
    for item in range(8):
        org.act(100 + item, "reviewed", 13, 12, 3)
    for day in range(8):
        org.act(200, "commented", 14, 12, day + 1)
        org.act(201, "reviewed", 15, 12, day + 1)
    found = {row["actor"]: row for row in ties(helped(org.tables(), org.chart(), SINCE, NOW)).iter_rows(named=True)}
    assert found[11]["strength"] == STRONGEST
    assert found[13]["strength"] == found[15]["strength"] == 1
    assert 14 not in found


def test_who_stands_between_teams_and_what_hangs_on_one_person_is_found_with_records() -> None:
    found = seen(office())
    assert [(one.person, one.teams) for one in found.connectors] == [(BROKER, ("pay", "risk"))]
    assert found.connectors[0].records
    sole = [one for one in found.depends if one.found.kind == "review"]
    assert [(one.found.person, one.found.about) for one in sole] == [(SOLE, "ledger · ledger/export")]
    assert sole[0].found.others == PAY[:2]
    assert sole[0].open
    assert {one.found.kind for one in found.depends} == {"review", "hand-off"}


def test_groups_that_work_together_are_the_teams_of_the_chart() -> None:
    agreement = seen(office()).agreement
    assert agreement is not None
    assert agreement.value == pytest.approx(1)
    assert agreement.low <= agreement.value <= agreement.high


def test_a_marked_program_changes_nothing() -> None:
    org = office()
    before = findings(seen(org))
    for number, target in enumerate((*SEARCH, *PAY, *RISK) * 6):
        org.act(5000 + number, "reviewed", 99, target, 1 + number)
        org.act(6000 + number, "reviewed", target, 99, 1 + number)
    org.bots.add(99)
    assert findings(seen(org)) == before


def test_a_program_that_nobody_marked_changes_nothing_if_it_acts_by_the_mass() -> None:
    org = office()
    before = findings(seen(org))
    everybody = (*SEARCH, *PAY, *RISK)
    for day in range(1, 40):
        for number in range(MASS + 5):
            org.act(5000 + day * 100 + number, "reviewed", 99, everybody[number % 18], day)
    assert findings(seen(org)) == before


def test_one_mass_edit_is_one_act() -> None:
    org = office()
    before = seen(org)
    for number in range(400):
        org.act(5000 + number, "merged", 22, (*SEARCH, *RISK)[number % 12], 33)
    after = seen(org)
    assert after.connectors == before.connectors
    assert [replace(one.found, records=()) for one in after.depends] == [
        replace(one.found, records=()) for one in before.depends
    ]
    assert len(after.ties) <= len(before.ties) + 1
    told = {(one.team, one.other): one.strength for one in mapped(org).ties}
    was = {(one.team, one.other): one.strength for one in mapped(office()).ties}
    assert all(was.get(pair) == strength for pair, strength in told.items() if strength and pair in was)


def test_a_move_leaves_what_was_done_before_with_the_team_of_that_day() -> None:
    org = office()
    before = {(one.team, one.other): one.strength for one in mapped(org).ties}
    org.moves += [(MOVER, "risk", 900, 1), (MOVER, "search", 1, None)]
    after = {(one.team, one.other): one.strength for one in mapped(org).ties}
    assert after == before
    assert [one.person for one in seen(org).connectors] == [BROKER]


def test_nothing_later_moves_what_was_told() -> None:
    org, at = office(), ago(30)
    before = seen(org, at)
    for number in range(60):
        org.act(5000 + number, "reviewed", 24, (*SEARCH, *RISK)[number % 12], 29 - number / 3)
    org.moves += [(MOVER, "risk", 900, 20), (MOVER, "search", 20, None)]
    assert seen(org, at) == before


def test_newcomers_are_told_with_the_teams_they_know() -> None:
    org = office()
    org.moves.append((17, "search", 40, None))
    org.act(7000, "reviewed", 12, 17, 10)
    org.act(7001, "answered", 22, 17, 9)
    found = seen(org).newcomers
    assert [(one.person, one.team, one.teams) for one in found] == [(17, "search", ("pay", "search"))]
    assert set(found[0].records) == {7000, 7001}


def test_small_teams_and_cells_are_withheld() -> None:
    org = office()
    org.act(8000, "reviewed", 35, 16, 50)
    found = {(one.team, one.other): one for one in mapped(org).ties}
    assert found["risk", "search"].withheld
    assert found["risk", "search"].strength is None
    assert found["risk", "search"].records == ()
    assert not found["search", "pay"].withheld or len(set(PAY[:3]) | {BROKER}) < 5
    small = Org({**TEAMS, "tiny": (41, 42)}, acts=org.acts, items=org.items)
    for days in range(60, 80):
        small.act(9000 + days, "reviewed", 41, SEARCH[days % 6], days)
    told = mapped(small)
    assert "tiny" in told.small
    assert all(one.withheld for one in told.ties if "tiny" in (one.team, one.other))


def test_periods_end_with_the_last_month_that_is_over() -> None:
    assert PERIODS == (3, 6, 12)
    assert (mapped(office()).since, mapped(office()).until) == (
        datetime(2025, 12, 1, tzinfo=NOW.tzinfo),
        datetime(2026, 6, 1, tzinfo=NOW.tzinfo),
    )
