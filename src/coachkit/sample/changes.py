"""Change requests: opened, read, answered, approved, merged."""

from __future__ import annotations

import random
from datetime import datetime

from coachkit.domain.work import InteractionKind
from coachkit.sample.model import Person
from coachkit.sample.world import Change, Issue, World, said

__all__ = ["REPOSITORIES", "SOLE_REVIEWERS", "number_changes", "plan_changes", "speak"]

REPOSITORIES = {
    "PAY": "payments-ledger",
    "SRCH": "search-service",
    "PLAT": "platform-infra",
    "DATA": "data-pipelines",
    "RISK": "risk-engine",
    "MOB": "mobile-app",
}
_FIRST_NUMBER = {"PAY": 2210, "SRCH": 1480, "PLAT": 3105, "DATA": 1902, "RISK": 1177, "MOB": 1663}
SOLE_REVIEWERS = {"SRCH.ranking": "siyuan", "DATA.change-stream": "suwan"}
"""Topics whose changes nearly all wait for one person, who writes none of them: planted single points of dependency."""


def speak(language: str, one: Person, other: Person, rng: random.Random) -> str:
    """The language in which two people write under a text: mostly the text's; among Chinese speakers often Chinese."""
    if one.chinese and other.chinese:
        return "zh" if language == "zh" or rng.random() < 0.55 else "en"
    return "en"


def plan_changes(world: World, issue: Issue, effort: float, rng: random.Random) -> None:
    """The change requests of an issue, one after the other; when the last is merged, the issue is done."""
    assert issue.started
    assert issue.work
    steps = [issue.say(step) for step in issue.work.steps]
    if issue.shape == "bug":
        parts = [(issue.say(issue.work.fix).rstrip("。."), steps[-1:])]
        if rng.random() < 0.4:
            parts.append((steps[0], steps[:1]))
    else:
        cut = rng.choices(((steps,), (steps[:-1], steps[-1:]), tuple([step] for step in steps)), (2, 4, 4))[0]
        parts = [(issue.title if place == 0 else part[0], list(part)) for place, part in enumerate(cut)]
    patience = 30.0 if issue.topic and issue.topic.needs and rng.random() < 0.35 else 0.0
    start = world.clock.later(issue.owner, issue.started, patience + effort * 0.3)
    for place, (title, subjects) in enumerate(parts):
        change = _change(world, issue, title, subjects, start, effort / len(parts) * 0.7, rng, main=place == 0)
        if change is None:
            return
        issue.changes.append(change)
        world.changes.append(change)
        issue.reviewed = change.opened
        if change.merged is None:
            return
        start = world.clock.later(issue.owner, change.merged, 1 + rng.random() * 3)
    assert change is not None
    assert change.merged is not None
    closed = world.clock.later(issue.owner, change.merged, 0.3 + rng.random() * 2.5)
    issue.closed = closed if closed <= world.clock.end else None


def _change(
    world: World,
    issue: Issue,
    title: str,
    subjects: list[str],
    start: datetime,
    hours: float,
    rng: random.Random,
    *,
    main: bool,
) -> Change | None:
    author, clock = issue.owner, world.clock
    opened = clock.later(author, start, hours)
    if opened > clock.end:
        return None
    reviewer = _reviewer(world, issue, opened, rng)
    times = [clock.later(author, start, hours * (place + 1) / (len(subjects) + 1)) for place in range(len(subjects))]
    steps = [(at, author, text) for at, text in zip(times, subjects, strict=True)]
    change = Change(issue, author, title, steps, opened, reviewer)
    _review(world, change, rng, main=main)
    return change


def _reviewer(world: World, issue: Issue, at: datetime, rng: random.Random) -> Person:
    """A colleague of the team, now and then of the team that the topic depends on."""
    assert issue.topic
    sole = SOLE_REVIEWERS.get(issue.topic.id)
    if sole and sole != issue.owner.handle and rng.random() < 0.98:
        return world.roster[sole]
    abroad = rng.random() < 0.2 and not world.by_hand(issue.owner, at)
    team = issue.topic.needs[0].partition(".")[0] if issue.topic.needs and abroad else issue.topic.team
    day = at.date()
    able = [
        person
        for person in world.roster.team(team, "engineer")
        if person is not issue.owner
        and person.started_on < day
        and not (person.left_on and person.left_on <= day)
        and (person.chinese or issue.language == "en")
        and not (sole and person.handle == sole and rng.random() < 0.5)
    ]
    if not able:
        return world.roster.lead(issue.topic.team)
    weights = [1 / (1 + (place + len(issue.owner.handle)) % len(able)) for place in range(len(able))]
    return rng.choices(able, weights)[0]


def _review(world: World, change: Change, rng: random.Random, *, main: bool) -> None:
    """The reviewer reads, perhaps asks, the author answers; approval and merge follow when there is time left."""
    clock, issue, author, reviewer = world.clock, change.issue, change.author, change.reviewer
    at = clock.later(reviewer, change.opened, rng.lognormvariate(0, 0.9) * 4)
    if at > clock.end:
        return
    asked, answer = _exchange(world, change, rng, main=main)
    if asked:
        change.talk.append(said(InteractionKind.REVIEWED, reviewer.forge, at, asked, author.forge))
        at = clock.later(author, at, 0.4 + rng.random() * 5)
        if at > clock.end:
            return
        if answer:
            change.talk.append(said(InteractionKind.ANSWERED, author.forge, at, answer, reviewer.forge))
        if rng.random() < 0.35:
            extra = world.words["zh" if issue.language == "zh" else "en"].pick(
                "commit_extra", rng, **_names(issue, rng)
            )
            change.steps.append((at, author, extra))
        at = clock.later(reviewer, at, 0.3 + rng.random() * 5)
        if at > clock.end:
            return
    change.talk.append(said(InteractionKind.APPROVED, reviewer.forge, at, None, author.forge))
    merger = author if rng.random() < 0.7 else reviewer
    merged = clock.later(merger, at, 0.2 + rng.random() * 2)
    if merged <= clock.end:
        change.merged, change.merger = merged, merger


def _names(issue: Issue, rng: random.Random) -> dict[str, str]:
    assert issue.topic
    one, other = rng.sample(issue.topic.names, 2)
    return {
        "name": one,
        "name2": other,
        "file": f"{issue.topic.area}/{one}",
        "o": str(issue.slots.get("o", "")),
        "k": str(issue.slots.get("k", "")),
        "topic": issue.topic.name,
        "title": issue.title,
    }


def _exchange(world: World, change: Change, rng: random.Random, *, main: bool) -> tuple[str | None, str | None]:
    """What the reviewer says and what the author answers: about this very piece of work the first time it is done."""
    issue, work = change.issue, change.issue.work
    assert work
    if main and issue.shape == "work" and issue.first_use:
        return issue.say(work.ask), issue.say(work.answer)
    if rng.random() < 0.3:
        return None, None
    language = speak(issue.language, change.author, change.reviewer, rng)
    step = rng.choice(change.steps)[2]
    text = world.words[language].pick("review", rng, step=step, other=change.author.short, **_names(issue, rng))
    asked, _, answer = text.partition(" => ")
    return asked, answer or None


def number_changes(world: World) -> None:
    """Give keys in the order in which changes were opened, by repository, as code hosts do."""
    world.changes.sort(key=lambda change: (change.opened, change.issue.key, change.title))
    numbers = dict(_FIRST_NUMBER)
    for change in world.changes:
        team = change.issue.project
        change.key = f"{REPOSITORIES[team]}#{numbers[team]}"
        numbers[team] += 1
