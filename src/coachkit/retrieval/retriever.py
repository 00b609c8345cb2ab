"""Finds records for a question: permission first, then words and meaning, spread over the months of the window."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import numpy as np

from coachkit.errors import CoachkitError, StoreBusy
from coachkit.retrieval.bm25 import LexicalHits, score
from coachkit.retrieval.fusing import fuse, standard_scores
from coachkit.retrieval.language import is_chinese
from coachkit.retrieval.ports import (
    Embedder,
    Floats,
    Matrix,
    Permitted,
    SearchReading,
    SearchStore,
    Similar,
    VectorIndex,
)
from coachkit.retrieval.spreading import spread
from coachkit.retrieval.tokenizer import is_identifier, query_terms, term_id
from coachkit.telemetry import get_logger

__all__ = ["Answer", "Hit", "Query", "Retriever"]

_log = get_logger("retrieval")

CANDIDATES = 400
"""Records looked at for a question; far more than a page shows."""

FEW = 10_000
"""Up to so many permitted records each is compared exactly; above, the vector index proposes if it can, unless vectors
lie in memory. Read from the database, 10,000 take 65 ms of the processor; the index takes 77 to 150."""

MOST_COUNTED = 1_000_000
"""More permitted records than this are not counted for the index."""

SAMPLE = 1_000
"""Records from which mean and deviation are taken where not all are compared."""


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
    """A record that fits.

    :ivar score: 0 to 1. ``lexical``: its BM25 score. ``day``: counts from 1970.
    :ivar semantic: 0 to 1, how near it lies by meaning; ``None`` when that was not compared.
    """

    record_id: int
    score: float
    lexical: float
    semantic: float | None
    day: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The best records, best first.

    :ivar problem: why meaning was left out though there is an embedder; empty: it was not.
    """

    hits: tuple[Hit, ...]
    problem: str = ""


class Retriever:
    """Searches by words and by meaning. What is hidden from the viewer can change no item, order or score.

    Where a vector index serves a wide scope, hidden records can cost it recall, and nothing else.

    :param embedder: ``None``: by words alone. :param index: ``None``: every permitted vector is compared.
    :param few: up to how many permitted records the index is not asked.
    """

    def __init__(
        self,
        store: SearchStore,
        embedder: Embedder | None = None,
        index: VectorIndex | None = None,
        *,
        few: int = FEW,
    ) -> None:
        self._store = store
        self._embedder = embedder
        self._index = index
        self._few = few

    def search(self, query: Query) -> list[Hit]:
        """The best records, best first; ties by id, so that the same question has the same answer."""
        return list(self.answer(query).hits)

    def answer(self, query: Query) -> Answer:
        """The same, with what could not be done. A model that fails never fails a search."""
        terms = query_terms(query.text)
        if not terms or not query.scopes:
            return Answer(hits=())
        question, problem = self._question(query.text)
        within = Permitted(query.scopes, query.since, query.until, query.kinds, query.identities)
        with self._store.reading() as view:
            found = _lexical(view, within, terms)
            near, standard = None, None
            if question is not None and self._embedder is not None:
                near, standard = self._near(view, within, question, found, is_chinese(query.text))
        ranked = fuse(found, near, standard)
        chosen = set(spread([(one.record, one.score, one.day) for one in ranked], query.limit)) if ranked else set()
        hits = tuple(
            Hit(record_id=one.record, score=one.score, lexical=one.lexical, semantic=one.semantic, day=one.day)
            for one in ranked
            if one.record in chosen
        )
        return Answer(hits=hits, problem=problem)

    def _question(self, text: str) -> tuple[Matrix | None, str]:
        """The question's vector, made before anything is read: a transaction must not wait for a model."""
        if self._embedder is None:
            return None, ""
        try:
            return self._embedder.question(text), ""
        except CoachkitError as error:
            _log.warning("searching by words alone", error=error.code, model=self._embedder.model)
            return None, str(error)

    def _near(
        self, view: SearchReading, within: Permitted, question: Matrix, found: LexicalHits, chinese: bool
    ) -> tuple[Similar, Floats]:
        """Records compared by meaning, and their standard scores: the nearest, and all that fit by words."""
        assert self._embedder is not None
        embedder = self._embedder
        near = self._proposed(view, within, question, found)
        if near is None:
            near = view.similar(within, embedder.model, question)
            among = near
        else:
            among = view.sample(within, embedder.model, question, SAMPLE)
        standard = standard_scores(near, among, lambda written: embedder.typical(chinese, written))
        order = np.lexsort((near.record, -standard))
        kept = np.isin(near.record, found.record)
        kept[order[:CANDIDATES]] = True
        return _some(near, kept), standard[kept]

    def _proposed(self, view: SearchReading, within: Permitted, question: Matrix, found: LexicalHits) -> Similar | None:
        """What the vector index proposes, what it has not taken in yet, and what fits by words; all compared exactly.

        ``None`` where the exact way is the better one: vectors in memory, few records, or an index that is away,
        busy or knows too little.
        """
        assert self._embedder is not None
        model = self._embedder.model
        if self._index is None or view.at_hand(model) or view.count_exactly(within, self._few + 1) <= self._few:
            return None
        watermark = self._index.watermark()
        if watermark is None:
            return None
        try:
            readable = view.count_exactly(Permitted(within.scopes), MOST_COUNTED)
            ids = self._index.propose(question, within.scopes, 2 * CANDIDATES, readable)
        except StoreBusy as error:
            _log.info("comparing exactly", error=error.code)
            return None
        newer = view.similar(within, model, question, newer_than=watermark)
        known = set(ids) | set(found.record.tolist()) | set(newer.record.tolist())
        near = view.similar(within, model, question, record_ids=known)
        proposed = int(np.isin(near.record, np.array(ids, dtype=np.int64)).sum())
        return near if proposed >= CANDIDATES // 2 else None


def _lexical(view: SearchReading, within: Permitted, terms: list[str]) -> LexicalHits:
    """The best records by words that may be returned."""
    named = frozenset(place for place, term in enumerate(terms) if is_identifier(term))
    found = score(view.postings(within, [term_id(term) for term in terms]), view.count(within), len(terms), named)
    order = np.lexsort((found.record, -found.score, -found.names))[:CANDIDATES]
    allowed = view.permitted(within, found.record[order].tolist())
    order = np.sort(order[np.isin(found.record[order], np.array(list(allowed), dtype=np.int64))])
    return LexicalHits(
        record=found.record[order],
        day=found.day[order],
        score=found.score[order],
        coverage=found.coverage[order],
        names=found.names[order],
    )


def _some(near: Similar, kept: np.typing.NDArray[np.bool_]) -> Similar:
    return Similar(near.record[kept], near.day[kept], near.chinese[kept], near.similarity[kept])
