"""What every planner needs: parties, quotes and public ids from the material, and facts made from findings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date, datetime

from coachkit.domain.identity import public_id
from coachkit.drafting.cleaning import name_of, quote
from coachkit.drafting.facts import THINGS, Fact, Party, Quote, Value
from coachkit.drafting.words import PRIVATE
from coachkit.insight.rows import Act, ItemRow, Material

__all__ = ["MOST_CITED", "Desk"]

MOST_CITED = 3
"""A statement cites at most so many records; what it counted stands with the draft."""

TITLE = 46
SAID = 72
"""Columns of a quoted title, and of words that somebody said."""


class Desk:
    """The material of one document, with the look-ups that turn its rows into parts of facts."""

    def __init__(self, material: Material) -> None:
        self.material = material
        self.window = material.window
        self._short = _short_names(material)
        self.subject = self.party(material.subject)
        self.other = self.party(material.other) if material.other is not None else None

    def party(self, who: int, day: date | None = None) -> Party:
        people = self.material.people
        name = name_of(people.name(who))
        full = name or "?"
        short = self._short.get(who, full) if name else full
        team = people.team_on(who, day or self.window.today)
        return Party(who, full, short, plain_name(team) if team else None)

    def maybe(self, who: int | None, day: date | None = None) -> Party | None:
        return None if who is None else self.party(who, day)

    def day(self, at: datetime) -> date:
        return self.window.day(at)

    def title(self, item: ItemRow | None) -> Quote | None:
        return self.speech(item.title, TITLE) if item else None

    def said(self, act: Act) -> Quote | None:
        """What somebody said in an act that is a record of its own."""
        record = self.material.records.get(act.record)
        return self.speech(record.text or record.title) if record and record.kind == "interaction" else None

    @staticmethod
    def speech(text: str | None, most: int = SAID) -> Quote | None:
        """Somebody's words, unless they touch what is private: then the record is cited and not quoted."""
        return quote(text, most) if text and not PRIVATE.search(text) else None

    def fact(
        self,
        kind: str,
        at: date,
        *,
        records: Iterable[int] = (),
        weight: float,
        reason: str,
        roles: Mapping[str, Party | None] | None = None,
        slots: Mapping[str, Value | None] | None = None,
        section: str = "",
        cite: int = MOST_CITED,
    ) -> Fact:
        """A fact of ``kind`` about ``at``; empty roles and slots are left out.

        :param cite: how many of ``records`` a sentence about it cites; with 0 it rests on them and cites none.
        """
        ids = tuple(public_id(number) for number in dict.fromkeys(records))
        named = {"subject": self.subject, **(roles or {})}
        return Fact(
            kind=kind,
            section=section or kind.partition(".")[0],
            at=at,
            roles={role: party for role, party in named.items() if party is not None},
            slots={name: _named(name, value) for name, value in (slots or {}).items() if value is not None},
            evidence=ids[:cite],
            counted=ids,
            weight=weight,
            reason=reason,
            uncited=not ids[:cite],
        )


def plain_name(text: str) -> str:
    """The name of a thing as it can stand in a sentence: plain, short, and no instruction to anybody."""
    return name_of(text) or "…"


def _named(slot: str, value: Value) -> Value:
    if slot not in THINGS:
        return value
    if isinstance(value, tuple):
        return tuple(_named(slot, part) for part in value)
    return plain_name(value) if isinstance(value, str) else value


def _short_names(material: Material) -> Mapping[int, str]:
    """First names, where they are plain and nobody else in the material has the same."""
    people = material.people
    first: dict[int, str] = {}
    for who in people.persons:
        words = people.name(who).split()
        plain = 2 <= len(words) <= 3 and all(word.replace("-", "").replace("'", "").isalpha() for word in words)
        if plain and who not in people.family_first and all(word[0].isupper() for word in words):
            first[who] = words[0]
    often = Counter(first.values())
    return {who: name for who, name in first.items() if often[name] == 1}
