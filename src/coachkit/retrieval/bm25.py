"""BM25 over the rows that a viewer may read, and nothing else.

S. Robertson, H. Zaragoza: The Probabilistic Relevance Framework: BM25 and Beyond, 2009. The usual average length of all
documents would tell something about hidden ones; it is a constant here.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from coachkit.retrieval.ports import Floats, Integers, Postings

__all__ = ["LexicalHits", "score"]

K1 = 1.2
B = 0.75
AVERAGE_LENGTH = 40.0
"""Words and Chinese characters of a typical record: constant, so that no hidden record can shift it."""


@dataclass(frozen=True, slots=True)
class LexicalHits:
    """Records that have a term of the question, in ascending order of id.

    :ivar score: BM25, positive.
    :ivar coverage: share of the question's idf mass that the record's terms make up, 0 to 1.
    :ivar names: whether it has a term of the question that is a name of something (``PAY-123``).
    """

    record: Integers
    day: Integers
    score: Floats
    coverage: Floats
    names: Integers


def score(postings: Postings, total: int, terms: int, identifiers: frozenset[int] = frozenset()) -> LexicalHits:
    """Score what was found.

    :param total: how many records the viewer may read in the window.
    :param terms: how many terms were asked.
    :param identifiers: places of those terms that name something.
    """
    frequency = np.bincount(postings.term, minlength=terms).astype(np.float64)
    idf = np.log1p((total - frequency + 0.5) / (frequency + 0.5))
    order = np.lexsort((postings.term, postings.record))
    term, tf = postings.term[order], postings.tf[order].astype(np.float64)
    length = postings.length[order].astype(np.float64)
    record, first, place = np.unique(postings.record[order], return_index=True, return_inverse=True)
    weight = tf * (K1 + 1) / (tf + K1 * (1 - B + B * length / AVERAGE_LENGTH))
    count = len(record)
    mass = float(idf.sum()) or 1.0
    named = np.isin(term, sorted(identifiers))
    return LexicalHits(
        record=record,
        day=postings.day[order][first],
        score=np.bincount(place, weights=idf[term] * weight, minlength=count).astype(np.float64),
        coverage=np.bincount(place, weights=idf[term], minlength=count).astype(np.float64) / mass,
        names=np.bincount(place, weights=named, minlength=count).astype(np.int64),
    )
