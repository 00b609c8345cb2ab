"""What an engine is asked when it is scored on an organisation whose outcome is known to others.

A task is a function of :class:`Asked` that returns rows with the columns of its :class:`Task`. It reads the tables only
through ``asked.tables.as_of(…)`` for each moment it answers for, so nothing later can move an answer. It is a thin
translation: the figures are those of the engines that the product uses.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from coachkit.insight.organisation.tables import DAY, Tables

if TYPE_CHECKING:
    import polars as pl

__all__ = ["CUT_DAYS", "Asked", "Predict", "Task", "cuts", "whole_range"]

CUT_DAYS = 91
"""A quarter of thirteen weeks, always on the same weekday."""

_ANCHOR = datetime(2025, 10, 1, tzinfo=UTC)
"""One of the dates of the grid; the others lie whole quarters before and after it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One organisation, and of whom and when it is asked.

    :ivar org: its name, which is the name of its folder.
    :ivar tables: everything that is on record, from the beginning to the end.
    :ivar keys: what is asked: the task's ``asked`` columns, as the files name them (people and goals by their keys in
        the source, times in seconds); ``None`` if nobody says, then the task answers for everything it knows.
    :ivar sets: item or goal key → the set it belongs to, where the source has several.
    """

    org: str
    tables: Tables
    keys: pl.DataFrame | None = None
    sets: Mapping[str, str] = field(default_factory=dict)

    def named(self, rows: pl.DataFrame, column: str = "person") -> pl.DataFrame:
        """``rows`` with ``person_id``, by which the source knows ``column``, in its place; others are left out."""
        return rows.join(self._names(column), on=column, how="inner").drop(column)

    def people(self, rows: pl.DataFrame) -> pl.DataFrame:
        """``rows`` with ``person``, as the tables know ``person_id``, in its place; strangers are left out."""
        return rows.join(self._names("person"), on="person_id", how="inner").drop("person_id")

    def _names(self, column: str) -> pl.DataFrame:
        import polars as pl

        keys = {who: key.partition(":")[2] for who, key in self.tables.accounts.items()}
        return pl.DataFrame(
            {column: list(keys), "person_id": list(keys.values())}, schema={column: pl.Int64, "person_id": pl.String}
        )


Predict = Callable[[Asked], "pl.DataFrame"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A question that engines are scored on.

    :ivar columns: of an answer; the last one is ``score``, and more of it means more of what is asked.
    :ivar asked: the columns that say of whom and when it is asked, in the files of ``labels`` beside the data.
    :ivar labels: name of those files. Only the ``asked`` columns are ever read of them.
    """

    name: str
    columns: tuple[str, ...]
    predict: Predict
    labels: str = ""
    asked: tuple[str, ...] = ()


def whole_range(tables: Tables) -> tuple[int, int] | None:
    """The first and the last moment at which something was done, in milliseconds; ``None`` if nothing was."""
    acts = tables.acts["at"]
    first, last = acts.min(), acts.max()
    return (int(first), int(last)) if isinstance(first, int) and isinstance(last, int) else None


def cuts(tables: Tables) -> list[datetime]:
    """The dates of the grid with a year of acts before them, where nobody says for which dates to answer."""
    found = whole_range(tables)
    if found is None:
        return []
    anchor = int(_ANCHOR.timestamp() * 1000)
    first, last = found[0] + 365 * DAY, found[1]
    steps = range(-((anchor - first) // (CUT_DAYS * DAY)), (last - anchor) // (CUT_DAYS * DAY) + 1)
    return [_ANCHOR + timedelta(days=CUT_DAYS * step) for step in steps]
