"""The connector: what is new since the tips that were read last, parents first, safe against rewritten history."""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import ClassVar

from pydantic import Field, field_validator

from coachkit.sdk import (
    Audience,
    Capability,
    Checkpoint,
    CheckReport,
    Configuration,
    Connector,
    Cursor,
    CursorState,
    Failure,
    Item,
    Progress,
    SourceError,
    Stream,
    Tombstone,
)
from coachkit_git.commits import COMMITS, Authors, Commits
from coachkit_git.mailmap import Mailmap
from coachkit_git.people import ACCOUNTS, People, Somebody
from coachkit_git.repository import Repository

__all__ = ["Git", "GitConfig"]

CHECKPOINT_EVERY = 2_000
SWEEPS_AFTER_LOSS = 5
"""So many syncs after a loss of objects compare everything stored with what is there: the first may be cut off."""

_HASH = re.compile(r"[0-9a-f]{40,64}")
_SHAPE = "1"
"""Raised when the same commit gives another record than before, so that everything is read again."""


class GitConfig(Configuration):
    path: Path = Field(description="Folder of the repository, bare or not.")
    ref: str = Field("HEAD", min_length=1, description="Branch, tag or commit whose history is read.")
    all_branches: bool = Field(False, description="Read every local and remote-tracking branch instead of `ref`.")
    name: str = Field("", description="What people call the repository, such as org/service; empty: the folder's name.")
    web: str = Field("", description="Address of a commit on the web, with {hash} in it; empty: git:PATH#HASH.")
    numstat: bool = Field(False, description="Read which folders each commit touches, and how many files. Slow.")
    group: str = Field("", description="Key of the group that may read it; empty: everyone in the organisation.")
    issue_keys: tuple[str, ...] = Field((), description="Issue keys that count, such as PAY; empty: all that look so.")
    bots: tuple[str, ...] = Field((), description="Names or addresses that are no people, such as *-robot.")

    @field_validator("web")
    @classmethod
    def _has_place_for_the_hash(cls, value: str) -> str:
        if value and "{hash}" not in value:
            raise ValueError("needs {hash} where the commit's hash belongs")
        return value


class _History(CursorState):
    """How far a history is read.

    :ivar tips: everything that can be reached from these is read.
    :ivar target: tips that are being read towards; ``done`` commits of the way are, and ``last`` was the last of them.
    :ivar reading: digest of everything that decides what a commit becomes.
    :ivar sweeps: how many more syncs compare everything, because commits that were read cannot be listed any more.
    """

    tips: list[str]
    target: list[str]
    reading: str
    done: int = 0
    last: str = ""
    sweeps: int = 0


class Git(Connector):
    """Commits, and who wrote, reviewed, tested, merged and handed them on."""

    name = "git"
    title = ("Git repository", "Git 仓库")
    streams = (
        Stream(
            name=COMMITS,
            title=("Commits", "提交"),
            cannot_tell=(
                "Reviews are known only as far as commit messages name them, and when they took place not at all.",
                "只能从提交说明中得知评审人，评审发生的时间无从得知。",
            ),
        ),
        Stream(name=ACCOUNTS, title=("Authors", "提交者")),
    )
    Config: ClassVar[type[Configuration]] = GitConfig
    capabilities = frozenset({Capability.BACKFILL, Capability.POLL, Capability.SWEEP})

    config: GitConfig

    def __init__(self, connection: str, config: Configuration) -> None:
        super().__init__(connection, config)
        self.path = self.config.path.expanduser().absolute()
        self.repository = Repository(self.path, subject=connection)
        self._to_sweep: list[str] | None = None

    def check(self) -> CheckReport:
        try:
            self.repository.version()
            self.repository.verify()
            self._tips()
            shallow = bool(self.repository.boundary())
        except SourceError as error:
            return CheckReport(ok=False, findings=(str(error),))
        finding = (
            "This is a shallow clone: older commits are missing, and rewritten history goes unnoticed. "
            "For the whole: git fetch --unshallow"
        )
        return CheckReport(ok=True, findings=(finding,) if shallow else ())

    def pull(self, cursors: Mapping[str, Cursor]) -> Iterator[Item]:
        kept = _History.read(cursors.get(COMMITS), connection=self.connection)
        self.repository.verify()
        tips, boundary, mailmap = self._tips(), self.repository.boundary(), self._mailmap()
        reading = self._reading(mailmap, boundary)
        commits = self._commits(mailmap)
        history = kept or _History(tips=[], target=[], reading=reading, sweeps=1)
        before = [*history.tips, *history.target]
        existing = self.repository.existing(before)
        lost = len(existing) < len(before)
        if history.target and history.reading == reading and not lost:
            history = yield from self._read(commits, history)
        if not boundary:
            yield from self._vanished(existing, tips)
        history = _History(
            tips=[tip for tip in history.tips if tip in existing] if history.reading == reading else [],
            target=tips,
            reading=reading,
            sweeps=SWEEPS_AFTER_LOSS if lost else history.sweeps,
        )
        history = yield from self._read(commits, history)
        self._to_sweep = tips if history.sweeps and not boundary else None
        final = history.model_copy(update={"sweeps": max(0, history.sweeps - 1)})
        yield Checkpoint(stream=COMMITS, cursor=final.cursor())

    def refetch(self, failures: Iterable[Failure]) -> Iterator[Item]:
        names = [f.native_id for f in failures if f.stream == COMMITS and _HASH.fullmatch(f.native_id)]
        existing = self.repository.existing(names) if names else []
        if not existing:
            return
        commits = self._commits(self._mailmap())
        for commit in self.repository.these(existing, numstat=self.config.numstat):
            yield commits.item(commit)
        yield from commits.people.seen()

    def sweep(self, stream: str) -> Iterator[str] | None:
        if stream != COMMITS or self._to_sweep is None:
            return None
        return self.repository.hashes(self._to_sweep, ())

    def _read(self, commits: Commits, history: _History) -> Generator[Item, None, _History]:
        """Read on towards ``history.target``; returns the history as it is then."""
        tips, target = history.tips, history.target
        total = self.repository.count(target, tips) if target != tips else 0
        log = self.repository.log(target, tips, numstat=self.config.numstat) if total else iter(())
        done = 0
        for commit in log:
            done += 1
            if done == history.done and commit[0] != history.last:
                # git lists them in another order than it did: what was read may lie behind this place
                return (yield from self._read(commits, history.model_copy(update={"done": 0, "last": ""})))
            if done <= history.done:
                continue
            yield commits.item(commit)
            if done % CHECKPOINT_EVERY == 0 and done < total:
                yield from commits.people.seen()
                place = history.model_copy(update={"done": done, "last": commit[0]})
                yield Checkpoint(stream=COMMITS, cursor=place.cursor())
                yield Progress(stream=COMMITS, done=done, total=total)
        yield from commits.people.seen()
        whole = history.model_copy(update={"tips": target, "target": [], "done": 0, "last": ""})
        yield Checkpoint(stream=COMMITS, cursor=whole.cursor())
        yield Progress(stream=COMMITS, done=done, total=max(done, total))
        return whole

    def _vanished(self, before: Sequence[str], tips: Sequence[str]) -> Iterator[Tombstone]:
        """Commits that were read and that no tip leads to any more: history was rewritten, or a branch deleted."""
        if before and not set(before) <= set(tips):
            for name in self.repository.hashes(before, tips):
                yield Tombstone(stream=COMMITS, native_id=name)

    def _tips(self) -> list[str]:
        return self.repository.tips(self.config.ref, all_branches=self.config.all_branches)

    def _mailmap(self) -> str:
        return self.repository.mailmap("HEAD" if self.config.all_branches else self.config.ref)

    def _reading(self, mailmap: str, boundary: str) -> str:
        settings = self.config.model_dump_json(exclude={"ref", "all_branches"})
        decides = f"{_SHAPE}\0{settings}\0{mailmap}\0{boundary}"
        return hashlib.blake2b(decides.encode(), digest_size=16).hexdigest()

    def _commits(self, mailmap: str) -> Commits:
        people = People(Mailmap(mailmap), self.config.bots)
        return Commits(
            people=people,
            authors=Authors(lambda name: self._author(name, people)),
            now=self.now(),
            container=self.config.name or self.path.name.removesuffix(".git") or str(self.path),
            url=self.config.web or f"git:{self.path}#{{hash}}",
            audience=Audience.group(self.config.group) if self.config.group else Audience.org(),
            projects=frozenset(self.config.issue_keys),
        )

    def now(self) -> float:
        """Seconds since 1970: what is said to have happened later cannot have."""
        return time.time()

    def _author(self, name: str, people: People) -> Somebody | None:
        """The author of one commit; ``None`` where a shallow clone ends."""
        if not self.repository.existing([name]):
            return None
        for commit in self.repository.these([name], numstat=False):
            return people.who(commit[3], commit[4])
        return None
