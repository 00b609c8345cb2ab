"""What a plugin's tests use: the contract every connector keeps, and a small sink that commits as the engine does."""

from coachkit.sdk.testing.contract import ConnectorContract
from coachkit.sdk.testing.sink import ReferenceSink, Run

__all__ = ["ConnectorContract", "ReferenceSink", "Run"]
