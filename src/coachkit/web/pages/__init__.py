"""The pages, one module for each subject. Each page works as plain links and forms; the script only saves reloads."""

from __future__ import annotations

from fastapi import APIRouter

from coachkit.web.pages import (
    agenda,
    contributions,
    conversations,
    documents,
    evals,
    home,
    identities,
    insight,
    insight_contribution,
    insight_goals,
    insight_map,
    insight_network,
    insight_pilot,
    me,
    records,
    self_review,
    signing_in,
    sources,
)

__all__ = ["pages_router"]


def pages_router() -> APIRouter:
    """All pages; the API's description does not list them."""
    router = APIRouter(include_in_schema=False)
    for part in (
        home,
        signing_in,
        agenda,
        conversations,
        documents,
        contributions,
        self_review,
        records,
        me,
        sources,
        identities,
        insight,
        insight_contribution,
        insight_goals,
        insight_map,
        insight_network,
        insight_pilot,
        evals,
    ):
        router.include_router(part.router)
    return router
