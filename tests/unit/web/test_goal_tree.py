"""The map of goals for an organisation with hundreds of them: folded, capped, searched; nothing is lost."""

from __future__ import annotations

from collections.abc import Iterable

from examples import examples
from hypothesis import example, given, settings
from hypothesis import strategies as st

from coachkit.api.insight_goals import FindingAnswer, GoalAnswerModel
from coachkit.web.goal_tree import CAP, Branch, Forest, Wanted, forest


def goal(
    key: str, level: str = "team", *parents: str, team: str = "Search", grave: int = -1, **more: object
) -> GoalAnswerModel:
    finding = FindingAnswer(
        rule="r", name="R", grave=grave, text="t", source="s", cannot_see="c", others=[], evidence=[]
    )
    return GoalAnswerModel(
        **{
            "id": key,
            "key": key,
            "title": f"Goal {key}",
            "level": level,
            "commitment": None,
            "team": team,
            "other_teams": [],
            "parents": list(parents),
            "owners": [],
            "starts_on": None,
            "due_on": None,
            "state": None,
            "category": None,
            "results": [],
            "linked": 0,
            "last_work": None,
            "findings": [finding] if grave >= 0 else [],
            **more,
        }
    )


def shown(found: Forest) -> list[str]:
    def inside(branches: Iterable[Branch]) -> list[str]:
        return [key for one in branches for key in (*([one.goal.key] if one.kept else []), *inside(one.children))]

    return [*inside(found.company.branches), *(key for group in found.groups for key in inside(group.branches))]


MANY = [goal("CO-1", "company"), *(goal(f"T-{n:03}", "team", "CO-1", grave=2 if n == 290 else 0) for n in range(300))]


def test_of_hundreds_a_group_shows_the_gravest_and_says_how_many_are_left() -> None:
    (company,) = forest(MANY, Wanted()).company.branches
    assert not company.open
    assert [one.goal.key for one in company.children][:2] == ["T-290", "T-000"]
    assert (len(company.children), company.hidden, len(company.below)) == (CAP, 300 - CAP, 300)
    assert sum(count for _, count in company.counts) == 300
    whole = forest(MANY, Wanted(whole=["CO-1"]))
    assert len(shown(whole)) == 301
    assert whole.company.branches[0].open


def test_a_search_finds_by_key_title_and_owner_and_keeps_the_way_there() -> None:
    goals = [goal("CO-1", "company"), goal("T-1", "team", "CO-1", owners=["Maria Gomez"]), goal("T-2", "team", "CO-1")]
    found = forest(goals, Wanted(words="gomez maria"))
    assert shown(found) == ["T-1"]
    (company,) = found.company.branches
    assert (company.kept, company.open, found.shown) == (False, True, 1)
    assert shown(forest(goals, Wanted(words="t-2"))) == ["T-2"]
    assert shown(forest(goals, Wanted(words="nothing of it"))) == []


def test_goals_of_no_company_goal_stand_by_team() -> None:
    goals = [goal("CO-1", "company"), goal("P-1", team="Payments"), goal("S-1"), goal("X-1", team="")]
    assert [(group.title, [one.goal.key for one in group.branches]) for group in forest(goals, Wanted()).groups] == [
        ("Payments", ["P-1"]),
        ("Search", ["S-1"]),
        ("", ["X-1"]),
    ]


def test_levels_below_are_left_out() -> None:
    goals = [goal("CO-1", "company"), goal("T-1", "team", "CO-1"), goal("P-1", "person", "T-1")]
    assert shown(forest(goals, Wanted(level="team"))) == ["CO-1", "T-1"]
    assert shown(forest(goals, Wanted(level="company"))) == ["CO-1"]


@settings(max_examples=examples(60))
@given(st.lists(st.integers(0, 14), min_size=1, max_size=15))
@example([0, 0, 3, 7, 0, 0, 0, 3])  # what hangs on a circle comes before it by name
def test_whatever_is_aligned_to_what_even_in_a_circle_each_goal_stands_once(parents: list[int]) -> None:
    goals = [goal(f"G-{n:02}", "team", f"G-{parent:02}") for n, parent in enumerate(parents)]
    names = [f"team:{one}" for one in ("Search",)] + [one.key for one in goals]
    assert sorted(shown(forest(goals, Wanted(whole=names)))) == [one.key for one in goals]
