"""GitHub's repositories, pull requests, issues, discussions and commits as work items."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from coachkit.sdk import (
    Interaction,
    InteractionKind,
    Link,
    PayloadRejected,
    StateCategory,
    StateChange,
    Upsert,
    WorkItem,
    WorkItemKind,
)
from coachkit_github.history import issue_history, mentions, pull_history
from coachkit_github.models import (
    Commit,
    Discussion,
    DiscussionComment,
    Event,
    Issue,
    Pull,
    PushedCommit,
    Repository,
    Signature,
    User,
    version_of,
)
from coachkit_github.people import People
from coachkit_github.place import Place, key_of_address
from coachkit_github.texts import LONGEST_TITLE, credits_in, links_in, short, title_and_body

__all__ = ["COMMITS", "DISCUSSIONS", "ISSUES", "KEY_LENGTH", "PULL_REQUESTS", "REPOSITORIES", "Records"]

REPOSITORIES = "repositories"
PULL_REQUESTS = "pull_requests"
ISSUES = "issues"
DISCUSSIONS = "discussions"
COMMITS = "commits"

KEY_LENGTH = 12
"""Characters of a hash by which people call a commit."""


class Records:
    """Makes work items of what GitHub says.

    :param keys: projects of another tracker whose keys count in texts (``PAY``); empty: all that look like one.
    """

    def __init__(self, people: People, keys: Iterable[str] = ()) -> None:
        self.people = people
        self._keys = frozenset(keys)

    def repository(self, repository: Repository, place: Place) -> Upsert:
        """A repository, as what it says about itself."""
        at = repository.updated_at or repository.pushed_at or repository.created_at or datetime(1970, 1, 1, tzinfo=UTC)
        record = WorkItem(
            kind=WorkItemKind.DOCUMENT,
            key=place.name,
            title=place.name,
            body=short(repository.description),
            container=place.name,
            areas=tuple(sorted(repository.topics or ())),
            state="archived" if repository.archived else "active",
            created_at=repository.created_at,
        )
        return Upsert(
            stream=REPOSITORIES,
            native_id=str(repository.id),
            record=record,
            occurred_at=at,
            version=version_of(at),
            url=repository.html_url,
            audience=place.audience,
        )

    def pull(self, pull: Pull, place: Place, events: Sequence[Event] | None = None) -> Upsert:
        """A pull request; ``events`` is its timeline, where that was read."""
        history = pull_history(pull, events, self.people)
        author = self.people.key(pull.user)
        acts = [*self._authored(author, pull.created_at, InteractionKind.AUTHORED), *history.acts]
        acts += mentions(pull.body, author, pull.created_at, self.people)
        self._assigned(acts, pull.assignees, pull.created_at)
        for other in pull.requested_reviewers or ():
            self.people.key(other)
        record = WorkItem(
            kind=WorkItemKind.CHANGE_REQUEST,
            key=place.key(pull.number),
            title=_title(pull.title),
            body=short(pull.body),
            container=place.name,
            areas=tuple(sorted(pull.labels or ())),
            state=history.states[-1].state,
            state_category=history.states[-1].category,
            created_at=pull.created_at,
            closed_at=pull.merged_at or pull.closed_at,
            size=pull.changed_files,
            interactions=_once(acts),
            history=tuple(history.states),
            links=self._links(place.key(pull.number), place, f"{pull.title}\n{pull.body or ''}", history.links),
        )
        return _upsert(PULL_REQUESTS, pull.id, record, pull.updated_at, pull.html_url, place)

    def issue(self, issue: Issue, place: Place, events: Sequence[Event] | None = None) -> Upsert:
        """An issue; ``events`` is its timeline, where that was read.

        :raises PayloadRejected: if it is a pull request, which GitHub lists among issues too.
        """
        if issue.pull_request is not None:
            raise PayloadRejected("it is a pull request, which the stream pull_requests tells in full.")
        history = issue_history(issue, events, self.people)
        author = self.people.key(issue.user)
        acts = [*self._authored(author, issue.created_at, InteractionKind.REPORTED), *history.acts]
        acts += mentions(issue.body, author, issue.created_at, self.people)
        self._assigned(acts, issue.assignees, issue.created_at)
        links = list(history.links)
        if parent := key_of_address(issue.parent_issue_url):
            links.insert(0, Link(rel="parent", target=parent))
        record = WorkItem(
            kind=WorkItemKind.ISSUE,
            key=place.key(issue.number),
            title=_title(issue.title),
            body=short(issue.body),
            container=place.name,
            areas=tuple(sorted(issue.labels or ())),
            state=history.states[-1].state,
            state_category=history.states[-1].category,
            created_at=issue.created_at,
            closed_at=issue.closed_at,
            interactions=_once(acts),
            history=tuple(history.states),
            links=self._links(place.key(issue.number), place, f"{issue.title}\n{issue.body or ''}", links),
        )
        return _upsert(ISSUES, issue.id, record, issue.updated_at, issue.html_url, place)

    def discussion(self, talk: Discussion, place: Place, answer: DiscussionComment | None = None) -> Upsert:
        """A discussion, with who answered it."""
        author = self.people.key(talk.user)
        acts = [*self._authored(author, talk.created_at, InteractionKind.ASKED)]
        acts += mentions(talk.body, author, talk.created_at, self.people)
        states = [StateChange(at=talk.created_at, state="open", category=StateCategory.TODO, by=author)]
        if talk.answer_chosen_at:
            by = self.people.key(talk.answer_chosen_by)
            states.append(StateChange(at=talk.answer_chosen_at, state="answered", category=StateCategory.DONE, by=by))
        if talk.state == "closed" and not talk.answer_chosen_at:
            at = talk.closed_at or talk.updated_at
            states.append(StateChange(at=at, state="closed", category=StateCategory.DONE))
        record = WorkItem(
            kind=WorkItemKind.DOCUMENT,
            key=place.key(talk.number),
            title=_title(talk.title),
            body=short(talk.body),
            container=place.name,
            areas=tuple(sorted({*(talk.labels or ()), *_category(talk)})),
            state=states[-1].state,
            state_category=states[-1].category,
            created_at=talk.created_at,
            closed_at=talk.answer_chosen_at or talk.closed_at,
            interactions=_once(acts),
            history=tuple(states),
            links=self._links(place.key(talk.number), place, f"{talk.title}\n{talk.body or ''}", ()),
        )
        return _upsert(DISCUSSIONS, talk.id, record, talk.updated_at, talk.html_url, place)

    def commit(self, commit: Commit, place: Place) -> Upsert:
        """A commit as REST tells it.

        :raises PayloadRejected: if neither of its dates is told.
        """
        written, taken = commit.commit.author or Signature(), commit.commit.committer or Signature()
        authored = written.date or taken.date
        committed = taken.date or authored
        if authored is None or committed is None:
            raise PayloadRejected("a commit without a date.")
        author = self.people.signature(written.name, written.email, commit.author, authored)
        committer = self.people.signature(taken.name, taken.email, commit.committer, committed)
        merge = commit.parents is not None and len(commit.parents) > 1
        size = len(commit.files) if commit.files is not None else None
        record = self._commit(commit.sha, commit.commit.message, place, authored, committed, size)
        acts = self._commit_acts(commit.commit.message, author, committer, authored, committed, merge=merge)
        return self._commit_upsert(commit.sha, record, acts, committed, commit.html_url, place)

    def pushed(self, commit: PushedCommit, place: Place) -> Upsert:
        """A commit as a push tells it: its accounts by login only, and whether it is a merge not at all."""
        at = commit.timestamp
        author, committer = (
            self.people.signature(who.name, who.email, User(login=who.username) if who.username else None, at)
            if who
            else None
            for who in (commit.author, commit.committer)
        )
        changed = (commit.added, commit.removed, commit.modified)
        size = len({path for paths in changed for path in paths or ()}) if any(changed) else None
        record = self._commit(commit.id, commit.message, place, at, at, size)
        acts = self._commit_acts(commit.message, author, committer, at, at, merge=False)
        return self._commit_upsert(commit.id, record, acts, at, commit.url, place)

    def _commit(
        self, sha: str, message: str, place: Place, authored: datetime, committed: datetime, size: int | None
    ) -> WorkItem:
        title, body = title_and_body(message)
        return WorkItem(
            kind=WorkItemKind.COMMIT,
            key=sha[:KEY_LENGTH],
            title=title,
            body=body,
            container=place.name,
            created_at=authored,
            closed_at=committed,
            size=size,
            links=links_in(message, place.name, self._keys),
        )

    def _commit_acts(
        self,
        message: str,
        author: str | None,
        committer: str | None,
        authored: datetime,
        committed: datetime,
        *,
        merge: bool,
    ) -> list[Interaction]:
        kind = InteractionKind.MERGED if merge else InteractionKind.AUTHORED
        acts = self._authored(author, authored, kind)
        if committer not in (None, author) and committer is not None:
            acts.append(Interaction(kind=InteractionKind.COMMITTED, actor=committer, at=committed, target=author))
        for credit in credits_in(message):
            key = self.people.signature(credit.name, credit.email, None, committed)
            if key not in (None, author) and key is not None:
                acts.append(Interaction(kind=credit.kind, actor=key, at=committed, target=author))
        return acts

    def _commit_upsert(
        self, sha: str, record: WorkItem, acts: list[Interaction], at: datetime, url: str | None, place: Place
    ) -> Upsert:
        whole = replace(record, interactions=_once(acts))
        return Upsert(stream=COMMITS, native_id=sha, record=whole, occurred_at=at, url=url, audience=place.audience)

    def _authored(self, author: str | None, at: datetime, kind: InteractionKind) -> list[Interaction]:
        return [Interaction(kind=kind, actor=author, at=at)] if author is not None else []

    def _assigned(self, acts: list[Interaction], assignees: Sequence[User] | None, at: datetime) -> None:
        """Who is assigned without the timeline telling since when and by whom."""
        told = {act.target or act.actor for act in acts if act.kind is InteractionKind.ASSIGNED}
        for user in assignees or ():
            key = self.people.key(user)
            if key is not None and key not in told:
                acts.append(Interaction(kind=InteractionKind.ASSIGNED, actor=key, at=at))

    def _links(self, own: str, place: Place, text: str, more: Iterable[Link]) -> tuple[Link, ...]:
        found: dict[str, Link] = {}
        for link in (*links_in(text, place.name, self._keys), *more):
            known = found.get(link.target)
            if link.target != own and (known is None or link.rel == "parent"):
                found[link.target] = link
        return tuple(found.values())


def _upsert(stream: str, native_id: int, record: WorkItem, at: datetime, url: str | None, place: Place) -> Upsert:
    return Upsert(
        stream=stream,
        native_id=str(native_id),
        record=record,
        occurred_at=at,
        version=version_of(at),
        url=url,
        audience=place.audience,
    )


def _title(title: str) -> str:
    return short(title, LONGEST_TITLE) or "(no title)"


def _category(talk: Discussion) -> tuple[str, ...]:
    return (talk.category.name,) if talk.category and talk.category.name else ()


def _once(acts: Iterable[Interaction]) -> tuple[Interaction, ...]:
    """In the order of time, each once."""
    return tuple(sorted(dict.fromkeys(acts), key=lambda act: (act.at, act.kind, act.actor, act.target or "")))
