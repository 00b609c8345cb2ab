"""Sentences of insight: words in one language, and the records on which each rests."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from coachkit.domain.identity import public_id

__all__ = ["Names", "Sentence", "days", "joined", "percent", "plain_sentences", "spaced", "span"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """One thing that is told.

    :ivar person: whom it is about, if it is about somebody.
    :ivar records: what shows it; each can be opened by whoever reads the sentence.
    :ivar details: the same for programs.
    """

    text: str
    records: tuple[int, ...] = ()
    person: int | None = None
    details: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", spaced(self.text))


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """What people, teams and records are called, in one language."""

    people: Mapping[int, str]
    teams: Mapping[str, str]
    labels: Mapping[int, str]
    zone: ZoneInfo
    zh: bool

    def person(self, person: int) -> str:
        return self.people.get(person) or ("未关联到人的账号" if self.zh else "an account that is nobody’s yet")

    def team(self, team: str | None) -> str:
        return self.teams.get(team, team) if team else ("无团队" if self.zh else "no team")

    def label(self, record: int) -> str:
        """The key; of a change request without the owner of its repository, so that its number can be read."""
        found = self.labels.get(record) or ("记录" if self.zh else "record")
        owner, _, rest = found.partition("/")
        return rest if owner and "#" in rest and " " not in found else found

    def day(self, at: datetime | date) -> str:
        day = at.astimezone(self.zone).date() if isinstance(at, datetime) else at
        return f"{day.year}年{day.month}月{day.day}日" if self.zh else f"{day.day} {day:%B} {day.year}"


_LATIN = r"[A-Za-z\u00c0-\u024f]"
_HAN = r"[\u4e00-\u9fff]"
_MEETING = re.compile(f"(?<={_LATIN})(?={_HAN})|(?<={_HAN})(?={_LATIN})")
_QUOTED = re.compile(r"(“[^”]*”)")


def spaced(text: str) -> str:
    """With a blank where Chinese and Latin letters meet, as both are printed; what is quoted stays as it is."""
    return "".join(part if part.startswith("“") else _MEETING.sub(" ", part) for part in _QUOTED.split(text))


def joined(words: Sequence[str], *, zh: bool) -> str:
    """``Mobile, Risk and Search``; ``移动端、风控、搜索``."""
    if zh:
        return "、".join(words)
    return " and ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else "".join(words)


def days(value: float | None, *, zh: bool) -> str:
    """``4.8 days``, ``12 days``, ``3 hours``; nothing is open-ended."""
    if value is None:
        return "未到一半" if zh else "not half over"
    if value < 1:
        hours = max(1, round(value * 24))
        return f"{hours} 小时" if zh else f"{hours} hour{'s' if hours != 1 else ''}"
    number = f"{value:.0f}" if value >= 10 else f"{value:.1f}".removesuffix(".0")
    return f"{number} 天" if zh else f"{number} day{'s' if number != '1' else ''}"


def span(low: float | None, high: float | None, *, zh: bool) -> str:
    """``3 days – 5 days``; ``3 days or more`` where too much is unfinished to know the upper end."""
    if low is None:
        return "还说不准" if zh else "not known yet"
    if high is None:
        return f"{days(low, zh=zh)}以上" if zh else f"{days(low, zh=zh)} or more"
    return f"{days(low, zh=zh)} – {days(high, zh=zh)}"


def percent(value: float, *, zh: bool) -> str:
    return f"{value * 100:.0f}%" if zh else f"{value * 100:.0f} %"


def plain_sentences(sentences: Iterable[Sentence]) -> list[dict[str, Any]]:
    """For JSON: ids as the rest of the API writes them."""
    return [
        {"text": one.text, "evidence": [public_id(record) for record in one.records], **one.details}
        for one in sentences
    ]
