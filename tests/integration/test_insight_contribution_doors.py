"""The contribution view through its doors: one's own is whole, one adds and contests; nothing hidden moves anything."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from door_office import SECRET, Office, at, key
from starlette.testclient import TestClient

from coachkit.sdk import Audience, Goal, GoalLevel, Interaction, InteractionKind

Clients = Callable[..., TestClient]
URL = "/api/insight/contribution"


@pytest.fixture
def office(door_office: Office) -> Office:
    """Wei of Payments unblocked Maria of Search."""
    given = Interaction(
        kind=InteractionKind.UNBLOCKED, actor=key("wei"), at=at(14), target=key("maria"), item="SRCH-91", text="Go on."
    )
    door_office.put("tracker", "interactions", "unblock-1", given, at(14))
    return door_office


def test_what_is_told_adds_and_contests(office: Office, client_of: Clients) -> None:
    wei, maria, ana = (client_of(office, who) for who in ("wei", "maria", "ana"))
    own = wei.get(URL).json()
    assert own["about"] == "Wei Li"
    (unblocked,) = own["did"]["unblocked"]
    assert "Wei Li (Payments) got work moving again for Search" in unblocked["text"]
    assert unblocked["evidence"]
    assert all(wei.get(f"/api/evidence/{one}").status_code == 200 for one in unblocked["evidence"])
    assert wei.get(URL, params={"about": "team:search"}).json()["did"]["unblocked"][0]["id"] == unblocked["id"]
    assert maria.get(URL, params={"about": "Wei Li"}).status_code == 403

    added = {"kind": "adds", "text": "Taught the on-call rota.", "help": "mentored", "day": "2026-05-05"}
    assert wei.post(f"{URL}/notes", json=added).status_code == 201
    contest = {"kind": "differs", "text": "Ana did it.", "statement": unblocked["id"]}
    note = wei.post(f"{URL}/notes", json=contest).json()
    own = wei.get(URL).json()
    assert [one["text"] for one in own["added"]] == ["Taught the on-call rota."]
    assert [one["statement"] for one in own["differs"]] == [unblocked["id"]]
    team = maria.get(URL, params={"about": "team:search"})
    assert [one["contested"] for one in team.json()["did"]["unblocked"]] == [True]
    assert "Ana did it" not in team.text, "its words are for those who may open the view of who wrote them"
    assert wei.delete(f"{URL}/notes/{note['id']}").status_code == 204
    assert wei.get(URL).json()["differs"] == []
    assert wei.put(f"{URL}/notes/{note['id']}").status_code == 204

    marias = ana.get(URL, params={"about": "Maria Gomez"})
    assert marias.status_code == 200
    reads = {(one.viewer_name, one.what) for one in office.app.reads.reads_of(office.person("maria").id)}
    assert ("Ana Costa", "contribution-view") in reads


def test_what_one_may_not_read_changes_nothing(office: Office, client_of: Clients) -> None:
    maria = client_of(office, "maria")
    asked = [{"about": "me"}, {"about": "team:search"}, {"about": "team:payments", "other": "search"}]
    before = [maria.get(URL, params=one).json() for one in asked]
    hidden = Interaction(
        kind=InteractionKind.MENTORED, actor=key("wei"), at=at(15), target=key("maria"), item="SRCH-91", text=SECRET
    )
    for number in range(3):
        office.put(
            "tracker", "interactions", f"h{number}", hidden, at(15), audience=Audience.people(key("wei"), key("hr"))
        )
    assert [maria.get(URL, params=one).json() for one in asked] == before


def test_the_page_shows_it_and_keeps_a_note_without_script(office: Office, client_of: Clients) -> None:
    wei = client_of(office, "wei")
    page = wei.get("/insight/contribution/me")
    assert page.status_code == 200
    assert "Who did what for whom" in page.text
    assert "/evidence/" in page.text
    kept = wei.post(
        "/insight/contribution/me/notes",
        data={"text": "Stood in for <b>Ana</b>.", "help": "decided"},
        headers={"Origin": "http://testserver"},
    )
    assert kept.status_code in (200, 303)
    assert "Stood in for &lt;b&gt;Ana&lt;/b&gt;." in wei.get("/insight/contribution/me").text
    assert wei.get("/insight/contribution", params={"about": "Maria Gomez"}).status_code == 403
    assert wei.get("/insight/contribution", params={"about": "team:search", "other": "payments"}).status_code == 200
    assert wei.get("/insight/contribution", params={"about": "nobody at all"}).status_code == 404


def test_the_map_is_told_through_its_doors_and_not_moved_by_what_is_hidden(office: Office, client_of: Clients) -> None:
    maria, wei = client_of(office, "maria"), client_of(office, "wei")
    before = maria.get("/api/insight/map").json()
    assert before["disputed"] == [], "three people are too few to tell"
    assert maria.get("/insight/map").status_code == 200
    own = wei.get(URL).json()["did"]["unblocked"][0]["id"]
    wei.post(f"{URL}/notes", json={"kind": "differs", "text": "Not I.", "statement": own})
    company = Goal(key="C-9", title=SECRET, level=GoalLevel.COMPANY)
    office.put("okr", "goals", "C-9", company, at(11), audience=Audience.people(key("wei")))
    assert maria.get("/api/insight/map").json() == before
    assert SECRET in wei.get("/api/insight/map").text
