"""Webhooks: what is believed, what they make us read, and that poll and webhook end in one state."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest
from github_deliveries import WEBHOOK_SECRET, delivery, payload
from github_stand_in import GitHubStandIn
from github_state import Repo
from joserfc.jwk import RSAKey

from coachkit.sdk import AuthFailed, Delivery, Event, PayloadRejected, Reply
from coachkit.sdk.testing import ReferenceSink, fake_clock
from coachkit_github import GitHub

Connect = Callable[..., GitHub]
Change = Callable[[GitHubStandIn, Repo], Delivery]


def api(github: GitHubStandIn) -> Repo:
    found = github.state.named("acme/api")
    assert found is not None
    return found


def told(github: GitHubStandIn, name: str, action: str, repo: str = "api", **parts: Any) -> Delivery:
    return delivery(name, payload(github, repo, action, **parts))


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


def _issue_opened(github: GitHubStandIn, repo: Repo) -> Delivery:
    return told(github, "issues", "opened", issue=github.state.issue(repo, "tom", "New", "Fixes nothing, @ana"))


def _issue_closed(github: GitHubStandIn, repo: Repo) -> Delivery:
    number = github.state.issue(repo, "tom", "Wish")["number"]
    github.state.close(repo, number, "ana", "not_planned")
    return told(github, "issues", "closed", issue=repo.issues[number])


def _issue_deleted(github: GitHubStandIn, repo: Repo) -> Delivery:
    """Its comments go with it, of which nothing is told: the next sweep sees that."""
    gone = repo.issues.pop(1)
    for native_id in [key for key, one in repo.comments.items() if one["issue_url"] == gone["url"]]:
        del repo.comments[native_id]
    return told(github, "issues", "deleted", issue=gone)


def _comment(github: GitHubStandIn, repo: Repo) -> Delivery:
    comment = github.state.comment(repo, 1, "tom", "Thank you @wei")
    return told(github, "issue_comment", "created", comment=comment, issue=repo.issues[1])


def _comment_on_pull(github: GitHubStandIn, repo: Repo) -> Delivery:
    comment = github.state.comment(repo, 2, "tom", "Nice")
    return told(github, "issue_comment", "created", comment=comment, issue=repo.issues[2])


def _comment_deleted(github: GitHubStandIn, repo: Repo) -> Delivery:
    gone = repo.comments.pop(next(iter(repo.comments)))
    return told(github, "issue_comment", "deleted", comment=gone, issue=repo.issues[1])


def _pull_opened(github: GitHubStandIn, repo: Repo) -> Delivery:
    raw = github.state.pull(repo, "tom", "Round", "Closes #1", draft=True)
    github.state.happen(repo, raw["number"], "ready_for_review", "tom")
    raw["draft"] = False
    github.state.happen(repo, raw["number"], "review_requested", "tom", requested_reviewer=github.state.stub("ana"))
    return told(github, "pull_request", "ready_for_review", pull_request=raw, number=raw["number"])


def _reviewed(github: GitHubStandIn, repo: Repo) -> Delivery:
    review = github.state.review(repo, 2, "tom", "COMMENTED", "Late, but good")
    return told(github, "pull_request_review", "submitted", review=review, pull_request=repo.pulls[2])


def _remarked(github: GitHubStandIn, repo: Repo) -> Delivery:
    remark = github.state.remark(repo, 2, "tom", "And here?")
    return told(github, "pull_request_review_comment", "created", comment=remark, pull_request=repo.pulls[2])


def _remark_deleted(github: GitHubStandIn, repo: Repo) -> Delivery:
    gone = repo.remarks.pop(max(repo.remarks))
    github.state.touch(repo, 2)
    return told(github, "pull_request_review_comment", "deleted", comment=gone, pull_request=repo.pulls[2])


def _resolved(github: GitHubStandIn, repo: Repo) -> Delivery:
    """Opened again by its reviewer, and then resolved by her."""
    remark = repo.remarks[min(repo.remarks)]
    github.state.resolve(repo, remark["id"], "ana")
    thread = {"node_id": f"PRRT_{remark['id']}", "comments": [remark]}
    return told(github, "pull_request_review_thread", "resolved", thread=thread, pull_request=repo.pulls[2])


def _unresolved(github: GitHubStandIn, repo: Repo) -> Delivery:
    remark = repo.remarks[min(repo.remarks)]
    repo.resolved.clear()
    github.state.touch(repo, 2)
    thread = {"node_id": f"PRRT_{remark['id']}", "comments": [remark]}
    return told(github, "pull_request_review_thread", "unresolved", thread=thread, pull_request=repo.pulls[2])


def _discussed(github: GitHubStandIn, repo: Repo) -> Delivery:
    talk = github.state.discuss(repo, "ana", "Which bank?", "The old one?")
    for number in range(5):
        said = github.state.say(repo, talk["number"], "wei", f"Bank {number}")
        for answer in range(3):
            github.state.say(repo, talk["number"], "tom", f"No {answer}", reply_to=said)
    github.state.answer(repo, talk["number"], said, "ana")
    discussion = {"id": talk["databaseId"], "number": talk["number"]}
    return told(github, "discussion", "answered", discussion=discussion)


def _pushed(github: GitHubStandIn, repo: Repo) -> Delivery:
    before = repo.commits[-1]["sha"]
    for number in range(4):
        github.state.commit(repo, "tom", f"Step {number}")
    head = repo.commits[-1]["sha"]
    return told(github, "push", "", ref="refs/heads/main", before=before, after=head, commits=[])


def _forced(github: GitHubStandIn, repo: Repo) -> Delivery:
    before = repo.commits[-1]["sha"]
    github.state.rewrite(repo, 1, "ana", "Tidy up better")
    head = repo.commits[-1]["sha"]
    return told(github, "push", "", ref="refs/heads/main", before=before, after=head, commits=[], forced=True)


def _privatized(github: GitHubStandIn, repo: Repo) -> Delivery:
    repo.raw |= {"private": True, "visibility": "private", "updated_at": github.state.tick()}
    repo.collaborators = ["ana"]
    return told(github, "repository", "privatized")


def _renamed(github: GitHubStandIn, repo: Repo) -> Delivery:
    github.state.rename(repo, "interface")
    return told(github, "repository", "renamed", repo="interface")


def _reader_left(github: GitHubStandIn, repo: Repo) -> Delivery:
    vault = github.state.named("acme/vault")
    assert vault is not None
    vault.collaborators.remove("wei")
    return told(github, "member", "removed", repo="vault", member=github.state.stub("wei"))


def _team_member_left(github: GitHubStandIn, repo: Repo) -> Delivery:
    vault = github.state.named("acme/vault")
    assert vault is not None
    vault.collaborators.remove("wei")
    del github.state.members["payments"]["wei"]
    team, member = github.state.teams["payments"], github.state.stub("wei")
    return told(github, "membership", "removed", scope="team", team=team, member=member)


def _team_made(github: GitHubStandIn, repo: Repo) -> Delivery:
    github.state.tick()
    return told(github, "team", "created", team=github.state.team("search", "Search"))


def _team_renamed(github: GitHubStandIn, repo: Repo) -> Delivery:
    """The delivery comes late and carries an older name."""
    team = github.state.teams["payments"]
    late = told(github, "team", "edited", team={**team, "name": "Pay"})
    team["name"] = "Payments and refunds"
    return late


CHANGES: tuple[Change, ...] = (
    _issue_opened,
    _issue_closed,
    _issue_deleted,
    _comment,
    _comment_on_pull,
    _comment_deleted,
    _pull_opened,
    _reviewed,
    _remarked,
    _remark_deleted,
    _resolved,
    _unresolved,
    _discussed,
    _pushed,
    _forced,
    _privatized,
    _renamed,
    _reader_left,
    _team_member_left,
    _team_made,
    _team_renamed,
)


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__.strip("_"))
def test_webhook_and_poll_end_in_one_state(connect: Connect, github: GitHubStandIn, change: Change) -> None:
    """By webhook alone; by webhook, then poll; by poll alone; and read anew: all the same."""
    sink = whole(connect)
    polled = sink.copied()
    given = change(github, api(github))
    run = sink.deliver(connect(), given)
    assert run.items, run.refused
    anew = whole(connect)
    if change is not _issue_deleted:
        assert sink.state() == anew.state()  # its accounts, too
    for known in (sink, polled):
        known.run(connect())
        assert work_of(known) == work_of(anew)
        assert (known.failures, known.groups) == (anew.failures, anew.groups)


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
