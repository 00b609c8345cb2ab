"""What services do wrong: errors, redirects, odd answers, odd users."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

import pytest
import stamina
from hypothesis import given
from hypothesis import strategies as st

from coachkit.sdk import (
    AuthFailed,
    PayloadRejected,
    PersonProfile,
    RateLimited,
    SecretRef,
    SourceError,
    SourceUnavailable,
    Upsert,
    checked_url,
)
from coachkit.sdk.testing import fake_clock
from coachkit_hris.scim_connector import HrisScim
from coachkit_hris.scim_http import ScimService
from coachkit_hris.scim_read import Unreadable, read_group, read_user

if TYPE_CHECKING:
    from conftest import Scripted

USERS: dict[str, Any] = {"totalResults": 1, "Resources": [{"id": "1", "userName": "ana", "displayName": "Ana"}]}


@pytest.fixture
def service(scripted: Scripted) -> ScimService:
    return ScimService("idp", scripted.base_url, SecretRef("env:SCIM_TEST_TOKEN"), page_size=100)


@pytest.fixture(autouse=True)
def _quiet(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.ERROR)


@pytest.mark.parametrize(
    "url",
    ["http://idp.example.org/scim", "ftp://x/", "https://user:pw@x/scim", "https://x/scim?token=1", "scim", "https://"],
)
def test_urls_that_would_give_the_token_away_are_refused(url: str) -> None:
    with pytest.raises(ValueError):
        checked_url(url)
    with pytest.raises(ValueError):
        HrisScim.Config.model_validate({"base_url": url, "token": "env:X"})


def test_good_urls() -> None:
    assert checked_url("https://idp.example.org/scim/v2/") == "https://idp.example.org/scim/v2"
    assert checked_url("http://[::1]:8080/scim") == "http://[::1]:8080/scim"


def test_a_short_wait_is_waited_for(scripted: Scripted) -> None:
    scripted.answers = [(429, {"Retry-After": "1"}, {}), (503, {}, {}), (200, {}, USERS)]
    with fake_clock() as clock, stamina.set_testing(True, attempts=2):
        service = ScimService("idp", scripted.base_url, SecretRef("env:SCIM_TEST_TOKEN"), page_size=100)
        assert service.page("Users").total == 1
        assert sum(clock.waited) == pytest.approx(1, abs=0.1)
    assert len(scripted.asked) == 3


def test_a_long_wait_ends_the_sync_with_its_length(scripted: Scripted, service: ScimService) -> None:
    scripted.otherwise = (429, {"Retry-After": "3600"}, {})
    with pytest.raises(RateLimited) as caught:
        service.page("Users")
    assert caught.value.retry_after == 3600
    assert len(scripted.asked) == 1
    date = {"Retry-After": "Mon, 04 May 2026 12:10:00 GMT"}
    scripted.otherwise = (429, date, {})
    with pytest.raises(RateLimited) as caught:
        service.page("Users")
    assert caught.value.retry_after is not None


@pytest.mark.parametrize(
    ("status", "error"),
    [(401, AuthFailed), (403, AuthFailed), (500, SourceUnavailable), (404, PayloadRejected), (400, PayloadRejected)],
)
def test_errors_are_ours(scripted: Scripted, service: ScimService, status: int, error: type[SourceError]) -> None:
    scripted.otherwise = (status, {}, {"detail": "secret detail of a person"})
    with stamina.set_testing(True, attempts=2), pytest.raises(error) as caught:
        service.page("Users")
    assert "secret detail" not in str(caught.value)
    assert "not-for-anybody-else" not in str(caught.value)
    assert caught.value.hint


def test_the_token_does_not_follow_a_redirect(scripted: Scripted, service: ScimService) -> None:
    scripted.otherwise = (302, {"Location": "http://127.0.0.1:1/elsewhere"}, {})
    with pytest.raises(SourceError, match="elsewhere") as caught:
        service.page("Users")
    assert "base_url" in caught.value.hint
    assert len(scripted.asked) == 1


def test_nobody_listens(service: ScimService, scripted: Scripted) -> None:
    gone = ScimService("idp", "http://127.0.0.1:9/scim", SecretRef("env:SCIM_TEST_TOKEN"), page_size=1)
    with stamina.set_testing(True, attempts=2), pytest.raises(SourceUnavailable, match="does not answer"):
        gone.page("Users")


@pytest.mark.parametrize("body", [b"<html>", b"[1]", b'{"Resources": 3}', b'{"totalResults": "many"}', b"\xff"])
def test_answers_that_are_no_scim(scripted: Scripted, service: ScimService, body: bytes) -> None:
    scripted.otherwise = (200, {}, body)
    with pytest.raises(PayloadRejected):
        service.page("Users")


def test_a_service_that_lists_fewer_than_it_has_takes_nobody_as_a_leaver(scripted: Scripted) -> None:
    everybody = [{"id": str(n), "userName": f"u{n}"} for n in range(4)]
    none: tuple[int, dict[str, str], Any] = (404, {}, {})
    groups: tuple[int, dict[str, str], Any] = (200, {}, {"totalResults": 0})
    config = {"base_url": scripted.base_url, "token": "env:SCIM_TEST_TOKEN", "changed_only": False}
    connector = HrisScim("idp", HrisScim.Config.model_validate(config))
    scripted.answers = [(200, {}, {"totalResults": 4, "Resources": everybody}), groups]
    cursors = {item.stream: item.cursor for item in connector.pull({}) if hasattr(item, "cursor")}
    part = {"totalResults": 4, "Resources": everybody[:2]}
    nobody: tuple[int, dict[str, str], Any] = (200, {}, {"totalResults": 4})
    scripted.answers = [(200, {}, part), nobody, nobody, groups]
    again = HrisScim("idp", HrisScim.Config.model_validate(config))
    records = [item.record for item in again.pull(cursors) if isinstance(item, Upsert)]
    assert all(record.active for record in records if isinstance(record, PersonProfile))
    scripted.answers = [(200, {}, {"totalResults": 2, "Resources": everybody[:2]}), groups]
    again = HrisScim("idp", HrisScim.Config.model_validate(config))
    records = [item.record for item in again.pull(cursors) if isinstance(item, Upsert)]
    assert sum(not record.active for record in records if isinstance(record, PersonProfile)) == 2
    assert none not in scripted.answers


def test_a_filter_that_is_advertised_and_refused(scripted: Scripted) -> None:
    user = {"id": "1", "userName": "ana", "meta": {"lastModified": "2026-05-04T10:00:00.1234567Z"}}
    users: tuple[int, dict[str, str], Any] = (200, {}, {"totalResults": 1, "Resources": [user]})
    groups: tuple[int, dict[str, str], Any] = (200, {}, {"totalResults": 0})
    can: tuple[int, dict[str, str], Any] = (200, {}, {"filter": {"supported": True, "maxResults": 10}})
    config = {"base_url": scripted.base_url, "token": "env:SCIM_TEST_TOKEN"}
    scripted.answers = [users, groups]
    first = HrisScim("idp", HrisScim.Config.model_validate(config))
    cursors = {item.stream: item.cursor for item in first.pull({}) if hasattr(item, "cursor")}
    scripted.answers = [can, (400, {}, {"scimType": "invalidFilter"}), users, groups]
    again = HrisScim("idp", HrisScim.Config.model_validate(config))
    assert [i.native_id for i in again.pull(cursors) if isinstance(i, Upsert)] == ["1"]
    assert scripted.answers == []
    assert any("lastModified" in path for path, _ in scripted.asked)


def test_odd_users_are_read_as_far_as_they_go() -> None:
    user = read_user(
        {
            "ID": 7,
            "USERNAME": "Li.Wei",
            "Active": "False",
            "Name": {"FamilyName": "李", "givenName": "薇"},
            "emails": [{"value": "no address"}, {"value": "Wei@Example.org", "primary": "true"}, "second@example.org"],
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {
                "employeeNumber": 1002,
                "manager": "https://idp/Users/55",
            },
            "phoneNumbers": 3,
        }
    )
    assert (user.id, user.profile.name, user.profile.active) == ("7", "李薇", False)
    assert user.profile.emails == ("wei@example.org", "second@example.org")
    assert user.left_out == ("'no address' is no e-mail address; left out",)
    assert (user.number, user.profile.identity) == ("1002", "hris:1002")
    assert user.manager == "https://idp/Users/55"
    by_reference = {"manager": {"$ref": "https://idp/Users/55"}}
    user = read_user(
        {"id": "7", "userName": "x", "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": by_reference}
    )
    assert user.manager == "55"


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
_NAMES = ["id", "userName", "displayName", "name", "emails", "active", "members", "meta", "locale", "title"]


@given(st.dictionaries(st.sampled_from(_NAMES), _json))
def test_no_resource_breaks_the_reading(raw: dict[str, Any]) -> None:
    for read in (read_user, read_group):
        try:
            found = read(raw)
        except Unreadable:
            continue
        assert found.id
