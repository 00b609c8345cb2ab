"""Of whom and what a contribution view can be opened, and what somebody added to their self-review beside it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

import pytest
from door_office import NOW, Office, at, key, opened_office
from starlette.testclient import TestClient
from typer.testing import CliRunner, Result

from coachkit.cli.app import app as commands
from coachkit.domain.reviews import halves, period_of
from coachkit.errors import BadInput
from coachkit.sdk import Audience, Interaction, InteractionKind, Link, WorkItem, WorkItemKind

Clients = Callable[..., TestClient]
URL = "/api/insight/contribution"
WORDS = "Talked the two teams into one ledger over lunch."


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    with opened_office(tmp_path_factory.mktemp("choices")) as office:
        yield office


def test_people_are_those_whose_view_opens_and_every_choice_does(office: Office, client_of: Clients) -> None:
    ana, tom = client_of(office, "ana"), client_of(office, "tom")
    offered = ana.get(f"{URL}/choices").json()
    assert {one["name"] for one in offered["people"]} == {"Ana Costa", "Maria Gomez", "Tom Becker", "陈静"}
    assert [one["name"] for one in tom.get(f"{URL}/choices").json()["people"]] == ["Tom Becker"]
    hr = office.person("hr").id
    office.app.grants.add(hr, "hr", "subject:hris:maria", by="test", reason="a transfer", now=NOW)
    names = [one["name"] for one in client_of(office, "hr").get(f"{URL}/choices").json()["people"]]
    assert names == ["Ines Duarte", "Maria Gomez"]
    every = [one["about"] for several in offered.values() for one in several]
    assert {"team:search", "team:payments"} <= set(every)
    assert any(one.startswith("project:") for one in every)
    assert any(one.startswith("goal:") for one in every)
    for about in every:
        assert ana.get(URL, params={"about": about}).status_code == 200, about
    for alone, about in (("Search", "Search"), ("payments", "Payments"), ("G-1", "G-1")):
        assert ana.get(URL, params={"about": alone}).json()["about"] == about
    assert ana.get(URL, params={"about": "Nobody At All"}).status_code == 404
    page = ana.get("/insight/contribution").text
    assert all(f"about={one.replace(':', '%3A')}&amp;" in page for one in every)


def test_each_view_at_the_command_line(office: Office) -> None:
    def invoked(*words: str) -> Result:
        data = str(office.app.settings.data)
        return CliRunner().invoke(commands, ["--data", data, "insight", "contribution", *words, "--as", "Ana Costa"])

    def run(*words: str) -> str:
        done = invoked(*words)
        assert done.exit_code == 0, done.output
        return done.output

    offered = json.loads(run("--list", "--json"))
    project, goal = (offered[kind][0]["about"].partition(":")[2] for kind in ("projects", "goals"))
    for words, about in (
        (("--person", "Maria Gomez"), "Maria Gomez"),
        (("--team", "Payments"), "Payments"),
        (("--project", project), project),
        (("--goal", goal), goal),
        (("--between", "search", "payments"), "Search ↔ Payments"),
        ((), "Ana Costa"),
    ):
        assert json.loads(run(*words, "--json"))["about"] == about
    assert isinstance(invoked("--team", "search", "--goal", goal).exception, BadInput)


def test_between_all_teams_the_kinds_are_those_of_the_view_of_the_two(office: Office, client_of: Clients) -> None:
    given = Interaction(
        kind=InteractionKind.UNBLOCKED, actor=key("wei"), at=at(14), target=key("maria"), item="SRCH-91", text="Go on."
    )
    hidden = Interaction(
        kind=InteractionKind.MENTORED, actor=key("wei"), at=at(15), target=key("maria"), item="SRCH-91", text="Hm."
    )
    office.put("tracker", "interactions", "unblock-1", given, at(14))
    office.put("tracker", "interactions", "hidden-1", hidden, at(15), audience=Audience.people(key("wei"), key("hr")))
    tom, wei = client_of(office, "tom"), client_of(office, "wei")
    found = {(one["team"], one["other"]): one for one in tom.get(f"{URL}/teams").json()["towards"]}
    assert "unblocked" in found["payments", "search"]["kinds"]
    assert all(
        tom.get(f"/api/evidence/{one}").status_code == 200 for each in found.values() for one in each["evidence"]
    )
    for (team, other), one in found.items():
        two = tom.get(URL, params={"about": f"team:{team}", "other": other}).json()["did"]
        told = {kind for kind, several in two.items() for each in several if each["team"] == team}
        assert set(one["kinds"]) <= told, (team, other)
    assert "mentored" not in found["payments", "search"]["kinds"], "tom may not read that"
    seen = {(one["team"], one["other"]): one for one in wei.get(f"{URL}/teams").json()["towards"]}
    assert "mentored" in seen["payments", "search"]["kinds"]
    page = tom.get("/insight/contribution/teams").text
    assert "about=team%3Apayments&amp;other=search" in page
    assert "Wei Li" not in page
    done = CliRunner().invoke(
        commands, ["--data", str(office.app.settings.data), "insight", "contribution", "--teams", "--as", "Tom Becker"]
    )
    assert "Payments" in done.output


def test_an_epic_is_a_project_of_what_is_part_of_it(office: Office, client_of: Clients) -> None:
    for name, who, links in (
        ("BIG-1", "maria", ()),
        ("BIG-2", "tom", (Link(rel="parent", target="BIG-1"),)),
        ("BIG-3", "wei", ()),
    ):
        item = WorkItem(
            kind=WorkItemKind.ISSUE,
            key=name,
            title=f"Part {name}",
            created_at=at(3),
            closed_at=at(9),
            interactions=(Interaction(kind=InteractionKind.AUTHORED, actor=key(who), at=at(3)),),
            links=links,
        )
        office.put("tracker", "work_items", name, item, at(9))
    told = client_of(office, "chen").get(URL, params={"about": "project:big-1"}).json()
    assert told["about"] == "BIG-1"
    text = " ".join(one["text"] for one in told["did"]["delivered"])
    assert "Part BIG-1" in text
    assert "Part BIG-2" in text
    assert "Part BIG-3" not in text


def test_words_of_a_self_review_are_ones_own_until_they_are_handed_over(office: Office, client_of: Clients) -> None:
    maria, ana, tom = (client_of(office, who) for who in ("maria", "ana", "tom"))
    period = period_of(NOW.date(), NOW.date())
    reviews, viewer = office.app.self_reviews, office.viewer("maria")
    reviews.add(viewer, period, "moved", WORDS, "https://wiki.example/ledger")

    def told(client: TestClient) -> list[tuple[str, bool]]:
        answer = client.get(URL, params={"about": office.person("maria").public_id}).json()
        return [(one["text"], one["handed_over"]) for one in answer["reviewed"]]

    assert told(maria) == [(WORDS, False)]
    assert told(ana) == []
    page = maria.get("/insight/contribution/me").text
    assert WORDS in page
    assert "not handed over: only you see it" in page
    assert WORDS not in ana.get("/insight/contribution", params={"about": "Maria Gomez"}).text

    reviews.submit(viewer, reviews.review(viewer, language="en"))
    assert told(maria) == told(ana) == [(WORDS, True)]
    assert ("Ana Costa", "self_review") in {
        (one.viewer_name, one.what) for one in office.app.reads.reads_of(office.person("maria").id)
    }
    assert tom.get(URL, params={"about": "Maria Gomez"}).status_code == 403
    reviews.withdraw(viewer, period)
    assert (told(maria), told(ana)) == ([(WORDS, False)], [])


def test_halves_of_a_year() -> None:
    first, last = NOW.date().replace(year=2025, month=3), NOW.date()
    assert halves(first, last) == ("2025-H1", "2025-H2", "2026-H1")
    assert halves(last, last) == ("2026-H1",)
