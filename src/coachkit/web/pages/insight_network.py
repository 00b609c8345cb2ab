"""Network, teams and flow as pages: pictures with their tables, and sentences that open what shows them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from coachkit.api.insight_network import (
    FlowSeen,
    NetworkSeen,
    PeriodQuery,
    TeamsSeen,
    flow_of,
    network_of,
    teams_of,
)
from coachkit.api.security import Asks, Installation
from coachkit.delivery.flow_told import place
from coachkit.delivery.network_told import key_people
from coachkit.delivery.told import Names, Sentence, days, span
from coachkit.domain.identity import public_id
from coachkit.errors import NotFound
from coachkit.insight.flow.findings import Slow
from coachkit.insight.flow.spans import STEPS
from coachkit.insight.network.findings import MOST_PEOPLE
from coachkit.insight.network.teams import TeamMap, TeamTie
from coachkit.insight.periods import PERIODS
from coachkit.web.charts.boxes import box_shape, heat, ticks
from coachkit.web.charts.network import Picture, colour_of, picture
from coachkit.web.i18n import mark
from coachkit.web.rendering import page, reader_of

__all__ = ["router"]

router = APIRouter()

Team = Annotated[str, Query(max_length=200)]

_STEPS = {"todo": mark("To do"), "doing": mark("In progress"), "review": mark("In review"), "waiting": mark("Waiting")}
_WIDE, _NARROW = 660, 330
_LARGEST = 40
"""Teams in a picture of teams; the others stand in the table."""

_ROWS = 12


@router.get("/insight/network")
def show_network(
    request: Request, app: Installation, viewer: Asks, months: PeriodQuery = 6, team: Team = ""
) -> HTMLResponse:
    reader = reader_of(request)
    seen = network_of(app, viewer, months, reader.language, team)
    key = key_people(seen.found, seen.names)
    numbers = {person: number for number, person in enumerate(key, 1)}
    alone = len(seen.found.people) > MOST_PEOPLE
    teams = app.insights.team_map(seen.seen, months) if alone else None
    wide, narrow = (_picture(seen, teams, numbers, width) for width in (_WIDE, _NARROW))
    return page(
        request,
        "insight_network.html",
        nav="insight",
        **_filter("/insight/network", months, seen.team, seen.names),
        seen=seen,
        wide=wide,
        narrow=narrow,
        teams_alone=alone,
        key=[
            {
                "number": numbers[person],
                "name": seen.names.person(person),
                "team": seen.names.team(seen.found.people.get(person)),
                "sentences": _shown(
                    [one for one in (*seen.told.connectors, *seen.told.depends) if one.person == person], seen.names
                ),
            }
            for person in key
        ],
        newcomers=_shown(seen.told.newcomers, seen.names),
        chart=_shown(seen.told.chart, seen.names),
        table=_pairs(seen, months),
    )


def _picture(seen: NetworkSeen, teams: TeamMap | None, numbers: dict[int, int], width: int) -> Picture:
    found = seen.found
    colours = colour_of(list(seen.names.teams))
    people = {person: team for person, team in found.people.items() if team not in found.small}
    if seen.team:
        near = {seen.team} | {other for tie in found.ties for other in _other(tie.one, tie.other, people, seen.team)}
        people = {person: team for person, team in people.items() if team in near}
    if teams is None:
        ties = [
            tie
            for tie in found.ties
            if tie.one in people
            and tie.other in people
            and (not seen.team or seen.team in (people[tie.one], people[tie.other]))
        ]
        return picture(people, ties, seen.names.teams, colours, numbers, width=width)
    sizes: dict[str, int] = {}
    for team in people.values():
        sizes[team] = sizes.get(team, 0) + 1
    largest = set(sorted(sizes, key=lambda team: (-sizes[team], team))[:_LARGEST])
    between = {(one.team, one.other): one.strength for one in teams.ties if one.strength}
    kept = {person: team for person, team in people.items() if team in largest}
    return picture(kept, (), seen.names.teams, colours, {}, width=width, between=between)


def _other(one: int, other: int, people: dict[int, str], team: str) -> Iterable[str]:
    if one in people and other in people and team in (people[one], people[other]):
        yield people[one]
        yield people[other]


def _pairs(seen: NetworkSeen, months: int) -> list[tuple[str, list[tuple[str, str]]]]:
    """Which teams have ties at all, for whom the picture is no help, and where it is told what they did for each other;
    no figures, they stand in the heat map."""
    people, names = seen.found.people, seen.names
    found = {
        (people[tie.one], people[tie.other])
        for tie in seen.found.ties
        if people[tie.one] != people[tie.other] and not {people[tie.one], people[tie.other]} & seen.found.small
        if not seen.team or seen.team in (people[tie.one], people[tie.other])
    }
    by_team: dict[str, set[str]] = {}
    for one, other in found:
        by_team.setdefault(one, set()).add(other)
        by_team.setdefault(other, set()).add(one)

    def by_name(teams: Iterable[str]) -> list[str]:
        return sorted(teams, key=lambda team: (names.team(team).casefold(), team))

    return [
        (names.team(team), [(names.team(other), _between(team, other, months)) for other in by_name(by_team[team])])
        for team in by_name(by_team)
    ]


def _between(team: str, other: str, months: int) -> str:
    return f"/insight/contribution?{urlencode({'about': f'team:{team}', 'other': other, 'months': months})}"


@router.get("/insight/teams")
def show_teams(
    request: Request, app: Installation, viewer: Asks, months: PeriodQuery = 6, team: Team = ""
) -> HTMLResponse:
    reader = reader_of(request)
    seen = teams_of(app, viewer, months, reader.language, team)
    names = seen.names
    inside = {one.team for one in seen.found.ties} | {one.other for one in seen.found.ties}
    shown = sorted(inside - seen.found.small, key=lambda key: (names.team(key).casefold(), key))
    cells = {(one.team, one.other): one for one in seen.found.ties}
    most = max((one.strength or 0 for one in seen.found.ties if one.team != one.other), default=0)
    rows = [key for key in shown if not seen.team or key == seen.team] if seen.team else shown
    table = [
        {
            "key": key,
            "name": names.team(key),
            "cells": [_cell(cells.get((key, other)), key, other, most, seen) for other in shown],
        }
        for key in rows
    ]
    received = [_cell(cells.get((key, seen.team)), key, seen.team, most, seen) for key in shown] if seen.team else []
    flows = sorted(
        (one for one in seen.found.ties if one.team != one.other and one.strength),
        key=lambda one: (-(one.strength or 0), one.team, one.other),
    )
    return page(
        request,
        "insight_teams.html",
        nav="insight",
        **_filter("/insight/teams", months, seen.team, names),
        seen=seen,
        columns=[(key, names.team(key)) for key in shown],
        rows=table,
        received=received,
        small=[names.team(key) for key in sorted(seen.found.small)],
        withheld=any(one.withheld and not {one.team, one.other} & seen.found.small for one in seen.found.ties),
        flows=[
            {
                "from": names.team(one.team),
                "to": names.team(one.other),
                "href": _pair(one.team, one.other, months),
                "bar": one.strength or 0,
            }
            for one in flows
            if not seen.team or seen.team in (one.team, one.other)
        ][:_ROWS],
        most=most,
    )


def _cell(tie: TeamTie | None, team: str, other: str, most: int, seen: TeamsSeen) -> dict[str, Any]:
    return {
        "inside": team == other,
        "withheld": tie is not None and tie.withheld,
        "value": tie.strength if tie is not None else 0,
        "step": heat(tie.strength or 0, most) if tie is not None else 0,
        "href": _pair(team, other, seen.found.months),
        "label": f"{seen.names.team(team)} → {seen.names.team(other)}",
    }


def _pair(team: str, other: str, months: int) -> str:
    return f"/insight/pair?{urlencode({'team': team, 'other': other, 'months': months})}"


@router.get("/insight/pair")
def show_pair(
    request: Request, app: Installation, viewer: Asks, team: Team, other: Team, months: PeriodQuery = 6
) -> HTMLResponse:
    """What shows one cell of the heat map: in the drawer, or as a page."""
    seen = teams_of(app, viewer, months, reader_of(request).language)
    tie = next((one for one in seen.found.ties if (one.team, one.other) == (team, other)), None)
    if tie is None:
        raise NotFound(
            "nothing shows that these teams helped each other.", chinese=("没有记录显示这两个团队互相支持。", "")
        )
    return page(
        request,
        "insight_pair.html",
        nav="insight",
        seen=seen,
        tie=tie,
        team=seen.names.team(team),
        other=seen.names.team(other),
        chips_of=_chips(tie.records, seen.names),
        between=_between(team, other, months) if team != other else "",
    )


@router.get("/insight/flow")
def show_flow(
    request: Request, app: Installation, viewer: Asks, months: PeriodQuery = 6, team: Team = ""
) -> HTMLResponse:
    reader = reader_of(request)
    seen = flow_of(app, viewer, months, reader.language, team)
    names, found = seen.names, seen.found
    handoffs = _rows(found.handoffs, seen)
    areas = _rows(found.areas, seen) if not seen.team else []
    return page(
        request,
        "insight_flow.html",
        nav="insight",
        **_filter("/insight/flow", months, seen.team, names),
        seen=seen,
        ticks=ticks(zh=names.zh),
        waiting=_shown(seen.told.waiting, names),
        outstanding=_shown(seen.told.outstanding, names),
        aged=_shown(seen.told.aged, names),
        efficiency=_shown(seen.told.efficiency, names),
        rework=_shown(seen.told.rework, names),
        steps=[(step, _STEPS[step]) for step in STEPS],
        in_state=_in_state(seen),
        waits=[row for row in handoffs if row["kind"] == "wait"],
        reviews=[row for row in handoffs if row["kind"] == "review"],
        areas=areas,
    )


def _in_state(seen: FlowSeen) -> list[dict[str, Any]]:
    """Median days in each step by team, with bars on one scale."""
    by_team: dict[str, dict[str, Slow]] = {}
    for one in seen.found.steps:
        if one.team and (not seen.team or seen.team == one.team):
            by_team.setdefault(one.team, {})[one.about] = one
    longest = max((one.length.median or 0 for one in seen.found.steps), default=0) or 1
    names = seen.names
    return [
        {
            "name": names.team(team),
            "cells": [_state(steps.get(step), longest, names) for step in STEPS],
        }
        for team, steps in sorted(by_team.items(), key=lambda pair: (names.team(pair[0]).casefold(), pair[0]))
    ]


def _state(one: Slow | None, longest: float, names: Names) -> dict[str, Any] | None:
    if one is None:
        return None
    return {
        "text": days(one.length.median, zh=names.zh),
        "bar": round(100 * (one.length.median or longest) / longest),
        "n": one.length.n,
        "slow": one.stands_out,
        "chips": _chips(one.records[:1], names),
    }


def _rows(found: Sequence[Slow], seen: FlowSeen) -> list[dict[str, Any]]:
    """The longest against elsewhere first; those that stand out always."""
    zh, names = seen.names.zh, seen.names
    mine = [one for one in found if one.elsewhere is not None and (not seen.team or seen.team in (one.team, one.other))]
    ordered = sorted(mine, key=lambda one: (not one.stands_out, -(one.length.median or 1e9), place(one, names)))
    return [
        {
            "kind": one.kind,
            "place": place(one, names),
            "median": days(one.length.median, zh=zh),
            "span": span(one.length.low, one.length.high, zh=zh),
            "elsewhere": days(one.elsewhere, zh=zh) if one.elsewhere is not None else "–",
            "n": one.length.n,
            "unfinished": one.length.unfinished,
            "held": one.held,
            "of": len(one.quarters),
            "slow": one.stands_out,
            "box": box_shape(one.box) if one.box else None,
            "chips": _chips(one.records[:3], names),
        }
        for one in ordered[: _ROWS if not seen.team else 4 * _ROWS]
    ]


def _shown(sentences: Iterable[Sentence], names: Names) -> list[dict[str, Any]]:
    return [{"text": one.text, "chips": _chips(one.records, names)} for one in sentences]


def _chips(records: Iterable[int], names: Names) -> list[tuple[str, str]]:
    """Ids and labels; of several records about one item, the first."""
    found: dict[str, str] = {}
    for record in records:
        found.setdefault(names.label(record), public_id(record))
    return [(record, label) for label, record in found.items()]


def _filter(path: str, months: int, team: str | None, names: Names) -> dict[str, Any]:
    teams = sorted(names.teams.items(), key=lambda pair: (pair[1].casefold(), pair[0]))
    return {"path": path, "months": months, "periods": PERIODS, "team": team or "", "teams": teams}
