"""The contract of a connector, for both deployments."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from datetime import UTC, datetime
from typing import Any

import pytest
from jira_stand_in import EMAIL, JiraStandIn, small

from coachkit.sdk import Connector, Delivery
from coachkit.sdk.testing import ConnectorContract
from coachkit_jira.connector import Jira

SECRET = "canary-webhook-secret-77b0"
Key = tuple[str, str]


def signed(payload: Mapping[str, Any], number: int, sent_at: datetime) -> Delivery:
    body = json.dumps({**payload, "timestamp": int(sent_at.timestamp() * 1000)}).encode()
    signature = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    headers = {
        "content-type": "application/json",
        "x-hub-signature": f"sha256={signature}",
        "x-atlassian-webhook-identifier": f"delivery-{number}",
    }
    return Delivery(headers=headers, body=body, received_at=sent_at)


class TestJira(ConnectorContract):
    secrets = (SECRET,)
    signs_time = True
    changes_at_most = 12
    sizes = (300, 1_200)

    @pytest.fixture
    def stand_in(self, jira_server: JiraStandIn) -> JiraStandIn:
        return jira_server

    @pytest.fixture
    def make_connector(self, connect: Callable[..., Jira]) -> Callable[[], Connector]:
        return connect

    @pytest.fixture
    def change_source(self, stand_in: JiraStandIn) -> Callable[[], object]:
        jira, turn = stand_in.jira, iter(range(1_000_000))

        def change() -> None:
            """Each time something else: a comment, another state, somebody else, a new issue."""
            ana, bo, *_ = jira.people
            first, *others = jira.issues.values()
            number = next(turn)
            if number % 4 == 0:
                jira.comment(others[number % len(others)], ana, f"Remark {number}?", bo)
            elif number % 4 == 1:
                jira.move(first, bo, "11" if first.status != "11" else "3")
            elif number % 4 == 2:
                jira.assign(first, ana, ana if first.assignee != ana else bo)
            else:
                jira.add_issue(first.project, f"New {number}", bo)

        return change

    @pytest.fixture
    def remove_from_source(self, stand_in: JiraStandIn) -> Callable[[], Key]:
        def remove() -> Key:
            issue_id = list(stand_in.jira.issues)[-1]
            del stand_in.jira.issues[issue_id]
            return "issues", issue_id

        return remove

    @pytest.fixture
    def spoil_source(self, stand_in: JiraStandIn) -> Callable[[], object]:
        jira = stand_in.jira
        return lambda: jira.add_issue(list(jira.projects)[1], "No dates", next(iter(jira.people)), spoilt=True)

    @pytest.fixture
    def crowd_one_moment(self, stand_in: JiraStandIn) -> Callable[[], set[Key]]:
        jira = stand_in.jira

        def crowd() -> set[Key]:
            made = [jira.add_issue(list(jira.projects)[1], f"Import {n}", list(jira.people)[2]) for n in range(15)]
            for issue in made:
                issue.updated = jira.now
            return {("issues", issue.id) for issue in made}

        return crowd

    @pytest.fixture
    def lose_most(self, stand_in: JiraStandIn) -> Callable[[], object]:
        return lambda: setattr(stand_in, "listed", 1)

    @pytest.fixture
    def narrow_audience(self, stand_in: JiraStandIn) -> Callable[[], Key]:
        def narrow() -> Key:
            stand_in.jira.groups["payments"].pop()
            return "issues", next(iter(stand_in.jira.issues))

        return narrow

    @pytest.fixture
    def deliver(self, stand_in: JiraStandIn) -> Callable[[], Delivery]:
        jira, turn = stand_in.jira, iter(range(1_000_000))

        def change() -> Delivery:
            issue, bo = next(iter(jira.issues.values())), list(jira.people)[1]
            jira.move(issue, bo, "11" if issue.status != "11" else "3")
            change = {"id": "1", "items": issue.changes[-1]["items"]}
            payload = {"webhookEvent": "jira:issue_updated", "issue": jira.issue(issue), "changelog": change}
            return signed(payload, next(turn), datetime(2026, 5, 5, tzinfo=UTC))

        return change

    @pytest.fixture
    def sign(self) -> Callable[..., Delivery]:
        def signs(name: str, payload: Mapping[str, Any], sent_at: datetime | None = None) -> Delivery:
            return signed({**payload, "webhookEvent": name}, 7, sent_at or datetime(2026, 5, 5, tzinfo=UTC))

        return signs

    @pytest.fixture
    def make_sized_connector(
        self, deployment: str, monkeypatch: pytest.MonkeyPatch
    ) -> Iterator[Callable[[int], Connector]]:
        monkeypatch.setenv("JIRA_TOKEN_UNDER_TEST", JiraStandIn.token)
        with ExitStack() as stack:

            def make(size: int) -> Connector:
                server = small(cloud=deployment == "cloud")
                server.most_rows = 50
                ops = list(server.jira.projects)[1]
                for number in range(size):
                    server.jira.add_issue(ops, f"Routine {number}", next(iter(server.jira.people)))
                stack.enter_context(server.running())
                config = {
                    "base_url": server.url,
                    "deployment": deployment,
                    "token": "env:JIRA_TOKEN_UNDER_TEST",
                    "email": EMAIL if server.jira.cloud else "",
                    "page_size": 50,
                }
                return Jira("tracker", Jira.Config.model_validate(config))

            yield make
