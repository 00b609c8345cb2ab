"""A pilot through its doors: kept with its baseline, its starter's alone, refused for few people and to strangers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from door_office import NOW, Office, at, key
from network_office import NOW as BEGUN
from network_office import OUTSIDER, SECRET_KEY, opened_network_office
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


def _figures(office: Office, client_of: Clients, who: str) -> list[dict[str, object]]:
    """Of two pilots that began two months ago, by who leads their teams."""
    for team in ("search", "risk"):
        scope = Audience.team(team).key
        person = office.person(who).id
        office.app.grants.add(person, "hr", scope, by="test", reason="test", now=BEGUN - timedelta(days=300))
    client = client_of(office, who)
    office.app.now = lambda: BEGUN - timedelta(days=60)
    for teams in (["Search"], ["Search", "Risk"]):
        assert client.post(URL, json={"teams": teams}).status_code == 201
    office.app.now = lambda: BEGUN
    answer = client.get(URL)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, object]] = answer.json()
    page = client.get("/insight/pilot")
    assert page.status_code == 200
    assert who == OUTSIDER or SECRET_KEY[:-1] not in page.text + answer.text
    return [{**one, "id": ""} for one in found]


@pytest.mark.slow
def test_what_may_not_be_read_moves_no_figure_of_a_pilot(tmp_path: Path, client_of: Clients) -> None:
    """Of ties, waits and states that only one person may read; their own pilot has them in it."""
    told = {}
    for name, who, hidden in (
        ("plain", "search3", False),
        ("hidden", "search3", True),
        ("theirs", OUTSIDER, True),
        ("without", OUTSIDER, False),
    ):
        with opened_network_office(tmp_path / name, hidden=hidden) as office:
            told[name] = _figures(office, client_of, who)
    assert told["plain"] == told["hidden"]
    assert [one["figures"] for one in told["theirs"]] != [one["figures"] for one in told["without"]]
    assert any(figure["details"]["weeks_since"] for one in told["plain"] for figure in one["figures"])  # type: ignore[attr-defined]  # JSON


def test_a_second_pilot_that_differs_by_few_people_is_refused(door_office: Office, client_of: Clients) -> None:
    two_more(door_office)
    for team in ("search", "payments"):
        door_office.app.grants.add(
            door_office.person("hr").id, "hr", Audience.team(team).key, by="test", reason="test", now=NOW
        )
    hr = client_of(door_office, "hr")
    assert hr.post(URL, json={"teams": ["search"]}).status_code == 201
    refused = hr.post(URL, json={"teams": ["search", "payments"]})
    assert refused.status_code == 422
    assert "fewer than 5 people" in refused.text
    assert len(hr.get(URL).json()) == 1
