"""What pages must never do: act for another site, lead away, show what is hidden, run what a record says."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from door_office import SECRET, Office, opened_office
from doors import door_of
from starlette.testclient import TestClient

from coachkit.bootstrap import DRAFT_JOB

OWN = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture
def browser(shared_office: Office) -> TestClient:
    return browser_of(shared_office, "ana")


def browser_of(office: Office, who: str) -> TestClient:
    """A client with a session, as a browser has one."""
    made = TestClient(door_of(office.app), base_url="http://testserver", follow_redirects=False)
    session = office.app.sign_in.begin_session(office.person(who).id, office.app.now())
    made.cookies.set("coachkit_session", session.token)
    made.headers["Accept-Language"] = "en"
    return made


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://testserver.evil.example"},
        {"Sec-Fetch-Site": "cross-site", "Origin": "http://testserver"},
    ],
)
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/preferences"),
        ("POST", "/sign-out"),
        ("POST", "/sign-in"),
        ("POST", "/action-items/x"),
        ("POST", "/sources/tracker/sync"),
        ("PATCH", "/api/action-items/x"),
        ("POST", "/api/connections/tracker/sync"),
    ],
)
def test_other_sites_change_nothing(browser: TestClient, method: str, path: str, headers: dict[str, str]) -> None:
    answer = browser.request(method, path, headers=headers)
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers


def test_our_own_pages_do(browser: TestClient) -> None:
    for headers in (OWN, {"Origin": "http://testserver"}):
        answer = browser.post("/preferences", data={"theme": "dark", "next": "/me"}, headers=headers)
        assert (answer.status_code, answer.headers["location"]) == (303, "/me")


def test_no_form_sends_anybody_elsewhere(browser: TestClient) -> None:
    for wanted in ("https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)"):
        answer = browser.post("/preferences", data={"theme": "dark", "next": wanted}, headers=OWN)
        assert answer.headers["location"] == "/"
        assert browser.get("/sign-in", params={"next": wanted}).headers["location"] == "/"


def test_the_session_cookie(shared_office: Office) -> None:
    client = TestClient(door_of(shared_office.app), follow_redirects=False)
    answer = client.post(f"/sign-in/{shared_office.link('ana')}", headers=OWN)
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Secure" not in cookie, "plain HTTP on loopback"
    over_tls = TestClient(door_of(shared_office.app), base_url="https://testserver", follow_redirects=False)
    answer = over_tls.post(f"/sign-in/{shared_office.link('ana')}", headers=OWN)
    assert "Secure" in answer.headers["set-cookie"]


def test_signing_out_ends_the_session_on_the_server(shared_office: Office) -> None:
    client = browser_of(shared_office, "tom")
    token = client.cookies["coachkit_session"]
    assert client.get("/").status_code == 200
    client.post("/sign-out", headers=OWN)
    client.cookies.set("coachkit_session", token)
    assert client.get("/").headers["location"] == "/sign-in"


@pytest.mark.parametrize("who", ["ana", "maria", "chen", "hr"])
def test_pages_show_nothing_hidden_and_run_nothing(shared_office: Office, who: str) -> None:
    client = browser_of(shared_office, who)
    subject = shared_office.person("maria").public_id
    for path in ("/", "/me", "/me?offset=1", "/sources", f"/people/{subject}/brief", "/identities"):
        for headers in ({}, {"X-Fragment": "1"}):
            text = client.get(path, headers=headers).text
            assert SECRET not in text
            assert "<b>now</b>" not in text
            assert "alert(1)" not in text


def test_a_hidden_record_and_none_are_one_page(shared_office: Office, browser: TestClient) -> None:
    import sqlalchemy as sa

    from coachkit.domain.identity import public_id
    from coachkit.store.relational import schema as t

    with shared_office.app.database.read() as connection:
        hidden = connection.scalar(sa.select(t.records.c.id).where(t.records.c.native_id == "PAY-99"))
    assert hidden is not None
    forbidden = browser.get(f"/evidence/{public_id(hidden)}", headers={"X-Fragment": "1"})
    unknown = browser.get("/evidence/aaaaaaaaaaaaa", headers={"X-Fragment": "1"})
    assert forbidden.status_code == unknown.status_code == 404
    assert forbidden.text == unknown.text
    as_action = browser.post(f"/action-items/{public_id(hidden)}", data={"done": "1"}, headers=OWN)
    assert as_action.status_code == 404


def test_a_fragment_is_a_part_and_a_page_is_whole(browser: TestClient) -> None:
    part = browser.get("/me", headers={"X-Fragment": "1"})
    whole = browser.get("/me")
    assert "<html" not in part.text
    assert part.text.strip() in whole.text
    assert "X-Fragment" in part.headers["vary"]


def test_a_stream_is_its_readers_alone(door_office: Office) -> None:
    ana, tom = browser_of(door_office, "ana"), browser_of(door_office, "tom")
    maria = door_office.person("maria").public_id
    ana.get(f"/people/{maria}/brief?model=local")
    job = door_office.app.jobs.list(kind=DRAFT_JOB)[0].id
    assert tom.get(f"/events?job={job}").status_code == 404
    assert tom.get("/events").status_code == 403
    door_office.app.jobs.cancel(job, door_office.app.now())
    told = ana.get(f"/events?job={job}")
    assert told.headers["content-type"].startswith("text/event-stream")
    assert "event: ready" in told.text


def test_pages_come_packed_unless_they_repeat_what_was_asked(shared_office: Office, browser: TestClient) -> None:
    maria = shared_office.person("maria").public_id
    brief = browser.get(f"/people/{maria}/brief")
    assert brief.headers["content-encoding"] == "gzip"
    assert int(brief.headers["content-length"]) < 7_000
    assert "content-encoding" not in browser.get("/search").headers


def test_assets_come_packed_and_stay(browser: TestClient) -> None:
    import re

    found = re.findall(r'(?:href|src)="(/assets/[^"]+)"', browser.get("/").text)
    assert {path.rsplit(".", 1)[1] for path in found} == {"css", "js", "svg"}
    for path in found:
        answer = browser.get(path)
        assert "immutable" in answer.headers["cache-control"]
        assert answer.headers["content-encoding"] == "gzip"
    plain = browser.get(found[0], headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert browser.get("/assets/app.000000000000.css").status_code == 404


@pytest.fixture
def with_provider(tmp_path: Path) -> Iterator[Office]:
    with opened_office(
        tmp_path,
        oidc_issuer="https://login.example.org/tenant",
        oidc_client_id="coachkit",
        base_url="https://ck.example.org",
    ) as office:
        yield office


def test_with_an_identity_provider(with_provider: Office) -> None:
    client = TestClient(door_of(with_provider.app), base_url="https://ck.example.org", follow_redirects=False)
    shown = client.get("/sign-in?next=/me", headers={"Accept-Language": "en"})
    assert "Sign in with login.example.org" in shown.text
    policy = shown.headers["content-security-policy"]
    assert "form-action 'self' https://login.example.org;" in policy
    assert "max-age" in shown.headers["strict-transport-security"]
    for query in ("", "?state=x&code=y", "?error=access_denied&state=x"):
        answer = client.get(f"/sign-in/oidc/return{query}")
        assert answer.status_code == 403, "nobody began this sign-in here"
