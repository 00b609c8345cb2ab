"""How far syncs are, with the time left at the pace seen so far."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from coachkit.bootstrap import SYNC_JOB, App
from coachkit.jobs import Job, JobState
from coachkit.web.formats import Formats
from coachkit.web.i18n import Speech

__all__ = ["Pace", "SyncProgress", "sync_jobs"]

_UNDER_WAY = (JobState.WAITING, JobState.RUNNING, JobState.CANCELLING)
_LEAST_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class SyncProgress:
    """What stands under a connection while it is synced."""

    words: str
    done: int
    total: int | None


def sync_jobs(app: App) -> dict[str, Job]:
    """Syncs that wait or run, by connection."""
    jobs = app.jobs.list(states=_UNDER_WAY, kind=SYNC_JOB, limit=200)
    return {str(job.arguments.get("connection", "")): job for job in jobs}


@dataclass(slots=True)
class Pace:
    """Remembers when each stream of a job was first seen, and how far it was then."""

    first: dict[tuple[str, str], tuple[float, int]] = field(default_factory=dict)

    def progress(self, job: Job, say: Speech, fmt: Formats) -> SyncProgress:
        """``job`` in words."""
        if job.state is JobState.WAITING or not job.progress:
            words = say("waiting to begin") if job.state is JobState.WAITING else say("beginning")
            return SyncProgress(words, 0, None)
        done, total = int(job.progress.get("done") or 0), job.progress.get("total")
        stream = str(job.progress.get("note") or "")
        if total is None:
            read = say("%(done)s read", done=fmt.number(done))
            return SyncProgress(" · ".join(filter(None, [stream, read])), done, None)
        counted = say("%(done)s of %(total)s", done=fmt.number(done), total=fmt.number(total))
        left = self._left(job.id, stream, done, total)
        return SyncProgress(" · ".join(filter(None, [stream, counted, _left(left, say)])), done, total)

    def _left(self, job_id: str, stream: str, done: int, total: int) -> float | None:
        now = time.monotonic()
        since, before = self.first.setdefault((job_id, stream), (now, done))
        if now - since < _LEAST_SECONDS or done <= before:
            return None
        return max(0.0, (total - done) * (now - since) / (done - before))


def _left(seconds: float | None, say: Speech) -> str:
    if seconds is None:
        return ""
    if seconds < 60:
        return say.several("%(num)s second left", "%(num)s seconds left", max(1, round(seconds)))
    return say.several("%(num)s minute left", "%(num)s minutes left", round(seconds / 60))
