"""Reading GitHub: histories, moves, refusals, limits, ETags, Apps."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from typing import Any

import pytest
import stamina
from github_stand_in import GitHubStandIn
from github_state import Repo
from joserfc.jwk import RSAKey

from coachkit.sdk import (
    Account,
    AuthFailed,
    CheckReport,
    ConfigError,
    InteractionKind,
    RateLimited,
    SourceError,
    StateCategory,
    WorkItem,
)
from coachkit.sdk.testing import Fault, ReferenceSink, Response, fake_clock
from coachkit_github import GitHub
from coachkit_github.config import GitHubConfig

Connect = Callable[..., GitHub]


@pytest.fixture(autouse=True)
def clock() -> Iterator[Any]:
    with fake_clock() as clock, stamina.set_testing(True, attempts=3):
        yield clock


def repo_of(github: GitHubStandIn, name: str = "api") -> Repo:
    found = github.state.named(f"acme/{name}")
    assert found is not None
    return found


def read(connect: Connect, sink: ReferenceSink | None = None, **more: Any) -> ReferenceSink:
    sink = sink or ReferenceSink()
    sink.run(connect(**more), allow_removals=True)
    return sink


def work(sink: ReferenceSink, stream: str, key: str) -> WorkItem:
    records = [item.record for (name, _), item in sink.records.items() if name == stream]
    return next(record for record in records if isinstance(record, WorkItem) and record.key == key)


# what becomes of it


def test_history_of_a_pull_request(connect: Connect, github: GitHubStandIn) -> None:
    state, repo = github.state, repo_of(github)
    number = state.pull(repo, "tom", "Round", draft=True)["number"]
    state.happen(repo, number, "ready_for_review", "tom")
    repo.pulls[number]["draft"] = False
    state.happen(repo, number, "review_requested", "tom", requested_reviewer=state.stub("ana"))
    state.review(repo, number, "ana", "COMMENTED", "Hm")
    state.close(repo, number, "tom")
    state.happen(repo, number, "reopened", "tom")
    state.edit(repo, number, state="open", closed_at=None)
    state.merge(repo, number, "ana")
    record = work(read(connect), "pull_requests", f"acme/api#{number}")
    assert [(one.state, one.category, one.by) for one in record.history] == [
        ("draft", StateCategory.DOING, "github:tom"),
        ("open", StateCategory.DOING, "github:tom"),
        ("review requested", StateCategory.WAITING, "github:tom"),
        ("open", StateCategory.DOING, "github:ana"),
        ("closed", StateCategory.DROPPED, "github:tom"),
        ("open", StateCategory.DOING, "github:tom"),
        ("merged", StateCategory.DONE, "github:ana"),
    ]
    assert [one.at for one in record.history] == sorted(one.at for one in record.history)


def test_history_of_an_issue(connect: Connect, github: GitHubStandIn) -> None:
    state, repo = github.state, repo_of(github)
    number = state.issue(repo, "tom", "Wish")["number"]
    state.assign(repo, number, "ana", "wei")
    state.happen(repo, number, "unassigned", "ana", assignee=state.stub("wei"))
    state.assign(repo, number, "ana", "tom")
    repo.issues[number]["assignees"] = [state.stub("tom")]
    state.close(repo, number, "ana", "not_planned")
    source = {"issue": {"html_url": "https://github.example/acme/web/issues/8"}}
    state.happen(repo, number, "cross-referenced", "wei", source=source)
    record = work(read(connect), "issues", f"acme/api#{number}")
    assert [(one.state, one.category) for one in record.history] == [
        ("open", StateCategory.TODO),
        ("closed", StateCategory.DROPPED),
    ]
    assigned = [(one.actor, one.target) for one in record.interactions if one.kind is InteractionKind.ASSIGNED]
    assert assigned == [("github:ana", "github:tom")]
    assert [(link.rel, link.target) for link in record.links] == [("relates", "acme/web#8")]


def test_without_timelines_the_last_state_is_known(connect: Connect) -> None:
    sink = read(connect, timelines=False)
    record = work(sink, "pull_requests", "acme/api#2")
    assert [one.state for one in record.history] == ["open", "merged"]
    assert ("reviews", "1017") in sink.records


def test_people_by_their_profile(connect: Connect, github: GitHubStandIn) -> None:
    records = [item.record for item in read(connect).records.values()]
    accounts = {one.identity: one for one in records if isinstance(one, Account)}
    assert accounts["github:ana"].name == "Ana Costa"
    assert accounts["github:ana"].emails == ("ana@acme.example",)
    assert accounts["github:acme-ci[bot]"].bot
    assert accounts["email:ana@acme.example"].same_as == ("github:ana",)


def test_people_of_single_repositories(connect: Connect, github: GitHubStandIn) -> None:
    sink = read(connect, organisation="", repositories=["acme/api"])
    names = {item.record.name for item in sink.records.values() if isinstance(item.record, Account)}
    assert {"Ana Costa", "Wei Li 李伟", "Tom Becker"} <= names
    before = len(github.requests)
    read(connect, sink, organisation="", repositories=["acme/api"])
    assert not [one for one in github.requests[before:] if one.path.startswith("/users/")], "profiles are kept"


@pytest.mark.parametrize("part", ["issues", "comments", "remarks", "commit_comments", "reviews", "commits"])
def test_what_could_not_be_read_is_looked_at_again(connect: Connect, github: GitHubStandIn, part: str) -> None:
    """Once it is repaired, without a change that a poll would see."""
    repo = repo_of(github)
    raw: Any = {
        "issues": lambda: repo.issues[1],
        "comments": lambda: next(iter(repo.comments.values())),
        "remarks": lambda: next(iter(repo.remarks.values())),
        "commit_comments": lambda: next(iter(repo.commit_comments.values())),
        "reviews": lambda: repo.reviews[2][0],
        "commits": lambda: repo.commits[0],
    }[part]()
    field = {"reviews": "state", "commits": "commit"}.get(part, "created_at")
    good, raw[field] = raw[field], None
    sink = read(connect)
    assert len(sink.failures) == 1
    assert field in next(iter(sink.failures.values()))
    raw[field] = good
    read(connect, sink)
    assert sink.failures == {}
    assert sink.records == read(connect).records


def test_what_could_not_be_read_and_is_gone_is_let_go(connect: Connect, github: GitHubStandIn) -> None:
    repo = repo_of(github)
    raw = next(iter(repo.comments.values()))
    raw["created_at"] = None
    sink = read(connect, sweep_days=30)
    assert len(sink.failures) == 1
    del repo.comments[raw["id"]]
    read(connect, sink, sweep_days=30)
    assert sink.failures == {}


def test_a_history_of_which_nothing_is_known_any_more(connect: Connect, github: GitHubStandIn) -> None:
    """Two pushes by force, and GitHub has tidied up behind them."""
    sink = read(connect, sweep_days=30)
    repo = repo_of(github)
    github.state.rewrite(repo, 0, "ana", "From the beginning")
    repo.lost.clear()
    read(connect, sink, sweep_days=30)
    kept = {key for key in sink.records if key[0] != "accounts"}
    assert kept == {key for key in read(connect).records if key[0] != "accounts"}


# moved, gone, hidden, blocked


def test_a_renamed_repository_is_found_by_its_old_name(connect: Connect, github: GitHubStandIn) -> None:
    more = {"organisation": "", "repositories": ["acme/api"]}
    sink = read(connect, **more)
    github.state.rename(repo_of(github), "interface")
    read(connect, sink, **more)
    assert sink.state() == read(connect, **more).state()
    assert work(sink, "issues", "acme/interface#1").container == "acme/interface"


@pytest.mark.parametrize(
    ("trouble", "reason"), [("hidden", "hidden from this credential"), ("blocked", "blocked for legal reasons")]
)
def test_a_repository_that_cannot_be_found_keeps_its_records(
    connect: Connect, github: GitHubStandIn, trouble: str, reason: str
) -> None:
    sink = read(connect)
    before = dict(sink.records)
    getattr(github, trouble).add("acme/vault")
    if trouble == "blocked":
        github.hidden.discard("acme/vault")
    read(connect, sink, **({} if trouble == "hidden" else {"organisation": "", "repositories": ["acme/vault"]}))
    assert sink.records == before
    assert any(reason in one for one in sink.failures.values())
    getattr(github, trouble).clear()
    read(connect, sink)
    assert sink.failures == {}


def test_a_repository_that_is_gone_for_good_takes_its_records_along(connect: Connect, github: GitHubStandIn) -> None:
    more = {"organisation": "", "repositories": ["acme/api", "acme/vault"], "sweep_days": 30}
    sink = read(connect, **more)
    github.removed.add("acme/vault")
    read(connect, sink, **more)
    assert not [key for key, item in sink.records.items() if item.audience.key != "org"]
    assert any("gone for good" in reason for reason in sink.failures.values())


def test_a_repository_that_somebody_excludes_goes_with_everything(connect: Connect) -> None:
    sink = read(connect)
    read(connect, sink, exclude=["acme/vault"])
    anew = read(connect, exclude=["acme/vault"])
    assert sink.records.keys() == anew.records.keys(), "accounts stay as they were seen"


def test_a_part_that_is_switched_off_is_no_failure(connect: Connect, github: GitHubStandIn) -> None:
    github.gone.add("issues")
    sink = read(connect)
    assert sink.failures == {}
    assert not [key for key in sink.records if key[0] == "issues"]


def test_a_private_repository_whose_readers_may_not_be_asked_is_read_by_nobody(
    connect: Connect, github: GitHubStandIn
) -> None:
    github.fail_next(Fault.FORBIDDEN, after=1)
    sink = read(connect)
    assert github.requests[1].path.endswith("/collaborators")
    assert list(sink.groups.values()) == [()]
    assert any("nobody may read it" in reason for reason in sink.failures.values())
    read(connect, sink)
    assert list(sink.groups.values()) == [("github:ana", "github:wei")]
    assert sink.failures == {}


def test_a_repository_that_becomes_private_is_closed_before_anything_is_read(
    connect: Connect, github: GitHubStandIn
) -> None:
    """Also what has not changed since, and without looking at each item again."""
    sink, repo = read(connect), repo_of(github)
    before = len(github.requests)
    repo.raw |= {"private": True, "visibility": "private"}
    repo.collaborators = ["ana"]
    group = f"group:github:repository:{repo.raw['id']}"
    of_repo = {key for key, item in sink.records.items() if key[0] not in ("accounts", "teams", "memberships")}
    read(connect, sink)
    open_ones = {key for key in of_repo if sink.records[key].audience.key == "org"}
    assert open_ones == set()
    assert sink.groups[group.removeprefix("group:")] == ("github:ana",)
    asked = [one.path for one in github.requests[before:]]
    assert "/repos/acme/api/pulls/2" not in asked[: asked.index("/orgs/acme/teams")]
    assert sink.state() == read(connect).state()


def test_one_group_for_all_private_repositories(connect: Connect) -> None:
    sink = read(connect, private_group="engineering")
    audiences = {item.audience.key for item in sink.records.values()}
    assert audiences == {"org", "group:engineering"}
    assert sink.groups == {}


def test_members_without_graphql(connect: Connect, github: GitHubStandIn) -> None:
    github.graphql_away = True
    sink = read(connect)
    assert {"Ana Costa"} <= {item.record.name for item in sink.records.values() if isinstance(item.record, Account)}
    assert [key for key in sink.records if key[0] == "pull_requests"]
    assert any(stream == "discussions" for stream, _ in sink.failures)


# limits and ETags


def test_nothing_remains(connect: Connect, github: GitHubStandIn, clock: Any) -> None:
    """The primary limit: when it ends is said, and nobody asks before."""
    reset = str(int((clock.now() + timedelta(minutes=50)).timestamp()))
    github.fail_next(Response.of({}, 403, X_RateLimit_Remaining="0", X_RateLimit_Reset=reset), after=5)
    with pytest.raises(RateLimited) as caught:
        read(connect)
    assert 2_900 < (caught.value.retry_after or 0) <= 3_000
    before = len(github.requests)
    with pytest.raises(RateLimited):
        read(connect)
    assert len(github.requests) == before


def test_retry_after_goes_before_reset(connect: Connect, github: GitHubStandIn, clock: Any) -> None:
    said = {"Retry_After": "5", "X_RateLimit_Remaining": "0", "X_RateLimit_Reset": "99999999999"}
    github.fail_next(Response.of({}, 429, **said), after=5)
    read(connect)
    assert 4.5 < sum(clock.waited) < 30


def test_a_secondary_limit_is_waited_for_longer_each_time(connect: Connect, github: GitHubStandIn, clock: Any) -> None:
    said = Response.of({"message": "You have exceeded a secondary rate limit. Wait."}, 403)
    github.fail_next(said, times=2, after=5)
    read(connect)
    assert sorted(clock.waited)[-2:] == pytest.approx([60.0, 120.0], abs=1)


def test_graphql_tells_its_limit_with_a_200(connect: Connect, github: GitHubStandIn, clock: Any) -> None:
    places = [place for place, one in enumerate(_requests(connect, github)) if one.path == "/graphql"]
    github.fail_next(Response.of({"errors": [{"type": "RATE_LIMITED", "message": "no"}]}), after=places[0])
    sink = read(connect)
    assert max(clock.waited) == pytest.approx(60.0, abs=1)
    assert sink.failures == {}


def _requests(connect: Connect, github: GitHubStandIn) -> list[Any]:
    before = len(github.requests)
    read(connect)
    return github.requests[before:]


def test_what_has_not_changed_is_free(connect: Connect, github: GitHubStandIn) -> None:
    github.page_size = 100
    sink = read(connect)
    read(connect, sink)
    before = len(github.requests)
    read(connect, sink)
    third = github.requests[before:]
    asked = [one.path for one in third if "if-none-match" in one.headers]
    for part in ("issues", "pulls", "issues/comments", "pulls/comments", "comments"):
        assert f"/repos/acme/api/{part}" in asked
    assert not [one.path for one in third if one.path.endswith("/timeline")], "nothing is looked at again"
    known = json.dumps(dict(sink.cursors["repositories"].state))
    assert github.token not in known
    assert "Refunds" not in known


# who asks


@pytest.fixture
def app(github: GitHubStandIn, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    github.app_key = RSAKey.generate_key(2048)
    monkeypatch.setenv("GITHUB_KEY_UNDER_TEST", github.app_key.as_pem(private=True).decode())
    return {"token": None, "app_id": "Iv1.app", "private_key": "env:GITHUB_KEY_UNDER_TEST"}


def test_an_app_reads_as_its_installation(connect: Connect, github: GitHubStandIn, app: dict[str, Any]) -> None:
    github.elsewhere.add("acme/api")
    sink = read(connect, **app)
    assert {item.record.title for (stream, _), item in sink.records.items() if stream == "repositories"} == {
        "acme/vault"
    }
    github.elsewhere.clear()
    assert read(connect, **app).state() == read(connect).state()
    assert github.tokens_traded == 2
    assert github.requests[0].path == "/orgs/acme/installation"
    assert not github.requests[0].carried_secret


def test_a_refused_token_is_traded_once(connect: Connect, github: GitHubStandIn, app: dict[str, Any]) -> None:
    github.fail_next(Fault.UNAUTHORIZED, after=6)
    read(connect, **app, installation=77)
    assert github.tokens_traded == 2
    github.fail_next(Fault.UNAUTHORIZED, times=3, after=6)
    with pytest.raises(AuthFailed):
        read(connect, **app, installation=77)


def test_a_key_that_is_none(connect: Connect, monkeypatch: pytest.MonkeyPatch, app: dict[str, Any]) -> None:
    monkeypatch.setenv("GITHUB_KEY_UNDER_TEST", "-----BEGIN NOTHING-----")
    with pytest.raises(ConfigError) as caught:
        read(connect, **app)
    assert "BEGIN NOTHING" not in str(caught.value)


@pytest.mark.parametrize(
    ("base_url", "system", "graphql", "web"),
    [
        ("https://api.github.com", "github", "https://api.github.com/graphql", "https://github.com"),
        (
            "https://git.acme.example/api/v3",
            "git.acme.example",
            "https://git.acme.example/api/graphql",
            "https://git.acme.example",
        ),
        ("https://api.acme.ghe.com", "acme.ghe.com", "https://api.acme.ghe.com/graphql", "https://acme.ghe.com"),
    ],
)
def test_addresses(base_url: str, system: str, graphql: str, web: str) -> None:
    config = GitHubConfig(base_url=base_url, token="env:T", organisation="acme")
    assert (config.identity_system, config.graphql, config.web) == (system, graphql, web)


@pytest.mark.parametrize(
    "wrong",
    [
        {"token": "env:T"},
        {"organisation": "acme"},
        {"organisation": "acme", "token": "env:T", "app_id": "1", "private_key": "env:K"},
        {"organisation": "acme", "app_id": "1"},
        {"repositories": ["nothing"], "token": "env:T"},
        {"organisation": "acme", "token": "env:T", "streams": ["stars"]},
        {"organisation": "acme", "token": "env:T", "base_url": "http://github.example"},
        {"organisation": "acme", "token": "ghp_secret"},
    ],
)
def test_wrong_configurations(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"."):
        GitHubConfig.model_validate(wrong)


def test_check_says_what_the_credential_lacks(connect: Connect, github: GitHubStandIn) -> None:
    def checked() -> CheckReport:
        with closing(connect()) as connector:
            return connector.check()

    assert checked().ok
    github.fail_next(Fault.FORBIDDEN, after=1)
    assert any("Pull requests: read" in finding for finding in checked().findings)
    github.refused = 401
    assert not checked().ok


def test_damaged_answers_are_errors_of_the_source(connect: Connect, github: GitHubStandIn) -> None:
    github.fail_next(Response(200, {"Content-Type": "text/html"}, b"<html>sign in</html>"))
    with pytest.raises(SourceError):
        read(connect)
