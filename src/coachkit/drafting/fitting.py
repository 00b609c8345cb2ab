"""Fitting: a document stays on one screen. What weighs least goes first, and is kept in the explanation."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from coachkit.drafting.facts import Fact, Language

__all__ = ["LIMITS", "Fitted", "fit", "length"]

LIMITS: Mapping[str, int] = {"en": 350, "zh": 600}
"""Words of English, characters of Chinese."""

_CJK = r"\u3000-\u303f\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff00-\uffef"
_WORD = re.compile(rf"[^\s{_CJK}]*\w[^\s{_CJK}]*")
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
    """Drop the least weighty facts until the document is within its limit; the last of a section only if it must be.

    :param lengths: of each fact's statement, by the fact's id.
    :param overhead: of titles and header.
    """
    kept = {section: list(facts) for section, facts in sections.items()}
    total = overhead + sum(lengths[fact.id] for facts in kept.values() for fact in facts)
    order = sorted((fact for facts in kept.values() for fact in facts), key=lambda fact: (fact.weight, fact.id))
    dropped: list[Fact] = []
    for last_of_a_section in (False, True):
        for fact in order:
            (facts,) = [facts for section, facts in kept.items() if section == fact.section]
            if total <= LIMITS[language]:
                break
            if fact in facts and (len(facts) > 1 or last_of_a_section):
                facts.remove(fact)
                total -= lengths[fact.id]
                dropped.append(fact)
    return Fitted({section: tuple(facts) for section, facts in kept.items()}, tuple(dropped))
