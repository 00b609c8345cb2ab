"""Recorded deliveries and answers, taken at their word; small ones in the real shape, and a folder of real ones."""

from __future__ import annotations

import json
import os
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from github_deliveries import payload
from github_stand_in import GitHubStandIn

from coachkit.sdk import (
    Account,
    AudienceKind,
    Failure,
    Interaction,
    InteractionKind,
    Item,
    Membership,
    PayloadRejected,
    StateCategory,
    Tombstone,
    Upsert,
    WorkItem,
)
from coachkit_github import GitHub


def replay(event: str, content: dict[str, Any]) -> list[Item]:
    return list(GitHub.for_recordings().recorded({"event": event, "payload": content}, None))


def answer(path: str, data: Any, stream: str | None = None) -> list[Item]:
    line = {"url": f"https://api.github.com{path}", "data": data}
    return list(GitHub.for_recordings().recorded(line, stream))


def first(items: list[Item]) -> Upsert:
    found = items[0]
    assert isinstance(found, Upsert)
    return found


def work(items: list[Item]) -> WorkItem:
    record = first(items).record
    assert isinstance(record, WorkItem)
    return record


def act(items: list[Item]) -> Interaction:
    record = first(items).record
    assert isinstance(record, Interaction)
    return record


@pytest.fixture
def world(github: GitHubStandIn) -> GitHubStandIn:
    return github


def api(world: GitHubStandIn) -> Any:
    found = world.state.named("acme/api")
    assert found is not None
    return found


def test_pull_request(world: GitHubStandIn) -> None:
    raw = api(world).pulls[2]
    record = work(replay("pull_request", payload(world, "api", "closed", pull_request={**raw, "changed_files": 3})))
    assert (record.key, record.state, record.state_category) == ("acme/api#2", "merged", StateCategory.DONE)
    assert record.size == 3
    assert {(one.kind, one.actor, one.target) for one in record.interactions} == {
        (InteractionKind.AUTHORED, "github:wei", None),
        (InteractionKind.MERGED, "github:ana", "github:wei"),
    }
    assert [(link.rel, link.target) for link in record.links] == [("fixes", "acme/api#1")]


def test_review_is_of_whoever_reviewed_for_whoever_wrote(world: GitHubStandIn) -> None:
    raw, pull = api(world).reviews[2][0], api(world).pulls[2]
    found = act(replay("pull_request_review", payload(world, "api", "submitted", review=raw, pull_request=pull)))
    assert (found.kind, found.actor, found.target) == (InteractionKind.REVIEWED, "github:ana", "github:wei")
    assert (found.item, found.text) == ("acme/api#2", "Please test the rounding.")


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"state": "pending", "submitted_at": None}, "not submitted"),
        ({"user": None}, "gone"),
        ({"state": "commented", "body": "", "user": {"login": "wei", "id": 2}}, "author's answer"),
    ],
)
def test_reviews_that_are_none(world: GitHubStandIn, changes: dict[str, Any], reason: str) -> None:
    raw = {**api(world).reviews[2][0], **changes}
    with pytest.raises(PayloadRejected, match=reason):
        replay("pull_request_review", payload(world, "api", "submitted", review=raw, pull_request=api(world).pulls[2]))


def test_thread_resolved_by_its_reviewer_is_a_look_at_the_answer(world: GitHubStandIn) -> None:
    remark = next(iter(api(world).remarks.values()))
    parts = {"pull_request": api(world).pulls[2], "thread": {"node_id": "PRRT_1", "comments": [remark]}}
    found = act(replay("pull_request_review_thread", payload(world, "api", "resolved", **parts)))
    assert (found.kind, found.actor, found.target) == (InteractionKind.REVIEWED, "github:ana", "github:wei")
    gone = replay("pull_request_review_thread", payload(world, "api", "unresolved", **parts))
    assert gone[0] == Tombstone(stream="review_threads", native_id="PRRT_1")


def test_deleted_and_transferred(world: GitHubStandIn) -> None:
    issue = api(world).issues[1]
    deleted = replay("issues", payload(world, "api", "deleted", issue=issue))
    assert deleted[0] == Tombstone(stream="issues", native_id=str(issue["id"]))
    moved = {**issue, "id": 77, "number": 5}
    there = {**api(world).raw, "id": 99, "full_name": "acme/web"}
    changes = {"new_issue": moved, "new_repository": there}
    items = replay("issues", payload(world, "api", "transferred", issue=issue, changes=changes))
    assert items[0] == deleted[0]
    assert isinstance(items[1], Upsert)
    assert isinstance(items[1].record, WorkItem)
    assert items[1].record.key == "acme/web#5"


def test_private_goes_before_an_old_visibility(world: GitHubStandIn) -> None:
    found = payload(world, "api", "privatized")
    found["repository"] |= {"private": True, "visibility": "public"}
    assert first(replay("repository", found)).audience.kind is AudienceKind.GROUP


def test_what_does_not_say_who_may_read_it_is_open_to_nobody(world: GitHubStandIn) -> None:
    items = answer("/repos/acme/api/issues?state=all", [api(world).issues[1]])
    assert first(items).audience.kind is AudienceKind.NOBODY


def test_pushed_commits(world: GitHubStandIn) -> None:
    commit = {
        "id": "f" * 40,
        "message": "Round to even\n\nFixes #1",
        "timestamp": "2026-05-04T18:00:00+08:00",
        "author": {"name": "Wei Li", "email": "7+wei@users.noreply.github.com", "username": "wei"},
        "committer": {"name": "GitHub", "email": "noreply@github.com", "username": "web-flow"},
        "added": ["a.py"],
        "modified": ["a.py", "b.py"],
        "removed": [],
    }
    parts = {"ref": "refs/heads/main", "before": "0" * 40, "after": "f" * 40, "commits": [commit]}
    record = work(replay("push", payload(world, "api", None, **parts)))
    assert record.size == 2
    assert [(one.kind, one.actor) for one in record.interactions] == [(InteractionKind.AUTHORED, "github:wei")]
    with pytest.raises(PayloadRejected, match="not the default"):
        replay("push", payload(world, "api", None, **{**parts, "ref": "refs/heads/topic"}))


def test_teams_and_members(world: GitHubStandIn) -> None:
    team, member = world.state.teams["payments"], world.state.stub("ana")
    content = {"action": "added", "scope": "team", "team": team, "member": member, "organization": {"login": "acme"}}
    record = first(replay("membership", content)).record
    assert isinstance(record, Membership)
    assert (record.team, record.person) == ("github:acme/payments", "github:ana")
    assert isinstance(replay("membership", {**content, "action": "removed"})[0], Tombstone)


def test_answers_of_rest(world: GitHubStandIn) -> None:
    repo = api(world)
    record = work(answer("/repos/acme/api/pulls?state=all&page=1", repo.pulls[2]))
    assert record.key == "acme/api#2"
    found = act(answer("/repos/acme/api/issues/comments?page=1", next(iter(repo.comments.values()))))
    assert (found.kind, found.item, found.target) == (InteractionKind.COMMENTED, "acme/api#1", None)
    assert work(answer("/repos/acme/api/commits?per_page=100", repo.commits)).kind == "commit"
    profile = first(answer("/users/ana", world.state.users["ana"])).record
    assert isinstance(profile, Account)
    assert profile.name == "Ana Costa"


def test_a_pull_request_among_issues_is_refused_once(world: GitHubStandIn) -> None:
    pull, issue = api(world).issues[2], api(world).issues[1]
    with pytest.raises(PayloadRejected, match="pull request"):
        answer("/repos/acme/api/issues", pull)
    listed = answer("/repos/acme/api/issues", [pull, issue])
    assert isinstance(listed[0], Failure)
    assert "pull request" in listed[0].reason
    assert isinstance(listed[1], Upsert)


@pytest.mark.parametrize("path", ["/repos/acme/api/milestones", "/repos/acme/api/actions/runs", "/users/ana/orgs", ""])
def test_answers_of_no_stream(path: str) -> None:
    with pytest.raises(PayloadRejected, match="of no stream"):
        answer(path, {"id": 1})


def test_missing_is_not_null(world: GitHubStandIn) -> None:
    raw = {key: value for key, value in api(world).pulls[2].items() if key not in ("merged_by", "assignees", "draft")}
    record = work(replay("pull_request", payload(world, "api", "edited", pull_request=raw)))
    assert record.size is None
    assert {one.kind for one in record.interactions} == {InteractionKind.AUTHORED}


def test_no_word_of_people_is_in_a_refusal(world: GitHubStandIn) -> None:
    raw = {**api(world).issues[1], "created_at": "a secret plan"}
    with pytest.raises(PayloadRejected) as caught:
        replay("issues", payload(world, "api", "edited", issue=raw))
    assert "created_at" in caught.value.message
    assert "secret plan" not in str(caught.value)


@pytest.mark.skipif("COACHKIT_PAYLOADS" not in os.environ, reason="COACHKIT_PAYLOADS names no folder of real payloads")
def test_real_payloads_are_read_or_refused_with_a_reason() -> None:
    files = sorted(Path(os.environ["COACHKIT_PAYLOADS"]).rglob("github*.jsonl"))
    assert files, "no github*.jsonl there"
    told: Counter[tuple[str, str]] = Counter()
    for path in files:
        for line in path.read_text("utf-8").splitlines():
            try:
                items = list(GitHub.for_recordings().recorded(json.loads(line), None))
            except PayloadRejected as refused:
                told[path.name, refused.message.strip()] += 1
                continue
            assert items, f"{path.name}: a line is dropped without a reason"
            told.update((path.name, getattr(item, "stream", None) or "access") for item in items)
    assert all(what for _, what in told), "refused without a reason"
    for (name, what), count in sorted(told.items()):
        print(f"{count:6} {name} {what}")
