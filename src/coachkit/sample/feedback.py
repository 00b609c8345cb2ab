"""Feedback: for help, for work that was asked for, for reviews and incidents; from colleagues, managers, customers."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from typing import Any

from coachkit.domain.audience import Audience, Sensitivity
from coachkit.domain.conversations import Feedback, FeedbackKind, Relation
from coachkit.domain.work import InteractionKind
from coachkit.sample.incidents import Incident
from coachkit.sample.model import Person, Reference
from coachkit.sample.texts import lower_first
from coachkit.sample.wording import Portfolio, language_between, slots
from coachkit.sample.world import Issue, World

__all__ = ["emit_feedback", "make_feedback"]

_OTHERS = ("muye", "clara", "jingyi")
"""Who is named as waiting for news, where the reporter is one of the two who talk."""
_QUIET = timedelta(weeks=10)
_CUSTOMERS = {
    "en": ("Mercearia Alvor", "Fahrradhof Lindenau", "Padaria São Brás", "Teehaus Wismar", "Livraria do Cais"),
    "zh": ("朴园书店", "南屏烘焙", "青禾生鲜", "云栈便利", "半亩花店", "老灶面馆"),
}


def emit_feedback(
    world: World,
    native_id: str,
    subject: Person,
    author: Person | None,
    text: str,
    at: datetime,
    *,
    kind: FeedbackKind = FeedbackKind.PRAISE,
    relation: Relation = Relation.PEER,
    item: str | None = None,
    author_name: str | None = None,
    audience: Audience | None = None,
) -> Reference:
    """Write feedback; unless said otherwise its author, its subject and the subject's manager read it."""
    manager = world.roster.manager(subject)
    readers = [person.hris for person in (subject, author, manager) if person]
    record = Feedback(
        subject=subject.hris,
        kind=kind,
        relation=relation,
        text=text,
        at=at,
        author=author.hris if author else None,
        author_name=author_name,
        item=item,
    )
    return world.emit(
        "feedback",
        native_id,
        at,
        record,
        audience=audience or Audience.people(*readers),
        sensitivity=Sensitivity.PERSONAL,
    )


class _Round:
    """Everybody's feedback of the two quarters."""

    def __init__(self, world: World, portfolio: Portfolio) -> None:
        self.world, self.portfolio, self.count = world, portfolio, 0

    def give(
        self,
        situation: str,
        subject: Person,
        author: Person | None,
        issue: Issue,
        after: datetime,
        rng: random.Random,
        *,
        public: float = 0.0,
        kind: FeedbackKind = FeedbackKind.PRAISE,
        relation: Relation = Relation.PEER,
        author_name: str | None = None,
        **extra: object,
    ) -> None:
        world, speaker = self.world, author or subject
        at = world.clock.later(speaker, after, 3 + rng.random() * 22)
        if at > world.clock.end or subject is author or subject.started_on > at.date():
            return
        if subject.handle in world.unthanked and world.clock.end - at < _QUIET:
            return
        if subject.left_on and at.date() > subject.left_on:
            return
        language = language_between(speaker, subject) if author else issue.language
        other = next(
            one for one in (issue.reporter, *map(world.roster.__getitem__, _OTHERS)) if one not in (subject, author)
        )
        bound = {**slots(issue, rng, me=subject, other=other), **extra}
        text = world.words[language].pick(situation, rng, **bound)
        self.count += 1
        emit_feedback(
            world,
            f"fb-{self.count}",
            subject,
            author,
            text,
            at,
            kind=kind,
            relation=relation,
            item=issue.key,
            author_name=author_name,
            audience=Audience.org() if rng.random() < public else None,
        )


def make_feedback(world: World, portfolio: Portfolio, incidents: list[Incident]) -> None:
    """Write the feedback that grew out of issues, reviews and incidents."""
    everyone = _Round(world, portfolio)
    for issue in world.issues:
        if not issue.handle and issue.work:
            _about_issue(everyone, issue, world.rng("feedback", issue.key))
    for incident in incidents:
        _about_incident(everyone, incident)


def _about_issue(everyone: _Round, issue: Issue, rng: random.Random) -> None:
    roster = everyone.world.roster
    if issue.closed and issue.waits and issue.blocker and rng.random() < 0.4:
        everyone.give(
            "praise_unblock", issue.blocker.owner, issue.owner, issue, issue.waits[1] or issue.closed, rng, public=0.3
        )
    if issue.closed and issue.reporter is not issue.owner and rng.random() < 0.09:
        everyone.give("praise_done", issue.owner, issue.reporter, issue, issue.closed, rng, public=0.4)
    for change in issue.changes:
        asked = [one for one in change.talk if one.kind is InteractionKind.REVIEWED]
        if asked and change.merged and rng.random() < 0.025:
            everyone.give(
                "praise_review",
                change.reviewer,
                change.author,
                issue,
                change.merged,
                rng,
                ask=asked[0].text,
                change=change.key,
            )
        elif asked and change.merged and rng.random() < 0.018:
            everyone.give(
                "suggestion_peer",
                change.reviewer,
                change.author,
                issue,
                change.merged,
                rng,
                kind=FeedbackKind.SUGGESTION,
            )
    if issue.closed and issue.shape == "work" and rng.random() < (0.4 if issue.project == "CS" else 0.03):
        name = _customer(issue, rng)
        everyone.give(
            "praise_customer",
            issue.owner,
            None,
            issue,
            issue.closed,
            rng,
            relation=Relation.CUSTOMER,
            author_name=name,
            public=0.5,
        )
    manager = roster.manager(issue.owner)
    if issue.closed and manager and rng.random() < 0.025:
        everyone.give(
            "suggestion_manager",
            issue.owner,
            manager,
            issue,
            issue.closed,
            rng,
            kind=FeedbackKind.SUGGESTION,
            relation=Relation.MANAGER,
        )


def _customer(issue: Issue, rng: random.Random) -> str:
    """The customer whom the case is about; of another topic, one that speaks its language."""
    named = issue.topic is not None and issue.topic.id in ("CS.reports", "CS.onboarding")
    return str(issue.slots["o"]) if named else rng.choice(_CUSTOMERS[issue.language])


def _about_incident(everyone: _Round, incident: Incident) -> None:
    world = everyone.world
    rng = world.rng("feedback", incident.key)
    lead = world.roster.lead(incident.team)
    issue = everyone.portfolio.of_team(incident.team, incident.began, rng)
    if not issue:
        return
    extra: dict[str, Any] = {
        "inc": incident.key,
        "sign": incident.sign,
        "stop": incident.stop,
        "sign_lower": lower_first(incident.sign),
    }
    after = world.clock.later(lead, incident.began, 8)
    everyone.give(
        "praise_incident", incident.responders[-1], lead, issue, after, rng, relation=Relation.LEAD, public=0.6, **extra
    )
    everyone.give(
        "praise_incident", incident.first, lead, issue, after, rng, relation=Relation.MANAGER, public=0.6, **extra
    )
