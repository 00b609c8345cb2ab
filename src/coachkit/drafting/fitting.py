"""Fitting: a document stays on one screen. What weighs most goes in first; what does not fit is in the explanation."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from coachkit.drafting.facts import Fact, Language

__all__ = ["Fitted", "fit", "length"]

FIRST = 12.0
"""What the first fact of a section counts more: a part of the anatomy is left out only for something that matters."""

_CJK = r"\u3000-\u303f\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff00-\uffef"
_WORD = re.compile(rf"[^\s{_CJK}]*[^\W{_CJK}][^\s{_CJK}]*")
_CHARACTER = re.compile(rf"[{_CJK}]")


def length(text: str, language: Language) -> int:
    """Words, where a run of two Chinese characters counts as one; or characters, where another word counts as one."""
    words, characters = len(_WORD.findall(text)), len(_CHARACTER.findall(text))
    return words + (characters + 1) // 2 if language == "en" else characters + words


@dataclass(frozen=True, slots=True)
class Fitted:
    """The facts that fit, by section, and those that had to go."""

    sections: dict[str, tuple[Fact, ...]]
    dropped: tuple[Fact, ...]


def fit(
    sections: Mapping[str, Sequence[Fact]],
    lengths: Mapping[str, int],
    *,
    limit: int,
    section_limits: Mapping[str, int] | None = None,
) -> Fitted:
    """Take the weightiest facts first, each if it still fits; the first of a section counts a little more.

    :param lengths: of each fact's statement, by the fact's id.
    :param limit: for all of them together; ``section_limits`` for single sections.
    """
    told = [
        (section, fact, FIRST if place == 0 else 0.0)
        for section, facts in sections.items()
        for place, fact in enumerate(facts)
    ]
    left, left_in = limit, dict(section_limits or {})
    taken: set[str] = set()
    dropped: list[Fact] = []
    for section, fact, _ in sorted(told, key=lambda one: (-one[1].weight - one[2], one[1].id)):
        size = lengths[fact.id]
        if size <= min(left, left_in.get(section, left)):
            taken.add(fact.id)
            left -= size
            if section in left_in:
                left_in[section] -= size
        else:
            dropped.append(fact)
    kept = {section: tuple(fact for fact in facts if fact.id in taken) for section, facts in sections.items()}
    return Fitted(kept, tuple(dropped))
