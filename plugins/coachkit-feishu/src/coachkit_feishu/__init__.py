"""Reads Feishu and Lark: accounts, departments, OKR, tasks, meetings, documents, minutes, groups."""

from __future__ import annotations

from collections.abc import Sequence

from coachkit.sdk import Connector, hookimpl

__all__ = ["connectors"]


@hookimpl
def connectors() -> Sequence[type[Connector]]:
    """``feishu``."""
    from coachkit_feishu.connector import Feishu

    return [Feishu]
