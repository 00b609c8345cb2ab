"""Proposals of goals: nothing later than the moment asked about moves them, and each of them has its reason."""

from __future__ import annotations

import polars as pl
from examples import examples
from goal_tables import NOW, Desk, terms
from hypothesis import given, settings
from hypothesis import strategies as st

from coachkit.insight.linking.answering import tasks
from coachkit.insight.linking.queue import Proposals, propose
from coachkit.insight.linking.slipping import courses
from coachkit.insight.organisation.asking import Asked
from coachkit.insight.organisation.tables import Tables, moment

WORDS = st.lists(
    st.sampled_from(["latency", "refund", "backup", "退款", "页面", "query", "fix", "v2", "G-1", "support"]),
    min_size=1,
    max_size=6,
).map(" ".join)
PEOPLE = st.integers(1, 4)


@st.composite
def desks(draw: st.DrawFn) -> Desk:
    desk = Desk()
    for number in range(draw(st.integers(1, 4))):
        owners = draw(st.lists(PEOPLE, max_size=2, unique=True))
        desk.goal(900 + number, f"G-{number}", draw(WORDS), team=draw(st.sampled_from(["A", "B"])), owners=owners)
    for number in range(draw(st.integers(1, 12))):
        days = draw(st.integers(1, 100))
        desk.item(
            number, draw(WORDS), by=draw(PEOPLE), days=days, areas=draw(st.lists(st.sampled_from("AB"), max_size=2))
        )
        if draw(st.booleans()):
            desk.link(number, draw(st.sampled_from([goal["key"] for goal in desk.goals])), days / 2)
    for goal in desk.goals:
        if draw(st.booleans()):
            desk.state(goal["record"], "x", draw(st.sampled_from(["active", "done"])), draw(st.integers(1, 90)))
    return desk


@st.composite
def futures(draw: st.DrawFn) -> Desk:
    """What happens after the moment asked about: to the same goals, and to new ones."""
    desk = Desk()
    for number in range(draw(st.integers(0, 3))):
        desk.goal(950 + number, f"G-9{number}", draw(WORDS), days=-draw(st.integers(1, 50)))
    for number in range(draw(st.integers(1, 6))):
        ahead = -draw(st.integers(1, 50))
        desk.item(500 + number, draw(WORDS), by=draw(PEOPLE), days=ahead)
        desk.link(draw(st.sampled_from([0, 500 + number])), "G-0", ahead)
        desk.state(900, "y", draw(st.sampled_from(["done", "active"])), ahead, "release 9")
    return desk


def told(found: Proposals, tables: Tables) -> object:
    keys = dict(tables.goals.select("record", "key").iter_rows())
    ways = courses(keys, found.work, tables.states, moment(NOW))
    open_ = [
        (one.item.record, one.any_goal, [(c.goal.key, c.confidence, c.signs) for c in one.candidates])
        for one in found.open
    ]
    return open_, found.work, sorted(found.linked.items()), sorted(ways.items())


def seen(desk: Desk) -> object:
    tables = desk.tables().as_of(NOW)
    return told(propose(tables, terms, moment(NOW)), tables)


def together(one: Desk, other: Desk) -> Desk:
    names = ("goals", "items", "owners", "acts", "links", "states")
    return Desk(**{name: [*getattr(one, name), *getattr(other, name)] for name in names})


@settings(max_examples=examples(80), deadline=None)
@given(desk=desks(), future=futures(), other=futures())
def test_the_future_moves_nothing(desk: Desk, future: Desk, other: Desk) -> None:
    assert seen(together(desk, future)) == seen(desk)
    assert seen(together(desk, other)) == seen(desk)


def about_to_be_missed(desk: Desk, goals: list[str]) -> list[tuple[object, ...]]:
    """As the scoring door tells it, of everything on record."""
    task = next(one for one in tasks(terms) if one.name == "slips")
    cut = moment(NOW) // 1000
    keys = pl.DataFrame({"set": ["s"] * len(goals), "goal_id": goals, "cut": [cut] * len(goals)})
    return task.predict(Asked(org="o", tables=desk.tables(), keys=keys)).rows()


@settings(max_examples=examples(60), deadline=None)
@given(desk=desks(), future=futures())
def test_the_future_moves_no_goal_that_may_be_missed(desk: Desk, future: Desk) -> None:
    goals = [goal["key"] for goal in desk.goals]
    assert about_to_be_missed(together(desk, future), goals) == about_to_be_missed(desk, goals)


@settings(max_examples=examples(60), deadline=None)
@given(desk=desks())
def test_proposals_are_likely_in_order_and_say_why(desk: Desk) -> None:
    found = propose(desk.tables().as_of(NOW), terms, moment(NOW))
    for one in found.open:
        shares = [candidate.confidence for candidate in one.candidates]
        assert shares == sorted(shares, reverse=True)
        assert sum(shares) <= one.any_goal + 1e-9
        assert one.item.record not in found.linked
    worth = [one.worth for one in found.open]
    assert worth == sorted(worth, reverse=True)
