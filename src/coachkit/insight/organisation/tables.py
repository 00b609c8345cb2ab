"""The tables of a whole organisation: what people did, on what, when, and since when that could be known."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl

__all__ = ["DAY", "Tables", "first_after", "moment", "upto"]

DAY = 86_400_000
"""Milliseconds."""


def moment(at: datetime) -> int:
    """Milliseconds since 1970, as the tables count time."""
    return int(at.timestamp() * 1000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tables:
    """Frames of one organisation. Times are milliseconds since 1970, UTC.

    :ivar acts: ``record, kind, actor, target, at, known_at``: an interaction; ``actor`` and ``target`` are people, or
        accounts that are nobody's yet. A commit is known when it was taken in, everything else when it happened.
    :ivar items: ``record, key, kind, title, text, container, areas, team, created_at, closed_at, known_at``.
    :ivar goals: ``record, key, title, text, team, other_teams, created_at, due_at``.
    :ivar owners: ``record, person``: of goals.
    :ivar states: ``record, at, state, category, reason``: of items and goals.
    :ivar links: ``record, target, since``: items to goals, as a source or a person says.
    :ivar accounts: person or account id → identity key, for programs that know people by it.
    """

    acts: pl.DataFrame
    items: pl.DataFrame
    goals: pl.DataFrame
    owners: pl.DataFrame
    states: pl.DataFrame
    links: pl.DataFrame
    accounts: Mapping[int, str]

    def as_of(self, at: datetime) -> Tables:
        """What could be known at ``at``: later rows are gone, whatever they say about earlier times."""
        until = moment(at)
        goals = upto(self.goals, until, "created_at")
        owners = self.owners
        if goals is not self.goals:
            owners = owners.join(goals.select("record"), on="record", how="semi")
        return replace(
            self,
            acts=upto(self.acts, until, "at", "known_at"),
            items=upto(self.items, until, "known_at"),
            goals=goals,
            owners=owners,
            states=upto(self.states, until, "at"),
            links=upto(self.links, until, "since"),
        )

    def next_after(self, at: datetime) -> int | None:
        """The first moment after ``at`` at which something else could be known or has ended; ``None``: never."""
        times = (
            *((self.acts, name) for name in ("at", "known_at")),
            *((self.items, name) for name in ("created_at", "known_at", "closed_at")),
            *((self.goals, name) for name in ("created_at", "due_at")),
            (self.states, "at"),
            (self.links, "since"),
        )
        return first_after(times, moment(at))

    @property
    def size(self) -> int:
        """Bytes of all frames, roughly."""
        frames = (self.acts, self.items, self.goals, self.owners, self.states, self.links)
        return int(sum(frame.estimated_size() for frame in frames))


def upto(rows: pl.DataFrame, until: int, *columns: str) -> pl.DataFrame:
    """The rows of which all these times are no later than ``until``: the frame itself if it has no others."""
    import polars as pl

    known = rows.select(pl.all_horizontal(pl.col(*columns) <= until).fill_null(value=False).alias("known"))["known"]
    return rows if known.all() else rows.filter(known)


def first_after(times: Iterable[tuple[pl.DataFrame, str]], after: int) -> int | None:
    """The earliest of all these times that is later than ``after``."""
    import polars as pl

    later = (frame.select(pl.col(name).filter(pl.col(name) > after).min()).item() for frame, name in times)
    return min((int(one) for one in later if one is not None), default=None)
