"""Finds records for a question: permission first, then words, spread over the months of the window."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import numpy as np

from coachkit.retrieval.bm25 import LexicalHits, score
from coachkit.retrieval.ports import Permitted, SearchStore
from coachkit.retrieval.spreading import spread
from coachkit.retrieval.tokenizer import is_identifier, query_terms, term_id

__all__ = ["Hit", "Query", "Retriever"]

CANDIDATES = 400
"""Records looked at for a question; far more than a page shows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A question, and what may be looked at for it.

    :ivar scopes: of the viewer; nothing outside is read.
    :ivar since: not before; ``until``: before; ``None``: no bound. ``limit``: hits at most.
    :ivar kinds: only these kinds of record. ``identities``: only records in which one of these takes part.
    """

    text: str
    scopes: frozenset[int]
    since: datetime | None = None
    until: datetime | None = None
    limit: int = 10
    kinds: frozenset[str] | None = None
    identities: frozenset[int] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A record that fits. ``score`` is 0 to 1, ``lexical`` its BM25 score, ``day`` counts from 1970."""

    record_id: int
    score: float
    lexical: float
    day: int


class Retriever:
    """Searches by words. What is hidden from the viewer can change no item, order or score."""

    def __init__(self, store: SearchStore) -> None:
        self._store = store

    def search(self, query: Query) -> list[Hit]:
        """The best records, best first; ties by id, so that the same question has the same answer."""
        terms = query_terms(query.text)
        if not terms or not query.scopes:
            return []
        within = Permitted(query.scopes, query.since, query.until, query.kinds, query.identities)
        with self._store.reading() as view:
            named = frozenset(place for place, term in enumerate(terms) if is_identifier(term))
            found = score(
                view.postings(within, [term_id(term) for term in terms]), view.count(within), len(terms), named
            )
            allowed = view.permitted(within, (int(found.record[place]) for place in _best(found)))
        ranked = [place for place in _best(found) if int(found.record[place]) in allowed]
        if not ranked:
            return []
        best = float(found.score[ranked[0]]) or 1.0
        hits = [(int(found.record[p]), float(found.score[p]) / best, int(found.day[p])) for p in ranked]
        chosen = set(spread(hits, query.limit))
        return [
            Hit(record_id=record, score=share, lexical=share * best, day=day)
            for record, share, day in hits
            if record in chosen
        ]


def _best(found: LexicalHits) -> list[int]:
    """Places of the candidates, best first; records that name what was asked come before others."""
    order = np.lexsort((found.record, -found.score, -found.names))
    return [int(place) for place in order[:CANDIDATES]]
