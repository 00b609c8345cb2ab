"""How a sentence is built, as far as it decides what is claimed: its verbs and who stands before and behind each.

No parser: a list of the verbs our own words use, the nearest name on either side within the clause, and auxiliaries by
form. What a small model does to a sentence ("Unblocked Wei was unblocked on …") shows in these.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from coachkit.drafting.facts import Language
from coachkit.drafting.verify.reading import Reading
from coachkit.drafting.words import AUXILIARIES, FREE, PASSIVE, VERBS, stem

__all__ = ["Verb", "auxiliaries", "content", "passives", "verbs"]

_CLAUSE = re.compile(r"[;:.!?；：。！？—]|,(?=\s)|，")
_PROGRESSIVE = re.compile(
    r"\b(?:(?:has|have|had)\s+been|is|are|was|were)\s+(?=\w+ing\b)|\b(?:has|have)\s+(?=\w+ed\b)", re.I
)


@dataclass(frozen=True, slots=True)
class Verb:
    """A verb of a sentence, with the nearest name or key before and behind it in its clause, if there is one."""

    verb: str
    before: str
    behind: str


def verbs(reading: Reading, language: Language) -> Counter[Verb]:
    """The verbs of a sentence that our own words use, in any form, each with who stands on either side."""
    text = reading.outline
    named = [(place, mention.name) for place, mention in reading.places]
    ends = [0, *(match.end() for match in _CLAUSE.finditer(text)), len(text)]
    found: Counter[Verb] = Counter()
    for match in VERBS[language].finditer(text):
        start = max(end for end in ends if end <= match.start())
        stop = min(end for end in ends if end >= match.end())
        before = [name for place, name in named if start <= place < match.start()]
        behind = [name for place, name in named if match.end() <= place < stop]
        word = match.group() if language == "zh" else stem(match.group())
        found[Verb(word, (before or [""])[-1], (behind or [""])[0])] += 1
    return found


def passives(text: str, language: Language) -> Counter[str]:
    """Verbs in the passive: ``was unblocked``, ``got reviewed``, 被疏通."""
    return Counter(stem(match["verb"]) for match in PASSIVE[language].finditer(text))


def auxiliaries(text: str, language: Language) -> Counter[str]:
    """Auxiliaries and modal words, without those that only put a verb into another tense: ``has been waiting``."""
    if language == "en":
        text = _PROGRESSIVE.sub(" ", text)
    return Counter(match.group().lower() for match in AUXILIARIES[language].finditer(text))


def content(reading: Reading, language: Language) -> Counter[str]:
    """Words with a meaning of their own, by stem; in Chinese, by character."""
    if language == "zh":
        return Counter(word for word in reading.words if word not in FREE["zh"])
    return Counter(stem(word) for word in reading.words if word not in FREE["en"])
