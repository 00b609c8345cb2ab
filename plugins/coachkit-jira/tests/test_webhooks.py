"""Deliveries: both ways to sign, what is stale, and what each event brings."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from jira_stand_in import JiraStandIn
from joserfc import jwt
from joserfc.jwk import OctKey

from coachkit.sdk import AclChange, AuthFailed, Delivery, Event, Item, PayloadRejected, Tombstone, Upsert
from coachkit_jira.connector import Jira

SECRET = "canary-webhook-secret-77b0"
NOW = datetime(2026, 5, 5, 9, 0, tzinfo=UTC)
BODY = json.dumps({"webhookEvent": "jira:issue_updated", "timestamp": int(NOW.timestamp() * 1000)}).encode()

Connect = Callable[..., Jira]


def by_token(scheme: str = "JWT", secret: str = SECRET, body: bytes = BODY, **claims: Any) -> Delivery:
    claims = {"iss": "jira", "iat": int(NOW.timestamp()), "exp": int(NOW.timestamp()) + 180, **claims}
    token = jwt.encode({"alg": "HS256"}, {k: v for k, v in claims.items() if v is not None}, OctKey.import_key(secret))
    return Delivery(headers={"Authorization": f"{scheme} {token}"}, body=body, received_at=NOW)


def by_signature(secret: str = SECRET, body: bytes = BODY, **headers: str) -> Delivery:
    signature = "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return Delivery(headers={"X-Hub-Signature": signature, **headers}, body=body, received_at=NOW)


@pytest.mark.parametrize("deployment", ["cloud"], indirect=True)
class TestSigned:
    @pytest.mark.parametrize("scheme", ["JWT", "Bearer", "jwt"])
    def test_by_the_token_of_an_app(self, connect: Connect, scheme: str) -> None:
        event = connect().verify(by_token(scheme))
        assert isinstance(event, Event)
        assert (event.name, event.sent_at) == ("jira:issue_updated", NOW)
        assert event.id == hashlib.sha256(BODY).hexdigest()

    def test_by_signature_with_its_own_id(self, connect: Connect) -> None:
        event = connect().verify(by_signature(**{"X-Atlassian-Webhook-Identifier": "d-1"}))
        assert isinstance(event, Event)
        assert event.id == "d-1"

    @pytest.mark.parametrize(
        "delivery",
        [
            by_token(secret="another-secret-that-is-long-enough"),
            by_token(exp=int(NOW.timestamp()) - 3_600),
            by_token(iat=int((NOW - timedelta(days=1)).timestamp()), exp=None),
            by_token("Basic"),
            by_signature(secret="another"),
            Delivery(headers={"Authorization": "JWT"}, body=BODY, received_at=NOW),
            Delivery(headers={"Authorization": "JWT a.b.c"}, body=BODY, received_at=NOW),
            Delivery(headers={"X-Hub-Signature": "sha1=00"}, body=BODY, received_at=NOW),
            Delivery(headers={}, body=BODY, received_at=NOW),
        ],
    )
    def test_what_is_not_signed_rightly_is_refused(self, connect: Connect, delivery: Delivery) -> None:
        with pytest.raises(AuthFailed) as caught:
            connect().verify(delivery)
        assert SECRET not in str(caught.value)

    def test_a_token_without_signature_is_refused(self, connect: Connect) -> None:
        unsigned = "eyJhbGciOiJub25lIn0.eyJpc3MiOiJqaXJhIn0."
        with pytest.raises(AuthFailed):
            connect().verify(Delivery(headers={"Authorization": f"JWT {unsigned}"}, body=BODY, received_at=NOW))

    def test_an_old_body_is_refused_under_a_new_token(self, connect: Connect) -> None:
        old = json.dumps({"webhookEvent": "x", "timestamp": int((NOW - timedelta(days=2)).timestamp() * 1000)}).encode()
        with pytest.raises(AuthFailed):
            connect().verify(by_token(body=old))

    def test_without_a_secret_nothing_is_believed(self, connect: Connect) -> None:
        with pytest.raises(AuthFailed, match="no webhook secret"):
            connect(webhook_secret=None).verify(by_signature())

    @pytest.mark.parametrize("body", [b"[]", b"no json", b'{"event": 1}', b'{"webhookEvent": 7}'])
    def test_what_is_no_delivery_of_jira_is_refused(self, connect: Connect, body: bytes) -> None:
        with pytest.raises(PayloadRejected):
            connect().verify(by_signature(body=body))


def handled(connector: Jira, name: str, **payload: Any) -> list[Item]:
    return list(connector.handle(Event(id="1", name=name, payload=payload)))


def keys(items: list[Item]) -> set[tuple[str, str, str]]:
    return {(type(one).__name__, one.stream, one.native_id) for one in items if isinstance(one, Upsert | Tombstone)}


def test_an_issue_that_is_gone_takes_its_comments_along(jira_server: JiraStandIn, connect: Connect) -> None:
    jira = jira_server.jira
    issue = next(iter(jira.issues.values()))
    payload = {"issue": jira.issue(issue)}
    del jira.issues[issue.id]
    found = keys(handled(connect(), "jira:issue_deleted", **payload))
    assert found == {("Tombstone", "issues", issue.id)} | {("Tombstone", "comments", c["id"]) for c in issue.comments}


def test_a_deletion_that_did_not_happen_removes_nothing(jira_server: JiraStandIn, connect: Connect) -> None:
    jira = jira_server.jira
    issue = next(iter(jira.issues.values()))
    items = handled(connect(), "jira:issue_deleted", issue={"id": issue.id})
    assert ("Upsert", "issues", issue.id) in keys(items)


def test_a_comment_brings_its_issue_and_a_deleted_one_goes(jira_server: JiraStandIn, connect: Connect) -> None:
    jira = jira_server.jira
    issue = next(iter(jira.issues.values()))
    comment = issue.comments[0]["id"]
    items = handled(connect(), "comment_created", issue={"id": issue.id}, comment={"id": comment})
    assert {("Upsert", "comments", comment), ("Upsert", "issues", issue.id)} <= keys(items)
    jira.delete_comment(issue, comment, next(iter(jira.people)))
    items = handled(connect(), "comment_deleted", issue={"id": issue.id}, comment={"id": comment})
    assert ("Tombstone", "comments", comment) in keys(items)


def test_a_link_brings_both_ends(jira_server: JiraStandIn, connect: Connect) -> None:
    first, second = list(jira_server.jira.issues)[:2]
    link = {"sourceIssueId": int(first), "destinationIssueId": int(second)}
    found = keys(handled(connect(), "issuelink_created", issueLink=link))
    assert {("Upsert", "issues", first), ("Upsert", "issues", second)} <= found


def test_sprints_projects_and_people_are_read_anew(jira_server: JiraStandIn, connect: Connect) -> None:
    jira = jira_server.jira
    pay, ana = next(iter(jira.projects)), next(iter(jira.people))
    assert keys(handled(connect(), "sprint_closed", sprint={"id": 1})) == {("Upsert", "sprints", "1")}
    assert keys(handled(connect(), "sprint_deleted", sprint={"id": 77})) == {("Tombstone", "sprints", "77")}
    assert keys(handled(connect(), "project_updated", project={"id": int(pay)})) == {("Upsert", "projects", pay)}
    assert keys(handled(connect(), "user_updated", user=jira.person(ana))) == {("Upsert", "accounts", ana)}
    gone = handled(connect(), "project_deleted", project={"id": 4})
    assert gone == [AclChange(group="jira:tracker:4", members=()), Tombstone(stream="projects", native_id="4")]


def test_a_sprint_of_an_event_is_the_sprint_of_a_sync(jira_server: JiraStandIn, connect: Connect) -> None:
    pulled = [item for item in connect().pull({}) if isinstance(item, Upsert) and item.stream == "sprints"]
    for item in pulled:
        assert handled(connect(), "sprint_updated", sprint={"id": item.native_id}) == [item]


def test_what_is_not_read_is_refused(jira_server: JiraStandIn, connect: Connect) -> None:
    pay = next(iter(jira_server.jira.issues.values()))
    for connector, name, payload in (
        (connect(), "jira_expression_evaluation_failed", {}),
        (connect(streams=["issues"]), "comment_created", {"issue": {"id": pay.id}}),
        (connect(), "worklog_created", {"worklog": {"issueId": pay.id}}),
        (connect(), "user_deleted", {"user": {"accountId": "x", "key": "x"}}),
        (connect(), "comment_created", {"comment": {"id": "3"}}),
    ):
        with pytest.raises(PayloadRejected) as caught:
            handled(connector, name, **payload)
        assert caught.value.message


def test_an_issue_of_a_project_that_is_not_read_goes(jira_server: JiraStandIn, connect: Connect) -> None:
    pay = next(iter(jira_server.jira.issues.values()))
    items = handled(connect(projects=["OPS"]), "jira:issue_updated", issue={"id": pay.id})
    assert keys(items) == {("Tombstone", "issues", pay.id)}


def test_worklogs_come_where_they_are_wanted(jira_server: JiraStandIn, connect: Connect) -> None:
    pay = next(iter(jira_server.jira.issues.values()))
    log = pay.worklogs[0]["id"]
    items = handled(connect(worklogs=True), "worklog_created", worklog={"id": log, "issueId": pay.id})
    assert ("Upsert", "worklogs", log) in keys(items)
