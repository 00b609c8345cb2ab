"""What drafting needs from outside: a reader of facts, a store of drafts, and somebody who words facts."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Protocol

from coachkit.domain.drafts import Decided, Draft, DraftKind, Edit
from coachkit.domain.evidence import Evidence
from coachkit.drafting.facts import Language
from coachkit.insight.rows import Material, Window

__all__ = [
    "Assignment",
    "DraftStore",
    "FactReader",
    "Heard",
    "PassedOver",
    "Proposal",
    "Quoted",
    "StoredDraft",
    "Task",
    "Usage",
    "Writer",
    "Written",
    "unheard",
]


class FactReader(Protocol):
    """Reads records under scopes: what is outside them does not exist here."""

    def last_check_in(self, subject: int, other: int, scopes: frozenset[int], before: datetime) -> datetime | None:
        """When these two last held a check-in."""

    def material(self, *, subject: int, other: int | None, scopes: frozenset[int], window: Window) -> Material:
        """Everything that may be said about ``subject``, in and around the window."""

    def evidence(self, ids: Collection[int], scopes: frozenset[int]) -> list[Evidence]:
        """These records, in this order; what is gone or not permitted is left out."""

    def hashes(self, ids: Collection[int], scopes: frozenset[int]) -> dict[int, str]:
        """Content hash of each of these records that still exists and may be read."""

    def accounts(self, people: Collection[int], ids: Collection[int], scopes: frozenset[int]) -> str:
        """A digest of whose accounts are whose: all that are these people's, and those that act in these records."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredDraft:
    """A draft as it was made, with the input and output of each step, and what people did with it since."""

    draft: Draft
    explanation: Mapping[str, object]
    edits: tuple[Edit, ...] = ()
    decisions: tuple[Decided, ...] = ()


class DraftStore(Protocol):
    """Keeps drafts with what explains them."""

    def save(self, draft: Draft, *, viewer: int, subject: int, explanation: Mapping[str, object]) -> None: ...

    def get(self, draft_id: str) -> StoredDraft | None: ...

    def latest(
        self,
        kind: DraftKind,
        *,
        viewer: int,
        subject: int,
        language: str | None = None,
        model: str | None = None,
        on: date | None = None,
    ) -> StoredDraft | None:
        """The newest draft of a kind that was prepared for this viewer about this subject.

        :param on: as of which day; without one, only drafts as of their making.
        """

    def answer(self, kind: DraftKind, *, viewer: int, subject: int, asked: str) -> Mapping[str, Any] | None:
        """What was kept of a model's answer to what has this hash, in a draft of this viewer about this subject."""

    def add_edit(self, draft_id: str, edit: Edit) -> None:
        """Note what somebody did with a statement; what was noted before stays."""

    def add_decision(self, draft_id: str, decided: Decided) -> None:
        """Note what somebody decided about a draft; what was noted before stays."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quoted:
    """A piece of evidence as a writer sees it: cleaned words between quotation marks, under a short id."""

    id: str
    kind: str
    key: str
    day: str
    title: str
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """One fact to word.

    :ivar fact: id of the fact; ``composed`` and ``question`` are our own words for it.
    :ivar evidence: short ids of the evidence that may be cited for it.
    :ivar turns: the prompt for this fact alone, as (role, words), for a writer that words them one by one.
    """

    fact: str
    section: str
    composed: str
    question: str
    evidence: tuple[str, ...]
    turns: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """What a writer is asked to do.

    :ivar instructions: the rendered prompt for the whole document, ``asked`` what is said after it: facts and quoted
        records. Each assignment has a prompt of its own as ``turns``. A writer takes the one it works with.
    :ivar key: hash of prompt, facts and records without the random frame of this request: what a cache goes by.
    :ivar assignments: the weightiest first.
    :ivar seconds: it must be back by then, with what it has.
    :ivar settings: of the document's prompt; ``sentence_settings`` of the one for a sentence alone.
    """

    document: str
    language: Language
    instructions: str
    assignments: tuple[Assignment, ...]
    evidence: tuple[Quoted, ...]
    seconds: float
    asked: str = ""
    key: str = ""
    settings: Mapping[str, float | int | str] = field(default_factory=dict)
    sentence_settings: Mapping[str, float | int | str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A writer's words for a fact, and what it says stands behind them. Not yet believed."""

    fact: str
    text: str
    question: str = ""
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """What wording one document took.

    :ivar model: which model answered; of a chain one of several. Empty, where none did.
    :ivar cost: in US dollars; ``None``, where no price is known.
    :ivar seconds: until the answer was complete; ``first_seconds`` until its first statement, ``None`` without one.
    :ivar cached: nobody was asked: an answer to the very same question was kept.
    :ivar asked: hash of what was asked; by it an answer is found again.
    """

    model: str = ""
    requests: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    cost: float | None = 0.0
    seconds: float = 0.0
    first_seconds: float | None = None
    cached: bool = False
    asked: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PassedOver:
    """A model of a chain that brought nothing back, and the code of why; the next one was asked."""

    model: str
    problem: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What a writer brought back.

    :ivar raw: its output as it came, kept with the draft.
    :ivar prompt: the agent whose prompt it worked with, where a chain has writers of both kinds; else empty.
    :ivar problems: codes of what it could not do: ``unavailable``, ``out-of-time``, ``unusable``, ``over-budget``,
        ``english-only``, ``missing-model``.
    """

    proposals: tuple[Proposal, ...] = ()
    raw: str = ""
    problems: tuple[str, ...] = ()
    prompt: str = ""
    usage: Usage = field(default_factory=Usage)
    passed_over: tuple[PassedOver, ...] = ()


Heard = Callable[[Proposal], None]
"""Told each proposal as it comes, in the thread that asked for it."""


def unheard(_proposal: Proposal) -> None:
    """Nobody listens: proposals are taken from what was written."""


class Writer(Protocol):
    """Words facts. It may fail, lie or be late; it never raises for that."""

    @property
    def model(self) -> str:
        """As the draft names it."""

    @property
    def prompt(self) -> str:
        """``reword``, if it words one sentence at a time; any other words the whole document by its agent's prompt."""

    def count_tokens(self, text: str) -> int:
        """How many tokens a text is to its model, give or take."""

    def write(self, task: Task, heard: Heard = unheard) -> Written:
        """Word the facts of a task; each proposal is told as it comes, and is in what is returned as well."""
