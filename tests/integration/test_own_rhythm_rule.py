"""The rule of one's own rhythm: opted into, told of beforehand, for oneself alone, and never in a small group."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from door_office import NOW, Office, at, key, opened_office

from coachkit.access import Viewer
from coachkit.domain.drafts import DraftKind
from coachkit.drafting.key_conversations import NOTICE
from coachkit.errors import BadInput
from coachkit.insight.conversations import Setting
from coachkit.sdk import (
    Audience,
    Interaction,
    InteractionKind,
    Membership,
    PersonProfile,
    ReportingLine,
    WorkItem,
    WorkItemKind,
)

BEFORE, RECENT = range(30, 84, 2), (3, 10)
"""Days before now with a record: every second day for weeks, then two in four weeks."""


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """Two more in the team: Lea's records thin out, Mo's stop altogether."""
    with opened_office(tmp_path) as office:
        for who, days in (("lea", (*BEFORE, *RECENT)), ("mo", BEFORE)):
            join(office, who)
            for days_ago in days:
                when = NOW - timedelta(days=days_ago)
                item = WorkItem(
                    kind=WorkItemKind.COMMIT,
                    key=f"{who}-{days_ago}",
                    title="Change it",
                    interactions=(Interaction(kind=InteractionKind.AUTHORED, actor=key(who), at=when),),
                )
                office.put("git", "commits", f"{who}-{days_ago}", item, when)
        yield office


def join(office: Office, who: str) -> None:
    """Somebody who reports to Ana, as Maria, Tom and 陈静 do."""
    start = date(2024, 1, 8)
    profile = PersonProfile(identity=key(who), name=f"{who.title()} Novak", started_on=start)
    office.put("people", "people", who, profile, at(1, month=1), audience=Audience.subject(key(who)))
    office.put(
        "people",
        "memberships",
        f"{who}/search",
        Membership(team="search", person=key(who), starts_on=start),
        at(1, month=1),
    )
    line = ReportingLine(person=key(who), manager=key("ana"), starts_on=start)
    office.put("people", "reporting_lines", who, line, at(1, month=1))


def leave(office: Office, who: str) -> None:
    ended = Membership(
        team="search", person=key(who), starts_on=date(2024, 1, 8), ends_on=NOW.date() - timedelta(days=1)
    )
    office.put("people", "memberships", f"{who}/search", ended, at(2, month=1))


def opt_in(office: Office, ago: timedelta = NOTICE) -> None:
    given = Setting(at=NOW - ago, by="test", reason="we agreed on it", on=True)
    office.app.talks.conversations.set_rule("search", "own-rhythm", given)


def shown(office: Office, who: str) -> list[str]:
    """The rules whose cards somebody is shown about themselves."""
    viewer: Viewer = office.viewer(who)
    return [card.rule for card in office.app.talks.conversations.about_me(viewer, language="en")]


def test_it_is_off_until_a_team_turns_it_on(office: Office) -> None:
    assert "own-rhythm" not in shown(office, "lea")
    opt_in(office)
    assert "own-rhythm" in shown(office, "lea")


def test_it_stays_off_in_a_group_below_five(office: Office) -> None:
    opt_in(office)
    for who in ("tom", "mo"):
        leave(office, who)
    assert "own-rhythm" not in shown(office, "lea")
    with pytest.raises(BadInput, match="fewer than 5"):
        opt_in(office, timedelta(0))


def test_it_speaks_to_those_alone_who_were_told_two_weeks_ago(office: Office) -> None:
    opt_in(office, NOTICE - timedelta(days=1))
    assert "own-rhythm" not in shown(office, "lea")


def test_who_is_silent_altogether_is_not_asked(office: Office) -> None:
    opt_in(office)
    assert "own-rhythm" not in shown(office, "mo")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_card_says_days_and_asks_and_cites_and_nobody_else_gets_it(office: Office, language: str) -> None:
    opt_in(office)
    known, spoken = office.app.talks.conversations, "zh" if language == "zh" else "en"
    (card,) = [one for one in known.about_me(office.viewer("lea"), language=spoken) if one.rule == "own-rhythm"]
    assert card.private
    assert len(card.why) == 2
    assert all(statement.evidence for statement in card.why)
    assert card.ask.rstrip("”.。").endswith(("?", "？"))
    said = " ".join([card.talk, card.ask, card.maybe, *(one.text for one in card.why)])
    assert "%" not in said
    manager = office.viewer("ana")
    offered = [*known.cards(manager, language=spoken), *known.as_of(manager, NOW.date(), language=spoken)]
    assert "own-rhythm" not in {one.rule for one in offered} | {one.rule for one in known.held_back(manager)}
    document = office.app.documents.prepare(
        DraftKind.KEY_CONVERSATION, manager, office.person("lea").id, language=spoken, model="none", now=NOW
    )
    assert "own-rhythm" not in repr(document)
