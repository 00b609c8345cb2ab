"""The tables of a whole organisation: what people did, on what, when, and since when that could be known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl

__all__ = ["DAY", "Tables", "moment"]

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
        import polars as pl

        until = moment(at)
        goals = self.goals.filter(pl.col("created_at") <= until)
        return replace(
            self,
            acts=self.acts.filter((pl.col("at") <= until) & (pl.col("known_at") <= until)),
            items=self.items.filter(pl.col("known_at") <= until),
            goals=goals,
            owners=self.owners.join(goals.select("record"), on="record", how="semi"),
            states=self.states.filter(pl.col("at") <= until),
            links=self.links.filter(pl.col("since") <= until),
        )
