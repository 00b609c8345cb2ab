"""Documents over the API and as pages: any kind, why a sentence stands there, and what its reader changes."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from door_office import Office
from starlette.testclient import TestClient

Client = Callable[..., TestClient]


@pytest.fixture
def ana(door_office: Office, client_of: Client) -> TestClient:
    return client_of(door_office, "ana")


def agenda_of(office: Office, client: TestClient, who: str = "maria") -> str:
    return f"/api/people/{office.person(who).public_id}/documents/agenda"


def made(office: Office, client: TestClient, kind: str = "brief") -> dict[str, object]:
    path = f"/api/people/{office.person('maria').public_id}/documents/{kind}"
    answer = client.post(path, json={"language": "en", "model": "none"})
    assert answer.status_code == 201, answer.text
    body: dict[str, object] = answer.json()
    assert answer.headers["Location"] == f"/api/drafts/{body['id']}"
    return body


def statements(body: dict[str, object]) -> list[dict[str, object]]:
    sections = body["sections"]
    assert isinstance(sections, list)
    return [one for section in sections for one in section["statements"]]


@pytest.mark.parametrize("kind", ["brief", "agenda"])
def test_a_document_of_a_kind_is_opened_and_prepared(door_office: Office, ana: TestClient, kind: str) -> None:
    path = f"/api/people/{door_office.person('maria').public_id}/documents/{kind}"
    opened = ana.get(path, params={"language": "en", "model": "none"}).json()
    assert opened["kind"] == kind
    assert ana.get(path, params={"language": "en", "model": "none"}).json()["id"] == opened["id"], "it is today's"
    anew = made(door_office, ana, kind)
    assert [one["text"] for one in statements(anew)] == [one["text"] for one in statements(opened)]
    assert all(one["id"] for one in statements(anew))


def test_a_kind_that_there_is_not_and_one_that_is_not_about_a_person(door_office: Office, ana: TestClient) -> None:
    person = door_office.person("maria").public_id
    for kind in ("horoscope", "contribution-summary"):
        answer = ana.get(f"/api/people/{person}/documents/{kind}")
        assert answer.status_code == 422 or answer.status_code == 400, answer.text


def test_a_document_is_closed_to_others(door_office: Office, client_of: Client, ana: TestClient) -> None:
    wei = client_of(door_office, "wei")
    assert wei.get(agenda_of(door_office, wei)).status_code == 403
    draft = made(door_office, ana)["id"]
    for path in (f"/api/drafts/{draft}", f"/api/drafts/{draft}/explanation", f"/api/drafts/{draft}/statements"):
        assert wei.get(path).status_code == 404, path
    for path, body in (("edits", {"statement": "f1", "action": "remove"}), ("decision", {"decision": "accepted"})):
        assert wei.post(f"/api/drafts/{draft}/{path}", json=body).status_code == 404


def test_every_sentence_can_be_explained(door_office: Office, ana: TestClient) -> None:
    body = made(door_office, ana)
    why = ana.get(f"/api/drafts/{body['id']}/explanation").json()
    assert not why["withheld"]
    assert {one["id"] for one in why["sentences"]} == {one["id"] for one in statements(body)}
    for one in why["sentences"]:
        assert one["fact"]["weight"] > 0
        assert one["fact"]["reason"]
        assert one["outcome"] == "composed"
        assert one["evidence"] or one["fact"]["counted"] == 0 or one["section"] in ("question", "unknowns")
        assert all(check["passed"] for check in one["checks"])


def test_statements_carry_what_verify_needs(door_office: Office, ana: TestClient) -> None:
    body = made(door_office, ana)
    found = ana.get(f"/api/drafts/{body['id']}/statements").json()
    records = {one["id"] for one in found["evidence"]}
    cited = {public for one in found["statements"] for public in one["citations"]}
    assert cited
    assert cited <= records
    assert {check["name"] for one in found["statements"] for check in one["checks"]} >= {"citation", "wording"}


def test_what_the_reader_changes_is_shown_and_kept(door_office: Office, ana: TestClient) -> None:
    body = made(door_office, ana)
    first, second, *_ = (one for one in statements(body) if not one["action"])
    edits = f"/api/drafts/{body['id']}/edits"
    changed = ana.post(edits, json={"statement": first["id"], "action": "edit", "text": " Said\n**my** way. "})
    assert changed.status_code == 201
    removed = ana.post(edits, json={"statement": second["id"], "action": "remove"}).json()
    now = {one["id"]: one for one in statements(removed)}
    assert (now[first["id"]]["origin"], now[first["id"]]["text"]) == ("edited", "Said my way.")
    assert second["id"] not in now
    again = ana.get(f"/api/drafts/{body['id']}").json()
    assert statements(again) == statements(removed)
    kept = ana.post(edits, json={"statement": second["id"], "action": "keep"}).json()
    assert second["id"] in {one["id"] for one in statements(kept)}
    why = ana.get(f"/api/drafts/{body['id']}/explanation").json()
    assert [one["action"] for one in why["edits"]] == ["edit", "remove", "keep"]
    told = next(one for one in why["sentences"] if one["id"] == first["id"])
    assert told["outcome"] == "edited"
    assert told["composed"] == first["text"]


@pytest.mark.parametrize(
    ("edit", "status"),
    [
        ({"statement": "f0", "action": "keep"}, 404),
        ({"statement": "", "action": "edit", "text": "words"}, 404),
        ({"statement": "first", "action": "edit", "text": "  "}, 422),
        ({"statement": "first", "action": "rate"}, 422),
        ({"statement": "first", "action": "edit", "text": "x" * 3000}, 422),
    ],
)
def test_an_edit_that_makes_no_sense_is_refused(
    door_office: Office, ana: TestClient, edit: dict[str, str], status: int
) -> None:
    body = made(door_office, ana)
    if edit["statement"] == "first":
        edit = {**edit, "statement": str(statements(body)[0]["id"])}
    assert ana.post(f"/api/drafts/{body['id']}/edits", json=edit).status_code == status


def test_a_decision_is_kept(door_office: Office, ana: TestClient) -> None:
    body = made(door_office, ana)
    for decision in ("accepted", "rejected"):
        assert ana.post(f"/api/drafts/{body['id']}/decision", json={"decision": decision}).status_code == 201
    why = ana.get(f"/api/drafts/{body['id']}/explanation").json()
    assert [one["decision"] for one in why["decisions"]] == ["accepted", "rejected"]
    assert ana.post(f"/api/drafts/{body['id']}/decision", json={"decision": "perhaps"}).status_code == 422


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("kind", ["brief", "agenda"])
def test_the_pages(door_office: Office, ana: TestClient, kind: str, language: str) -> None:
    spoken = {"Accept-Language": language}
    person = door_office.person("maria").public_id
    page = ana.get(f"/people/{person}/documents/{kind}?language={language}&model=none", headers=spoken)
    assert page.status_code == 200
    body = ana.get(f"/api/people/{person}/documents/{kind}", params={"language": language, "model": "none"}).json()
    statement = statements(body)[0]["id"]
    assert f'href="/drafts/{body["id"]}/why/{statement}"' in page.text
    whole = ana.get(f"/drafts/{body['id']}/why", headers=spoken)
    one = ana.get(f"/drafts/{body['id']}/why/{statement}", headers=spoken)
    assert (whole.status_code, one.status_code) == (200, 200)
    assert ("Why this sentence" if language == "en" else "为什么有这句") in one.text
    assert whole.text.count('class="why-sentence"') >= len(statements(body)) > one.text.count('class="why-sentence"')
    assert ana.get(f"/drafts/{body['id']}/why/f0", headers=spoken).status_code == 404
    saved = ana.get(f"/drafts/{body['id']}/markdown")
    assert f'filename="{kind}.md"' in saved.headers["Content-Disposition"]
    assert ("About this" in saved.text) == (language == "en" and bool(body["notes"]))


def test_a_document_that_is_not_there_or_not_open_says_so(door_office: Office, client_of: Client) -> None:
    wei = client_of(door_office, "wei")
    person = door_office.person("maria").public_id
    assert wei.get(f"/people/{person}/documents/agenda").status_code == 403
    assert wei.get(f"/people/{person}/brief").status_code == 403
    assert wei.get("/drafts/nothing/why").status_code == 404
