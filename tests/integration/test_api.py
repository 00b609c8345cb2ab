"""The API as a program uses it: a token, JSON, and problems in the asked language."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from door_office import HOSTILE, SECRET, Office
from starlette.testclient import TestClient

from coachkit.errors import RateLimited, StoreError
from coachkit.store.relational import schema as t

Client = Callable[..., TestClient]


@pytest.fixture
def ana(shared_office: Office, client_of: Client) -> TestClient:
    return client_of(shared_office, "ana")


def test_health_needs_nobody(shared_office: Office, client_of: Client) -> None:
    answer = client_of(shared_office).get("/api/health")
    assert answer.status_code == 200
    assert answer.json()["status"] == "ok"


@pytest.mark.parametrize("path", ["me", "me/reads", "coverage", "connections", "search?q=x", "people/x/brief"])
def test_everything_else_needs_somebody(shared_office: Office, client_of: Client, path: str) -> None:
    for header in ({}, {"Authorization": "Bearer ck-token-made-up"}, {"Authorization": "Basic YTpi"}):
        answer = client_of(shared_office, **header).get(f"/api/{path}")
        assert answer.status_code == 401
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.headers["www-authenticate"].startswith("Bearer")
        assert answer.json()["code"] == "sign-in-required"


def test_who_i_am(ana: TestClient) -> None:
    me = ana.get("/api/me").json()
    assert me["person"]["name"] == "Ana Costa"
    assert me["person"]["team"] == "Search"
    assert {one["name"] for one in me["reports"]} == {"Maria Gomez", "Tom Becker", "陈静"}
    assert me["manager"] is None
    assert me["models"] == ["none", "local"]


def test_a_brief_cites_records_that_open(shared_office: Office, ana: TestClient) -> None:
    maria = shared_office.person("maria").public_id
    brief = ana.get(f"/api/people/{maria}/brief").json()
    assert brief["language"] == "en"
    assert [section["name"] for section in brief["sections"]][:2] == ["agenda", "actions"]
    cited = {number for s in brief["sections"] for one in s["statements"] for number in one["citations"]}
    assert cited == {source["number"] for source in brief["sources"]}
    for source in brief["sources"]:
        record = ana.get(f"/api/evidence/{source['id']}").json()
        assert record["id"] == source["id"]
        assert record["connection"] == source["connection"]
    again = ana.get(f"/api/drafts/{brief['id']}").json()
    assert again["sections"] == brief["sections"]


def test_a_brief_in_chinese(shared_office: Office, ana: TestClient) -> None:
    maria = shared_office.person("maria").public_id
    by_query = ana.get(f"/api/people/{maria}/brief", params={"language": "zh"}).json()
    by_header = ana.get(f"/api/people/{maria}/brief", headers={"Accept-Language": "zh-CN"}).json()
    assert by_query["language"] == by_header["language"] == "zh"
    assert "值得当面说" in [section["title"] for section in by_query["sections"]]


def test_preparing_anew(shared_office: Office, client_of: Client) -> None:
    ana = client_of(shared_office, "ana")
    maria = shared_office.person("maria").public_id
    made = ana.post(f"/api/people/{maria}/brief", json={"language": "en", "model": "none"})
    assert made.status_code == 201
    assert ana.get(made.headers["location"]).json()["id"] == made.json()["id"]
    refused = ana.post(f"/api/people/{maria}/brief", json={"model": "openai/gpt-5"})
    assert refused.status_code == 422
    assert refused.json()["code"] == "bad-input"
    odd = ana.post(f"/api/people/{maria}/brief", json={"modell": "none"}).json()
    assert odd["errors"][0]["field"] == "body.modell"


def test_a_brief_as_of_an_earlier_day(door_office: Office, client_of: Client) -> None:
    ana = client_of(door_office, "ana")
    maria = door_office.person("maria").public_id
    today = ana.get(f"/api/people/{maria}/brief").json()
    then = ana.get(f"/api/people/{maria}/brief", params={"on": "2026-05-08"}).json()
    assert (today["on"], then["on"]) == (None, "2026-05-08")
    assert any("as of 8 May 2026" in line for line in then["lines"])
    assert all(source["occurred_at"][:10] <= "2026-05-08" for source in then["sources"])
    again = ana.get(f"/api/people/{maria}/brief", params={"on": "2026-05-08"}).json()
    assert again["id"] == then["id"], "it was prepared today"
    assert ana.get(f"/api/people/{maria}/brief").json()["id"] == today["id"], "and does not stand in for today's"
    made = ana.post(f"/api/people/{maria}/brief", json={"on": "2026-05-08", "model": "local", "wait": False}).json()
    asked = {"on": "2026-05-08", "model": "local"}
    assert made["job"] == ana.get(f"/api/people/{maria}/brief", params=asked).json()["job"]
    assert made["job"] != ana.get(f"/api/people/{maria}/brief", params={"model": "local"}).json()["job"]
    late = ana.get(f"/api/people/{maria}/brief", params={"on": "2030-01-01"})
    assert (late.status_code, late.json()["code"]) == (422, "bad-input")


def test_a_wording_in_the_background(door_office: Office, client_of: Client) -> None:
    ana, tom = client_of(door_office, "ana"), client_of(door_office, "tom")
    maria = door_office.person("maria").public_id
    made = ana.post(f"/api/people/{maria}/brief", json={"language": "en", "model": "local", "wait": False}).json()
    assert made["model"] == "none"
    job = made["job"]
    assert ana.get(f"/api/jobs/{job}").json()["state"] == "waiting"
    assert tom.get(f"/api/jobs/{job}").status_code == 404
    again = ana.get(f"/api/people/{maria}/brief", params={"model": "local"}).json()
    assert again["job"] == job, "asked twice, it runs once"
    in_chinese = ana.get(f"/api/people/{maria}/brief", params={"model": "local", "language": "zh"}).json()
    assert in_chinese["job"] is None, "the packaged model writes English only"


def test_the_person_sees_the_brief_about_them_and_who_read_it(door_office: Office, client_of: Client) -> None:
    ana, maria = client_of(door_office, "ana"), client_of(door_office, "maria")
    about = door_office.person("maria").public_id
    for_manager = ana.get(f"/api/people/{about}/brief").json()
    for_herself = maria.get(f"/api/people/{about}/brief").json()
    cited = [{source["id"] for source in brief["sources"]} for brief in (for_manager, for_herself)]
    assert cited[0] == cited[1]
    ana.get(f"/api/evidence/{for_manager['sources'][-1]['id']}")
    reads = maria.get("/api/me/reads").json()["reads"]
    assert {(read["name"], read["what"].split()[0]) for read in reads} == {
        ("Ana Costa", "brief"),
        ("Ana Costa", "evidence"),
    }
    assert ana.get("/api/me/reads").json()["reads"] == []


def test_reads_come_in_pages(door_office: Office, client_of: Client) -> None:
    ana, maria = client_of(door_office, "ana"), client_of(door_office, "maria")
    about = door_office.person("maria").public_id
    for _ in range(5):
        ana.get(f"/api/people/{about}/brief")
    first = maria.get("/api/me/reads?limit=2").json()
    second = maria.get(first["next"]).json()
    assert len(first["reads"]) == len(second["reads"]) == 2
    assert second["next"] is not None
    assert maria.get("/api/me/reads?limit=200").json()["next"] is None
    assert maria.get("/api/me/reads?limit=0").status_code == 422


@pytest.mark.parametrize("who", ["tom", "wei", "hr", "chen"])
def test_a_brief_is_closed_to_others(shared_office: Office, client_of: Client, who: str) -> None:
    maria = shared_office.person("maria").public_id
    client = client_of(shared_office, who)
    for answer in (client.get(f"/api/people/{maria}/brief"), client.post(f"/api/people/{maria}/brief", json={})):
        assert answer.status_code == 403
        assert answer.json()["code"] == "access-denied"


def test_a_draft_is_its_readers_alone(shared_office: Office, ana: TestClient, client_of: Client) -> None:
    maria = shared_office.person("maria").public_id
    draft = ana.get(f"/api/people/{maria}/brief").json()["id"]
    for who in ("maria", "tom"):
        answer = client_of(shared_office, who).get(f"/api/drafts/{draft}")
        assert answer.status_code == 404
        unknown = client_of(shared_office, who).get("/api/drafts/0000")
        assert answer.json()["title"] == unknown.json()["title"]


def _record(office: Office, key: str) -> str:
    from coachkit.domain.identity import public_id

    with office.app.database.read() as connection:
        found = connection.scalar(sa.select(t.records.c.id).where(t.records.c.native_id == key))
    assert found is not None
    return public_id(found)


def test_forbidden_and_unknown_records_look_the_same(shared_office: Office, ana: TestClient, client_of: Client) -> None:
    forbidden = ana.get(f"/api/evidence/{_record(shared_office, 'f-2')}")
    for unknown in ("aaaaaaaaaaaaa", "x", "../../etc", "ÄÖÜ"):
        answer = ana.get(f"/api/evidence/{unknown}")
        if answer.status_code == 404 and answer.headers["content-type"].startswith("application/problem"):
            assert answer.json()["title"] == forbidden.json()["title"]
    assert forbidden.status_code == 404
    assert ana.get("/api/evidence/aaaaaaaaaaaaa").json() == forbidden.json()
    assert client_of(shared_office, "wei").get(f"/api/evidence/{_record(shared_office, 'f-2')}").status_code == 200


def test_hostile_text_is_data(shared_office: Office, ana: TestClient) -> None:
    record = ana.get(f"/api/evidence/{_record(shared_office, 'SRCH-96')}").json()
    assert record["suspicious"] is True
    assert "<script>" not in record["text"]
    brief = ana.get(f"/api/people/{shared_office.person('maria').public_id}/brief")
    assert "exceptional" not in brief.text
    assert SECRET not in brief.text
    assert HOSTILE[:30] not in brief.text


def test_ticking(door_office: Office, client_of: Client) -> None:
    item = _record(door_office, "a-2")
    ana, maria, tom = (client_of(door_office, who) for who in ("ana", "maria", "tom"))
    assert ana.get(f"/api/action-items/{item}").json()["done"] is False
    ticked = ana.patch(f"/api/action-items/{item}", json={"done": True}).json()
    assert (ticked["done"], ticked["ticked_by"], ticked["owned"]) == (True, "Ana Costa", False)
    assert maria.get(f"/api/action-items/{item}").json()["done"] is True
    opened = maria.patch(f"/api/action-items/{item}", json={"done": False}).json()
    assert (opened["done"], opened["ticked_by"]) == (False, "")
    assert tom.get(f"/api/action-items/{item}").status_code == 404
    assert tom.patch(f"/api/action-items/{item}", json={"done": True}).status_code == 404
    assert ana.patch(f"/api/action-items/{item}", json={"done": "maybe"}).status_code == 422


def test_a_draft_goes_stale_and_loses_what_is_gone(door_office: Office, client_of: Client) -> None:
    from door_office import at, key

    from coachkit.sdk import Audience, Feedback, FeedbackKind, Relation, Tombstone

    ana = client_of(door_office, "ana")
    draft = ana.get(f"/api/people/{door_office.person('maria').public_id}/brief").json()
    assert draft["stale"] is False
    praise = next(source for source in draft["sources"] if source["connection"] == "feedback")
    changed = Feedback(
        subject=key("maria"), kind=FeedbackKind.PRAISE, relation=Relation.PEER, text="Other words.", at=at(14)
    )
    door_office.put("feedback", "feedback", "f-1", changed, at(14), audience=Audience.subject(key("maria")))
    after = ana.get(f"/api/drafts/{draft['id']}").json()
    assert (after["stale"], len(after["sources"])) == (True, len(draft["sources"]))
    door_office.write("feedback", Tombstone(stream="feedback", native_id="f-1"))
    gone = ana.get(f"/api/drafts/{draft['id']}").json()
    assert gone["stale"] is True
    assert praise["id"] not in [source["id"] for source in gone["sources"]]
    assert "night alarms" not in str(gone)
    assert ana.get(f"/api/evidence/{praise['id']}").status_code == 404


def test_only_those_who_agreed_may_tick(door_office: Office, client_of: Client) -> None:
    from datetime import date

    from door_office import at, key

    from coachkit.sdk import ActionItem

    seen_by_all = ActionItem(title="Write it down", owner=key("wei"), created_at=at(6), due_on=date(2026, 5, 30))
    door_office.put("checkins", "action_items", "a-3", seen_by_all, at(6))
    item = _record(door_office, "a-3")
    ana, wei = client_of(door_office, "ana"), client_of(door_office, "wei")
    assert ana.get(f"/api/action-items/{item}").json()["may_tick"] is False
    assert ana.patch(f"/api/action-items/{item}", json={"done": True}).status_code == 403
    assert wei.patch(f"/api/action-items/{item}", json={"done": True}).json()["done"] is True


def test_a_tick_survives_a_sync_and_yields_to_the_same_word_of_the_source(
    door_office: Office, client_of: Client
) -> None:
    from door_office import at, key

    from coachkit.sdk import ActionItem, Audience

    item = _record(door_office, "a-2")
    ana = client_of(door_office, "ana")
    ana.patch(f"/api/action-items/{item}", json={"done": True})
    both = Audience.people(key("ana"), key("maria"))
    again = ActionItem(title="Split SRCH-91 in two", owner=key("maria"), created_at=at(6), check_in="ci-1")
    door_office.put("checkins", "action_items", "a-2", again, at(6), audience=both)
    after = ana.get(f"/api/action-items/{item}").json()
    assert (after["title"], after["done"]) == ("Split SRCH-91 in two", True)
    done = ActionItem(title="Split", owner=key("maria"), created_at=at(6), done_at=at(19), check_in="ci-1")
    door_office.put("checkins", "action_items", "a-2", done, at(6), audience=both)
    assert ana.patch(f"/api/action-items/{item}", json={"done": False}).json()["done"] is False
    back = ana.patch(f"/api/action-items/{item}", json={"done": True}).json()
    assert (back["done"], back["ticked_by"]) == (True, ""), "what the source says needs no tick"


def test_sources_for_everybody_and_for_admins(door_office: Office, client_of: Client) -> None:
    door_office.grant("hr", "admin")
    for_tom = client_of(door_office, "tom").get("/api/coverage").json()
    for_admin = client_of(door_office, "hr").get("/api/coverage").json()
    assert for_tom["missing"] is for_tom["quarantine"] is for_tom["unmatched_identities"] is None
    assert for_admin["quarantine"][0]["reason"] == "title is missing"
    assert for_admin["unmatched_identities"] == 1

    def records(coverage: dict[str, Any], connection: str) -> int:
        found = next(one for one in coverage["connections"] if one["name"] == connection)
        return sum(stream["records"] for stream in found["streams"])

    assert records(for_tom, "checkins") == 0
    assert records(for_admin, "checkins") == 5
    failed = next(one for one in for_admin["connections"] if one["name"] == "reviews")
    assert (failed["state"], failed["error"]) == ("failed", "reviews: the source did not answer.")
    assert next(one for one in for_tom["connections"] if one["name"] == "reviews")["error"] is None


def test_a_sync_is_started_by_admins_and_once(door_office: Office, client_of: Client) -> None:
    door_office.grant("hr", "admin")
    hr, tom = client_of(door_office, "hr"), client_of(door_office, "tom")
    assert tom.post("/api/connections/tracker/sync").status_code == 403
    assert hr.post("/api/connections/nowhere/sync").status_code == 404
    first = hr.post("/api/connections/tracker/sync")
    assert first.status_code == 202
    assert hr.post("/api/connections/tracker/sync").json()["id"] == first.json()["id"]
    job = hr.get(f"/api/jobs/{first.json()['id']}").json()
    assert (job["kind"], job["state"]) == ("sync", "waiting")
    assert tom.get(f"/api/jobs/{job['id']}").status_code == 404


def test_problems_speak_the_asked_language(shared_office: Office, ana: TestClient) -> None:
    wei = shared_office.person("wei").public_id
    english = ana.get(f"/api/people/{wei}/brief").json()
    chinese = ana.get(f"/api/people/{wei}/brief", headers={"Accept-Language": "zh"}).json()
    assert english["title"] == "This is not open to you."
    assert chinese["title"] == "你没有查看或操作的权限。"
    assert english["code"] == chinese["code"] == "access-denied"
    assert ana.put("/api/me").json()["code"] == "method-not-allowed"
    assert ana.get("/api/nothing").json()["code"] == "not-found"


def test_what_an_address_takes_is_said(shared_office: Office, ana: TestClient) -> None:
    maria = shared_office.person("maria").public_id
    assert ana.delete(f"/api/people/{maria}/brief").headers["allow"] == "GET, POST"
    assert ana.put("/api/action-items/x").headers["allow"] == "GET, PATCH"
    odd = ana.patch("/api/action-items/x", content=b")\xff", headers={"Content-Type": "application/json"})
    assert (odd.status_code, odd.json()["code"]) == (422, "bad-input")


def test_errors_of_ours_keep_their_particulars_inside(
    door_office: Office, client_of: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana = client_of(door_office, "ana")

    def raising(error: Exception) -> Callable[..., Any]:
        def fail(*_: object, **__: object) -> Any:
            raise error

        return fail

    monkeypatch.setattr(door_office.app.coverage, "report", raising(StoreError("disk of /srv/secret is full")))
    full = ana.get("/api/coverage")
    assert full.status_code == 500
    assert "/srv/secret" not in full.text
    monkeypatch.setattr(door_office.app.coverage, "report", raising(RateLimited("wait", retry_after=7.2)))
    limited = ana.get("/api/coverage")
    assert (limited.status_code, limited.headers["retry-after"]) == (503, "7")
    assert limited.json()["retryable"] is True
    monkeypatch.setattr(door_office.app.coverage, "report", raising(KeyError(SECRET)))
    mistake = ana.get("/api/coverage")
    assert (mistake.status_code, mistake.json()["code"]) == (500, "internal")
    assert SECRET not in mistake.text


def test_a_mistake_reaches_the_log_without_words_of_people(
    door_office: Office, client_of: Client, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: object, **__: object) -> Any:
        note = SECRET
        raise KeyError(note)

    monkeypatch.setattr(door_office.app.coverage, "report", fail)
    answer = client_of(door_office, "ana").get("/api/coverage")
    logged = "".join(capsys.readouterr())
    assert answer.headers["x-error-id"] in logged
    assert "KeyError" in logged
    assert SECRET not in logged
    assert "ck-token" not in logged


def test_too_much_is_refused(shared_office: Office, ana: TestClient) -> None:
    maria = shared_office.person("maria").public_id
    assert ana.post(f"/api/people/{maria}/brief", content=b"x" * 1_000_001).status_code == 413

    def chunks() -> Any:
        for _ in range(30):
            yield b" " * 50_000

    assert ana.post(f"/api/people/{maria}/brief", content=chunks()).status_code >= 400


def test_the_description_is_complete(shared_office: Office, client_of: Client) -> None:
    described = client_of(shared_office).get("/api/openapi.json").json()
    assert described["openapi"].startswith("3.1")
    assert {scheme["type"] for scheme in described["components"]["securitySchemes"].values()} == {"http", "apiKey"}
    paths = described["paths"]
    assert not [path for path in paths if not path.startswith("/api/")]
    for path, methods in paths.items():
        for method, route in methods.items():
            where = f"{method} {path}"
            assert route["summary"], where
            code, success = next(found for found in route["responses"].items() if found[0].startswith("2"))
            if code != "204":
                ((kind, body),) = success["content"].items()
                assert body["schema"] if kind == "application/json" else kind == "text/event-stream", where
            if path != "/api/health":
                assert "401" in route["responses"], where
                if not path.startswith("/api/webhooks/"):  # a source signs what it sends
                    assert route["security"], where
    named = described["components"]["schemas"]
    ids = [schema["properties"]["id"] for schema in named.values() if "id" in schema.get("properties", {})]
    assert all(one["type"] == "string" for one in ids)
    assert any(field.get("examples") for schema in named.values() for field in schema.get("properties", {}).values())
