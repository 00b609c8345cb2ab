"""A pilot through its doors: kept with its baseline, its starter's alone, refused for few people and to strangers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

from door_office import NOW, Office, at, key
from starlette.testclient import TestClient

from coachkit.sdk import Audience, Membership, PersonProfile

Clients = Callable[..., TestClient]
URL = "/api/insight/pilots"


def two_more(office: Office) -> None:
    """So that Search has six people."""
    for who in ("lea", "max"):
        profile = PersonProfile(identity=key(who), name=who.title(), started_on=date(2024, 1, 8))
        office.put("people", "people", who, profile, at(1, month=1), audience=Audience.subject(key(who)))
        member = Membership(team="search", person=key(who), starts_on=date(2024, 1, 8))
        office.put("people", "memberships", f"{who}/search", member, at(1, month=1))


def test_a_pilot_is_started_seen_by_its_starter_alone_and_stopped(door_office: Office, client_of: Clients) -> None:
    ana, maria = client_of(door_office, "ana"), client_of(door_office, "maria")
    refused = ana.post(URL, json={"teams": ["search"]})
    assert refused.status_code == 422 or refused.status_code == 400
    assert "at least 5 people" in refused.text
    two_more(door_office)
    assert maria.post(URL, json={"teams": ["search"]}).status_code == 403
    made = ana.post(URL, json={"teams": ["Search"]})
    assert made.status_code == 201, made.text
    pilot = made.json()
    assert pilot["teams"] == ["search"]
    assert {one["details"]["figure"] for one in pilot["figures"]} == {"waiting", "hand_off", "linked", "across"}
    door_office.app.now = lambda: NOW + timedelta(days=45)
    later = ana.get(URL).json()
    assert [one["id"] for one in later] == [pilot["id"]]
    waiting = later[0]["figures"][0]
    assert waiting["details"]["weeks_since"] > 4
    assert all(ana.get(f"/api/evidence/{one}").status_code == 200 for one in waiting["evidence"])
    assert maria.get(URL).json() == []
    assert maria.delete(f"{URL}/{pilot['id']}").status_code == 404
    page = ana.get("/insight/pilot")
    assert page.status_code == 200
    assert "Search" in page.text
    assert ana.post(f"/insight/pilot/{pilot['id']}/stop").status_code == 200
    assert ana.get(URL).json()[0]["stopped_at"]
    assert maria.post("/insight/pilot", data={"teams": "search"}).status_code == 403
