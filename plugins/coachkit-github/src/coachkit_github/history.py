"""From a timeline to the states of an item and what people did on it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from coachkit.sdk import Interaction, InteractionKind, Link, StateCategory, StateChange
from coachkit_github.models import Event, Issue, Pull
from coachkit_github.people import People
from coachkit_github.place import key_of_address
from coachkit_github.texts import mentions_in

__all__ = ["History", "issue_history", "pull_history"]

OPEN = ("open", StateCategory.TODO)
_DROPPED = frozenset({"not_planned", "duplicate"})


@dataclass(slots=True)
class History:
    """What a timeline tells: states in order, what people did, and what else refers to the item."""

    states: list[StateChange] = field(default_factory=list)
    acts: list[Interaction] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)

    def enter(self, at: datetime, state: str, category: StateCategory, by: str | None, reason: str | None) -> None:
        """Enter a state, unless it is in that one already."""
        if not self.states or self.states[-1].state != state:
            self.states.append(StateChange(at=at, state=state, category=category, by=by, reason=reason))

    def forget_assigned(self, whom: str | None) -> None:
        """An assignment was taken back: who works on the item is told by those that stand."""
        self.acts = [
            act for act in self.acts if act.kind is not InteractionKind.ASSIGNED or (act.target or act.actor) != whom
        ]

    def act(self, kind: InteractionKind, actor: str | None, at: datetime, target: str | None) -> None:
        """Somebody did something; nothing, where it is not known who."""
        if actor is not None:
            aim = target if target != actor else None
            self.acts.append(Interaction(kind=kind, actor=actor, at=at, target=aim))


def closed_as(reason: str | None) -> StateCategory:
    """What closing an issue means, by GitHub's reason; an unknown one is taken for done."""
    return StateCategory.DROPPED if reason in _DROPPED else StateCategory.DONE


def issue_history(issue: Issue, events: Sequence[Event] | None, people: People) -> History:
    """The states of an issue. Without a timeline: when it was opened, and when it was closed for the last time."""
    found = History()
    author = people.key(issue.user)
    found.enter(issue.created_at, *OPEN, author, None)
    for event in events or ():
        actor = people.key(event.actor)
        if event.event == "closed" and event.created_at:
            reason = event.state_reason
            found.enter(event.created_at, "closed", closed_as(reason), actor, reason)
        elif event.event == "reopened" and event.created_at:
            found.enter(event.created_at, *OPEN, actor, "reopened")
        else:
            _note(found, event, people)
    if issue.closed_at and issue.state == "closed" and found.states[-1].state != "closed":
        by = people.key(issue.closed_by)
        found.enter(issue.closed_at, "closed", closed_as(issue.state_reason), by, issue.state_reason)
    return found


def pull_history(pull: Pull, events: Sequence[Event] | None, people: People) -> History:
    """The states of a pull request: draft, open, review requested, closed, merged.

    It waits while a review is requested that nobody has given; without a timeline only the last state is known.
    """
    found = History()
    author = people.key(pull.user)
    asked: set[str] = set()
    if events is None:
        found.enter(pull.created_at, "draft" if pull.draft else "open", StateCategory.DOING, author, None)
    else:
        became = [event.event for event in events if event.event in ("ready_for_review", "convert_to_draft")]
        draft = became[0] == "ready_for_review" if became else bool(pull.draft)
        found.enter(pull.created_at, "draft" if draft else "open", StateCategory.DOING, author, None)
    for event in events or ():
        _step(found, event, asked, author, people)
    _end(found, pull, people)
    return found


def _step(found: History, event: Event, asked: set[str], author: str | None, people: People) -> None:
    actor = people.key(event.actor)
    at = event.created_at or event.submitted_at
    if at is None:
        return
    match event.event:
        case "closed" if found.states[-1].state != "merged":
            found.enter(at, "closed", StateCategory.DROPPED, actor, None)
        case "merged":
            if found.states[-1].state == "closed":  # GitHub tells both
                found.states.pop()
            found.enter(at, "merged", StateCategory.DONE, actor, None)
            found.act(InteractionKind.MERGED, actor, at, author)
        case "reopened":
            found.enter(at, "open", StateCategory.DOING, actor, "reopened")
        case "convert_to_draft" | "converted_to_draft":
            found.enter(at, "draft", StateCategory.DOING, actor, None)
        case "ready_for_review":
            found.enter(at, "open", StateCategory.DOING, actor, None)
        case "review_requested" | "review_request_removed" | "reviewed":
            _review(found, event, at, asked, people)
            _note(found, event, people)
        case _:
            _note(found, event, people)


def _review(found: History, event: Event, at: datetime, asked: set[str], people: People) -> None:
    team = f"team:{event.requested_team.slug}" if event.requested_team else None
    whom = people.key(event.requested_reviewer or event.user) or team
    if whom is None:
        return
    if event.event == "review_requested":
        asked.add(whom)
    else:
        asked.discard(whom)
        if event.event == "reviewed":  # one member of a team has answered for it
            asked.difference_update({one for one in asked if one.startswith("team:")})
    state = found.states[-1].state
    by = people.key(event.actor or event.user)
    if asked and state == "open":
        found.enter(at, "review requested", StateCategory.WAITING, by, None)
    elif not asked and state == "review requested":
        found.enter(at, "open", StateCategory.DOING, by, event.event)


def _end(found: History, pull: Pull, people: People) -> None:
    """What the pull request itself says goes before what its timeline told."""
    last = found.states[-1].state
    if pull.merged_at:
        if last != "merged":
            if last == "closed":
                found.states.pop()
            merger = people.key(pull.merged_by)
            found.enter(pull.merged_at, "merged", StateCategory.DONE, merger, None)
            found.act(InteractionKind.MERGED, merger, pull.merged_at, people.key(pull.user))
    elif pull.state == "closed" and pull.closed_at and last != "closed":
        found.enter(pull.closed_at, "closed", StateCategory.DROPPED, None, None)


def _note(found: History, event: Event, people: People) -> None:
    """Assignments, mentions in what was said, and items that refer to this one."""
    actor = people.key(event.actor)
    at = event.created_at or event.submitted_at
    if at is None:
        return
    if event.event == "assigned":
        found.act(InteractionKind.ASSIGNED, people.key(event.assigner) or actor, at, people.key(event.assignee))
    elif event.event == "unassigned":
        found.forget_assigned(people.key(event.assignee))
    elif event.event in ("commented", "reviewed"):
        found.acts += mentions(event.body, people.key(event.user or event.actor), at, people)
    elif event.event == "cross-referenced" and event.source and event.source.issue:
        address = event.source.issue.get("html_url") or event.source.issue.get("url")
        target = key_of_address(address if isinstance(address, str) else None)
        if target:
            found.links.append(Link(rel="relates", target=target, since=at))


def mentions(text: str | None, by: str | None, at: datetime, people: People) -> Iterator[Interaction]:
    """Somebody turned to others in words."""
    if by is None:
        return
    for login in mentions_in(text):
        key = people.login(login)
        if key != by:
            yield Interaction(kind=InteractionKind.MENTIONED, actor=by, at=at, target=key)
