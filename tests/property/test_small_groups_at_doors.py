"""Every figure of a group at every door has five people behind it: alone, in a quarter, and as the difference of two.

An organisation is drawn; each door's figures are asked for in all periods; who is behind each is counted by hand.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import combinations, count

import polars as pl
import pytest
from examples import examples
from hypothesis import given, settings
from hypothesis import strategies as st
from org_tables import NOW, Org, ago

from coachkit.access import Viewer
from coachkit.delivery.flow_told import plain_slow
from coachkit.errors import BadInput
from coachkit.insight.contributing.given import given as everything_given
from coachkit.insight.contributing.together import disputed_projects
from coachkit.insight.contributing.view import About, AboutKind, view
from coachkit.insight.flow.findings import Flow, flow
from coachkit.insight.network.findings import network
from coachkit.insight.organisation.chart import Chart
from coachkit.insight.organisation.tables import Tables
from coachkit.insight.periods import period_starts
from coachkit.insight.pilots.service import Pilot, Pilots

ONE, TWO, TINY = range(1, 8), range(9, 16), range(17, 20)
TEAMS = {"one": ONE, "two": TWO, "tiny": TINY}
STARTS = period_starts(NOW)[1]

people = st.sampled_from([*ONE, *TWO, *TINY])
helped = st.tuples(people, people, st.integers(1, 420), st.integers(0, 9), st.sampled_from(["a", "b"]))
works = st.lists(helped, min_size=15, max_size=70)
lately = st.lists(helped.map(lambda one: (*one[:2], 25 + one[2] % 60, *one[3:])), min_size=12, max_size=40)
before = st.lists(helped.map(lambda one: (*one[:2], 100 + one[2] % 300, *one[3:])), min_size=1, max_size=4)
uneven = works | st.tuples(lately, before).map(lambda both: [*both[0], *both[1]])
"""Or few people did what a longer period adds."""
Work = tuple[int, int, int, int, str]


def changes_of(work: Iterable[Work]) -> Org:
    """Changes by somebody, looked at by somebody else days after, and taken in."""
    org = Org(TEAMS)
    for record, (author, reviewer, days, took, area) in enumerate(work, 1):
        org.item(record, container="repo", areas=[area], created=days + took, closed=days)
        org.act(record, "authored", author, None, days + took)
        if author != reviewer:
            org.act(record, "reviewed", reviewer, author, days)
    return org


def flows(org: Org) -> list[Flow]:
    return [flow(org.tables(), org.chart(), since, NOW) for since in STARTS]


@settings(max_examples=examples(25), deadline=None)
@given(uneven)
def test_reviews_and_areas(work: list[Work]) -> None:
    org = changes_of(work)
    found = flows(org)
    team = {one: name for name, members in TEAMS.items() for one in members}
    done: dict[tuple[str, ...], list[tuple[datetime, set[int]]]] = defaultdict(list)
    for author, reviewer, days, _, area in work:
        done["area", f"repo · {area}"].append((ago(days), {author}))
        if author != reviewer:
            done["review", team[author], team[reviewer]].append((ago(days), {author, reviewer}))
    for name, several in done.items():
        shown = [
            {
                ("area", one.about) if one.kind == "area" else (one.kind, str(one.team), str(one.other))
                for one in (*told.areas, *told.handoffs)
            }
            for told in found
        ]
        cuts = [start for start, names in zip(STARTS, shown, strict=True) if name in names]
        for since in cuts:
            assert len(_inside(several, since, NOW)) >= 5
        for later, earlier in combinations(cuts, 2):
            assert len(_inside(several, earlier, later)) in (0, *range(5, 20)), "between two answers"
    for told in found:
        for one in (*told.areas, *told.handoffs):
            key = ("area", one.about) if one.kind == "area" else (one.kind, str(one.team), str(one.other))
            for quarter in plain_slow(one)["quarters"]:  # type: ignore[attr-defined]  # a list
                assert len(_in_quarter(done[key], quarter["quarter"])) >= 5
            assert "tiny" not in (one.team, one.other)


def _inside(several: list[tuple[datetime, set[int]]], since: datetime, until: datetime) -> set[int]:
    return set().union(*(some for at, some in several if since < at <= until))


def _in_quarter(several: list[tuple[datetime, set[int]]], name: str) -> set[int]:
    def quarter(at: datetime) -> str:
        return f"{at.astimezone(UTC).year}Q{(at.astimezone(UTC).month + 2) // 3}"

    return set().union(*(some for at, some in several if quarter(at) == name))


@settings(max_examples=examples(15), deadline=None)
@given(works, st.lists(st.tuples(people, st.integers(1, 300)), max_size=10))
def test_steps_waits_and_rates_tell_of_no_team_of_fewer_than_five(
    work: list[Work], left: list[tuple[int, int]]
) -> None:
    """Whoever left, a team of which fewer than five were there in the period is in no figure."""
    org, record = Org(TEAMS), count(1)
    for who, other, days, took, _ in work:
        team = next(name for name, members in TEAMS.items() if who in members)
        item = org.item(next(record), kind="issue", team=team, created=days + took + 2, closed=days)
        org.state(item, "To do", "todo", days + took + 2)
        org.state(item, "In progress", "doing", days + took + 1)
        org.state(item, "Done", "done", days)
        blocker = next(name for name, members in TEAMS.items() if other in members)
        org.wait(item, f"I-{org.item(1000 + item, kind='issue', team=blocker, created=500)}", days + 1, days)
    for who, days in dict(left).items():
        team = next(name for name, members in TEAMS.items() if who in members)
        org.moves.append((who, team, 600, days))
    for since, found in zip(STARTS, flows(org), strict=True):
        there = {team for team, some in org.chart().members(since, NOW).items() if len(some) >= 5}
        told = [
            *(one.team for one in (*found.steps, *found.handoffs, *found.efficiency, *found.rework, *found.aged)),
            *(one.other for one in found.handoffs),
        ]
        assert set(told) - {None} <= there
        fits = network(org.tables(), org.chart(), since, NOW)
        assert {team for team, other, _ in fits.mixed for team in (team, other)} <= there


@settings(max_examples=examples(25), deadline=None)
@given(uneven, st.sets(people, min_size=3, max_size=9))
def test_disputes_on_the_map(work: list[Work], objecting: set[int]) -> None:
    org = changes_of(work)
    tables, chart = org.tables(), org.chart()
    rows = everything_given(tables, chart, STARTS[-1], NOW)
    contested = {
        (who, one.id)
        for who in objecting
        for one in view(tables, chart, _of(who), STARTS[-1], NOW, present=range(1, 20)).did
    }
    found = [{one.name: one for one in disputed_projects(rows, contested, since, NOW)} for since in STARTS]
    named = [(datetime.fromtimestamp(at / 1000, UTC), {who}) for at, who in rows.select("at", "who").iter_rows()]
    cuts = [since for since, told in zip(STARTS, found, strict=True) if "repo" in told]
    for since in cuts:
        assert len(_inside(named, since, NOW)) >= 5
    for later, earlier in combinations(cuts, 2):
        assert len(_inside(named, earlier, later)) in (0, *range(5, 20))


def _of(who: int) -> About:
    return About(kind=AboutKind.PERSON, key=str(who), person=who)


@settings(max_examples=examples(15), deadline=None)
@given(works)
def test_between_two_teams_it_is_told_of_nobody_how_often(work: list[Work]) -> None:
    """The same help three times over on the same days gives the same sentences: no total is in them."""
    once, often = changes_of(work), changes_of([one for one in work for _ in range(3)])
    about = About(kind=AboutKind.BETWEEN, key="one", other="two")

    def told(org: Org) -> list[tuple[object, ...]]:
        found = view(org.tables(), org.chart(), about, STARTS[-1], NOW, present=range(1, 20))
        return sorted((one.kind, one.people, str(one.team), str(one.other), one.last) for one in found.did)

    assert told(once) == told(often)


# --- pilots ----------------------------------------------------------------------------------------------------------


@dataclass
class _Kept:
    pilots: list[Pilot] = field(default_factory=list)

    def add(self, pilot: Pilot) -> None:
        self.pilots.append(pilot)

    def of(self, person: int) -> list[Pilot]:
        return [one for one in self.pilots if one.started_by == person]

    def stop(self, pilot: str, person: int, at: datetime) -> bool:
        del pilot, person, at
        return True


class _EverybodysLead:
    def leads(self, target: object) -> tuple[()]:
        del target
        return ()

    def is_granted(self, viewer: int, target: object) -> bool:
        del viewer, target
        return True


@dataclass(frozen=True)
class _Seen:
    at: datetime
    tables: Tables
    chart: Chart


LEAD = Viewer(person=50, name="Lead", roles=frozenset(), scopes=frozenset({1}), at=NOW)
chosen = st.lists(st.sets(st.sampled_from("abcdef"), min_size=1), min_size=1, max_size=6)


@settings(max_examples=examples(30), deadline=None)
@given(st.lists(st.integers(1, 7), min_size=6, max_size=6), chosen)
def test_no_two_pilots_of_somebody_differ_by_fewer_than_five(sizes: list[int], asked: list[set[str]]) -> None:
    number = count(1)
    teams = {name: [next(number) for _ in range(size)] for name, size in zip("abcdef", sizes, strict=True)}
    org = Org(teams)
    service = Pilots(_Kept(), _EverybodysLead())  # type: ignore[arg-type]  # no more of it is asked
    seen = _Seen(NOW, _with_goals(org.tables()), org.chart())
    started: list[set[int]] = []
    for names in asked:
        behind = {who for name in names for who in teams[name]}
        few = [other for other in started if 0 < len(other ^ behind) < 5]
        if len(behind) < 5 or few:
            with pytest.raises(BadInput):
                service.start(LEAD, seen, names, ())
        else:
            service.start(LEAD, seen, names, ())
            started.append(behind)
    assert all(not one ^ other or len(one ^ other) >= 5 for one, other in combinations(started, 2))


def _with_goals(tables: Tables) -> Tables:

    columns = {"record": pl.Int64, "key": pl.String, "team": pl.String, "created_at": pl.Int64}
    return replace(tables, goals=pl.DataFrame(schema=columns))
