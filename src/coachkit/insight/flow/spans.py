"""How long work stood in each state, from the histories of the items."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from coachkit.insight.organisation.tables import DAY, Tables, moment

if TYPE_CHECKING:
    import polars as pl

__all__ = ["FLOWING", "STEPS", "items_of_teams", "spans"]

FLOWING = ("issue", "task")
"""Kinds of items that go from state to state. A change request has one open state: see :mod:`.handoffs`."""

STEPS = ("todo", "doing", "review", "waiting")
"""Sources name their states as they like, in two languages; a connector says which of todo, doing and waiting each is,
and review is told from doing by its name."""

_REVIEW = r"(?i)review|approv|\bqa\b|verif|评审|审核|审查|审批|复核|验收"

_OVER = ("done", "dropped")


def items_of_teams(tables: Tables) -> pl.DataFrame:
    """Items that flow and belong to a team: ``record, key, kind, title, team, created_at, closed_at``."""
    import polars as pl

    return (
        tables.items.filter(pl.col("kind").is_in(FLOWING))
        .drop_nulls("team")
        .select("record", "key", "kind", "title", "team", "created_at", "closed_at")
        .unique("record")
        .sort("record")
    )


def spans(tables: Tables, until: datetime) -> pl.DataFrame:
    """Each stay of an item in a step: ``record, team, step, state, begun, ended, days, open, next,
    back``.

    ``next`` is the step after it, or ``over``; a stay that has not ended has ``open`` and lasts to ``until``. What is
    done or dropped is no stay; ``back`` came from there. The same step told twice in a row is one stay.
    """
    import polars as pl

    end = moment(until)
    step = (
        pl.when(pl.col("category").is_in(_OVER))
        .then(pl.lit("over"))
        .when((pl.col("category") == "doing") & pl.col("state").str.contains(_REVIEW))
        .then(pl.lit("review"))
        .otherwise("category")
    )
    states = (
        tables.states.filter((pl.col("at") <= end) & pl.col("category").is_in((*STEPS, *_OVER)))
        .join(items_of_teams(tables).select("record", "team"), on="record")
        .sort("record", "at", maintain_order=True)
        .with_columns(step=step)
        .filter(pl.col("step") != pl.col("step").shift(1).over("record").fill_null(""))
        .with_columns(
            ended=pl.col("at").shift(-1).over("record"),
            next=pl.col("step").shift(-1).over("record"),
            back=(pl.col("step") != "over") & (pl.col("step").shift(1).over("record").fill_null("") == "over"),
        )
    )
    return (
        states.filter(pl.col("step") != "over")
        .with_columns(open=pl.col("ended").is_null())
        .with_columns(days=(pl.col("ended").fill_null(end) - pl.col("at")) / DAY)
        .select("record", "team", "step", "state", "next", "back", "ended", "days", "open", begun="at")
        .sort("begun", "record")
    )
