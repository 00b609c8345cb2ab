"""What waits for what, since when, and across which teams."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from story import JONAS, MARIA, NOW, TOM, WEI, Story, at

from coachkit.insight.rows import Tie
from coachkit.insight.waiting import reopened, waited_for, waits


def blocked(story: Story, *, owner: int = MARIA, by: int = WEI) -> None:
    story.issue("PAY-17", by, due_on=date(2026, 5, 14))
    item = story.issue("SRCH-91", owner, ("doing", at(1)), ("waiting", at(2)), reason="needs pages")
    story.blocked(item, "PAY-17")


def test_open_work_waits_for_another_team() -> None:
    story = Story()
    blocked(story)
    (wait,) = waits(story.material())
    assert (wait.item.key, wait.blocker_key, wait.owner) == ("SRCH-91", "PAY-17", WEI)
    assert (wait.since, wait.days, wait.reason) == (at(2), 18, "needs pages")
    assert (wait.team, wait.across, wait.promised) == ("Payments", True, date(2026, 5, 14))
    assert set(wait.records) == set(story.items)
    assert not waited_for(story.material())


def test_the_other_side_sees_who_waits_and_not_its_own_team() -> None:
    story = Story()
    blocked(story, owner=WEI, by=MARIA)
    assert not waits(story.material())
    (wait,) = waited_for(story.material())
    assert (wait.item.key, wait.blocker_key) == ("SRCH-91", "PAY-17")
    assert (wait.team, wait.across) == ("Payments", True)


def test_an_items_own_team_counts_before_its_owners() -> None:
    story = Story()
    story.issue("PLAT-1", WEI, team="platform")
    story.blocked(story.issue("SRCH-1", MARIA), "PLAT-1", since=at(3))
    (wait,) = waits(story.material())
    assert (wait.team, wait.days) == ("Platform", 17)


def test_in_ones_own_team_it_is_not_across() -> None:
    story = Story()
    blocked(story, by=TOM)
    assert [wait.across for wait in waits(story.material())] == [False]


@pytest.mark.parametrize("ended", ["done", "dropped"])
def test_a_blocker_that_ended_blocks_nothing(ended: str) -> None:
    story = Story()
    story.issue("PAY-17", WEI, (ended, at(12)))
    story.blocked(story.issue("SRCH-91", MARIA, ("waiting", at(2))), "PAY-17")
    assert not waits(story.material())


def test_a_blocker_nobody_may_read_is_named_and_not_described() -> None:
    story = Story()
    story.blocked(story.issue("SRCH-91", MARIA), "HID-1", since=at(4))
    (wait,) = waits(story.material())
    assert (wait.blocker_key, wait.blocker, wait.owner, wait.team, wait.across) == ("HID-1", None, None, None, False)


def test_links_count_while_they_hold() -> None:
    story = Story()
    story.issue("PAY-1", WEI)
    item = story.issue("SRCH-1", MARIA)
    story.blocked(item, "PAY-1", since=at(2), until=at(10))
    story.blocked(item, "PAY-1", since=NOW + timedelta(days=1))
    assert not waits(story.material())


def test_what_is_blocked_may_be_told_by_the_blocker() -> None:
    story = Story()
    blocker = story.issue("PAY-1", WEI)
    story.issue("SRCH-1", MARIA)
    story.ties.append(Tie(record=blocker.record, rel="blocks", target="SRCH-1", since=at(7)))
    (wait,) = waits(story.material())
    assert (wait.item.key, wait.blocker_key, wait.since) == ("SRCH-1", "PAY-1", at(7))


def test_waiting_without_saying_for_what() -> None:
    story = Story()
    story.issue("SRCH-1", MARIA, ("doing", at(1)), ("waiting", at(5)), ("doing", at(7)), ("waiting", at(9)))
    (wait,) = waits(story.material())
    assert (wait.blocker_key, wait.since, wait.days) == ("", at(9), 11)


def test_neither_others_work_nor_closed_work_waits() -> None:
    story = Story()
    story.issue("PAY-1", WEI)
    story.blocked(story.issue("SRCH-1", TOM), "PAY-1", since=at(2))
    story.blocked(story.issue("SRCH-2", MARIA, ("waiting", at(2)), ("done", at(9))), "PAY-1", since=at(2))
    assert not waits(story.material())


def test_opened_again_after_it_was_done() -> None:
    story = Story()
    story.issue("SRCH-1", MARIA, ("done", at(4)), ("doing", at(8)), ("done", at(9)), ("waiting", at(12)))
    story.issue("SRCH-2", MARIA, ("done", at(1)), ("doing", at(3)))
    story.issue("SRCH-3", TOM, ("done", at(7)), ("doing", at(8)))
    (again,) = reopened(story.material())
    assert (again.item.key, again.times, again.at) == ("SRCH-1", 2, at(12))


@settings(deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["todo", "doing", "waiting", "done"]), st.integers(0, 18)), max_size=6))
def test_a_wait_never_begins_in_the_future_and_only_where_it_rests(steps: list[tuple[str, int]]) -> None:
    story = Story()
    history = [
        (name, at(1) + timedelta(days=day))
        for (name, _), day in zip(steps, sorted(day for _, day in steps), strict=True)
    ]
    story.issue("SRCH-1", MARIA, *history)
    found = waits(story.material())
    resting = bool(history) and history[-1][0] == "waiting"
    assert bool(found) is resting
    for wait in found:
        assert 0 <= wait.days <= 19
        assert wait.since <= NOW


def test_the_longest_wait_comes_first() -> None:
    story = Story()
    for key, day, owner in (("SRCH-1", 9, WEI), ("SRCH-2", 3, JONAS), ("SRCH-3", 5, WEI)):
        story.issue(f"X-{day}", owner)
        story.blocked(story.issue(key, MARIA), f"X-{day}", since=at(day))
    assert [wait.item.key for wait in waits(story.material())] == ["SRCH-2", "SRCH-3", "SRCH-1"]
