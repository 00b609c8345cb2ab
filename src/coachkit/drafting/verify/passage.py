"""A text cut into clauses, and each clause into tokens: who and what is named, words with what they stand for,
numbers, days, quotations; and which words are denied or only intended.

Used where a claim is held against evidence alone: both sides are read in the same way, English and Chinese mixed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from coachkit.drafting.verify.lexicon import ACTS, CHINESE_FREE, FREE_WORDS, chinese_words, concepts, root
from coachkit.drafting.verify.reading import KEY, QUOTED, Day, Number, replaced_dates, replaced_numbers

__all__ = ["Arg", "Clause", "Names", "Token", "read_clauses"]


def _all(text: str) -> frozenset[str]:
    return frozenset(text.split())


_FIRST = 0xE000
_LAST = 0xF7FF
_CLOCK = re.compile(r"\b\d{1,2}:\d{2}\b|\bv?\d+(?:\.\d+){2,}\b|\bv\d+(?:\.\d+)*\b|\b[A-Z][A-Z0-9]+-[A-Z]\d+\b")
_TOKEN = re.compile(
    r"[\ue000-\uf7ff]|[A-Za-z\u00c0-\u024f][A-Za-z0-9_\u00c0-\u024f.+-]*(?:['’](?:s|t|re|ve|ll|d|m)\b)?"
    r"|[\u3400-\u9fff]+|['’]s\b|[^\w\s]"
)
_BREAK = re.compile(r"[.!?;](?=\s|$)|[;:：；。！？\n]|\s[-–—]\s|——")
_NO = _all("""no not never without cannot none nobody nothing neither nor hardly barely unable lack lacks lacking""")
_NO_CHINESE = frozenset(["没有", "没", "不", "未", "无", "非", "别", "尚未", "从未", "拒绝", "无法", "未能"])
_INTENT = _all(
    """will would shall should could might may can must plan plans planned intend intends hope hopes want wants
need needs proposed todo if unless please maybe perhaps likely"""
)
_INTENT_CHINESE = frozenset(
    ["将", "会", "要", "应", "应该", "可能", "计划", "打算", "准备", "希望", "建议", "请", "如果", "若", "待", "拟"]
)
_LINKING = frozenset({"is", "was", "were", "are", "has", "had", "have", "got"})
_STOPS = frozenset({",", "，", "(", "（", ")", "）"})
_UNDONE = frozenset({"but", "until", "till", "before", "直到", "但", "但是", "才"})
_REACH = 6
"""How many words after a denial or an intention it covers."""


@dataclass(frozen=True, slots=True)
class Arg:
    """Somebody or something that is named: a person or team by all names it may be, or a key."""

    text: str
    who: frozenset[str]
    is_key: bool = False

    def same(self, other: Arg) -> bool:
        return bool(self.who & other.who)


@dataclass(frozen=True, slots=True)
class Token:
    """A word, a sign, or something that was read as a whole.

    :ivar kind: ``arg``, ``word``, ``days``, ``number``, ``quote`` or ``sign``.
    :ivar senses: the concepts of a word, or its root where it has none; empty for a word without a claim of its own.
    """

    kind: str
    text: str
    senses: frozenset[str] = frozenset()
    arg: Arg | None = None
    days: tuple[Day, ...] = ()
    number: Number | None = None
    denied: bool = False
    intended: bool = False

    @property
    def act(self) -> bool:
        return bool(self.senses & ACTS)

    @property
    def denies(self) -> bool:
        word = self.text.lower().replace("’", "'")
        return self.kind == "word" and (word in _NO or word in _NO_CHINESE or word.endswith("n't"))


Clause = tuple[Token, ...]
"""Part of a sentence with at most one thought, as far as signs tell."""


@dataclass(frozen=True)
class Names:
    """The names that a text could mention: each alias with the full names it may stand for."""

    aliases: dict[str, frozenset[str]] = field(default_factory=dict)

    @classmethod
    def of(cls, full: Iterable[str]) -> Names:
        found: dict[str, set[str]] = {}
        for name in full:
            name = " ".join(name.split())
            for alias in {name, *_short(name)}:
                found.setdefault(alias, set()).add(name)
        return cls({alias: frozenset(names) for alias, names in found.items() if alias})

    def arg(self, name: str) -> Arg:
        """A name by itself, as it stands in a typed field: somebody, or the key of something."""
        if KEY.fullmatch(name) or _CLOCK.fullmatch(name):
            return Arg(name, frozenset({name.lower()}), is_key=True)
        return Arg(name, self.aliases.get(name, frozenset({name})))

    def pattern(self) -> re.Pattern[str] | None:
        listed = sorted(self.aliases, key=lambda alias: (-len(alias), alias))
        whole = (rf"(?<![A-Za-z0-9_])@?{re.escape(one)}(?![A-Za-z0-9_])" for one in listed)
        return re.compile("|".join(whole)) if listed else None


def _short(name: str) -> list[str]:
    """First and last name of a name in Latin letters; the given name of a Chinese one is not used alone."""
    words = name.split()
    plain = 2 <= len(words) <= 4 and all(word[0].isupper() and word.isalpha() for word in (words[0], words[-1]))
    return [word for word in (words[0], words[-1]) if len(word) > 2] if plain else []


def read_clauses(text: str, names: Names) -> tuple[Clause, ...]:
    """Take a text apart, in whichever of the two languages."""
    whole: list[Token] = []

    def keep(token: Token) -> str:
        if _FIRST + len(whole) > _LAST:
            return " "
        whole.append(token)
        return chr(_FIRST + len(whole) - 1)

    def named(match: re.Match[str]) -> str:
        word = match.group().lstrip("@")
        return keep(Token("arg", word, arg=Arg(word, names.aliases.get(word, frozenset({word})))))

    def keyed(match: re.Match[str]) -> str:
        word = match.group()
        return keep(Token("arg", word, arg=Arg(word, frozenset({word.lower()}), is_key=True)))

    text = re.sub(f"[{chr(_FIRST)}-{chr(_LAST)}]", " ", text)
    text = QUOTED.sub(lambda m: keep(Token("quote", next(part for part in m.groups() if part is not None))), text)
    text = replaced_dates(text, lambda m, days: keep(Token("days", m.group(), days=tuple(days))))
    text = KEY.sub(keyed, _CLOCK.sub(keyed, text))
    if pattern := names.pattern():
        text = pattern.sub(named, text)
    for tongue in ("en", "zh"):  # a text may be in both
        text = replaced_numbers(text, tongue, lambda m, number: keep(Token("number", m.group(), number=number)))
    clauses = [_tokens(part, whole) for part in _BREAK.split(text)]
    return tuple(_signed(part) for clause in clauses for part in _parted(clause) if part)


def _tokens(text: str, whole: list[Token]) -> list[Token]:
    found: list[Token] = []
    for match in _TOKEN.finditer(text):
        word = match.group()
        if len(word) == 1 and _FIRST <= ord(word) <= _LAST:
            found.append(whole[ord(word) - _FIRST])
        elif "\u3400" <= word[0] <= "\u9fff":
            found.extend(_chinese(part) for _, part in chinese_words(word))
        elif word[0].isalpha():
            found.append(_english(word))
            if len(found) > 1 and (both := _phrase(found[-2], found[-1])):
                found[-2:] = [both]
        else:
            found.append(Token("sign", word))
    return found


def _chinese(word: str) -> Token:
    if word in CHINESE_FREE:
        return Token("word", word)
    return Token("word", word, concepts(word) or frozenset({word}))


def _phrase(one: Token, other: Token) -> Token | None:
    """``took on``, ``rolled back``: two words with one meaning."""
    if one.kind != "word" or not one.text.isascii():
        return None
    senses = concepts(f"{one.text}_{other.text}".lower())
    return Token("word", f"{one.text} {other.text}", senses) if senses else None


def _english(word: str) -> Token:
    word = word.rstrip(".-")
    plain = word.lower().replace("’", "'")
    bare = plain.removesuffix("'s")
    if plain in FREE_WORDS or bare in FREE_WORDS:
        return Token("word", word)
    return Token("word", word, concepts(bare) or frozenset({root(bare)}))


def _parted(tokens: list[Token]) -> list[list[Token]]:
    """At a comma, or an *and* before a name, where a thought is whole on the left and another begins on the right."""
    parts: list[list[Token]] = [[]]
    for place, token in enumerate(tokens):
        done = any(one.act for one in parts[-1])
        rest = tokens[place + 1 : place + 5]
        joins = token.text.lower() in ("and", "while", "whereas", "but", "，", ",", "而", "并", "并且", "同时")
        if joins and done and any(one.act for one in tokens[place + 1 :]):
            named = bool(rest and rest[0].arg) and any(one.act or one.text.lower() in _LINKING for one in rest[1:])
            goes_on = bool(rest) and (rest[0].text.lower() in _LINKING or (rest[0].act and rest[0].text.endswith("ed")))
            if token.text in ("，", ",") or named or goes_on:
                parts.append([])
        parts[-1].append(token)
    return parts


def _signed(tokens: list[Token]) -> Clause:
    """Each token with whether it is denied or only intended, by the words before it."""
    found: list[Token] = []
    no = intent = 0
    for token in tokens:
        word = token.text.lower().replace("’", "'")
        if token.denies:
            no = _REACH
        elif token.kind == "word" and (word in _INTENT or word in _INTENT_CHINESE):
            intent = _REACH
        elif word in _UNDONE or token.text in _STOPS:
            no = intent = 0
        elif token.senses:
            found.append(replace(token, denied=no > 0, intended=intent > 0))
            no, intent = max(0, no - 1), max(0, intent - 1)
            continue
        found.append(token)
    return tuple(found)
