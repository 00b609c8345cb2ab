"""What is worth saying: own work first, one line of help without thanks, and the same work once."""

from __future__ import annotations

import pytest
from story import JONAS, LIWEI, MARIA, TOM, WEI, Story, at

from coachkit.drafting.facts import Quote
from coachkit.drafting.notes import note
from coachkit.drafting.plan.brief import plan_brief
from coachkit.drafting.plan.desk import Desk
from coachkit.drafting.plan.wins import MOST_WINS, wins
from coachkit.insight.helping import given, received, unthanked


def told(story: Story) -> list[str]:
    return [fact.kind for fact in wins(Desk(story.material()))][:MOST_WINS]


def written(story: Story, changes: int = 24) -> None:
    for place in range(changes):
        story.commit(MARIA, at(8 + place % 10, place), f"Read part {place} of the ledger in pages", area="ledger")


def test_who_wrote_24_changes_and_took_part_in_three_is_shown_what_they_wrote() -> None:
    story = Story()
    written(story)
    for target, day in ((WEI, 9), (JONAS, 10), (LIWEI, 11)):
        item = story.commit(target, at(day), f"Another change of the {day}th of May", area="export")
        story.act("co_authored", MARIA, at(day), target=target, record=item.record)
    first, *rest = told(story)
    assert first == "wins.area"
    assert rest.count("wins.unthanked") <= 1


def test_help_without_thanks_is_one_line_for_all_its_teams() -> None:
    story = Story()
    for target, day in ((WEI, 9), (JONAS, 10), (LIWEI, 11)):
        story.act("unblocked", MARIA, at(day), target=target, item=f"X-{day}")
    assert len(unthanked(story.material())) == 3
    plan = plan_brief(story.material())
    (fact,) = (fact for fact in plan.sections["wins"] if fact.kind == "wins.unthanked")
    assert set(fact.several("teams")) == {"Payments", "Platform", "客户成功"}
    assert fact.number("times") == 3
    assert len(fact.evidence) == 3, "a record for each team"
    assert not plan.sections["across"], "nor is it told again"


def test_own_work_has_a_place_beside_much_help_and_stands_first() -> None:
    story = Story()
    written(story, 5)
    story.act("unblocked", MARIA, at(9), target=WEI, item="X-1")
    story.act("unblocked", MARIA, at(10), target=TOM, item="X-2")
    story.act("unblocked", MARIA, at(11), target=JONAS, item="X-3")
    kinds = told(story)
    assert kinds[0] == "wins.area"
    assert len(kinds) == MOST_WINS


def test_the_same_work_from_two_sources_is_told_once() -> None:
    story = Story()
    for key in ("org/plans#6106", "plan-6106"):
        story.issue(key, MARIA, ("done", at(12)), kind="change_request", title="Plan the preemption of workloads")
    story.commit(MARIA, at(12), "Plan the preemption of workloads", area="plans")
    (fact,) = wins(Desk(story.material()))
    assert fact.quote("title") == Quote("Plan the preemption of workloads")
    assert fact.slots["merged"] is True


def test_an_issue_is_done_and_not_merged() -> None:
    story = Story()
    story.issue("SRCH-1", MARIA, ("done", at(12)))
    (fact,) = wins(Desk(story.material()))
    assert "merged" not in fact.slots


@pytest.mark.parametrize("unknown", [WEI, MARIA])
def test_help_is_found_where_the_team_of_one_side_is_not_known(unknown: int) -> None:
    story = Story()
    del story.teams[unknown]
    story.act("reviewed", MARIA, at(9), target=WEI)
    story.act("reviewed", WEI, at(10), target=MARIA)
    (gave,), (got,) = given(story.material()), received(story.material())
    assert gave.team == got.team == (None if unknown == WEI else "Payments")
    assert [fact.kind for fact in plan_brief(story.material()).sections["across"]] == [
        "across.helped",
        "across.helped_by",
    ]
    assert not unthanked(story.material())


def test_help_across_known_teams_comes_before_help_for_unknown_ones() -> None:
    story = Story()
    del story.teams[LIWEI]
    story.act("mentored", MARIA, at(12), target=LIWEI)
    story.act("reviewed", MARIA, at(9), target=WEI)
    assert [one.team for one in given(story.material())] == ["Payments", None]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_note_on_a_model_none_of_whose_sentences_held_is_short(language: str) -> None:
    said = note("none-held", "zh" if language == "zh" else "en")
    assert len(said) < len(note("refused", "zh" if language == "zh" else "en", "local", 5, 5))
    assert not any(char.isdigit() for char in said)
