"""One commit as a work item with what each person did on it."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple

from coachkit.sdk import Audience, Failure, Interaction, InteractionKind, Upsert, WorkItem, WorkItemKind
from coachkit_git.messages import KEY_LENGTH, Part, credits_in, links_in
from coachkit_git.people import People, Somebody
from coachkit_git.repository import FIELDS, RawCommit

__all__ = ["COMMITS", "Authors", "Commits", "Times"]

COMMITS = "commits"

LONGEST_TITLE = 300
LONGEST_BODY = 20_000
DEEPEST_AREA = 3
MOST_AREAS = 20
AUTHORS_REMEMBERED = 4_000
_DAY = 86_400

_KIND_OF = {
    Part.CO_AUTHOR: InteractionKind.CO_AUTHORED,
    Part.REVIEW: InteractionKind.REVIEWED,
    Part.ACK: InteractionKind.APPROVED,
    Part.TEST: InteractionKind.TESTED,
    Part.REPORT: InteractionKind.REPORTED,
    Part.SUGGESTION: InteractionKind.COMMENTED,
    Part.SIGN_OFF: InteractionKind.COMMITTED,
}


class Times(NamedTuple):
    """Seconds since 1970, UTC."""

    authored: int
    committed: int


class Authors:
    """Authors of merged branches: of the last commits from memory, of others through ``ask``."""

    def __init__(self, ask: Callable[[str], Somebody | None]) -> None:
        self._ask = ask
        self._by_hash: OrderedDict[str, Somebody] = OrderedDict()

    def remember(self, name: str, author: Somebody) -> None:
        self._by_hash[name] = author
        if len(self._by_hash) > AUTHORS_REMEMBERED:
            self._by_hash.popitem(last=False)

    def of(self, name: str) -> Somebody | None:
        return self._by_hash.get(name) or self._ask(name)


@dataclass(slots=True, kw_only=True)
class Commits:
    """Turns raw commits into items.

    :ivar now: seconds since 1970: what lies more than a day behind it cannot have happened.
    :ivar url: a commit's address, with ``{hash}`` in it.
    """

    people: People
    authors: Authors
    now: float
    container: str
    url: str
    audience: Audience
    projects: frozenset[str] = frozenset()

    def item(self, commit: RawCommit) -> Upsert | Failure:
        """The record of a commit, or why there is none."""
        self.authors.remember(commit[0], self.people.who(commit[3], commit[4]))
        times = self._times(commit[2], commit[5])
        if times is None:
            return Failure(
                stream=COMMITS,
                native_id=commit[0],
                reason="neither the author's nor the committer's date is one on which it can have happened",
                payload={"hash": commit[0], "author_date": commit[2], "committer_date": commit[5]},
            )
        subject, body = commit[8], commit[9].strip()
        created, closed = datetime.fromtimestamp(times.authored, UTC), datetime.fromtimestamp(times.committed, UTC)
        areas, size = _areas(commit[FIELDS:])
        record = WorkItem(
            kind=WorkItemKind.COMMIT,
            key=commit[0][:KEY_LENGTH],
            title=_short(subject, LONGEST_TITLE) or "(no message)",
            body=_short(f"{subject}\n\n{body}" if len(subject) > LONGEST_TITLE else body, LONGEST_BODY) or None,
            container=self.container,
            areas=areas,
            created_at=created,
            closed_at=closed,
            size=size,
            interactions=tuple(self._interactions(commit, body, times, created, closed)),
            links=links_in(subject, body, container=self.container, projects=self.projects),
        )
        return Upsert(
            stream=COMMITS,
            native_id=commit[0],
            record=record,
            occurred_at=closed,
            url=self.url.replace("{hash}", commit[0]),
            audience=self.audience,
        )

    def _times(self, authored: str, committed: str) -> Times | None:
        """Both dates; one that cannot be is replaced by the other."""
        author, committer = self._moment(authored), self._moment(committed)
        if author is None and committer is None:
            return None
        return Times(
            author if author is not None else committer or 0, committer if committer is not None else author or 0
        )

    def _moment(self, text: str) -> int | None:
        """Seconds since 1970, unless that is the first day of 1970 (a clock that was not set) or yet to come."""
        try:
            value = int(text)
        except ValueError:
            return None
        return value if _DAY < value <= self.now + _DAY else None

    def _interactions(
        self, commit: RawCommit, body: str, times: Times, authored: datetime, committed: datetime
    ) -> Iterator[Interaction]:
        author = self.people.who(commit[3], commit[4], times.authored)
        committer = self.people.who(commit[6], commit[7], times.committed)
        done: set[tuple[InteractionKind, str]] = set()
        if " " in commit[1]:
            yield from self._merge(commit[1].split()[1:], author, committer, committed)
        else:
            if author.key is not None:
                yield Interaction(kind=InteractionKind.AUTHORED, actor=author.key, at=authored)
            if committer.key not in (None, author.key) and not committer.bot and committer.key is not None:
                done.add((InteractionKind.COMMITTED, committer.key))
                yield Interaction(kind=InteractionKind.COMMITTED, actor=committer.key, at=committed, target=author.key)
        yield from self._credits(body, author, times, authored, committed, done)

    def _merge(
        self, merged: Sequence[str], author: Somebody, committer: Somebody, at: datetime
    ) -> Iterator[Interaction]:
        """Who merged whose branches. On a code host's pages the committer is the host, and the author who merged."""
        merger = author if committer.key is None or (committer.bot and not author.bot) else committer
        if merger.key is None:
            return
        owners = [self.authors.of(tip) for tip in merged]
        targets = dict.fromkeys(owner.key for owner in owners if owner is not None)
        targets.pop(merger.key, None)
        targets.pop(None, None)
        for target in targets or [None]:
            yield Interaction(kind=InteractionKind.MERGED, actor=merger.key, at=at, target=target)

    def _credits(
        self,
        body: str,
        author: Somebody,
        times: Times,
        authored: datetime,
        committed: datetime,
        done: set[tuple[InteractionKind, str]],
    ) -> Iterator[Interaction]:
        """What the trailers say. Signing off somebody else's change hands it on; it is no review."""
        found = [(c.part, self.people.who(c.name, c.email, times.committed, acted=False).key) for c in credits_in(body)]
        writers = {author.key} | {key for part, key in found if part is Part.CO_AUTHOR}
        for part, key in found:
            if key is None or key == author.key or (part is Part.SIGN_OFF and key in writers):
                continue
            kind = _KIND_OF[part]
            if (kind, key) not in done:
                done.add((kind, key))
                at = authored if part is Part.CO_AUTHOR else committed
                yield Interaction(kind=kind, actor=key, at=at, target=author.key)


def _short(text: str, longest: int) -> str:
    text = text.strip()
    return text if len(text) <= longest else f"{text[: longest - 1].rstrip()}…"


def _areas(stats: Sequence[str]) -> tuple[tuple[str, ...], int | None]:
    """Folders that were touched most, up to three levels deep, and how many files; nothing where they were not read."""
    if not stats:
        return (), None
    files: dict[str, int] = {}
    for line in stats:
        path = line.rpartition("\t")[2]
        folder = "/".join(path.split("/")[:-1][:DEEPEST_AREA]) or "."
        files[folder] = files.get(folder, 0) + 1
    most = sorted(files, key=lambda folder: (-files[folder], folder))[:MOST_AREAS]
    return tuple(sorted(most)), len(stats)
