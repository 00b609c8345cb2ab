"""Network, teams and flow over the API; the pages and the commands ask here too."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, BeforeValidator, Field

from coachkit.access import Viewer
from coachkit.api.language import Language, language_of
from coachkit.api.security import Asks, Installation
from coachkit.bootstrap import App
from coachkit.delivery import flow_told, network_told
from coachkit.delivery.told import Names, Sentence, plain_sentences
from coachkit.domain.identity import public_id
from coachkit.errors import NotFound
from coachkit.insight.flow.findings import Flow
from coachkit.insight.network.findings import Network
from coachkit.insight.network.teams import TeamMap
from coachkit.insight.periods import PERIODS
from coachkit.insights import Seen

__all__ = [
    "FlowSeen",
    "Months",
    "NetworkSeen",
    "PeriodQuery",
    "TeamsSeen",
    "flow_of",
    "months_since",
    "network_of",
    "router",
    "team_of",
    "teams_of",
]

router = APIRouter()

Months = Literal[3, 6, 12]
PeriodQuery = Annotated[
    Months, BeforeValidator(int), Query(alias="months", description="How many months back: 3, 6 or 12.")
]
TeamQuery = Annotated[str | None, Query(alias="team", max_length=200, description="Key or name of a team.")]

PURPOSE = "insight"


@dataclass(frozen=True, slots=True)
class NetworkSeen:
    """The network in the eyes of one reader, in their language."""

    found: Network
    told: network_told.NetworkTold
    names: Names
    team: str | None
    seen: Seen


@dataclass(frozen=True, slots=True)
class TeamsSeen:
    """What teams do for each other, in the eyes of one reader."""

    found: TeamMap
    names: Names
    team: str | None


@dataclass(frozen=True, slots=True)
class FlowSeen:
    """Where work waits, in the eyes of one reader, in their language."""

    found: Flow
    told: flow_told.FlowTold
    names: Names
    team: str | None


def network_of(app: App, viewer: Viewer, months: Months, language: Language, team: str | None = None) -> NetworkSeen:
    """Who works with whom. That somebody was named is noted as a read of the viewer's.

    :raises NotFound: if there is no such team.
    """
    seen = app.insights.seen(viewer)
    found = app.insights.network(seen, months)
    names = _names(app, seen, network_told.records_of(found), language)
    chosen = team_of(seen, team)
    told = network_told.network_told(found, names, chosen)
    for person in {one.person for one in (*told.connectors, *told.depends, *told.newcomers)} - {None, viewer.person}:
        if person is not None and person in seen.people:
            app.reads.record(viewer, person, "network", PURPOSE, viewer.at)
    return NetworkSeen(found, told, names, chosen, seen)


def teams_of(app: App, viewer: Viewer, months: Months, language: Language, team: str | None = None) -> TeamsSeen:
    """What teams do for each other, over months that are over.

    :raises NotFound: if there is no such team.
    """
    seen = app.insights.seen(viewer)
    found = app.insights.team_map(seen, months)
    records = {record for tie in found.ties for record in tie.records}
    return TeamsSeen(found, _names(app, seen, records, language), team_of(seen, team))


def flow_of(app: App, viewer: Viewer, months: Months, language: Language, team: str | None = None) -> FlowSeen:
    """Where work waits; it names no person.

    :raises NotFound: if there is no such team.
    """
    seen = app.insights.seen(viewer)
    found = app.insights.flow(seen, months)
    names = _names(app, seen, flow_told.records_of(found), language)
    chosen = team_of(seen, team)
    return FlowSeen(found, flow_told.flow_told(found, names, chosen), names, chosen)


def team_of(seen: Seen, text: str | None) -> str | None:
    """Key of the team called so, by key or name.

    :raises NotFound: if none is that the reader may know of.
    """
    wanted = (text or "").strip().casefold()
    if not wanted:
        return None
    for key, name in seen.teams.items():
        if wanted in (key.casefold(), name.casefold()):
            return key
    raise NotFound(
        "there is no such team.",
        subject=(text or "")[:40],
        hint="Give its key or its name, as the org chart has it.",
        chinese=("没有这个团队。", "请给出组织架构里的键或名称。"),
    )


def months_since(day: date | None, today: date) -> Months:
    """The shortest period that reaches back to ``day``; without one, half a year."""
    if day is None:
        return 6
    back = (today.year - day.year) * 12 + today.month - day.month
    return 3 if back <= PERIODS[0] else 6 if back <= PERIODS[1] else 12


def _names(app: App, seen: Seen, records: set[int], language: Language) -> Names:
    return Names(
        people=seen.people,
        teams=seen.teams,
        labels=seen.labels(records),
        zone=ZoneInfo(app.settings.timezone),
        zh=language == "zh",
    )


class Told(BaseModel):
    """A sentence, the records that show it, and the same for programs."""

    text: str
    evidence: list[str] = Field(description="Ids of records; each opens at `/api/evidence/{id}`.")
    details: dict[str, Any]


class NetworkAnswer(BaseModel):
    """Who stands between teams, what hangs on one person, and how newcomers are tied in. No figure of a person."""

    since: datetime
    until: datetime
    connectors: list[Told]
    depends: list[Told]
    newcomers: list[Told]
    chart: list[Told]
    small_teams: list[str] = Field(description="Teams of fewer than five people: in no aggregate.")
    notes: list[str]


class TeamTieAnswer(BaseModel):
    """What one team does for another; `strength` is null where fewer than five people are behind it."""

    team: str
    other: str
    strength: int | None
    withheld: bool
    evidence: list[str]


class TeamsAnswer(BaseModel):
    since: datetime
    until: datetime
    ties: list[TeamTieAnswer]
    small_teams: list[str]


class FlowAnswer(BaseModel):
    """Where work waits. It names steps, hand-offs and areas, and no person."""

    since: datetime
    until: datetime
    outstanding: list[Told]
    waiting: list[Told]
    aged: list[Told]
    efficiency: list[Told]
    rework: list[Told]
    rows: list[dict[str, Any]] = Field(description="Every step, hand-off and area that could be compared.")
    small_teams: list[str]
    notes: list[str]


def _told(sentences: tuple[Sentence, ...]) -> list[Told]:
    return [
        Told(text=one["text"], evidence=one["evidence"], details=dict(sentence.details))
        for one, sentence in zip(plain_sentences(sentences), sentences, strict=True)
    ]


def network_answer(seen: NetworkSeen) -> NetworkAnswer:
    return NetworkAnswer(
        since=seen.found.since,
        until=seen.found.until,
        connectors=_told(seen.told.connectors),
        depends=_told(seen.told.depends),
        newcomers=_told(seen.told.newcomers),
        chart=_told(seen.told.chart),
        small_teams=sorted(seen.found.small),
        notes=list(seen.told.notes),
    )


def teams_answer(seen: TeamsSeen) -> TeamsAnswer:
    return TeamsAnswer(
        since=seen.found.since,
        until=seen.found.until,
        ties=[
            TeamTieAnswer(
                team=one.team,
                other=one.other,
                strength=one.strength,
                withheld=one.withheld,
                evidence=[public_id(record) for record in one.records],
            )
            for one in seen.found.ties
            if seen.team is None or seen.team in (one.team, one.other)
        ],
        small_teams=sorted(seen.found.small),
    )


def flow_answer(seen: FlowSeen) -> FlowAnswer:
    rows = [*seen.found.steps, *seen.found.handoffs, *seen.found.areas]
    return FlowAnswer(
        since=seen.found.since,
        until=seen.found.until,
        outstanding=_told(seen.told.outstanding),
        waiting=_told(seen.told.waiting),
        aged=_told(seen.told.aged),
        efficiency=_told(seen.told.efficiency),
        rework=_told(seen.told.rework),
        rows=[flow_told.plain_slow(one) for one in rows if seen.team is None or seen.team in (one.team, one.other)],
        small_teams=sorted(seen.found.small),
        notes=list(seen.told.notes),
    )


@router.get("/network", summary="Who works with whom")
def read_network(
    request: Request, app: Installation, viewer: Asks, months: PeriodQuery = 6, team: TeamQuery = None
) -> NetworkAnswer:
    """People through whom teams reach each other, what hangs on one person, newcomers. Lists are in the order of names;
    they hold no figure of a person. That somebody is named to you is noted where they can see it."""
    return network_answer(network_of(app, viewer, months, _language(request, app), team))


@router.get("/teams", summary="What teams do for each other")
def read_teams(
    request: Request, app: Installation, viewer: Asks, months: PeriodQuery = 6, team: TeamQuery = None
) -> TeamsAnswer:
    """Over the last months that are over. Behind every figure are at least five people."""
    return teams_answer(teams_of(app, viewer, months, _language(request, app), team))


@router.get("/flow", summary="Where work waits")
def read_flow(
    request: Request, app: Installation, viewer: Asks, months: PeriodQuery = 6, team: TeamQuery = None
) -> FlowAnswer:
    """Steps, hand-offs between teams and areas of the code in which work waits, each with an interval, its quarters and
    what chance alone would do; what waits now, and the goals behind it."""
    return flow_answer(flow_of(app, viewer, months, _language(request, app), team))


def _language(request: Request, app: App) -> Language:
    return language_of(request, default=app.settings.language)
