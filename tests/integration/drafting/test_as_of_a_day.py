"""A brief as of an earlier day knows nothing of what came later; and the window is the one that was asked for."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from brief_office import NOW, Office, at, statements, texts

from coachkit.access import Viewer
from coachkit.delivery.document import document
from coachkit.domain.drafts import Draft, DraftKind
from coachkit.errors import AccessDenied, BadInput
from coachkit.sdk import CheckInState, InteractionKind, Link, StateChange

DAY = date(2026, 5, 12)
LATER = NOW + timedelta(hours=1)


def viewer(office: Office) -> Viewer:
    return office.directory.viewer(office.person("ana").id, LATER)


def before(office: Office) -> None:
    """What was known by the evening of 12 May."""
    office.issue("PAY-17", "Page the ledger export", "wei", team="payments")
    office.issue(
        "SRCH-91",
        "Nightly sales column",
        "maria",
        history=(StateChange(state="waiting", category="waiting", at=at(2)),),
        state="waiting",
        links=(Link(rel="blocked_by", target="PAY-17", since=at(2)),),
    )
    met = office.check_in(at(6), agenda=(("maria", "How long do we wait?"),))
    office.action("Split SRCH-91", "maria", met, created=at(6), due=date(2026, 5, 11), done=at(18))
    office.act(InteractionKind.ANSWERED, "maria", at(12, 23), target="liwei", item="CS-9")


def after(office: Office) -> None:
    """What came on 13 May and later."""
    office.change("#77", "LATERWORD in pages", "maria", at(13, 0), reviewers=("wei",))
    office.praise("maria", "LATERWORD, thank you", at(14), author="tom")
    office.act(InteractionKind.UNBLOCKED, "maria", at(15), target="wei", item="PAY-17", text="LATERWORD again")
    office.check_in(at(18), agenda=(("ana", "LATERWORD plans"),))
    office.check_in(at(25), state=CheckInState.PLANNED, agenda=(("ana", "LATERWORD points"),))


def shown(draft: Draft) -> tuple[object, ...]:
    return (draft.sections, draft.sources, draft.header, draft.evidence, draft.window_start, draft.window_end)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_came_later_changes_nothing(any_office: Office, language: str) -> None:
    before(any_office)
    known_then = any_office.brief(on=DAY, language=language)
    after(any_office)
    known_now = any_office.brief(on=DAY, language=language)
    assert shown(known_now) == shown(known_then)
    assert "LATERWORD" not in repr(known_now)
    assert "LATERWORD" in repr(any_office.brief(language=language))
    assert all(source.occurred_at.date() <= DAY for source in known_now.sources)


def test_it_says_what_was_so_then(office: Office) -> None:
    before(office)
    after(office)
    draft = office.brief(on=DAY)
    assert draft.on == DAY
    assert draft.window_start == at(6)
    assert draft.window_end.astimezone(UTC).date() == DAY
    assert "1 day over" in texts(draft, "actions"), "it was done six days later"
    assert "(10 days)" in texts(draft, "explore")
    assert "李薇" in texts(draft, "across"), "an hour before midnight is still that day"
    assert any("as of 12 May 2026" in line for line in document(draft, "UTC").lines)
    assert any("截至 2026 年 5 月 12 日" in line for line in document(office.brief(on=DAY, language="zh"), "UTC").lines)
    assert not any("planned" in one.text for one in statements(draft, "unknowns")), "nobody can tell what was planned"


def test_it_does_not_stand_in_for_the_brief_of_today(any_office: Office) -> None:
    office = any_office
    before(office)
    today, then = office.brief(), office.brief(on=DAY)
    kept = office.documents.latest(DraftKind.BRIEF, viewer(office), office.person("maria").id)
    asked = office.documents.latest(DraftKind.BRIEF, viewer(office), office.person("maria").id, on=DAY)
    assert kept is not None
    assert kept.id == today.id
    assert asked is not None
    assert asked.id == then.id
    assert asked.on == DAY
    assert office.documents.get(then.id, viewer(office)).on == DAY
    assert (
        office.documents.latest(DraftKind.BRIEF, viewer(office), office.person("maria").id, on=date(2026, 5, 11))
        is None
    )


def test_today_is_now(office: Office) -> None:
    before(office)
    assert office.brief(on=NOW.date()).on is None
    assert shown(office.brief(on=NOW.date())) == shown(office.brief())


def test_a_day_to_come_is_refused(office: Office) -> None:
    with pytest.raises(BadInput, match="yet to come"):
        office.brief(on=NOW.date() + timedelta(days=1))


@pytest.mark.parametrize("days", [91, 200, 366])
def test_the_window_begins_where_it_was_asked_to(office: Office, days: int) -> None:
    begin = NOW - timedelta(days=days)
    office.change("#7", "An old change", "maria", begin + timedelta(hours=1))
    draft = office.brief(since=begin)
    assert draft.window_start == begin
    assert "An old change" in texts(draft, "wins")


@pytest.mark.parametrize("on", [None, date(2026, 5, 15)])
def test_the_first_day_of_the_usual_window_is_in_it_whole(office: Office, on: date | None) -> None:
    last = on or NOW.date()
    first = at(last.day - 14, 0)
    office.change("#7", "A change of the first night", "maria", first + timedelta(minutes=1))
    draft = office.brief(on=on)
    assert draft.window_start == first
    assert "A change of the first night" in texts(draft, "wins")


def test_a_window_of_more_than_a_year_is_refused_and_says_from_when_on(office: Office) -> None:
    with pytest.raises(BadInput, match="a year at most") as refused:
        office.brief(since=datetime(2025, 5, 18, tzinfo=UTC))
    assert "2025-05-20" in refused.value.hint
    assert "2025-05-20" in refused.value.chinese[1]
    draft = office.brief(since=datetime(2025, 5, 18, tzinfo=UTC), on=DAY)
    assert draft.window_start == datetime(2025, 5, 18, tzinfo=UTC)


def test_it_opens_to_nobody_else_than_the_brief_of_today(office: Office) -> None:
    before(office)
    assert office.brief("maria", "maria", on=DAY).sections
    with pytest.raises(AccessDenied):
        office.brief("maria", "tom", on=DAY)
