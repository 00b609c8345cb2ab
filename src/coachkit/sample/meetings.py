"""The calendar: one-to-ones, design and goal reviews. Incident reviews come with their incidents."""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta

from coachkit.domain.audience import Audience, Sensitivity
from coachkit.domain.work import InteractionKind, Link, StateChange, WorkItem, WorkItemKind
from coachkit.sample.model import Person, Reference
from coachkit.sample.wording import Portfolio, slots
from coachkit.sample.world import WEB, Issue, World, said

__all__ = ["emit_meeting", "make_reviews"]


def emit_meeting(
    world: World,
    native_id: str,
    title: str,
    body: str | None,
    people: list[Person],
    at: datetime,
    minutes: int,
    keys: list[str],
    *,
    private: bool = False,
) -> Reference:
    """Write a meeting that took place; ``people`` attended, the first of them invited."""
    host = people[0]
    record = WorkItem(
        kind=WorkItemKind.MEETING,
        key=native_id,
        title=title,
        body=body,
        container="calendar",
        team=None if private else host.team,
        state="Held",
        state_category="done",
        created_at=at - timedelta(days=6),
        closed_at=at + timedelta(minutes=minutes),
        size=minutes,
        interactions=tuple(said(InteractionKind.ATTENDED, person.chat, at) for person in people),
        history=(StateChange(at=at, state="Held", category="done", by=host.chat),),
        links=tuple(Link(rel="relates", target=key) for key in keys),
    )
    return world.emit(
        "calendar",
        native_id,
        at,
        record,
        url=f"{WEB.format(system='calendar')}/e/{native_id}",
        audience=Audience.people(*(person.mail for person in people)) if private else None,
        sensitivity=Sensitivity.PERSONAL if private else Sensitivity.WORK,
    )


def make_reviews(world: World, portfolio: Portfolio) -> None:
    """A review by team every second week: of a design, or of a goal."""
    clock, roster = world.clock, world.roster
    for place, team in enumerate(key for key in roster.teams if key != "LEAD"):
        lead = roster.lead(team)
        rng = world.rng("reviews", team)
        weeks = (clock.first + timedelta(weeks=week, days=1 + place % 3) for week in range(1 + place % 2, 26, 2))
        for day in sorted({clock.day_from(lead, week) for week in weeks}):
            at = clock.at(lead, day, 15.0 if lead.office != "Shanghai" else 16.0)
            issue = portfolio.of_team(team, at, rng)
            if at <= clock.end and issue:
                _review(world, lead, issue, day, at, rng)


def _review(world: World, lead: Person, issue: Issue, day: date, at: datetime, rng: random.Random) -> None:
    """The team of that day looks at an issue, with a guest from the team it depends on."""
    assert issue.work
    assert issue.topic
    clock, roster, words = world.clock, world.roster, world.words[issue.language]
    bound = slots(issue, rng, me=issue.owner, other=lead)
    title = words.pick("meeting_review", rng, **bound)
    details = {"how": issue.say(issue.work.how), "done": issue.say(issue.work.done)}
    body = words.pick("meeting_review_body", rng, **{**bound, **details})
    people = [lead, *(p for p in roster.team(lead.team) if p is not lead and clock.at_work(p, day))]
    if issue.topic.needs:
        guests = [p for p in roster.team(issue.topic.needs[0].partition(".")[0]) if clock.at_work(p, day)]
        people += guests[1:2]
    emit_meeting(world, f"rev-{lead.team.lower()}-{day:%Y%m%d}", title, body, people, at, 60, [issue.key])
