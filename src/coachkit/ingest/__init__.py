"""From a source into the store: pull, validate, resolve identities, write; and say what is covered.

A connector yields items; :class:`SyncEngine` commits them with their checkpoints through the port
:class:`~coachkit.ingest.ports.IngestStore`. :class:`Connections` keeps configured sources, and :class:`Coverage` says
how complete and how fresh everything is.
"""

from coachkit.ingest.connections import Connections
from coachkit.ingest.coverage import Coverage, CoverageReport
from coachkit.ingest.engine import SyncEngine
from coachkit.ingest.ports import Connection, ConnectionStore, IngestStore
from coachkit.ingest.reports import StreamCounts, SyncProgress, SyncReport, SyncState

__all__ = [
    "Connection",
    "ConnectionStore",
    "Connections",
    "Coverage",
    "CoverageReport",
    "IngestStore",
    "StreamCounts",
    "SyncEngine",
    "SyncProgress",
    "SyncReport",
    "SyncState",
]
