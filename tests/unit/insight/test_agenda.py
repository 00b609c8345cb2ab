"""The agenda of two: points of both, what was carried over and since when, ticks and order; and what is under way."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from story import ANA, MARIA, NOW, Story, at

from coachkit.domain.conversations import point_id
from coachkit.insight.agenda import Agenda, agenda
from coachkit.insight.rows import MarkRow, Material, OwnPointRow, Tie
from coachkit.insight.underway import ahead, underway


def point(text: str, author: int = MARIA) -> str:
    return point_id(MARIA, ANA, author, text)


def own(text: str, author: int = MARIA, when: int = 18) -> OwnPointRow:
    return OwnPointRow(id=point(text, author), author=author, text=text, added_at=at(when))


def told(found: Agenda) -> list[tuple[str, date | None]]:
    return [(one.text, one.since) for one in found.open]


def planned() -> Story:
    story = Story()
    story.met(at(6), maria=("Old question",), ana=("Old plan",))
    story.met(NOW + timedelta(hours=3), "planned", maria=("Old question", "New question"), ana=("New plan",))
    return story


def test_what_was_left_open_is_carried_with_the_day_since_when() -> None:
    found = agenda(planned().material())
    assert sorted(told(found), key=str) == sorted(
        [
            ("Old question", date(2026, 5, 6)),
            ("New question", None),
            ("New plan", None),
            ("Old plan", date(2026, 5, 6)),
        ],
        key=str,
    )


def test_since_goes_back_over_every_check_in_that_left_it_open() -> None:
    story = Story()
    for day, month in ((8, 4), (22, 4), (6, 5)):
        story.met(at(day, month=month), maria=("Again and again",))
    assert told(agenda(story.material())) == [("Again and again", date(2026, 4, 8))]


def test_a_point_put_down_here_stands_beside_those_of_sources() -> None:
    material = replace(planned().material(), points=(own("Here"), own("Before the last one", when=1)))
    found = dict(told(agenda(material)))
    assert found["Here"] is None
    assert found["Before the last one"] == date(2026, 5, 6)


def test_a_tick_here_goes_over_the_source_and_can_be_taken_back() -> None:
    material = replace(planned().material(), marks={point("New question"): MarkRow(done_at=at(19))})
    found = agenda(material)
    assert "New question" not in dict(told(found))
    assert [one.text for one in found.points if one.done_at] == ["New question"]
    assert "New question" in dict(told(agenda(replace(material, marks={point("New question"): MarkRow()}))))


def test_what_was_ticked_before_the_last_check_in_is_gone() -> None:
    material = replace(planned().material(), points=(own("Long done", when=1),))
    marked = replace(material, marks={point("Long done"): MarkRow(done_at=at(3))})
    assert "Long done" not in [one.text for one in agenda(marked).points]


def test_a_tick_of_tomorrow_is_none_today() -> None:
    marks = {point("New question"): MarkRow(done_at=NOW + timedelta(days=1))}
    assert "New question" in dict(told(agenda(replace(planned().material(), marks=marks))))


def test_moved_points_stand_where_they_were_moved() -> None:
    material = planned().material()
    names = [one.id for one in agenda(material).points]
    marks = {name: MarkRow(place=place) for place, name in enumerate(reversed(names))}
    assert [one.id for one in agenda(replace(material, marks=marks)).points] == names[::-1]


def test_the_same_words_of_the_two_are_two_points() -> None:
    story = Story()
    story.met(NOW + timedelta(hours=3), "planned", maria=("June",), ana=("June",))
    assert len(agenda(story.material()).open) == 2


def test_over_half_is_more_than_half_of_what_is_new() -> None:
    def one_sided(maria: int, ana: int) -> bool:
        story = Story()
        points = {"maria": tuple(f"m{n}" for n in range(maria)), "ana": tuple(f"a{n}" for n in range(ana))}
        story.met(NOW + timedelta(hours=3), "planned", **points)
        return agenda(story.material()).one_sided

    assert not one_sided(2, 2)
    assert one_sided(1, 2)
    assert not one_sided(0, 0)


def made(story: Story, **changes: object) -> Material:
    material = story.material()
    return replace(
        material, items={n: replace(i, **changes) if i.key == "SRCH-2" else i for n, i in material.items.items()}
    )


def test_under_way_is_what_is_worked_on_and_what_is_due_soon() -> None:
    story = Story()
    story.issue("SRCH-1", MARIA, ("doing", at(4)))
    story.issue("SRCH-2", MARIA, ("todo", at(4)))
    story.issue("SRCH-3", MARIA, ("waiting", at(4)))
    story.issue("SRCH-4", ANA, ("doing", at(4)))
    story.issue("SRCH-5", MARIA, ("done", at(4)))
    assert [one.item.key for one in underway(story.material())] == ["SRCH-1"]
    soon = made(story, due_on=NOW.date() + timedelta(days=10))
    assert [one.item.key for one in underway(soon)] == ["SRCH-2", "SRCH-1"]
    assert [one.item.key for one in underway(made(story, due_on=NOW.date() + timedelta(days=60)))] == ["SRCH-1"]


def test_under_way_names_the_goal_it_is_for() -> None:
    story = Story()
    item = story.issue("SRCH-1", MARIA, ("doing", at(4)))
    story.ties.append(Tie(record=item.record, rel="goal", target="KR-2"))
    (one,) = underway(story.material())
    assert (one.goal, one.begun, one.since) == ("KR-2", True, at(4))


def test_ahead_are_targets_with_a_fresh_value_and_a_date_to_come() -> None:
    def due(days: int, measured: int) -> list[str]:
        story = Story()
        goal = story.goal("9", (NOW - timedelta(days=measured), 63))
        result = replace(goal.key_results[0], due_on=NOW.date() + timedelta(days=days))
        story.goals[-1] = replace(goal, key_results=(result,))
        return [one.result.key for one in ahead(story.material())]

    assert due(30, 10) == ["KR-9"]
    assert due(-1, 10) == []
    assert due(30, 40) == []
