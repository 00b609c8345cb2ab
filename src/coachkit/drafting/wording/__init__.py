"""Wording: each kind of fact in our own words, written for English and for Chinese, not translated.

Of several phrasings a fact always gets the same one, so a brief is the same each time it is prepared.
"""

from __future__ import annotations

from coachkit.drafting.facts import Fact
from coachkit.drafting.voice import Voice
from coachkit.drafting.wording import chinese, english
from coachkit.drafting.wording.book import Worded

__all__ = ["Worded", "section_title", "word"]

_BOOKS = {"en": english.BOOK, "zh": chinese.BOOK}


def word(fact: Fact, voice: Voice) -> Worded:
    """``fact`` in composed words: a statement, and an open question where the kind has one."""
    return _BOOKS[voice.language].word(fact, voice)


def section_title(section: str, voice: Voice, facts: tuple[Fact, ...] = ()) -> str:
    """What stands above a section."""
    return _BOOKS[voice.language].title(section, voice, facts)
