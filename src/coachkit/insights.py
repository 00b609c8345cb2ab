"""Insight into a whole organisation, wired: engines of ``coachkit.insight`` over what one viewer may read.

Permission comes first: the tables are read in the scopes of the viewer, so nothing hidden can move what they are told.
"""

from __future__ import annotations

from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING

from coachkit.access import Directory, ReadLog, Viewer
from coachkit.store.relational.database import Database

if TYPE_CHECKING:
    from coachkit.insight.organisation.tables import Tables
    from coachkit.store.relational.reading_organisation import SqlOrganisationReader

__all__ = ["Insights"]


class Insights:
    """Each part is made when it is first asked for, like those of :class:`coachkit.bootstrap.App`."""

    def __init__(self, database: Database, directory: Directory, reads: ReadLog, timezone: str) -> None:
        self._database = database
        self._directory = directory
        self._reads = reads
        self._timezone = timezone

    @cached_property
    def reader(self) -> SqlOrganisationReader:
        from coachkit.store.relational.reading_organisation import SqlOrganisationReader

        return SqlOrganisationReader(self._database)

    def tables(self, viewer: Viewer | None, at: datetime) -> Tables:
        """What could be known at ``at`` of what ``viewer`` may read; ``None``: of everything, for programs."""
        return self.reader.tables(viewer.scopes if viewer else None).as_of(at)
