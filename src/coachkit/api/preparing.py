"""Opening a document without waiting for a model: computed sentences at once, the model's wording when it is ready."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from coachkit.access import Viewer
from coachkit.api.language import Language
from coachkit.bootstrap import DRAFT_JOB, App
from coachkit.domain.drafts import Draft, DraftKind
from coachkit.errors import BadInput
from coachkit.jobs import JobState

__all__ = ["COMPUTED", "Opened", "model_of", "models_of", "open_document", "prepare_document"]

COMPUTED = "none"
_UNDER_WAY = (JobState.WAITING, JobState.RUNNING)


@dataclass(frozen=True, slots=True)
class Opened:
    """A document, and the job that is wording it, if one is under way."""

    draft: Draft
    job: str | None = None


def models_of(app: App) -> tuple[str, ...]:
    """The model settings that people may choose from: what is set here, and the two that cost and reveal nothing."""
    return tuple(dict.fromkeys([app.settings.model, "local", COMPUTED]))


def model_of(app: App, wanted: str | None, language: Language) -> str:
    """The model for a document in ``language``; the packaged one writes English only.

    :raises BadInput: if it is not offered here.
    """
    model = wanted or app.settings.model
    if model not in models_of(app):
        raise BadInput("this model is not offered here.", hint=f"Offered: {', '.join(models_of(app))}.")
    return COMPUTED if model == "local" and language == "zh" else model


def open_document(
    app: App,
    kind: DraftKind,
    viewer: Viewer,
    subject: int,
    *,
    language: Language,
    model: str | None,
    now: datetime,
    on: date | None = None,
) -> Opened:
    """Today's document; prepared at once if there is none, and reworded in the background if a model is set.

    :param on: as of the end of which day instead; one that was prepared today is opened again.
    :raises AccessDenied: if the document is not open to the viewer.
    """
    chosen, today = model_of(app, model, language), app.directory.today(now)
    on = None if on == today else on
    latest = _of_now(app, kind, viewer, subject, language, chosen, on)
    job = _job_under_way(app, kind, viewer, subject, language, chosen, on)
    if latest is not None and job is None:
        return Opened(latest)
    if chosen == COMPUTED:
        return Opened(_computed(app, kind, viewer, subject, language, now, on))
    quick = _of_now(app, kind, viewer, subject, language, COMPUTED, on)
    if quick is None:
        quick = _computed(app, kind, viewer, subject, language, now, on)
    return Opened(quick, job or app.request_draft(kind, viewer, subject, language=language, model=chosen, on=on))


def _of_now(
    app: App, kind: DraftKind, viewer: Viewer, subject: int, language: Language, model: str, on: date | None
) -> Draft | None:
    """The document of today, unless the two have changed their points since."""
    found = app.documents.latest(kind, viewer, subject, language=language, model=model, on=on)
    if found is None or app.directory.today(found.created_at) != app.directory.today(viewer.at):
        return None
    talks = kind in (DraftKind.AGENDA, DraftKind.BRIEF)
    return None if talks and app.talks.preparing.changed_since(subject, found.created_at) else found


def prepare_document(
    app: App,
    kind: DraftKind,
    viewer: Viewer,
    subject: int,
    *,
    language: Language,
    model: str | None,
    now: datetime,
    wait: bool = False,
    since: datetime | None = None,
    on: date | None = None,
) -> Opened:
    """Prepare it anew: with ``wait`` to its end, otherwise computed at once and worded in the background.

    :raises AccessDenied: if the document is not open to the viewer.
    """
    chosen = model_of(app, model, language)
    if wait or chosen == COMPUTED:
        draft = app.documents.prepare(
            kind, viewer, subject, language=language, model=chosen, now=now, since=since, on=on
        )
        return Opened(draft)
    quick = _computed(app, kind, viewer, subject, language, now, on)
    return Opened(quick, app.request_draft(kind, viewer, subject, language=language, model=chosen, on=quick.on))


def _computed(
    app: App, kind: DraftKind, viewer: Viewer, subject: int, language: Language, now: datetime, on: date | None
) -> Draft:
    return app.documents.prepare(kind, viewer, subject, language=language, model=COMPUTED, now=now, on=on)


def _job_under_way(
    app: App, kind: DraftKind, viewer: Viewer, subject: int, language: Language, model: str, on: date | None
) -> str | None:
    asked = {"kind": str(kind), "viewer": viewer.person, "subject": subject, "language": language, "model": model}
    if on is not None:
        asked["on"] = on.isoformat()
    jobs = app.jobs.list(states=_UNDER_WAY, kind=DRAFT_JOB, limit=200)
    return next((job.id for job in jobs if dict(job.arguments) == asked), None)
