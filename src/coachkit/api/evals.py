"""Evaluation runs: which there are, and how good each was. For admins and HR."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path, Request
from pydantic import BaseModel, Field

from coachkit.access import Viewer
from coachkit.api.language import Language, language_of
from coachkit.api.problems import PROBLEMS
from coachkit.api.security import Asks, Installation, require_role
from coachkit.bootstrap import App
from coachkit.evaluation.archive import Archive, RunEntry
from coachkit.evaluation.reporting.showing import anchor_of
from coachkit.evaluation.reporting.viewing import Figure, Ranked, Report, Row

__all__ = ["EVAL_ROLES", "archive_of", "router"]

router = APIRouter(tags=["evals"], responses=PROBLEMS)

EVAL_ROLES = ("admin", "hr")
"""Who may read evaluations: records hold drafts and evidence, of sample companies or with names replaced."""

RunId = Annotated[str, Path(description="Id of a run, as `GET /api/evals` lists it.", max_length=200)]


def archive_of(app: App, viewer: Viewer) -> Archive:
    """The runs of this installation.

    :raises AccessDenied: unless the viewer has one of the roles.
    """
    require_role(viewer, *EVAL_ROLES)
    return Archive(app.settings.evals or app.settings.data / "evals")


class Run(BaseModel):
    """A run; `samples` and what follows is null of one that was cut off."""

    id: str
    suite: str
    started_at: datetime
    models: list[str]
    documents: list[str]
    commit: str
    samples: int | None
    failed: int | None
    missing: int | None
    seconds: float | None
    cost: float | None

    @classmethod
    def of(cls, one: RunEntry) -> Run:
        end = one.end
        return cls(
            id=one.id,
            suite=one.suite,
            started_at=one.started_at,
            models=list(one.models),
            documents=list(one.documents),
            commit=one.commit,
            samples=end.samples if end else None,
            failed=end.failed if end else None,
            missing=end.missing if end else None,
            seconds=end.seconds if end else None,
            cost=end.cost if end else None,
        )


class Runs(BaseModel):
    runs: list[Run]


class Change(BaseModel):
    """Against the accepted run, on the same cases. `low` and `high` are null where nothing is known."""

    verdict: str = Field(description="better, worse, no difference shown, inconclusive, describes.")
    before: float
    difference: float
    low: float | None
    high: float | None


class Measured(BaseModel):
    """A mean with its 95 % interval, clustered by organisation."""

    document: str
    prompt: str
    model: str
    score: str
    unit: str
    hard: bool
    primary: bool
    mean: float
    low: float | None
    high: float | None
    samples: int
    change: Change | None


class BadCase(BaseModel):
    """A sample that failed or lost something; `lost` is a share, 0 to 1."""

    id: str = Field(description="Of the sample's page: `/evals/RUN/ID`.")
    case: str
    document: str
    model: str
    language: str
    error: str
    hard: list[str]
    lost: float


class EvalReport(BaseModel):
    """What the gate says of a run (null: nothing was accepted to hold it against), its scores, its worst cases."""

    run: str
    suite: str
    verdict: str | None
    reasons: list[str]
    hard_failures: int
    scores: list[Measured]
    worst: list[BadCase]


@router.get("/evals", summary="Evaluation runs")
def read_runs(app: Installation, viewer: Asks) -> Runs:
    """For admins and HR. The newest first; from the folder that the setting `evals` names."""
    return Runs(runs=[Run.of(one) for one in archive_of(app, viewer).runs()])


@router.get("/evals/{run}", summary="How good a run was")
def read_run(request: Request, app: Installation, viewer: Asks, run: RunId) -> EvalReport:
    """For admins and HR. Scores with intervals and differences to the accepted run, and the ten worst samples."""
    language: Language = language_of(request, default=app.settings.language)
    return _report(archive_of(app, viewer).report(run, language))


def _report(found: Report) -> EvalReport:
    return EvalReport(
        run=found.record.run.id,
        suite=found.record.run.suite,
        verdict=found.verdict.name if found.verdict else None,
        reasons=list(found.verdict.reasons) if found.verdict else [],
        hard_failures=found.hard,
        scores=[
            _measured(column.document, column.prompt, column.model, row, figure)
            for card in found.scorecards
            for row in card.rows
            for column, figure in zip(card.columns, row.figures, strict=True)
            if figure is not None
        ],
        worst=[_bad(one) for one in found.worst],
    )


def _measured(document: str, prompt: str, model: str, row: Row, figure: Figure) -> Measured:
    interval, change = figure.interval, figure.change
    return Measured(
        document=document,
        prompt=prompt,
        model=model,
        score=row.info.name,
        unit=row.info.unit,
        hard=row.info.hard,
        primary=row.info.primary,
        mean=interval.estimate,
        low=_finite(interval.low),
        high=_finite(interval.high),
        samples=interval.values,
        change=Change(
            verdict=str(change.verdict),
            before=change.change.before,
            difference=change.change.estimate,
            low=_finite(change.change.interval.low),
            high=_finite(change.change.interval.high),
        )
        if change
        else None,
    )


def _bad(one: Ranked) -> BadCase:
    cell = one.sample.cell
    return BadCase(
        id=anchor_of(one.sample),
        case=one.sample.case,
        document=cell.document,
        model=cell.model,
        language=cell.language,
        error=one.sample.error.code if one.sample.error else "",
        hard=[score.scorer for score in one.hard],
        lost=one.lost,
    )


def _finite(value: float) -> float | None:
    return value if abs(value) < float("inf") else None
