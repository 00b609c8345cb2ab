"""Who worked on what, when: the stream of issues of every person, and which of them waited for another team."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta

from coachkit.domain.work import Link
from coachkit.sample.changes import SOLE_REVIEWERS, plan_changes
from coachkit.sample.model import Person
from coachkit.sample.texts import Topic, Work, lower_first
from coachkit.sample.world import Issue, World

__all__ = ["number_issues", "plan_issues", "weave_waits"]

CODE_TEAMS = ("PAY", "SRCH", "PLAT", "DATA", "RISK", "MOB")
_FIRST_NUMBER = {"PAY": 812, "SRCH": 604, "PLAT": 1340, "DATA": 977, "CS": 415, "DSGN": 233, "RISK": 531, "MOB": 698}
_ASKERS = {
    "PAY": ("clara", "leonor", "duarte", "jonas"),
    "SRCH": ("muye", "jianing", "leonor", "linmu"),
    "PLAT": ("katrin", "piet", "yiming", "jonas"),
    "DATA": ("xujia", "shuheng", "jingyi", "yufei"),
    "CS": ("anran", "jingyi", "leonor", "clara"),
    "DSGN": ("helena", "muye", "clara", "xiaolan"),
    "RISK": ("bailu", "qiwen", "zimo", "jingyi"),
    "MOB": ("goncalo", "mateus", "siqi", "mengqi", "zhiqiu"),
}
_PACE = {"engineer": (44.0, 47.0), "product": (66.0, 92.0), "service": (38.0, 70.0)}
"""Hours that a piece of work takes, and hours until the next one begins, by role."""

_Draw = tuple[Work, str, str, bool]


def _draws(topic: Topic, rng: random.Random) -> Iterator[_Draw]:
    """All work of a topic: each piece as work and as bug once, before it comes again for another variant."""
    variants = list(topic.variants)
    rng.shuffle(variants)
    pieces = [(place, work, shape) for place, work in enumerate(topic.works) for shape in ("work", "bug")]
    for turn in range(len(variants)):
        rng.shuffle(pieces)
        for place, work, shape in pieces:
            yield work, shape, variants[(turn + place) % len(variants)], turn == 0


def plan_issues(world: World) -> None:
    """Give everybody who works on issues their stream of them."""
    by_team: dict[str, list[Topic]] = defaultdict(list)
    for topic in world.topics.values():
        by_team[topic.team].append(topic)
    draws = {topic.id: _draws(topic, world.rng("works", topic.id)) for topic in world.topics.values()}
    for team, topics in by_team.items():
        for place, person in enumerate(world.roster.team(team, *_PACE)):
            rng = world.rng("issues", person.handle)
            able = [
                topic
                for topic in topics
                if (topic.language == "en" or person.chinese) and SOLE_REVIEWERS.get(topic.id) != person.handle
            ]
            if person.chinese:
                able.sort(key=lambda topic: topic.language, reverse=True)
            own = [world.topics[topic] for topic in person.topics]
            own = own or [able[place % len(able)], able[(place + 1) % len(able)]]
            _stream(world, person, own, able, draws, rng)


def _stream(
    world: World,
    person: Person,
    own: list[Topic],
    topics: list[Topic],
    draws: dict[str, Iterator[_Draw]],
    rng: random.Random,
) -> None:
    takes, gap = _PACE[person.role]
    first = max(world.clock.first + timedelta(days=rng.randrange(6)), person.started_on + timedelta(days=2))
    start = world.clock.at(person, world.clock.day_from(person, first), 9.2 + rng.random() * 2)
    while start <= world.clock.end - timedelta(hours=9):
        topic = rng.choices((own[0], own[1], rng.choice(topics)), (50, 35, 15))[0]
        effort = min(max(rng.lognormvariate(0, 0.55) * takes, 8.0), 3.2 * takes)
        found = _next((topic, *own, *topics), draws)
        if not found:
            return
        _add(world, person, *found, start, effort, rng)
        start = world.clock.later(person, start, max(6.0, gap * rng.uniform(0.55, 1.45)))


def _next(topics: tuple[Topic, ...], draws: dict[str, Iterator[_Draw]]) -> tuple[Topic, _Draw] | None:
    """The next piece of work of the first of these topics that has any left."""
    for topic in topics:
        if draw := next(draws[topic.id], None):
            return topic, draw
    return None


def _add(
    world: World, person: Person, topic: Topic, draw: _Draw, start: datetime, effort: float, rng: random.Random
) -> None:
    work, shape, variant, first_use = draw
    slots: dict[str, object] = {
        "o": variant,
        "n": rng.randint(3, 9),
        "p": rng.randint(12, 48),
        "k": rng.randint(12, 94) * 10,
    }
    reporter, created = _asked(world, person, topic, start, rng)
    title = (work.bug if shape == "bug" else work.do).format_map(slots)
    title = title[:1].upper() + title[1:]
    issue = Issue(
        project=topic.team,
        title=title.rstrip("。."),
        body="",
        language=topic.language,
        owner=person,
        reporter=reporter,
        created=created,
        topic=topic,
        work=work,
        shape=shape,
        slots=slots,
        started=start,
        first_use=first_use,
    )
    issue.body = _body(world, issue, rng)
    if topic.key_result and rng.random() < 0.82:
        issue.links.append(Link(rel="goal", target=topic.key_result))
    world.issues.append(issue)
    if topic.team in CODE_TEAMS and person.role == "engineer":
        plan_changes(world, issue, effort, rng)
    else:
        done = world.clock.later(person, start, effort)
        issue.reviewed = None
        issue.closed = done if done <= world.clock.end else None


def _asked(world: World, person: Person, topic: Topic, start: datetime, rng: random.Random) -> tuple[Person, datetime]:
    """Who asked for the work and when: somebody who was there before it began and writes its language, or the owner."""
    asker = world.roster[rng.choice(_ASKERS[topic.team])] if rng.random() < 0.72 else person
    day = world.clock.day_before(asker, start.date() - timedelta(days=rng.randrange(1, 16)))
    if asker is person or not world.clock.at_work(asker, day) or (topic.language == "zh" and not asker.chinese):
        return person, start - timedelta(minutes=rng.randrange(6, 20))
    return asker, world.clock.at(asker, day, 9.5 + rng.random() * 8)


def _body(world: World, issue: Issue, rng: random.Random) -> str:
    assert issue.work
    assert issue.topic
    chinese = issue.language == "zh"
    steps = [issue.say(step) if chinese else lower_first(issue.say(step)) for step in issue.work.steps]
    return world.words[issue.language].pick(
        "bug_body" if issue.shape == "bug" else "issue_body",
        rng,
        why=issue.say(issue.work.why),
        wanted=("；" if chinese else "; ").join(steps[1:]),
        first=steps[0],
        last=steps[-1],
        topic=issue.topic.name,
        **issue.slots,
    )


def weave_waits(world: World) -> None:
    """Let some issues wait for one of another team that was finished while they were open."""
    by_topic: dict[str, list[Issue]] = defaultdict(list)
    for issue in world.issues:
        if issue.topic and issue.closed and not issue.handle:
            by_topic[issue.topic.id].append(issue)
    for issue in list(world.issues):
        if not issue.topic or not issue.topic.needs or not issue.started or issue.handle:
            continue
        rng = world.rng("waits", issue.owner.handle, issue.started)
        if rng.random() > 0.3:
            continue
        since = world.clock.later(issue.owner, issue.started, 2 + rng.random() * 4)
        until = issue.changes[0].opened if issue.changes else issue.closed
        fitting = [
            other
            for other in by_topic[issue.topic.needs[0]]
            if other.closed
            and until
            and since + timedelta(hours=20) < other.closed < until - timedelta(hours=1)
            and (other.started or other.created) < since
            and not world.by_hand(other.owner, other.closed)
        ]
        if fitting:
            _wait(issue, rng.choice(fitting), since)


def _wait(issue: Issue, blocker: Issue, since: datetime) -> None:
    assert blocker.closed is not None
    until = blocker.closed + timedelta(minutes=40)
    issue.blocker, issue.waits = blocker, (since, until)


def number_issues(world: World) -> None:
    """Give keys in the order in which issues were created, as trackers do; then link those who waited."""
    world.issues.sort(key=lambda issue: (issue.created, issue.project, issue.title, issue.owner.handle))
    numbers = dict(_FIRST_NUMBER)
    for issue in world.issues:
        issue.key = f"{issue.project}-{numbers[issue.project]}"
        numbers[issue.project] += 1
    for issue in world.issues:
        if issue.blocker and issue.waits:
            since, until = issue.waits
            issue.links.append(Link(rel="blocked_by", target=issue.blocker.key, since=since, until=until))
            issue.blocker.links.append(Link(rel="blocks", target=issue.key, since=since, until=until))
