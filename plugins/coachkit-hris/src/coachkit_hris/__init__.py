"""Reads people, teams and reporting lines from SCIM 2.0 and CSV."""

from __future__ import annotations

from collections.abc import Sequence

from coachkit.sdk import Connector, hookimpl

__all__ = ["connectors"]


@hookimpl
def connectors() -> Sequence[type[Connector]]:
    """``hris-csv`` and ``hris-scim``."""
    from coachkit_hris.csv_connector import HrisCsv
    from coachkit_hris.scim_connector import HrisScim

    return [HrisCsv, HrisScim]
