"""The collaboration map: one page, which prints on one sheet."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from coachkit.api.insight_map import map_of
from coachkit.api.insight_network import PeriodQuery
from coachkit.api.security import Asks, Installation
from coachkit.delivery.told import Names, Sentence
from coachkit.domain.identity import public_id
from coachkit.insight.periods import PERIODS
from coachkit.web.rendering import page, reader_of

__all__ = ["router"]

router = APIRouter()


@router.get("/insight/map")
def show(request: Request, app: Installation, viewer: Asks, months: PeriodQuery = 6) -> HTMLResponse:
    seen = map_of(app, viewer, months, reader_of(request).language)
    return page(
        request,
        "insight_map.html",
        nav="insight",
        months=months,
        periods=PERIODS,
        seen=seen,
        strategy=_shown(seen.told.strategy, seen.names),
        depends=_shown(seen.told.depends, seen.names),
        disputed=_shown(seen.told.disputed, seen.names),
    )


def _shown(sentences: Iterable[Sentence], names: Names) -> list[dict[str, Any]]:
    found = []
    for one in sentences:
        chips: dict[str, str] = {}
        for record in one.records:
            chips.setdefault(names.label(record), public_id(record))
        found.append({"text": one.text, "chips": [(record, label) for label, record in chips.items()]})
    return found
