"""What the linker answers where it is scored: goals of items, as they are and after each author's own answer."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from statistics import median
from typing import TYPE_CHECKING

from coachkit.insight.linking.cards import GoalCard, ItemCard, goal_cards, item_cards
from coachkit.insight.linking.linker import Linker
from coachkit.insight.linking.slipping import NEVER_DAYS, Worked, courses, slip_order
from coachkit.insight.linking.words import Terms
from coachkit.insight.organisation.asking import Asked, Task, cuts
from coachkit.insight.organisation.tables import DAY, Tables, moment

if TYPE_CHECKING:
    import polars as pl

__all__ = ["tasks"]

BEST = 10
"""Goals of each item that are told."""

POSSIBLE = 3
"""Goals of each item that count as perhaps worked on."""


def tasks(terms: Terms) -> tuple[Task, ...]:
    """``links``: nothing was ever confirmed. ``links-confirmed``: item by item in the order of time, each is judged
    first and then confirmed as its author did (for its goals, or for none), as in a queue that somebody works off.
    ``slips``: goals about to be missed, from their own history and the work that the linker itself finds for them.

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
        Task(
            name="slips",
            columns=("set", "goal_id", "cut", "score"),
            predict=lambda asked: _slips(asked, terms),
            labels="goal_slips",
            asked=("set", "goal_id", "cut"),
        ),
    )


def _answer(asked: Asked, terms: Terms, *, confirmed: bool) -> pl.DataFrame:
    import polars as pl

    said: Mapping[str, set[str]] = defaultdict(set)
    if confirmed and asked.keys is not None:
        for item, goal in asked.keys.select("item_id", "goal_id").iter_rows():
            said[item].add(goal)
    every = goal_cards(asked.tables)
    rows: list[tuple[str, str, str, float]] = []
    for name, items in _sets(asked).items():
        linker = Linker(_of_set(name, every, asked.sets), terms)
        linked = any(item.key in said for item in items)
        for item in items:
            linker.see(item)
            look = linker.look(item)
            rows += [(name, item.key, one.goal.key, one.confidence) for one in linker.candidates(look, BEST)]
            if linked:
                linker.learn(item, said.get(item.key, ()))
            else:
                linker.suppose(look)
    return pl.DataFrame(
        rows, schema={"set": pl.String, "item_id": pl.String, "goal_id": pl.String, "score": pl.Float64}, orient="row"
    )


def _of_set(name: str, goals: Sequence[GoalCard], sets: Mapping[str, str]) -> Sequence[GoalCard]:
    """The goals of a set; all of them where it has none of its own."""
    return [goal for goal in goals if sets.get(goal.key) == name] or goals


def _sets(asked: Asked) -> Mapping[str, list[ItemCard]]:
    """The items of each set in the order of time; those without a date in the order of the file.

    Where nobody names sets there is one, with the name of the organisation.
    """
    order = {key: place for place, key in enumerate(asked.sets)}
    found: dict[str, list[ItemCard]] = defaultdict(list)
    for item in _known(asked, order):
        found[asked.sets.get(item.key, asked.org)].append(item)
    return found


def _known(asked: Asked, order: Mapping[str, int]) -> Iterable[ItemCard]:
    items = (item for item in item_cards(asked.tables) if item.key in order or not order)
    return sorted(items, key=lambda item: (item.at or 0, order.get(item.key, 0), item.record))


def _slips(asked: Asked, terms: Terms) -> pl.DataFrame:
    import polars as pl

    schema = {"set": pl.String, "goal_id": pl.String, "cut": pl.Int64, "score": pl.Float64}
    rows: list[tuple[str, str, int, float]] = []
    for cut, wanted in sorted(_cuts(asked).items()):
        at = cut * 1000
        tables = asked.tables.as_of(datetime.fromtimestamp(cut, UTC))
        known = dict(tables.goals.select("record", "key").iter_rows())
        found = courses(known, _work(tables, asked.sets, terms, at), tables.states, at)
        order = {key: slip_order(course, at) for key, course in found.items()}
        usual = median(order.values()) if order else 0.0  # of a goal that nobody wrote down yet nothing is known
        rows += [(name, key, cut, order.get(key, usual)) for name, key in wanted]
    return pl.DataFrame(rows, schema=schema, orient="row")


def _cuts(asked: Asked) -> Mapping[int, list[tuple[str, str]]]:
    """By moment in seconds, the goals asked about, with their set."""
    found: dict[int, list[tuple[str, str]]] = defaultdict(list)
    if asked.keys is not None and {"goal_id", "cut"} <= set(asked.keys.columns):
        for row in asked.keys.iter_rows(named=True):
            name = row.get("set") or asked.sets.get(row["goal_id"], asked.org)
            found[int(row["cut"])].append((str(name), row["goal_id"]))
        return found
    for cut in cuts(asked.tables):
        at = moment(cut)
        for goal in goal_cards(asked.tables):
            if (goal.created_at or 0) <= at and not goal.over_at(at):
                found[at // 1000].append((asked.sets.get(goal.key, asked.org), goal.key))
    return found


def _work(tables: Tables, sets: Mapping[str, str], terms: Terms, at: int) -> list[Worked]:
    """Work of the last year on goals, as the linker judged each item on its day; links of sources as they stand.

    :param tables: as of the moment ``at``. ``sets``: of goals and items; where there are any, others do not count.
    """
    import polars as pl

    keys = dict(tables.links.select("record", "target").iter_rows())
    recent = tables.items.filter(pl.coalesce("created_at", "known_at") > at - NEVER_DAYS * DAY)["record"]
    every = goal_cards(tables)
    linkers: dict[str, Linker] = {}
    found: list[Worked] = []
    for item in item_cards(tables, recent):
        if item.at is None or (sets and item.key not in sets and item.record not in keys):
            continue
        name = sets.get(item.key, "")
        linker = linkers.get(name) or linkers.setdefault(name, Linker(_of_set(name, every, sets), terms))
        linker.see(item)
        if item.record in keys:
            found.append(Worked(goal=keys[item.record], record=item.record, at=item.at))
            linker.learn(item, (keys[item.record],), asked=False)
            continue
        look = linker.look(item)
        found += [
            Worked(goal=one.goal.key, record=item.record, at=item.at, confidence=one.confidence)
            for one in linker.candidates(look, POSSIBLE)
        ]
        linker.suppose(look)
    return found
