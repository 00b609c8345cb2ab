"""What two people share, and what one keeps to themself, at every door: pages, API, command line, drafts, search."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from door_office import NOW, Office
from starlette.testclient import TestClient

from coachkit.delivery.document import document
from coachkit.delivery.markdown import markdown
from coachkit.domain.drafts import DraftKind
from coachkit.store.relational import schema as t

Client = Callable[..., TestClient]
NOTE, WORDS = "Heliotrope-4412", "quincunx"
"""What is searched for, and what nobody else may ever see."""
POINT = "Zinnia: may we cut the release in two?"


def person(office: Office, who: str) -> str:
    return office.person(who).public_id


def everything(office: Office, client: TestClient) -> str:
    """All that somebody can see at the doors about Maria, and about themself."""
    maria = person(office, "maria")
    paths = [
        "/",
        "/me",
        f"/search?q={NOTE}",
        "/conversations",
        "/conversations/rules",
        f"/people/{maria}/brief",
        f"/people/{maria}/agenda",
        f"/people/{maria}/documents/agenda",
        f"/people/{maria}/documents/key-conversation",
        "/api/me",
        "/api/me/records?limit=200",
        "/api/me/reads",
        "/api/conversations",
        f"/api/search?q={NOTE}",
        f"/api/people/{maria}/brief",
        f"/api/people/{maria}/points",
        f"/api/people/{maria}/notes",
        f"/api/people/{person(office, 'ana')}/notes",
        f"/api/people/{maria}/documents/agenda",
        f"/api/people/{maria}/documents/key-conversation",
    ]
    said = []
    for path in paths:
        answer = client.get(path)
        said.append(answer.text)
        if answer.status_code == 200 and "/documents/" in path and path.startswith("/api"):
            draft = answer.json()["id"]
            said += [client.get(f"/api/drafts/{draft}{more}").text for more in ("", "/explanation", "/statements")]
            said.append(client.get(f"/drafts/{draft}/markdown").text)
    return "\n".join(said)


@pytest.mark.parametrize("author", ["ana", pytest.param("maria", marks=pytest.mark.slow)])
def test_a_private_note_is_read_by_its_author_alone(door_office: Office, client_of: Client, author: str) -> None:
    about = "maria" if author == "ana" else "ana"
    writer = client_of(door_office, author)
    path = f"/api/people/{person(door_office, about)}/notes"
    assert writer.post(path, json={"text": f"{NOTE}: {WORDS}"}).status_code == 201
    assert WORDS in writer.get(path).text
    door_office.grant("hr", "hr")
    door_office.app.grants.add(
        door_office.person("hr").id, "hr", "subject:hris:maria", by="test", reason="asked for", now=NOW
    )
    for who in {"ana", "maria", "tom", "hr"} - {author}:
        assert WORDS not in everything(door_office, client_of(door_office, who)), who


def test_no_draft_knows_of_a_note_not_even_its_author_s(door_office: Office, client_of: Client) -> None:
    """Drafting never reads notes: with and without one, every document is the same to the letter."""
    app, ana, maria = door_office.app, door_office.person("ana"), door_office.person("maria")

    def drafted() -> list[str]:
        viewer = app.directory.viewer(ana.id, NOW)
        return [
            markdown(
                document(
                    app.documents.prepare(kind, viewer, maria.id, language=language, model="none", now=NOW),
                    app.settings.timezone,
                )
            )
            for kind in (DraftKind.BRIEF, DraftKind.AGENDA, DraftKind.KEY_CONVERSATION)
            for language in ("en", "zh")
        ]

    before = drafted()
    note = client_of(door_office, "ana").post(f"/api/people/{maria.public_id}/notes", json={"text": WORDS})
    assert note.status_code == 201
    assert drafted() == before
    with app.database.read() as connection:
        for table in (t.drafts, t.records, t.postings, t.reads, t.notices):
            assert WORDS not in repr(connection.execute(sa.select(table)).all())


def test_a_note_is_taken_away_by_its_author_alone(door_office: Office, client_of: Client) -> None:
    ana, maria = client_of(door_office, "ana"), client_of(door_office, "maria")
    path = f"/api/people/{person(door_office, 'maria')}/notes"
    note = ana.post(path, json={"text": NOTE}).json()["id"]
    assert maria.delete(f"/api/notes/{note}").status_code == 404
    assert NOTE in ana.get(path).text
    assert ana.delete(f"/api/notes/{note}").status_code == 204
    assert ana.get(path).json() == {"notes": []}


def test_notes_are_about_somebody_one_talks_with(door_office: Office, client_of: Client) -> None:
    wei = client_of(door_office, "wei")
    assert wei.post(f"/api/people/{person(door_office, 'maria')}/notes", json={"text": NOTE}).status_code == 403


def test_a_point_is_seen_by_both_and_by_nobody_else(door_office: Office, client_of: Client) -> None:
    ana, maria = client_of(door_office, "ana"), client_of(door_office, "maria")
    path = f"/api/people/{person(door_office, 'maria')}/points"
    assert maria.post(path, json={"text": POINT}).status_code == 201
    seen = ana.get(path).json()
    point = next(one for one in seen["theirs"] if one["text"] == POINT)
    assert point["here"]
    assert not point["may_remove"]
    for client in (ana, maria):
        agenda = client.get(f"/api/people/{person(door_office, 'maria')}/documents/agenda").json()
        theirs = next(section for section in agenda["sections"] if section["name"] == "theirs")
        assert any("Zinnia" in one["text"] for one in theirs["statements"])
        brief = client.get(f"/api/people/{person(door_office, 'maria')}/brief").json()
        assert "Zinnia" in json.dumps(brief["sections"])
    door_office.app.grants.add(
        door_office.person("hr").id, "hr", "subject:hris:maria", by="test", reason="asked for", now=NOW
    )
    for who in ("tom", "hr"):
        assert "Zinnia" not in everything(door_office, client_of(door_office, who)), who


def test_the_two_hold_the_same_agenda(door_office: Office, client_of: Client) -> None:
    ana, maria = client_of(door_office, "ana"), client_of(door_office, "maria")
    path = f"/api/people/{person(door_office, 'maria')}/documents/agenda?language=zh"
    assert ana.get(path).json()["sections"] == maria.get(path).json()["sections"]


def test_a_point_that_is_ticked_is_gone_from_the_next_draft_and_comes_back(
    door_office: Office, client_of: Client
) -> None:
    ana = client_of(door_office, "ana")
    path = f"/api/people/{person(door_office, 'maria')}"
    point = ana.get(f"{path}/points").json()["theirs"][0]
    words = point["text"]

    def told() -> str:
        return json.dumps(ana.get(f"{path}/documents/agenda").json()["sections"], ensure_ascii=False)

    assert words in told()
    ana.patch(f"{path}/points/{point['id']}", json={"done": True})
    assert words not in told()
    ana.patch(f"{path}/points/{point['id']}", json={"done": False})
    assert words in told()


def test_points_are_refused_that_say_nothing_or_too_much(door_office: Office, client_of: Client) -> None:
    maria = client_of(door_office, "maria")
    path = f"/api/people/{person(door_office, 'maria')}/points"
    for text in ("", "   ", "\u200b\u200b", "x" * 301):
        assert maria.post(path, json={"text": text}).status_code in (400, 422), repr(text)
    assert maria.patch(f"{path}/nothing", json={"done": True}).status_code == 404


def test_cards_are_the_manager_s_and_their_facts_the_person_s(door_office: Office, client_of: Client) -> None:
    ana, maria = client_of(door_office, "ana"), client_of(door_office, "maria")
    cards = ana.get("/api/conversations").json()["cards"]
    assert 1 <= len(cards) <= 2
    assert all(one["why"] and one["ask"] and one["maybe"] for one in cards)
    about = maria.get("/api/conversations").json()
    assert about["cards"] == []
    mine = [one for one in cards if one["subject_name"] == "Maria Gomez"]
    assert [one["id"] for one in about["about_you"]] == [one["id"] for one in mine]
    evidence = {id_ for one in mine for reason in one["why"] for id_ in reason["evidence"]}
    for id_ in evidence:
        assert maria.get(f"/api/evidence/{id_}").status_code == 200
    assert any(read["what"].startswith("key_conversation") for read in maria.get("/api/me/reads").json()["reads"])
    for who in ("tom", "hr", "wei"):
        found = client_of(door_office, who).get("/api/conversations").json()
        assert (found["cards"], found["about_you"]) == ([], [])


def test_an_answer_moves_the_rule_and_taking_it_back_moves_it_back(door_office: Office, client_of: Client) -> None:
    ana = client_of(door_office, "ana")
    card = ana.get("/api/conversations").json()["cards"][0]
    path = f"/api/conversations/{card['id']}/answers"

    def balance() -> int:
        rules = ana.get("/api/conversations/rules?team=search").json()["rules"]
        found: int = next(one["balance"] for one in rules if one["id"] == card["rule"])
        return found

    assert balance() == 0
    given = ana.post(path, json={"kind": "not_relevant"})
    assert given.status_code == 201
    assert balance() == 1
    assert card["id"] not in {one["id"] for one in ana.get("/api/conversations").json()["cards"]}
    assert ana.delete(f"/api/conversations/answers/{given.json()['id']}").status_code == 204
    assert balance() == 0
    assert card["id"] in {one["id"] for one in ana.get("/api/conversations").json()["cards"]}


def test_what_the_person_calls_wrong_is_withdrawn(door_office: Office, client_of: Client) -> None:
    ana, maria = client_of(door_office, "ana"), client_of(door_office, "maria")
    ana.get("/api/conversations")
    card = maria.get("/api/conversations").json()["about_you"][0]["id"]
    path = f"/api/conversations/{card}/answers"
    assert maria.post(path, json={"kind": "prepare"}).status_code == 403
    assert maria.post(path, json={"kind": "wrong"}).status_code == 201
    assert card not in {one["id"] for one in ana.get("/api/conversations").json()["cards"]}
    assert client_of(door_office, "tom").post(path, json={"kind": "wrong"}).status_code == 404


def test_a_snooze_ends_after_today_and_within_three_months(door_office: Office, client_of: Client) -> None:
    ana = client_of(door_office, "ana")
    card = ana.get("/api/conversations").json()["cards"][0]["id"]
    for days, status in ((0, 422), (1, 201), (92, 201), (93, 422)):
        until = (NOW.date() + timedelta(days=days)).isoformat()
        answer = ana.post(f"/api/conversations/{card}/answers", json={"kind": "snooze", "until": until})
        assert answer.status_code == status, (days, answer.text)


def test_who_leads_a_team_sets_its_rules_on_the_page_and_sets_them_back(door_office: Office, client_of: Client) -> None:
    ana, tom = client_of(door_office, "ana"), client_of(door_office, "tom")
    origin = {"Origin": "http://testserver"}

    def rule() -> dict[str, Any]:
        rules = tom.get("/api/conversations/rules?team=search").json()["rules"]
        found: dict[str, Any] = next(one for one in rules if one["id"] == "check-in-gap")
        return found

    def set_it(client: TestClient, do: str, reason: str = "we talk daily") -> int:
        form = {"team": "search", "do": do, "reason": reason}
        return client.post("/conversations/rules/check-in-gap", data=form, headers=origin).status_code

    assert set_it(tom, "off") == 403
    assert rule()["on"]
    assert set_it(ana, "off") in (200, 303)
    assert not rule()["on"]
    page = tom.get("/conversations/rules?team=search").text
    assert "Ana Costa · we talk daily" in page
    assert "Set it for this team" not in page
    assert "Back to the packaged rule" in ana.get("/conversations/rules?team=search").text
    assert set_it(ana, "reset", reason="") in (400, 422), "nothing is set without a reason"
    assert set_it(ana, "reset", reason="back to fortnightly") in (200, 303)
    assert rule()["on"]
    assert not rule()["changed"]
