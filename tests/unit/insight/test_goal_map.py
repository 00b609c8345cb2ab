"""The map of goals and the rules about them, each with a case in which it holds and one in which it does not."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import polars as pl
import pytest
from goal_tables import NOW, Desk, ms, terms

from coachkit.insight.linking.health import RULES, Finding, Surroundings, examine
from coachkit.insight.linking.mapping import MappedGoal, progress, tree
from coachkit.insight.linking.slipping import Course, Worked, courses, slip_order
from coachkit.insight.linking.wording import say_cannot_see, say_finding, say_rule, say_source
from coachkit.insight.organisation.tables import moment
from coachkit.insight.rows import KeyResultRow, MeasurementRow

TODAY = NOW.date()
REST = Course(goal="G", last_work=None, usual_gap=None, recent=(), moves=0, aimed_at=None, changed_at=None)


def days(count: int) -> date:
    return TODAY + timedelta(days=count)


def goal(key: str, title: str = "", **values: object) -> MappedGoal:
    record = 900 + sum(map(ord, key))
    return replace(
        MappedGoal(record=record, key=key, title=title or f"Goal {key}", level="team", category="active", team="SRCH"),
        starts_on=days(-100),
        **values,  # type: ignore[arg-type]  # fields of a goal
    )


def result(
    value: float | None, *, start: float = 0, target: float = 100, ago: int = 2, title: str = ""
) -> KeyResultRow:
    measured = (MeasurementRow(at=NOW - timedelta(days=ago), value=value),) if value is not None else ()
    return KeyResultRow(key="KR-1", title=title or "Share of it", start=start, target=target, measurements=measured)


def found(goals: Sequence[MappedGoal], ways: dict[str, Course] | None = None) -> list[Finding]:
    busy = replace(REST, last_work=ms(1), recent=(1,))
    known = {one.key: (ways or {}).get(one.key, busy) for one in goals}
    return examine(Surroundings(goals=goals, courses=known, at=NOW, terms=terms))


def rules(goals: Sequence[MappedGoal], ways: dict[str, Course] | None = None) -> set[str]:
    return {one.rule.id for one in found(goals, ways)}


Case = tuple[str, Callable[[], list[MappedGoal]], dict[str, Course]]
HOLDS: list[Case] = [
    ("overdue", lambda: [goal("A", due_on=days(-3))], {}),
    ("behind", lambda: [goal("A", due_on=days(10), results=(result(20),))], {}),
    ("at_rest_before_end", lambda: [goal("A", due_on=days(30))], {"A": replace(REST, last_work=ms(20), recent=(7,))}),
    ("stalled", lambda: [goal("A")], {"A": replace(REST, last_work=ms(40), recent=(7,))}),
    ("stale", lambda: [goal("A", results=(result(20, ago=40),))], {}),
    ("moved", lambda: [goal("A")], {"A": replace(REST, last_work=ms(1), moves=2)}),
    ("no_work", lambda: [goal("A")], {"A": REST}),
    ("no_parent", lambda: [goal("A", parents=("C",)), goal("B", level="company")], {}),
    (
        "late_part",
        lambda: [goal("A", parents=("B",), due_on=days(90)), goal("B", level="company", due_on=days(60))],
        {},
    ),
    ("duplicate", lambda: [goal("A", "Refunds without hand work"), goal("B", "Refunds without any hand work")], {}),
    (
        "conflict",
        lambda: [
            goal("A", results=(result(5, title="Days until a refund"),)),
            goal("B", results=(result(5, start=100, target=0, title="Days until a refund"),)),
        ],
        {},
    ),
    ("shared", lambda: [goal("A", other_teams=("PAY",))], {}),
]
HOLDS_NOT: list[Case] = [
    ("overdue", lambda: [goal("A", due_on=days(-3), results=(result(100),))], {}),
    ("overdue", lambda: [goal("A", due_on=days(-3), category="done")], {}),
    ("behind", lambda: [goal("A", due_on=days(10), results=(result(80),))], {}),
    ("behind", lambda: [goal("A", due_on=days(900), results=(result(0),))], {}),
    ("stalled", lambda: [goal("A")], {"A": replace(REST, last_work=ms(40), usual_gap=20.0)}),
    ("stale", lambda: [goal("A", results=(result(100, ago=40),))], {}),
    ("no_work", lambda: [replace(goal("A"), starts_on=days(-20))], {"A": REST}),
    ("no_parent", lambda: [goal("A"), goal("B")], {}),
    (
        "duplicate",
        lambda: [
            goal("A", "Refunds without hand work", due_on=days(-10)),
            replace(goal("B", "Refunds without any hand work"), starts_on=days(-5)),
        ],
        {},
    ),
    (
        "conflict",
        lambda: [
            goal("A", results=(result(5, title="Days until a refund"),)),
            goal("B", results=(result(5, title="Days until a refund"),)),
        ],
        {},
    ),
    ("shared", lambda: [goal("A")], {}),
]


@pytest.mark.parametrize(("rule", "goals", "ways"), HOLDS, ids=[case[0] for case in HOLDS])
def test_rule_holds(rule: str, goals: Callable[[], list[MappedGoal]], ways: dict[str, Course]) -> None:
    one = next(one for one in found(goals(), ways) if one.rule.id == rule)
    assert one.records[0] == one.goal.record, "the goal itself can be opened"
    for zh in (False, True):
        words = [say_finding(one, zh), say_rule(one.rule, zh), say_source(one.rule, zh), say_cannot_see(one.rule, zh)]
        assert all(words)
        assert not any("{" in text or "None" in text for text in words)


def test_every_rule_has_a_case() -> None:
    assert {case[0] for case in HOLDS} == set(RULES)


@pytest.mark.parametrize(
    ("rule", "goals", "ways"), HOLDS_NOT, ids=[f"{case[0]}-{n}" for n, case in enumerate(HOLDS_NOT)]
)
def test_rule_holds_not(rule: str, goals: Callable[[], list[MappedGoal]], ways: dict[str, Course]) -> None:
    assert rule not in rules(goals(), ways)


def test_the_last_work_is_evidence_of_rest() -> None:
    (one,) = [
        one
        for one in found([goal("A")], {"A": replace(REST, last_work=ms(40), recent=(7, 6))})
        if one.rule.id == "stalled"
    ]
    assert one.records[1:] == (7,)


def test_progress_is_unknown_rather_than_zero() -> None:
    assert progress(result(None)) is None
    assert progress(result(25)) == 0.25
    assert progress(result(75, start=100, target=0)) == 0.25
    assert progress(result(-5)) == 0.0


def test_the_tree_hangs_goals_below_their_parents_and_cuts_circles() -> None:
    goals = [
        goal("C-1", level="company"),
        goal("T-10", parents=("C-1", "T-2")),
        goal("T-2", parents=("C-1",)),
        goal("X", parents=("Y",)),
        goal("Y", parents=("X",)),
        goal("Z", parents=("gone",)),
    ]
    roots = tree(goals)
    assert roots[0].goal.key == "C-1"
    assert [child.goal.key for child in roots[0].children] == ["T-2", "T-10"]
    assert roots[0].children[1].also == ("T-2",)
    shown = [node.goal.key for node in roots]
    shown += [child.goal.key for node in roots for child in node.children]
    assert sorted(shown) == sorted(one.key for one in goals)


# --- how a goal has gone ---------------------------------------------------------------------------------------------


def way(desk: Desk, work: list[Worked], at: datetime = NOW) -> Course:
    return courses({900: "G-1"}, work, desk.tables().states, moment(at))["G-1"]


def test_a_course_counts_work_until_its_moment() -> None:
    work = [Worked(goal="G-1", record=n, at=ms(50 - 10 * n)) for n in range(5)]
    work.append(Worked(goal="G-1", record=9, at=ms(1), confidence=0.1))
    now = way(Desk(), work)
    assert (now.last_work, now.usual_gap, now.recent[0]) == (ms(10), 10.0, 4)
    assert way(Desk(), work, NOW - timedelta(days=25)).last_work == ms(30)


def test_many_weak_guesses_are_less_than_one_sure_piece_of_work_and_all_of_it_fades() -> None:
    guesses = [Worked(goal="G-1", record=n, at=ms(1), confidence=0.1) for n in range(20)]
    sure = [Worked(goal="G-1", record=50, at=ms(1))]
    assert way(Desk(), guesses).stir < way(Desk(), sure).stir
    assert way(Desk(), sure).stir > way(Desk(), [Worked(goal="G-1", record=50, at=ms(60))]).stir > 0
    assert way(Desk(), [Worked(goal="G-1", record=50, at=ms(-5))]).stir == 0, "what is yet to come counts for nothing"


def test_a_new_aim_with_the_same_state_is_a_move_and_with_a_new_state_is_not() -> None:
    desk = Desk()
    for state, ago, reason in (
        ("alpha", 90, "release 1.1"),
        ("alpha", 60, "release 1.2"),
        ("beta", 30, "release 1.3"),
        ("beta", 10, "release 1.4"),
    ):
        desk.state(900, state, "active", ago, reason)
    found = way(desk, [])
    assert (found.moves, found.aimed_at) == (2, ms(10))


def test_rest_and_moved_dates_come_first() -> None:
    busy = replace(REST, last_work=ms(1), aimed_at=ms(100), stir=1.0)
    assert slip_order(replace(busy, last_work=ms(90), stir=0.2), ms(0)) > slip_order(busy, ms(0))
    assert slip_order(replace(busy, moves=2), ms(0)) > slip_order(busy, ms(0))
    assert slip_order(replace(busy, aimed_at=ms(2)), ms(0)) > slip_order(busy, ms(0))


def test_states_of_other_records_are_left_alone() -> None:
    states = pl.DataFrame(
        {"record": [1], "at": [0], "state": ["x"], "category": ["active"], "reason": ["release 1"]},
    )
    assert courses({900: "G-1"}, [], states, moment(datetime(2026, 1, 1, tzinfo=UTC)))["G-1"].moves == 0
