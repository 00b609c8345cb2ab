"""Reads records from JSON Lines files: the way in for any system without a connector."""

from __future__ import annotations

from coachkit.sdk import Connector, hookimpl
from coachkit_jsonl.connector import JsonLines

__all__ = ["JsonLines", "connectors"]


@hookimpl
def connectors() -> list[type[Connector]]:
    return [JsonLines]
