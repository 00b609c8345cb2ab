"""Compares what a vector index holds with what it should hold, mends it, and tries whether it finds what it holds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from coachkit.retrieval.ports import EmbeddingStore, IndexEntry, VectorIndex

__all__ = ["Reconciled", "reconcile"]

BATCH = 100
SAMPLE = 64
"""Records that are looked for by their own vectors: a damaged index holds some that it never finds."""

NEIGHBOURS = 10
LEAST_FOUND = 0.95
SAME = 0.9999
"""Cosine from which two vectors are the same: records with the same words stand for each other."""


@dataclass(frozen=True, slots=True)
class Reconciled:
    """How it was.

    :ivar held: vectors that the index holds. ``mended``: missing or of an old version, and put right.
    :ivar strays: held though their record is gone, and removed.
    :ivar found: of ``looked_for`` records, how many were found by their own vector. ``lost``: too few; rebuild it.
    """

    held: int
    mended: int
    strays: int
    looked_for: int
    found: int
    lost: bool


def reconcile(
    store: EmbeddingStore, index: VectorIndex, model: str, check: Callable[[], None] = lambda: None
) -> Reconciled:
    """Bring the index to what the store says, by version.

    :raises StoreBusy: if the index went away.
    """
    held = dict(index.versions())
    wanted = dict(store.versions(model))
    stale = [record for record, version in wanted.items() if held.get(record) != version]
    strays = [record for record in held if record not in wanted]
    watermark = index.watermark() or 0
    for some in _batches(stale):
        check()
        index.apply(store.by_id(model, some), [], watermark)
    for some in _batches(strays):
        check()
        index.apply([], some, watermark)
    ids = sorted(wanted)
    entries = store.by_id(model, ids[:: max(1, len(ids) // SAMPLE)][:SAMPLE])
    found = sum(_finds(store, index, model, entry) for entry in entries)
    return Reconciled(
        held=len(held),
        mended=len(stale),
        strays=len(strays),
        looked_for=len(entries),
        found=found,
        lost=found < LEAST_FOUND * len(entries),
    )


def _finds(store: EmbeddingStore, index: VectorIndex, model: str, entry: IndexEntry) -> bool:
    near = index.propose(entry.vector, frozenset({entry.scope_id}), NEIGHBOURS)
    if entry.record_id in near:
        return True
    return any(float(np.dot(other.vector, entry.vector)) >= SAME for other in store.by_id(model, near))


def _batches(ids: list[int]) -> list[list[int]]:
    return [ids[start : start + BATCH] for start in range(0, len(ids), BATCH)]
