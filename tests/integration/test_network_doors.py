"""Network, teams and flow through the API and the commands; what one may not read has no influence on them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from door_office import Office
from network_office import BROKER, NOW, OUTSIDER, SECRET_KEY, SOLE, opened_network_office
from starlette.testclient import TestClient
from typer.testing import CliRunner

from coachkit.cli.app import app as commands

Clients = Callable[..., TestClient]
VIEWS = ("network", "teams", "flow")


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    with opened_network_office(tmp_path_factory.mktemp("plain")) as office:
        yield office


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    with opened_network_office(tmp_path_factory.mktemp("guarded"), hidden=True) as office:
        yield office


def ask(clients: Clients, office: Office, who: str, view: str, **query: object) -> Any:
    answer = clients(office, who).get(f"/api/insight/{view}", params={key: str(one) for key, one in query.items()})
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_the_network_names_who_ties_teams_together_and_what_hangs_on_one(plain: Office, client_of: Clients) -> None:
    found = ask(client_of, plain, "search3", "network")
    connectors = [one["details"] for one in found["connectors"]]
    assert [(one["person"], one["teams"]) for one in connectors] == [(plain.person(BROKER).public_id, ["pay", "risk"])]
    review = next(one for one in found["depends"] if one["details"]["kind"] == "review")
    assert review["details"]["person"] == plain.person(SOLE).public_id
    assert "ledger/export" in review["text"]
    told = [*found["connectors"], *found["depends"]]
    assert all(one["evidence"] for one in told)
    client = client_of(plain, "search3")
    for one in told:
        for record in one["evidence"]:
            assert client.get(f"/api/evidence/{record}").status_code == 200


def test_that_somebody_was_named_is_noted_where_they_see_it(plain: Office, client_of: Clients) -> None:
    ask(client_of, plain, "risk2", "network")
    read = [one for one in plain.app.reads.reads_of(plain.person(BROKER).id) if one.what == "network"]
    assert plain.person("risk2").name in {one.viewer_name for one in read} or read


def test_teams_and_their_ties(plain: Office, client_of: Clients) -> None:
    found = ask(client_of, plain, "search3", "teams", months=6)
    ties = {(one["team"], one["other"]): one for one in found["ties"]}
    assert ties["search", "pay"]["strength"] > 0
    assert ties["search", "pay"]["evidence"]
    only = ask(client_of, plain, "search3", "teams", months=6, team="Risk")
    assert {tuple(sorted((one["team"], one["other"]))) for one in only["ties"]} >= {("risk", "search")}
    assert all("risk" in (one["team"], one["other"]) for one in only["ties"])


def test_flow_tells_steps_and_hand_offs_and_no_person(plain: Office, client_of: Clients) -> None:
    found = ask(client_of, plain, "search3", "flow")
    assert [(one["details"]["about"], one["details"]["team"]) for one in found["outstanding"]] == [("review", "pay")]
    waiting = found["waiting"]
    assert [(one["details"]["item"], one["details"]["waits_for"], one["details"]["days"]) for one in waiting] == [
        ("PAY-90", "RISK-90", 12)
    ]
    assert "G-1" in waiting[0]["text"]
    written = json.dumps(found, ensure_ascii=False)
    for person in plain.app.directory.people():
        assert person.name not in written
        assert person.public_id not in written


def test_what_may_not_be_read_changes_nothing_at_any_door(plain: Office, guarded: Office, client_of: Clients) -> None:
    for view in VIEWS:
        for query in ({"months": 3}, {"months": 6, "team": "risk"}):
            clear, behind = (ask(client_of, office, "search3", view, **query) for office in (plain, guarded))
            assert clear == behind, view
    assert ask(client_of, guarded, OUTSIDER, "teams") != ask(client_of, guarded, "search3", "teams")
    mine = json.dumps(ask(client_of, guarded, OUTSIDER, "flow"))
    assert SECRET_KEY[:-1] in mine
    for path in ("/insight/network", "/insight/teams", "/insight/flow"):
        page = client_of(guarded, "search3").get(path)
        assert page.status_code == 200
        assert SECRET_KEY[:-1] not in page.text


def test_an_unknown_team_or_period_is_said(plain: Office, client_of: Clients) -> None:
    client = client_of(plain, "search3")
    for view in VIEWS:
        missing = client.get(f"/api/insight/{view}", params={"team": "Nobody’s"})
        assert missing.status_code == 404
        assert missing.json()["detail"]
        assert client.get(f"/api/insight/{view}", params={"months": 4}).status_code == 422
    assert client.get("/insight/pair", params={"team": "pay", "other": "nowhere"}).status_code == 404


def test_chinese_comes_in_chinese(plain: Office, client_of: Clients) -> None:
    client = client_of(plain, "search3", **{"Accept-Language": "zh"})
    found = client.get("/api/insight/flow").json()
    assert "等" in found["waiting"][0]["text"]
    assert "支付" in found["outstanding"][0]["text"]


def test_the_commands_say_the_same_as_the_api(
    plain: Office, client_of: Clients, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("coachkit.bootstrap.utc_now", lambda: NOW)
    data = str(plain.app.settings.data)
    for view in VIEWS:
        run = CliRunner().invoke(commands, ["--data", data, "insight", view, "--as", "Search 3", "--json"])
        assert run.exit_code == 0, run.output
        told, asked = json.loads(run.output), ask(client_of, plain, "search3", view)
        assert told.keys() == asked.keys()
    words = CliRunner().invoke(commands, ["--data", data, "insight", "flow", "--as", "Search 3", "--lang", "zh"])
    assert words.exit_code == 0
    assert "流动效率" in words.output or "现在等着的" in words.output


def test_an_empty_installation_has_pages_that_say_so(tmp_path: Path, client_of: Clients) -> None:
    from door_office import opened_office

    with opened_office(tmp_path) as office:
        client = client_of(office, "ana")
        for path in ("/insight", "/insight/network", "/insight/teams", "/insight/flow"):
            assert client.get(path).status_code == 200
