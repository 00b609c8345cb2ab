"""The HTTP API: the same services as the pages, for programs."""

from __future__ import annotations

from fastapi import APIRouter

from coachkit.api import (
    contributions,
    conversations,
    documents,
    evals,
    identities,
    insight,
    me,
    people,
    points,
    records,
    self_review,
    sources,
    webhooks,
    wording,
)

__all__ = ["api_router"]


def api_router() -> APIRouter:
    """All routes under ``/api``. ``app.state.coachkit`` of the application that includes them is the installation."""
    router = APIRouter(prefix="/api")
    for part in (
        me,
        people,
        points,
        conversations,
        documents,
        contributions,
        wording,
        self_review,
        records,
        sources,
        identities,
        insight,
        evals,
        webhooks,
    ):
        router.include_router(part.router)
    router.include_router(me.health)
    return router
