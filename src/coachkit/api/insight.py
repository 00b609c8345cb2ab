"""Insight over the API: every part under ``/api/insight``. A part adds its router here."""

from __future__ import annotations

from fastapi import APIRouter

from coachkit.api import (
    insight_choices,
    insight_contribution,
    insight_goals,
    insight_map,
    insight_network,
    insight_pilot,
    insight_towards,
)
from coachkit.api.problems import PROBLEMS

__all__ = ["router"]

router = APIRouter(prefix="/insight", tags=["insight"], responses=PROBLEMS)
for part in (
    insight_network,
    insight_goals,
    insight_choices,
    insight_towards,
    insight_contribution,
    insight_map,
    insight_pilot,
):
    router.include_router(part.router)
