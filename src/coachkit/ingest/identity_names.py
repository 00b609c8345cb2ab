"""How names and handles are compared: without case, accents, width and order."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

__all__ = ["handle_forms", "handle_of", "looks_like_bot", "name_key", "tokens"]

_SEPARATORS = re.compile(r"[\s,.;·•・_/\\|()\[\]{}<>\"'’`@+\-–—:]+")
_CJK = re.compile(r"[\u3400-\u9fff\uf900-\ufaff\u3040-\u30ff\uac00-\ud7af]")
_BOT = re.compile(
    r"\[bot\]$|(^|[-_.\s])(bot|robot|ci|cd|jenkins|buildbot|automation|noreply|no-reply|daemon|service)([-_.\s\d]|$)",
    re.IGNORECASE,
)


def _plain(text: str) -> str:
    """Lower case, one width, no accents."""
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    return unicodedata.normalize("NFC", "".join(c for c in folded if not unicodedata.combining(c)))


def tokens(text: str) -> tuple[str, ...]:
    """The words of a name or handle; a run of Chinese characters is one word, with the spaces inside it removed."""
    found = [token for token in _SEPARATORS.split(_plain(text)) if token]
    if found and all(_CJK.search(token) for token in found):
        return ("".join(found),)
    return tuple(found)


@lru_cache(maxsize=4096)
def name_key(name: str) -> str:
    """A name such that two spellings of it compare equal: ``Li, Wei`` and ``wei  li``; ``李 薇`` and ``李薇``."""
    return " ".join(sorted(tokens(name)))


@lru_cache(maxsize=4096)
def handle_of(key: str) -> str:
    """The handle in an identity key, in plain letters: ``jdoe`` of ``github:jdoe`` and ``email:j.doe@a.org``."""
    value = key.partition(":")[2]
    local = value.partition("@")[0]
    return "".join(tokens(re.sub(r"^\d+\+", "", local)))


def handle_forms(names: Iterable[str]) -> frozenset[str]:
    """The handles that people make of a name: ``weili``, ``liwei``, ``liw`` …, those of four letters and more."""
    forms: set[str] = set()
    for name in names:
        words = tokens(name)
        if len(words) < 2 or any(_CJK.search(word) for word in words):
            continue
        first, last = words[0], words[-1]
        forms |= {
            "".join(words),
            first + last,
            last + first,
            first[0] + last,
            last + first[0],
            first + last[0],
            last[0] + first,
        }
    return frozenset(form for form in forms if len(form) >= 4)


def looks_like_bot(key: str, name: str | None) -> bool:
    """Whether an account's key or name is what machines are called; evidence, never proof."""
    return bool(_BOT.search(key.partition(":")[2].partition("@")[0]) or (name and _BOT.search(name)))
