"""Reads the tables of a published organisation data set."""

from __future__ import annotations

from coachkit.sdk import Connector, hookimpl
from coachkit_dataset.connector import Dataset

__all__ = ["Dataset", "connectors"]


@hookimpl
def connectors() -> list[type[Connector]]:
    return [Dataset]
