"""What hangs on one person: reviews of an area, an area nobody else works in, a hand-off between two teams."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from coachkit.insight.network.reviewed_alone import part, reviewed_alone
from coachkit.insight.network.ties import STRONGEST
from coachkit.insight.organisation.chart import Chart
from coachkit.insight.organisation.tables import Tables, moment

if TYPE_CHECKING:
    import polars as pl

__all__ = ["LEAST", "MOST_OF", "Hanging", "areas", "hanging", "sole_hand_offs", "sole_reviewers", "sole_workers"]

LEAST = 6
"""Changes, on as many days, below which nothing is said of an area: three in a row happen by themselves."""

MOST_OF = 0.8
"""Of the changes of an area, or of the strength of a hand-off."""

_WORKING = ("authored", "co_authored", "reviewed", "approved", "tested", "committed", "merged", "documented")


@dataclass(frozen=True, slots=True, kw_only=True)
class Hanging:
    """Something that hangs on ``person``.

    :ivar kind: ``review``: they alone reviewed; ``area``: they alone worked there; ``hand-off``: what ``team`` does for
        ``other`` goes through them.
    :ivar about: the area, with its repository; empty for a hand-off.
    :ivar others: people whose work it touched.
    :ivar records: the newest that show it.
    """

    kind: str
    person: int
    about: str
    team: str | None
    other: str | None
    others: tuple[int, ...]
    records: tuple[int, ...]


def hanging(tables: Tables, chart: Chart, acts: pl.DataFrame, since: datetime, until: datetime) -> list[Hanging]:
    """Everything of the three kinds, by what it is about.

    :param acts: what :func:`~coachkit.insight.network.ties.helped` found in the same window.
    """
    found = [
        *sole_reviewers(tables, acts),
        *sole_workers(tables, chart, since, until),
        *sole_hand_offs(acts),
    ]
    return sorted(found, key=lambda one: (one.kind, one.about, one.team or "", one.other or "", one.person))


def sole_reviewers(tables: Tables, acts: pl.DataFrame) -> list[Hanging]:
    """Areas in which one person alone reviewed at least :data:`MOST_OF` of :data:`LEAST` changes of two people."""
    import polars as pl

    reviews = acts.filter(pl.col("help") == "review").join(areas(tables), on="record")
    told = reviewed_alone(
        reviews.select("area", "item", "record", "at", reviewer="actor", author="target"),
        share=MOST_OF,
        least_alone=LEAST,
    ).with_columns(pl.col("records").list.head(STRONGEST))
    return [_hanging("review", row) for row in told.iter_rows(named=True)]


def sole_workers(tables: Tables, chart: Chart, since: datetime, until: datetime) -> list[Hanging]:
    """Areas with :data:`LEAST` changes on as many days that nobody but one person wrote, reviewed or took in."""
    import polars as pl

    acts = tables.acts.filter(
        (pl.col("at") > moment(since)) & (pl.col("at") <= moment(until)),
        pl.col("kind").cast(pl.String).is_in(_WORKING),
        ~pl.col("actor").is_in(list(chart.bots)),
    ).join(areas(tables), on="record")
    told = (
        acts.sort("at", "record", descending=[True, False])
        .group_by("area", maintain_order=True)
        .agg(
            people=pl.col("actor").n_unique(),
            person=pl.col("actor").first(),
            changes=pl.col("record").n_unique(),
            days=(pl.col("at") // 86_400_000).n_unique(),
            records=pl.col("record").unique(maintain_order=True).head(STRONGEST),
        )
        .filter((pl.col("people") == 1) & (pl.col("changes") >= LEAST) & (pl.col("days") >= LEAST))
    )
    return [_hanging("area", row) for row in told.iter_rows(named=True)]


def sole_hand_offs(acts: pl.DataFrame) -> list[Hanging]:
    """Pairs of teams of which one helps the other through one person: at least :data:`MOST_OF` of the strength.

    Thin ones are left out: less than twice what one tie can be worth, or fewer than three people helped.
    """
    import polars as pl

    known = acts.drop_nulls(("actor_team", "target_team")).filter(pl.col("actor_team") != pl.col("target_team"))
    pairs = (
        known.sort("at", "record", descending=[True, False])
        .group_by("actor_team", "target_team", "actor", "target", maintain_order=True)
        .agg(
            strength=pl.min_horizontal(pl.col("item").n_unique(), pl.col("day").n_unique(), pl.lit(STRONGEST)),
            records=pl.col("record").unique(maintain_order=True).head(2),
        )
        .with_columns(
            whole=pl.col("strength").sum().over("actor_team", "target_team"),
            own=pl.col("strength").sum().over("actor_team", "target_team", "actor"),
        )
        .filter((pl.col("own") >= MOST_OF * pl.col("whole")) & (pl.col("whole") >= 2 * STRONGEST))
    )
    told = (
        pairs.group_by(team="actor_team", other="target_team", person="actor", maintain_order=True)
        .agg(
            others=pl.col("target").unique().sort(),
            records=pl.col("records").list.explode().unique(maintain_order=True).head(STRONGEST),
        )
        .filter(pl.col("others").list.len() >= 3)
    )
    return [_hanging("hand-off", row) for row in told.iter_rows(named=True)]


def areas(tables: Tables) -> pl.DataFrame:
    """``record, area``: of changes, each area with its repository before it; the repository itself is none."""
    import polars as pl

    return (
        tables.items.filter(pl.col("kind").is_in(("commit", "change_request")))
        .select("record", "container", "areas")
        .explode("areas")
        .drop_nulls("areas")
        .with_columns(part=part())
        .drop_nulls("part")
        .select("record", area=pl.format("{} · {}", pl.col("container").fill_null(""), pl.col("part")))
        .unique()
    )


def _hanging(kind: str, row: dict[str, object]) -> Hanging:
    def numbers(name: str) -> tuple[int, ...]:
        found = row.get(name)
        return tuple(found) if isinstance(found, list) else ()

    person, team, other = row["person"], row.get("team"), row.get("other")
    assert isinstance(person, int)
    return Hanging(
        kind=kind,
        person=person,
        about=str(row.get("area") or ""),
        team=str(team) if team else None,
        other=str(other) if other else None,
        others=numbers("others"),
        records=numbers("records"),
    )
