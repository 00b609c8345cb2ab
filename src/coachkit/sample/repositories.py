"""Histories of the repositories: commits of the change requests, on files that grow with them."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta

from coachkit.sample.changes import REPOSITORIES
from coachkit.sample.model import Commit, Person, Repository
from coachkit.sample.people import DOMAIN
from coachkit.sample.sources import Source
from coachkit.sample.tracker import PRIVATE_REPOSITORY, private_group
from coachkit.sample.world import Change, World

__all__ = ["DOUBTFUL", "make_repositories"]

_MERGING = {"PAY", "PLAT", "MOB"}
"""Teams that merge branches; the others put each change on top of the main line."""
_SQUASHING = {"DATA"}

DOUBTFUL = ("weiwang", f"weiwang@devbox.{DOMAIN}")
"""A signature that two people could have left on a shared machine."""


def make_repositories(world: World) -> tuple[Repository, ...]:
    """A repository by team that writes code."""
    by_team: dict[str, list[Change]] = defaultdict(list)
    for change in world.changes:
        if change.merged:
            by_team[change.issue.project].append(change)
    group = private_group(world).key
    found = []
    for team, name in REPOSITORIES.items():
        merged = sorted(by_team[team], key=lambda change: (change.merged or change.opened, change.key))
        commits = _History(world, team).write(merged)
        found.append(
            Repository(name=name, team=team, commits=commits, group=group if name == PRIVATE_REPOSITORY else None)
        )
    return tuple(found)


class _History:
    def __init__(self, world: World, team: str) -> None:
        self.world, self.team = world, team
        self.rng = world.rng("repository", team)
        self.commits: list[Commit] = []
        self.head: int | None = None
        self.last = datetime.min.replace(tzinfo=world.clock.end.tzinfo)
        self.sources = {topic.id: Source(topic) for topic in world.topics.values() if topic.team == team}

    def write(self, merged: list[Change]) -> tuple[Commit, ...]:
        self._first()
        for change in merged:
            self._take(change)
        self._mailmap()
        return tuple(self.commits)

    def _add(
        self,
        author: Person,
        at: datetime,
        message: str,
        files: dict[str, str],
        *,
        parent: int | None,
        committer: Person | None = None,
        committed: datetime | None = None,
        merges: int | None = None,
        signature: tuple[str, str] | None = None,
    ) -> int:
        number = len(self.commits) + 1
        committer = committer or author
        self.commits.append(
            Commit(
                number=number,
                author=signature or self._signature(author),
                committer=self._signature(committer)
                if committer is not author
                else (signature or self._signature(author)),
                authored_at=at,
                committed_at=committed or at,
                message=message,
                files=tuple(sorted(files.items())),
                parent=parent,
                merges=merges,
            )
        )
        return number

    def _signature(self, person: Person) -> tuple[str, str]:
        """The usual one four times of five."""
        others = person.signatures[1:]
        return self.rng.choice(others) if others and self.rng.random() < 0.2 else person.signatures[0]

    def _first(self) -> None:
        lead = self.world.roster.lead(self.team)
        at = self.world.clock.at(lead, self.world.clock.day_from(lead, self.world.clock.first - timedelta(days=2)), 8.5)
        name = REPOSITORIES[self.team]
        areas = "\n".join(f"- `{source.topic.area}/`: {source.topic.name}" for source in self.sources.values())
        readme = f"# {name}\n\n{self.world.roster.teams[self.team].name}\n\n{areas}\n"
        files = {
            "README.md": readme,
            "CODEOWNERS": "".join(f"{s.topic.area}/ @{name}\n" for s in self.sources.values()),
        }
        for source in self.sources.values():
            files.update(source.files())
        self.head = self._add(lead, at, f"Import {name} as it stands", files, parent=None)

    def _take(self, change: Change) -> None:
        assert change.merged
        assert change.merger
        assert change.issue.topic
        source = self.sources[change.issue.topic.id]
        steps = sorted(change.steps, key=lambda step: step[0])
        number = change.key.partition("#")[2]
        if self.team in _SQUASHING:
            squashed: dict[str, str] = {}
            for _, _, text in steps:
                squashed.update(source.grow(text, self.rng))
            body = "\n".join(f"- {text}" for _, _, text in steps)
            message = f"{change.title} (#{number})\n\n{body}\n\n{self._trailers(change)}"
            self.head = self._add(
                change.author,
                steps[-1][0],
                message,
                squashed,
                parent=self.head,
                committer=change.merger,
                committed=change.merged,
            )
            return
        merging = self.team in _MERGING and len(steps) > 1
        parent, together = self.head, {}
        for place, (at, author, text) in enumerate(steps):
            files = source.grow(text, self.rng)
            together.update(files)
            trailers = (
                self._trailers(change) if place == len(steps) - 1 and not merging else f"Refs: {change.issue.key}"
            )
            by, when = (author, at) if merging else (change.merger, change.merged + timedelta(seconds=place))
            parent = self._add(author, at, f"{text}\n\n{trailers}", files, parent=parent, committer=by, committed=when)
        if merging:
            message = f"Merge pull request #{number}: {change.title}\n\n{self._trailers(change)}"
            parent = self._add(change.merger, change.merged, message, together, parent=self.head, merges=parent)
        self.head = parent

    def _trailers(self, change: Change) -> str:
        lines = [f"Closes: {change.issue.key}" if change is change.issue.changes[-1] else f"Refs: {change.issue.key}"]
        lines.append("Reviewed-by: {} <{}>".format(*change.reviewer.signatures[0]))
        others = {author.handle: author for _, author, _ in change.steps if author is not change.author}
        lines += ["Co-authored-by: {} <{}>".format(*other.signatures[0]) for other in others.values()]
        return "\n".join(lines)

    def _mailmap(self) -> None:
        """Late in the history somebody writes down which addresses are whose; and the doubtful machine commits once."""
        roster, clock = self.world.roster, self.world.clock
        people = [person for person in roster.team(self.team, "engineer") if len(person.signatures) > 1]
        lines = [
            f"{person.signatures[0][0]} <{person.email}> {name} <{address}>"
            for person in people
            for name, address in person.signatures
            if address != person.email and person.handle != "lixing"
        ]
        lead = roster.lead(self.team)
        at = max(clock.at(lead, clock.ago(lead, 6), 9.1), self.commits[-1].committed_at)
        if lines:
            self.head = self._add(
                lead, at, "Say which addresses belong together", {".mailmap": "\n".join(lines) + "\n"}, parent=self.head
            )
        if self.team in ("DATA", "PLAT"):
            topic = next(iter(self.sources.values())).topic
            files = {f"{topic.area}/limits.toml": f"[{topic.names[0]}]\nmax = {self.rng.randrange(20, 90)}\n"}
            message = f"Raise the limit of {topic.names[0]} on the shared machine"
            person = roster["weiwang_s"]
            self.head = self._add(
                person, at + timedelta(minutes=4), message, files, parent=self.head, signature=DOUBTFUL
            )
