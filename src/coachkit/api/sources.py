"""Where facts come from: coverage, connections, syncs, and the jobs that run them."""

from __future__ import annotations

from fastapi import APIRouter, Request

from coachkit.api.language import language_of
from coachkit.api.models import Connection, Coverage, JobState
from coachkit.api.problems import PROBLEMS
from coachkit.api.security import Asks, Installation, is_admin, require_role
from coachkit.bootstrap import DRAFT_JOB
from coachkit.errors import NotFound

__all__ = ["router"]

router = APIRouter(tags=["sources"], responses=PROBLEMS)


@router.get("/coverage", summary="What is connected, how fresh it is, and what is missing")
def read_coverage(request: Request, app: Installation, viewer: Asks) -> Coverage:
    """Counts are of records that you may read; admins see all of them, what is missing and what could not be read."""
    everything = is_admin(viewer)
    report = app.coverage.report(viewer.at, None if everything else viewer.scopes)
    return Coverage.of(report, language_of(request, default=app.settings.language), everything=everything)


@router.get("/connections", summary="The connections and their last sync")
def read_connections(request: Request, app: Installation, viewer: Asks) -> list[Connection]:
    everything = is_admin(viewer)
    report = app.coverage.report(viewer.at, None if everything else viewer.scopes)
    language = language_of(request, default=app.settings.language)
    return [Connection.of(found, language, everything=everything) for found in report.connections]


@router.post("/connections/{name}/sync", summary="Sync a connection in the background", status_code=202)
def start_sync(app: Installation, viewer: Asks, name: str) -> JobState:
    """For admins. Asked twice while it waits, it runs once. How far it is stands at `/api/jobs/{id}`."""
    require_role(viewer, "admin")
    return JobState.of(app.jobs.get(app.request_sync(name)))


@router.get("/jobs/{job_id}", summary="How far work in the background is")
def read_job(app: Installation, viewer: Asks, job_id: str) -> JobState:
    """Admins see every job, others the wording of their own briefs."""
    job = app.jobs.get(job_id)
    own = job.kind == DRAFT_JOB and job.arguments.get("viewer") == viewer.person
    if not own and not is_admin(viewer):
        raise NotFound("there is no such job.", subject=job_id)
    return JobState.of(job)
