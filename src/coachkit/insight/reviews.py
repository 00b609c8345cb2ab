"""Reviews: whether they hang on one person. A question about how work is organised, never a measure of anybody."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from coachkit.insight.network.reviewed_alone import part, reviewed_alone
from coachkit.insight.rows import Material, ReviewRow

if TYPE_CHECKING:
    import polars as pl

__all__ = ["ReviewDependency", "ReviewerShare", "review_dependency", "reviewer_share"]

LEAST_CHANGES = 4
"""Fewer reviewed changes say nothing about a habit."""

MOST_OF = 0.75
"""From this share on, one person stands for "most": three of four."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewerShare:
    """Of ``of`` reviewed changes of the subject in the window, ``changes`` were reviewed by ``reviewer``."""

    reviewer: int
    team: str | None
    changes: int
    of: int
    last: datetime
    records: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewDependency:
    """``authors`` people made ``of`` changes to ``part`` that somebody reviewed; of ``changes`` only the subject did.

    The authors are those whose changes the subject reviews; ``teams`` are theirs today.
    """

    part: str
    changes: int
    of: int
    authors: int
    teams: tuple[str, ...]
    first: datetime
    last: datetime
    records: tuple[int, ...]


def reviewer_share(material: Material) -> ReviewerShare | None:
    """One person who reviewed most of the subject's changes in the window, if there is one."""
    by: dict[int, dict[int, datetime]] = defaultdict(dict)
    changes: set[int] = set()
    for act in material.acts:
        if act.target != material.subject or act.actor == material.subject or act.kind not in ("reviewed", "approved"):
            continue
        if not material.window.holds(act.at) or act.actor in material.people.bots:
            continue
        item = material.item_of(act)
        record = item.record if item else act.record
        changes.add(record)
        by[act.actor][record] = act.at
    if len(changes) < LEAST_CHANGES:
        return None
    reviewer, found = max(by.items(), key=lambda pair: (len(pair[1]), -pair[0]))
    if len(found) < MOST_OF * len(changes):
        return None
    last = max(found.values())
    return ReviewerShare(
        reviewer=reviewer,
        team=material.people.team_on(reviewer, material.window.day(last)),
        changes=len(found),
        of=len(changes),
        last=last,
        records=tuple(sorted(found, key=lambda record: (found[record], record))),
    )


def review_dependency(
    material: Material, least: int = 2 * LEAST_CHANGES, share: float = MOST_OF
) -> ReviewDependency | None:
    """The part of the work whose changes nearly all wait for the subject's review, if there is one.

    Found as the network of the whole organisation finds it (:func:`reviewed_alone`), over what both sides may read.

    :param least: fewer reviewed changes say nothing; ``share`` of them the subject alone reviewed.
    """
    import polars as pl

    rows = [row for row in material.reviews if row.reviewer not in material.people.bots]
    if material.subject not in {row.reviewer for row in rows}:
        return None
    told = reviewed_alone(_by_part(rows), share=share, least=least)
    mine = told.filter(pl.col("person") == material.subject).sort(
        "changes", pl.col("area").str.len_chars(), "area", descending=[True, False, False]
    )
    for row in mine.head(1).iter_rows(named=True):
        return _dependency(material, row)
    return None


def _by_part(rows: Sequence[ReviewRow]) -> pl.DataFrame:
    """A row each for a review and a part of the work that its change touches; without any, its repository."""
    import polars as pl

    frame = pl.DataFrame(
        [(n, row.record, row.reviewer, row.author, row.at, row.container, row.areas) for n, row in enumerate(rows)],
        schema={
            "row": pl.Int64,
            "record": pl.Int64,
            "reviewer": pl.Int64,
            "author": pl.Int64,
            "at": pl.Datetime("ms", "UTC"),
            "container": pl.String,
            "areas": pl.List(pl.String),
        },
        orient="row",
    )
    parts = frame.explode("areas").with_columns(part=part()).unique(("row", "part"), maintain_order=True)
    known = parts.with_columns(named=pl.col("part").is_not_null().any().over("row"))
    return (
        known.filter(pl.col("part").is_not_null() | ~pl.col("named"))
        .filter(pl.col("part").is_not_null() | pl.col("container").is_not_null())
        .select(
            "record",
            "reviewer",
            "author",
            area=pl.concat_str(pl.col("container").fill_null(""), pl.col("part").fill_null(""), separator=_BETWEEN),
            item="record",
            at=pl.col("at").cast(pl.Int64),
        )
    )


_BETWEEN = "\n"
"""Between a repository and a part of it, in no name of either."""


def _dependency(material: Material, row: Mapping[str, Any]) -> ReviewDependency:
    container, _, named = str(row["area"]).partition(_BETWEEN)
    teams = {
        team for author in row["others"] if (team := material.people.team_on(author, material.window.today)) is not None
    }
    return ReviewDependency(
        part=named or container,
        changes=row["changes"],
        of=row["of"],
        authors=len(row["others"]),
        teams=tuple(sorted(teams)),
        first=datetime.fromtimestamp(row["first"] / 1000, UTC),
        last=datetime.fromtimestamp(row["last"] / 1000, UTC),
        records=tuple(row["records"]),
    )
