"""Records: evidence, search, and action items."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request

from coachkit.api.models import ActionItem, ActionItemChange, EvidenceRecord, SearchHit, SearchResults
from coachkit.api.problems import PROBLEMS
from coachkit.api.searching import Asked, search
from coachkit.api.security import Asks, Installation
from coachkit.domain.identity import unpublic_id
from coachkit.drafting.cleaning import clean

__all__ = ["router"]

router = APIRouter(tags=["records"], responses=PROBLEMS)


@router.get("/evidence/{evidence_id}", summary="Open a record")
def read_evidence(app: Installation, viewer: Asks, evidence_id: str) -> EvidenceRecord:
    """The record behind a citation. Whose record it is can see that it was opened, and by whom."""
    found = app.evidence.open(evidence_id, viewer)
    return EvidenceRecord.of(found, app.insights.trail(viewer, unpublic_id(found.id)))


@router.get("/search", summary="Search the records that you may read")
def read_search(request: Request, app: Installation, viewer: Asks, asked: Annotated[Asked, Query()]) -> SearchResults:
    """By words and by meaning, in Chinese and English, over what you may read and nothing else."""
    found = search(app, viewer, asked)
    following = asked.offset + asked.limit
    return SearchResults(
        query=asked.q,
        hits=[
            SearchHit(
                id=hit.evidence.id,
                kind=hit.evidence.kind,
                key=clean(hit.evidence.key),
                title=clean(hit.evidence.title),
                excerpt=hit.excerpt,
                connection=hit.evidence.connection,
                occurred_at=hit.evidence.occurred_at,
                score=hit.score,
            )
            for hit in found.hits
        ],
        next=str(request.url.include_query_params(offset=following)) if found.more else None,
    )


@router.get("/action-items/{item_id}", summary="An action item")
def read_action_item(app: Installation, viewer: Asks, item_id: str) -> ActionItem:
    return ActionItem.of(app.action_items.get(item_id, viewer))


@router.patch("/action-items/{item_id}", summary="Tick an action item off, or open it again")
def change_action_item(app: Installation, viewer: Asks, item_id: str, change: ActionItemChange) -> ActionItem:
    """Open to its owner and to the two who agreed on it. Saying the same twice changes nothing."""
    return ActionItem.of(app.action_items.set_done(item_id, viewer, change.done, viewer.at))
