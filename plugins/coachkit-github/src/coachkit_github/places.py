"""Where each stream was left, repository by repository."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from pydantic import BaseModel, ConfigDict, Field

from coachkit.sdk import Cursor, CursorState
from coachkit_github.people import ACCOUNTS
from coachkit_github.records import COMMITS, DISCUSSIONS, ISSUES, PULL_REQUESTS, REPOSITORIES
from coachkit_github.talk import COMMENTS, DISCUSSION_COMMENTS, REVIEW_COMMENTS, REVIEW_THREADS, REVIEWS
from coachkit_github.teams import MEMBERSHIPS, TEAMS

__all__ = ["LISTED", "PLACED", "Known", "KnownTeams", "Left", "Places", "State"]

PLACED = {
    ISSUES: (ISSUES,),
    PULL_REQUESTS: (PULL_REQUESTS, REVIEWS, REVIEW_THREADS),
    COMMENTS: (COMMENTS,),
    REVIEW_COMMENTS: (REVIEW_COMMENTS,),
    COMMITS: (COMMITS,),
    DISCUSSIONS: (DISCUSSIONS, DISCUSSION_COMMENTS),
}
"""Streams with a place in each repository, and what is read along with each."""

LISTED = (TEAMS, MEMBERSHIPS, ACCOUNTS)
"""Streams of which whole lists are kept."""


class Left(BaseModel):
    """How far a stream of one repository is read.

    :ivar reading: stands for all that decides what a record becomes; another one means: read everything again.
    :ivar since: of what changed later nothing is read yet; ISO 8601, empty where nothing is read.
    :ivar page: a page of the first reading, or a cursor of GraphQL (``after``).
    :ivar head: commits that lead to it are read; ``target`` is what is being read towards.
    :ivar refused: the last sync could not read it, and said so.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    reading: str
    since: str = ""
    page: int = 0
    after: str = ""
    head: str = ""
    target: str = ""
    refused: bool = False


class Places(CursorState):
    """A stream's places, by the id of the repository."""

    repositories: dict[str, Left]

    def at(self, repository: int, reading: str) -> Left:
        """Where it was left; its beginning, if it is to be read in another way than it was."""
        left = self.repositories.get(str(repository))
        if left is None:
            return Left(reading=reading)
        return left if left.reading == reading else Left(reading=reading, refused=left.refused)

    def moved(self, repository: int, left: Left) -> Self:
        return self.model_copy(update={"repositories": {**self.repositories, str(repository): left}})

    def only(self, repositories: set[str]) -> Self:
        """Without those that are not read any more."""
        kept = {key: left for key, left in self.repositories.items() if key in repositories}
        return self.model_copy(update={"repositories": kept})


class Known(CursorState):
    """What is known of everything.

    :ivar repositories: name by id; ``audiences``: the key of who could read it, by id.
    :ivar refused: native ids under which the last sync said what cannot be read.
    :ivar swept_on: the day when vanished records were looked for, ISO 8601.
    :ivar etags: of the SDK, by credential and URL.
    :ivar deliveries: by webhook, the newest delivery that was looked at.
    """

    repositories: dict[str, str]
    audiences: dict[str, str] = Field(default_factory=dict)
    refused: list[str] = Field(default_factory=list)
    swept_on: str = ""
    etags: dict[str, str] = Field(default_factory=dict)
    deliveries: dict[str, int] = Field(default_factory=dict)


class KnownTeams(CursorState):
    """A list that always comes whole, so that what is not in it any more is found.

    :ivar members: of teams, by id, when each was made; of memberships, by team, their ids.
    """

    members: dict[str, list[str]]


@dataclass(slots=True)
class State:
    """Everything that was kept, as it was when the sync began.

    :ivar places: by stream; ``lists``: whole lists, by stream.
    """

    known: Known
    places: dict[str, Places]
    lists: dict[str, KnownTeams]

    @classmethod
    def read(cls, cursors: Mapping[str, Cursor], *, connection: str) -> State:
        """
        :raises SourceError: if a cursor is damaged or was written by a newer version.
        """
        state = cls.empty()
        state.known = Known.read(cursors.get(REPOSITORIES), connection=connection) or state.known
        for name in PLACED:
            state.places[name] = Places.read(cursors.get(name), connection=connection) or state.places[name]
        for name in LISTED:
            state.lists[name] = KnownTeams.read(cursors.get(name), connection=connection) or state.lists[name]
        return state

    @classmethod
    def empty(cls) -> State:
        """Nothing was read yet."""
        places = {name: Places(repositories={}) for name in PLACED}
        return cls(Known(repositories={}), places, {name: KnownTeams(members={}) for name in LISTED})
