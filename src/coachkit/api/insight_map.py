"""The one-page collaboration map over the API; the page and the command ask here too."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request
from pydantic import BaseModel

from coachkit.access import Viewer
from coachkit.access.contributions import Asking, asks_as
from coachkit.api.insight_network import Months, PeriodQuery, Told
from coachkit.api.language import Language, language_of
from coachkit.api.security import Asks, Installation
from coachkit.bootstrap import App
from coachkit.delivery.map_told import MapTold, map_told
from coachkit.delivery.told import Names, Sentence, plain_sentences
from coachkit.domain.identity import unpublic_id
from coachkit.insight.contributing.together import (
    Disputed,
    depending,
    disputed_projects,
    loose,
    ranked,
    reaching,
)
from coachkit.insight.organisation.tables import moment
from coachkit.insight.periods import PERIODS
from coachkit.insights import Seen

__all__ = ["MapSeen", "map_answer", "map_of", "router"]

router = APIRouter()


@dataclass(frozen=True, slots=True)
class MapSeen:
    """The map in the eyes of one reader, in their language."""

    since: datetime
    until: datetime
    told: MapTold
    names: Names


def map_of(app: App, viewer: Viewer, months: Months, language: Language) -> MapSeen:
    """How strategy reaches team goals, what depends most on other teams, whose credit is most disputed."""
    seen = app.insights.seen(viewer)
    since = app.insights.since(viewer.at, months)
    goals = app.insights.goals.overview(viewer)
    reach = reaching(goals.goals, goals.courses, moment(viewer.at))
    depends = depending(app.insights.flow(seen, months))
    disputed = ranked([*_projects(app, viewer, seen, since), *_summaries(app, viewer, seen)])
    hanging = loose(goals.goals)
    records = {
        *(goal.record for one in reach for goal in (one.goal, *one.below)),
        *(goal.record for several in hanging.values() for goal in several),
        *(record for one in depends for record in (*one.records, *one.goals)),
        *(record for one in disputed for record in one.records),
    }
    names = Names(
        people=seen.people,
        teams=seen.teams,
        labels=seen.labels(records),
        zone=ZoneInfo(app.settings.timezone),
        zh=language == "zh",
    )
    return MapSeen(since, seen.at, map_told(reach, hanging, depends, disputed, names), names)


def _projects(app: App, viewer: Viewer, seen: Seen, since: datetime) -> Iterable[Disputed]:
    """Disputes beside contribution views, of what the reader may read."""
    import polars as pl

    contested = app.insights.notes.store.contested()
    if not contested:
        return ()
    rows = app.insights.given(viewer, seen, app.insights.since(viewer.at, PERIODS[-1]))
    present = [one.id for one in app.directory.people()]
    return disputed_projects(rows.filter(pl.col("who").is_in(present)), contested, since, seen.at)


def _summaries(app: App, viewer: Viewer, seen: Seen) -> Iterable[Disputed]:
    """Disputes beside contribution summaries that are open, and that the reader may ask for."""
    from coachkit.store.relational.contribution_notes import contested_statements
    from coachkit.store.relational.drafts import SqlDraftStore

    drafts = SqlDraftStore(app.database)
    readable = set(seen.tables.items["record"]) | set(seen.tables.acts["record"]) | set(seen.tables.goals["record"])
    latest: set[int] = set()
    for draft_id, contested in contested_statements(app.database):
        showing, stored = app.showing_store.get(draft_id), drafts.get(draft_id)
        if showing is None or stored is None or showing.target in latest:
            continue
        if showing.is_own or not showing.is_open(viewer.at):
            continue
        target = app.targets.target(showing.target)
        if asks_as(app.targets, viewer, target) != Asking.LEAD:
            continue
        latest.add(showing.target)
        statements = [one for section in stored.draft.sections for one in section.statements if one.data.get("people")]
        evidence = [unpublic_id(public) for one in statements if one.id in contested for public in one.evidence]
        yield Disputed(
            name=target.name or target.key,
            told=len(statements),
            contested=len(contested & {one.id for one in statements}),
            people=len(showing.named),
            records=tuple(record for record in dict.fromkeys(evidence) if record in readable)[:5],
        )


class MapAnswer(BaseModel):
    """Three parts; no part holds a figure of a person."""

    since: datetime
    until: datetime
    strategy: list[Told]
    depends: list[Told]
    disputed: list[Told]
    notes: list[str]


def map_answer(seen: MapSeen) -> MapAnswer:
    def told(sentences: tuple[Sentence, ...]) -> list[Told]:
        return [
            Told(text=plain["text"], evidence=plain["evidence"], details=dict(one.details))
            for plain, one in zip(plain_sentences(sentences), sentences, strict=True)
        ]

    return MapAnswer(
        since=seen.since,
        until=seen.until,
        strategy=told(seen.told.strategy),
        depends=told(seen.told.depends),
        disputed=told(seen.told.disputed),
        notes=list(seen.told.notes),
    )


@router.get("/map", summary="The collaboration map on one page")
def read_map(request: Request, app: Installation, viewer: Asks, months: PeriodQuery = 6) -> MapAnswer:
    """How strategy reaches team goals, which hand-offs depend most on other teams, and whose shared credit is most
    disputed, where at least five people are named."""
    return map_answer(map_of(app, viewer, months, language_of(request, default=app.settings.language)))
