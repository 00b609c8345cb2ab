"""What was brought to an end, answered, taken in; where, and for the first time."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from story import BOT, JONAS, MARIA, TOM, WEI, Story, at

from coachkit.insight.rows import ItemRow, Tie
from coachkit.insight.work import areas, deliveries, each_work, incidents, integrations, praise, telling


def test_deliveries_are_mine_done_and_in_the_window() -> None:
    story = Story()
    mine = story.issue("SRCH-1", MARIA, ("doing", at(2)), ("done", at(9)), due_on=date(2026, 5, 10))
    story.issue("SRCH-2", MARIA, ("done", at(3)))
    story.issue("SRCH-3", TOM, ("done", at(9)))
    story.issue("SRCH-4", MARIA, ("doing", at(9)))
    story.ties.append(Tie(record=mine.record, rel="goal", target="KR-2"))
    (one,) = deliveries(story.material())
    assert (one.item.key, one.at, one.days, one.goal) == ("SRCH-1", at(9), 8, "KR-2")


def test_what_was_opened_again_is_no_delivery() -> None:
    story = Story()
    story.issue("SRCH-1", MARIA, ("done", at(9)), ("doing", at(11)))
    assert not deliveries(story.material())


def test_praised_work_comes_first_and_routine_last() -> None:
    story = Story()
    story.issue("SRCH-1", MARIA, ("done", at(8)), title="Bump the lexer")
    story.issue("SRCH-2", MARIA, ("done", at(9)), title="Read pages of a thousand")
    story.issue("SRCH-3", MARIA, ("done", at(10)), title="Say why a page is empty")
    story.praise(at(12), author=WEI, item="SRCH-3")
    assert [one.item.key for one in deliveries(story.material())] == ["SRCH-3", "SRCH-2", "SRCH-1"]


def test_praise_is_from_customers_first_and_suggestions_are_none() -> None:
    story = Story()
    for relation, day in (("manager", 9), ("peer", 10), ("customer", 8)):
        story.praise(at(day), relation=relation)
    story.praise(at(9), kind="suggestion")
    story.praise(at(2))
    assert [one.relation for one in praise(story.material())] == ["customer", "peer", "manager"]


def test_an_incident_is_one_however_often_it_was_answered() -> None:
    story = Story()
    story.issue("INC-1", JONAS, ("doing", at(9)), ("done", at(10)))
    story.act("responded", MARIA, at(9), item="INC-1")
    story.act("responded", MARIA, at(9, 12), item="INC-1")
    story.act("responded", TOM, at(9, 13), item="INC-1")
    (one,) = incidents(story.material())
    assert (one.at, one.closed, len(one.acts)) == (at(9), at(10), 2)


def test_areas_and_what_is_new_there() -> None:
    story = Story()
    story.commit(MARIA, at(1), "Split the index", area="index")
    story.commit(MARIA, at(9), "Read the index backwards", area="index")
    story.commit(MARIA, at(10), "Merge branch main", area="index")
    story.commit(MARIA, at(11), "Answer in pages of a thousand", area="paging")
    story.commit(TOM, at(11), "Write the docs", area="docs")
    found = {one.name: one for one in areas(story.material())}
    assert set(found) == {"index", "paging"}
    assert [found[name].new for name in ("index", "paging")] == [False, True]
    assert [item.title for item in found["index"].items] == ["Read the index backwards", "Merge branch main"]


def test_without_a_past_nothing_is_new() -> None:
    story = Story()
    story.commit(MARIA, at(9), "Split the index")
    assert [one.new for one in areas(story.material())] == [False]


def test_taking_in_works_both_ways_and_never_for_oneself_or_bots() -> None:
    story = Story()
    story.act("merged", MARIA, at(9), target=WEI)
    story.act("merged", MARIA, at(10), target=WEI)
    story.act("merged", MARIA, at(10), target=MARIA)
    story.act("committed", JONAS, at(11), target=MARIA)
    story.act("merged", BOT, at(11), target=MARIA)
    mine, theirs = integrations(story.material())
    assert (mine.by_subject, mine.people, mine.changes, mine.teams) == (True, (WEI,), 2, ("Payments",))
    assert (theirs.by_subject, theirs.people) == (False, (JONAS,))


def test_titles_that_say_something_are_told() -> None:
    story = Story()
    merge = story.commit(MARIA, at(9), "Merge pull request #7")
    says = story.commit(MARIA, at(9), "Answer in pages")
    assert telling([merge, says]) == [says]
    assert telling([merge]) == [merge]


def test_a_change_and_its_commit_are_one_work() -> None:
    def made(record: int, kind: str, title: str) -> ItemRow:
        return ItemRow(record=record, key=f"K{record}", title=title, kind=kind)

    change = made(1, "change_request", "PAY-9 Warn after the window")
    commit, other = made(2, "commit", "warn after the window"), made(3, "commit", "Add a limit")
    assert each_work([change, commit, change, other]) == (change, other)
    assert each_work([commit, replace(commit, record=4)]) == (commit, replace(commit, record=4)), "two commits are two"
