"""Help across teams, thanks that are missing, and what went on after somebody stepped in."""

from __future__ import annotations

import pytest
from story import BOT, JONAS, LIWEI, MARIA, TOM, WEI, Story, at

from coachkit.insight.helping import given, received, unblocked, unthanked


def test_help_is_grouped_by_team_and_named_by_its_least_ordinary_kind() -> None:
    story = Story()
    story.act("reviewed", MARIA, at(8), target=WEI)
    story.act("unblocked", MARIA, at(9), target=WEI, item="PAY-1")
    story.act("unblocked", MARIA, at(11), target=WEI, item="PAY-2")
    story.act("answered", MARIA, at(10), target=JONAS)
    payments, platform = given(story.material())
    assert (payments.kind, payments.team, payments.people, len(payments.acts)) == ("unblocked", "Payments", (WEI,), 2)
    assert (payments.first, payments.last) == (at(9), at(11))
    assert (platform.kind, platform.team) == ("answered", "Platform")


def test_help_within_the_team_to_bots_outside_the_window_or_to_nobody_is_not_counted() -> None:
    story = Story()
    story.act("unblocked", MARIA, at(9), target=TOM)
    story.act("unblocked", MARIA, at(5), target=WEI)
    story.act("unblocked", MARIA, at(9), target=BOT)
    story.act("unblocked", MARIA, at(9))
    story.act("authored", MARIA, at(9), target=WEI)
    assert not given(story.material())


def test_giver_and_receiver_are_never_mixed_up() -> None:
    story = Story()
    story.act("unblocked", WEI, at(9), target=MARIA, item="SRCH-1")
    assert not given(story.material())
    (help_,) = received(story.material())
    assert (help_.helper, help_.team, help_.people) == (WEI, "Payments", (WEI,))


def test_teams_are_those_of_the_day() -> None:
    story = Story()
    story.teams[TOM] = "payments"
    story.act("answered", MARIA, at(9), target=TOM)
    assert [one.team for one in given(story.material())] == ["Payments"]


@pytest.mark.parametrize(("author", "when", "thanked"), [(WEI, 12, True), (WEI, 8, False), (JONAS, 12, False)])
def test_thanks_come_after_the_help_and_from_that_team(author: int, when: int, thanked: bool) -> None:
    story = Story()
    story.act("unblocked", MARIA, at(9), target=WEI)
    story.praise(at(when), author=author)
    assert bool(unthanked(story.material())) is not thanked


def test_everyday_help_and_a_single_answer_need_no_thanks() -> None:
    story = Story()
    for kind in ("reviewed", "approved", "tested", "committed", "merged"):
        story.act(kind, MARIA, at(9), target=WEI)
    story.act("answered", MARIA, at(9), target=LIWEI)
    assert not unthanked(story.material())
    story.act("answered", MARIA, at(10), target=LIWEI)
    assert [one.team for one in unthanked(story.material())] == ["客户成功"]


def test_the_work_of_the_other_went_on() -> None:
    story = Story()
    item = story.issue("PAY-1", WEI, ("doing", at(2)), ("waiting", at(3)), ("doing", at(9, 15)))
    story.act("unblocked", MARIA, at(9), item="PAY-1")
    (one,) = unblocked(story.material())
    assert (one.whom, one.team, one.across, one.went_on) == (WEI, "Payments", True, at(9, 15))
    assert item.record in one.records


def test_one_does_not_unblock_oneself() -> None:
    story = Story()
    story.issue("SRCH-1", MARIA)
    story.act("unblocked", MARIA, at(9), item="SRCH-1")
    story.act("unblocked", MARIA, at(9), target=MARIA)
    assert not unblocked(story.material())


def test_what_went_on_before_is_no_effect() -> None:
    story = Story()
    story.issue("PAY-1", WEI, ("waiting", at(3)), ("doing", at(8)))
    story.act("unblocked", MARIA, at(9), target=WEI, item="PAY-1")
    assert [one.went_on for one in unblocked(story.material())] == [None]
