"""The shapes of a self-review: evidence to pick, answers, what the store keeps; and what people type, taken apart."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from coachkit.domain.drafts import Draft, Statement
from coachkit.domain.identity import unpublic_id
from coachkit.domain.reviews import OwnWords, SentenceChange, Submission
from coachkit.drafting.agents.self_review import LeftOut
from coachkit.drafting.cleaning import clean
from coachkit.drafting.plan.self_review import ANSWERS
from coachkit.errors import BadInput, NotFound
from coachkit.insight.half_year import Month

__all__ = [
    "ACTIONS",
    "CHOICES",
    "Answer",
    "Line",
    "Review",
    "ReviewStore",
    "Shelf",
    "link",
    "period_named",
    "plain",
    "record_number",
    "section_named",
]

CHOICES = ("keep", "exclude")
ACTIONS = ("keep", "edit", "remove")
LONGEST = 600
"""Characters of one sentence or piece of own words."""


class ReviewStore(LeftOut, Protocol):
    """Keeps what people leave out, add, change and submit."""

    def pick(self, person: int, period: str, records: Collection[int], choice: str, now: datetime) -> None: ...

    def picked_at(self, person: int, period: str) -> datetime | None: ...

    def words(self, person: int, period: str) -> tuple[OwnWords, ...]: ...

    def add_words(self, person: int, words: OwnWords) -> None: ...

    def remove_words(self, person: int, words_id: str) -> bool: ...

    def changes(self, person: int, period: str, language: str) -> Mapping[str, SentenceChange]: ...

    def change(self, person: int, period: str, language: str, change: SentenceChange) -> None: ...

    def submit(self, submission: Submission) -> None: ...

    def withdraw(self, person: int, period: str, now: datetime) -> bool: ...

    def submitted(
        self, *, person: int | None = None, manager: int | None = None, period: str | None = None
    ) -> tuple[Submission, ...]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A record as the picker lists it."""

    id: str
    kind: str
    key: str
    title: str
    connection: str
    day: date
    excluded: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """The evidence of a person for one review, the newest first.

    :ivar months: how far the records reach, with what was left out counted in.
    """

    period: str
    since: date
    until: date
    months: tuple[Month, ...]
    lines: tuple[Line, ...]
    words: tuple[OwnWords, ...]

    @property
    def excluded(self) -> int:
        return sum(line.excluded for line in self.lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One question with the sentences of its answer as they stand, and those the person took out.

    :ivar length: in words or characters, as the limit counts them.
    """

    section: str
    question: str
    hint: str
    statements: tuple[Statement, ...]
    removed: tuple[Statement, ...]
    length: int
    limit: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """A self-review as its person sees it.

    :ivar draft: with the changes made in it, prompts and all.
    :ivar submission: what stands submitted of this period, if anything does.
    """

    period: str
    draft: Draft
    answers: tuple[Answer, ...]
    submission: Submission | None

    @property
    def too_long(self) -> tuple[Answer, ...]:
        return tuple(answer for answer in self.answers if answer.length > answer.limit)


def period_named(text: str) -> str:
    if not re.fullmatch(r"\d{4}-H[12]", text):
        raise BadInput(
            "this is no half of a year.",
            subject=clean(text)[:20],
            hint="Write it as 2026-H1.",
            chinese=("这不是半年的写法。", "请写成 2026-H1 这样。"),
        )
    return text


def section_named(name: str) -> None:
    if name not in ANSWERS:
        raise BadInput("there is no such answer.", subject=clean(name)[:20], hint=f"There are: {', '.join(ANSWERS)}.")


def plain(text: str) -> str:
    words = clean(text).replace("“", "‘").replace("”", "’")
    if not words or len(words) > LONGEST:
        raise BadInput(
            f"a sentence needs between 1 and {LONGEST} characters.",
            chinese=(f"一句话需要 1 到 {LONGEST} 个字。", ""),
        )
    return words


def link(url: str) -> str:
    found = url.strip()
    if found and not re.fullmatch(r"https?://[^\s<>\"'`{}|\\^]{1,500}", found):
        raise BadInput(
            "this is no address of the web.",
            hint="A link begins with https://.",
            chinese=("这不是网址。", "网址以 https:// 开头。"),
        )
    return found


def record_number(public: str) -> int:
    try:
        return unpublic_id(public)
    except ValueError:
        raise NotFound("there is no such record.", chinese=("没有这条记录，或者此人无权查看。", "")) from None
