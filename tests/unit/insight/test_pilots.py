"""Pilots: figures by week, against the weeks before and against the other teams; of fewer than five people none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import polars as pl
import pytest
from org_tables import NOW, Org, ago

from coachkit.access import Viewer
from coachkit.errors import AccessDenied, BadInput, NotFound
from coachkit.insight.organisation.chart import Chart
from coachkit.insight.organisation.tables import DAY, Tables, moment
from coachkit.insight.pilots.comparing import compared, paired, value
from coachkit.insight.pilots.figures import CheckInSeen, Figure, Week, figures, monday
from coachkit.insight.pilots.service import BASELINE_WEEKS, Pilot, Pilots

SEARCH, PAY, TINY = tuple(range(11, 17)), tuple(range(21, 27)), (31, 32, 33)
LEAD = Viewer(person=11, name="Ana", at=NOW, scopes=frozenset({1}))


def office(faster_since: float = 0) -> Org:
    """Each week an item of search is worked on for two days, then waits four; since a day, for one."""
    org = Org({"search": SEARCH, "pay": PAY, "tiny": TINY})
    for week in range(30):
        for place, team in enumerate(("search", "pay")):
            record, begun = 1000 * place + week + 1, 210.0 - 7 * week
            waits = 1 if team == "search" and begun <= faster_since else 4
            org.item(record, kind="issue", team=team, created=begun)
            for days, state, category in (
                (0, "Doing", "doing"),
                (2, "Blocked", "waiting"),
                (2 + waits, "Done", "done"),
            ):
                org.state(record, state, category, begun - days)
            change = org.item(5000 + record, team=team, created=begun)
            author, reviewer = (SEARCH[1], PAY[2]) if team == "search" else (PAY[1], PAY[2])
            org.act(change, "authored", author, None, begun)
            org.act(change, "reviewed", reviewer, author, begun - waits)
    return org


def of(org: Org, team: str = "search", check_ins: Sequence[CheckInSeen] = ()) -> Any:
    begun = [monday(NOW) - number * 7 * DAY for number in range(13, 0, -1)]
    return figures(tables(org), org.chart(), [team], begun, NOW, check_ins)


def tables(org: Org) -> Tables:
    goals = [
        {"record": 901, "key": "S-1", "team": "search", "created_at": 0},
        {"record": 902, "key": "S-2", "team": "search", "created_at": 0},
    ]
    links = [{"record": number, "target": "S-1", "since": 0} for number in range(5001, 5031)]
    return replace(org.tables(), goals=pl.DataFrame(goals), links=pl.DataFrame(links))


def test_figures_are_what_the_records_say() -> None:
    found = of(office())
    assert value(found["waiting"].weeks) == pytest.approx(4 / 6, abs=0.03)
    assert value(found["hand_off"].weeks) == pytest.approx(4)
    assert value(found["across"].weeks) == 1
    assert value(found["linked"].weeks) == 0.5
    assert found["linked"].records == (902,), "the goal that nothing was done for"
    assert value(of(office(), "pay")["across"].weeks) == 0
    assert all(one.records for one in found.values())


def test_check_ins_are_told_of_five_pairs_or_not_at_all() -> None:
    def held(reports: Sequence[int]) -> list[CheckInSeen]:
        return [
            CheckInSeen(record=report, manager=99, report=report, at=ago(days), held=True)
            for report in reports
            for days in (100, *([10] if report % 2 else []))
        ]

    assert "check_ins" not in of(office(), check_ins=held(SEARCH[:4]))
    found = of(office(), check_ins=held(SEARCH))["check_ins"]
    assert (found.weeks[-1].part, found.weeks[-1].whole) == (3, 6)


def weeks(*shares: float, first: int = 0) -> Figure:
    return Figure(weeks=tuple(Week(begun=first + n, part=share * 10, whole=10) for n, share in enumerate(shares)))


def test_a_change_has_an_interval_and_few_weeks_have_none() -> None:
    before = weeks(0.4, 0.42, 0.38, 0.41, 0.39, 0.4)
    change = compared(before, weeks(0.2, 0.22, 0.19, 0.21))
    assert change.difference == pytest.approx(-0.195)
    assert change.clear
    assert change.low is not None
    assert change.high is not None
    assert change.low < -0.195 < change.high < 0
    assert compared(before, weeks(0.2, 0.2, 0.2)).low is None
    assert not compared(before, weeks(0.41, 0.37, 0.4, 0.42)).clear
    assert compared(before, Figure(weeks=())).since is None


def test_what_moved_everywhere_is_no_change_against_the_others() -> None:
    before, rest = weeks(0.4, 0.42, 0.38, 0.41), weeks(0.3, 0.32, 0.28, 0.31)
    since = weeks(0.2, 0.21, 0.19, 0.2, first=9)
    moved = weeks(0.1, 0.11, 0.09, 0.1, first=9)
    assert compared(before, since).clear
    assert paired(before, since, rest, moved).difference == pytest.approx(0)
    assert paired(before, since, rest, weeks(0.3, 0.31, 0.29, 0.3, first=9)).clear


def test_no_change_is_mostly_told_as_no_change() -> None:
    import numpy as np

    random = np.random.default_rng(5)
    clear = sum(
        compared(weeks(*random.uniform(0.3, 0.5, 13)), weeks(*random.uniform(0.3, 0.5, 10))).clear for _ in range(40)
    )
    assert clear <= 5


@dataclass
class _Targets:
    """Ana leads search and tiny."""

    def leads(self, target: Any) -> tuple[Any, ...]:
        return (type("Entry", (), {"id": 11})(),) if target.key in ("search", "tiny") else ()

    def is_granted(self, viewer: int, target: Any) -> bool:
        return viewer == 50 and target.key == "pay"


@dataclass
class _Store:
    kept: list[Pilot] = field(default_factory=list)

    def add(self, pilot: Pilot) -> None:
        self.kept.append(pilot)

    def of(self, person: int) -> list[Pilot]:
        return [one for one in self.kept if one.started_by == person]

    def stop(self, pilot: str, person: int, at: datetime) -> bool:
        del pilot, person, at
        return False


@dataclass(frozen=True)
class _Seen:
    at: datetime
    tables: Tables
    chart: Chart


def seen(org: Org, at: datetime = NOW) -> _Seen:
    return _Seen(at, tables(org).as_of(at), org.chart().as_of(at))


def service() -> Pilots:
    return Pilots(_Store(), _Targets())  # type: ignore[arg-type]  # no more of it is asked


def test_who_leads_the_teams_starts_a_pilot_of_five_people_or_more() -> None:
    pilots, now = service(), seen(office())
    with pytest.raises(BadInput, match="at least 5 people"):
        pilots.start(LEAD, now, ["tiny"], ())
    with pytest.raises(AccessDenied):
        pilots.start(LEAD, now, ["search", "pay"], ())
    with pytest.raises(BadInput):
        pilots.start(LEAD, now, [], ())
    made = pilots.start(LEAD, now, ["search"], ())
    assert len(made.before["waiting"].weeks) == BASELINE_WEEKS
    assert made.rest.keys() == {"waiting", "hand_off", "linked", "across"}
    assert pilots.start(replace(LEAD, person=50), now, ["pay"], ()).teams == ("pay",)
    with pytest.raises(NotFound):
        pilots.one(replace(LEAD, person=50), made.id)


def test_a_pilot_that_helps_is_seen_with_its_interval_and_against_the_others() -> None:
    pilots, org, begun = service(), office(faster_since=70), ago(72)
    made = pilots.start(replace(LEAD, at=begun), seen(org, begun), ["search"], ())
    early = pilots.standing(made, seen(org, begun + timedelta(days=3)), ())
    assert early.changes["waiting"].since is None
    found = pilots.standing(made, seen(org), ())
    for change in (found.changes["waiting"], found.against["waiting"], found.changes["hand_off"]):
        assert change.clear
        assert change.difference is not None
        assert change.difference < 0
    assert found.records["waiting"]
    ended = replace(made, stopped_at=begun + timedelta(days=20))
    assert pilots.standing(ended, seen(org), ()).changes["waiting"].weeks_since == 2


def test_nothing_later_moves_a_baseline() -> None:
    org, begun = office(), ago(72)
    before = service().start(replace(LEAD, at=begun), seen(org, begun), ["search"], ())
    for record in range(1, 31):
        org.act(5000 + record, "reviewed", 31, SEARCH[1], 20)
        org.wait(record, f"I-{1000 + record}", 60, 20)
    after = service().start(replace(LEAD, at=begun), seen(org, begun), ["search"], ())
    assert (after.before, after.rest) == (before.before, before.rest)
    assert moment(begun) > max(week.begun for week in after.before["waiting"].weeks)
