"""Reads GitHub: Cloud and Enterprise, as an App or with a token."""

from __future__ import annotations

from coachkit.sdk import Connector, hookimpl
from coachkit_github.connector import GitHub

__all__ = ["GitHub", "connectors"]


@hookimpl
def connectors() -> list[type[Connector]]:
    return [GitHub]
