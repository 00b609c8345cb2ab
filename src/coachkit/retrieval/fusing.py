"""Brings words and meaning together: one score for a record, from its BM25 score and its similarity.

Measured (``docs/design/retrieval.md``): within a language both halves count the same; across languages words say next
to nothing, and meaning decides. Similarities are compared as standard scores within the record's language, because a
model of two languages prefers the one that it was asked in.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from coachkit.retrieval.bm25 import LexicalHits
from coachkit.retrieval.ports import Floats, Similar

__all__ = ["COVERED", "Ranked", "fuse", "standard_scores"]

COVERED = 0.5
"""When no record has words worth this share of the question's idf mass, words are of little use for it."""

WORDS_WHEN_COVERED, WORDS_OTHERWISE = 0.5, 0.0
"""What a BM25 score weighs beside a similarity, when both are between 0 and 1."""

STRAY = 0.25
"""A record that has less than this share of the idf mass, and is no nearer than chance, only shares an ``in the``."""

FLOOR = 1.0
"""Standard scores up to here are chance: a record that only lies so near is no hit."""

FULL = 4.0
"""A best record further than this above its like gets the whole mark; if the best is not so far, it gets its share."""

PRIOR = 5.0
"""Records' worth of belief in what is typical of the model, so that three records have a deviation too."""


@dataclass(frozen=True, slots=True)
class Ranked:
    """A record with its scores, each 0 to 1 but ``lexical``, which is BM25.

    :ivar semantic: ``None`` when the record was not compared by meaning.
    """

    record: int
    day: int
    names: int
    score: float
    lexical: float
    semantic: float | None


def standard_scores(near: Similar, among: Similar, typical: Callable[[bool], tuple[float, float]]) -> Floats:
    """How many deviations each record of ``near`` lies above the mean of its language in ``among``.

    :param among: permitted records, all or a fair sample of them.
    :param typical: mean and deviation of unrelated records, by whether they are in Chinese.
    """
    scores = np.zeros(len(near.record), dtype=np.float64)
    for chinese in (False, True):
        some = among.similarity[among.chinese == chinese]
        mean0, deviation0 = typical(chinese)
        mean = (some.sum() + PRIOR * mean0) / (len(some) + PRIOR)
        spread = ((some - mean) ** 2).sum() + PRIOR * (deviation0**2 + (mean0 - mean) ** 2)
        deviation = float(np.sqrt(spread / (len(some) + PRIOR))) or 1.0
        here = near.chinese == chinese
        scores[here] = (near.similarity[here] - mean) / deviation
    return scores


def fuse(lexical: LexicalHits, near: Similar | None, standard: Floats | None) -> list[Ranked]:
    """Every record that fits by words or by meaning, best first.

    Records that name what was asked come before others; ties go by id.

    :param near: records that were compared by meaning, with their ``standard`` scores; ``None``: none was.
    """
    best_words = float(lexical.score.max(initial=0.0)) or 1.0
    words = dict(zip(lexical.record.tolist(), range(len(lexical.record)), strict=True))
    meaning = _meaning(near, standard)
    covered = float(lexical.coverage.max(initial=0.0)) >= COVERED
    weight = WORDS_WHEN_COVERED if covered else WORDS_OTHERWISE
    ranked = []
    for record in words.keys() | {found for found, (share, _) in meaning.items() if share > 0}:
        place = words.get(record)
        share = float(lexical.score[place]) / best_words if place is not None else 0.0
        cover = float(lexical.coverage[place]) if place is not None else 0.0
        semantic, day = meaning.get(record, (None, 0))
        if place is not None:
            day = int(lexical.day[place])
        if semantic is None:
            # Not compared: its words alone speak for it, as far as they cover the question.
            score = share if covered or near is None else share * cover
        else:
            score = weight * share + (1 - weight) * semantic
            if not score and cover < STRAY:
                continue
        ranked.append(
            Ranked(
                record=record,
                day=day,
                names=int(lexical.names[place]) if place is not None else 0,
                score=score,
                lexical=float(lexical.score[place]) if place is not None else 0.0,
                semantic=semantic,
            )
        )
    return sorted(ranked, key=lambda one: (-one.names, -one.score, -one.lexical, one.record))


def _meaning(near: Similar | None, standard: Floats | None) -> dict[int, tuple[float, int]]:
    """By record: its standard score as a share, 0 for chance; and its day."""
    if near is None or standard is None:
        return {}
    top = max(FULL, float(standard.max(initial=0.0)))
    share: NDArray[np.float64] = np.clip((standard - FLOOR) / (top - FLOOR), 0.0, 1.0)
    return dict(zip(near.record.tolist(), zip(share.tolist(), near.day.tolist(), strict=True), strict=True))
