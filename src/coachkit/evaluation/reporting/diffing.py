"""Two documents of the same case, sentence by sentence; and two sentences, word by word."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

from coachkit.evaluation.record import SampleDraft, SampleStatement

__all__ = ["Piece", "Turn", "turns", "words_between"]

_WORD = re.compile(r"[㐀-鿿豈-﫿]|\w+|\s+|[^\w\s]")
"""A Chinese character, a word, blanks, or a mark."""

LEAST_ALIKE = 0.35
"""Of two sentences that are about different facts, to be told as one that was changed."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Words that both have, or that only the one before or the one after has."""

    kind: Literal["same", "gone", "new"]
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """What became of a sentence. Without ``before`` it is new, without ``after`` it is gone."""

    kind: Literal["same", "changed", "gone", "new"]
    before: SampleStatement | None
    after: SampleStatement | None
    pieces: tuple[Piece, ...] = ()
    citations_changed: bool = False


def words_between(before: str, after: str) -> tuple[Piece, ...]:
    """What was taken out of a text and put into it, in the order of reading."""
    left, right = _WORD.findall(before), _WORD.findall(after)
    found: list[Piece] = []
    for tag, a, b, c, d in SequenceMatcher(None, left, right, autojunk=False).get_opcodes():
        if tag == "equal":
            found.append(Piece("same", "".join(left[a:b])))
        else:
            found += [Piece("gone", "".join(left[a:b]))] if b > a else []
            found += [Piece("new", "".join(right[c:d]))] if d > c else []
    return tuple(found)


def turns(before: SampleDraft, after: SampleDraft) -> tuple[Turn, ...]:
    """Every sentence of the document after, in its order, beside the one before; then those that are gone.

    Sentences belong together if they are about the same fact, else if they are alike enough.
    """
    left = list(before.statements)
    pairs = _pairs(left, list(after.statements))
    found = [_turn(one, pairs.get(place)) for place, one in enumerate(after.statements)]
    taken = {id(one) for one in pairs.values()}
    return (*found, *(Turn(kind="gone", before=one, after=None) for one in left if id(one) not in taken))


def _pairs(left: list[SampleStatement], right: Sequence[SampleStatement]) -> dict[int, SampleStatement]:
    free = list(left)
    found: dict[int, SampleStatement] = {}
    for place, one in enumerate(right):
        same = next((old for old in free if one.id and old.id == one.id), None)
        if same is not None:
            found[place] = same
            free.remove(same)
    for place, one in enumerate(right):
        if place not in found and free:
            alike = [(SequenceMatcher(None, _said(old), _said(one)).ratio(), -at) for at, old in enumerate(free)]
            ratio, at = max(alike)
            if ratio >= LEAST_ALIKE and free[-at].fact == one.fact:
                found[place] = free.pop(-at)
    return found


def _said(one: SampleStatement) -> str:
    return f"{one.text} {one.question}".strip()


def _turn(after: SampleStatement, before: SampleStatement | None) -> Turn:
    if before is None:
        return Turn(kind="new", before=None, after=after)
    cited = set(before.evidence) != set(after.evidence)
    if _said(before) == _said(after) and not cited:
        return Turn(kind="same", before=before, after=after)
    pieces = words_between(_said(before), _said(after))
    return Turn(kind="changed", before=before, after=after, pieces=pieces, citations_changed=cited)
