"""What a program needs to get from a token to a brief: people, meetings, one's own records, doubtful accounts."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from door_office import NOW, SECRET, Office, key
from starlette.testclient import TestClient

Client = Callable[..., TestClient]


def test_from_a_token_to_a_brief(shared_office: Office, client_of: Client) -> None:
    """As the how-to page says: who is open to me, the next meeting, the brief, a record, a tick."""
    ana = client_of(shared_office, "ana")
    people = {one["name"]: one for one in ana.get("/api/people").json()["people"]}
    assert people["Ana Costa"]["relation"] == "self"
    assert people["Maria Gomez"]["relation"] == "report"
    assert "Wei Li" not in people
    meetings = ana.get("/api/me/meetings").json()["meetings"]
    assert [one["at"] for one in meetings] == sorted(one["at"] for one in meetings)
    with_maria = next(one for one in meetings if one["report"]["name"] == "Maria Gomez")
    assert ana.get(f"/api/people/{with_maria['report']['id']}/brief").status_code == 200
    assert ana.get(f"/api/evidence/{with_maria['id']}").json()["kind"] == "check_in"
    for one in people.values():
        assert ana.get(f"/api/people/{one['id']}/brief").status_code == 200


def test_what_i_have_taken_on(shared_office: Office, client_of: Client) -> None:
    mine = client_of(shared_office, "ana").get("/api/me/action-items").json()["action_items"]
    assert mine
    assert all(one["owned"] and one["may_tick"] and not one["done"] for one in mine)


def test_what_is_known_about_me(shared_office: Office, client_of: Client) -> None:
    maria = client_of(shared_office, "maria")
    whole = maria.get("/api/me/records?limit=200").json()
    assert whole["next"] is None
    assert "Reindex with paging" in {one["title"] for one in whole["records"]}
    assert SECRET not in str(whole)
    first = maria.get("/api/me/records?limit=3").json()
    second = maria.get(first["next"]).json()
    assert [*first["records"], *second["records"]] == whole["records"][:6]
    tracker = maria.get("/api/me/records?connection=tracker").json()["records"]
    assert {one["connection"] for one in tracker} == {"tracker"}
    for one in whole["records"]:
        assert maria.get(f"/api/evidence/{one['id']}").status_code == 200


def test_a_grant_opens_a_brief_and_is_listed(door_office: Office, client_of: Client) -> None:
    hr, maria = door_office.person("hr"), door_office.person("maria")
    client = client_of(door_office, "hr")
    assert {one["relation"] for one in client.get("/api/people").json()["people"]} == {"self"}
    grants = door_office.app.grants
    grants.add(hr.id, "hr", f"subject:{key('maria')}", by="test", reason="she asked", now=NOW)
    grants.add(hr.id, "hr", "subject:hris:nobody", by="test", reason="a mistake", now=NOW)
    listed = client.get("/api/people").json()["people"]
    assert [(one["name"], one["relation"], one["reason"]) for one in listed][1:] == [
        ("Maria Gomez", "grant", "she asked")
    ]
    assert client.get(f"/api/people/{maria.public_id}/brief").status_code == 200
    grants.remove(hr.id, "hr", f"subject:{key('maria')}", by="test", reason="over", now=NOW)
    assert len(client.get("/api/people").json()["people"]) == 1
    assert client.get(f"/api/people/{maria.public_id}/brief").status_code == 403


@pytest.fixture
def admin(door_office: Office, client_of: Client) -> TestClient:
    door_office.grant("ana", "admin")
    door_office.app.identities.suggest(NOW)
    return client_of(door_office, "ana")


def test_answering_the_queue(door_office: Office, admin: TestClient) -> None:
    maria = door_office.person("maria").public_id
    question = admin.get("/api/identities").json()["questions"][0]
    assert question["key"] == "github:mgomez"
    candidate = next(one for one in question["candidates"] if one["person"] == maria)
    assert "same name: Maria Gomez" in candidate["evidence_for"]
    in_chinese = admin.get("/api/identities", headers={"Accept-Language": "zh"}).json()["questions"][0]
    assert "姓名相同：Maria Gomez" in in_chinese["candidates"][0]["evidence_for"]
    said = {"verdict": "is", "person": maria, "reason": "she told me"}
    made = admin.post(f"/api/identities/{question['id']}", json=said)
    assert made.status_code == 201
    assert admin.get("/api/identities").json()["questions"] == []
    decision = admin.get("/api/identities/decisions").json()["decisions"][0]
    assert decision == made.json()
    assert (decision["decided_by"], decision["reason"], decision["person"]) == ("Ana Costa", "she told me", maria)
    undone = admin.post(f"/api/identities/decisions/{decision['id']}/undo").json()
    assert undone["undone_by"] == "Ana Costa"
    assert [one["key"] for one in admin.get("/api/identities").json()["questions"]] == ["github:mgomez"]
    assert admin.post("/api/identities/github:mgomez", json={"verdict": "nobody", "reason": "a bot"}).status_code == 201


def test_an_answer_that_says_nothing_is_refused(admin: TestClient) -> None:
    for said in (
        {"verdict": "is", "reason": "no person"},
        {"verdict": "nobody", "person": "ae6q4bcf2y7cu", "reason": "one too many"},
        {"verdict": "perhaps", "reason": "x"},
        {"verdict": "nobody", "reason": ""},
        {"verdict": "nobody"},
    ):
        answer = admin.post("/api/identities/github:mgomez", json=said)
        assert answer.status_code == 422, said
        assert answer.json()["code"] == "bad-input"


def test_the_queue_is_closed_to_others(door_office: Office, client_of: Client) -> None:
    tom = client_of(door_office, "tom")
    said = {"verdict": "nobody", "reason": "mischief"}
    answers = [
        tom.get("/api/identities"),
        tom.get("/api/identities/decisions"),
        tom.post("/api/identities/github:mgomez", json=said),
        tom.post("/api/identities/decisions/ae6q4bcf2y7cu/undo"),
    ]
    assert [answer.status_code for answer in answers] == [403] * 4
