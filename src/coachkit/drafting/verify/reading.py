"""Reading a sentence for what can be checked: quotations, names, keys, dates, numbers with units, words."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import lru_cache

from coachkit.drafting.facts import Language

__all__ = [
    "KEY",
    "QUOTED",
    "Day",
    "Mention",
    "Number",
    "Reading",
    "is_number_word",
    "read",
    "replaced_dates",
    "replaced_numbers",
]

QUOTED = re.compile(r"“([^”]*)”|\"([^\"]*)\"|「([^」]*)」|『([^』]*)』|‘([^’]{12,})’")
KEY = re.compile(
    r"\b[A-Z][A-Z0-9]{1,9}-\d+\b|(?<!\w)#\d+\b|\b[\w.-]+(?:/[\w.-]+)?#\d+\b"  # PAY-17, #482, org/repo#482
    r"|\b(?=[0-9a-f]*\d)[0-9a-f]{7,40}\b|(?<!\w)[\w.*-]+(?:/[\w.*-]+)+"  # a hash, a path
)
_MONTHS = {
    name: number
    for number, name in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), 1
    )
}
_MONTH = rf"(?P<n1>{'|'.join(_MONTHS)})[a-z]*\.?"
_DASH = r"\s*(?:[-–—~～]|to|and|until|through|至|到|和)\s*"
_ORDINAL = r"(?:st|nd|rd|th)?"
_DATES = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"\b(?P<y1>\d{4})([-/.])(?P<m1>\d{1,2})\2(?P<d1>\d{1,2})(?:T[\d:.]+Z?)?\b",
        rf"\b(?P<d1>\d{{1,2}})(?:{_DASH}(?P<d2>\d{{1,2}}))?{_ORDINAL}(?:\s+of)?\s+{_MONTH}(?:,?\s+(?P<y1>\d{{4}}))?\b",
        rf"\b{_MONTH}\s+(?P<d1>\d{{1,2}}){_ORDINAL}(?:{_DASH}(?P<d2>\d{{1,2}}){_ORDINAL})?(?:,?\s+(?P<y1>\d{{4}}))?\b",
        (
            r"(?:(?P<y1>\d{4})\s*年\s*)?(?P<m1>\d{1,2})\s*月\s*(?P<d1>\d{1,2})(?:\s*日)?"
            r"(?:\s*[-–—~～至到]\s*(?P<d2>\d{1,2}))?\s*[日号]"
        ),
    )
)
_UNIT = (
    r"(?:percent|per cent|%|％|‰|ms|milliseconds?|seconds?|s|minutes?|min|hours?|h|days?|weeks?|months?|years?|times?|"
    r"points?|changes?|records?|people|persons?|others?|words?|gb|mb|kb|rps|qps|usd|eur|cny|"
    r"个百分点|百分点|毫秒|秒|分钟|小时|天|周|个月|年|次|处|条|个人|个|人|家|项|件|名|位|万|亿|元)"
)
_NUMBER = re.compile(rf"(?<![\w.])(?P<value>\d[\d,]*(?:\.\d+)?)\s*[-–]?\s*(?P<unit>{_UNIT}(?![a-z]))?", re.IGNORECASE)
_COUNTED = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen twenty"
)
_VAGUE = ("several", "many", "dozens", "hundreds", "thousands", "few", "most", "majority", "every", "numerous")
_WORDS: dict[str, float] = {
    **{word: float(number) for number, word in enumerate(re.findall(r"\w+", _COUNTED))},
    "once": 1,
    "twice": 2,
    "thrice": 3,
    "couple": 2,
    "both": 2,
    "dozen": 12,
    "hundred": 100,
    "thousand": 1000,
    "thirty": 30,
    "forty": 40,
    "fifty": 50,
    "sixty": 60,
    "seventy": 70,
    "eighty": 80,
    "ninety": 90,
    "half": 0.5,
    "double": 2,
    "doubled": 2,
    "triple": 3,
    "tripled": 3,
    "million": 1_000_000,
    **{word: -float(place) for place, word in enumerate(_VAGUE, 1)},
}
"""Numbers in words; vague ones are numbers of their own, equal only to themselves."""
_WORD_NUMBER = re.compile(rf"\b(?P<value>{'|'.join(_WORDS)})\b(?:\s+(?P<unit>{_UNIT})\b)?", re.IGNORECASE)
_CHINESE: dict[str, float] = {char: float(number) for number, char in enumerate("零一二三四五六七八九十")} | {
    "两": 2,
    "半": 0.5,
    "几": -6,
    "数": -6,
    "多": -2,
}
_CHINESE_NUMBER = re.compile(
    rf"(?P<value>[{''.join(_CHINESE)}]+)"
    r"(?P<unit>个百分点|百分点|毫秒|秒|分钟|小时|天|周|个月|年|次|处|条|个人|个|人|家|项|件|名|位|倍|成|万|亿|元)"
)
_TOKEN = re.compile(r"[a-z]+(?:['’][a-z]+)?|[a-z]*\d[\w]*|[\u3400-\u9fff]", re.IGNORECASE)
_SAME_UNIT = {
    "percent": "%",
    "per cent": "%",
    "％": "%",
    "百分点": "个百分点",
    "毫秒": "ms",
    "秒": "s",
    "person": "people",
    "persons": "people",
}


Day = tuple[int, int, int]
"""Year, or 0 where none is said; month; day."""


@dataclass(frozen=True, slots=True)
class Number:
    value: float
    unit: str


@dataclass(frozen=True, slots=True)
class Mention:
    """A name or key in a sentence, and the word or sign before and behind it: who does what to whom hangs on these."""

    name: str
    before: str
    behind: str


@dataclass(frozen=True, slots=True)
class Reading:
    """What a sentence says, as far as it can be checked without understanding it; each part in its order.

    :ivar parts: mentions of people, teams and keyed items together.
    :ivar outline: the text with quotations, names and keys blanked out, each at its place.
    :ivar places: where in the outline each of ``parts`` stands.
    """

    text: str
    quotes: tuple[str, ...]
    mentions: tuple[Mention, ...]
    parts: tuple[Mention, ...]
    keys: tuple[str, ...]
    dates: tuple[Day, ...]
    numbers: tuple[Number, ...]
    words: tuple[str, ...]
    outline: str
    places: tuple[tuple[int, Mention], ...]


@lru_cache(maxsize=4096)
def _name_pattern(names: tuple[str, ...]) -> re.Pattern[str] | None:
    if not names:
        return None
    return re.compile("|".join(rf"(?<![A-Za-z]){re.escape(name)}(?![A-Za-z])" for name in names))


def read(text: str, names: Collection[str], language: Language) -> Reading:
    """Take a sentence apart. ``names`` are those it could mention."""
    quotes = tuple(next(part for part in match.groups() if part is not None) for match in QUOTED.finditer(text))
    rest = QUOTED.sub(" ” ", text)
    named, rest = _mentions(_name_pattern(_longest_first(names)), rest)
    keyed, rest = _mentions(KEY, rest, "#")
    mentions = tuple(mention for _, mention in named)
    places = tuple(sorted([*named, *keyed], key=lambda found: found[0]))
    parts = tuple(mention for _, mention in places)
    keys = tuple(mention.name for _, mention in keyed)
    outline = rest
    dates, rest = _dates(rest)
    numbers, rest = _numbers(rest, language)
    words = tuple(token.lower() for token in _TOKEN.findall(rest))
    return Reading(text, quotes, mentions, parts, keys, dates, numbers, words, outline, places)


def _longest_first(names: Collection[str]) -> tuple[str, ...]:
    return tuple(sorted({name for name in names if name}, key=lambda name: (-len(name), name)))


def _blank(match: re.Match[str], sign: str = "") -> str:
    """As many characters as what was read, so that places stay places."""
    return sign.center(len(match.group())) if len(match.group()) > len(sign) else sign


def _mentions(pattern: re.Pattern[str] | None, text: str, sign: str = "@") -> tuple[list[tuple[int, Mention]], str]:
    if pattern is None:
        return [], text
    found = []
    for match in pattern.finditer(text):
        before = re.findall(r"[a-z]+|[\u3400-\u9fff]|[^\w\s]", text[: match.start()], re.IGNORECASE)[-1:]
        behind = re.match(r"\s*(?:['’]s\b|的|[a-z]+|[\u3400-\u9fff]|[^\w\s])", text[match.end() :], re.IGNORECASE)
        mention = Mention(match.group(), (before or [""])[0].lower(), behind.group().strip().lower() if behind else "")
        found.append((match.start(), mention))
    return found, pattern.sub(lambda match: _blank(match, sign), text)


def _dates(text: str) -> tuple[tuple[Day, ...], str]:
    found: list[tuple[int, Day]] = []

    def put(match: re.Match[str], days: list[Day]) -> str:
        found.extend((match.start() + place, day) for place, day in enumerate(days))
        return _blank(match, "☼")

    text = replaced_dates(text, put)
    return tuple(day for _, day in sorted(found)), text


def replaced_dates(text: str, put: Callable[[re.Match[str], list[Day]], str]) -> str:
    """``text`` with each date, or range of dates, replaced by what ``put`` makes of it."""

    def one(match: re.Match[str]) -> str:
        parts = match.groupdict()
        month = _MONTHS[parts["n1"].lower()[:3]] if parts.get("n1") else int(parts["m1"])
        year = int(parts["y1"]) if parts.get("y1") else 0
        return put(match, [(year, month, int(parts[name])) for name in ("d1", "d2") if parts.get(name)])

    for pattern in _DATES:
        text = pattern.sub(one, text)
    return text


def _numbers(text: str, language: Language) -> tuple[tuple[Number, ...], str]:
    found: list[tuple[int, Number]] = []

    def put(match: re.Match[str], number: Number) -> str:
        found.append((match.start(), number))
        return _blank(match)

    text = replaced_numbers(text, language, put)
    return tuple(number for _, number in sorted(found, key=lambda pair: pair[0])), text


def replaced_numbers(text: str, language: Language, put: Callable[[re.Match[str], Number], str]) -> str:
    """``text`` with each number, in digits or in words of ``language``, replaced by what ``put`` makes of it."""
    text = _NUMBER.sub(lambda m: put(m, Number(float(m["value"].replace(",", "")), _unit(m["unit"]))), text)
    if language == "zh":
        return _CHINESE_NUMBER.sub(lambda m: put(m, Number(_chinese(m["value"]), _unit(m["unit"]))), text)
    return _WORD_NUMBER.sub(lambda m: put(m, _in_words(m)) if _counts(m) else m.group(), text)


def is_number_word(word: str) -> bool:
    """``four``, ``twice``."""
    return word.lower() in _WORDS


def _counts(match: re.Match[str]) -> bool:
    """ "One" alone is hardly ever a number."""
    return match["value"].lower() != "one" or match["unit"] is not None


def _in_words(match: re.Match[str]) -> Number:
    word = match["value"].lower()
    return Number(_WORDS[word], "time" if word in ("once", "twice", "thrice") else _unit(match["unit"]))


def _chinese(text: str) -> float:
    if len(text) == 1:
        return float(_CHINESE[text])
    tens, _, ones = text.partition("十")
    return float((_CHINESE.get(tens, 1) if tens else 1) * 10 + _CHINESE.get(ones, 0)) if "十" in text else -9.0


def _unit(unit: str | None) -> str:
    if unit is None:
        return ""
    unit = _SAME_UNIT.get(unit.lower(), unit.lower())
    return unit.removesuffix("s") if len(unit) > 2 else unit
