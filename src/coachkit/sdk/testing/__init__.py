"""What a plugin's tests use: the contract every connector keeps, and a small sink that commits as the engine does."""

from coachkit.sdk.testing.contract import ConnectorContract
from coachkit.sdk.testing.sink import ReferenceSink, Run
from coachkit.sdk.testing.stand_in import Fault, Request, Response, StandIn
from coachkit.sdk.testing.time import FakeClock, fake_clock

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
