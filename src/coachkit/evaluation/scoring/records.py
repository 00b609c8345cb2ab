"""Naming records: how a case says which record it means, and whether a sample cites it."""

from __future__ import annotations

from collections.abc import Iterable

from coachkit.evaluation.record import EvidenceSeen, Sample

__all__ = ["cites", "names", "native_names"]


def native_names(public: str, seen: EvidenceSeen | None) -> frozenset[str]:
    """Everything by which a case may mean a record: its key, its id in its source, with the connection before it."""
    if seen is None:
        return frozenset({public})
    found = {public, seen.key, seen.native_id}
    if seen.connection and seen.native_id:
        found.add(f"{seen.connection}/{seen.native_id}")
    return frozenset(found - {""})


def names(sample: Sample, publics: Iterable[str]) -> frozenset[str]:
    """All names of these records."""
    return frozenset().union(*(native_names(public, sample.evidence.get(public)) for public in publics), ())


def cites(sample: Sample, record: str) -> bool:
    """Whether any statement of the sample cites the record."""
    return record in names(sample, sample.cited)
