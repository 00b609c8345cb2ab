"""The contract of connectors, with the stand-in."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any, ClassVar

import pytest
from github_deliveries import WEBHOOK_SECRET, delivery, payload
from github_stand_in import GitHubStandIn
from github_state import GitHubState

from coachkit.sdk import Connector, Delivery
from coachkit.sdk.testing import ConnectorContract, StandIn
from coachkit_github import GitHub


class TestContract(ConnectorContract):
    secrets: ClassVar = (WEBHOOK_SECRET,)
    sizes = (300, 1_200)
    changes_at_most = 12

    @pytest.fixture
    def stand_in(self, github: GitHubStandIn) -> StandIn:
        return github

    @pytest.fixture
    def make_connector(self, connect: Callable[..., GitHub]) -> Callable[[], Connector]:
        return connect

    @pytest.fixture
    def change_source(self, github: GitHubStandIn) -> Callable[[], object]:
        state, count = github.state, itertools.count(1)
        api = state.named("acme/api")
        assert api is not None

        def change() -> object:
            number = next(count)
            if number % 3 == 1:
                return state.comment(api, 1, "tom", f"Thought {number}")
            if number % 3 == 2:
                return state.commit(api, "tom", f"Commit {number}")
            return state.edit(api, 2, title=f"Pay refunds in time, take {number}")

        return change

    @pytest.fixture
    def remove_from_source(self, github: GitHubStandIn) -> Callable[[], tuple[str, str]]:
        def remove() -> tuple[str, str]:
            api = github.state.named("acme/api")
            assert api is not None
            gone = next(iter(api.comments))
            del api.comments[gone]
            return "comments", str(gone)

        return remove

    @pytest.fixture
    def spoil_source(self, github: GitHubStandIn) -> Callable[[], object]:
        def spoil() -> object:
            api = github.state.named("acme/api")
            assert api is not None
            raw = github.state.issue(api, "tom", "Odd")
            raw["created_at"] = "the day before yesterday"
            return raw

        return spoil

    @pytest.fixture
    def crowd_one_moment(self, github: GitHubStandIn) -> Callable[[], set[tuple[str, str]]]:
        def crowd() -> set[tuple[str, str]]:
            api = github.state.named("acme/api")
            assert api is not None
            step, github.state.step = github.state.step, github.state.step * 0
            made = [github.state.issue(api, "tom", f"Crowd {number}") for number in range(2 * github.page_size + 1)]
            github.state.step = step
            return {("issues", str(raw["id"])) for raw in made}

        return crowd

    @pytest.fixture
    def lose_most(self, github: GitHubStandIn) -> Callable[[], object]:
        api = github.state.named("acme/api")
        assert api is not None
        for number in range(10):
            github.state.comment(api, 1, "wei", f"Step {number}")
        return api.comments.clear

    @pytest.fixture
    def narrow_audience(self, github: GitHubStandIn) -> Callable[[], tuple[str, str]]:
        def narrow() -> tuple[str, str]:
            api = github.state.named("acme/api")
            assert api is not None
            api.raw |= {"private": True, "visibility": "private", "updated_at": github.state.tick()}
            api.collaborators = ["ana"]
            return "issues", str(api.issues[1]["id"])

        return narrow

    @pytest.fixture
    def deliver(self, github: GitHubStandIn) -> Callable[[], Delivery]:
        state, count = github.state, itertools.count(1)
        api = state.named("acme/api")
        assert api is not None

        def change() -> Delivery:
            state.edit(api, 1, title=f"Refunds are late, edition {next(count)}")
            return delivery("issues", payload(github, "api", "edited", issue=api.issues[1]))

        return change

    @pytest.fixture
    def sign(self) -> Callable[..., Delivery]:
        def signed(name: str, content: Mapping[str, Any], sent_at: datetime | None = None) -> Delivery:
            return delivery(name, content)

        return signed

    @pytest.fixture
    def make_sized_connector(self, connect: Callable[..., GitHub]) -> Iterator[Callable[[int], Connector]]:
        running = []

        def made(size: int) -> Connector:
            state = GitHubState()
            server = GitHubStandIn(state, page_size=100).running()
            source = server.__enter__()
            running.append(server)
            state.url = source.url
            repo = state.repo("big")
            for number in range(size // 3):
                state.issue(repo, "ana", f"Issue {number}")
                state.comment(repo, number + 1, "wei", f"Comment {number}")
                state.commit(repo, "wei", f"Commit {number}")
            return connect(base_url=source.url, timelines=False)

        yield made
        for server in running:
            server.__exit__(None, None, None)
