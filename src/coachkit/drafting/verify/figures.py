"""Numbers with units and days of a claim, held against those of its evidence."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import combinations, pairwise

from coachkit.drafting.verify.cited import Cited, senses_of
from coachkit.drafting.verify.passage import Clause, Token
from coachkit.drafting.verify.reading import Day, Number

__all__ = ["days", "follows_from_numbers", "numbers"]

_UNITS = {
    "天": "day", "日": "day", "d": "day", "次": "time", "小时": "hour", "h": "hour", "hr": "hour", "分钟": "minute",
    "min": "minute", "周": "week", "个月": "month", "年": "year", "个人": "people", "人": "people", "s": "second",
    "second": "second", "ms": "millisecond", "millisecond": "millisecond", "处": "", "条": "", "个": "", "家": "",
    "change": "", "record": "", "other": "", "word": "", "time": "time",
}  # fmt: skip
_MEASURES = frozenset(
    {*_UNITS.values(), "%", "个百分点", "gb", "mb", "kb", "rps", "qps", "usd", "eur", "cny", "元"}
) - {
    "",
    "time",
    "people",
}
_NEAR = 4
"""How many words around a number say what it counts."""


@dataclass(frozen=True, slots=True)
class _Known:
    value: float
    unit: str
    near: frozenset[str]
    typed: bool = False


def _unit(number: Number) -> tuple[float, str]:
    if number.unit in ("万", "亿"):
        return number.value * (10_000 if number.unit == "万" else 100_000_000), ""
    return number.value, _UNITS.get(number.unit, number.unit)


def _near(clause: Clause, place: int, step: int) -> frozenset[str]:
    around = clause[max(0, place - _NEAR) : place] if step < 0 else clause[place + 1 : place + 1 + _NEAR]
    return frozenset(sense for token in around for sense in token.senses)


def _known(of: Cited) -> list[_Known]:
    found = []
    for unit in of.units:
        for place, token in enumerate(unit.clause):
            if token.number:
                value, name = _unit(token.number)
                around = _near(unit.clause, place, 1) | _near(unit.clause, place, -1)
                found.append(_Known(value, name, around))
    for one in of.cited:
        for name, value in one.numbers:
            words = senses_of(name) | {re.sub(r"s$", "", part) for part in name.lower().split("_")}
            units = sorted(words & _MEASURES) or (["%"] if {"percent", "percentage"} & words else [])
            found.append(_Known(value, units[0] if units else "", frozenset(words), typed=True))
    return found


def numbers(of: Cited) -> str:
    """Its numbers are those of the evidence, with their units, for what they count there; or follow from its days."""
    known = _known(of)
    for clause in of.said:
        for place, token in enumerate(clause):
            if token.number and (reason := _wrong(of, clause, place, token, known)):
                return reason
    return _turned_pair(of) or _twice(of)


def _wrong(of: Cited, clause: Clause, place: int, token: Token, known: list[_Known]) -> str:
    assert token.number is not None
    value, unit = _unit(token.number)
    same = [one for one in known if one.value == value]
    if any(_fits(unit, one) for one in same):
        behind = next((t for t in clause[place + 1 : place + 2] if t.senses and t.kind == "word"), None)
        counted = [one for one in same if _fits(unit, one) and not one.typed]
        near = frozenset(sense for one in same for sense in one.near)
        typed = any(one.typed for one in same)
        if not unit and behind and counted and not typed and behind.senses & of.vocabulary and not behind.senses & near:
            return f"{token.text} counts something else"
        return ""
    if not same and _follows(of, value, unit, known):
        return ""
    return f"{token.text} has another unit" if same else f"{token.text} is not in the evidence"


def _fits(unit: str, one: _Known) -> bool:
    if unit == one.unit or (unit in ("", "time", "people") and one.unit in ("", "time", "people")):
        return True
    if not one.unit:
        return unit not in _MEASURES or unit in one.near or (one.typed and not one.near & _MEASURES and unit != "%")
    return not unit


def _follows(of: Cited, value: float, unit: str, given: list[_Known]) -> bool:
    """A span between two of its days, or how many records are cited."""
    if unit in ("", "time") and len(of.cited) > 1 and value == len(of.cited):
        return True
    known = list(dict.fromkeys(_dates(of)))
    if unit not in ("day", "week") or len(known) > 6 or any(one.unit in ("day", "week") for one in given):
        return False  # where the evidence counts days itself, nothing else is one of its numbers
    spans = {abs((one - other).days) for one, other in combinations(known, 2)}
    return value * (7 if unit == "week" else 1) in spans


def _dates(of: Cited) -> Iterator[date]:
    yield from (day for one in of.cited for _, day in one.days)
    years = [day.year for one in of.cited for _, day in one.days]
    for token in of.tokens:
        for year, month, day in token.days:
            try:
                yield date(year or (years or [2000])[0], month, day)
            except ValueError:
                continue


def _twice(of: Cited) -> str:
    """A number or a day that a clause has twice, and no clause of the evidence: one stands in another's place."""
    for clause in of.said:
        for seen in (_values(clause), _days(clause)):
            for one, often in Counter(seen).items():
                known = [Counter([*_values(unit.clause), *_days(unit.clause)])[one] for unit in of.units]
                typed = sum(one in (value, (day.year, day.month, day.day)[1:]) for value, day in _typed(of))
                if often > 1 and max([*known, typed], default=0) < often:
                    what = f"{one:g}" if isinstance(one, float) else "a day"
                    return f"{what} stands {often} times, in the evidence less often"
    return ""


def _values(clause: Clause) -> list[float]:
    return [token.number.value for token in clause if token.number]


def _days(clause: Clause) -> list[tuple[int, int]]:
    return [day[1:] for token in clause for day in token.days]


def _typed(of: Cited) -> list[tuple[float, date]]:
    return [
        *((value, date.min) for one in of.cited for _, value in one.numbers),
        *((-1.0, day) for one in of.cited for _, day in one.days),
    ]


def _turned_pair(of: Cited) -> str:
    """``from 90 to 77`` is not ``from 77 to 90``: two numbers that one clause of the evidence has in another order."""
    for clause in of.said:
        said = [(token, token.number.value) for token in clause if token.number]
        for (one, first), (other, second) in pairwise(said):
            pair = (first, second)
            found = {one for unit in of.units for one in _orders(unit.clause, pair)} | {_typed_order(of, pair)}
            if "back" in found and "on" not in found and not _says_back(clause, one, other):
                return f"{one.text} and {other.text} stand in each other's place"
    return ""


def follows_from_numbers(of: Cited, clause: Clause, senses: frozenset[str]) -> bool:
    """Whether *rose*, *fell* or *reached* follows from two numbers of the clause, or from one and its typed target."""
    values = [token.number.value for token in clause if token.number]
    if senses & {"increase", "reduce"} and len(values) > 1:
        pair = (values[0], values[1])
        known = {one for unit in of.units for one in _orders(unit.clause, pair)} | {_typed_order(of, pair)}
        return "on" in known and ("increase" in senses if pair[0] < pair[1] else "reduce" in senses)
    if "reach" not in senses or not values:
        return False
    typed = [dict(one.numbers) for one in of.cited]
    return any("target" in one and values[0] in one.values() and values[0] >= one["target"] for one in typed)


def _orders(clause: Clause, pair: tuple[float, float]) -> set[str]:
    """In which order two numbers stand in a clause: ``on``, ``back``, or in both."""
    found = list(combinations(_values(clause), 2))
    return ({"on"} if pair in found else set()) | ({"back"} if pair[::-1] in found and pair[0] != pair[1] else set())


def _typed_order(of: Cited, pair: tuple[float, float]) -> str:
    for one in of.cited:
        names = {value: name.lower() for name, value in one.numbers}
        first, second = names.get(pair[0], ""), names.get(pair[1], "")
        old, new = re.compile("old|from|before|previous|start"), re.compile("new|to|after|current|now|end")
        if old.search(first) and new.search(second):
            return "on"
        if new.search(first) and old.search(second):
            return "back"
    return ""


def _says_back(clause: Clause, one: Token, other: Token) -> bool:
    """``to 77 from 90``."""
    texts = [token.text.lower() for token in clause]
    first, second = clause.index(one), clause.index(other)
    return texts[first - 1 : first] in (["to"], ["到"]) and texts[second - 1 : second] in (["from"], ["从"])


_CUES = {
    "due": re.compile("due|deadline|by|target|planned|原定|截止|到期|应于|期限"),
    "start": re.compile("since|from|start(?:ed)?|beg[au]n|opened|created|reported|first|自|从|起|开始|创建|打开"),
    "end": re.compile("until|closed|merged|finished|completed|resolved|done|ended|end|last|关闭|合并|完成|结束"),
}
"""What a day can be the day of."""


def _cue(clause: Clause, place: int) -> str:
    """What a day is the day of, by the words just before it."""
    for token in reversed(clause[max(0, place - 3) : place]):
        if token.days:
            return ""
        for name, words in _CUES.items():
            if words.fullmatch(token.text.lower()):
                return name
    return ""


def _field_cue(name: str) -> str:
    return next((cue for cue, words in _CUES.items() if any(words.fullmatch(part) for part in name.split("_"))), "")


def days(of: Cited) -> str:
    """Its days are days of the evidence, and what was due is not when it began."""
    known = [((day.year, day.month, day.day), _field_cue(name)) for one in of.cited for name, day in one.days]
    for unit in of.units:
        for place, token in enumerate(unit.clause):
            known += [(day, _cue(unit.clause, place)) for day in token.days]
    for clause in of.said:
        for place, token in enumerate(clause):
            for day in token.days:
                same = [cue for one, cue in known if _same_day(day, one)]
                if not same:
                    return f"{token.text} is not in the evidence"
                cue = _cue(clause, place)
                if cue and cue not in same and "" not in same and any(other == cue for _, other in known):
                    return f"{token.text} is the day of something else"
            if len(token.days) > 1 and token.days[0][1:] > token.days[-1][1:] and not token.days[0][0]:
                return f"{token.text} ends before it begins"
    return _weekday(of, known)


def _same_day(said: Day, known: Day) -> bool:
    return said[1:] == known[1:] and (not said[0] or not known[0] or said[0] == known[0])


_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def _weekday(of: Cited, known: list[tuple[Day, str]]) -> str:
    match = re.search(r"\b(mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\b", of.text, re.I)
    if match is None or re.search(rf"\b{match.group()}", of.raw, re.I):
        return ""
    wanted = _WEEKDAYS.index(match.group(1).lower()[:3])
    found = [date(*day).weekday() for day, _ in known if day[0]]
    return "" if wanted in found else f"{match.group()} is not in the evidence"
