"""The rule of one's own rhythm: opted into, told of beforehand, for oneself alone, and never in a small group."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from door_office import NOW, Office, opened_office
from rhythm_office import leave, with_rhythms
from starlette.testclient import TestClient

from coachkit.access import Viewer
from coachkit.domain.drafts import DraftKind
from coachkit.drafting.own_rules import NOTICE
from coachkit.errors import BadInput
from coachkit.insight.conversations import Setting


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with opened_office(tmp_path) as office:
        with_rhythms(office)
        yield office


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


def choose(office: Office, who: str, on: bool) -> None:
    office.app.talks.conversations.own.choose(office.viewer(who), "own-rhythm", on)


def test_somebody_turns_it_on_for_themselves_and_off_again_and_nobody_learns_of_it(
    office: Office, client_of: Callable[..., TestClient]
) -> None:
    before = client_of(office, "ana").get("/conversations").text
    lea = client_of(office, "lea")
    (state,) = lea.get("/api/conversations/own-rules").json()
    assert (state["on"], state["chosen"], state["possible"]) == (False, None, True)
    assert lea.put("/api/conversations/own-rules/own-rhythm", json={"on": True}).json()["on"]
    assert "own-rhythm" in shown(office, "lea")
    assert "own-rhythm" not in shown(office, "tom"), "what one chooses is for oneself"
    person = office.person("lea").public_id
    for who in ("ana", "tom", "hr"):
        other = client_of(office, who)
        rules = other.get("/api/conversations/rules", params={"team": f"person:{person}"}).json()["rules"]
        assert [one["on"] for one in rules if one["id"] == "own-rhythm"] == [False]
        assert not any(one["settings"] for one in rules)
    assert client_of(office, "ana").get("/conversations").text == before
    given = Setting(at=NOW, by="Ana Costa", reason="curious", on=True)
    with pytest.raises(BadInput, match="no such team"):
        office.app.talks.conversations.set_rule(f"person:{person}", "own-rhythm", given)
    page = lea.post("/conversations/own/own-rhythm", data={"on": "false"}, headers={"Origin": "http://testserver"})
    assert page.status_code in (200, 303)
    assert "own-rhythm" not in shown(office, "lea")


def test_ones_own_choice_counts_before_that_of_the_team(office: Office) -> None:
    opt_in(office)
    choose(office, "lea", on=False)
    assert "own-rhythm" not in shown(office, "lea")
    for who in ("tom", "mo"):
        leave(office, who)
    with pytest.raises(BadInput, match="fewer than 5"):
        choose(office, "lea", on=True)


def test_who_is_told_reads_it_on_their_first_page(office: Office, client_of: Callable[..., TestClient]) -> None:
    assert "turned on" not in client_of(office, "lea").get("/").text
    opt_in(office, timedelta(days=2))
    assert "Your team turned on “Your own rhythm”" in client_of(office, "lea").get("/").text
    assert "will be on for you from" in client_of(office, "lea").get("/conversations").text
    choose(office, "lea", on=False)
    assert "turned on" not in client_of(office, "lea").get("/").text
