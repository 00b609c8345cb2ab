"""The evidence pack: the records that facts rest on, cleaned, spread over the window, within a budget.

A writer sees nothing else. What reads like instructions to a program goes into the pack by its key alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from coachkit.domain.drafts import CitedSource
from coachkit.domain.evidence import Evidence
from coachkit.drafting.cleaning import clean, quote, shorten
from coachkit.drafting.facts import Fact
from coachkit.drafting.ports import Quoted
from coachkit.drafting.suspicion import is_suspicious
from coachkit.drafting.voice import Voice

__all__ = ["Pack", "build_pack"]

MOST_CHARACTERS = 12_000
"""Of all texts together: about 3,000 tokens of English, 6,000 of Chinese."""
EACH = 400
_STRETCHES = 6
_NAMELESS = frozenset({"check_in", "action_item", "feedback", "person_profile", "note"})
"""Kinds that people call by no key; a list of sources names them by what they are."""


@dataclass(frozen=True, slots=True)
class Pack:
    """Evidence by public id, as it was read; and in the order and shape a writer gets it.

    :ivar short: public id → short id (``E1``): what a small model can repeat without a mistake.
    """

    evidence: dict[str, Evidence]
    quoted: tuple[Quoted, ...]
    short: dict[str, str]
    suspicious: frozenset[str]

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
            key="" if found.kind in _NAMELESS else clean(found.key)[:60],
            title=shown,
            kind=found.kind,
            connection=found.connection,
            occurred_at=found.occurred_at,
            url=found.url,
            suspicious=hostile,
        )


def build_pack(evidence: Sequence[Evidence], facts: Sequence[Fact], start: datetime, end: datetime) -> Pack:
    """The pack for these facts. Texts are given out evenly over the window until the budget is spent."""
    suspicious = frozenset(one.id for one in evidence if is_suspicious(f"{one.title}\n{one.text}"))
    wanted = {public for fact in facts for public in fact.evidence}
    used = [one for one in evidence if one.id in wanted]
    short = {one.id: f"E{number}" for number, one in enumerate(used, 1)}
    texts = _texts(used, suspicious, start, end)
    quoted = tuple(
        Quoted(
            id=short[one.id],
            kind=one.kind,
            key=clean(one.key)[:60],
            day=one.occurred_at.date().isoformat(),
            title="" if one.id in suspicious else shorten(clean(one.title), 120)[0],
            text=texts.get(one.id, ""),
        )
        for one in used
    )
    return Pack({one.id: one for one in evidence}, quoted, short, suspicious)


def _texts(used: Sequence[Evidence], suspicious: frozenset[str], start: datetime, end: datetime) -> dict[str, str]:
    """Texts within the budget: a round takes one record of each stretch of the window, so that none is left blank."""
    span = max((end - start).total_seconds(), 1.0)
    stretches: list[list[Evidence]] = [[] for _ in range(_STRETCHES)]
    for one in sorted(used, key=lambda one: (one.occurred_at, one.id)):
        place = int((one.occurred_at - start).total_seconds() / span * _STRETCHES)
        stretches[min(max(place, 0), _STRETCHES - 1)].append(one)
    texts: dict[str, str] = {}
    left = MOST_CHARACTERS
    while any(stretches):
        for stretch in stretches:
            if not stretch:
                continue
            one = stretch.pop(0)
            text = "" if one.id in suspicious else shorten(clean(one.text), EACH)[0]
            if len(text) <= left:
                texts[one.id] = text
                left -= len(text)
    return texts
