"""Reads any local git repository."""

from __future__ import annotations

from coachkit.sdk import Connector, hookimpl
from coachkit_git.connector import Git

__all__ = ["Git", "connectors"]


@hookimpl
def connectors() -> list[type[Connector]]:
    return [Git]
