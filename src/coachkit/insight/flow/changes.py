"""How long changes took from being written to being taken in, by repository and area of the code."""

from __future__ import annotations

from typing import TYPE_CHECKING

from coachkit.insight.organisation.tables import DAY, Tables

if TYPE_CHECKING:
    import polars as pl

__all__ = ["AREA_LEVELS", "changes", "quarter_of"]

AREA_LEVELS = 2
"""Folders deep. One level is often the whole repository, three are too many to have enough changes each."""

_TAKEN_IN = ("committed", "merged")


def changes(tables: Tables) -> pl.DataFrame:
    """Changes that were taken in: ``record, container, area, opened_at, closed_at, days, quarter``.

    A change request where there are any; in a repository without them, a commit that somebody else took in. A history
    that came from git alone does not say when a change request was opened or what it touched: then the last commit
    that its author wrote before it was merged says so, of those that no earlier change request took in.
    """
    import polars as pl

    items = tables.items.select("record", "kind", "container", "areas", "created_at", "closed_at").drop_nulls(
        ("container", "closed_at")
    )
    authors = tables.acts.filter(_kind("authored")).group_by("record").agg(author=pl.col("actor").min())
    items = items.join(authors, on="record", how="left").with_columns(
        area=pl.col("areas").list.first().str.split("/").list.head(AREA_LEVELS).list.join("/")
    )
    commits = items.filter(pl.col("kind") == "commit")
    requests = items.filter(pl.col("kind") == "change_request")
    parts = [_requested(requests, commits), _taken_in(tables, commits, requests)]
    return (
        pl.concat(parts)
        .drop_nulls(("area", "opened_at"))
        .with_columns(opened_at=pl.min_horizontal("opened_at", "closed_at"))
        .with_columns(days=(pl.col("closed_at") - pl.col("opened_at")) / DAY, quarter=quarter_of("closed_at"))
        .sort("closed_at", "record")
    )


def quarter_of(column: str) -> pl.Expr:
    """``2024Q2`` of a moment in milliseconds."""
    import polars as pl

    at = pl.from_epoch(pl.col(column), time_unit="ms")
    return pl.format("{}Q{}", at.dt.year(), at.dt.quarter())


def _kind(*names: str) -> pl.Expr:
    import polars as pl

    return pl.col("kind").cast(pl.String).is_in(names)


def _requested(requests: pl.DataFrame, commits: pl.DataFrame) -> pl.DataFrame:
    """Change requests, with what their own record lacks from the last commit that went into each."""
    import polars as pl

    into = requests.drop_nulls("author").select("container", "author", "closed_at", into="record").sort("closed_at")
    written = commits.drop_nulls(("author", "area", "created_at")).sort("closed_at")
    last = (
        written.join_asof(into, on="closed_at", by=["container", "author"], strategy="forward", check_sortedness=False)
        .drop_nulls("into")
        .sort("created_at", "record")
        .group_by("into", maintain_order=True)
        .agg(written_at=pl.col("created_at").last(), touched=pl.col("area").last())
    )
    return requests.join(last, left_on="record", right_on="into", how="left").select(
        "record",
        "container",
        area=pl.coalesce("area", "touched"),
        opened_at=pl.coalesce("created_at", "written_at"),
        closed_at="closed_at",
    )


def _taken_in(tables: Tables, commits: pl.DataFrame, requests: pl.DataFrame) -> pl.DataFrame:
    """Commits that somebody else took in, where there are no change requests."""
    import polars as pl

    taken = tables.acts.filter(_kind(*_TAKEN_IN) & pl.col("target").is_not_null()).select("record").unique()
    return (
        commits.join(taken, on="record", how="semi")
        .join(requests.select("container").unique(), on="container", how="anti")
        .select("record", "container", "area", opened_at="created_at", closed_at="closed_at")
    )
