"""Proposals of goals: what speaks for one, what is learned from an answer, and when there is none."""

from __future__ import annotations

from datetime import timedelta

import polars as pl
import pytest
from goal_tables import NOW, Desk, ms, terms

from coachkit.insight.linking.answering import tasks
from coachkit.insight.linking.answers import GoalAnswer, Verdict
from coachkit.insight.linking.cards import goal_cards, item_cards
from coachkit.insight.linking.linker import Linker
from coachkit.insight.linking.queue import Proposals, propose
from coachkit.insight.linking.wording import confidence_word, reasons
from coachkit.insight.organisation.asking import Asked
from coachkit.insight.organisation.tables import moment

ANA, TOM, WEI = 1, 2, 3
SEARCH, REFUNDS = "SRCH-O1", "PAY-O2"


@pytest.fixture
def desk() -> Desk:
    made = Desk()
    made.goal(900, SEARCH, "Search answers at once", team="SRCH", owners=[ANA], text="p95 latency of queries")
    made.goal(901, REFUNDS, "退款不经人工 refunds without hand work", team="PAY", owners=[TOM])
    made.goal(902, "OPS-O1", "Restore from backup within an hour", team="OPS", owners=[WEI])
    return made


def proposed(desk: Desk, answers: list[GoalAnswer] | None = None) -> Proposals:
    return propose(desk.tables().as_of(NOW), terms, moment(NOW), answers=answers or [])


def best(desk: Desk, record: int) -> tuple[str, float]:
    one = next(one for one in proposed(desk).open if one.item.record == record)
    return one.best.goal.key, one.best.confidence


def answer(item: int, verdict: Verdict, goal: str | None = None, *, days: float = 1) -> GoalAnswer:
    return GoalAnswer(id=f"a{item}", item=item, verdict=verdict, by=ANA, at=NOW - timedelta(days=days), goal=goal)


def test_a_goal_named_in_the_text_is_proposed_above_all(desk: Desk) -> None:
    desk.item(1, "feature/SRCH-O1-cache: hand work of refunds", by=TOM)
    key, confidence = best(desk, 1)
    assert key == SEARCH
    assert confidence > 0.5


def test_a_longer_key_does_not_name_a_shorter_one(desk: Desk) -> None:
    desk.item(1, "SRCH-O12 is somebody else's")
    linker = Linker(goal_cards(desk.tables()), terms)
    (item,) = item_cards(desk.tables())
    assert all(name != "named" for one in linker.candidates(linker.look(item)) for name, _ in one.signs)


@pytest.mark.parametrize(
    ("title", "goal"),
    [("Cut latency of slow queries", SEARCH), ("Backup is restored twice", "OPS-O1"), ("人工退款走完要三天", REFUNDS)],
)
def test_words_speak_in_both_languages(desk: Desk, title: str, goal: str) -> None:
    desk.item(1, title)
    assert best(desk, 1)[0] == goal


def test_an_owner_s_item_is_rather_for_their_goal(desk: Desk) -> None:
    desk.item(1, "Tidy the page", by=WEI)
    one = next(one for one in proposed(desk).open if one.item.record == 1)
    assert one.best.goal.key == "OPS-O1"
    assert any("owns the goal" in reason for reason in reasons(one, one.best, zh=False))
    assert any("负责人" in reason for reason in reasons(one, one.best, zh=True))


def test_a_goal_that_came_later_is_not_proposed(desk: Desk) -> None:
    desk.goal(903, "NEW-O1", "Cut latency of slow queries", days=5)
    desk.item(1, "Cut latency of slow queries", days=100)
    desk.item(2, "Cut latency of slow queries", days=20)
    assert best(desk, 1)[0] == SEARCH
    assert best(desk, 2)[0] == "NEW-O1", "within a quarter, work may begin before its goal is written down"


def test_a_goal_that_was_over_is_rather_not_meant(desk: Desk) -> None:
    desk.goal(903, "OLD-O1", "Search answers at once", text="p95 latency of queries")
    desk.item(1, "Search answers at once")
    before = {one.goal.key: one.confidence for one in proposed(desk).open[0].candidates}
    desk.state(903, "Done", "done", 100)
    after = {one.goal.key: one.confidence for one in proposed(desk).open[0].candidates}
    assert after["OLD-O1"] < before["OLD-O1"]


def test_a_goal_called_by_its_title_beats_one_that_shares_more_words(desk: Desk) -> None:
    desk.goal(903, "NET-O1", "Graceful shutdown", text="stop")
    desk.goal(
        904, "OPS-O2", "Hosts", text="graceful stop of compute hosts and their agents before maintenance of racks"
    )
    desk.item(1, "Graceful shutdown of compute agents")
    assert best(desk, 1)[0] == "NET-O1"


def test_of_two_goals_alike_the_younger_is_meant(desk: Desk) -> None:
    desk.goal(903, "OLD-O1", "Keep audit trails", days=900)
    desk.goal(904, "NEW-O1", "Keep audit trails", days=40)
    desk.item(1, "Audit trails", days=2)
    assert best(desk, 1)[0] == "NEW-O1"
    desk.state(903, "Taken up again", "active", 10)
    assert best(desk, 1)[0] == "OLD-O1", "a change of state is a sign of life"


def test_what_an_author_s_item_is_probably_for_tells_of_their_next(desk: Desk) -> None:
    desk.goal(903, "REG-O1", "Search answers in every region", team="SRCH")
    desk.item(2, "answers in regions", by=4, days=2)
    alone = {one.goal.key: one.confidence for one in proposed(desk).open[0].candidates}
    desk.item(1, "Search answers at once: p95 latency of queries", by=4, days=5)
    after = {one.goal.key: one.confidence for p in proposed(desk).open if p.item.record == 2 for one in p.candidates}
    assert after[SEARCH] > alone.get(SEARCH, 0)


def test_one_confirmed_item_changes_the_next_proposal_at_once(desk: Desk) -> None:
    desk.item(1, "Warm the shards before noon", days=12)
    desk.item(2, "Warm the shards before night")
    cold = next((one.best.goal.key for one in proposed(desk).open if one.item.record == 2), None)
    desk.link(1, "OPS-O1")
    one = next(one for one in proposed(desk).open if one.item.record == 2)
    assert cold != "OPS-O1"
    assert one.best.goal.key == "OPS-O1"
    assert one.near["OPS-O1"] == 1, "the confirmed item is the reason"


def test_none_is_learned_too(desk: Desk) -> None:
    for number in range(1, 9):
        desk.item(number, f"Bump the linter to {number}", by=WEI, areas=["chore"], days=20 - number)
    desk.item(20, "Bump the linter again", by=WEI, areas=["chore"])
    first = next(one for one in proposed(desk).open if one.item.record == 20)
    said = [answer(number, Verdict.NONE) for number in range(1, 9)]
    later = [one for one in proposed(desk, said).open if one.item.record == 20]
    assert not later or later[0].any_goal < first.any_goal / 2


def test_what_is_answered_or_inherits_is_not_asked(desk: Desk) -> None:
    desk.item(1, "Cut latency of slow queries")
    desk.item(2, "Fix of it", kind="change_request")
    desk.item(3, "Cut latency of queries again")
    found = propose(
        desk.tables(),
        terms,
        moment(NOW),
        answers=[answer(3, Verdict.UNSURE)],
        belongs_to={2: frozenset({SEARCH})},
    )
    assert [one.item.record for one in found.open] == [1]
    assert {(one.record, one.goal) for one in found.work} >= {(2, SEARCH)}


def test_looking_changes_nothing(desk: Desk) -> None:
    desk.item(1, "Cut latency of slow queries", by=ANA)
    linker = Linker(goal_cards(desk.tables()), terms)
    (item,) = item_cards(desk.tables())
    linker.see(item)
    first, second = linker.look(item), linker.look(item)
    assert first.any_goal == second.any_goal
    assert first.scores.tolist() == second.scores.tolist()


def test_probabilities_are_probabilities(desk: Desk) -> None:
    desk.item(1, "Cut latency of slow queries", by=ANA)
    linker = Linker(goal_cards(desk.tables()), terms)
    (item,) = item_cards(desk.tables())
    look = linker.look(item)
    assert sum(look.probabilities) == pytest.approx(1)
    assert 0 < look.any_goal < 1
    assert all(0 <= one.confidence <= 1 for one in linker.candidates(look))


def test_without_goals_nothing_is_proposed() -> None:
    desk = Desk()
    desk.item(1, "Cut latency of slow queries")
    assert proposed(desk).open == ()


def test_old_items_are_not_asked_about(desk: Desk) -> None:
    desk.item(1, "Cut latency of slow queries", days=121)
    assert proposed(desk).open == ()
    assert ms(121) < moment(NOW)


def test_of_very_many_items_the_newest_are_looked_at_and_the_rest_is_told(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("coachkit.insight.linking.queue.MOST_LOOKED", 2)
    for days in (10, 20, 30):
        desk.item(100 + days, "Cut latency of slow queries", days=days)
    found = proposed(desk)
    assert {one.item.record for one in found.open} == {110, 120}
    assert found.passed_over == 1


def test_confidence_has_a_word_for_each_level() -> None:
    assert [confidence_word(value, zh=False) for value in (0.9, 0.5, 0.1)] == ["likely", "perhaps", "a guess"]
    assert confidence_word(0.0, zh=True) == "猜测"


# --- the scoring door ------------------------------------------------------------------------------------------------


def rows(desk: Desk, task: str, keys: pl.DataFrame | None = None, sets: dict[str, str] | None = None) -> pl.DataFrame:
    known = {one.name: one for one in tasks(terms)}
    return known[task].predict(Asked(org="o", tables=desk.tables(), keys=keys, sets=sets or {}))


def test_the_scoring_door_judges_each_item_before_it_hears_the_answer(desk: Desk) -> None:
    """Two alike items: the answer of the first moves the second, and its own answer moves neither."""
    desk.item(1, "Warm the shards before noon", days=12)
    desk.item(2, "Warm the shards before night", days=11)
    answers = pl.DataFrame({"item_id": ["I-1", "I-2"], "goal_id": ["OPS-O1", "OPS-O1"]})
    cold = rows(desk, "links")
    warm = rows(desk, "links-confirmed", answers)
    first = [frame.filter(pl.col("item_id") == "I-1").rows() for frame in (cold, warm)]
    assert first[0] == first[1]
    second = warm.filter(pl.col("item_id") == "I-2").sort("score", descending=True)
    assert second["goal_id"][0] == "OPS-O1"
    assert set(cold["set"]) == {"o"}


def test_a_set_with_goals_of_its_own_is_asked_about_these(desk: Desk) -> None:
    desk.item(1, "Cut latency of slow queries")
    found = rows(desk, "links", sets={"I-1": "s", REFUNDS: "s", SEARCH: "other"})
    assert set(found["goal_id"]) == {REFUNDS}


def test_slips_are_answered_for_the_moments_asked_about(desk: Desk) -> None:
    desk.item(1, "Cut latency of slow queries", by=ANA, days=20)
    desk.link(1, SEARCH, 20)
    cut = ms(0) // 1000
    keys = pl.DataFrame({"set": ["s"] * 3, "goal_id": [SEARCH, REFUNDS, "NOT-WRITTEN"], "cut": [cut] * 3})
    found = {row["goal_id"]: row["score"] for row in rows(desk, "slips", keys).iter_rows(named=True)}
    assert found[SEARCH] < found[REFUNDS], "there was work on it"
    assert found[SEARCH] < found["NOT-WRITTEN"] <= found[REFUNDS], "of what nobody wrote down nothing is known"
