"""Reads people, teams and reporting lines from SCIM 2.0, BambooHR and CSV."""

from __future__ import annotations

from collections.abc import Sequence

from coachkit.sdk import Connector, hookimpl

__all__ = ["connectors"]


@hookimpl
def connectors() -> Sequence[type[Connector]]:
    """``hris-csv``, ``hris-scim`` and ``hris-bamboohr``."""
    from coachkit_hris.bamboo_connector import HrisBamboo
    from coachkit_hris.csv_connector import HrisCsv
    from coachkit_hris.scim_connector import HrisScim

    return [HrisCsv, HrisScim, HrisBamboo]
