"""Reads Jira, Cloud and Data Center: projects, accounts, issues with their history, comments, sprints."""

from __future__ import annotations

from collections.abc import Sequence

from coachkit.sdk import Connector, hookimpl

__all__ = ["connectors"]


@hookimpl
def connectors() -> Sequence[type[Connector]]:
    """``jira``."""
    from coachkit_jira.connector import Jira

    return [Jira]
