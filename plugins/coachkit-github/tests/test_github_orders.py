"""Deliveries lost, sent twice and in any order: the next poll leaves what a fresh reading finds."""

from __future__ import annotations

import os
from typing import Any
from unittest import mock

import pytest
from github_changes import LASTING, api
from github_deliveries import WEBHOOK_SECRET
from github_stand_in import GitHubStandIn
from github_state import small_world
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from coachkit.sdk.testing import ReferenceSink, fake_clock
from coachkit_github import GitHub

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

HAPPENS = st.lists(st.tuples(st.sampled_from(LASTING), st.integers(0, 2)), min_size=1, max_size=5)


def config(github: GitHubStandIn) -> Any:
    return GitHub.Config(
        base_url=github.url,
        token="env:GITHUB_TOKEN_UNDER_TEST",
        webhook_secret="env:GITHUB_WEBHOOK_UNDER_TEST",
        organisation="acme",
        system="github",
        sweep_days=0,
    )


@settings(max_examples=10, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(happens=HAPPENS, order=st.randoms(use_true_random=False), killed_after=st.integers(1, 40))
def test_any_order_ends_in_one_state(happens: list[Any], order: Any, killed_after: int) -> None:
    secrets = {"GITHUB_TOKEN_UNDER_TEST": GitHubStandIn.token, "GITHUB_WEBHOOK_UNDER_TEST": WEBHOOK_SECRET}
    with mock.patch.dict(os.environ, secrets), fake_clock(), GitHubStandIn().running() as github:
        github.state.url = github.url
        small_world(github.state)

        def connector() -> GitHub:
            return GitHub("code", config(github))

        sink = ReferenceSink()
        sink.run(connector())
        sent = [(change(github, api(github)), times) for change, times in happens]
        arriving = [delivery for delivery, times in sent for _ in range(times)]
        order.shuffle(arriving)
        for delivery in arriving:
            sink.deliver(connector(), delivery)
        sink.run(connector(), stop_after=killed_after)
        sink.run(connector())
        anew = ReferenceSink()
        anew.run(connector())
        assert _work(sink) == _work(anew)
        assert (sink.failures, sink.groups) == (anew.failures, anew.groups)


def _work(sink: ReferenceSink) -> object:
    """All but accounts, which stay when what they did goes."""
    return {key: item for key, item in sink.records.items() if key[0] != "accounts"}
