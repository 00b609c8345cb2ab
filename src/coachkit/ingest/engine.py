"""The sync engine: pulls from a connector and commits what it yields, so that a kill at any point costs nothing."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from datetime import datetime

from coachkit.errors import CoachkitError, ContractViolation, SourceError
from coachkit.ingest.ports import IngestStore, Source
from coachkit.ingest.progress import ProgressMeter
from coachkit.ingest.reports import SyncProgress, SyncReport, SyncState
from coachkit.ingest.sync import Sync
from coachkit.sdk import Connector
from coachkit.telemetry import get_logger

__all__ = ["SyncEngine"]

log = get_logger("ingest")


class SyncEngine:
    """Brings what a connection has into the store.

    Everything before a checkpoint is committed in one transaction with it. Killed anywhere and run again, the end state
    is the same; run again without a change in the source, nothing is written.
    """

    def __init__(self, store: IngestStore, *, tenant: str = "default") -> None:
        self._store = store
        self._tenant = tenant

    def run(
        self,
        connection: str,
        connector: Connector,
        *,
        clock: Callable[[], datetime],
        on_progress: Callable[[SyncProgress], None] | None = None,
        cancelled: Callable[[], bool] | None = None,
        dry_run: bool = False,
        allow_removals: bool = False,
        restart: bool = False,
    ) -> SyncReport:
        """Pull, offer quarantined records again, and remove what the source no longer has.

        A source that fails ends the sync with state ``failed`` and ``report.error``; what came before stays.

        :param clock: tells the time; asked at the beginning, at each commit and at the end.
        :param cancelled: asked between items; the sync then commits what it has read and ends.
        :param dry_run: the same path, rolled back: ``report.changes`` says what would be created, changed and removed.
            A record that occurs far apart in one source is told once each time.
        :param allow_removals: remove records that vanished from the source even if they are many.
        :param restart: forget where the streams were left and read everything again.
        :raises StoreBusy: if this connection is being synced already.
        :raises ContractViolation: if the connector breaks a rule or fails in a way that no source explains.
        :raises ConfigError: if something must be set differently first.
        """
        if not connector.streams:
            raise ContractViolation("the connector declares no streams", subject=type(connector).name)
        source = Source(connection=connection, connector=type(connector).name, tenant=self._tenant)
        with self._store.hold(connection):
            started_at = clock()
            run = None if dry_run else self._store.start_run(connection, _holder(), started_at)
            meter = ProgressMeter(connection, started_at, on_progress)
            sync = Sync(self._store, source, connector, clock, meter, dry_run=dry_run, cancelled=cancelled or _never)
            state, said = SyncState.FAILED, "stopped before its end"
            failure: SourceError | None = None
            try:
                failure = sync.run(allow_removals=allow_removals, restart=restart)
                state = _state(failure, cancelled=sync.is_cancelled)
                said = str(failure or "")
            except CoachkitError as mistake:
                said = str(mistake)
                raise
            finally:
                finished_at = clock()
                if run is not None:
                    self._store.finish_run(run, state, sync.counts, said or None, finished_at)
                log.info("sync", connection=connection, state=str(state), dry_run=dry_run)
        return SyncReport(
            connection=connection,
            state=state,
            started_at=started_at,
            finished_at=finished_at,
            streams=sync.counts,
            dry_run=dry_run,
            changes=tuple(sync.changes),
            more_changes=sync.more_changes,
            refused=tuple(sync.refused),
            error=failure,
        )


def _holder() -> str:
    """This process, in words for who finds the connection taken."""
    return f"process {os.getpid()} on {socket.gethostname()}"


def _never() -> bool:
    return False


def _state(failure: SourceError | None, *, cancelled: bool) -> SyncState:
    if failure is not None:
        return SyncState.FAILED
    return SyncState.CANCELLED if cancelled else SyncState.DONE
