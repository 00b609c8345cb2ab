"""A Feishu on loopback with a small organisation in it, and connectors that read it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from feishu_deliveries import ENCRYPT_KEY, VERIFICATION_TOKEN
from feishu_stand_in import APP_ID, APP_SECRET, FeishuStandIn
from feishu_state import BO, CHAT

from coachkit_feishu.connector import Feishu

SLOW = (
    *("test_a_narrowed_audience_holds_at_once", "test_killed_anywhere_after_a_change"),
    *("test_killed_anywhere_it_ends_in_the_same_state", "test_equal_moments_at_the_edge_of_a_page_are_not_lost"),
    *("test_change_between_two_requests_is_not_lost", "test_change_while_items_are_read_is_not_lost"),
    *("test_odd_pages_end_and_lose_nothing", "test_limits_are_waited_for", "test_memory_does_not_grow_with_the_source"),
)
"""Of the contract: each reads the whole source some dozen times."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.name == "test_feishu_contract.py" and item.name.startswith(SLOW):
            item.add_marker(pytest.mark.slow)


@pytest.fixture
def feishu(monkeypatch: pytest.MonkeyPatch) -> Iterator[FeishuStandIn]:
    monkeypatch.setenv("FEISHU_SECRET_UNDER_TEST", APP_SECRET)
    monkeypatch.setenv("FEISHU_KEY_UNDER_TEST", ENCRYPT_KEY)
    monkeypatch.setenv("FEISHU_TOKEN_UNDER_TEST", VERIFICATION_TOKEN)
    with FeishuStandIn().running() as server:
        yield server


@pytest.fixture
def connect(feishu: FeishuStandIn) -> Iterator[Callable[..., Feishu]]:
    """Makes a connector over the stand-in; keywords are configuration."""
    with ExitStack() as opened:

        def make(**more: Any) -> Feishu:
            connector = connector_of(feishu, **more)
            opened.callback(connector.close)
            return connector

        yield make


def connector_of(server: FeishuStandIn, **more: Any) -> Feishu:
    config = {
        "base_url": server.url,
        "app_id": APP_ID,
        "app_secret": "env:FEISHU_SECRET_UNDER_TEST",
        "encrypt_key": "env:FEISHU_KEY_UNDER_TEST",
        "verification_token": "env:FEISHU_TOKEN_UNDER_TEST",
        "directory": True,
        "calendars": (BO,),
        "meetings_since": date(2025, 1, 1),
        "spaces": ("*",),
        "minutes": ("min1",),
        "chats": (CHAT,),
        "messages_days": 36_500,
        **more,
    }
    return Feishu("work", Feishu.Config.model_validate(config))
