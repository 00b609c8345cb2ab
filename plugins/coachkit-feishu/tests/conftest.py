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
