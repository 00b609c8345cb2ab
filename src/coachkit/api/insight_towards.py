"""Which teams advanced the goals of which others, by kind of help, over the API; page and command ask here too."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from fastapi import APIRouter
from pydantic import BaseModel, Field

from coachkit.access import Viewer
from coachkit.api.insight_network import Months, PeriodQuery
from coachkit.api.security import Asks, Installation
from coachkit.bootstrap import App
from coachkit.domain.identity import public_id
from coachkit.insight.contributing.between import Towards
from coachkit.insights import Seen

__all__ = ["TowardsSeen", "router", "towards_answer", "towards_of"]

router = APIRouter()


@dataclass(frozen=True, slots=True)
class TowardsSeen:
    """``since`` to ``until``, in the eyes of one reader."""

    seen: Seen
    since: datetime
    until: datetime
    found: tuple[Towards, ...]


def towards_of(app: App, viewer: Viewer, months: Months) -> TowardsSeen:
    seen = app.insights.seen(viewer)
    since = app.insights.since(viewer.at, months)
    return TowardsSeen(seen, since, viewer.at, app.insights.towards(viewer, seen, since))


class TowardsOne(BaseModel):
    """What one team did for another; the view of the two says who and with what."""

    team: str
    other: str
    kinds: list[str] = Field(description="Of help, in the order of a summary.", examples=[["reviewed", "unblocked"]])
    goals: list[str] = Field(description="Keys of the goals that it served.")
    evidence: list[str] = Field(
        description="Ids of records, the newest of each kind; each opens at `/api/evidence/{id}`."
    )


class TowardsAnswer(BaseModel):
    since: datetime
    until: datetime
    teams: dict[str, str] = Field(description="Name by key.")
    towards: list[TowardsOne]


def towards_answer(found: TowardsSeen) -> TowardsAnswer:
    return TowardsAnswer(
        since=found.since,
        until=found.until,
        teams=dict(found.seen.teams),
        towards=[
            TowardsOne(
                team=one.team,
                other=one.other,
                kinds=list(one.kinds),
                goals=list(one.goals),
                evidence=[public_id(record) for record in one.records],
            )
            for one in found.found
        ],
    )


@router.get("/contribution/teams", summary="Which teams advanced the goals of which others")
def read_towards(app: Installation, viewer: Asks, months: PeriodQuery = 6) -> TowardsAnswer:
    """By kind of help and by the teams of that day. Nothing is counted and nobody named; the view of two teams names
    who."""
    return towards_answer(towards_of(app, viewer, months))
