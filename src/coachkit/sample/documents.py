"""Documents: design notes, decisions, runbooks, each grown out of an issue; with remarks of their readers."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import datetime, timedelta

from coachkit.domain.work import Interaction, InteractionKind, Link, StateChange, WorkItem, WorkItemKind
from coachkit.sample.model import Person, Reference
from coachkit.sample.wording import slots
from coachkit.sample.world import WEB, Issue, World, said

__all__ = ["emit_document", "make_documents"]

_KINDS = (("design", "doc_body"), ("decision", "doc_decision_body"), ("runbook", "doc_runbook_body"))
_BY_TOPIC = 4


def make_documents(world: World) -> None:
    """Four documents a topic, written while or after the work was done."""
    number = 0
    for topic in world.topics.values():
        rng = world.rng("documents", topic.id)
        done = [issue for issue in world.issues if issue.topic is topic and issue.closed and issue.first_use]
        rng.shuffle(done)
        by_work = {issue.work.do: issue for issue in done if issue.work}
        for place, issue in enumerate(list(by_work.values())[:_BY_TOPIC]):
            number += 1
            kind, body = _KINDS[(place + number) % 3]
            _from_issue(world, issue, f"DOC-{number}", kind, body, rng)


def _from_issue(world: World, issue: Issue, key: str, kind: str, body: str, rng: random.Random) -> None:
    assert issue.closed
    assert issue.work
    assert issue.topic
    author, words = issue.owner, world.words[issue.language]
    at = world.clock.later(author, issue.closed, 3 + rng.random() * 20)
    if at > world.clock.end:
        return
    reader = rng.choice(
        [
            p
            for p in world.roster.people
            if p is not author and p.started_on < at.date() and not p.left_on and (p.chinese or issue.language == "en")
        ]
    )
    bound = slots(issue, rng, me=author, other=reader)
    steps = [issue.say(step) for step in issue.work.steps]
    title = words.pick(f"doc_{kind}", rng, **bound)
    text = words.pick(
        body,
        rng,
        why=issue.say(issue.work.why),
        how=issue.say(issue.work.how),
        ask=issue.say(issue.work.ask),
        answer=issue.say(issue.work.answer),
        done=issue.say(issue.work.done).rstrip("。.") + ("。" if issue.language == "zh" else "."),
        bug=issue.say(issue.work.bug).rstrip("。."),
        fix=issue.say(issue.work.fix),
        step=steps[0],
        step1=steps[0],
        step2=steps[-1],
    )
    links = [Link(rel="relates", target=issue.key)]
    if issue.topic.key_result:
        links.append(Link(rel="goal", target=issue.topic.key_result))
    remarks = []
    if rng.random() < 0.6:
        later = world.clock.later(reader, at, 4 + rng.random() * 60)
        remarks.append((reader, later, words.pick("doc_comment", rng, **bound)))
    deciders = [author, world.roster.lead(author.team)] if kind == "decision" else []
    emit_document(world, key, title, text, author, at, links, issue.topic.area, deciders=deciders, remarks=remarks)


def emit_document(
    world: World,
    key: str,
    title: str,
    text: str,
    author: Person,
    at: datetime,
    links: list[Link],
    area: str,
    *,
    deciders: list[Person] | None = None,
    remarks: list[tuple[Person, datetime, str]] | None = None,
) -> Reference:
    """Write a document and, as records of their own, its readers' remarks."""
    interactions: list[Interaction] = [
        said(InteractionKind.AUTHORED, author.mail, at),
        said(InteractionKind.DOCUMENTED, author.mail, at + timedelta(minutes=1)),
    ]
    interactions += [said(InteractionKind.DECIDED, person.mail, at) for person in deciders or ()]
    url = f"{WEB.format(system='docs')}/d/{key.lower()}"
    record = WorkItem(
        kind=WorkItemKind.DOCUMENT,
        key=key,
        title=title,
        body=text,
        container=author.team,
        areas=(area,),
        team=author.team,
        state="Published",
        state_category="done",
        created_at=at - timedelta(hours=2),
        closed_at=at,
        interactions=tuple(interactions),
        history=(StateChange(at=at, state="Published", category="done", by=author.mail),),
        links=tuple(links),
    )
    place = world.emit("docs", key, at, record, url=url)
    for number, (reader, when, remark) in enumerate(remarks or (), 1):
        if when <= world.clock.end:
            one = said(InteractionKind.COMMENTED, reader.mail, when, remark, author.mail)
            world.emit("docs", f"{key}/c{number}", when, replace(one, item=key), url=f"{url}#c{number}")
    return place
