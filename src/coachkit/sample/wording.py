"""Slots of the phrases, bound to an issue: what makes one person's texts differ from another's."""

from __future__ import annotations

import random
from collections import defaultdict
from datetime import datetime

from coachkit.sample.model import Person
from coachkit.sample.texts import lower_first
from coachkit.sample.world import Issue, World

__all__ = ["Portfolio", "language_between", "slots"]


def language_between(one: Person, other: Person) -> str:
    """Two people talk Chinese if both do, otherwise English."""
    return "zh" if one.chinese and other.chinese else "en"


def slots(issue: Issue, rng: random.Random, *, me: Person, other: Person) -> dict[str, object]:
    """Everything that phrases may say about an issue. ``me`` is who the text is about."""
    work, topic = issue.work, issue.topic
    assert work
    assert topic
    step = issue.say(rng.choice(work.steps))
    outcome = issue.outcome
    return {
        "key": issue.key,
        "thing": issue.thing,
        "title": issue.title,
        "o": str(issue.slots["o"]),
        "name": rng.choice(topic.names),
        "step": step,
        "step_lower": lower_first(step),
        "topic": topic.name,
        "kr": topic.key_result or topic.name,
        "outcome": outcome,
        "outcome_lower": lower_first(outcome),
        "need": topic.needs[1] if topic.needs else issue.say(work.why).rstrip("。."),
        "blocker": issue.blocker.key if issue.blocker else issue.key,
        "change": issue.changes[0].key if issue.changes else issue.key,
        "ask": issue.say(work.ask),
        "me": me.short,
        "other": other.short,
    }


class Portfolio:
    """Whose issues were open or just done at a moment."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._by_owner: dict[str, list[Issue]] = defaultdict(list)
        self._by_team: dict[str, list[Issue]] = defaultdict(list)
        for issue in world.issues:
            if issue.started and issue.work and not issue.handle:
                self._by_owner[issue.owner.handle].append(issue)
                self._by_team[issue.project].append(issue)

    def around(self, person: Person, at: datetime, count: int, rng: random.Random) -> list[Issue]:
        """Up to ``count`` of the latest issues of this person; of the teams below them, for who leads."""
        own = self._latest(self._by_owner[person.handle], at)
        if person.role == "lead":
            own = [issue for team in self._below(person) for issue in self._latest(self._by_team[team], at, 6)]
        return rng.sample(own, min(count, len(own)))

    def _below(self, person: Person) -> list[str]:
        """The teams that somebody answers for; all of them, for who answers for none."""
        roster = self._world.roster
        if person.team != "LEAD":
            return [person.team]
        below = [one.team for one in roster.people if one.manager == person.handle and one.team != "LEAD"]
        return below or [team for team in roster.teams if team != "LEAD"]

    def of_team(self, team: str, at: datetime, rng: random.Random) -> Issue | None:
        """One of the latest issues of a team."""
        found = self._latest(self._by_team[team], at, 12)
        return rng.choice(found) if found else None

    @staticmethod
    def _latest(issues: list[Issue], at: datetime, count: int = 4) -> list[Issue]:
        begun = [issue for issue in issues if issue.started and issue.started < at]
        begun.sort(key=lambda issue: (issue.started or issue.created, issue.key))
        return begun[-count:]
