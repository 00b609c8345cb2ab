"""The one tokenizer: what is stored and what is asked go through the same rules, in Chinese and English.

Text is brought to NFKC (``ＰＡＹ-123`` becomes ``PAY-123``) and cut into runs:

- of Chinese, Japanese and Korean characters: single characters and pairs when stored, pairs when asked (the character
  itself when the run is one character). A word segmenter was no better, and adds a dictionary that must know the word;
- of everything else, words: the word as a whole (``src/auth/login.py``, ``pay-123``, ``c++``, ``#1234``), then its path
  segments (``login.py``), then its parts, split at ``-_./#`` and at camel case (``auth``, ``login``, ``py``).

Terms are folded to lower case and cut at 64 characters. A term is stored as a hash (:func:`term_id`): there is no
dictionary that could keep the words of a person who has been erased.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache

from coachkit.domain.identity import stable_id

__all__ = [
    "EVERY_RECORD",
    "MAX_QUERY_TERMS",
    "MAX_TERM",
    "TOKENIZER_VERSION",
    "count_terms",
    "is_identifier",
    "query_terms",
    "query_words",
    "term_id",
]

TOKENIZER_VERSION = "2"
"""Kept with the postings; when it changes they are rebuilt."""

MAX_TERM = 64
"""Characters of a term; longer ones are cut on both sides alike."""

MAX_QUERY_TERMS = 64
"""Terms that a question may have; more are not asked, so no question costs more than this."""

MAX_TEXT = 200_000
"""Characters of one record that are indexed: about 60 printed pages."""

EVERY_RECORD = 0
"""The term that every record has: counts the records of a scope. No word's hash is 0 but by a chance of 2**-63."""

_CJK = "\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uf900-\ufaff\U00020000-\U0003ffff"
_CJK_RUN = re.compile(f"[{_CJK}]+")
_WORD = re.compile(r"[\w\-./#+@:\\]+")
"""Of text without Chinese characters: one class of characters is three times as fast as a choice between two."""
_RUN = re.compile(f"(?P<cjk>[{_CJK}]+)|(?P<word>(?:[^\\W{_CJK}]|[-./#+@:\\\\])+)")
_EDGE_LEFT = "-./:@\\+"
_EDGE_RIGHT = "-./:@\\"
_SEGMENT = re.compile(r"[/\\@:]+")
_PART = re.compile(r"[-_./#\\@:+]+")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_HAS_LETTER_OR_DIGIT = re.compile(r"[^\W_]")


@lru_cache(maxsize=262_144)
def term_id(term: str) -> int:
    """The stored form of a term: a stable 63-bit hash."""
    return stable_id("term", term)


@lru_cache(maxsize=262_144)
def _word_terms(word: str) -> tuple[str, ...]:
    """The terms of one word, the whole word first, each once."""
    if word.isascii() and word.isalnum() and word == word.lower():
        return (word[:MAX_TERM],)  # most words: nothing to split
    whole = word.lstrip(_EDGE_LEFT).rstrip(_EDGE_RIGHT)
    if not _HAS_LETTER_OR_DIGIT.search(whole):
        return ()
    terms = {whole.casefold()[:MAX_TERM]: None}
    if ":" in whole:  # a line of a file: the file is asked for without it
        terms |= {part.casefold()[:MAX_TERM]: None for part in whole.split(":") if part}
    segments = [segment.strip("-.") for segment in _SEGMENT.split(whole)]
    for segment in segments:
        if segment:
            terms[segment.casefold()[:MAX_TERM]] = None
    for segment in segments:
        for part in _PART.split(segment):
            pieces = _CAMEL.split(part)
            for piece in (part, *pieces) if len(pieces) > 1 else (part,):
                if len(piece) > 1:
                    terms[piece.casefold()[:MAX_TERM]] = None
    return tuple(terms)


@lru_cache(maxsize=262_144)
def _word_ids(word: str) -> tuple[int, ...]:
    return tuple(term_id(term) for term in _word_terms(word))


@lru_cache(maxsize=131_072)
def _pair_id(pair: str) -> int:
    return term_id(pair)


def count_terms(text: str) -> tuple[dict[int, int], int]:
    """The terms of a text that is stored: term id → how often; and the length of the text in words and characters."""
    text = text[:MAX_TEXT]
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
    runs = [] if text.isascii() else _CJK_RUN.findall(text)
    counts: dict[int, int] = {}
    length = 0
    for word, times in Counter(_WORD.findall(_CJK_RUN.sub(" ", text) if runs else text)).items():
        ids = _word_ids(word)
        length += times * bool(ids)
        for identifier in ids:
            counts[identifier] = counts.get(identifier, 0) + times
    for run in runs:
        length += len(run)
        for part in _characters_and_pairs(run):
            identifier = _pair_id(part)
            counts[identifier] = counts.get(identifier, 0) + 1
    return counts, length


def _characters_and_pairs(run: str) -> Iterator[str]:
    yield from run
    for start in range(len(run) - 1):
        yield run[start : start + 2]


def query_words(text: str) -> list[tuple[str, tuple[str, ...]]]:
    """The words of a question, in order: each with its terms. A run of Chinese is one word with its pairs as terms."""
    text = unicodedata.normalize("NFKC", text[:MAX_TEXT])
    words: dict[str, tuple[str, ...]] = {}
    for match in _RUN.finditer(text):
        run = match[0]
        if match.lastgroup == "word":
            terms = _word_terms(run)
        else:
            terms = tuple(dict.fromkeys(run[i : i + 2] for i in range(len(run) - 1))) or (run,)
        if terms:
            words.setdefault(run, terms)
    return list(words.items())


def query_terms(text: str) -> list[str]:
    """The terms of a question, each once, at most :data:`MAX_QUERY_TERMS`; whole words come before their parts."""
    words = query_words(text)
    whole = [terms[0] for word, terms in words if not is_cjk(word)]
    others = [term for word, terms in words for term in (terms if is_cjk(word) else terms[1:])]
    return list(dict.fromkeys(whole + others))[:MAX_QUERY_TERMS]


def is_cjk(word: str) -> bool:
    """Whether a run is one of Chinese, Japanese or Korean characters."""
    match = _RUN.match(word)
    return bool(match and match.lastgroup == "cjk")


def is_identifier(word: str) -> bool:
    """Whether a word names something (``PAY-123``, ``login.py``, ``foo_bar``, ``#12``, ``v1.2``), in any language."""
    if is_cjk(word):
        return False
    whole = word.lstrip(_EDGE_LEFT).rstrip(_EDGE_RIGHT)
    digits = any(character.isdigit() for character in whole)
    joined = any(character in "_/.#+\\@" for character in whole)
    return joined or (digits and not whole.isdigit())
