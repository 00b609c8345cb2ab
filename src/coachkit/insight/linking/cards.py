"""What the linker knows of a goal and of an item."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import polars as pl

    from coachkit.insight.organisation.tables import Tables

__all__ = ["LINKED_KINDS", "GoalCard", "ItemCard", "goal_cards", "item_cards"]

LINKED_KINDS = ("issue", "task", "change_request", "document")
"""Kinds of item that may advance a goal. A commit goes with its change request or issue; a meeting says too little."""

ENDED = ("done", "missed", "dropped")

_RELEASE = re.compile(r"\b(?:release|milestone|sprint)[ :/]+(\S+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class GoalCard:
    """A goal as the linker sees it. Times are milliseconds since 1970.

    :ivar names: by which an item may call it: its key, and the keys of its key results.
    :ivar text: what it is about, with the titles of its key results.
    :ivar ended: since when it has been over, moment by moment: ``(at, over)`` in the order of time.
    :ivar milestones: releases that its history names, in lower case, each with since when.
    """

    record: int
    key: str
    title: str
    text: str = ""
    names: tuple[str, ...] = ()
    teams: frozenset[str] = frozenset()
    owners: frozenset[int] = frozenset()
    created_at: int | None = None
    ended: tuple[tuple[int, bool], ...] = ()
    milestones: tuple[tuple[int, str], ...] = ()

    def over_at(self, at: int) -> bool:
        """Whether it was over at a moment, by what was known then."""
        return next((over for since, over in reversed(self.ended) if since <= at), False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemCard:
    """An item as the linker sees it.

    :ivar authors: who wrote it or owns it.
    :ivar labels: areas, labels and the container, in lower case.
    :ivar at: when it appeared, milliseconds; ``None``: nobody says.
    :ivar milestones: releases that its labels name.
    :ivar belongs_to: keys of the goals of what it belongs to: its epic, what it fixes.
    """

    record: int
    key: str
    title: str
    text: str = ""
    kind: str = ""
    authors: frozenset[int] = frozenset()
    teams: frozenset[str] = frozenset()
    labels: frozenset[str] = frozenset()
    at: int | None = None
    milestones: frozenset[str] = frozenset()
    belongs_to: frozenset[str] = frozenset()

    @property
    def words(self) -> str:
        return f"{self.title}\n{self.text}" if self.text else self.title


def _milestones(texts: list[str | None]) -> frozenset[str]:
    return frozenset(found.lower() for text in texts if text for found in _RELEASE.findall(text))


def goal_cards(tables: Tables, names: Mapping[str, tuple[str, ...]] | None = None) -> list[GoalCard]:
    """The goals of an organisation, by record.

    :param names: further names of a goal by its key, such as those of its key results.
    """
    owners: dict[int, set[int]] = defaultdict(set)
    for record, person in tables.owners.iter_rows():
        owners[record].add(person)
    history: dict[int, list[tuple[int, bool]]] = defaultdict(list)
    aims: dict[int, list[tuple[int, str]]] = defaultdict(list)
    states = tables.states.join(tables.goals.select("record"), on="record", how="semi").sort("record", "at")
    for row in states.iter_rows(named=True):
        history[row["record"]].append((row["at"], row["category"] in ENDED))
        aims[row["record"]].extend((row["at"], name) for name in _milestones([row["reason"]]))
    return [
        GoalCard(
            record=row["record"],
            key=row["key"],
            title=row["title"],
            text=row["text"] or "",
            names=(row["key"], *(names or {}).get(row["key"], ())),
            teams=frozenset(team for team in (row["team"], *(row["other_teams"] or ())) if team),
            owners=frozenset(owners[row["record"]]),
            created_at=row["created_at"],
            ended=tuple(history[row["record"]]),
            milestones=tuple(aims[row["record"]]),
        )
        for row in tables.goals.sort("record").iter_rows(named=True)
    ]


def item_cards(
    tables: Tables, records: pl.Series | None = None, belongs_to: Mapping[int, frozenset[str]] | None = None
) -> list[ItemCard]:
    """Items that may advance a goal, in the order of time; those without a date come first.

    :param records: only these.
    :param belongs_to: by record, the keys of goals of what the item belongs to (its epic, what it fixes).
    """
    import polars as pl

    items = tables.items.filter(pl.col("kind").is_in(LINKED_KINDS))
    if records is not None:
        items = items.filter(pl.col("record").is_in(records.implode()))
    makers = tables.acts.filter(pl.col("kind").cast(pl.String).is_in(("authored", "co_authored", "assigned")))
    makers = makers.join(items.select("record"), on="record", how="semi").select("record", "actor").unique()
    authors: dict[int, set[int]] = defaultdict(set)
    for record, actor in makers.iter_rows():
        authors[record].add(actor)
    teams = set(tables.goals["team"].drop_nulls().to_list())
    teams |= {team for others in tables.goals["other_teams"].drop_nulls().to_list() for team in others}
    return [
        _item(row, frozenset(authors[row["record"]]), teams, (belongs_to or {}).get(row["record"], frozenset()))
        for row in items.with_columns(at=pl.coalesce("created_at", "known_at"))
        .sort("at", "record")
        .iter_rows(named=True)
    ]


def _item(row: dict[str, Any], authors: frozenset[int], teams: set[str], near: frozenset[str]) -> ItemCard:
    areas = [area for area in row["areas"] or () if area]
    at = int(row["at"])
    return ItemCard(
        record=row["record"],
        key=row["key"],
        title=row["title"] or "",
        text=row["text"] or "",
        kind=row["kind"],
        authors=authors,
        teams=frozenset(team for team in (row["team"], *areas) if team in teams),
        labels=frozenset(label.lower() for label in (*areas, row["container"]) if label),
        at=at if at > 0 else None,
        milestones=_milestones(areas),
        belongs_to=near,
    )
