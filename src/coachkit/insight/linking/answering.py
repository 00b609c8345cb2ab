"""What the linker answers where it is scored: goals of items, as they are and after each author's own answer."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from coachkit.insight.linking.cards import ItemCard, goal_cards, item_cards
from coachkit.insight.linking.linker import Linker
from coachkit.insight.linking.words import Terms
from coachkit.insight.organisation.asking import Asked, Task

if TYPE_CHECKING:
    import polars as pl

__all__ = ["tasks"]

BEST = 10
"""Goals of each item that are told."""


def tasks(terms: Terms) -> tuple[Task, ...]:
    """``links``: nothing was ever confirmed. ``links-confirmed``: item by item in the order of time, each is judged
    first and then confirmed as its author did (for its goals, or for none), as in a queue that somebody works off.

    :param terms: the product's tokenizer.
    """
    columns = ("set", "item_id", "goal_id", "score")
    return (
        Task(name="links", columns=columns, predict=lambda asked: _answer(asked, terms, confirmed=False)),
        Task(
            name="links-confirmed",
            columns=columns,
            predict=lambda asked: _answer(asked, terms, confirmed=True),
            labels="goal_links",
            asked=("item_id", "goal_id"),
        ),
    )


def _answer(asked: Asked, terms: Terms, *, confirmed: bool) -> pl.DataFrame:
    import polars as pl

    said: Mapping[str, set[str]] = defaultdict(set)
    if confirmed and asked.keys is not None:
        for item, goal in asked.keys.select("item_id", "goal_id").iter_rows():
            said[item].add(goal)
    goals = goal_cards(asked.tables)
    rows: list[tuple[str, str, str, float]] = []
    for name, items in _sets(asked).items():
        linker = Linker(goals, terms)
        linked = any(item.key in said for item in items)
        for item in items:
            linker.see(item)
            look = linker.look(item)
            rows += [(name, item.key, one.goal.key, one.confidence) for one in linker.candidates(look, BEST)]
            if linked:
                linker.learn(item, said.get(item.key, ()))
    return pl.DataFrame(
        rows, schema={"set": pl.String, "item_id": pl.String, "goal_id": pl.String, "score": pl.Float64}, orient="row"
    )


def _sets(asked: Asked) -> Mapping[str, list[ItemCard]]:
    """The items of each set in the order of time; those without a date in the order of the file."""
    order = {key: place for place, key in enumerate(asked.sets)}
    found: dict[str, list[ItemCard]] = defaultdict(list)
    for item in _known(asked, order):
        found[asked.sets[item.key]].append(item)
    return found


def _known(asked: Asked, order: Mapping[str, int]) -> Iterable[ItemCard]:
    items = (item for item in item_cards(asked.tables) if item.key in order)
    return sorted(items, key=lambda item: (item.at or 0, order[item.key]))
