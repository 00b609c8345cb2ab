"""Pilots over the API; the page and the commands ask here too."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Path, Request
from pydantic import BaseModel, ConfigDict, Field

from coachkit.access import Viewer
from coachkit.api.insight_network import Told, team_of
from coachkit.api.language import Language, language_of
from coachkit.api.security import Asks, Installation
from coachkit.bootstrap import App
from coachkit.delivery.pilot_told import PilotTold, pilot_told
from coachkit.delivery.told import Names, plain_sentences
from coachkit.insight.pilots.figures import CheckInSeen
from coachkit.insight.pilots.service import Pilot

__all__ = ["PilotSeen", "pilot_answer", "pilots_of", "router", "start_pilot"]

router = APIRouter()

PilotId = Annotated[str, Path(max_length=40)]


@dataclass(frozen=True, slots=True)
class PilotSeen:
    """A pilot in the eyes of who started it, in their language."""

    pilot: Pilot
    told: PilotTold
    names: Names

    @property
    def title(self) -> str:
        return ("、" if self.names.zh else ", ").join(self.names.team(team) for team in self.pilot.teams)


def pilots_of(app: App, viewer: Viewer, language: Language, pilot: str = "") -> list[PilotSeen]:
    """Those that the viewer started, the newest first; or one of them.

    :raises NotFound: if the viewer has started none such.
    """
    service = app.insights.pilots
    mine = [service.one(viewer, pilot)] if pilot else service.of(viewer)
    if not mine:
        return []
    seen, check_ins = app.insights.seen_of_teams(viewer), app.insights.check_ins(viewer)
    shown = []
    for one in mine:
        standing = service.standing(one, seen, check_ins)
        records = {record for several in standing.records.values() for record in several}
        names = Names(
            people=seen.people,
            teams=seen.teams,
            labels=seen.labels(records) | _of_check_ins(app, check_ins, records, language),
            zone=ZoneInfo(app.settings.timezone),
            zh=language == "zh",
        )
        shown.append(PilotSeen(one, pilot_told(standing, names), names))
    return shown


def _of_check_ins(
    app: App, check_ins: Sequence[CheckInSeen], records: Collection[int], language: Language
) -> dict[int, str]:
    """A check-in has no key that people know it by: it is called by its day."""
    zone = ZoneInfo(app.settings.timezone)
    found = {}
    for one in check_ins:
        if one.record in records:
            day = one.at.astimezone(zone)
            found[one.record] = (
                f"{day.month}月{day.day}日的一对一" if language == "zh" else f"check-in of {day.day} {day:%B}"
            )
    return found


def start_pilot(app: App, viewer: Viewer, teams: Sequence[str]) -> Pilot:
    """Keep the baseline of these teams, by key or name, and begin.

    :raises AccessDenied: unless the viewer leads all of them, or holds HR's grant for them.
    :raises BadInput: for fewer than five people.
    """
    seen = app.insights.seen_of_teams(viewer)
    keys = [key for team in teams if (key := team_of(seen, team)) is not None]
    return app.insights.pilots.start(viewer, seen, keys, app.insights.check_ins(viewer))


class PilotRequest(BaseModel):
    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"teams": ["SRCH", "PAY"]}]})

    teams: list[str] = Field(max_length=50, description="Keys or names of teams.")


class PilotAnswer(BaseModel):
    """A pilot and how it stands; no figure of a person."""

    id: str
    teams: list[str]
    started_at: datetime
    stopped_at: datetime | None
    figures: list[Told]
    notes: list[str]


def pilot_answer(seen: PilotSeen) -> PilotAnswer:
    sentences = seen.told.figures
    return PilotAnswer(
        id=seen.pilot.id,
        teams=list(seen.pilot.teams),
        started_at=seen.pilot.started_at,
        stopped_at=seen.pilot.stopped_at,
        figures=[
            Told(text=plain["text"], evidence=plain["evidence"], details=dict(one.details))
            for plain, one in zip(plain_sentences(sentences), sentences, strict=True)
        ],
        notes=list(seen.told.notes),
    )


@router.get("/pilots", summary="Pilots that you started")
def read_pilots(request: Request, app: Installation, viewer: Asks) -> list[PilotAnswer]:
    """Each figure before and since, with an interval. Nobody else sees them: they are read with your eyes."""
    language = language_of(request, default=app.settings.language)
    return [pilot_answer(one) for one in pilots_of(app, viewer, language)]


@router.post("/pilots", status_code=201, summary="Start a pilot")
def write_pilot(request: Request, app: Installation, viewer: Asks, wanted: PilotRequest) -> PilotAnswer:
    """For who leads all of its teams, or HR with a grant for them; of at least five people. The figures of the thirteen
    weeks before are kept."""
    made = start_pilot(app, viewer, wanted.teams)
    language = language_of(request, default=app.settings.language)
    return pilot_answer(pilots_of(app, viewer, language, made.id)[0])


@router.delete("/pilots/{pilot}", summary="Stop a pilot of yours")
def stop_pilot(request: Request, app: Installation, viewer: Asks, pilot: PilotId) -> PilotAnswer:
    """What was seen until then stays."""
    app.insights.pilots.stop(viewer, pilot)
    language = language_of(request, default=app.settings.language)
    return pilot_answer(pilots_of(app, viewer, language, pilot)[0])
