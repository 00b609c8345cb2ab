"""The org chart with its dates, and what hangs together: who was in which team when, and what waited for what."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from coachkit.insight.organisation.tables import first_after, moment

if TYPE_CHECKING:
    import polars as pl

__all__ = ["Chart", "in_team"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """Frames beside :class:`~coachkit.insight.organisation.tables.Tables`, read in the same scopes.

    :ivar teams: ``key, name, parent``.
    :ivar memberships: ``person, team, starts, ends``: milliseconds, ``ends`` the first moment after; null is open.
    :ivar about: ``record, item``: key of the item that a remark or review which is a record of its own is about.
    :ivar waits: ``record, target, since, until``: an item waits for the one with the key ``target``.
    :ivar aims: ``record, goal``: an item serves a goal, both as records; through a key result too.
    :ivar bots: accounts that are programs.
    """

    teams: pl.DataFrame
    memberships: pl.DataFrame
    about: pl.DataFrame
    waits: pl.DataFrame
    aims: pl.DataFrame
    bots: frozenset[int]

    def as_of(self, at: datetime) -> Chart:
        """What could be known at ``at``: who came later is not there yet, and nobody has left who leaves later."""
        import polars as pl

        until = moment(at)
        waits = self.waits.filter(pl.col("since").is_null() | (pl.col("since") <= until))
        return replace(
            self,
            memberships=_masked(self.memberships, "starts", "ends", until),
            waits=_masked(waits, "since", "until", until),
        )

    def next_after(self, at: datetime) -> int | None:
        """The first moment after ``at`` at which somebody comes or leaves, or a wait begins or ends."""
        times = (
            *((self.memberships, name) for name in ("starts", "ends")),
            *((self.waits, name) for name in ("since", "until")),
        )
        return first_after(times, moment(at))

    @property
    def size(self) -> int:
        """Bytes of all frames, roughly."""
        frames = (self.teams, self.memberships, self.about, self.waits, self.aims)
        return int(sum(frame.estimated_size() for frame in frames))

    def names(self) -> dict[str, str]:
        """Team key → name."""
        return dict(self.teams.select("key", "name").iter_rows())

    def members(self, since: datetime, until: datetime) -> dict[str, frozenset[int]]:
        """Team → everybody who was in it at some time from ``since`` to ``until``."""
        import polars as pl

        first, last = moment(since), moment(until)
        there = self.memberships.filter(
            (pl.col("starts").is_null() | (pl.col("starts") <= last))
            & (pl.col("ends").is_null() | (pl.col("ends") > first))
        )
        return {team: frozenset(people) for team, people in there.group_by("team").agg("person").iter_rows()}


def _masked(rows: pl.DataFrame, starts: str, ends: str, until: int) -> pl.DataFrame:
    import polars as pl

    known = rows.filter(pl.col(starts).is_null() | (pl.col(starts) <= until))
    return known.with_columns(pl.when(pl.col(ends) <= until).then(ends).alias(ends))


def in_team(rows: pl.DataFrame, chart: Chart, person: str, at: str, *, name: str) -> pl.DataFrame:
    """``rows`` with the team that ``person`` was in at the moment ``at``, in a column called ``name``.

    Of several teams at once it is the smallest, then the one they joined last: everybody is in the company too. Of
    nobody's account, and outside any team, it is null.
    """
    import polars as pl

    dated = chart.memberships.select(
        (-pl.col("person").n_unique().over("team").cast(pl.Int64)).alias("_size"),
        pl.col("person").alias(person),
        pl.col("starts").fill_null(0).alias("_starts"),
        pl.col("ends").alias("_ends"),
        pl.col("team").alias(name),
    )
    numbered = rows.with_row_index("_row")
    found = (
        numbered.select("_row", person, at)
        .join(dated, on=person, how="inner")
        .filter((pl.col("_starts") <= pl.col(at)) & (pl.col("_ends").is_null() | (pl.col("_ends") > pl.col(at))))
        .sort("_row", "_size", "_starts", name)
        .unique("_row", keep="last", maintain_order=True)
        .select("_row", name)
    )
    return numbered.join(found, on="_row", how="left", maintain_order="left").drop("_row")
