"""A contribution summary through every door: shown first to those named, then open; annotated, taken back, quoted."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from door_office import NOW, SECRET, Office, at, key
from starlette.testclient import TestClient

from coachkit.errors import BadInput
from coachkit.sdk import Audience, Feedback, FeedbackKind, Interaction, InteractionKind, Relation

Clients = Callable[..., TestClient]
TEAM = "team:search"


def later(office: Office, days: float) -> None:
    office.app.now = lambda: NOW + timedelta(days=days)


def ask(client: TestClient, about: str = TEAM, language: str = "en") -> dict[str, Any]:
    answer = client.post("/api/contributions", json={"about": about, "language": language})
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def texts(found: dict[str, Any]) -> str:
    return "\n".join(one["text"] for section in found["document"]["sections"] for one in section["statements"])


def sections(found: dict[str, Any]) -> list[str]:
    return [section["name"] for section in found["document"]["sections"]]


@pytest.fixture
def office(door_office: Office) -> Office:
    """Ana leads Search; Maria made changes, Wei of Payments reviewed them and unblocked her."""
    help_given = Interaction(
        kind=InteractionKind.UNBLOCKED,
        actor=key("wei"),
        at=at(14),
        target=key("maria"),
        item="SRCH-91",
        text="Paging is in; go on.",
    )
    door_office.put("tracker", "interactions", "unblock-1", help_given, at(14))
    return door_office


def test_the_lead_sees_what_names_nobody_until_those_named_have_answered(office: Office, client_of: Clients) -> None:
    ana, maria, wei = client_of(office, "ana"), client_of(office, "maria"), client_of(office, "wei")
    made = ask(ana)
    draft = made["document"]["id"]
    assert made["standing"]["state"] == "shown"
    assert made["standing"]["waits_for"] == ["Maria Gomez", "Wei Li"]
    assert made["standing"]["withheld"] >= 3
    assert "Maria Gomez" not in texts(made)
    assert "Wei Li" not in texts(made)
    assert {"outcome", "unknowns"} <= set(sections(made))
    first = maria.get(f"/api/contributions/{draft}").json()
    assert "Maria Gomez" in texts(first)
    assert "Wei Li" not in texts(first), "each sees what names them, and not yet the others'"
    assert maria.post(f"/api/contributions/{draft}/agreement").json()["standing"]["waits_for"] == ["Wei Li"]
    assert "Maria Gomez" not in texts(ana.get(f"/api/contributions/{draft}").json())
    wei.post(f"/api/contributions/{draft}/agreement")
    opened = ana.get(f"/api/contributions/{draft}").json()
    assert opened["standing"]["state"] == "open"
    assert "Maria Gomez" in texts(opened)
    assert "Wei Li" in texts(opened)


def test_it_opens_after_three_days_and_is_read_on_record(office: Office, client_of: Clients) -> None:
    ana, wei = client_of(office, "ana"), office.person("wei").id
    draft = ask(ana)["document"]["id"]
    later(office, 2.9)
    assert ana.get(f"/api/contributions/{draft}").json()["standing"]["state"] == "shown"
    assert not any(one.what == "contribution_summary" for one in office.app.reads.reads_of(wei))
    later(office, 3.1)
    found = ana.get(f"/api/contributions/{draft}").json()
    assert found["standing"]["state"] == "open"
    assert "Wei Li" in texts(found)
    read = office.app.reads.reads_of(wei)[0]
    assert (read.viewer_name, read.what) == ("Ana Costa", "contribution_summary")
    viewer = office.app.directory.viewer(office.person("ana").id, office.app.now())
    statement = office.app.documents.get(draft, viewer).sections[0].statements[0].id
    with pytest.raises(BadInput, match="changed by nobody"):
        office.app.documents.edit(draft, viewer, statement, "remove")


def test_no_other_door_shows_the_lead_what_is_shown_to_others_first(office: Office, client_of: Clients) -> None:
    ana = client_of(office, "ana")
    draft = ask(ana)["document"]["id"]
    for path in ("/api/drafts/{}", "/api/drafts/{}/explanation", "/contributions/{}", "/drafts/{}"):
        answer = ana.get(path.format(draft), follow_redirects=True)
        assert answer.status_code == 200, path
        for words in ("Paging is in", "Retry budget", "search#482"):
            assert words not in answer.text, (path, words)
    assert "Retry budget" not in ana.get(f"/contributions/{draft}/markdown").text


def test_who_is_not_named_and_leads_nothing_finds_nothing(office: Office, client_of: Clients) -> None:
    draft = ask(client_of(office, "ana"))["document"]["id"]
    chen = client_of(office, "hr")
    assert chen.get(f"/api/contributions/{draft}").status_code == 404
    assert chen.get(f"/contributions/{draft}").status_code == 404
    assert chen.post(f"/api/contributions/{draft}/agreement").status_code == 404
    refused = chen.post("/api/contributions", json={"about": TEAM})
    assert (refused.status_code, refused.json()["code"]) == (403, "access-denied")
    assert client_of(office).get(f"/api/contributions/{draft}").status_code == 401


def test_somebody_who_takes_part_sees_themself_and_never_the_others(office: Office, client_of: Clients) -> None:
    maria, wei = client_of(office, "maria"), client_of(office, "wei")
    own = ask(maria)
    assert own["standing"]["state"] == "own"
    assert "Maria Gomez" in texts(own)
    later(office, 30)
    again = maria.get(f"/api/contributions/{own['document']['id']}").json()
    assert "Wei Li" not in texts(again)
    assert wei.get(f"/api/contributions/{own['document']['id']}").status_code == 404, "it bothers nobody else"
    assert wei.get("/api/contributions").json()["summaries"] == []


def test_hr_asks_with_a_grant_for_the_team(office: Office, client_of: Clients) -> None:
    hr = client_of(office, "hr")
    assert hr.post("/api/contributions", json={"about": TEAM}).status_code == 403
    office.app.grants.add(office.person("hr").id, "hr", "team:search", by="t", reason="calibration", now=NOW)
    made = ask(hr)
    later(office, 4)
    assert "Maria Gomez" in texts(hr.get(f"/api/contributions/{made['document']['id']}").json())


def test_an_annotation_stands_beside_the_statement_and_can_be_taken_back(office: Office, client_of: Clients) -> None:
    ana, maria, wei = client_of(office, "ana"), client_of(office, "maria"), client_of(office, "wei")
    draft = ask(ana)["document"]["id"]
    mine = maria.get(f"/api/contributions/{draft}").json()["standing"]["mine"][0]
    words = {"text": "Tom wrote the hard half of it. <b>[1]</b>", "statement": mine, "kind": "differs"}
    note = maria.post(f"/api/contributions/{draft}/annotations", json=words)
    assert note.status_code == 201
    assert note.json()["text"] == "Tom wrote the hard half of it."
    assert "hard half" not in ana.get(f"/api/contributions/{draft}").text
    assert "hard half" not in wei.get(f"/api/contributions/{draft}").text
    wei.post(f"/api/contributions/{draft}/agreement")
    opened = ana.get(f"/api/contributions/{draft}").json()
    assert opened["standing"]["contested"] == [mine]
    assert "Maria Gomez sees it differently: “Tom wrote the hard half of it”" in texts(opened)
    assert "hard half" in ana.get(f"/contributions/{draft}/markdown").text
    again = ask(ana, language="zh")
    assert again["standing"]["state"] == "open", "the same statements need no second look"
    assert "Maria Gomez的看法不同" in texts(again).replace("Maria Gomez 的", "Maria Gomez的")
    other = wei.delete(f"/api/contributions/{draft}/annotations/{note.json()['id']}")
    assert other.status_code == 404
    assert maria.delete(f"/api/contributions/{draft}/annotations/{note.json()['id']}").status_code == 204
    assert "hard half" not in ana.get(f"/api/contributions/{draft}").text


def test_what_cannot_stand_beside_it_is_refused(office: Office, client_of: Clients) -> None:
    draft = ask(client_of(office, "ana"))["document"]["id"]
    maria = client_of(office, "maria")
    for words, status in (
        ({"text": "   "}, 422),
        ({"text": "x" * 500}, 422),
        ({"text": "fine", "statement": "fffffffff"}, 404),
        ({"text": "fine", "kind": "praise"}, 422),
    ):
        assert maria.post(f"/api/contributions/{draft}/annotations", json=words).status_code == status, words


def test_words_are_quoted_only_when_their_author_let_them_be(office: Office, client_of: Clients) -> None:
    said = Feedback(
        subject=key("maria"),
        kind=FeedbackKind.PRAISE,
        relation=Relation.PEER,
        text="Your note on paging saved us a week.",
        at=at(15),
        author=key("wei"),
        item="SRCH-91",
    )
    office.put("feedback", "feedback", "open-1", said, at(15), audience=Audience.org())
    ana, wei, maria = client_of(office, "ana"), client_of(office, "wei"), client_of(office, "maria")
    later(office, 0.1)
    ask(ana)
    later(office, 4)
    assert "saved us a week" not in texts(ask(ana))
    (mine,) = [one for one in wei.get("/api/quotes").json()["feedback"] if "saved" in one["text"]]
    assert not mine["quotable"]
    assert maria.put(f"/api/quotes/{mine['id']}", json={"agreed": True}).status_code == 404, "not hers to give"
    assert wei.put(f"/api/quotes/{mine['id']}", json={"agreed": True}).status_code == 204
    made = ask(ana)
    later(office, 9)
    quoted = ana.get(f"/api/contributions/{made['document']['id']}").json()
    assert "Wei Li about Maria Gomez" in texts(quoted)
    assert wei.put(f"/api/quotes/{mine['id']}", json={"agreed": False}).status_code == 204
    later(office, 10)
    assert "saved us a week" not in texts(ask(ana))


def test_what_not_all_its_readers_may_read_is_not_in_it(office: Office, client_of: Clients) -> None:
    ana = client_of(office, "ana")
    ask(ana)
    later(office, 4)
    made = ask(ana, about="Maria Gomez")
    assert made["through"] == "Maria Gomez"
    assert made["document"]["headline"].startswith("Search"), "a person means what their team shares"
    found = json.dumps(made, ensure_ascii=False)
    assert SECRET not in found
    assert "night alarms" not in found, "feedback that only Maria and Ana read"


def test_a_wrong_name_says_what_comes_near(office: Office, client_of: Clients) -> None:
    ana = client_of(office, "ana")
    assert ana.post("/api/contributions", json={"about": "Serch"}).status_code == 404
    page = ana.post(
        "/contributions", data={"about": "Serch", "language": "en"}, headers={"Sec-Fetch-Site": "same-origin"}
    )
    assert page.status_code == 404
    assert "team:search" in page.text
