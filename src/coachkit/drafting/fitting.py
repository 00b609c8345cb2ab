"""Fitting: a document stays on one screen. What weighs most goes in first; what does not fit is in the explanation."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from coachkit.drafting.facts import Fact, Language

__all__ = ["LIMITS", "Fitted", "fit", "length"]

LIMITS: Mapping[str, int] = {"en": 350, "zh": 600}
"""Words of English, characters of Chinese."""

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
    sections: Mapping[str, Sequence[Fact]], lengths: Mapping[str, int], overhead: int, language: Language
) -> Fitted:
    """Take the weightiest facts first, each if it still fits; the first of a section counts a little more.

    :param lengths: of each fact's statement, by the fact's id.
    :param overhead: of titles and header.
    """
    told = [(fact, FIRST if place == 0 else 0.0) for facts in sections.values() for place, fact in enumerate(facts)]
    left = LIMITS[language] - overhead
    taken: set[str] = set()
    dropped: list[Fact] = []
    for fact, _ in sorted(told, key=lambda pair: (-pair[0].weight - pair[1], pair[0].id)):
        if lengths[fact.id] <= left:
            taken.add(fact.id)
            left -= lengths[fact.id]
        else:
            dropped.append(fact)
    kept = {section: tuple(fact for fact in facts if fact.id in taken) for section, facts in sections.items()}
    return Fitted(kept, tuple(dropped))
