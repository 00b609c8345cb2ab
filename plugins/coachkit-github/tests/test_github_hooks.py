"""Webhooks: what is believed, what they make us read, and that poll and webhook end in one state."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest
from github_changes import CHANGES, Change, api, issue_deleted, told
from github_deliveries import WEBHOOK_SECRET, delivery, payload
from github_stand_in import GitHubStandIn
from joserfc.jwk import RSAKey

from coachkit.sdk import AuthFailed, Delivery, Event, PayloadRejected, Reply
from coachkit.sdk.testing import ReferenceSink, fake_clock
from coachkit_github import GitHub

Connect = Callable[..., GitHub]


def whole(connect: Connect) -> ReferenceSink:
    sink = ReferenceSink()
    sink.run(connect())
    return sink


def work_of(sink: ReferenceSink) -> object:
    """All but accounts, which stay when what they did goes."""
    return {key: item for key, item in sink.records.items() if key[0] != "accounts"}


# what is believed


def test_nobody_is_believed_without_a_secret(connect: Connect, github: GitHubStandIn) -> None:
    with pytest.raises(AuthFailed) as caught:
        connect(webhook_secret=None).verify(told(github, "issues", "edited", issue=api(github).issues[1]))
    assert "webhook_secret" in caught.value.hint


def test_ping_is_answered(connect: Connect) -> None:
    assert connect().verify(delivery("ping", {"zen": "Keep it logically awesome."})) == Reply()


def test_a_form_is_read_like_json(connect: Connect, github: GitHubStandIn) -> None:
    content = payload(github, "api", "edited", issue=api(github).issues[1])
    body = urlencode({"payload": json.dumps(content)}).encode()
    signed = hmac.new(WEBHOOK_SECRET.encode(), body, hashlib.sha256).hexdigest()
    given = delivery("issues", content)
    headers = {
        **given.headers,
        "content-type": "application/x-www-form-urlencoded",
        "x-hub-signature-256": f"sha256={signed}",
    }
    event = connect().verify(Delivery(headers=headers, body=body, received_at=given.received_at))
    assert isinstance(event, Event)
    assert event.payload == content


def test_a_delivery_sent_again_has_the_same_id(connect: Connect, github: GitHubStandIn) -> None:
    content = payload(github, "api", "edited", issue=api(github).issues[1])
    events = [connect().verify(delivery("issues", content, "guid-1")) for _ in range(2)]
    assert {event.id for event in events if isinstance(event, Event)} == {"guid-1"}


@pytest.mark.parametrize("missing", ["x-github-event", "x-github-delivery"])
def test_a_delivery_that_does_not_say_what_it_is(connect: Connect, github: GitHubStandIn, missing: str) -> None:
    given = delivery("issues", {})
    headers = {name: value for name, value in given.headers.items() if name != missing}
    with pytest.raises(PayloadRejected):
        connect().verify(Delivery(headers=headers, body=given.body, received_at=given.received_at))


# poll and webhook end in one state


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_webhook_and_poll_end_in_one_state(connect: Connect, github: GitHubStandIn, change: Change) -> None:
    """By webhook alone; by webhook, then poll; by poll alone; and read anew: all the same."""
    sink = whole(connect)
    polled = sink.copied()
    given = change(github, api(github))
    run = sink.deliver(connect(), given)
    assert run.items, run.refused
    anew = whole(connect)
    if change is not issue_deleted:
        assert sink.state() == anew.state()  # its accounts, too
    for known in (sink, polled):
        known.run(connect())
        assert work_of(known) == work_of(anew)
        assert (known.failures, known.groups) == (anew.failures, anew.groups)


def test_a_push_that_comes_late_brings_nothing_back(connect: Connect, github: GitHubStandIn) -> None:
    repo, state = api(github), github.state
    sink = whole(connect)
    before = repo.commits[-1]["sha"]
    gone = state.commit(repo, "tom", "Too hasty")["sha"]
    late = told(github, "push", "", ref="refs/heads/main", before=before, after=gone, commits=[])
    state.rewrite(repo, len(repo.commits) - 1, "tom", "Better")
    sink.deliver(connect(), late)
    sink.run(connect())
    assert ("commits", gone) not in sink.records
    assert sink.state() == whole(connect).state()


def test_transferred_issue_is_read_where_it_went(connect: Connect, github: GitHubStandIn) -> None:
    sink = whole(connect)
    repo, vault = api(github), github.state.named("acme/vault")
    assert vault is not None
    old = repo.issues.pop(1)
    new = github.state.issue(vault, "tom", old["title"])
    github.state.moved_issues["acme/api", 1] = ("acme/vault", new["number"])
    sink.deliver(connect(), told(github, "issues", "transferred", issue=old))
    assert ("issues", str(old["id"])) not in sink.records
    assert sink.records["issues", str(new["id"])].audience.key == f"group:github:repository:{vault.raw['id']}"


@pytest.mark.parametrize(
    ("name", "action", "reason"),
    [
        ("star", "created", "of no stream"),
        ("installation", "deleted", "the App may read"),
        ("push", "", "not the default"),
        ("organization", "member_invited", "invitation"),
    ],
)
def test_refused_with_a_reason(connect: Connect, github: GitHubStandIn, name: str, action: str, reason: str) -> None:
    run = whole(connect).deliver(connect(), told(github, name, action, ref="refs/tags/v1"))
    assert reason in (run.refused or "")


def test_a_stranger_s_repository_is_not_read(connect: Connect, github: GitHubStandIn) -> None:
    given = told(github, "issues", "edited", issue=api(github).issues[1])
    run = ReferenceSink().deliver(connect(organisation="", repositories=["acme/vault"]), given)
    assert "not among those" in (run.refused or "")


# deliveries that failed


@pytest.mark.parametrize("app", [False, True])
def test_failed_deliveries_are_fetched(
    connect: Connect, github: GitHubStandIn, monkeypatch: pytest.MonkeyPatch, app: bool
) -> None:
    """GitHub does not try again. What no poll sees, a deleted comment, comes from the delivery that failed."""
    more: dict[str, Any] = {"hooks": True, "sweep_days": 30}
    if app:
        github.app_key = RSAKey.generate_key(2048)
        monkeypatch.setenv("GITHUB_KEY_UNDER_TEST", github.app_key.as_pem(private=True).decode())
        more |= {"token": None, "app_id": "Iv1.app", "private_key": "env:GITHUB_KEY_UNDER_TEST"}
    with fake_clock():
        sink, state = ReferenceSink(), github.state
        state.deliver("star", {"action": "created"})
        sink.run(connect(**more))
        gone = [api(github).comments.pop(native_id) for native_id in list(api(github).comments)]
        for comment, status, again in zip(gone, ("Bad Gateway", "Bad Gateway"), (False, True), strict=True):
            content = payload(github, "api", "deleted", comment=comment, issue=api(github).issues[1])
            lost = state.deliver("issue_comment", content, status)
            if again:
                state.deliver("issue_comment", content, "OK", lost["guid"])
        sink.run(connect(**more))
        assert ("comments", str(gone[0]["id"])) not in sink.records
        assert ("comments", str(gone[1]["id"])) in sink.records, "it had arrived on the second try"
        before = len(github.requests)
        sink.run(connect(**more))
        read = [one.path for one in github.requests[before:] if "/deliveries/" in one.path]
        assert read == []
