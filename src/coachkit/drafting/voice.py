"""How things are said in one document: its language, its reader, names, dates, numbers and quotation marks."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from coachkit.drafting.cleaning import name_of
from coachkit.drafting.facts import Language, Measure, Party, Quote

__all__ = ["MONTHS", "Voice"]

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_DAYS_EN = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
_HAN_LATIN = re.compile(r"(?<=[\u3400-\u9fff])(?=[A-Za-z0-9#])|(?<=[A-Za-z0-9%])(?=[\u3400-\u9fff])")
_DAYS_ZH = "一二三四五六日"
_SMALL = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]


@dataclass(frozen=True, slots=True)
class Voice:
    """Language, day and reader of a document.

    :ivar viewer: the one who reads; addressed as "you" where they act themself.
    :ivar subject: the one it is about.
    """

    language: Language
    today: date
    zone: ZoneInfo
    viewer: int
    subject: Party

    @property
    def zh(self) -> bool:
        return self.language == "zh"

    def day(self, day: date | None) -> str:
        """``9 May``, ``5 月 9 日``; with the year if it is another one."""
        if day is None:
            return "?"
        if self.zh:
            year = "" if day.year == self.today.year else f"{day.year} 年 "
            return f"{year}{day.month} 月 {day.day} 日"
        return f"{day.day} {MONTHS[day.month - 1]}" + ("" if day.year == self.today.year else f" {day.year}")

    def moment(self, at: datetime) -> str:
        """``Wed 20 May, 14:00``; midnight is a day without a time."""
        local = at.astimezone(self.zone)
        clock = "" if (local.hour, local.minute) == (0, 0) else f"{local:%H:%M}"
        if self.zh:
            return f"{self.day(local.date())}（周{_DAYS_ZH[local.weekday()]}）{clock}"
        return f"{_DAYS_EN[local.weekday()]} {self.day(local.date())}" + (f", {clock}" if clock else "")

    def span(self, first: date | None, last: date | None) -> str:
        """``3–9 May``, ``28 Apr – 9 May``, ``5 月 3–9 日``."""
        if first is None or last is None or first == last:
            return self.day(first or last)
        together = (first.year, first.month) == (last.year, last.month)
        if self.zh:
            if together:
                return self.day(first).removesuffix(" 日") + f"–{last.day} 日"
            return f"{self.day(first)}至 {self.day(last)}"
        return f"{first.day}–{self.day(last)}" if together else f"{self.day(first)} – {self.day(last)}"

    def count(self, number: int) -> str:
        """Small numbers as words in English."""
        return str(number) if self.zh or not 0 < number < len(_SMALL) else _SMALL[number]

    def plural(self, number: int, one: str, many: str = "") -> str:
        return f"{self.count(number)} {one if number == 1 else many or one + 's'}"

    def ago(self, days: int) -> str:
        """How long something has lasted."""
        if self.zh:
            return f"{days} 天"
        return f"{days} day" if days == 1 else f"{days} days"

    def name(self, party: Party | None) -> str:
        if party is None:
            return "有人" if self.zh else "somebody"
        if party.who == self.viewer and party.who != self.subject.who:
            return "你" if self.zh else "you"
        return party.name if self.zh else party.short

    def named(self, party: Party | None) -> str:
        """With the team, where it is another one than the subject's: ``Wei Li of Payments``, ``支付的李薇``."""
        name = self.name(party)
        if party is None or not party.team or party.team == self.subject.team or name in ("you", "你"):
            return name
        return f"{party.team}的{name}" if self.zh else f"{party.name} of {party.team}"

    def of_team(self, parties: Sequence[Party], team: str, most: int = 2) -> str:
        """``Wei and Tom of Payments``; ``you and Tom of Payments``: whoever reads knows their own team."""
        others = [party for party in parties if self.name(party) not in ("you", "你")]
        you = "" if len(others) == len(parties) else self.name(next(one for one in parties if one not in others))
        if not others or not team:
            return self.names(parties, most)
        named = self.names(others, most - bool(you))
        named = f"{team}的{named}" if self.zh else f"{named} of {team}"
        return f"{you}{'和' if self.zh else ' and '}{named}" if you else named

    def names(self, parties: Sequence[Party], most: int = 3) -> str:
        """``Ana, Wei and Tom``; ``Ana, Wei and three others``."""
        shown = [self.name(party) for party in parties[:most]]
        rest = len(parties) - len(shown)
        if self.zh:
            return "、".join(shown) + (f"等 {len(parties)} 人" if rest else "")
        if rest:
            return ", ".join(shown) + f" and {self.plural(rest, 'other')}"
        return shown[0] if len(shown) == 1 else ", ".join(shown[:-1]) + f" and {shown[-1]}"

    def listed(self, words: Sequence[str]) -> str:
        if self.zh:
            return "、".join(words)
        return words[0] if len(words) == 1 else ", ".join(words[:-1]) + f" and {words[-1]}"

    def quoted(self, quote: Quote | None) -> str:
        return f"“{quote.text}”" if quote else ""

    def titled(self, key: str, quote: Quote | None) -> str:
        """An item by its key and, where it can be shown, its title."""
        if quote is None:
            return key
        return f"{key}“{quote.text}”" if self.zh else f"{key} “{quote.text}”"

    def measure(self, measure: Measure | None, *, unit: bool = True) -> str:
        """``620 ms``, ``65%``, ``1.9%``; thousands separated. A unit of more than three words is none."""
        if measure is None:
            return "?"
        value = f"{measure.value:,.2f}".rstrip("0").rstrip(".")
        if not unit or not measure.unit:
            return value
        short = name_of(measure.unit, words=3, most=24)
        if not short or short.endswith("…"):
            return value
        return f"{value}{short}" if short in ("%", "％", "‰") else f"{value} {short}"

    def spaced(self, text: str) -> str:
        """In Chinese, a space between Han characters and Latin letters or digits; quotations stay as they are."""
        if not self.zh:
            return text
        parts = re.split(r"(“[^”]*”)", text)
        for place in range(0, len(parts), 2):
            parts[place] = _HAN_LATIN.sub(" ", parts[place])
        return "".join(parts)
