"""Whatever is due and whatever is answered: never more than two cards in seven days, and no card before its time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta

from examples import examples
from hypothesis import given, settings
from hypothesis import strategies as st

from coachkit.insight.conversations import (
    Answer,
    DatedFact,
    Given,
    Offer,
    Setting,
    Suggestion,
    Tuned,
    card_id,
    choose,
    packaged_rules,
    tune,
)
from coachkit.insight.conversations.choosing import MOST_A_WEEK

MANAGER, START = 1, date(2026, 3, 2)
RULES = packaged_rules().rules
NOW = datetime(2026, 3, 2, tzinfo=UTC)
SUBJECTS = st.integers(10, 14)

matters = st.tuples(SUBJECTS, st.sampled_from(RULES), st.integers(0, 2))
answers = st.sampled_from(["", "", "prepare", "snooze", "not_relevant", "wrong"])
days = st.lists(
    st.tuples(st.lists(matters, max_size=8, unique_by=lambda m: (m[0], m[1].id, m[2])), answers), max_size=45
)


def _due(found: list[tuple[int, object, int]]) -> dict[str, Suggestion]:
    due = {}
    for subject, rule, about in found:
        one = Suggestion(
            rule=rule.id,  # type: ignore[attr-defined] - drawn from the rules
            version="1.0",
            order=rule.order,  # type: ignore[attr-defined]
            subject=subject,
            other=MANAGER,
            about=f"matter:{about}",
            facts=(DatedFact(kind="gap", at=START, records=(1,), calendar=True),),
            by=START,
        )
        due[card_id(one.rule, MANAGER, subject, one.about)] = one
    return due


def _tuned(due: Mapping[str, Suggestion]) -> dict[tuple[int, str], Tuned]:
    rules = {rule.id: tune(rule, now=NOW) for rule in RULES}
    return {(one.subject, one.rule): rules[one.rule] for one in due.values()}


@settings(max_examples=examples(150), deadline=None)
@given(days)
def test_two_cards_in_seven_days_at_most(happens: list[tuple[list[tuple[int, object, int]], str]]) -> None:
    offers: list[Offer] = []
    said: list[Answer] = []
    for number, (found, answer) in enumerate(happens):
        today = START + timedelta(days=number)
        due = _due(found)
        choice = choose(due, offers, said, _tuned(due), today)
        for card, one in choice.new:
            offers.append(Offer(card=card, rule=one.rule, subject=one.subject, day=today))
        if answer and choice.new:
            until = today + timedelta(days=5) if answer == "snooze" else None
            said.append(Answer(card=choice.new[0][0], kind=answer, day=today, until=until))
        shown = {card for card, _ in choice.new} | {card for card, _ in choice.open}
        assert shown | {one.card for one in choice.held} == set(due)
        assert not shown & {one.card for one in choice.held}
        assert len(shown) <= MOST_A_WEEK
    by_rule = {rule.id: rule for rule in RULES}
    for place, one in enumerate(offers):
        week = [other for other in offers if 0 <= (one.day - other.day).days < 7]
        assert len(week) <= MOST_A_WEEK
        for other in offers[:place]:
            apart = (one.day - other.day).days
            snoozed = any(a.card == one.card and a.kind == "snooze" for a in said)
            if (other.rule, other.subject) == (one.rule, one.subject) and not snoozed:
                assert apart >= by_rule[one.rule].cooldown
            if other.rule == one.rule:
                assert apart >= by_rule[one.rule].every
            if other.subject == one.subject:
                assert apart >= 7
    wrong = {a.card: a.day for a in said if a.kind == "wrong"}
    assert not [one for one in offers if one.card in wrong and one.day > wrong[one.card]]


kinds = st.lists(st.sampled_from(["prepare", "snooze", "not_relevant", "wrong"]), max_size=40)


@given(st.sampled_from(RULES), kinds)
def test_answers_move_thresholds_within_their_bounds_and_back(rule: object, given_kinds: list[str]) -> None:
    said = [Given(kind=kind, at=NOW - timedelta(days=1 + place)) for place, kind in enumerate(given_kinds)]
    tuned = tune(rule, said, now=NOW)  # type: ignore[arg-type] - drawn from the rules
    for name, bounds in tuned.rule.thresholds.items():
        assert bounds.least <= tuned.thresholds[name] <= bounds.most
        assert tuned.thresholds[name] >= bounds.value
    assert 0 <= tuned.steps <= 3
    assert tuned.every >= tuned.rule.every
    reset = Setting(at=NOW, by="somebody", reason="begin again", reset=True)
    assert not tune(tuned.rule, said, [reset], now=NOW + timedelta(days=1)).changed
    assert tune(tuned.rule, said[1:], now=NOW).balance != tuned.balance or not said or said[0].kind == "snooze"


@given(st.sampled_from(RULES), st.integers(-5, 500), st.booleans())
def test_what_is_set_by_hand_stays_within_bounds_and_is_shown(rule: object, value: int, on: bool) -> None:
    name = next(iter(rule.thresholds))  # type: ignore[attr-defined]
    setting = Setting(at=NOW, by="somebody", reason="by agreement", thresholds={name: value}, on=on)
    tuned = tune(rule, (), [setting], now=NOW)  # type: ignore[arg-type]
    bounds = tuned.rule.thresholds[name]
    assert bounds.least <= tuned.thresholds[name] <= bounds.most
    assert tuned.on is on
    assert tuned.set_by == (setting,)
    assert str(tuned.thresholds[name]) in tuned.condition("en") or "{" + name + "}" not in tuned.rule.condition.en
