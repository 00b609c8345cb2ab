"""The one-page map: how far strategy reaches, what depends on other teams, and whose credit is disputed."""

from __future__ import annotations

from dataclasses import replace

from org_tables import NOW, Org, ago

from coachkit.insight.contributing.given import given
from coachkit.insight.contributing.together import Disputed, depending, disputed_projects, loose, ranked, reaching
from coachkit.insight.contributing.view import About, AboutKind, view
from coachkit.insight.flow.findings import flow
from coachkit.insight.linking.mapping import MappedGoal
from coachkit.insight.linking.slipping import Course
from coachkit.insight.organisation.tables import DAY, moment

AT = moment(NOW)


def goal(key: str, team: str | None = None, *parents: str, category: str = "doing") -> MappedGoal:
    level = "team" if team else "company"
    number = sum(map(ord, key))
    return MappedGoal(
        record=number, key=key, title=key, level=level, team=team, parents=parents, category=category, state=category
    )


def course(key: str, days: float) -> Course:
    last = AT - int(days * DAY)
    return Course(goal=key, last_work=last, usual_gap=None, recent=(), moves=0, aimed_at=None, changed_at=None)


def test_a_company_goal_reaches_teams_over_any_number_of_steps_and_stops_at_what_ended() -> None:
    goals = [
        goal("C-1"),
        goal("P-1", "pay", "C-1"),
        goal("S-1", "search", "P-1"),
        goal("R-1", "risk"),
        goal("M-1", "mobile", "C-1", category="done"),
        replace(goal("A-1", "mobile", "C-1"), level="person"),
        goal("X-1", "pay", "X-2"),
        goal("X-2", "pay", "X-1"),
    ]
    (found,) = reaching(goals, {"P-1": course("P-1", 3), "S-1": course("S-1", 40)}, AT)
    assert (found.goal.key, found.teams, found.missing) == ("C-1", ("pay", "search"), ("risk",))
    assert [one.key for one in found.at_rest] == ["S-1"]
    assert {team: [one.key for one in several] for team, several in loose(goals).items()} == {"risk": ["R-1"]}
    assert loose(goals[1:]) == {}, "without a company goal nothing hangs in the air"


def test_hand_offs_are_told_by_the_time_that_goes_into_them() -> None:
    org = Org({"search": range(11, 17), "pay": range(21, 27), "risk": range(31, 37)})
    for number in range(6):
        for offset, other, days in ((0, "pay", 2), (100, "risk", 9)):
            org.item(offset + number, kind="issue", team="search", created=60)
            org.item(1000 + offset + number, kind="issue", team=other, created=60)
            org.wait(offset + number, f"I-{1000 + offset + number}", 50, 50 - days)
    found = depending(flow(org.tables(), org.chart(), ago(180), NOW))
    assert [(one.team, one.other) for one in found] == [("search", "risk"), ("search", "pay")]
    assert all(one.records for one in found)


def disputed(people: int) -> tuple[Disputed, ...]:
    org = Org({"search": range(11, 11 + people)})
    for who in range(11, 11 + people):
        item = org.item(who, kind="issue", team="search", container="SRCH", created=40, closed=10)
        org.act(item, "authored", who, None, 40)
    tables, chart = org.tables(), org.chart()
    about = About(kind=AboutKind.PERSON, key="11", person=11)
    (mine,) = view(tables, chart, about, ago(180), NOW, present=range(11, 11 + people)).did
    return disputed_projects(given(tables, chart, ago(180), NOW), {(11, mine.id), (99, "nobody's")}, ago(180), NOW)


def test_disputed_credit_is_told_from_five_people_on_with_its_record() -> None:
    assert disputed(4) == ()
    assert [(one.name, one.contested, one.told, one.records) for one in disputed(5)] == [("SRCH", 1, 1, (11,))]


def test_the_most_disputed_comes_first_and_what_names_few_is_left_out() -> None:
    def one(name: str, told: int, contested: int, people: int = 6) -> Disputed:
        return Disputed(name=name, told=told, contested=contested, people=people, records=(1,))

    found = ranked([one("a", 10, 1), one("b", 4, 2), one("c", 2, 2, people=4), one("d", 3, 0)])
    assert [single.name for single in found] == ["b", "a"]
