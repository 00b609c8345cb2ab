"""The evidence pack: the records that facts rest on, cleaned, spread over the window, within a budget.

A writer sees nothing else. What reads like instructions to a program goes into the pack by its key alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import zip_longest

from coachkit.domain.drafts import CitedSource
from coachkit.domain.evidence import Evidence
from coachkit.drafting.cleaning import clean, name_of, quote, shorten
from coachkit.drafting.facts import Fact
from coachkit.drafting.ports import Quoted
from coachkit.drafting.suspicion import is_suspicious
from coachkit.drafting.voice import Voice

__all__ = ["Pack", "build_pack", "estimate_tokens"]

MOST_TOKENS = 3_000
"""Of all quoted words together, as the model in use counts them."""
EACH = 400
"""Characters of one record's text."""
_STRETCHES = 6
_HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")
_NAMELESS = frozenset({"check_in", "action_item", "feedback", "person_profile", "note"})
"""Kinds that people call by no key; a list of sources names them by what they are."""


@dataclass(frozen=True, slots=True)
class Pack:
    """Evidence by public id, as it was read; and in the order and shape a writer gets it.

    :ivar short: public id → short id (``E1``): what a small model can repeat without a mistake.
    :ivar tokens: how many tokens the quoted words are; ``most_tokens`` how many they may be.
    """

    evidence: dict[str, Evidence]
    quoted: tuple[Quoted, ...]
    short: dict[str, str]
    suspicious: frozenset[str]
    tokens: int = 0
    most_tokens: int = MOST_TOKENS

    @property
    def long(self) -> dict[str, str]:
        return {short: public for public, short in self.short.items()}

    def source(self, public: str, voice: Voice) -> CitedSource:
        """``public`` as the list of sources under a document shows it."""
        found = self.evidence[public]
        withheld = (
            "（标题像是写给程序的指令，未引用）" if voice.zh else "(its words read like instructions; not quoted)"
        )
        title = quote("" if found.kind == "check_in" else found.title or found.text, 80)
        hostile = public in self.suspicious
        shown = title.text if title else (withheld if hostile else "")
        return CitedSource(
            id=public,
            key="" if found.kind in _NAMELESS else name_of(found.key),
            title=shown,
            kind=found.kind,
            connection=found.connection,
            occurred_at=found.occurred_at,
            url=found.url,
            suspicious=hostile,
        )


def estimate_tokens(text: str) -> int:
    """Tokens of a text where no model is there to count them: a Han character is one, four others are one."""
    han = len(_HAN.findall(text))
    return han + (len(text) - han + 3) // 4


def build_pack(
    evidence: Sequence[Evidence],
    facts: Sequence[Fact],
    start: datetime,
    end: datetime,
    *,
    count: Callable[[str], int] = estimate_tokens,
    most_tokens: int = MOST_TOKENS,
) -> Pack:
    """The pack for these facts. Texts are given out evenly over the window until the budget is spent.

    :param count: counts tokens as the model in use does.
    """
    suspicious = frozenset(one.id for one in evidence if is_suspicious(f"{one.title}\n{one.text}"))
    wanted = {public for fact in facts for public in fact.evidence}
    used = [one for one in evidence if one.id in wanted]
    short = {one.id: f"E{number}" for number, one in enumerate(used, 1)}
    titled = [
        Quoted(
            id=short[one.id],
            kind=one.kind,
            key=name_of(one.key),
            day=one.occurred_at.date().isoformat(),
            title="" if one.id in suspicious else shorten(clean(one.title), 120)[0],
        )
        for one in used
    ]
    spent = sum(count(f"{one.key} {one.title}") for one in titled)
    texts, left = _texts(_spread(used, start, end), suspicious, max(most_tokens - spent, 0), count)
    return Pack(
        evidence={one.id: one for one in evidence},
        quoted=tuple(replace(one, text=texts.get(of.id, "")) for one, of in zip(titled, used, strict=True)),
        short=short,
        suspicious=suspicious,
        tokens=max(most_tokens, spent) - left,
        most_tokens=most_tokens,
    )


def _spread(used: Sequence[Evidence], start: datetime, end: datetime) -> list[Evidence]:
    """In rounds: each takes one record of every stretch of the window, so that none is left blank."""
    span = max((end - start).total_seconds(), 1.0)
    stretches: list[list[Evidence]] = [[] for _ in range(_STRETCHES)]
    for one in sorted(used, key=lambda one: (one.occurred_at, one.id)):
        place = int((one.occurred_at - start).total_seconds() / span * _STRETCHES)
        stretches[min(max(place, 0), _STRETCHES - 1)].append(one)
    return [one for round_ in zip_longest(*stretches) for one in round_ if one is not None]


def _texts(
    spread: Sequence[Evidence], suspicious: frozenset[str], budget: int, count: Callable[[str], int]
) -> tuple[dict[str, str], int]:
    """Texts within the budget, and what is left of it."""
    texts: dict[str, str] = {}
    left = budget
    for one in spread:
        text = "" if one.id in suspicious else shorten(clean(one.text), EACH)[0]
        size = count(text) if text else 0
        if size <= left:
            texts[one.id] = text
            left -= size
    return texts, left
