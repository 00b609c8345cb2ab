"""Between all teams: by which kinds of help each advanced the work and the goals of which other; nothing is counted."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

from coachkit.insight.contribution import KINDS

if TYPE_CHECKING:
    import polars as pl

__all__ = ["Towards", "between_teams"]

_SHOWN = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Towards:
    """What ``team`` did for ``other``, by the teams of that day.

    :ivar kinds: of help, in the order of a summary; ``goals``: keys of those it served, by key.
    :ivar records: the newest of each kind.
    """

    team: str
    other: str
    kinds: tuple[str, ...]
    goals: tuple[str, ...]
    records: tuple[int, ...]


def between_teams(rows: pl.DataFrame, present: Collection[int]) -> tuple[Towards, ...]:
    """:param rows: what people did, as :func:`~coachkit.insight.contributing.given.given` finds it.

    Whom an act was for is the team of whoever was helped, and that of the goal it served, as in the view of two teams.
    """
    import polars as pl

    known = (
        rows.filter(pl.col("who").is_in(list(present)))
        .with_columns(whom=pl.concat_list("other", "goal_team").list.unique())
        .explode("whom")
        .filter(pl.col("team").is_not_null() & pl.col("whom").is_not_null() & (pl.col("whom") != pl.col("team")))
    )
    by_kind = (
        known.sort("at", "record", descending=[True, False])
        .group_by("team", "whom", "kind", maintain_order=True)
        .agg(pl.col("record").first(), pl.col("goal").drop_nulls().unique())
    )
    kinds: dict[tuple[str, str], dict[str, int]] = defaultdict(dict)
    goals: dict[tuple[str, str], set[str]] = defaultdict(set)
    for team, whom, kind, record, served in by_kind.iter_rows():
        kinds[team, whom][kind] = record
        goals[team, whom].update(served)
    return tuple(
        Towards(
            team=team,
            other=other,
            kinds=tuple(kind for kind in KINDS if kind in found),
            goals=tuple(sorted(goals[team, other])),
            records=tuple(dict.fromkeys(found[kind] for kind in KINDS if kind in found))[:_SHOWN],
        )
        for (team, other), found in sorted(kinds.items())
    )
