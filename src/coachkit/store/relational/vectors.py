"""The vectors of a store, kept in memory beside it, so that comparing them does not mean reading them each time.

Who may read what is never asked here: a search reads the permitted records in its own view, and finds their vectors at
the version of that view, or none. What is kept never changes, it is only added to; so views of several versions, in
several threads, can look at once.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray

from coachkit.retrieval.ports import Floats, Integers, Matrix
from coachkit.store.relational import schema as t
from coachkit.store.relational.embeddings import UNTOLD, forgotten_up_to, version_of

__all__ = ["MOST_BYTES", "PATIENCE", "VectorMemory", "Vectors", "compared", "pages", "untold"]

MOST_BYTES = 300_000_000
"""Of vectors that are kept: 195,000 records with the packaged model. A store with more is read from the database."""

PATIENCE = 20_000
"""So many vectors a process reads from the database, search by search, before it reads all of them once: half a second
of work that a command which asks one question should not pay for."""

WAIT = 0.1
"""Seconds that a search waits for another one which takes in what is new; then it reads for itself."""

CHUNK = 8_192
"""Vectors of one piece of memory: what is new is added to the last one, and nothing is moved."""

DENSE = 3
"""From a third of a chunk on, comparing all of it is quicker than picking."""

PAGE = 4_096
"""Vectors read at once."""


def compared(matrix: Matrix, question: Matrix) -> NDArray[np.float32]:
    """Cosines row by row: BLAS would round a row differently by what stands beside it."""
    near: NDArray[np.float32] = np.einsum("ij,j->i", matrix, question)
    return near


def pages(connection: sa.Connection, statement: sa.Select[Any]) -> Iterator[list[tuple[Any, ...]]]:
    """Rows of a statement, some thousand at a time, as the driver gives them where it can be asked itself."""
    if connection.dialect.name == "sqlite":
        cursor: Any = connection.execute(statement).cursor
        while page := cursor.fetchmany(PAGE):
            yield page
        return
    rows = connection.execute(statement, execution_options={"stream_results": True, "max_row_buffer": PAGE})
    for some in rows.partitions(PAGE):
        yield [tuple(row) for row in some]


@dataclass(frozen=True, slots=True)
class Vectors:
    """All vectors of one model as they were at a version.

    :ivar record: their records, in ascending order; ``place``: where the vector of each lies, counted over the chunks.
    :ivar chinese: whether a record is written in Chinese. ``used``: places that hold a vector, old ones included.
    """

    model: str
    version: int
    record: Integers
    place: Integers
    chinese: NDArray[np.bool_]
    chunks: tuple[Matrix, ...]
    used: int

    def find(self, records: Integers) -> tuple[Integers, Integers]:
        """Those of the records that have a vector: their places in ``records``, and in ``self.record``."""
        if not len(self.record):
            return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
        at = np.minimum(np.searchsorted(self.record, records), len(self.record) - 1)
        held = np.flatnonzero(self.record[at] == records)
        return held, at[held]

    def similarity(self, at: Integers, question: Matrix) -> Floats:
        """Of the records at these places of ``self.record``, to the last bit as from the stored vectors."""
        places = self.place[at]
        of = places // CHUNK
        near = np.empty(len(places), dtype=np.float64)
        for number in np.unique(of).tolist():
            mine = np.flatnonzero(of == number)
            inside = places[mine] - number * CHUNK
            filled = min(self.used - number * CHUNK, CHUNK)
            chunk = self.chunks[number]
            if len(mine) * DENSE > filled:
                near[mine] = compared(chunk[:filled], question)[inside]
            else:
                near[mine] = compared(chunk[inside], question)
        return near


class VectorMemory:
    """Keeps :class:`Vectors` up with the store.

    :param most: bytes of vectors; a store that has more is not kept. :param patience: see :data:`PATIENCE`.
    """

    def __init__(self, *, most: int = MOST_BYTES, patience: int = PATIENCE) -> None:
        self._most = most
        self._patience = patience
        self._read = 0
        self._too_large_until = 0
        self._kept: Vectors | None = None
        self._turn = threading.Lock()

    def count(self, read: int) -> None:
        """So many vectors were read from the database because they were not here."""
        self._read += read

    def at(self, connection: sa.Connection, model: str) -> Vectors | None:
        """The vectors as this view sees them; ``None`` while they are not to be had."""
        kept = self._kept
        if kept is None and self._read < self._patience:
            return None
        version = version_of(connection)
        if kept is not None and kept.model == model and kept.version == version:
            return kept
        if kept is None and version < self._too_large_until:
            return None
        if not self._turn.acquire(timeout=WAIT if kept is not None else 0):
            return None
        try:
            return self._at(connection, model, version)
        finally:
            self._turn.release()

    def _at(self, connection: sa.Connection, model: str, version: int) -> Vectors | None:
        kept = self._kept
        if kept is not None and kept.version > version:
            return None  # this view began before the vectors changed
        if kept is None or kept.model != model or forgotten_up_to(connection) > kept.version:
            kept = Vectors(model, 0, *_nothing(), (), 0)
        if kept.version < version:
            kept = _brought_up(connection, kept, version, self._most)
        if kept is None:
            self._kept, self._read, self._too_large_until = None, 0, version + PATIENCE
            return None
        self._kept = kept
        return kept


def _nothing() -> tuple[Integers, Integers, NDArray[np.bool_]]:
    return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64), np.empty(0, dtype=np.bool_)


def _brought_up(connection: sa.Connection, kept: Vectors, version: int, most: int) -> Vectors | None:
    """What is kept with what changed since; ``None``: too much to keep.

    Where more places hold an old vector than a new one, all is read again.
    """
    e, gone = t.embeddings.c, t.vector_removals.c
    first = not len(kept.record)
    changed = e.model == kept.model if first else e.version > kept.version
    count = int(connection.scalar(sa.select(sa.func.count()).where(e.version > kept.version)) or 0)
    length = int(connection.scalar(sa.select(sa.func.length(e.vector)).where(changed).limit(1)) or 0)
    if (kept.used + count) * length > most or kept.used + count > 2 * (len(kept.record) + count):
        return None if first else _brought_up(connection, Vectors(kept.model, 0, *_nothing(), (), 0), version, most)
    chunks, used = list(kept.chunks), kept.used
    records, chinese, places, strangers = [kept.record], [kept.chinese], [kept.place], []
    statement = sa.select(e.record_id, e.language == "zh", e.model == kept.model, e.vector).where(changed)
    for page in pages(connection, statement.order_by(e.record_id)):
        strangers += [row[0] for row in page if not row[2]]
        mine = [row for row in page if row[2]]
        records.append(np.array([row[0] for row in mine], dtype=np.int64))
        chinese.append(np.array([row[1] for row in mine], dtype=np.bool_))
        places.append(np.arange(used, used + len(mine), dtype=np.int64))
        if mine:
            used = _add(chunks, used, np.frombuffer(b"".join([row[3] for row in mine]), dtype=np.float32), len(mine))
    if not first:
        strangers += connection.scalars(sa.select(gone.record_id).where(gone.version > kept.version)).all()
    record, last = np.unique(np.concatenate(records)[::-1], return_index=True)
    last = sum(len(some) for some in records) - 1 - last
    live = ~np.isin(record, np.array(strangers, dtype=np.int64))
    return Vectors(
        kept.model,
        version,
        record[live],
        np.concatenate(places)[last[live]],
        np.concatenate(chinese)[last[live]],
        tuple(chunks),
        used,
    )


def _add(chunks: list[Matrix], used: int, numbers: NDArray[np.float32], count: int) -> int:
    """Write vectors behind those that are there; how many places are used then."""
    rest = numbers.reshape(count, -1)
    while len(rest):
        inside = used % CHUNK
        if not inside:
            chunks.append(np.empty((CHUNK, rest.shape[1]), dtype=np.float32))
        some = rest[: CHUNK - inside]
        chunks[-1][inside : inside + len(some)] = some
        used, rest = used + len(some), rest[len(some) :]
    return used


def untold(connection: sa.Connection) -> Integers:
    """Records whose vectors are gone since, without a version yet: the indexer gives them one when it comes to them."""
    gone = t.vector_removals.c
    found = connection.scalars(sa.select(gone.record_id).where(gone.version == UNTOLD)).all()
    return np.array(found, dtype=np.int64)
