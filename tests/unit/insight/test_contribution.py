"""Who contributed what, where work rested, and what came of it: by kind, by step, never by person."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from story import ANA, BOT, JONAS, LIWEI, MARIA, TOM, WEI, Story, at

from coachkit.domain.targets import Target, TargetKind
from coachkit.insight.contribution import KINDS, Shared, contributions, groups, own, quotable, unnamed
from coachkit.insight.outcomes import outcomes, turns
from coachkit.insight.resting import Elsewhere, Hours, hand_offs, rests, waiting_for_others

SEARCH = Target(kind=TargetKind.TEAM, key="search", name="Search", team="search")
GOAL = Target(kind=TargetKind.GOAL, key="G-1", name="Fast answers", team="search")
ALL = frozenset({MARIA, ANA, TOM, WEI, JONAS, LIWEI})


def shared(story: Story, target: Target = GOAL, **more: object) -> Shared:
    return Shared(
        target=target,
        material=replace(story.material(), subject=target.id, other=None),
        present=ALL,
        **more,  # type: ignore[arg-type]  # what a test adds
    )


def people(found: Shared, kind: str) -> list[tuple[int, ...]]:
    return [group.people for group in groups(found).get(kind, [])]


def test_every_kind_of_help_is_told_under_its_own_name() -> None:
    story = Story()
    item = story.issue("SRCH-1", MARIA, ("doing", at(7)), ("done", at(12)))
    for kind, actor, target in (
        ("decided", ANA, None),
        ("reviewed", TOM, MARIA),
        ("unblocked", WEI, MARIA),
        ("mentored", ANA, TOM),
        ("documented", LIWEI, None),
        ("responded", JONAS, None),
        ("served", LIWEI, None),
    ):
        story.act(kind, actor, at(10), target=target, item=item.key)
    found = groups(shared(story))
    assert tuple(found) == KINDS
    assert people(shared(story), "delivered") == [(MARIA,)]
    assert people(shared(story), "unblocked") == [(WEI,)]


def test_help_needs_somebody_who_is_helped() -> None:
    story = Story()
    item = story.issue("SRCH-1", MARIA)
    story.act("reviewed", MARIA, at(10), target=MARIA, item=item.key)
    story.act("answered", TOM, at(10), item=item.key)
    assert contributions(shared(story)) == []


def test_people_who_did_one_thing_together_stand_together_by_name() -> None:
    story = Story()
    together, alone = story.issue("SRCH-1", MARIA), story.issue("SRCH-2", MARIA)
    for who in (WEI, ANA, TOM):
        story.act("decided", who, at(10), item=together.key)
    story.act("decided", ANA, at(11), item=alone.key)
    story.act("decided", JONAS, at(12), item=alone.key)
    assert people(shared(story), "decided") == [(ANA, TOM, WEI), (JONAS,)]


def test_how_much_somebody_did_moves_nobody() -> None:
    """Twenty reviews more put nobody before anybody, and appear nowhere."""
    story = Story()
    first = story.issue("SRCH-1", MARIA)
    story.act("reviewed", TOM, at(10), target=MARIA, item=first.key)
    story.act("reviewed", WEI, at(10), target=MARIA, item=first.key)
    before = people(shared(story), "reviewed")
    for number in range(20):
        item = story.issue(f"SRCH-9{number}", MARIA)
        story.act("reviewed", WEI, at(11), target=MARIA, item=item.key)
    assert people(shared(story), "reviewed") == before == [(TOM, WEI)]


def test_who_has_left_a_bare_account_and_a_bot_are_not_named_and_that_is_known() -> None:
    story = Story()
    story.commit(BOT, at(10), "Bump everything")
    assert not unnamed(shared(story))
    story.commit(77, at(10), "By an account of nobody")
    found = shared(story)
    assert contributions(found) == []
    assert unnamed(found)
    assert not any(one.who == WEI for one in contributions(replace(found, present=ALL - {WEI})))


def test_what_lies_outside_the_window_counts_for_nothing() -> None:
    story = Story()
    item = story.issue("SRCH-1", MARIA, ("done", at(2)))
    story.act("unblocked", WEI, at(5), target=MARIA, item=item.key)
    assert contributions(shared(story)) == []


def test_a_team_is_told_what_was_done_by_it_for_it_or_on_its_work_as_of_that_day() -> None:
    story = Story()
    theirs = story.issue("PAY-1", WEI, ("done", at(12)))
    ours = story.issue("SRCH-1", JONAS, ("done", at(12)), team="search")
    story.act("reviewed", JONAS, at(11), target=WEI, item=theirs.key)
    story.act("reviewed", TOM, at(11), target=WEI, item=theirs.key)
    found = shared(story, SEARCH)
    assert people(found, "delivered") == [(JONAS,)], "what Tom reviewed for Payments is not Search's delivery"
    assert people(found, "reviewed") == [(TOM,)]
    assert ours.team == "search"


def test_a_decision_is_not_told_again_as_a_document() -> None:
    story = Story()
    record = story.number("document", "DOC-1", "Decision: one ledger", when=at(10))
    story.act("decided", ANA, at(10), record=record)
    story.act("documented", ANA, at(10), record=record)
    assert list(groups(shared(story))) == ["decided"]


def test_only_words_whose_author_agreed_can_be_quoted() -> None:
    story = Story()
    said = story.praise(at(10), author=WEI)
    other = story.praise(at(11), author=TOM)
    customer = story.praise(at(12), author=None, relation="customer", author_name="Ines")
    assert quotable(shared(story)) == []
    agreed = shared(story, consents=frozenset({said.record, customer.record}))
    assert [one.record for one in quotable(agreed)] == [said.record]
    assert quotable(replace(agreed, present=ALL - {WEI})) == []
    assert other.record not in agreed.consents


@pytest.mark.parametrize(
    ("hours", "median"),
    [({24: 1}, 1.0), ({24: 1, 72: 1}, 2.0), ({0: 3, 48: 2}, 0.0), ({24: 2, 48: 2}, 1.5), ({}, 0.0)],
)
def test_the_median_of_hours_in_days(hours: dict[int, int], median: float) -> None:
    assert Hours(hours).median == median


def waiting_work(story: Story, owners: tuple[int, ...], days: int = 3) -> None:
    for number, owner in enumerate(owners):
        item = story.issue(f"SRCH-{number}", owner, ("doing", at(7)), ("waiting", at(8)), ("doing", at(8 + days)))
        story.blocked(item, "PAY-1", since=at(8), until=at(8 + days))
    story.issue("PAY-1", WEI, team="payments")


def test_a_step_has_its_median_and_the_same_elsewhere() -> None:
    story = Story()
    waiting_work(story, (MARIA, ANA, TOM, JONAS, LIWEI))
    elsewhere = Elsewhere(steps={"waiting": Hours({24: 9})}, people=9)
    (first, *_) = rests(shared(story).material, elsewhere)
    assert (first.state, first.waiting, first.hours.median, first.hours.n) == ("waiting", True, 3.0, 5)
    assert first.elsewhere is not None
    assert first.elsewhere.median == 1.0


@pytest.mark.parametrize("owners", [(MARIA, ANA, TOM, JONAS), (MARIA,) * 9, (MARIA, ANA, TOM, JONAS) * 3])
def test_no_figure_over_fewer_than_five_cases_or_five_people(owners: tuple[int, ...]) -> None:
    story = Story()
    waiting_work(story, owners)
    material = shared(story).material
    assert rests(material, Elsewhere()) == []
    assert all(one.hours is None for one in hand_offs(material, Elsewhere()))


def test_elsewhere_is_withheld_too_where_it_would_be_about_a_few() -> None:
    assert Elsewhere(steps={"waiting": Hours({24: 4})}, people=9).step("waiting") is None
    assert Elsewhere(steps={"waiting": Hours({24: 40})}, people=4).step("waiting") is None
    assert Elsewhere(hand_offs=Hours({24: 40}), people=5).between() is not None


def test_waits_for_several_teams_have_a_figure_together_where_each_has_too_few() -> None:
    story = Story(teams=dict.fromkeys((MARIA, ANA, TOM, JONAS, LIWEI), "search") | {WEI: "payments"})
    for number, owner in enumerate((MARIA, ANA, TOM, JONAS, LIWEI)):
        item = story.issue(f"SRCH-{number}", owner)
        story.issue(f"X-{number}", WEI, team=f"team{number}")
        story.blocked(item, f"X-{number}", since=at(8), until=at(8) + timedelta(days=2))
    material = shared(story).material
    assert [one.hours for one in hand_offs(material, Elsewhere())] == [None] * 5
    together = waiting_for_others(material, Elsewhere(), "Search")
    assert together is not None
    assert together.hours is not None
    assert (together.hours.median, together.hours.n) == (2.0, 5)


def test_outcomes_stand_before_and_now_and_what_was_not_measured_is_said() -> None:
    story = Story()
    story.goal("1", (at(2), 10.0), (at(12), 40.0))
    story.goal("2", (at(2), 70.0))
    story.goal("3")
    moved, old, never = outcomes(shared(story))
    assert (moved.old, moved.new and moved.new.value, moved.reached) == (10.0, 40.0, False)
    assert (old.new, old.last and old.last.value) == (None, 70.0)
    assert (never.last, never.new) == (None, None)


def test_a_goal_that_changed_its_state_is_an_outcome() -> None:
    story = Story()
    story.goal("1", ended=("done", at(14)))
    story.goal("2", ended=("done", at(2)))
    (turn,) = turns(shared(story))
    assert (turn.goal.key, turn.now) == ("1", "done")


def test_for_their_own_eyes_somebody_finds_a_few_things_of_the_whole_time() -> None:
    story = Story()
    for number, when in enumerate((7, 8, 8, 12, 18), 1):
        item = story.issue(f"SRCH-{number}", MARIA, title="Same title" if number in (2, 3) else f"Part {number} of it")
        story.act("unblocked", WEI, at(when), target=MARIA, item=item.key)
    found = shared(story)
    mine = own(found, contributions(found), WEI, 3)
    assert [group.people for group in mine["unblocked"]] == [(WEI,)] * 3
    days = sorted(group.at.day for group in mine["unblocked"])
    assert days[0] <= 8 < days[1] < 15 < days[2], "spread over the window"
    assert own(found, contributions(found), JONAS, 3) == {}
