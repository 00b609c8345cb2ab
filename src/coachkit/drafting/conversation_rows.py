"""What is kept of key conversations, and a card as it is shown: the rows between the service and its store."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Protocol

from coachkit.domain.drafts import CitedSource, Statement
from coachkit.insight.conversations import Setting

__all__ = ["AnswerRow", "Card", "ConversationStore", "HeldBack", "OfferRow", "SettingRow"]


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferRow:
    """A card as it was offered."""

    card: str
    day: date
    manager: int
    subject: int
    team: str
    rule: str
    version: str
    about: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerRow:
    """What somebody answered to a card."""

    id: str
    card: str
    manager: int
    subject: int
    team: str
    rule: str
    by: int
    kind: str
    at: datetime
    until: date | None = None
    undone_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingRow:
    """What somebody set for a rule in a team."""

    id: str
    team: str
    rule: str
    setting: Setting


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldBack:
    """Something that is due and not offered now, without a word of what it says."""

    rule: str
    subject: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A suggested conversation, in words.

    :ivar why: the dated facts, each with the public ids of its records; ``maybe`` what else it may be.
    :ivar answer: the last word on it: ``prepare``, or empty.
    :ivar own: the reader is the person it is about; ``private``: nobody else is shown it.
    """

    id: str
    rule: str
    version: str
    rule_title: str
    subject: str
    subject_name: str
    manager_name: str
    offered_on: date
    by: date
    talk: str
    why: tuple[Statement, ...]
    maybe: str
    ask: str
    because: str
    condition: str
    threshold_source: str
    sources: tuple[CitedSource, ...] = field(default_factory=tuple)
    answer: str = ""
    answer_id: str = ""
    own: bool = False
    private: bool = False


class ConversationStore(Protocol):
    """Keeps what was offered, answered and set."""

    def offers(self, *, manager: int | None = None, subject: int | None = None) -> Sequence[OfferRow]: ...

    def add_offers(self, offers: Iterable[OfferRow]) -> None: ...

    def answers(
        self, *, manager: int | None = None, subject: int | None = None, team: str | None = None
    ) -> Sequence[AnswerRow]:
        """Answers that were not taken back, oldest first."""

    def add_answer(self, answer: AnswerRow) -> None: ...

    def answer(self, answer_id: str) -> AnswerRow | None: ...

    def undo(self, answer_id: str, at: datetime) -> None: ...

    def settings(self, team: str) -> Sequence[SettingRow]: ...

    def add_setting(self, row: SettingRow) -> None: ...

    def noticed(self, kind: str) -> Mapping[int, datetime]:
        """Who was told about ``kind``, and when first."""

    def add_notices(self, kind: str, people: Iterable[int], text: str, at: datetime) -> None: ...

    def looked(self, manager: int) -> tuple[date, tuple[HeldBack, ...]] | None: ...

    def note_look(self, manager: int, day: date, held: Sequence[HeldBack]) -> None: ...
