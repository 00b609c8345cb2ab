"""Evaluation runs, for those who answer for prompts and models: the list, a run's report, one case of it."""

from __future__ import annotations

from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from coachkit.api.evals import RunId, archive_of
from coachkit.api.security import Asks, Installation
from coachkit.errors import NotFound
from coachkit.evaluation.reporting.html import body, case_body
from coachkit.evaluation.reporting.showing import anchor_of
from coachkit.evaluation.reporting.words import Words
from coachkit.web.rendering import page, reader_of

__all__ = ["router"]

router = APIRouter()


@router.get("/evals")
def show(request: Request, app: Installation, viewer: Asks) -> HTMLResponse:
    runs = archive_of(app, viewer).runs()
    words = Words(reader_of(request).language)
    rows = [
        {
            "address": f"/evals/{quote(one.id, safe='')}",
            "id": one.id,
            "suite": one.suite,
            "started_at": one.started_at,
            "models": ", ".join(one.models),
            "documents": " · ".join(words.document(name) for name in one.documents),
            "commit": one.commit,
            "end": one.end,
        }
        for one in runs
    ]
    return page(request, "evals.html", nav="sources", runs=rows)


@router.get("/evals/{run}")
def show_run(request: Request, app: Installation, viewer: Asks, run: RunId) -> HTMLResponse:
    language = reader_of(request).language
    found = archive_of(app, viewer).report(run, language)
    shown = body(found, language, base=f"/evals/{quote(run, safe='')}")
    return page(request, "eval_run.html", nav="sources", suite=found.record.run.suite, body=shown)


@router.get("/evals/{run}/{case}")
def show_case(request: Request, app: Installation, viewer: Asks, run: RunId, case: str) -> HTMLResponse:
    language = reader_of(request).language
    found = archive_of(app, viewer).report(run, language)
    ranked = next((one for one in found.ranked if anchor_of(one.sample) == case), None)
    if ranked is None:
        raise NotFound("there is no such case in this run.", chinese=("这次运行里没有这个用例。", ""))
    cell, words = ranked.sample.cell, Words(language)
    where = [words.document(cell.document), cell.model, words.spoken(cell.language)]
    return page(
        request,
        "eval_case.html",
        nav="sources",
        name=ranked.sample.case,
        where=" · ".join(filter(None, where)),
        run=f"/evals/{quote(run, safe='')}",
        body=case_body(found, ranked, language),
    )
