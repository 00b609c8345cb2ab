"""What a plugin's tests use: the contract every connector keeps, a stand-in for a source, a clock on which nobody
waits, and a small sink that commits as the engine does."""

import pytest

pytest.register_assert_rewrite(
    *(f"{__name__}.contract_{part}" for part in ("access", "cursors", "http", "records", "webhooks"))
)

from coachkit.sdk.testing.contract import ConnectorContract  # noqa: E402 - asserts are to say what they compare
from coachkit.sdk.testing.sink import ReferenceSink, Run  # noqa: E402
from coachkit.sdk.testing.stand_in import Fault, Request, Response, StandIn  # noqa: E402
from coachkit.sdk.testing.time import FakeClock, fake_clock  # noqa: E402

__all__ = [
    "ConnectorContract",
    "FakeClock",
    "Fault",
    "ReferenceSink",
    "Request",
    "Response",
    "Run",
    "StandIn",
    "fake_clock",
]
