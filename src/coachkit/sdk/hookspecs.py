"""The hooks. There are few; each has a real plugin that uses it."""

from __future__ import annotations

from collections.abc import Sequence

import pluggy

from coachkit.sdk.connector import Connector

__all__ = ["GROUP", "connectors", "hookimpl", "hookspec"]

GROUP = "coachkit"
"""Entry-point group and pluggy project name."""

hookspec = pluggy.HookspecMarker(GROUP)
hookimpl = pluggy.HookimplMarker(GROUP)


@hookspec
def connectors() -> Sequence[type[Connector]]:  # type: ignore[empty-body]
    """The connector classes that a plugin brings."""
