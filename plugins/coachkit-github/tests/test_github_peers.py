"""Somebody else's client reads the stand-in, and finds in it what the connector found."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from github import Auth, Github, GithubIntegration, UnknownObjectException
from github_stand_in import GitHubStandIn
from github_state import Repo
from joserfc.jwk import RSAKey

from coachkit.sdk import Account, Interaction, Team, WorkItem
from coachkit.sdk.testing import ReferenceSink, fake_clock
from coachkit_github import GitHub


@pytest.fixture
def peer(github: GitHubStandIn) -> Iterator[Github]:
    with Github(base_url=github.url, auth=Auth.Token(github.token), per_page=100, retry=None) as client:
        yield client


@pytest.fixture
def found(connect: Callable[..., GitHub]) -> ReferenceSink:
    sink = ReferenceSink()
    with fake_clock():
        sink.run(connect())
    return sink


def api(github: GitHubStandIn) -> Repo:
    found = github.state.named("acme/api")
    assert found is not None
    return found


def records(sink: ReferenceSink, stream: str) -> dict[str, Any]:
    return {native_id: item.record for (name, native_id), item in sink.records.items() if name == stream}


def test_repositories_and_people(peer: Github, found: ReferenceSink) -> None:
    repos = {str(repo.id): repo.full_name for repo in peer.get_organization("acme").get_repos()}
    assert repos == {native_id: one.title for native_id, one in records(found, "repositories").items()}
    vault = peer.get_repo("acme/vault")
    assert vault.private
    members = {f"github:{user.login}" for user in vault.get_collaborators()}
    assert members == set(found.groups[f"github:repository:{vault.id}"])
    teams = {str(team.id): team.name for team in peer.get_organization("acme").get_teams()}
    assert teams == {native_id: one.name for native_id, one in records(found, "teams").items() if isinstance(one, Team)}
    names = {one.identity: one.name for one in records(found, "accounts").values() if isinstance(one, Account)}
    assert names["github:wei"] == peer.get_user("wei").name


def test_pull_requests(peer: Github, found: ReferenceSink) -> None:
    repo = peer.get_repo("acme/api")
    pulls = list(repo.get_pulls(state="all", sort="updated", direction="desc"))
    ours = records(found, "pull_requests")
    assert {str(pull.id) for pull in pulls} <= ours.keys()
    for pull in pulls:
        record = ours[str(pull.id)]
        assert isinstance(record, WorkItem)
        assert (record.title, record.closed_at) == (pull.title, pull.merged_at)
        assert record.state == ("merged" if repo.get_pull(pull.number).merged else pull.state)
        merger = next(one.actor for one in record.interactions if one.kind == "merged")
        assert merger == f"github:{repo.get_pull(pull.number).merged_by.login}"
        assert [event.event for event in pull.as_issue().get_timeline()].count("merged") == 1
        reviews = {str(one.id): (one.state, one.user.login, one.body) for one in pull.get_reviews()}
        kept = records(found, "reviews")
        assert reviews.keys() == kept.keys()
        assert all(f"github:{reviews[key][1]}" == kept[key].actor for key in kept)
        remarks = {str(one.id): one.body for one in pull.get_review_comments()}
        assert remarks == {key: one.text for key, one in records(found, "review_comments").items()}


def test_issues_and_comments(peer: Github, found: ReferenceSink) -> None:
    repo = peer.get_repo("acme/api")
    issues = {str(one.id): one for one in repo.get_issues(state="all") if one.pull_request is None}
    ours = {key: one for key, one in records(found, "issues").items() if one.container == "acme/api"}
    assert issues.keys() == ours.keys()
    for key, issue in issues.items():
        assert (ours[key].title, ours[key].state, ours[key].closed_at) == (issue.title, issue.state, issue.closed_at)
    comments = {str(one.id): one for one in repo.get_issues_comments(sort="updated", direction="asc")}
    kept = {key: one for key, one in records(found, "comments").items() if one.item == "acme/api#1"}
    assert comments.keys() == kept.keys()
    for key, comment in comments.items():
        assert isinstance(kept[key], Interaction)
        assert (kept[key].text, kept[key].actor) == (comment.body, f"github:{comment.user.login.lower()}")


def test_commits(peer: Github, github: GitHubStandIn, found: ReferenceSink) -> None:
    repo = peer.get_repo("acme/api")
    commits = {one.sha: one for one in repo.get_commits(sha="main")}
    ours = {key: one for key, one in records(found, "commits").items() if one.container == "acme/api"}
    assert commits.keys() == ours.keys()
    for sha, commit in commits.items():
        assert commit.commit.message.startswith(ours[sha].title)
        assert ours[sha].interactions[0].actor == f"github:{commit.author.login}"
    first, last = api(github).commits[0], api(github).commits[-1]
    compared = repo.compare(first["sha"], last["sha"])
    assert (compared.status, [one.sha for one in compared.commits]) == ("ahead", [last["sha"]])


def test_what_is_gone_is_gone_for_others_too(peer: Github, github: GitHubStandIn) -> None:
    with pytest.raises(UnknownObjectException):
        peer.get_repo("acme/nothing")
    github.state.rename(api(github), "interface")
    assert peer.get_repo("acme/api").full_name == "acme/interface"


def test_an_app_signs_in_as_another_client_does(github: GitHubStandIn) -> None:
    """PyGithub signs with PyJWT, the stand-in checks with joserfc, as it does for the connector."""
    github.app_key = RSAKey.generate_key(2048)
    auth = Auth.AppAuth("Iv1.app", github.app_key.as_pem(private=True).decode())
    with GithubIntegration(base_url=github.url, auth=auth, retry=None) as app:
        assert app.get_org_installation("acme").id == 77
        assert app.get_access_token(77).token == github.token
