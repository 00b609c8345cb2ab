"""One sync: accounts, projects with who may browse them, issues with all that hangs on them, sprints."""

from __future__ import annotations

import hashlib
from collections.abc import Generator, Iterator, Mapping
from typing import Any

from coachkit.sdk import Checkpoint, Cursor, Failure, Item, Progress, SourceError, clock
from coachkit_jira.audiences import Part
from coachkit_jira.cursors import AccountsPlace, IssuesPlace, ProjectsPlace
from coachkit_jira.issues import COMMENTS, ISSUES, microseconds
from coachkit_jira.models import Issue, Project, User, moment
from coachkit_jira.people import ACCOUNTS
from coachkit_jira.plans import PROJECTS, SPRINTS, project_record, read_project
from coachkit_jira.rest import told
from coachkit_jira.session import Session
from coachkit_jira.sprinting import Sprints

__all__ = ["OVERLAP", "Pull"]

OVERLAP = 3_600_000
"""Milliseconds before the newest change that are read again: search may show a change later than a newer one."""

RENEWED_AFTER = 100
"""After so many pages the query begins anew where it is: a page far behind the first is slow on Data Center."""

CHECKPOINT_EVERY = 2_000
_SHAPE = "1"
"""Raised when the same issue gives another record than before, so that everything is read again."""


class Pull:
    """Reads what is new since the cursors.

    :ivar projects: those that are read, by id.
    :ivar sweeps: streams whose ids are to be compared afterwards.
    """

    def __init__(self, session: Session, cursors: Mapping[str, Cursor]) -> None:
        connection = session.connection
        self.session = session
        self.config = session.config
        self.projects: dict[str, Project] = {}
        self.sweeps: set[str] = set()
        AccountsPlace.read(cursors.get(ACCOUNTS), connection=connection)
        self._projects_place = ProjectsPlace.read(cursors.get(PROJECTS), connection=connection)
        self._issues_place = IssuesPlace.read(cursors.get(ISSUES), connection=connection)
        self._now = int(clock().now().timestamp())
        self._sprints = Sprints(session, cursors.get(SPRINTS), self._now)
        self._access_at = 0
        self._before = 0

    def items(self) -> Iterator[Item]:
        """All of it. A stream that is not wanted is not read."""
        self.session.rest.myself()
        yield from self._accounts()
        yield from self._read_projects()
        if {ISSUES, COMMENTS} & set(self.config.streams) or self.config.worklogs:
            yield from self._issues()
        if SPRINTS in self.config.streams:
            yield from self._sprints.items(self.projects)
            self.sweeps |= self._sprints.sweeps

    def _accounts(self) -> Iterator[Item]:
        """The directory, as far as it may be read; others are met in issues."""
        people, count = self.session.people, 0
        try:
            for raw in self.session.rest.users():
                user = User.model_validate(raw)
                native = people.native_id(user)
                if native is None:
                    continue
                self.session.everyone.add(user)
                if ACCOUNTS in self.config.streams and not people.is_told(native):
                    count += 1
                    yield people.account(native, user)
                    if count % CHECKPOINT_EVERY == 0:
                        yield Checkpoint(stream=ACCOUNTS, cursor=AccountsPlace(count=count).cursor())
            self.session.everyone.finish()
        except SourceError as error:
            if not told(error):
                raise
        yield Checkpoint(stream=ACCOUNTS, cursor=AccountsPlace(count=count).cursor())

    def _read_projects(self) -> Iterator[Item]:
        wanted = set(self.config.projects)
        for raw in self.session.rest.projects():
            project = read_project(raw)
            if isinstance(project, Failure):
                yield project
            elif not wanted or project.key in wanted or project.id in wanted:
                self.projects[project.id] = project
        if PROJECTS in self.config.streams:
            for project in self.projects.values():
                self.session.people.key(project.lead)
                yield project_record(project, self.session.audiences, self.session.issues.web)
            self.sweeps.add(PROJECTS)
        yield from self._access()
        yield from self._seen()
        yield Checkpoint(stream=PROJECTS, cursor=self._place().cursor())

    def _access(self) -> Iterator[Item]:
        """Who may read what, told before anything else is read; what is not to be seen any more is closed first."""
        place, now = self._projects_place, self._now
        known = [Part(*part) for part in place.parts] if place else []
        gone = sorted(set(place.projects) - self.projects.keys()) if place else []
        access = self.session.access
        access.projects = self.projects
        yield from access.nobody([*(Part(one) for one in gone), *(part for part in known if part.project in gone)])
        self.session.audiences.met.update(dict.fromkeys(part for part in known if part.project not in gone))
        fresh = place is not None and now - place.access_at < 60 * self.config.access_every_minutes
        if place is not None and fresh and self.projects.keys() <= set(place.projects):
            self._access_at = place.access_at
            return
        self._access_at = now
        yield from access.of_projects()
        yield from access.of_parts(self.session.audiences.met)

    def _place(self) -> ProjectsPlace:
        parts = [(part.project, part.kind, part.name) for part in sorted(self.session.audiences.met)]
        return ProjectsPlace(projects=sorted(self.projects), parts=parts, access_at=self._access_at)

    # issues

    def _issues(self) -> Iterator[Item]:
        place = self._begin()
        if not self.projects:
            yield Checkpoint(stream=ISSUES, cursor=self._end(place).cursor())
            return
        since = place.since if not place.whole else max(0, place.since - OVERLAP)
        total = self.session.rest.count(self.query(since)) if self.session.rest.cloud and not place.whole else None
        for raws, said in self._pages(since):
            known_parts = set(self.session.audiences.met)
            yield from self.session.records(raws)
            yield from self.session.access.of_parts(set(self.session.audiences.met) - known_parts)
            yield from self._seen()
            if set(self.session.audiences.met) != known_parts:
                yield Checkpoint(stream=PROJECTS, cursor=self._place().cursor())
            newest = max((_changed(raw) for raw in raws), default=0)
            place = place.model_copy(
                update={"since": max(place.since, newest), "done": place.done + (0 if place.whole else len(raws))}
            )
            yield Checkpoint(stream=ISSUES, cursor=place.cursor())
            whole = total if total is not None else (said + self._before if said is not None else None)
            if not place.whole:
                yield Progress(stream=ISSUES, done=place.done, total=max(place.done, whole) if whole else None)
        yield Checkpoint(stream=ISSUES, cursor=self._end(place).cursor())

    def _begin(self) -> IssuesPlace:
        """Where the last sync stopped; at the beginning, if there was none or issues would become other records."""
        reading, place = self._reading(), self._issues_place
        if place is None or place.reading != reading:
            place = IssuesPlace(since=0, whole=False, done=0, reading=reading, swept_at=0, comments_swept_at=0)
        self._before = place.done
        return place

    def _end(self, place: IssuesPlace) -> IssuesPlace:
        """Everything is read; what was deleted is looked for now and then."""
        updates: dict[str, Any] = {"whole": True}
        if self._now - place.swept_at >= 3600 * self.config.sweep_every_hours:
            self.sweeps.add(ISSUES)
            updates["swept_at"] = self._now
        due = self._now - place.comments_swept_at >= 3600 * self.config.sweep_comments_every_hours
        if due and COMMENTS in self.config.streams:
            self.sweeps.add(COMMENTS)
            updates["comments_swept_at"] = self._now
        return place.model_copy(update=updates)

    def _pages(self, since: int) -> Generator[tuple[list[Any], int | None], None, None]:
        """Issues in order of their last change. Rows that two pages share come once."""
        size, shown = self.config.page_size, dict[object, object]()
        while True:
            newest = since
            found = self.session.rest.search(self.query(since), self.session.fields, size)
            for read, (raws, total) in enumerate(found, 1):
                fresh = [raw for raw in raws if _id(raw) is None or shown.get(_id(raw)) != _changed(raw)]
                shown = {_id(raw): _changed(raw) for raw in raws}
                yield fresh, total
                newest = max([newest, *map(_changed, raws)])
                if read >= RENEWED_AFTER and newest > since:
                    break
            else:
                return
            since = newest

    def query(self, since: int) -> str:
        """JQL for issues changed since a moment in milliseconds.

        A number is that moment wherever the account's time zone lies; a written date would be read in that zone, and
        to the minute.
        """
        clauses = [*self._within(), *([f"updated >= {since}"] if since else [])]
        return f"{' AND '.join(clauses)} ORDER BY updated ASC, key ASC".lstrip()

    def swept(self, stream: str) -> Iterator[str]:
        """Native ids that are there now."""
        if stream == PROJECTS:
            yield from self.projects
        elif stream == SPRINTS:
            yield from self._sprints.present
        elif self.projects:
            self.session.rest.myself()
            everything = f"{' AND '.join(self._within())} ORDER BY created ASC, key ASC".lstrip()
            yield from self.session.rest.ids(everything) if stream == ISSUES else self._comment_ids(everything)

    def _comment_ids(self, query: str) -> Iterator[str]:
        for raws, _ in self.session.rest.search(query, ["comment"], self.config.page_size):
            for raw in raws:
                comments = self.session.comments(Issue.model_validate({"fields": {}, **raw}))
                yield from (str(one["id"]) for one in comments if isinstance(one, dict) and one.get("id"))

    def _within(self) -> list[str]:
        """Projects that there are, by key: one that is unknown is an error in JQL, and a key may be a word of it.

        Cloud wants a limit; Data Center reads the query from the address, which hundreds of keys would not fit into.
        """
        if not self.session.rest.cloud and not self.config.projects:
            return []
        keys = sorted(project.key.replace('"', "") for project in self.projects.values())
        return ['project in ("' + '", "'.join(keys) + '")']

    def _seen(self) -> Iterator[Item]:
        seen = list(self.session.people.seen())
        yield from seen if ACCOUNTS in self.config.streams else ()

    def _reading(self) -> str:
        decides = self.config.model_dump_json(
            exclude={
                *("token", "email", "user", "webhook_secret", "webhook_max_age_minutes", "page_size", "deployment"),
                *("access_every_minutes", "sweep_every_hours", "sweep_comments_every_hours"),
            }
        )
        return hashlib.blake2b(f"{_SHAPE}\0{decides}".encode(), digest_size=16).hexdigest()


def _id(raw: Any) -> object:
    return raw.get("id") if isinstance(raw, dict) else None


def _changed(raw: Any) -> int:
    """Milliseconds since 1970 of an issue's last change, rounded down; 0 if it does not say."""
    fields = raw.get("fields") if isinstance(raw, dict) else None
    at = moment(fields.get("updated")) if isinstance(fields, dict) else None
    return (microseconds(at) or 0) // 1000
