"""Why a draft says what it says: of each sentence the fact, the evidence, the proposal, the checks, what people did."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from coachkit.domain.drafts import Check, Decided, Edit

__all__ = [
    "ExplainedEvidence",
    "ExplainedFact",
    "ExplainedSentence",
    "Explanation",
    "PackedRecord",
    "Proposed",
    "Untold",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainedFact:
    """A fact as the plan chose it.

    :ivar values: roles, names, dates, numbers and quotations in it, in words.
    :ivar weight: what it counted for when facts were chosen; ``reason`` says why.
    :ivar counted: on how many records it rests; the sentence cites some of them.
    """

    id: str
    kind: str
    section: str
    day: str
    weight: float
    reason: str
    values: dict[str, str] = field(default_factory=dict)
    counted: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainedEvidence:
    """A record behind a sentence. :ivar number: of the citation, ``None`` if it is counted and not cited."""

    id: str
    number: int | None
    key: str
    kind: str
    title: str
    day: str
    connection: str
    suspicious: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PackedRecord:
    """A record as it was quoted to whoever words the document: cleaned, shortened, and without words where they read
    like instructions.

    :ivar actors: (role, name) of those who act in it; ``fields`` its typed values: state, days, figures.
    :ivar findings: what was counted over it and others and is told: kind of the fact, our own words for it, its names.
    """

    id: str
    kind: str
    key: str
    day: str
    title: str
    text: str
    actors: tuple[tuple[str, str], ...] = ()
    fields: dict[str, str | int | float] = field(default_factory=dict)
    findings: tuple[tuple[str, str, tuple[str, ...]], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposed:
    """What a model wrote.

    :ivar fact: the fact it named; ``evidence`` what it cited, by public id where there is one.
    """

    fact: str
    text: str
    question: str = ""
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainedSentence:
    """A sentence of the document.

    :ivar composed: our own words for the fact; ``proposed`` the model's, if it wrote any.
    :ivar outcome: ``composed``, ``reworded``, ``drafted``, ``replaced``, ``edited`` or ``removed``.
    """

    id: str
    section: str
    section_title: str
    text: str
    question: str
    outcome: str
    fact: ExplainedFact
    evidence: tuple[ExplainedEvidence, ...]
    composed: str
    composed_question: str = ""
    proposed: Proposed | None = None
    checks: tuple[Check, ...] = ()
    edits: tuple[Edit, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Untold:
    """A fact that was found and is not told.

    :ivar why: ``weight`` (others of its section weigh more), ``room`` (the document would be too long), ``refused``
        (our own words for it did not hold) or ``evidence`` (what it rests on is gone).
    """

    fact: ExplainedFact
    why: str
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """The record of a draft.

    :ivar evidence: public id → (version, content hash) of every record it rests on.
    :ivar prompt: id, version, hash and file of the prompt; ``usage`` tokens, cost and time of the model.
    :ivar seconds: how long each step took.
    :ivar withheld: some of the evidence has changed or may not be read any more: the steps are not shown.
    """

    id: str
    kind: str
    language: str
    title: str
    subject: str
    viewer: str
    actor: str
    purpose: str
    window_start: datetime
    window_end: datetime
    created_at: datetime
    model: str
    prompt: dict[str, object]
    settings: dict[str, object]
    usage: dict[str, object]
    passed_over: tuple[dict[str, object], ...]
    problems: tuple[str, ...]
    notes: tuple[str, ...]
    seconds: dict[str, float]
    pack: dict[str, object]
    evidence: dict[str, tuple[str, str]]
    sentences: tuple[ExplainedSentence, ...]
    untold: tuple[Untold, ...]
    edits: tuple[Edit, ...]
    decisions: tuple[Decided, ...]
    raw_output: str = ""
    instructions: str = ""
    withheld: bool = False
