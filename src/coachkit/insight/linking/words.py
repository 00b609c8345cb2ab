"""Words that two texts share: light stems over the product's terms, with weights that know both goals and items."""

from __future__ import annotations

import math
import re
from array import array
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

__all__ = ["Floats", "Index", "Memory", "Places", "Terms", "likeness", "name_parts", "stem", "stems"]

Floats = NDArray[np.float64]
Places = NDArray[np.int64]
"""Where goals stand in the linker's list."""
Terms = Callable[[str], Sequence[str]]
"""The product's tokenizer: text to terms."""

K1 = 1.2
B = 0.75
"""The usual constants of BM25."""

TELLING = 3.0
"""Words rarer than one in twenty are told as a reason; *the* and *update* are not."""

UNSEEN_ITEMS = 100
"""As many items are supposed to have been seen without a word, so that the first few decide nothing."""


SOME_TITLE = 3.0
"""Added to the weight of a title, as a word more: a title of one common word is not had by having that."""

STALE = 1.05
"""Titles are weighed again when a twentieth more items has been seen."""


def stem(term: str) -> str:
    """A light English stem: plural, -ing, -ed and a silent e go. Other languages pass through."""
    if not term.isascii() or len(term) <= 3:
        return term
    if term.endswith("s") and not term.endswith("ss"):
        term = term[:-1]
    if len(term) > 5 and term.endswith("ing"):
        term = term[:-3]
    elif len(term) > 5 and term.endswith("ed"):
        term = term[:-2]
    return term[:-1] if len(term) > 4 and term.endswith("e") else term


def stems(text: str, terms: Terms) -> dict[str, str]:
    """Stem → the term of the text it came from, each once."""
    found: dict[str, str] = {}
    for term in terms(text):
        found.setdefault(stem(term), term)
    return found


_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_\-./#:]*")


def name_parts(text: str) -> Iterable[str]:
    """Everything in a text that could be a key, in lower case: ``feature/PAY-O1-cache`` has ``pay-o1`` in it."""
    for match in _NAME.findall(text):
        for piece in re.split(r"[/#:]", match):
            parts = piece.lower().strip(".").split("-")
            for start in range(len(parts)):
                for end in range(start + 1, min(len(parts), start + 4) + 1):
                    yield "-".join(parts[start:end])


class Index:
    """Goals by their words (BM25). A word's weight falls with its share of goals or of items, whichever is larger:
    what every item says (*update*, *beta*) tells goals apart no better for being rare in goals.

    :param titles: of the same goals, the words of their titles.
    """

    def __init__(self, documents: Sequence[dict[str, float]], titles: Sequence[Collection[str]] = ()) -> None:
        lengths = np.array([sum(one.values()) for one in documents] or [1.0])
        norms = K1 * (1 - B + B * lengths / max(lengths.mean(), 1e-9))
        places: dict[str, list[int]] = defaultdict(list)
        values: dict[str, list[float]] = defaultdict(list)
        for place, document in enumerate(documents):
            for term, count in document.items():
                places[term].append(place)
                values[term].append(count * (K1 + 1) / (count + norms[place]))
        self.size = len(documents)
        self._places = {term: np.array(found, dtype=np.int64) for term, found in places.items()}
        self._values = {term: np.array(found) for term, found in values.items()}
        self._items: dict[str, int] = defaultdict(int)
        self._seen = 0
        called: dict[str, list[int]] = defaultdict(list)
        for place, title in enumerate(titles):
            for term in title:
                called[term].append(place)
        self._titles = {term: np.array(found, dtype=np.int64) for term, found in called.items()}
        self._title_weights = np.zeros(self.size)
        self._weighed = -1

    def see(self, words: Collection[str]) -> None:
        """Count the words of one more item."""
        self._seen += 1
        for term in words:
            self._items[term] += 1

    def weight(self, term: str) -> float:
        """Inverse frequency: the logarithm of one in so many."""
        there = self._places.get(term)
        among_goals = ((0 if there is None else len(there)) + 0.5) / (self.size + 1)
        among_items = self._items.get(term, 0) / (self._seen + UNSEEN_ITEMS)
        return math.log(1 / max(among_goals, among_items))

    def total(self, words: Collection[str]) -> float:
        """The weight of all of them."""
        return sum(self.weight(term) for term in words)

    def scores(self, words: Collection[str]) -> Floats:
        found = np.zeros(self.size)
        for term in words:
            places = self._places.get(term)
            if places is not None:
                found[places] += self.weight(term) * self._values[term]
        return found

    def titles(self, words: Collection[str]) -> Floats:
        """By goal, the share of its title, by weight, that these words have; of a title without weight little."""
        if self._seen > self._weighed * STALE:
            self._weighed = self._seen
            self._title_weights = np.zeros(self.size)
            for term, places in self._titles.items():
                self._title_weights[places] += self.weight(term)
        found = np.zeros(self.size)
        for term in words:
            if term in self._titles:
                found[self._titles[term]] += self.weight(term)
        return found / (self._title_weights + SOME_TITLE)

    def shared(self, words: Collection[str], place: int) -> list[str]:
        """The words that a goal has too, those that weigh most first."""
        there = [
            term
            for term in words
            if term in self._places and place in self._places[term] and self.weight(term) >= TELLING
        ]
        return sorted(there, key=lambda term: (-self.weight(term), term))


def likeness(
    items: Mapping[int, NDArray[np.float32]], goals: Sequence[NDArray[np.float32] | None]
) -> Mapping[int, Floats]:
    """Item → by goal, how much nearer its meaning is than that of all goals on average: cosines, 0 where unknown.

    The average of one item is taken off because any two texts of one model are somewhat alike, some more than others.
    """
    there = [place for place, vector in enumerate(goals) if vector is not None]
    if not there:
        return {}
    matrix = np.stack([vector for vector in goals if vector is not None])
    found: dict[int, Floats] = {}
    for record, vector in items.items():
        cosines = (matrix @ vector).astype(np.float64)
        found[record] = np.zeros(len(goals))
        found[record][there] = cosines - cosines.mean()
    return found


class Memory:
    """Items by their words, to find the nearest of those that somebody answered for."""

    def __init__(self) -> None:
        self._items: dict[str, array[int]] = defaultdict(lambda: array("q"))
        self._weights = array("d")
        self._has_goal = array("b")
        self._pair_items = array("q")
        self._pair_goals = array("q")
        self.records: list[int] = []

    def add(self, record: int, words: Collection[str], goals: tuple[int, ...], weight: float) -> None:
        """:param goals: places of its goals; none: it has no goal. ``weight``: of all its words."""
        place = len(self.records)
        self.records.append(record)
        self._weights.append(max(weight, 1e-9))
        self._has_goal.append(bool(goals))
        for goal in goals:
            self._pair_items.append(place)
            self._pair_goals.append(goal)
        for term in words:
            self._items[term].append(place)

    def shared(self, words: Collection[str], index: Index) -> Floats:
        """By item, the weight of the words shared with it."""
        found = np.zeros(len(self.records))
        for term in words:
            places = self._items.get(term)
            if places:
                found[np.array(places)] += index.weight(term)
        return found

    def by_goal(self, shared: Floats, size: int) -> Floats:
        """By goal, what is shared with its nearest item."""
        best = np.zeros(size)
        np.maximum.at(
            best, np.array(self._pair_goals, dtype=np.int64), shared[np.array(self._pair_items, dtype=np.int64)]
        )
        return best

    def nearest(self, shared: Floats, goal: int) -> int | None:
        """The record of the goal's item with which most is shared."""
        items = np.array(self._pair_items, dtype=np.int64)[np.array(self._pair_goals, dtype=np.int64) == goal]
        return self.records[int(items[np.argmax(shared[items])])] if len(items) else None

    def company(self, shared: Floats, weight: float) -> float:
        """How much nearer the nearest item with a goal is than the nearest without, as cosines of binary vectors."""
        likeness = shared / np.sqrt(np.array(self._weights) * max(weight, 1e-9))
        has_goal = np.array(self._has_goal, dtype=bool)
        return float(likeness[has_goal].max(initial=0.0) - likeness[~has_goal].max(initial=0.0))
