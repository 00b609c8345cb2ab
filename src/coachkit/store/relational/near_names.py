"""Names that come near to what somebody typed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rapidfuzz import fuzz, process

from coachkit.ingest.identity_names import name_key

__all__ = ["near_names"]

NEAR_ENOUGH = 70
"""Of 100, by the better of whole and partial likeness."""


def near_names(text: str, people: Iterable[Sequence[str]], *, most: int = 3) -> list[str]:
    """The main names of the people whose any name is like ``text``, nearest first; at most ``most``."""
    wanted = name_key(text)
    spellings = [(name_key(name), names[0]) for names in people for name in names]
    if len(wanted) < 2 or not spellings:
        return []
    found = process.extract(
        wanted, [key for key, _ in spellings], scorer=fuzz.WRatio, limit=most * 3, score_cutoff=NEAR_ENOUGH
    )
    return list(dict.fromkeys(spellings[index][1] for _, _, index in found))[:most]
