"""Who may say "I" in a self-review, what a period is, how months are covered, and what the questions ask."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from facts import fact, voice
from hypothesis import given
from hypothesis import strategies as st
from review_facts import RICH

from coachkit.domain.reviews import period_of
from coachkit.drafting.composing import compose
from coachkit.drafting.plan.desk import Desk
from coachkit.drafting.plan.self_review import ANSWERS, answers
from coachkit.drafting.plan.self_review_helped import helped
from coachkit.drafting.plan.self_review_own import part_in
from coachkit.drafting.plan.self_review_questions import QUESTIONS, asked
from coachkit.insight.half_year import aids, months, without
from coachkit.insight.rows import Act, ItemRow, Material, MembershipRow, People, RecordRow, Step, Tie, Window

ME, WEI, TOM, BOT = 1, 2, 3, 9
END = datetime(2026, 5, 20, 12, tzinfo=UTC)
WINDOW = Window(start=END - timedelta(days=183), end=END, past=END - timedelta(days=220), zone=ZoneInfo("UTC"))


def at(day: int, month: int = 5) -> datetime:
    return datetime(2026, month, day, 9, tzinfo=UTC)


def item(record: int, key: str, kind: str = "issue", *, closed: datetime | None = None) -> ItemRow:
    state = "done" if closed else "doing"
    return ItemRow(
        record=record, key=key, title=f"About {key}", kind=kind, category=state, created_at=at(1), closed_at=closed
    )


def act(record: int, kind: str, actor: int, when: datetime, *, target: int | None = None) -> Act:
    return Act(record=record, kind=kind, actor=actor, at=when, target=target)


def material(*items: ItemRow, acts: tuple[Act, ...] = (), **more: object) -> Material:
    team = {who: (MembershipRow(who=who, team="search" if who != WEI else "payments"),) for who in (ME, WEI, TOM)}
    people = People(
        names={ME: "Maria Gomez", WEI: "Wei Li", TOM: "Tom Becker", BOT: "bot"},
        memberships=team,
        team_names={"search": "Search", "payments": "Payments"},
        bots=frozenset({BOT}),
        persons=frozenset({ME, WEI, TOM}),
    )
    made = Material(
        subject=ME, other=None, window=WINDOW, people=people, items={one.record: one for one in items}, acts=acts
    )
    return replace(made, **more)  # type: ignore[arg-type] - rows of the test's own choice


# --- I, we, neither -------------------------------------------------------------------------------------------------


def test_who_wrote_a_change_alone_did_it() -> None:
    change = item(10, "#1", "change_request", closed=at(5))
    reviewed = (act(10, "authored", ME, at(3)), act(10, "reviewed", WEI, at(4), target=ME))
    assert part_in(Desk(material(change, acts=reviewed)), change) == "did"


@pytest.mark.parametrize("kind", ["authored", "co_authored"])
def test_who_wrote_it_with_others_did_it_with_them(kind: str) -> None:
    change = item(10, "#1", "change_request", closed=at(5))
    both = (act(10, "authored", ME, at(3)), act(10, kind, WEI, at(3)))
    assert part_in(Desk(material(change, acts=both)), change) == "with"


def test_a_bot_is_nobody_to_share_with() -> None:
    change = item(10, "#1", "change_request", closed=at(5))
    both = (act(10, "authored", ME, at(3)), act(10, "authored", BOT, at(3)))
    assert part_in(Desk(material(change, acts=both)), change) == "did"


@pytest.mark.parametrize(
    ("by", "part"), [((ME, ME), "did"), ((ME, WEI), "with"), ((WEI, WEI), "named"), ((None, None), "named")]
)
def test_of_a_ticket_the_steps_say_whose_work_it_was(by: tuple[int | None, int | None], part: str) -> None:
    """That it was assigned to somebody does not show that they did it."""
    ticket = item(10, "SRCH-1", closed=at(6))
    steps = (
        Step(record=10, at=at(2), state="Doing", category="doing", by=by[0]),
        Step(record=10, at=at(6), state="Done", category="done", by=by[1]),
    )
    acts = (act(10, "assigned", WEI, at(1), target=ME),)
    assert part_in(Desk(material(ticket, acts=acts, steps={10: steps})), ticket) == part


def test_a_change_that_fixes_a_ticket_is_a_part_in_it() -> None:
    ticket, change = item(10, "SRCH-1", closed=at(6)), item(11, "#1", "change_request", closed=at(5))
    acts = (act(10, "assigned", WEI, at(1), target=ME), act(11, "authored", ME, at(3)))
    tied = material(ticket, change, acts=acts, ties=(Tie(record=11, rel="fixes", target="SRCH-1"),))
    assert part_in(Desk(tied), ticket) == "with"


@pytest.mark.parametrize(("hand", "en", "zh"), [
    ("did", "I ", "我在"), ("with", "I took part in it", "我参与其中"), ("named", "it was assigned to me", "分派给我"),
])  # fmt: skip
def test_the_words_follow_the_part(hand: str, en: str, zh: str) -> None:
    slots = {**RICH["moved.delivery"], "hand": hand}
    said = compose(fact("moved.delivery", slots), voice("en", viewer=1)).text
    assert en.lower() in said.lower()
    assert (" I " in said) == (hand != "named")
    assert zh in compose(fact("moved.delivery", slots), voice("zh", viewer=1)).text


def test_named_work_never_says_i_in_any_phrasing() -> None:
    for kind in ("moved.result", "moved.delivery"):
        for place in range(20):
            text = compose(fact(kind, {**RICH[kind], "hand": "named"}, place=place), voice("en", viewer=1)).text
            assert " I " not in f" {text}", text


# --- a day's plan ---------------------------------------------------------------------------------------------------


def test_without_records_every_answer_says_so_and_cites_nothing() -> None:
    _, told, _ = answers(material())
    assert [facts[0].kind for facts in told.values()] == [f"{section}.none" for section in ANSWERS]
    assert all(one.uncited for facts in told.values() for one in facts)


def test_what_came_of_work_is_said_not_to_be_measured_once() -> None:
    changes = [item(10 + number, f"#{number}", "change_request", closed=at(5 + number)) for number in range(3)]
    acts = tuple(act(one.record, "authored", ME, at(4)) for one in changes)
    _, told, _ = answers(material(*changes, acts=acts))
    kinds = [one.kind for one in told["moved"]]
    assert kinds.count("moved.unmeasured") == 1
    assert kinds[-1] == "moved.unmeasured"


def test_help_within_the_own_team_counts_as_help_too() -> None:
    change, other = item(10, "#1", "change_request"), item(11, "#2", "change_request")
    acts = (act(10, "reviewed", ME, at(3), target=TOM), act(11, "reviewed", ME, at(4), target=WEI))
    found = aids(material(change, other, acts=acts))
    assert [(one.own_team, one.team) for one in found] == [(False, "Payments"), (True, "Search")]


def test_two_remarks_on_a_change_are_one_review_and_its_approval_is_told_with_it() -> None:
    one, other = item(10, "#1", "change_request"), item(11, "#2", "change_request")
    commit = replace(item(12, "fc0c68d", "commit"), title=one.title)
    one = replace(one, title=f"PAY-7 {one.title}")
    done = [act(n, "reviewed", ME, at(day), target=TOM) for n, day in ((10, 3), (10, 4), (12, 4))]
    done.append(act(10, "approved", ME, at(5), target=TOM))
    (told,) = helped(Desk(material(one, other, commit, acts=tuple(done))))
    assert (told.text("act"), told.number("times")) == ("reviewed", 1)
    assert "I reviewed a change by Tom" in compose(told, voice("en")).text
    apart = helped(Desk(material(one, other, commit, acts=(*done, act(11, "approved", ME, at(6), target=TOM)))))
    assert {fact.text("act") for fact in apart} == {"reviewed", "approved"}, "another change was approved too"


def test_with_an_item_goes_what_was_said_about_it() -> None:
    ticket = item(10, "SRCH-1")
    said = Act(record=12, kind="answered", actor=ME, at=at(4), target=WEI, item="SRCH-1")
    found = without(material(ticket, acts=(act(10, "authored", ME, at(1)), said)), [10])
    assert found.acts == ()
    assert found.items == {}


# --- periods and months ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("first", "last", "period"), [
    (date(2025, 11, 18), date(2026, 5, 20), "2026-H1"),
    (date(2026, 1, 8), date(2026, 7, 10), "2026-H1"),
    (date(2026, 5, 26), date(2026, 11, 25), "2026-H2"),
    (date(2026, 1, 1), date(2026, 6, 30), "2026-H1"),
    (date(2026, 7, 1), date(2026, 12, 31), "2026-H2"),
])  # fmt: skip
def test_a_period_is_the_half_that_holds_most_of_the_days(first: date, last: date, period: str) -> None:
    assert period_of(first, last) == period


@given(st.dates(date(2020, 1, 1), date(2030, 12, 31)))
def test_half_a_year_back_from_any_day_is_one_period_that_overlaps_it(last: date) -> None:
    first = last - timedelta(days=183)
    year, half = period_of(first, last).split("-H")
    begins = date(int(year), 1 if half == "1" else 7, 1)
    ends = date(int(year), 6, 30) if half == "1" else date(int(year), 12, 31)
    shared = (min(last, ends) - max(first, begins)).days + 1
    assert shared >= 91


def test_months_before_the_first_record_of_any_source_are_not_covered() -> None:
    change = item(10, "#1", "change_request")
    acts = tuple(act(10 + number, "authored", ME, at(2)) for number in range(6))
    found = months(
        material(change, acts=acts, records={10: RecordRow(
            id=10, kind="change_request", key="#1", title="", text="", connection="git", stream="s", native_id="1",
            occurred_at=at(2))}),
        at(9, month=1),
    )  # fmt: skip
    assert [month.dots for month in found] == [None, None, 0, 0, 0, 0, 2]
    assert found[-1].records == 6


def test_nothing_is_covered_where_nothing_was_read() -> None:
    assert {month.dots for month in months(material(), None)} == {None}


def test_there_are_three_to_five_questions_in_both_languages() -> None:
    assert 3 <= len(QUESTIONS) <= 5
    for question in QUESTIONS:
        assert question.text("en").endswith("?")
        assert question.text("zh").endswith("？")
        assert asked(question.section) == question


def test_the_same_work_in_two_records_is_told_once_and_routine_only_where_nothing_else_is() -> None:
    twins = [
        replace(item(20 + number, f"#{number}", "change_request", closed=at(5)), title="Pages") for number in (1, 2)
    ]
    merge = replace(item(30, "#3", "change_request", closed=at(6)), title="Merge of #2")
    acts = tuple(act(one.record, "authored", ME, at(4)) for one in (*twins, merge))
    _, told, _ = answers(material(*twins, merge, acts=acts))
    assert [one.text("key") for one in told["moved"] if one.kind == "moved.delivery"] == ["#1"]
    _, told, _ = answers(material(merge, acts=acts[-1:]))
    assert [one.text("key") for one in told["moved"] if one.kind == "moved.delivery"] == ["#3"]


def test_finished_work_is_spread_over_the_period() -> None:
    days = [(3, 12, 2025), (15, 12, 2025), (2, 3, 2026), (20, 3, 2026), (12, 5, 2026), (13, 5, 2026), (14, 5, 2026)]
    when = [datetime(year, month, day, 9, tzinfo=UTC) for day, month, year in days]
    changes = [
        replace(item(40 + n, f"#{n}", "change_request", closed=at_), created_at=at_) for n, at_ in enumerate(when)
    ]
    acts = tuple(act(one.record, "authored", ME, at_) for one, at_ in zip(changes, when, strict=True))
    _, told, _ = answers(material(*changes, acts=acts))
    months_told = {one.at.month for one in told["moved"] if one.kind == "moved.delivery"}
    assert months_told == {12, 3, 5}
