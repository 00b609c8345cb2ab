"""Issues and change requests as the tracker and the code host hold them."""

from __future__ import annotations

from dataclasses import replace

from coachkit.domain.audience import Audience
from coachkit.domain.people import Account
from coachkit.domain.work import Interaction, InteractionKind, Link, StateCategory, StateChange, WorkItem, WorkItemKind
from coachkit.sample.changes import REPOSITORIES
from coachkit.sample.model import Group
from coachkit.sample.world import WEB, Change, Issue, World, said

__all__ = ["PRIVATE_REPOSITORY", "emit_accounts", "emit_changes", "emit_issues", "private_group"]

PRIVATE_REPOSITORY = "risk-engine"


def private_group(world: World) -> Group:
    """Who may read the private repository: the risk team and the director above it."""
    members = [*world.roster.team("RISK"), world.roster["marta"]]
    return Group(
        connection="reviews",
        key=f"forge/{PRIVATE_REPOSITORY}",
        members=tuple(sorted(person.forge for person in members)),
    )


def emit_accounts(world: World) -> None:
    """The accounts at tracker, code host and calendar, with an address where they show one; and one of a machine.

    Who has no account at the code host has four in all; the others five, with HR and the address of their commits.
    """
    at = world.clock.at(world.roster["katrin"], world.clock.day_from(world.roster["katrin"], world.clock.first), 8.0)
    for person in world.roster.people:
        hidden = person.handle == "lixing"
        emails = () if hidden else (person.email,)
        world.emit("tracker", person.tracker, at, Account(identity=person.tracker, name=person.name, emails=emails))
        chat = Account(identity=person.chat, name=person.name, emails=(person.email,))
        world.emit("calendar", person.chat, at, chat)
        if person.forge_login:
            latin = person.signatures[0][0]
            world.emit("reviews", person.forge, at, Account(identity=person.forge, name=latin, emails=emails))
    world.emit(
        "reviews", "github:guidu-ci[bot]", at, Account(identity="github:guidu-ci[bot]", name="guidu-ci", bot=True)
    )


def emit_issues(world: World) -> None:
    """Write every issue and, as records of their own, what was said under it."""
    for issue in world.issues:
        history = tuple(sorted(issue.history, key=lambda change: change.at))
        talk = sorted(issue.talk, key=lambda one: one.at)
        record = WorkItem(
            kind=WorkItemKind.ISSUE,
            key=issue.key,
            title=issue.title,
            body=issue.body,
            container=issue.project,
            areas=issue.areas,
            team=issue.project,
            state=history[-1].state,
            state_category=history[-1].category,
            created_at=issue.created,
            closed_at=issue.closed,
            interactions=_in_record(issue),
            history=history,
            links=tuple(issue.links),
        )
        url = f"{WEB.format(system='tracker')}/browse/{issue.key}"
        world.emit("tracker", issue.key, max(history[-1].at, issue.created), record, url=url, audience=issue.audience)
        for number, one in enumerate(talk, 1):
            world.emit(
                "tracker",
                f"{issue.key}/c{number}",
                one.at,
                replace(one, item=issue.key),
                url=f"{url}?comment={number}",
                audience=issue.audience,
            )


def _in_record(issue: Issue) -> tuple[Interaction, ...]:
    found = [said(InteractionKind.REPORTED, issue.reporter.tracker, issue.created)]
    at = max(issue.started or issue.created, issue.created)
    aim = issue.owner.tracker if issue.owner is not issue.reporter else None
    found.append(said(InteractionKind.ASSIGNED, issue.reporter.tracker, issue.created, None, aim))
    if issue.started:
        found.append(said(InteractionKind.AUTHORED, issue.owner.tracker, at))
    return tuple(found) if aim else (found[0], *found[2:])


def emit_changes(world: World) -> None:
    """Write every change request and, as records of their own, the remarks under it."""
    group = private_group(world)
    for change in world.changes:
        issue, repository = change.issue, REPOSITORIES[change.issue.project]
        audience = _audience(repository, group)
        record = _change_record(change, issue, repository)
        url = f"{WEB.format(system='forge')}/guidu/{repository}/pull/{change.key.partition('#')[2]}"
        world.emit("reviews", change.key, change.last_at, record, url=url, audience=audience)
        remarks = [one for one in sorted(change.talk, key=lambda one: one.at) if one.text]
        for number, one in enumerate(remarks, 1):
            world.emit(
                "reviews",
                f"{change.key}/r{number}",
                one.at,
                replace(one, item=change.key),
                url=f"{url}#r{number}",
                audience=audience,
            )


def _audience(repository: str, group: Group) -> Audience:
    return Audience.group(group.key) if repository == PRIVATE_REPOSITORY else Audience.org()


def _change_record(change: Change, issue: Issue, repository: str) -> WorkItem:
    history = [StateChange(at=change.opened, state="Open", category=StateCategory.DOING, by=change.author.forge)]
    interactions = [said(InteractionKind.AUTHORED, change.author.forge, change.opened)]
    interactions += [one for one in change.talk if not one.text]
    others = {author.handle: author for _, author, _ in change.steps if author is not change.author}
    interactions += [said(InteractionKind.CO_AUTHORED, other.forge, change.opened) for other in others.values()]
    if change.merged and change.merger:
        history.append(
            StateChange(at=change.merged, state="Merged", category=StateCategory.DONE, by=change.merger.forge)
        )
        aim = change.author.forge if change.merger is not change.author else None
        interactions.append(said(InteractionKind.MERGED, change.merger.forge, change.merged, None, aim))
    return WorkItem(
        kind=WorkItemKind.CHANGE_REQUEST,
        key=change.key,
        title=f"{issue.key} {change.title}",
        body=_description(change, issue),
        container=repository,
        areas=issue.areas,
        team=issue.project,
        state=history[-1].state,
        state_category=history[-1].category,
        created_at=change.opened,
        closed_at=change.merged,
        size=len(change.steps) + 1,
        interactions=tuple(sorted(interactions, key=lambda one: one.at)),
        history=tuple(history),
        links=(Link(rel="fixes", target=issue.key, since=change.opened),),
    )


def _description(change: Change, issue: Issue) -> str:
    steps = "\n".join(f"- {text}" for _, _, text in change.steps)
    how = (
        issue.say(issue.work.how)
        if issue.work and issue.first_use and issue.shape == "work" and change is issue.changes[0]
        else ""
    )
    return f"{how}\n\n{steps}".strip()
