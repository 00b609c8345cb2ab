"""The contract of a connector."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from datetime import datetime
from typing import Any

import pytest
from feishu_deliveries import ENCRYPT_KEY, SENT, VERIFICATION_TOKEN, delivery, envelope
from feishu_stand_in import APP_ID, APP_SECRET, FeishuStandIn
from feishu_state import ANA, BO, CHAT, CY, LIST, State

from coachkit.sdk import Connector, Delivery
from coachkit.sdk.testing import ConnectorContract
from coachkit_feishu.connector import Feishu

Key = tuple[str, str]


class TestFeishu(ConnectorContract):
    secrets = (APP_SECRET, ENCRYPT_KEY, VERIFICATION_TOKEN)
    signs_time = True
    refreshes = True
    changes_at_most = 8
    sizes = (200, 800)

    @pytest.fixture
    def stand_in(self, feishu: FeishuStandIn) -> FeishuStandIn:
        return feishu

    @pytest.fixture
    def make_connector(self, connect: Callable[..., Feishu]) -> Callable[[], Connector]:
        return connect

    @pytest.fixture
    def change_source(self, feishu: FeishuStandIn) -> Callable[[], object]:
        """Each time something else."""
        state, turn = feishu.state, iter(range(1_000_000))

        def change() -> None:
            number = next(turn)
            task = next(iter(state.tasks))
            if number % 5 == 0:
                state.tasks[task] |= {"summary": f"Refund step, again {number}", "updated_at": state.now()}
            elif number % 5 == 1:
                state.report(next(iter(state.key_results)), 50.0 + number, f"Report {number}.")
            elif number % 5 == 2:
                state.message(CHAT, CY, f"Remark {number}")
            elif number % 5 == 3:
                state.task(LIST, f"New {number}", ANA, BO)
            else:
                state.users[BO]["name"] = f"Bo Larsen {number}"

        return change

    @pytest.fixture
    def remove_from_source(self, feishu: FeishuStandIn) -> Callable[[], Key]:
        def remove() -> Key:
            guid = next(iter(feishu.state.tasks))
            del feishu.state.tasks[guid]
            return "tasks", guid

        return remove

    @pytest.fixture
    def spoil_source(self, feishu: FeishuStandIn) -> Callable[[], object]:
        return lambda: feishu.state.task(LIST, "No dates", ANA, BO, created_at="", updated_at=None)

    @pytest.fixture
    def crowd_one_moment(self, feishu: FeishuStandIn) -> Callable[[], set[Key]]:
        def crowd() -> set[Key]:
            moment = feishu.state.now()
            return {("messages", feishu.state.message(CHAT, BO, f"At once {n}", moment=moment)) for n in range(7)}

        return crowd

    @pytest.fixture
    def lose_most(self, feishu: FeishuStandIn) -> Callable[[], object]:
        return lambda: setattr(feishu, "listed", 0)

    @pytest.fixture
    def narrow_audience(self, feishu: FeishuStandIn) -> Callable[[], Key]:
        def narrow() -> Key:
            feishu.state.members[CHAT].remove(CY)
            return "messages", next(iter(feishu.state.messages))

        return narrow

    @pytest.fixture
    def deliver(self, feishu: FeishuStandIn) -> Callable[[], Delivery]:
        turn = iter(range(1_000_000))

        def change() -> Delivery:
            number = next(turn)
            user = feishu.state.users[BO]
            user["name"] = f"Bo Larsen-{number}"
            event = {"object": dict(user), "old_object": {"name": "Bo Larsen"}}
            return delivery(envelope("contact.user.updated_v3", event, number))

        return change

    @pytest.fixture
    def sign(self) -> Callable[..., Delivery]:
        def signs(name: str, payload: Mapping[str, Any], sent_at: datetime | None = None) -> Delivery:
            return delivery(envelope(name, payload, 7, sent_at or SENT), sent_at or SENT)

        return signs

    @pytest.fixture
    def make_sized_connector(self, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[int], Connector]]:
        monkeypatch.setenv("FEISHU_SECRET_UNDER_TEST", APP_SECRET)
        with ExitStack() as stack:

            def make(size: int) -> Connector:
                state = State(range_users=[], range_departments=[])
                state.tasklists[LIST] = {"guid": LIST}
                for number in range(size):
                    state.task(LIST, f"Routine {number}", ANA, BO)
                server = stack.enter_context(FeishuStandIn(state, most_rows=50).running())
                server.on_answer = lambda _: server.requests.clear()  # what it remembers is not the connector's
                config = {"base_url": server.url, "app_id": APP_ID, "app_secret": "env:FEISHU_SECRET_UNDER_TEST"}
                return Feishu("work", Feishu.Config.model_validate(config))

            yield make
