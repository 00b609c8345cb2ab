"""Incidents: seen, stopped, explained, followed up; with their responders and the review afterwards."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache
from importlib.resources import files
from typing import Any

import yaml

from coachkit.domain.work import InteractionKind, Link, StateChange, WorkItem, WorkItemKind
from coachkit.sample.documents import emit_document
from coachkit.sample.meetings import emit_meeting
from coachkit.sample.model import Person
from coachkit.sample.world import WEB, World, said

__all__ = ["Incident", "emit_incident", "make_incidents"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """An incident as it went. ``first`` saw it, ``responders`` answered, ``follower`` does what follows."""

    key: str
    team: str
    language: str
    title: str
    sign: str
    stop: str
    cause: str
    follow: str
    began: datetime
    first: Person
    responders: tuple[Person, ...]
    follower: Person


@lru_cache(maxsize=1)
def _plans() -> list[dict[str, Any]]:
    text = files("coachkit.sample").joinpath("data/incidents.yaml").read_text(encoding="utf-8")
    loaded: list[dict[str, Any]] = yaml.safe_load(text)
    return loaded


def make_incidents(world: World) -> list[Incident]:
    """Write every incident and give them back, for feedback about them."""
    found = []
    for number, plan in enumerate(_plans(), 41):
        rng = world.rng("incident", number)
        incident = _cast(world, plan, f"INC-{number}", rng)
        emit_incident(world, incident, rng)
        found.append(incident)
    return found


def _cast(world: World, plan: dict[str, Any], key: str, rng: random.Random) -> Incident:
    clock, roster = world.clock, world.roster
    day = clock.first + timedelta(days=int((clock.last - clock.first).days * plan["at"]))
    able = [p for p in roster.team(plan["team"], "engineer", "service") if p.started_on < day and not p.left_on]
    chinese = plan["language"] == "zh"
    able = [p for p in able if p.chinese or not chinese]
    helpers = [p for p in roster.team(plan["helper"], "engineer", "service") if p.started_on < day and not p.left_on]
    helpers = [p for p in helpers if p.chinese or not chinese]
    crew = rng.sample(able, 2)
    helper = rng.choice(helpers)
    while not all(clock.at_work(person, day) for person in (*crew, helper)):
        day += timedelta(days=1)
    return Incident(
        key=key,
        team=plan["team"],
        language=plan["language"],
        title=plan["title"],
        sign=plan["sign"],
        stop=plan["stop"],
        cause=plan["cause"],
        follow=plan["follow"],
        began=clock.at(crew[0], day, 10.3 + rng.random() * 3),
        first=crew[0],
        responders=(*crew, helper),
        follower=crew[1],
    )


def emit_incident(world: World, incident: Incident, rng: random.Random) -> None:
    """Write the incident, what was said in it, its review and the document about it."""
    clock, manager = world.clock, world.roster.lead(incident.team)
    began, first = incident.began, incident.first
    stopped = began + timedelta(minutes=rng.randrange(24, 95))
    closed = clock.later(incident.follower, began, 16 + rng.random() * 12)
    states = ("Investigating", "Mitigated", "Closed") if incident.language == "en" else ("处理中", "已止损", "已关闭")
    history = [
        StateChange(at=began, state=states[0], category="doing", by=first.tracker),
        StateChange(at=stopped, state=states[1], category="doing", by=first.tracker, reason=incident.stop),
    ]
    if closed <= clock.end:
        history.append(
            StateChange(
                at=closed, state=states[2], category="done", by=incident.follower.tracker, reason=incident.cause
            )
        )
    responded = [
        said(InteractionKind.RESPONDED, person.tracker, began + timedelta(minutes=2 + 4 * place))
        for place, person in enumerate(incident.responders)
    ]
    record = WorkItem(
        kind=WorkItemKind.ISSUE,
        key=incident.key,
        title=incident.title,
        body=incident.sign,
        container="INC",
        areas=("incident",),
        team=incident.team,
        state=history[-1].state,
        state_category=history[-1].category,
        created_at=began,
        closed_at=closed if closed <= clock.end else None,
        interactions=(said(InteractionKind.REPORTED, first.tracker, began), *responded),
        history=tuple(history),
    )
    url = f"{WEB.format(system='tracker')}/browse/{incident.key}"
    world.emit("tracker", incident.key, history[-1].at, record, url=url)
    _talk(world, incident, stopped, closed, url)
    _review(world, incident, manager)


def _talk(world: World, incident: Incident, stopped: datetime, closed: datetime, url: str) -> None:
    """What was said in the ticket, as far as it has happened."""
    clock, manager = world.clock, world.roster.lead(incident.team)
    first, helper = incident.first, incident.responders[-1]
    talk = [
        (InteractionKind.RESPONDED, first, incident.began + timedelta(minutes=6), incident.sign, None),
        (
            InteractionKind.UNBLOCKED if helper.team != incident.team else InteractionKind.RESPONDED,
            helper,
            stopped - timedelta(minutes=8),
            incident.stop,
            first,
        ),
        (InteractionKind.RESPONDED, incident.follower, stopped + timedelta(minutes=50), incident.cause, None),
        (InteractionKind.COMMENTED, incident.follower, closed - timedelta(minutes=5), incident.follow, manager),
    ]
    for number, (kind, who, at, text, target) in enumerate(talk, 1):
        if at <= clock.end:
            aim = target.tracker if target and target is not who else None
            one = said(kind, who.tracker, at, text, aim)
            world.emit(
                "tracker",
                f"{incident.key}/c{number}",
                at,
                replace(one, item=incident.key),
                url=f"{url}?comment={number}",
            )


def _review(world: World, incident: Incident, manager: Person) -> None:
    """The meeting two working days later, and the document after it."""
    clock, author = world.clock, incident.follower
    at = clock.at(author, clock.day_from(author, incident.began.date() + timedelta(days=3)), 14.5)
    if at > clock.end - timedelta(hours=5):
        return
    words = world.words[incident.language]
    title = words.pick("meeting_incident", world.rng(incident.key), inc=incident.key, title=incident.title)
    people = list(dict.fromkeys((author, *incident.responders, manager)))
    emit_meeting(
        world, f"rev-{incident.key}", title, f"{incident.cause}\n{incident.follow}", people, at, 45, [incident.key]
    )
    text = f"{incident.sign}\n\n{incident.stop}\n\n{incident.cause}\n\n{incident.follow}"
    emit_document(
        world,
        f"DOC-{incident.key}",
        title,
        text,
        author,
        at + timedelta(hours=3),
        [Link(rel="relates", target=incident.key)],
        "incident",
    )
