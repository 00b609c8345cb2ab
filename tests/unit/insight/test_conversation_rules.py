"""Each rule for key conversations: when it speaks, when it does not, and what it rests on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest
from story import ANA, LIWEI, MARIA, NOW, TOM, WEI, Story, at

from coachkit.insight.conversations import Suggestion, packaged_rules, suggest, supported, tune
from coachkit.insight.rows import MembershipRow, People

TODAY = NOW.date()
RULES = {rule.id: tune(rule, now=NOW) for rule in packaged_rules().rules}


def found(story: Story, rule: str, **more: object) -> list[Suggestion]:
    material = story.material(**more)
    window = replace(material.window, start=NOW - timedelta(days=35))
    return [one for one in suggest(replace(material, window=window), RULES) if one.rule == rule or rule in one.also]


def blocked(story: Story, days: int = 12) -> None:
    """SRCH-91 of Maria waits for PAY-17 of Wei, of another team."""
    since = NOW - timedelta(days=days)
    item = story.issue("SRCH-91", MARIA, ("doing", at(1)), ("waiting", since))
    story.issue("PAY-17", WEI, team="payments")
    story.blocked(item, "PAY-17", since)


def a_question(story: Story) -> None:
    blocked(story)
    story.act("asked", MARIA, at(10), target=WEI, item="PAY-17", text="When?")


def an_answered_question(story: Story) -> None:
    a_question(story)
    story.act("answered", WEI, at(12), target=MARIA, item="PAY-17", text="Next week")


def a_promise_that_passed(story: Story) -> None:
    blocked(story)
    for number, item in story.items.items():
        if item.key == "PAY-17":
            story.items[number] = replace(item, due_on=date(2026, 5, 15))


def an_overdue_action(story: Story) -> None:
    blocked(story)
    story.agreed("Ask Payments for a date on PAY-17", ANA, at(6), due=date(2026, 5, 13))


def three_questions(story: Story) -> None:
    story.issue("PLAT-8", WEI, ("todo", at(2)), team="platform")
    for day in (8, 11, 15):
        story.act("asked", MARIA, at(day), target=WEI, item="PLAT-8", text="Who grants the role?")


@pytest.mark.parametrize(
    "happens", [a_question, an_answered_question, a_promise_that_passed, an_overdue_action, three_questions]
)
def test_what_is_stuck_is_worth_a_talk_with_a_second_fact(happens: Callable[[Story], None]) -> None:
    story = Story()
    happens(story)
    (one,) = found(story, "blocked-unanswered")
    assert supported(one.facts)
    assert len({record for fact in one.facts for record in fact.records}) >= 2


def a_wait_alone(story: Story) -> None:
    blocked(story)


def a_short_wait(story: Story) -> None:
    blocked(story, days=9)
    story.act("asked", MARIA, at(14), target=WEI, item="PAY-17", text="When?")


def a_wait_inside_the_team(story: Story) -> None:
    item = story.issue("SRCH-91", MARIA, ("doing", at(1)), ("waiting", at(5)))
    story.issue("SRCH-90", TOM, team="search")
    story.blocked(item, "SRCH-90", at(5))
    story.act("asked", MARIA, at(10), target=TOM, item="SRCH-90", text="When?")


def a_wait_that_is_over(story: Story) -> None:
    item = story.issue("SRCH-91", MARIA, ("doing", at(1)), ("waiting", at(5)))
    story.issue("PAY-17", WEI, ("done", at(18)), team="payments")
    story.blocked(item, "PAY-17", at(5))
    story.act("asked", MARIA, at(10), target=WEI, item="PAY-17", text="When?")


def two_questions(story: Story) -> None:
    story.issue("PLAT-8", WEI, ("todo", at(2)), team="platform")
    for day in (8, 15):
        story.act("asked", MARIA, at(day), target=WEI, item="PLAT-8", text="Who grants the role?")


def three_questions_in_a_day(story: Story) -> None:
    story.issue("PLAT-8", WEI, ("todo", at(2)), team="platform")
    for hour in (8, 9, 10):
        story.act("asked", MARIA, at(15, hour), target=WEI, item="PLAT-8", text="Who grants the role?")


def answered_questions(story: Story) -> None:
    three_questions(story)
    story.act("answered", WEI, at(16), target=MARIA, item="PLAT-8", text="We do; it is granted.")


def somebody_else_s_questions(story: Story) -> None:
    story.issue("PLAT-8", WEI, ("todo", at(2)), team="platform")
    for day in (8, 11, 15):
        story.act("asked", TOM, at(day), target=WEI, item="PLAT-8", text="Who grants the role?")


@pytest.mark.parametrize(
    "happens",
    [
        a_wait_alone,
        a_short_wait,
        a_wait_inside_the_team,
        a_wait_that_is_over,
        two_questions,
        three_questions_in_a_day,
        answered_questions,
        somebody_else_s_questions,
    ],
)
def test_ordinary_waiting_and_asking_is_not(happens: Callable[[Story], None]) -> None:
    story = Story()
    happens(story)
    assert found(story, "blocked-unanswered") == []


@pytest.mark.parametrize(("late", "speaks"), [(2, False), (3, True), (20, True)])
def test_an_action_is_overdue_after_three_days(late: int, speaks: bool) -> None:
    story = Story()
    story.agreed("Ask for a date", ANA, at(1), due=TODAY - timedelta(days=late))
    assert bool(found(story, "overdue-action")) is speaks


def test_an_action_that_is_done_or_has_no_date_is_left_alone() -> None:
    story = Story()
    story.agreed("Done", ANA, at(1), due=date(2026, 5, 8), done=at(9))
    story.agreed("Some day", MARIA, at(1))
    assert found(story, "overdue-action") == []


def test_of_one_thing_the_stronger_rule_speaks_and_says_for_whom_it_stands() -> None:
    story = Story()
    an_overdue_action(story)
    (one,) = found(story, "overdue-action")
    assert (one.rule, one.also) == ("blocked-unanswered", ("overdue-action",))
    assert "overdue" in {fact.kind for fact in one.facts}


def shared(story: Story, *, days: int = 42, owners: tuple[int, ...] = (MARIA, LIWEI), due: date | None = None) -> None:
    goal = story.goal("9", (NOW - timedelta(days=days), 63), owners=owners)
    result = replace(goal.key_results[0], due_on=due)
    story.goals[-1] = replace(goal, key_results=(result,))


def test_a_shared_result_without_a_value_needs_a_second_fact() -> None:
    story = Story()
    shared(story)
    assert found(story, "shared-result-stalled") == []
    shared(story, due=TODAY + timedelta(days=30))
    assert len(found(story, "shared-result-stalled")) == 1


def test_work_linked_to_it_is_a_second_fact() -> None:
    from coachkit.insight.rows import Tie

    story = Story()
    shared(story)
    item = story.issue("SRCH-7", MARIA, ("doing", at(2)))
    story.ties.append(Tie(record=item.record, rel="goal", target="KR-9"))
    (one,) = found(story, "shared-result-stalled")
    assert [fact.kind for fact in one.facts] == ["stale", "linked"]


@pytest.mark.parametrize(
    ("days", "owners", "ahead"), [(30, (MARIA, LIWEI), 30), (42, (MARIA, TOM), 30), (42, (MARIA, LIWEI), 60)]
)
def test_a_fresh_or_unshared_or_distant_result_is_left_alone(days: int, owners: tuple[int, ...], ahead: int) -> None:
    story = Story()
    shared(story, days=days, owners=owners, due=TODAY + timedelta(days=ahead))
    assert found(story, "shared-result-stalled") == []


@pytest.mark.parametrize("category", ["done", "missed"])
def test_a_goal_that_ended_is_looked_back_on_for_two_weeks(category: str) -> None:
    story = Story()
    story.goal("3", (at(10), 100), ended=(category, at(12)))
    (one,) = found(story, "goal-ended")
    assert one.facts[0].details["category"] == category
    before = Story()
    before.goal("3", (at(1), 100), ended=(category, at(1)))
    assert found(before, "goal-ended") == []


def helps(story: Story, *days: int, kind: str = "unblocked") -> None:
    story.issue("PAY-4", WEI, team="payments")
    for day in days:
        story.act(kind, MARIA, at(day), target=WEI, item="PAY-4", text="Try again")


def test_help_without_thanks_is_worth_a_word() -> None:
    story = Story()
    helps(story, 4, 9, 14)
    (one,) = found(story, "unrecognised-help")
    assert supported(one.facts)
    story.praise(at(16), author=WEI)
    assert found(story, "unrecognised-help") == []


@pytest.mark.parametrize(("days", "kind"), [((4, 9), "unblocked"), ((9, 9, 9), "unblocked"), ((4, 9, 14), "answered")])
def test_once_or_twice_or_in_passing_is_not(days: tuple[int, ...], kind: str) -> None:
    story = Story()
    helps(story, *days, kind=kind)
    assert found(story, "unrecognised-help") == []


@pytest.mark.parametrize(("ago", "speaks"), [(28, False), (29, True), (60, True)])
def test_a_gap_is_twice_the_agreed_rhythm(ago: int, speaks: bool) -> None:
    story = Story()
    story.met(NOW - timedelta(days=ago), every=14)
    assert bool(found(story, "check-in-gap")) is speaks


@pytest.mark.parametrize(
    ("number", "off", "speaks"), [(30, 0, True), (60, 7, True), (90, -7, True), (60, 8, False), (45, 0, False)]
)
def test_a_newcomer_s_day_is_near(number: int, off: int, speaks: bool) -> None:
    started = TODAY + timedelta(days=off) - timedelta(days=number - 1)
    one = found(Story(), "newcomer-day", started_on=started, profile=77)
    assert bool(one) is speaks
    if one and off > 0:
        assert one[0].by == TODAY + timedelta(days=off)


def test_a_newcomer_s_day_says_with_whom_they_worked_so_far() -> None:
    story = Story()
    for days_ago, author in ((20, TOM), (12, TOM), (11, WEI), (10, ANA), (80, WEI)):
        story.act("reviewed", MARIA, NOW - timedelta(days=days_ago), target=author)
    started = TODAY - timedelta(days=29)
    (one,) = found(story, "newcomer-day", started_on=started, profile=77)
    (day, met) = one.facts
    assert day.kind == "newcomer"
    assert (met.kind, met.details["people"], met.details["last"]) == ("met", 2, TODAY - timedelta(days=11))
    assert met.records


@pytest.mark.parametrize(("away", "ago", "speaks"), [(28, 3, True), (27, 3, False), (60, 20, False), (90, -5, True)])
def test_coming_back_is_read_from_days_alone(away: int, ago: int, speaks: bool) -> None:
    story = Story()
    on = TODAY - timedelta(days=ago)
    rows = (
        MembershipRow(
            who=MARIA, team="search", starts_on=date(2024, 1, 8), ends_on=on - timedelta(days=away + 1), record=70
        ),
        MembershipRow(who=MARIA, team="search", starts_on=on, record=71),
    )
    people = People(names=story.names, memberships={MARIA: rows}, team_names={"search": "Search"})
    one = found(story, "return-to-work", people=people)
    assert bool(one) is speaks
    if one:
        assert one[0].records == (71,)
        assert set(one[0].facts[0].details) == {"on", "team"}


def test_a_change_of_team_is_no_return() -> None:
    story = Story()
    on = TODAY - timedelta(days=3)
    rows = (
        MembershipRow(who=MARIA, team="search", starts_on=date(2024, 1, 8), ends_on=on - timedelta(days=1), record=70),
        MembershipRow(who=MARIA, team="payments", starts_on=on, record=71),
    )
    people = People(names=story.names, memberships={MARIA: rows}, team_names={"search": "Search"})
    assert found(story, "return-to-work", people=people) == []


def reviews(story: Story, *, alone: int, others: int = 0) -> None:
    for number in range(alone):
        story.review(MARIA, TOM if number % 2 else WEI, at(1 + number), area="ranking")
    for number in range(others):
        story.review(TOM, WEI, at(2 + number), area="ranking")


@pytest.mark.parametrize(("alone", "others", "speaks"), [(8, 0, True), (7, 0, False), (8, 3, False), (9, 3, True)])
def test_a_part_hangs_on_one_from_three_of_four_on(alone: int, others: int, speaks: bool) -> None:
    story = Story()
    reviews(story, alone=alone, others=others)
    assert bool(found(story, "single-point")) is speaks


def test_a_quiet_week_is_quiet() -> None:
    story = Story()
    story.met(at(6), every=14)
    story.met(NOW + timedelta(hours=4), "planned")
    story.issue("SRCH-1", MARIA, ("doing", at(10)))
    story.agreed("Split it", MARIA, at(6), due=TODAY + timedelta(days=4))
    story.act("answered", MARIA, at(12), target=WEI, item="SRCH-1")
    material = story.material(started_on=date(2024, 1, 8), profile=77)
    assert suggest(material, RULES) == []


def test_talk_is_due_at_the_next_check_in_if_that_is_near() -> None:
    story = Story()
    story.agreed("Ask for a date", ANA, at(1), due=TODAY - timedelta(days=4))
    assert found(story, "overdue-action")[0].by == TODAY + timedelta(days=5)
    story.met(NOW + timedelta(days=2), "planned")
    assert found(story, "overdue-action")[0].by == TODAY + timedelta(days=2)


def test_rules_are_about_work_and_days_alone() -> None:
    """Nothing about people's health, mood or plans stands in any rule, in either language."""
    from coachkit.drafting.words import FORBIDDEN

    for rule in packaged_rules().rules:
        for words in (rule.title, rule.condition, rule.why, rule.source):
            for text in (words.en, words.zh):
                for reason in ("mood", "leaving", "character", "rating"):
                    assert not FORBIDDEN[reason].search(text), (rule.id, reason, text)
