"""A book of phrasings: for each kind of fact a function that returns them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from coachkit.drafting.facts import Fact
from coachkit.drafting.voice import Voice

__all__ = ["Book", "Phrasings", "Says", "Worded", "capitalised", "months_and_dots"]


@dataclass(frozen=True, slots=True)
class Worded:
    """A fact in words."""

    text: str
    question: str = ""


Phrasings = Sequence[str | tuple[str, str]]
"""Ways to say a fact: a statement, or a statement and a question."""

Says = Callable[[Fact, Voice], Phrasings]


def capitalised(text: str, fact: Fact) -> str:
    """``text`` with a capital at its beginning, unless it begins with a name: ``git-mobile``, ``xiangzihao``."""
    begins_with_name = any(text.startswith(name) for name in fact.names)
    return text if begins_with_name else text[:1].upper() + text[1:]


def months_and_dots(fact: Fact) -> list[tuple[date, str]]:
    """The months of a coverage line with ``●●○`` each; ``—`` where nothing reaches back so far."""
    months = [month for month in fact.several("months") if isinstance(month, date)]
    dots = [number for number in fact.several("dots") if isinstance(number, int)]
    return [
        (month, "—" if number < 0 else "●" * number + "○" * (3 - number))
        for month, number in zip(months, dots, strict=True)
    ]


@dataclass(slots=True)
class Book:
    """Phrasings by kind of fact, and titles by section."""

    titles: Callable[[str, Voice, tuple[Fact, ...]], str]
    says: dict[str, Says] = field(default_factory=dict)

    def on(self, *kinds: str) -> Callable[[Says], Says]:
        def keep(says: Says) -> Says:
            self.says |= dict.fromkeys(kinds, says)
            return says

        return keep

    def include(self, other: Mapping[str, Says]) -> None:
        self.says |= other

    def word(self, fact: Fact, voice: Voice) -> Worded:
        choices = self.says[fact.kind](fact, voice)
        chosen = choices[int(fact.id[1:], 16) % len(choices)]
        text, question = (chosen, "") if isinstance(chosen, str) else chosen
        if voice.zh:
            return Worded(text, question)
        return Worded(capitalised(text, fact), capitalised(question, fact))

    def title(self, section: str, voice: Voice, facts: tuple[Fact, ...]) -> str:
        return self.titles(section, voice, facts)
