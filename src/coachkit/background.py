"""Work in the background of an installation: which jobs there are, what each does, and what comes back by itself."""

from __future__ import annotations

from datetime import date, timedelta
from time import monotonic

from coachkit.bootstrap import DRAFT_JOB, EMBED_JOB, SUGGEST_JOB, SYNC_JOB, App
from coachkit.errors import StoreBusy
from coachkit.ingest.reports import SyncProgress
from coachkit.jobs import Handler, JobContext, Worker

__all__ = ["RECONCILE_JOB", "TIDY_JOB", "Background"]

TIDY_JOB, RECONCILE_JOB = "tidy", "reconcile-index"

EMBED_SECONDS = 20.0
"""Of one job; what is left then waits in the queue again, so that nothing else waits long behind it."""

EMBED_PAUSE = 3.0
"""Between two batches while webhooks come in: what is not embedded yet is found by its words."""

KEPT_JOBS = timedelta(days=30)
"""How long jobs that ended can be looked at."""


class Background:
    """The worker of one process. :meth:`stop` it before the installation is closed."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._worker = Worker(app.jobs, self._handlers(), clock=app.now)

    def _handlers(self) -> dict[str, Handler]:
        return {
            SYNC_JOB: self._sync,
            self._app.webhooks.job: self._app.webhooks.run,
            SUGGEST_JOB: self._suggest,
            DRAFT_JOB: self._draft,
            TIDY_JOB: self._tidy,
            EMBED_JOB: self._embed,
            RECONCILE_JOB: self._reconcile,
        }

    def start(self) -> None:
        """Work off jobs and schedules in this process until :meth:`stop`."""
        app, now, day = self._app, self._app.now(), timedelta(days=1)
        app.jobs.schedule(TIDY_JOB, TIDY_JOB, {}, every=day, first_at=now)
        app.jobs.schedule(RECONCILE_JOB, RECONCILE_JOB, {}, every=day, first_at=now + day)
        app.jobs.schedule(EMBED_JOB, EMBED_JOB, {}, every=timedelta(minutes=10), first_at=now)
        self._worker.start()
        app.webhooks.start()
        app.index_keeper.start()

    def run_pending(self) -> None:
        """Work off what is due now, in this thread."""
        self._worker.run_pending()

    def stop(self) -> None:
        """Put down what is running; it is taken up again by whoever works next."""
        self._app.webhooks.stop()
        self._worker.stop()

    def _sync(self, job: JobContext) -> None:
        def show(progress: SyncProgress) -> None:
            job.progress(progress.done, progress.total, note=progress.stream)

        report = self._app.sync(job.arguments["connection"], on_progress=show, cancelled=lambda: job.interrupted)
        job.check()
        if report.error is not None:
            raise report.error
        if report.total.written:
            self._app.request_suggestions()

    def _suggest(self, _job: JobContext) -> None:
        self._app.identities.suggest(self._app.now())

    def _draft(self, job: JobContext) -> None:
        app, asked, now = self._app, job.arguments, self._app.now()
        viewer = app.directory.viewer(asked["viewer"], now)
        language, model = asked["language"], asked["model"]
        on = date.fromisoformat(asked["on"]) if "on" in asked else None
        app.documents.prepare(asked["kind"], viewer, asked["subject"], language=language, model=model, now=now, on=on)

    def _embed(self, job: JobContext) -> None:
        """Embed what waits, some seconds of it; the rest is asked for again."""
        app = self._app
        app.renew_postings()
        until = monotonic() + EMBED_SECONDS

        def make_way() -> None:
            job.check()
            if app.webhooks.is_busy:
                job.wait(EMBED_PAUSE)

        try:
            app.indexer.embed(check=make_way, progress=job.progress, enough=lambda: monotonic() > until)
        except StoreBusy:
            return  # another process is at it
        app.index_keeper.wake()
        if app.embedder is not None and app.indexer.pending():
            app.request_embedding()

    def _reconcile(self, _job: JobContext) -> None:
        self._app.indexer.wish("reconcile")
        self._app.index_keeper.wake()

    def _tidy(self, _job: JobContext) -> None:
        app, now = self._app, self._app.now()
        app.sign_in.sweep(now)
        app.webhooks.tidy()
        app.jobs.forget(now - KEPT_JOBS)
