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
    "Changes",
    "Embedded",
    "Embedder",
    "EmbeddingStore",
    "Floats",
    "IndexEntry",
    "Integers",
    "Matrix",
    "Permitted",
    "PostingStore",
    "Postings",
    "SearchReading",
    "SearchStore",
    "Similar",
    "VectorIndex",
    "VectorStore",
    "Waiting",
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
class Similar:
    """How near records are to a question, by cosine; in ascending order of record id.

    :ivar chinese: whether the record is written in Chinese, by record.
    """

    record: Integers
    day: Integers
    chinese: NDArray[np.bool_]
    similarity: Floats


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

    def at_hand(self, model: str) -> bool:
        """Whether the vectors of this model lie in memory, so that comparing all of them is quick."""

    def similar(
        self,
        within: Permitted,
        model: str,
        question: Matrix,
        *,
        record_ids: Iterable[int] | None = None,
        newer_than: int | None = None,
    ) -> Similar:
        """Permitted records with a vector: all, or those of ``record_ids``, or those changed after a version.

        A record's similarity depends on its own vector alone, to the last bit.
        """

    def sample(self, within: Permitted, model: str, question: Matrix, size: int) -> Similar:
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

    def passages(self, texts: Sequence[str]) -> Matrix:
        """Vectors of texts that are stored, each independent of the others.

        :raises ModelUnavailable: if the model cannot answer now.
        """

    def question(self, text: str) -> Matrix:
        """The vector of a question, of one dimension.

        :raises ModelUnavailable: if the model cannot answer now.
        """

    def typical(self, asked_in_chinese: bool, written_in_chinese: bool) -> tuple[float, float]:
        """Mean and deviation of the similarity of questions with records that have nothing to do with them."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A record whose vector is not up to date.

    :ivar queued_at: milliseconds since 1970; if it changed meanwhile, the record changed again.
    :ivar text: title and text; ``None`` when the record is gone.
    """

    record_id: int
    queued_at: int
    text: str | None


@dataclass(frozen=True, slots=True)
class Embedded:
    """A vector of a record as it was when it was taken from the queue.

    :ivar content_hash: of the text that was embedded.
    """

    waiting: Waiting
    content_hash: str
    chinese: bool
    vector: Matrix


@dataclass(frozen=True, slots=True)
class IndexEntry:
    """What a vector index holds of a record: nothing about people, no text."""

    record_id: int
    version: int
    scope_id: int
    vector: Matrix


@dataclass(frozen=True, slots=True)
class Changes:
    """What changed after a version, in order, up to and with ``watermark``. Empty: nothing did."""

    entries: tuple[IndexEntry, ...]
    removed: tuple[int, ...]
    watermark: int


class EmbeddingStore(Protocol):
    """The side of the indexer: what waits, what was embedded, and what changed since when."""

    def hold(self, name: str) -> AbstractContextManager[None]:
        """Keep others out of a piece of work, across processes.

        :raises StoreBusy: if somebody is at it.
        """

    def pending(self) -> int:
        """How many records wait."""

    def waiting(self, limit: int) -> list[Waiting]:
        """Those that have waited longest."""

    def known(self, model: str, hashes: Iterable[str]) -> dict[str, Matrix]:
        """Vectors that some record has already, by content hash."""

    def save(self, model: str, embedded: Sequence[Embedded], gone: Sequence[Waiting]) -> None:
        """Store vectors, forget those of records that are gone, and take both off the queue; in one transaction.

        Each change gets the next version of one rising count. A record that changed meanwhile keeps its place in the
        queue.
        """

    def requeue(self, model: str, now: datetime) -> int:
        """Queue the records whose vector is of another model, or that have none; how many."""

    def newest(self) -> int:
        """The version of the last change; 0 before the first."""

    def changes(self, model: str, after: int, limit: int) -> Changes:
        """The next changes after a version, at most ``limit``."""

    def entries(self, model: str) -> Iterator[IndexEntry]:
        """Every vector of live records, in ascending order of record id, read page by page."""

    def versions(self, model: str) -> Iterator[tuple[int, int]]:
        """Record and version of what :meth:`entries` gives."""

    def by_id(self, model: str, record_ids: Iterable[int]) -> list[IndexEntry]:
        """Those of the entries that are asked for."""

    def removals(self) -> int:
        """How many removed records the files of a vector index may still hold."""

    def forget_removals(self, up_to: int) -> None:
        """No file holds removed records of these versions any more."""

    def state(self, name: str) -> dict[str, object]:
        """A note that processes leave for each other; empty if there is none."""

    def set_state(self, name: str, value: dict[str, object]) -> None: ...


class VectorIndex(Protocol):
    """An index over vectors that is derived from the vector store, may be away or behind, and is never believed."""

    def open(self) -> bool:
        """Take hold of it, as far as possible; whether what it holds can be gone on with. ``False``: rebuild it.

        Does nothing when it is open already and well.

        :raises StoreBusy: if another process owns it, or its server does not answer.
        """

    @property
    def doubtful(self) -> bool:
        """It was not put down cleanly and looks well: compare it with the vector store once, then :meth:`believe`."""

    def believe(self) -> None:
        """It was compared with the vector store."""

    def watermark(self) -> int | None:
        """Every change up to this version is in the index; ``None`` while the index cannot answer."""

    def propose(self, vector: Matrix, scopes: frozenset[int], limit: int, readable: int = 0) -> list[int]:
        """Records that may be near, best first, roughly ``limit`` of them. May be wrong in every way but slow.

        :param readable: how many records lie in the scopes; 0: unknown. Where that is a good part of all, it may look
            among all and for more: what is not in the scopes is dropped by whoever asks.
        :raises StoreBusy: if the index is at something else, or went away meanwhile.
        """

    def apply(self, entries: Sequence[IndexEntry], removed: Sequence[int], watermark: int) -> None:
        """Take in changes, whose last has version ``watermark``. Doing it twice changes nothing.

        :raises StoreBusy: if the index went away; nothing is said about how much of it was taken in.
        """

    def versions(self) -> Iterator[tuple[int, int]]:
        """Record and version of everything that it holds."""

    def rebuild(self, entries: Iterable[IndexEntry], watermark: int) -> None:
        """Start anew from nothing, answer from the old state meanwhile, and leave no trace of it afterwards.

        :raises StoreBusy: if the index went away; the old state is as it was.
        """

    def status(self) -> dict[str, object]:
        """What it is and how it is, for people; never raises."""

    def close(self) -> None: ...
