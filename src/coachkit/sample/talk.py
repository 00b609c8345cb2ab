"""What people write under issues: how they go about it, questions and answers, waiting, what came of it."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

from coachkit.domain.work import InteractionKind
from coachkit.sample.changes import speak
from coachkit.sample.model import Person
from coachkit.sample.world import Issue, World, said

__all__ = ["talk"]

_NEW_DAYS = 60


def talk(world: World) -> None:
    """Write the history and the comments of every issue that was not planted."""
    for issue in world.issues:
        if issue.handle:
            continue
        rng = world.rng("talk", issue.key)
        _history(world, issue, rng)
        _beginning(world, issue, rng)
        if issue.waits and issue.blocker:
            _waiting(world, issue, issue.blocker, rng)
        _mentoring(world, issue, rng)
        _middle(world, issue, rng)
        _end(world, issue, rng)
        issue.talk.sort(key=lambda one: one.at)


def _history(world: World, issue: Issue, rng: random.Random) -> None:
    issue.enter("todo", issue.created, issue.reporter)
    if issue.started:
        issue.enter("doing", issue.started, issue.owner)
    if issue.waits and issue.blocker and issue.topic and issue.topic.needs:
        since, until = issue.waits
        words = world.words[issue.language]
        reason = words.pick(
            "waiting", rng, key=issue.blocker.key, need=issue.topic.needs[1], team=issue.blocker.project
        )
        issue.enter("waiting", since, issue.owner, reason)
        if until and until <= world.clock.end:
            issue.enter("doing", until, issue.owner, words.pick("going_on", rng, key=issue.blocker.key))
    if issue.reviewed:
        issue.enter("review", issue.reviewed, issue.owner)
    if issue.closed:
        issue.enter("done", issue.closed, issue.owner)
        if rng.random() < 0.055:
            _reopen(world, issue, rng)
    issue.history.sort(key=lambda change: change.at)


def _reopen(world: World, issue: Issue, rng: random.Random) -> None:
    """The reporter saw it again; it is done some days later, if there is time left."""
    assert issue.closed
    again = world.clock.later(issue.reporter, issue.closed, 9 + rng.random() * 30)
    if again > world.clock.end:
        return
    words = world.words[issue.language]
    issue.enter(
        "doing", again, issue.reporter, words.pick("reopened", rng, thing=issue.thing, o=issue.slots.get("o", ""))
    )
    done = world.clock.later(issue.owner, again, 6 + rng.random() * 20)
    issue.closed = done if done <= world.clock.end else None
    if issue.closed:
        issue.enter("done", issue.closed, issue.owner)


def _say(
    world: World,
    issue: Issue,
    kind: InteractionKind,
    who: Person,
    at: datetime,
    text: str,
    target: Person | None = None,
) -> None:
    if at <= world.clock.end and who.started_on <= at.date() and not (who.left_on and at.date() > who.left_on):
        aim = target.tracker if target and target is not who else None
        issue.talk.append(said(kind, who.tracker, at, text, aim))


def _beginning(world: World, issue: Issue, rng: random.Random) -> None:
    if not issue.started or not issue.work:
        return
    if issue.first_use and issue.shape == "work" and rng.random() < 0.7:
        at = world.clock.later(issue.owner, issue.started, 1 + rng.random() * 4)
        _say(world, issue, InteractionKind.COMMENTED, issue.owner, at, issue.say(issue.work.how), issue.reporter)
    elif rng.random() < 0.3:
        at = world.clock.later(issue.owner, issue.started, 1 + rng.random() * 6)
        _say(
            world,
            issue,
            InteractionKind.COMMENTED,
            issue.owner,
            at,
            _phrase(world, issue, "progress", rng),
            issue.reporter,
        )


def _mentoring(world: World, issue: Issue, rng: random.Random) -> None:
    """Somebody of the team sits down with who is new."""
    if not issue.started or (issue.started.date() - issue.owner.started_on).days > _NEW_DAYS or rng.random() > 0.55:
        return
    able = [
        person
        for person in world.roster.team(issue.owner.team, "engineer", "service")
        if (issue.started.date() - person.started_on).days > 300 and (person.chinese or issue.language == "en")
    ]
    if not able or not issue.work or not issue.topic:
        return
    guide = rng.choice(able)
    at = world.clock.later(guide, issue.started, 5 + rng.random() * 9)
    language = speak(issue.language, guide, issue.owner, rng)
    text = world.words[language].pick(
        "mentor", rng, key=issue.key, name=rng.choice(issue.topic.names), me=issue.owner.short, topic=issue.topic.name
    )
    _say(world, issue, InteractionKind.MENTORED, guide, at, text, issue.owner)


def _phrase(world: World, issue: Issue, situation: str, rng: random.Random, *, by: Person | None = None) -> str:
    assert issue.topic
    assert issue.work
    language = speak(issue.language, by or issue.owner, issue.reporter, rng)
    return world.words[language].pick(
        situation,
        rng,
        key=issue.key,
        thing=issue.thing,
        o=issue.slots.get("o", ""),
        name=rng.choice(issue.topic.names),
        step=issue.say(rng.choice(issue.work.steps)),
        topic=issue.topic.name,
        other=issue.reporter.short,
        me=issue.owner.short,
        n=issue.slots.get("n", 3),
        k=issue.slots.get("k", 120),
    )


def _waiting(world: World, issue: Issue, blocker: Issue, rng: random.Random) -> None:
    """The one who waits asks under the other team's issue; its owner answers, and says when it is done."""
    assert issue.waits
    assert issue.topic
    assert issue.topic.needs
    until = issue.waits[1]
    assert until
    language = speak(blocker.language, issue.owner, blocker.owner, rng)
    words = world.words[language]
    slots = {
        "key": issue.key,
        "blocker": blocker.key,
        "thing": issue.thing,
        "need": _need(issue, language),
        "other": blocker.owner.short,
        "outcome": blocker.outcome,
        "me": issue.owner.short,
    }
    asked = world.clock.later(issue.owner, issue.waits[0], 0.3)
    _say(
        world,
        blocker,
        InteractionKind.ASKED,
        issue.owner,
        asked,
        words.pick("ask_blocker", rng, **slots),
        blocker.owner,
    )
    answered = world.clock.later(blocker.owner, asked, 0.5 + rng.random() * 5)
    if answered < until:
        text = words.pick("answer_blocker", rng, **slots)
        _say(world, blocker, InteractionKind.ANSWERED, blocker.owner, answered, text, issue.owner)
    done = until - timedelta(minutes=rng.randrange(5, 35))
    text = words.pick("unblock", rng, **slots)
    _say(world, issue, InteractionKind.UNBLOCKED, blocker.owner, done, text, issue.owner)


def _need(issue: Issue, language: str) -> str:
    """What is awaited, in the words of the topic; in the other language only where to read it."""
    assert issue.topic
    assert issue.topic.needs
    if issue.language == language:
        return issue.topic.needs[1]
    return f"details in {issue.key}" if language == "en" else f"详见 {issue.key}"


def _middle(world: World, issue: Issue, rng: random.Random) -> None:
    end = issue.closed or world.clock.end
    if not issue.started or issue.reporter is issue.owner or rng.random() > 0.3:
        return
    at = world.clock.later(issue.reporter, issue.started, 8 + rng.random() * 20)
    asked, _, answer = _phrase(world, issue, "nudge", rng).partition(" => ")
    answered = world.clock.later(issue.owner, at, 0.5 + rng.random() * 6)
    if answered < end:
        _say(world, issue, InteractionKind.ASKED, issue.reporter, at, asked, issue.owner)
        _say(world, issue, InteractionKind.ANSWERED, issue.owner, answered, answer, issue.reporter)


def _end(world: World, issue: Issue, rng: random.Random) -> None:
    if not issue.closed or not issue.work:
        return
    at = issue.closed - timedelta(minutes=rng.randrange(3, 12))
    if issue.owner.role == "service":
        text = _phrase(world, issue, "served", rng) if not issue.first_use else issue.say(issue.work.done)
        _say(world, issue, InteractionKind.SERVED, issue.owner, at, text, issue.reporter)
    elif issue.shape == "work" and issue.first_use:
        _say(world, issue, InteractionKind.COMMENTED, issue.owner, at, issue.say(issue.work.done), issue.reporter)
    elif rng.random() < 0.35:
        _say(
            world,
            issue,
            InteractionKind.COMMENTED,
            issue.owner,
            at,
            _phrase(world, issue, "finished", rng),
            issue.reporter,
        )
