"""What retrieval needs from others: postings, vectors, an index over vectors, and an embedder."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "Embedder",
    "Floats",
    "IndexEntry",
    "Integers",
    "Matrix",
    "Permitted",
    "PostingStore",
    "Postings",
    "SearchReading",
    "SearchStore",
    "VectorIndex",
    "VectorStore",
    "Vectors",
]

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]
Matrix = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Permitted:
    """What a search may look at. The scopes go into every statement; the rest narrows.

    :ivar since: not before this moment; ``until``: before this moment. ``None``: no bound.
    :ivar kinds: only these kinds of record. ``identities``: only records in which one of these takes part.
    """

    scopes: frozenset[int]
    since: datetime | None = None
    until: datetime | None = None
    kinds: frozenset[str] | None = None
    identities: frozenset[int] | None = None


@dataclass(frozen=True, slots=True)
class Postings:
    """Rows of the postings table, column by column. ``term`` is the place of the term in what was asked."""

    term: Integers
    record: Integers
    day: Integers
    tf: Integers
    length: Integers


@dataclass(frozen=True, slots=True)
class Vectors:
    """Vectors of records, in ascending order of record id.

    :ivar chinese: whether the record is written in Chinese, by record.
    :ivar matrix: one unit vector a record.
    """

    record: Integers
    day: Integers
    chinese: NDArray[np.bool_]
    matrix: Matrix


class PostingStore(Protocol):
    """Words of records, by permission."""

    def count(self, within: Permitted) -> int:
        """How many records lie in the scopes, on the days from ``since`` to ``until``; kinds, identities ignored."""

    def postings(self, within: Permitted, terms: Sequence[int]) -> Postings:
        """The rows of these terms, in the same scopes and days as :meth:`count`."""


class VectorStore(Protocol):
    """Vectors of records, by permission: the truth, from which a vector index is derived."""

    def permitted(self, within: Permitted, record_ids: Iterable[int]) -> dict[int, int]:
        """Those of the records that may be returned, each with its day."""

    def count_exactly(self, within: Permitted, at_most: int) -> int:
        """How many records may be returned; counting stops at ``at_most``."""

    def vectors(
        self, within: Permitted, model: str, *, record_ids: Iterable[int] | None = None, newer_than: int | None = None
    ) -> Vectors:
        """Vectors of permitted records: all, or those of ``record_ids``, or those changed after a version."""

    def sample(self, within: Permitted, model: str, size: int) -> Vectors:
        """The permitted records with the lowest ids. Ids are hashes, so this is a fair sample, always the same."""


class SearchReading(PostingStore, VectorStore, Protocol):
    """One consistent view of everything that a search reads."""


class SearchStore(Protocol):
    """Opens views."""

    def reading(self) -> AbstractContextManager[SearchReading]: ...


class Embedder(Protocol):
    """Turns text into unit vectors, so that a dot product is a cosine."""

    @property
    def model(self) -> str:
        """Name and version: vectors of different models are never compared."""

    @property
    def dimension(self) -> int: ...

    def passages(self, texts: Sequence[str]) -> Matrix:
        """Vectors of texts that are stored.

        :raises ModelUnavailable: if the model cannot answer now.
        """

    def question(self, text: str) -> Matrix:
        """The vector of a question, of shape ``(dimension,)``.

        :raises ModelUnavailable: if the model cannot answer now.
        """


@dataclass(frozen=True, slots=True)
class IndexEntry:
    """What a vector index holds of a record: nothing about people, no text."""

    record_id: int
    version: int
    scope_id: int
    vector: Matrix


class VectorIndex(Protocol):
    """An index over vectors that is derived from the vector store, may be away or behind, and is never believed."""

    def watermark(self) -> int | None:
        """Every change up to this version is in the index; ``None`` while the index cannot answer."""

    def propose(self, vector: Matrix, scopes: frozenset[int], limit: int) -> list[int]:
        """Records that may be near, best first, roughly ``limit`` of them. May be wrong in every way but slow.

        :raises StoreBusy: if the index went away meanwhile.
        """

    def apply(self, entries: Sequence[IndexEntry], removed: Sequence[int], watermark: int) -> None:
        """Take in changes, whose last has version ``watermark``. Doing it twice changes nothing."""

    def versions(self) -> Iterator[tuple[int, int]]:
        """Record and version of everything that it holds."""

    def rebuild(self, entries: Iterable[IndexEntry], watermark: int) -> None:
        """Start anew from nothing, answer from the old state meanwhile, and leave no trace of it afterwards."""

    def open(self) -> bool:
        """Take hold of it, as far as possible; whether what it holds can be trusted without a rebuild."""

    def close(self) -> None: ...
